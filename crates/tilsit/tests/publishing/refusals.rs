//! `publish` to an index that does not want the files, or breaks down: clear words, and nothing is
//! sent twice.

use std::sync::{Arc, Mutex};

use insta::assert_snapshot;

use crate::answers::{Answer, Answers};
use crate::sandbox::Sandbox;

/// A sandbox with a wheel in `dist`.
fn sandbox() -> Sandbox {
    let sandbox = crate::sandbox();
    sandbox.run_well("build demo -o dist --wheel");
    sandbox
}

/// What is said when each upload is answered so.
fn said(status: u16, words: &'static str, options: &str) -> String {
    let sandbox = sandbox();
    let server = Answers::start(move |asked, _| match asked.line.as_str() {
        "POST /legacy/" => Answer::Status(status, words.to_owned()),
        _ => Answer::Status(404, String::new()),
    });
    let url = format!("--repository-url {}/legacy/ --retries 0", server.address);
    let answer = sandbox.run(&format!("publish {url} {options}"));
    assert_eq!(server.posts(), 1, "{answer}");
    answer.to_string().replace(&server.address, "[SERVER]")
}

#[test]
fn each_refusal_has_its_words() {
    assert_snapshot!(said(400, "Invalid classifier", "-t tlst-a"), @"
    exit: 1
    -- stderr
    Publishing to [SERVER]/legacy/
    error: `tilsit_demo-1.0-py3-none-any.whl` was not published: `[SERVER]/legacy/` answered with status 400: Invalid classifier [TL0702]
    hint: the words behind the colon are the index's; `tilsit check` looks for what indexes refuse
    ");
    assert_snapshot!(said(403, "Invalid or non-existent authentication", "-t pypi-tlst-a"), @"
    exit: 4
    -- stderr
    Publishing to [SERVER]/legacy/
    error: `tilsit_demo-1.0-py3-none-any.whl` was not published: `[SERVER]/legacy/` refused the credentials (status 403): Invalid or non-existent authentication [TL0703]
    hint: the token has a `pypi-` too many in front
    hint: a token may be bound to other projects, and the first upload of a new project needs one that is not
    hint: the token or password must be one of `[SERVER]/legacy/`: each index has its own
    ");
    assert_snapshot!(said(401, "who?", "-u anna -p pypi-abc"), @"
    exit: 4
    -- stderr
    Publishing to [SERVER]/legacy/
    error: `tilsit_demo-1.0-py3-none-any.whl` was not published: `[SERVER]/legacy/` refused the credentials (status 401): who? [TL0703]
    hint: the password looks like a token, whose user is `__token__`: give it with `--token`
    hint: the token or password must be one of `[SERVER]/legacy/`: each index has its own
    ");
    assert_snapshot!(said(401, "who?", ""), @"
    exit: 4
    -- stderr
    Publishing to [SERVER]/legacy/
    error: `tilsit_demo-1.0-py3-none-any.whl` was not published: `[SERVER]/legacy/` refused an answer without credentials (status 401): who? [TL0703]
    hint: sign in with `tilsit login [SERVER]/legacy/`, give a token with `--token`, or a section of ~/.pypirc with `--repository NAME`
    ");
    assert_snapshot!(said(409, "File already exists", "-t tlst-a"), @"
    exit: 1
    -- stderr
    Publishing to [SERVER]/legacy/
    error: `tilsit_demo-1.0-py3-none-any.whl` was not published: `[SERVER]/legacy/` answered with status 409: File already exists [TL0702]
    hint: raise the version, or pass over what is there with `--skip-existing`
    ");
    assert_snapshot!(said(413, "Request Entity Too Large", "-t tlst-a"), @"
    exit: 1
    -- stderr
    Publishing to [SERVER]/legacy/
    error: `tilsit_demo-1.0-py3-none-any.whl` was not published: `[SERVER]/legacy/` answered with status 413: Request Entity Too Large [TL0702]
    hint: the file is larger than the index, or a proxy in front of it, takes: leave out what is not needed, or ask its operator for a higher limit
    ");
    assert_snapshot!(said(503, "down for an hour", "-t tlst-a"), @"
    exit: 5
    -- stderr
    Publishing to [SERVER]/legacy/
    error: `tilsit_demo-1.0-py3-none-any.whl` was not published: `[SERVER]/legacy/` answered with status 503: down for an hour [TL0401]
    hint: run the same command again later: what the index has by then is not sent twice
    ");
}

#[test]
fn programs_are_told_the_status() {
    let sandbox = sandbox();
    let server = Answers::start(|_, _| Answer::Status(403, "not yours".to_owned()));
    let url = format!("--repository-url {}/ --retries 0", server.address);
    let (exit, envelope) = sandbox.run_json(&format!("publish {url} -t tlst-a"));
    assert_eq!(
        (exit, &envelope["errors"][0]["http_status"]),
        (4, &403.into())
    );
    let (_, envelope) = sandbox.run_json("publish nothing.whl");
    assert_eq!(envelope["errors"][0].get("http_status"), None);
}

#[test]
fn a_url_for_installing_is_told_from_one_for_uploads() {
    let sandbox = sandbox();
    let server = Answers::start(|_, _| Answer::Status(405, "Method Not Allowed".to_owned()));
    let url = format!("{}/simple/", server.address);
    let answer = sandbox.run(&format!("publish -t tlst-a --repository-url {url}"));
    assert_eq!(answer.exit, 1, "{answer}");
    assert!(
        answer.stderr.contains("this URL is for installing"),
        "{answer}"
    );
}

#[test]
fn what_is_there_already_is_a_success_where_it_is_asked_for() {
    let sandbox = sandbox();
    let server = Answers::start(|_, _| Answer::Status(400, "File already exists.".to_owned()));
    let url = format!("--repository-url {}/ --retries 0", server.address);
    let answer = sandbox.run_well(&format!("publish {url} -t tlst-a --skip-existing"));
    assert!(answer.stderr.contains("skipped"), "{answer}");
}

#[test]
fn an_index_that_recovers_gets_the_file() {
    let sandbox = sandbox();
    let server = Answers::start(
        |asked, posts| match (asked.line.starts_with("POST"), posts) {
            (false, _) => Answer::Status(404, String::new()),
            (true, 0) => Answer::Status(503, "busy".to_owned()),
            (true, 1) => Answer::Nothing,
            (true, _) => {
                let text = String::from_utf8_lossy(&asked.body);
                assert!(text.contains("name=\"sha256_digest\""), "the form is whole");
                Answer::Status(200, String::new())
            }
        },
    );
    let url = format!("--repository-url {}/legacy/", server.address);
    let answer = sandbox.run_well(&format!("publish {url} -t tlst-a"));
    assert!(answer.stderr.contains("uploaded"), "{answer}");
    assert_eq!(server.posts(), 3);
}

#[test]
fn what_was_published_before_a_failure_is_told() {
    let sandbox = sandbox();
    sandbox.run_well("build demo -o dist --sdist");
    let server = Answers::start(
        |asked, posts| match (asked.line.starts_with("POST"), posts) {
            (false, _) => Answer::Status(404, String::new()),
            (true, 0) => Answer::Status(200, String::new()),
            (true, _) => Answer::Status(500, "out of order".to_owned()),
        },
    );
    let url = format!("--repository-url {}/legacy/ --retries 0", server.address);
    let answer = sandbox.run(&format!("publish {url} -t tlst-a"));
    assert_eq!(answer.exit, 5, "{answer}");
    let words = "caused by: the index has by now: `tilsit_demo-1.0.tar.gz`";
    assert!(answer.stderr.contains(words), "{answer}");
}

/// The page of the project with this SHA-256 of the wheel.
fn page(sha256: &str) -> String {
    format!(
        "{{\"meta\":{{\"api-version\":\"1.1\"}},\"name\":\"tilsit-demo\",\"versions\":[\"1.0\"],\
         \"files\":[{{\"filename\":\"tilsit_demo-1.0-py3-none-any.whl\",\"url\":\"x\",\"size\":1,\
         \"hashes\":{{\"sha256\":\"{sha256}\"}}}}]}}"
    )
}

#[test]
fn an_answer_that_was_lost_is_found_out() {
    let sandbox = sandbox();
    let there: Arc<Mutex<Option<String>>> = Arc::default();
    let server = Answers::start(move |asked, posts| {
        let mut there = there.lock().unwrap();
        if asked.line.starts_with("GET") {
            return match &*there {
                Some(sha256) => Answer::Status(200, page(sha256)),
                None => Answer::Status(404, String::new()),
            };
        }
        if posts == 0 {
            // It takes the file, and its answer gets lost.
            *there = Some(field(&asked.body, "sha256_digest"));
            return Answer::Nothing;
        }
        Answer::Status(400, "File already exists".to_owned())
    });
    let url = format!("--repository-url {}/legacy/", server.address);
    let answer = sandbox.run_well(&format!("publish {url} -t tlst-a"));
    assert!(answer.stderr.contains("the index has the same"), "{answer}");
    // And it is not sent once more.
    assert_eq!(server.posts(), 2);
    sandbox.run_well(&format!("publish {url} -t tlst-a"));
    assert_eq!(server.posts(), 2);
}

/// A field of a form.
fn field(body: &[u8], name: &str) -> String {
    let text = String::from_utf8_lossy(body);
    let (_, rest) = text
        .split_once(&format!("name=\"{name}\"\r\n\r\n"))
        .expect("the field");
    rest.lines().next().expect("a value").to_owned()
}

#[test]
fn another_file_of_the_name_stops_everything_before_it_begins() {
    let sandbox = sandbox();
    sandbox.run_well("build demo -o dist --sdist");
    let server = Answers::start(|_, _| Answer::Status(200, page(&"ab".repeat(32))));
    let url = format!("--repository-url {}/legacy/", server.address);
    for options in ["", "--skip-existing", "--dry-run"] {
        let answer = sandbox.run(&format!("publish {url} -t tlst-a {options}"));
        assert_eq!(answer.exit, 1, "{answer}");
        assert!(answer.stderr.contains("[TL0702]"), "{answer}");
        assert!(answer.stderr.contains("raise the version"), "{answer}");
    }
    assert_eq!(server.posts(), 0, "{:?}", server.lines());
}

#[test]
fn files_that_no_index_takes_are_not_sent() {
    let sandbox = crate::sandbox();
    sandbox.write("demo/README.rst", "Demo\n====\n\n.. automodule:: demo\n");
    let pyproject = format!("{}readme = 'README.rst'\n", crate::PYPROJECT);
    sandbox.write("demo/pyproject.toml", &pyproject);
    let built = sandbox.run_well("build demo -o dist");
    assert!(built.stderr.contains("TL1017"), "{built}");
    let server = Answers::start(|_, _| Answer::Status(200, String::new()));
    let url = format!("--repository-url {}/legacy/", server.address);
    assert_snapshot!(sandbox.run(&format!("publish {url} -t tlst-a")), @"
    exit: 1
    -- stderr
    error: the files are not fit to be published [TL0701]
      caused by: `tilsit_demo-1.0.tar.gz`: TL1017: PKG-INFO: `Description`: cannot be shown: line 4: Unknown directive type \"automodule\". (error)
      caused by: `tilsit_demo-1.0-py3-none-any.whl`: TL1017: METADATA: `Description`: cannot be shown: line 4: Unknown directive type \"automodule\". (error)
    hint: `tilsit explain CODE` tells more of each; mend it and build again
    ");
    assert_eq!(server.lines(), [""; 0]);
    sandbox.run_well(&format!("publish {url} -t tlst-a --no-check"));
    assert_eq!(server.posts(), 2);
}

#[test]
fn several_releases_are_not_published_at_once() {
    let sandbox = sandbox();
    let newer = crate::PYPROJECT.replace("1.0", "2.0");
    sandbox.write("demo/pyproject.toml", &newer);
    sandbox.run_well("build demo -o dist --wheel");
    assert_snapshot!(sandbox.run("publish --repository-url http://127.0.0.1:9/ -t tlst-a"), @"
    exit: 1
    -- stderr
    error: `tilsit_demo-1.0-py3-none-any.whl` and `tilsit_demo-2.0-py3-none-any.whl` are not of one release: tilsit-demo 1.0 and tilsit-demo 2.0 [TL0701]
    hint: name the files of one release at a time, or empty the folder before you build (`tilsit build --clear`)
    ");
    sandbox.run_well("build demo -o dist --wheel --clear");
    let left = std::fs::read_dir(sandbox.path("dist")).unwrap();
    assert_eq!(left.count(), 1);
}

/// A server that takes every file and shows none.
fn content() -> Answers {
    Answers::start(|asked, _| {
        let status = if asked.line.starts_with("POST") {
            200
        } else {
            404
        };
        Answer::Status(status, String::new())
    })
}

#[test]
fn credentials_come_from_where_twine_has_them() {
    let mut sandbox = sandbox();
    let server = content();
    let line = format!("publish --repository-url {}/legacy/", server.address);
    // A token from a file has a line end.
    sandbox.set("TWINE_PASSWORD", "tlst-b\n");
    let answer = sandbox.run_well(&line);
    assert!(answer.stderr.contains("whitespace around it"), "{answer}");
    assert_eq!(server.authorization(), "Basic X190b2tlbl9fOnRsc3QtYg==");
    sandbox.set("TWINE_USERNAME", "anna");
    sandbox.run_well(&format!("{line} -p secret"));
    assert_eq!(server.authorization(), "Basic YW5uYTpzZWNyZXQ=");
}

#[cfg(unix)]
#[test]
fn a_keyring_is_asked_for_a_user_without_a_password() {
    use std::os::unix::fs::PermissionsExt as _;

    let mut sandbox = sandbox();
    let server = content();
    let url = format!("{}/legacy/", server.address);
    let script = format!("#!/bin/sh\n[ \"$1 $2\" = \"get {url}\" ] && echo kept-for-$3\n");
    let keyring = sandbox.write("bin/keyring", &script);
    std::fs::set_permissions(&keyring, std::fs::Permissions::from_mode(0o755)).unwrap();
    let folder = sandbox.path("bin");
    sandbox.set("PATH", format!("{}:/usr/bin:/bin", folder.display()));
    sandbox.run_well(&format!("publish --repository-url {url} -u anna"));
    assert_eq!(server.authorization(), "Basic YW5uYTprZXB0LWZvci1hbm5h");
    sandbox.run_well(&format!("publish --repository-url {url}"));
    assert_eq!(
        server.authorization(),
        "Basic X190b2tlbl9fOmtlcHQtZm9yLV9fdG9rZW5fXw=="
    );
    let answer = sandbox.run(&format!(
        "publish --repository-url {url} -u anna --keyring-provider disabled"
    ));
    assert_eq!(answer.exit, 4, "{answer}");
}
