//! What readers get: pages in their forms, files, parts of files, conditional requests.

use std::io::Read;

use tilsit_simple_api::search::SearchAnswer;
use tilsit_testing::TestDistribution;

use crate::http::{Form, request};
use crate::support::{TestIndex, with_every_file_store};

with_every_file_store!(
    the_simple_pages_in_each_form,
    pages_are_conditional_and_packed,
    names_lead_to_the_normalised_name,
    files_and_their_parts,
    metadata_lies_beside_wheels,
    the_json_api,
    pages_for_people,
    descriptions_are_rendered_and_clean,
    what_is_published_is_found,
    what_is_not_there,
);

fn published(index: &TestIndex) -> TestDistribution {
    let distribution = TestDistribution::new("Demo.Pkg", "1.0")
        .header("Summary: Shows <b>things</b> & more")
        .header("Requires-Python: >=3.9")
        .header("Requires-Dist: idna>=3; python_version < '3.12'")
        .header("Project-URL: Source, https://index.example/source")
        .header("Project-URL: Evil, javascript:alert(1)")
        .header("License-Expression: MIT");
    let mut form = Form::wheel(&distribution);
    let answer = index.upload(form.set("requires_python", ">=3.9"));
    assert_eq!(answer.status, 200, "{}", answer.text());
    let answer = index.upload(&Form::sdist(&distribution));
    assert_eq!(answer.status, 200, "{}", answer.text());
    distribution
}

fn the_simple_pages_in_each_form(index: &TestIndex) {
    published(index);
    let json = "application/vnd.pypi.simple.v1+json";
    let html = "application/vnd.pypi.simple.v1+html; charset=utf-8";
    let text = "text/html; charset=utf-8";
    for (accept, status, content_type) in [
        (None, 200, text),
        (Some("*/*"), 200, text),
        (Some("text/html"), 200, text),
        (Some("application/vnd.pypi.simple.v1+json"), 200, json),
        (Some("application/vnd.pypi.simple.latest+json"), 200, json),
        (Some("application/vnd.pypi.simple.v1+html"), 200, html),
        // What pip sends.
        (
            Some(
                "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html; q=0.1, text/html; q=0.01",
            ),
            200,
            json,
        ),
        (
            Some("application/vnd.pypi.simple.v2+json"),
            406,
            "text/plain; charset=utf-8",
        ),
        (Some("image/png"), 406, "text/plain; charset=utf-8"),
    ] {
        let headers: Vec<_> = accept
            .map(|accept| ("Accept", accept))
            .into_iter()
            .collect();
        for path in ["/simple/", "/simple/demo-pkg/"] {
            let answer = index.get(path, &headers);
            assert_eq!(answer.status, status, "{path} {accept:?}");
            assert_eq!(
                answer.header("content-type"),
                Some(content_type),
                "{path} {accept:?}"
            );
            if status == 200 {
                assert_eq!(answer.header("vary"), Some("Accept, Accept-Encoding"));
                assert_eq!(answer.header("x-pypi-last-serial"), Some("4"));
            }
        }
    }
    let page = index.json("/simple/demo-pkg/").json();
    assert_eq!(page["name"], "demo-pkg");
    assert_eq!(page["versions"], serde_json::json!(["1.0"]));
    assert_eq!(
        page["files"][0]["filename"],
        "demo_pkg-1.0-py3-none-any.whl"
    );
    assert_eq!(page["files"][0]["requires-python"], ">=3.9");
    assert_eq!(page["files"][1]["filename"], "demo_pkg-1.0.tar.gz");
    let list = index.json("/simple/").json();
    assert_eq!(list["projects"][0]["name"], "demo-pkg");
    let html = index.get("/simple/demo-pkg/", &[]).text();
    assert!(html.contains("data-requires-python=\"&gt;=3.9\""), "{html}");
    assert!(html.contains("data-core-metadata=\"sha256="), "{html}");
}

