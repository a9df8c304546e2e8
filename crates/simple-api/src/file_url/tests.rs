//! Tests of this module's parent, `file_url`.

use super::*;

fn base() -> Url {
    "https://index.example/simple/flask/".parse().unwrap()
}

#[test]
fn kinds_of_urls() {
    let table = [
        (
            "flask-3.0.tar.gz",
            Some("https://index.example/simple/flask/flask-3.0.tar.gz"),
        ),
        (
            "../../files/flask-3.0.tar.gz",
            Some("https://index.example/files/flask-3.0.tar.gz"),
        ),
        (
            "//files.example/flask-3.0.tar.gz",
            Some("https://files.example/flask-3.0.tar.gz"),
        ),
        (
            "http://files.example/f.whl?a=b:c",
            Some("http://files.example/f.whl?a=b:c"),
        ),
        (
            "f.whl?at=10:00",
            Some("https://index.example/simple/flask/f.whl?at=10:00"),
        ),
        ("file:///etc/passwd", None),
        ("FILE:///etc/passwd", None),
        ("javascript:alert(1)", None),
        ("java\tscript:alert(1)", None),
        ("data:text/plain,a.whl", None),
        ("ftp://files.example/f.whl", None),
        ("git+https://files.example/f.whl", None),
    ];
    for (url, expected) in table {
        let found = check(Some(&base()), url).and_then(|()| resolve(Some(&base()), url));
        assert_eq!(
            found.as_ref().ok().map(Url::as_str),
            expected,
            "{url}: {found:?}"
        );
    }
}

#[test]
fn a_file_page_may_link_to_files() {
    let base: Url = "file:///srv/wheels/index.html".parse().unwrap();
    assert!(check(Some(&base), "file:///srv/wheels/f.whl").is_ok());
    assert_eq!(
        resolve(Some(&base), "f.whl").unwrap().as_str(),
        "file:///srv/wheels/f.whl"
    );
}

#[test]
fn file_names() {
    let table = [
        ("https://index.example/f-1.0.tar.gz", Some("f-1.0.tar.gz")),
        ("f-1.0%2Blocal.tar.gz?x=/y", Some("f-1.0+local.tar.gz")),
        ("a/b/", None),
        ("a/%2e%2e", None),
        ("..%2F..%2Fetc", None),
        ("..%5Cetc", None),
        ("a%00b", None),
        ("%ff", None),
        ("..%252F..%252Fetc", Some("..%2F..%2Fetc")),
    ];
    for (url, expected) in table {
        assert_eq!(file_name(url).ok().as_deref(), expected, "{url}");
    }
}

#[test]
fn an_error_shows_no_password() {
    let error = resolve(None, "ftp://user:secret@files.example/f.whl").unwrap_err();
    assert!(!error.to_string().contains("secret"), "{error}");
}
