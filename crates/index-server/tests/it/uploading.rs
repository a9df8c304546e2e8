//! What is taken and what is refused, with which words.

use tilsit_testing::TestDistribution;
use tilsit_testing::distributions::zip;

use crate::http::{FORM, Form, basic, request};
use crate::managing::Browser;
use crate::support::{TestIndex, with_every_file_store};

with_every_file_store!(
    who_may_upload,
    forms_that_are_refused,
    bodies_that_are_refused,
    files_that_are_refused,
    metadata_must_agree,
    what_is_there_already,
    names_that_new_projects_cannot_have,
    a_refused_upload_leaves_nothing,
    damaged_requests_never_break_the_server,
);

fn who_may_upload(index: &TestIndex) {
    let one = Form::sdist(&TestDistribution::new("one", "1.0"));
    let refuse = |user: &str, password: &str, status: u16, words: &str| {
        let answer = one.send(index.address, user, password);
        assert_eq!(answer.status, status, "{}", answer.text());
        assert!(answer.text().contains(words), "{}", answer.text());
        assert!(answer.reason.contains(words), "{}", answer.reason);
        assert_eq!(answer.header("www-authenticate").is_some(), status == 401);
    };
    refuse("__token__", "pypi-abc", 401, "the token is not of the form");
    let unknown = format!("tlst-{}", "a".repeat(55));
    refuse("__token__", &unknown, 401, "unknown, revoked or expired");
    refuse(
        "alice",
        "wrong",
        401,
        "the user name or the password is wrong",
    );
    refuse(
        "mallory",
        "alice's password",
        401,
        "the user name or the password is wrong",
    );
    let scoped = index.another_token("bob", &["other"]);
    refuse(
        "__token__",
        &scoped,
        403,
        "the token is not for the project `one`",
    );
    let nobody = request(
        index.address,
        "POST",
        "/legacy/",
        &[("Content-Type", FORM)],
        &one.body(),
    );
    assert_eq!(nobody.status, 401);
    assert!(index.files("one").is_empty());

    assert_eq!(
        one.send(index.address, "alice", "alice's password").status,
        200
    );
    let others = index.another_token("bob", &[]);
    let two = Form::sdist(&TestDistribution::new("one", "2.0"));
    let answer = two.send(index.address, "__token__", &others);
    assert_eq!(answer.status, 403, "{}", answer.text());
    assert!(
        answer.text().contains("neither its owner nor a maintainer"),
        "{}",
        answer.text()
    );
    let own = index.another_token("alice", &["one"]);
    assert_eq!(two.send(index.address, "__token__", &own).status, 200);
}

fn forms_that_are_refused(index: &TestIndex) {
    let (zeros, long) = ("0".repeat(64), "a".repeat(9 << 20));
    // A field, what it is set to or nothing, the status, and words of the answer.
    let table: &[(&str, Option<&str>, u16, &str)] = &[
        (
            ":action",
            Some("submit"),
            400,
            "only `file_upload` is known",
        ),
        ("protocol_version", Some("2"), 400, "only `1` is known"),
        ("name", None, 400, "the field `name` is missing"),
        ("name", Some("-x-"), 400, "the field `name`"),
        ("version", Some("dog"), 400, "the field `version`"),
        ("filetype", Some("bdist_egg"), 400, "`bdist_egg`"),
        ("pyversion", None, 400, "the field `pyversion` is missing"),
        ("pyversion", Some("cp311"), 400, "`pyversion`"),
        ("sha256_digest", Some(&zeros), 400, "`sha256_digest`"),
        ("md5_digest", Some(&zeros[..32]), 400, "`md5_digest`"),
        (
            "blake2_256_digest",
            Some(&zeros),
            400,
            "`blake2_256_digest`",
        ),
        ("sha256_digest", Some("zz"), 400, "hexadecimal"),
        ("summary", Some("a\0b"), 400, "not UTF-8 text"),
        ("description", Some(&long), 413, "`description`"),
    ];
    let good = Form::wheel(&TestDistribution::new("x", "1.0"));
    for (field, value, status, words) in table {
        let mut form = good.clone();
        match value {
            Some(value) => form.set(field, value),
            None => form.remove(field),
        };
        assert_refused(index, &form, *status, words);
    }
    let mut form = good.clone();
    form.remove("sha256_digest").remove("md5_digest");
    assert_refused(index, &form, 400, "none of");
    let mut form = good.clone();
    form.replace(vec![b'x'; 5 << 20]);
    assert_refused(index, &form, 413, "the file has more than");
    for (file_name, words) in [
        (
            "../../x-1.0-py3-none-any.whl",
            "../../x-1.0-py3-none-any.whl",
        ),
        ("", "content"),
        ("x-1.0.exe", "x-1.0.exe"),
        ("x-1.1-py3-none-any.whl", "version"),
        ("y-1.0-py3-none-any.whl", "name"),
        ("x-1.0.tar.gz", "`filetype`"),
    ] {
        let mut form = good.clone();
        file_name.clone_into(&mut form.file_name);
        assert_refused(index, &form, 400, words);
    }
    assert!(index.files("x").is_empty());
}