fn pages_are_conditional_and_packed(index: &TestIndex) {
    let distribution = published(index);
    let plain = index.json("/simple/demo-pkg/");
    let etag = plain.header("etag").unwrap().to_owned();
    assert_eq!(plain.header("cache-control"), Some("no-cache"));
    let accept = ("Accept", "application/vnd.pypi.simple.v1+json");
    let same = index.get("/simple/demo-pkg/", &[accept, ("If-None-Match", &etag)]);
    assert_eq!((same.status, same.body.len()), (304, 0));
    assert_eq!(same.header("etag"), Some(etag.as_str()));
    let html = index.get("/simple/demo-pkg/", &[("If-None-Match", &etag)]);
    assert_eq!(html.status, 200);

    for _ in 0..2 {
        let packed = index.get("/simple/demo-pkg/", &[accept, ("Accept-Encoding", "gzip")]);
        assert_eq!(packed.header("content-encoding"), Some("gzip"));
        assert_ne!(packed.header("etag"), Some(etag.as_str()));
        let mut body = Vec::new();
        flate2::read::GzDecoder::new(packed.body.as_slice())
            .read_to_end(&mut body)
            .unwrap();
        assert_eq!(body, plain.body);
    }
    // The list is too small to pack.
    let small = index.get("/simple/", &[accept, ("Accept-Encoding", "gzip")]);
    assert_eq!(small.header("content-encoding"), None);

    let newer = TestDistribution {
        version: "1.1".to_owned(),
        ..distribution
    };
    assert_eq!(index.upload(&Form::sdist(&newer)).status, 200);
    let changed = index.get("/simple/demo-pkg/", &[accept, ("If-None-Match", &etag)]);
    assert_eq!(changed.status, 200);
    assert_eq!(
        changed.json()["versions"],
        serde_json::json!(["1.0", "1.1"])
    );
}

fn names_lead_to_the_normalised_name(index: &TestIndex) {
    published(index);
    for (path, status, location) in [
        ("/simple", 308, Some("simple/")),
        ("/simple/Demo.Pkg/", 301, Some("../demo-pkg/")),
        ("/simple/Demo.Pkg", 301, Some("demo-pkg/")),
        ("/simple/demo-pkg", 301, Some("demo-pkg/")),
        ("/project/Demo_Pkg/", 301, Some("../demo-pkg/")),
        ("/project/Demo_Pkg/1.0/", 301, Some("../../demo-pkg/1.0/")),
        ("/project/demo-pkg", 301, Some("demo-pkg/")),
        ("/project/demo-pkg/1.0", 301, Some("1.0/")),
        ("/simple/%2e%2e%2fetc/", 404, None),
        ("/simple/a%0d%0ab", 404, None),
    ] {
        let answer = index.get(path, &[]);
        assert_eq!(
            (answer.status, answer.header("location")),
            (status, location),
            "{path}"
        );
    }
    let legacy = request(index.address, "POST", "/legacy", &[], b"x");
    assert_eq!(
        (legacy.status, legacy.header("location")),
        (308, Some("legacy/"))
    );
}

