//! Tests of this module's parent, `index_url`.

use super::*;

#[test]
fn credentials_are_held_apart() {
    let index: IndexUrl = "https://us%40er:se%3Acret@index.example/simple"
        .parse()
        .unwrap();
    assert_eq!(index.url().as_str(), "https://index.example/simple/");
    let credential = index.credential().unwrap();
    assert_eq!(
        (credential.user(), credential.password().reveal()),
        ("us@er", "se:cret")
    );
    let name: ProjectName = "Some_Project".parse().unwrap();
    assert_eq!(
        index.project(&name).as_str(),
        "https://index.example/simple/some-project/"
    );
    assert!(!format!("{index} {index:?} {credential:?}").contains("cret"));
}

#[test]
fn what_is_refused() {
    for (text, expected) in [
        (
            "index",
            "the index URL is malformed: relative URL without a base",
        ),
        (
            "https://user:secret@[",
            "the index URL is malformed: invalid IPv6 address",
        ),
        (
            "ftp://user:secret@index.example/",
            "`ftp://index.example/` is a `ftp` URL; an index is at an `https`, `http` or `file` URL",
        ),
    ] {
        assert_eq!(text.parse::<IndexUrl>().unwrap_err().to_string(), expected);
    }
}
