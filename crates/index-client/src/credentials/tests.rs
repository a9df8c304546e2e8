//! Tests of this module's parent, `credentials`.

use super::*;

fn user_for(credentials: &Credentials, url: &str) -> Option<String> {
    credentials
        .for_url(&url.parse().unwrap())
        .map(|found| found.user().to_owned())
}

#[test]
fn by_origin_and_folder() {
    let netrc = "machine files.example login net password p\ndefault login any password p";
    let credentials = Credentials::from_netrc(netrc.parse().unwrap());
    for (url, user) in [
        ("https://index.example/a/simple/", "a"),
        ("https://index.example/b/simple/", "b"),
        ("https://other.example:8443/simple/", "other"),
    ] {
        credentials.add(&url.parse().unwrap(), Credential::new(user, "p"));
    }
    for (url, expected) in [
        ("https://index.example/a/simple/flask/", Some("a")),
        ("https://index.example/b/simple/flask/", Some("b")),
        ("https://index.example/files/f.whl", Some("any")),
        ("https://other.example:8443/files/f.whl", Some("other")),
        ("https://other.example/files/f.whl", Some("any")),
        ("http://index.example/a/simple/flask/", Some("any")),
        ("https://files.example/f.whl", Some("net")),
    ] {
        assert_eq!(user_for(&credentials, url).as_deref(), expected, "{url}");
    }
    assert_eq!(
        user_for(&Credentials::default(), "https://index.example/"),
        None
    );
}

#[test]
fn nothing_prints_a_password() {
    let credentials = Credentials::from_netrc("default login u password geheim".parse().unwrap());
    credentials.add(
        &"https://x.example".parse().unwrap(),
        Credential::new("v", "geheim"),
    );
    assert!(!format!("{credentials:?}").contains("geheim"));
}