fn files_and_their_parts(index: &TestIndex) {
    let distribution = published(index);
    let bytes = distribution.wheel();
    let path = index.file_path("demo-pkg", &distribution.wheel_name());
    let whole = index.get(&path, &[]);
    assert_eq!((whole.status, &whole.body), (200, &bytes));
    let size = bytes.len();
    assert_eq!(
        whole.header("content-length"),
        Some(size.to_string().as_str())
    );
    assert_eq!(
        whole.header("cache-control"),
        Some("public, max-age=31536000, immutable")
    );
    assert_eq!(whole.header("accept-ranges"), Some("bytes"));
    assert_eq!(
        whole.header("content-security-policy"),
        Some("default-src 'none'; sandbox")
    );
    let etag = whole.header("etag").unwrap().to_owned();

    let head = request(index.address, "HEAD", &path, &[], b"");
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(
        head.header("content-length"),
        Some(size.to_string().as_str())
    );

    let tail = index.get(&path, &[("Range", "bytes=-20")]);
    assert_eq!(
        (tail.status, tail.body.as_slice()),
        (206, &bytes[size - 20..])
    );
    let range = format!("bytes {}-{}/{size}", size - 20, size - 1);
    assert_eq!(tail.header("content-range"), Some(range.as_str()));
    let middle = index.get(&path, &[("Range", "bytes=5-9"), ("If-Range", &etag)]);
    assert_eq!(
        (middle.status, middle.body.as_slice()),
        (206, &bytes[5..10])
    );
    let changed = index.get(&path, &[("Range", "bytes=5-9"), ("If-Range", "\"other\"")]);
    assert_eq!(changed.status, 200);
    let beyond = index.get(&path, &[("Range", &format!("bytes={size}-"))]);
    assert_eq!(beyond.status, 416);
    assert_eq!(
        beyond.header("content-range"),
        Some(format!("bytes */{size}").as_str())
    );
    let several = index.get(&path, &[("Range", "bytes=0-1,3-4")]);
    assert_eq!((several.status, several.body.len()), (200, size));
    let known = index.get(&path, &[("If-None-Match", &etag), ("Range", "bytes=0-1")]);
    assert_eq!((known.status, known.body.len()), (304, 0));
}

fn metadata_lies_beside_wheels(index: &TestIndex) {
    let distribution = published(index);
    let path = index.file_path("demo-pkg", &distribution.wheel_name());
    let metadata = index.get(&format!("{path}.metadata"), &[]);
    assert_eq!(
        (metadata.status, metadata.text()),
        (200, distribution.metadata())
    );
    let page = index.json("/simple/demo-pkg/").json();
    let digest = page["files"][0]["core-metadata"]["sha256"]
        .as_str()
        .unwrap();
    assert_eq!(
        metadata.header("etag"),
        Some(format!("\"{digest}\"").as_str())
    );
    let sdist = index.file_path("demo-pkg", &distribution.sdist_name());
    assert_eq!(index.get(&sdist, &[]).status, 200);
    assert_eq!(index.get(&format!("{sdist}.metadata"), &[]).status, 404);
    assert!(
        page["files"][1]
            .get("core-metadata")
            .is_none_or(|value| value == false)
    );
}

fn the_json_api(index: &TestIndex) {
    let distribution = published(index);
    let answer = index.get("/pypi/Demo.Pkg/json", &[]);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let serial: u64 = answer
        .header("x-pypi-last-serial")
        .unwrap()
        .parse()
        .unwrap();
    let all = answer.json();
    assert_eq!(all["last_serial"], serial);
    let info = &all["info"];
    for (key, value) in [
        ("name", "Demo.Pkg"),
        ("version", "1.0"),
        ("summary", "Shows <b>things</b> & more"),
        ("requires_python", ">=3.9"),
        ("license_expression", "MIT"),
    ] {
        assert_eq!(info[key], value, "{key}");
    }
    assert_eq!(
        info["requires_dist"][0],
        "idna>=3; python_version < \"3.12\""
    );
    assert_eq!(
        info["project_urls"]["Source"],
        "https://index.example/source"
    );
    assert_eq!(
        (&info["yanked"], &info["downloads"]["last_day"]),
        (&false.into(), &(-1).into())
    );
    assert_eq!(all["ownership"]["roles"][0]["user"], "alice");
    assert_eq!(all["releases"]["1.0"], all["urls"]);
    let wheel = &all["urls"][0];
    assert_eq!(wheel["filename"], distribution.wheel_name());
    assert_eq!(wheel["packagetype"], "bdist_wheel");
    assert_eq!(wheel["python_version"], "py3");
    assert_eq!(wheel["size"], distribution.wheel().len());
    let url = wheel["url"].as_str().unwrap();
    let path = url
        .strip_prefix(&format!("http://{}", index.address))
        .expect("whole");
    assert_eq!(index.get(path, &[]).body, distribution.wheel());
    let sdist = &all["urls"][1];
    assert_eq!(
        (&sdist["packagetype"], &sdist["python_version"]),
        (&"sdist".into(), &"source".into())
    );
    assert_eq!(sdist["core-metadata"], false);
    // One release has no list of the others.
    let one = index.get("/pypi/demo-pkg/1.0/json", &[]).json();
    assert_eq!(index.get("/pypi/demo-pkg/1.0.0/json", &[]).json(), one);
    assert_eq!((&one["info"], &one["urls"]), (info, &all["urls"]));
    assert!(one.get("releases").is_none());
    for path in [
        "/pypi/nothing/json",
        "/pypi/demo-pkg/9/json",
        "/pypi/demo-pkg/x/json",
    ] {
        assert_eq!(index.get(path, &[]).status, 404, "{path}");
    }
}