fn assert_refused(index: &TestIndex, form: &Form, status: u16, words: &str) {
    let answer = index.upload(form);
    let text = answer.text();
    assert!(
        answer.status == status && text.contains(words),
        "{words}: {status} {text}"
    );
}

fn bodies_that_are_refused(index: &TestIndex) {
    let authorization = basic("__token__", &index.token);
    for (content_type, body) in [
        ("text/plain", &b"x"[..]),
        ("multipart/form-data", b"x"),
        (FORM, b"--limit\r\n"),
        (FORM, b"no parts at all"),
        (
            FORM,
            b"--limit\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb",
        ),
    ] {
        let headers = [
            ("Content-Type", content_type),
            ("Authorization", &authorization),
        ];
        let answer = request(index.address, "POST", "/legacy/", &headers, body);
        assert_eq!(answer.status, 400, "{content_type}: {}", answer.text());
    }
}

fn files_that_are_refused(index: &TestIndex) {
    let distribution = TestDistribution::new("x", "1.0");
    let good = distribution.wheel();
    let mut trailing = good.clone();
    trailing.extend_from_slice(b"trailing");
    let other_name = TestDistribution::new("y", "1.0").wheel();
    let other_version = TestDistribution::new("x", "1.1").wheel();
    let table: &[(&str, Vec<u8>)] = &[
        ("not a zip", b"hello".to_vec()),
        ("empty", Vec::new()),
        ("cut", good[..good.len() - 30].to_vec()),
        ("trailing bytes", trailing),
        ("another project", other_name),
        ("another version", other_version),
        ("no dist-info", zip(&[("x.py".to_owned(), b"x".to_vec())])),
        ("an sdist", distribution.sdist()),
    ];
    for (what, content) in table {
        let mut form = Form::wheel(&distribution);
        let answer = index.upload(form.replace(content.clone()));
        assert_eq!(answer.status, 400, "{what}: {}", answer.text());
        assert!(
            answer.text().contains("x-1.0-py3-none-any.whl"),
            "{what}: {}",
            answer.text()
        );
    }
    for (what, content) in [
        ("a wheel", good),
        ("not an archive", b"hello".to_vec()),
        ("another version", TestDistribution::new("x", "1.1").sdist()),
    ] {
        let mut form = Form::sdist(&distribution);
        let answer = index.upload(form.replace(content));
        assert_eq!(answer.status, 400, "{what}: {}", answer.text());
    }
    assert!(index.files("x").is_empty());
    assert_eq!(index.upload(&Form::wheel(&distribution)).status, 200);
}

fn metadata_must_agree(index: &TestIndex) {
    let distribution = TestDistribution::new("x", "1.0")
        .header("Summary: true")
        .header("Requires-Python: >=3.9")
        .header("Requires-Dist: idna>=3")
        .header("Requires-Dist: rich; extra == 'nice'")
        .header("Provides-Extra: nice");
    for (field, value) in [
        ("summary", "false"),
        ("requires_python", ">=3.8"),
        ("requires_dist", "evil"),
        ("author", "nobody"),
        ("description", "Another one"),
        ("license_expression", "MIT"),
    ] {
        let mut form = Form::wheel(&distribution);
        let answer = index.upload(form.set(field, value));
        assert_eq!(answer.status, 400, "{field}: {}", answer.text());
        assert!(
            answer.text().contains(&format!("`{field}`")),
            "{}",
            answer.text()
        );
    }
    let mut form = Form::wheel(&distribution);
    form.set("summary", "true")
        .set("requires_python", ">=3.9")
        .set("provides_extra", "nice")
        .set("description", "# x\r\n\r\nA test.")
        .set("description_content_type", "text/markdown");
    form.fields
        .push(("requires_dist".to_owned(), "idna >=3".to_owned()));
    form.fields.push((
        "requires_dist".to_owned(),
        "rich ; extra == \"nice\"".to_owned(),
    ));
    let answer = index.upload(&form);
    assert_eq!(answer.status, 200, "{}", answer.text());
}

