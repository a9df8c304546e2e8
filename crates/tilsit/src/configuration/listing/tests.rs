//! Tests of this module's parent, `listing`.

use super::redacted;

#[test]
fn no_password_is_shown() {
    for (text, shown) in [
        ("hello", "hello"),
        (
            "https://index.example/simple/",
            "https://index.example/simple/",
        ),
        (
            "https://me:secret@index.example/simple/",
            "https://****@index.example/simple/",
        ),
        (
            "https://secret@index.example/",
            "https://****@index.example/",
        ),
        ("socks5://me:secret@proxy:1", "socks5://****@proxy:1"),
        ("http://me:sec@ret@[bad/x", "http://****@[bad/x"),
        ("/a/folder", "/a/folder"),
    ] {
        assert_eq!(redacted(text.to_owned()), shown);
    }
}