fn pages_for_people(index: &TestIndex) {
    let empty = index.get("/", &[]).text();
    assert!(empty.contains("Nothing has been published yet."), "{empty}");
    published(index);
    let home = index.get("/", &[]).text();
    assert!(
        home.contains("<a href=\"project/demo-pkg/\">Demo.Pkg</a>"),
        "{home}"
    );
    for path in ["/project/demo-pkg/", "/project/demo-pkg/1.0/"] {
        let answer = index.get(path, &[]);
        let page = answer.text();
        assert_eq!(answer.status, 200, "{page}");
        let policy = answer.header("content-security-policy").unwrap();
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"),
            "{policy}"
        );
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        for part in [
            "Shows &#60;b&#62;things&#60;/b&#62; &#38; more",
            "idna&#62;=3",
            "https://index.example/source",
            "demo_pkg-1.0-py3-none-any.whl",
            &format!("http://{}/simple/ demo-pkg", index.address),
        ] {
            assert!(page.contains(part), "{part} is not in {page}");
        }
        assert!(!page.contains("javascript:"), "{page}");
        assert!(!without_own_script(&page).contains("<script"), "{page}");
    }
    // A dependency is linked when it is here.
    let user = TestDistribution::new("user", "1.0")
        .header("Requires-Dist: Demo.Pkg>=1")
        .header("Requires-Dist: elsewhere");
    assert_eq!(index.upload(&Form::wheel(&user)).status, 200);
    let page = index.get("/project/user/", &[]).text();
    let link = "<a href=\"../../project/demo-pkg/\"><code>demo-pkg&#62;=1</code></a>";
    assert!(page.contains(link), "{page}");
    assert!(page.contains("<li><code>elsewhere</code></li>"), "{page}");
    // And that one says by whom it is used.
    let page = index.get("/project/demo-pkg/", &[]).text();
    assert!(page.contains("<h2>Used by</h2>"), "{page}");
    assert!(
        page.contains("<a href=\"../../project/user/\">user</a>"),
        "{page}"
    );
    let script = index.get("/static/copy.js", &[]);
    assert_eq!(
        script.header("content-type"),
        Some("text/javascript; charset=utf-8")
    );
    let style = index.get("/static/style.css", &[]);
    assert_eq!(
        style.header("content-type"),
        Some("text/css; charset=utf-8")
    );
    let etag = style.header("etag").unwrap();
    let again = index.get("/static/style.css", &[("If-None-Match", etag)]);
    assert_eq!((again.status, again.body.len()), (304, 0));
    assert_eq!(index.get("/health", &[]).text(), "ok\n");
}

/// A project's page without the one script that the server puts there.
pub(crate) fn without_own_script(page: &str) -> String {
    ["../../", "../../../"]
        .iter()
        .fold(page.to_owned(), |page, root| {
            let own = format!("<script src=\"{root}static/copy.js\" defer></script>");
            page.replacen(&own, "", 1)
        })
}