fn what_is_there_already(index: &TestIndex) {
    let distribution = TestDistribution::new("x", "1.0");
    let wheel = Form::wheel(&distribution);
    assert_eq!(
        index.upload(&wheel).text(),
        "published `x-1.0-py3-none-any.whl`\n"
    );
    let again = index.upload(&wheel);
    assert_eq!(again.status, 200);
    assert!(
        again.text().contains("is there already"),
        "{}",
        again.text()
    );
    let other = Form::wheel(&distribution.clone().file("more.py", b""));
    let answer = index.upload(&other);
    assert_eq!(answer.status, 400);
    assert!(
        answer.text().starts_with("File already exists"),
        "{}",
        answer.text()
    );
    assert!(
        answer.reason.starts_with("File already exists"),
        "{}",
        answer.reason
    );
    let sdist = Form::sdist(&distribution);
    assert_eq!(index.upload(&sdist).status, 200);
    assert_eq!(index.files("x").len(), 2);
}

fn a_refused_upload_leaves_nothing(index: &TestIndex) {
    let mut form = Form::wheel(&TestDistribution::new("x", "1.0"));
    form.set("sha256_digest", &"0".repeat(64));
    assert_eq!(index.upload(&form).status, 400);
    let incoming = std::fs::read_dir(index.options.data.join("incoming"));
    let left: Vec<_> = incoming.unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(index.audit(), []);
}

/// Damages a good body in many places, always the same ones: each answer is a refusal or, where the
/// damage is in a field that does not matter, a success; never a failure inside.
fn damaged_requests_never_break_the_server(index: &TestIndex) {
    let authorization = basic("__token__", &index.token);
    let headers = [
        ("Content-Type", FORM),
        ("Authorization", authorization.as_str()),
    ];
    let good = Form::wheel(&TestDistribution::new("x", "1.0")).body();
    let mut state: u32 = 12345;
    let mut next = |below: usize| {
        state = state.wrapping_mul(1_103_515_245).wrapping_add(12345);
        (state >> 8) as usize % below
    };
    for number in 0..200 {
        let mut body = good.clone();
        let at = next(body.len());
        match number % 4 {
            0 => body[at] = u8::try_from(next(256)).unwrap(),
            1 => body.truncate(at),
            2 => drop(body.drain(at..(at + next(40)).min(good.len()))),
            _ => {
                let piece = body[at..(at + 30).min(good.len())].to_vec();
                let to = next(body.len());
                body.splice(to..to, piece);
            }
        }
        let answer = request(index.address, "POST", "/legacy/", &headers, &body);
        assert!(
            matches!(answer.status, 200 | 400 | 413),
            "{number} at {at}: {} {}",
            answer.status,
            answer.text()
        );
    }
    assert_eq!(index.get("/health", &[]).status, 200);
    let files = index.files("x");
    assert!(
        files.iter().all(|name| name == "x-1.0-py3-none-any.whl"),
        "{files:?}"
    );
}

fn names_that_new_projects_cannot_have(index: &TestIndex) {
    let form = |name: &str| Form::wheel(&TestDistribution::new(name, "1.0"));
    assert_eq!(index.upload(&form("flask-tools")).status, 200);
    for (name, status, words) in [
        (
            "asyncio",
            400,
            "`asyncio` is a module of Python's standard library",
        ),
        ("f1ask-tools", 400, "too much like `flask-tools`"),
    ] {
        let answer = index.upload(&form(name));
        assert_eq!(answer.status, status, "{}", answer.text());
        assert!(answer.text().contains(words), "{}", answer.text());
        assert!(index.files(name).is_empty());
    }
    let mut browser = Browser::administrator(index);
    let keep = [("pattern", "Acme_*"), ("action", "prohibit")];
    assert_eq!(browser.submit("/manage/names/", &keep).status, 303);
    assert!(
        browser
            .get("/manage/")
            .text()
            .contains("<code>acme-*</code>")
    );
    let answer = index.upload(&form("acme.tools"));
    assert_eq!(answer.status, 400);
    assert!(
        answer.text().contains("kept by the administrators"),
        "{}",
        answer.text()
    );
    // Others begin projects as long as the administrators let them.
    let bob = index.another_token("bob", &[]);
    let send = |name: &str| form(name).send(index.address, "__token__", &bob);
    assert_eq!(send("first-of-bob").status, 200);
    let settings = [
        ("reading", "public"),
        ("registration", "invited"),
        ("new-projects", "administrators"),
    ];
    assert_eq!(browser.submit("/manage/settings/", &settings).status, 303);
    let answer = send("second-of-bob");
    assert_eq!(answer.status, 403);
    assert!(
        answer.text().contains("only administrators"),
        "{}",
        answer.text()
    );
    let more = Form::sdist(&TestDistribution::new("first-of-bob", "1.0"));
    assert_eq!(more.send(index.address, "__token__", &bob).status, 200);
    assert_eq!(index.upload(&form("third")).status, 200);
}
