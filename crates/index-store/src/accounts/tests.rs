//! User names and password hashes.

use super::{UserName, hash, verify};

#[test]
fn user_names() {
    for good in ["a", "Alice", "a.b-c_d", "0x", &"a".repeat(50)] {
        assert!(good.parse::<UserName>().is_ok(), "{good}");
    }
    for bad in [
        "",
        "_a",
        "a_",
        "__token__",
        "a b",
        "é",
        "a/b",
        "a:b",
        &"a".repeat(51),
    ] {
        assert!(bad.parse::<UserName>().is_err(), "{bad}");
    }
}

#[test]
fn a_hash_verifies_only_its_password() {
    let hashed = hash(b"correct horse", &[1; 16]).expect("hashed");
    assert!(
        hashed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
        "{hashed}"
    );
    assert!(verify(b"correct horse", &hashed));
    assert!(!verify(b"correct horsf", &hashed));
    assert!(!verify(b"correct horse", "not a hash"));
}