fn descriptions_are_rendered_and_clean(index: &TestIndex) {
    let mut distribution = TestDistribution::new("demo", "1.0");
    "# Demo\n\nSome *words*.\n\n```python\nimport os\n```\n\n\
     <script>alert(1)</script>\n\n<img src=x onerror=alert(1)>\n\n[evil](javascript:alert(1))\n\n\
     ![badge](https://index.example/badge.svg)\n"
        .clone_into(&mut distribution.description);
    assert_eq!(index.upload(&Form::wheel(&distribution)).status, 200);
    let answer = index.get("/project/demo/", &[]);
    let page = answer.text();
    for part in [
        "<em>words</em>",
        "<span class=\"kn\">import</span>",
        "<img src=\"https://index.example/badge.svg\"",
    ] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    for part in ["<script", "onerror", "javascript:"] {
        assert!(
            !without_own_script(&page).contains(part),
            "{part} is in {page}"
        );
    }
    // Images of descriptions, and nothing else, may come from elsewhere.
    let policy = answer.header("content-security-policy").unwrap();
    assert!(policy.contains("img-src 'self' data: https:;"), "{policy}");
    assert!(
        policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"),
        "{policy}"
    );
}

/// The page of a search, once it has a text: the search index follows within seconds.
fn found(index: &TestIndex, query: &str, text: &str, is_there: bool) -> String {
    let began = std::time::Instant::now();
    loop {
        let page = index.get(&format!("/search/?{query}"), &[]);
        assert_eq!(page.status, 200, "{}", page.text());
        if page.text().contains(text) == is_there {
            return page.text();
        }
        assert!(began.elapsed().as_secs() < 30, "{query}: {}", page.text());
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
}

fn what_is_published_is_found(index: &TestIndex) {
    let link = "<a href=\"../project/demo-pkg/\">Demo.Pkg</a>";
    let empty = index.get("/search/?q=demo", &[]).text();
    assert!(empty.contains("Nothing fits."), "{empty}");
    published(index);
    let page = found(index, "q=demopkg", link, true);
    assert!(page.contains("<strong>1</strong> project</p>"), "{page}");
    assert!(
        page.contains("Shows &#60;b&#62;things&#60;/b&#62; &#38; more"),
        "{page}"
    );
    assert!(page.contains("search/?q=demopkg&#38;licence=MIT"), "{page}");
    found(index, "q=demopkg&licence=MIT", link, true);
    let json = index.get("/search/?q=demopkg", &[("Accept", "application/json")]);
    assert_eq!(json.header("vary"), Some("Accept"));
    let answer = SearchAnswer::from_json(&json.body).unwrap();
    assert_eq!((answer.count, &*answer.projects[0].name), (1, "Demo.Pkg"));
    found(index, "q=demopkg&licence=Other", link, false);
    found(index, "q=&page=2", link, false);
    let odd = found(
        index,
        "q=%22%3E%3Cscript%3E&c=%22%3E%3Cscript%3E",
        "<script",
        false,
    );
    assert!(odd.contains("&#60;script&#62;"), "{odd}");
    let later = TestDistribution::new("Demo.Pkg", "2.0").header("Summary: Entirely other words");
    assert_eq!(index.upload(&Form::wheel(&later)).status, 200);
    found(index, "q=entirely", link, true);
    found(index, "q=things", link, false);
    // A server that starts again goes on where it was.
    assert!(index.options.data.join("search-1/meta.json").is_file());
}

fn what_is_not_there(index: &TestIndex) {
    let distribution = published(index);
    let path = index.file_path("demo-pkg", &distribution.wheel_name());
    let other_digest = path.replace(&path[13..20], "0000000");
    for path in [
        "/nothing",
        "/simple/nothing/",
        "/project/nothing/",
        "/project/demo-pkg/2.0/",
        "/project/demo-pkg/not%20a%20version/",
        "/files/aa/bb/cc/x.whl",
        &format!("{path}x"),
        &format!("{path}.metadata.metadata"),
        &other_digest,
        &path.replacen("/files/", "/files/00/", 1),
        "/files/../data/index.sqlite3",
        "/static/../Cargo.toml",
    ] {
        let answer = index.get(path, &[("Accept", "text/html")]);
        assert_eq!(answer.status, 404, "{path}: {}", answer.text());
    }
    for (method, path) in [("POST", "/simple/"), ("GET", "/legacy/"), ("DELETE", &path)] {
        assert_eq!(
            request(index.address, method, path, &[], b"").status,
            405,
            "{method} {path}"
        );
    }
}
