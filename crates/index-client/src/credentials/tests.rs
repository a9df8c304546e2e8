//! Tests of this module's parent, `credentials`.

use super::*;

fn of_netrc(text: &str) -> Credentials {
    Credentials::from_files(Logins::default(), text.parse().unwrap())
}

fn user_for(credentials: &Credentials, url: &str) -> Option<String> {
    credentials
        .for_url(&url.parse().unwrap())
        .map(|found| found.user().to_owned())
}

#[test]
fn by_origin_and_folder() {
    let netrc = "machine files.example login net password p\ndefault login any password p";
    let credentials = of_netrc(netrc);
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
    let credentials = of_netrc("default login u password geheim");
    credentials.add(
        &"https://x.example".parse().unwrap(),
        Credential::new("v", "geheim"),
    );
    assert!(!format!("{credentials:?}").contains("geheim"));
}

#[test]
fn what_was_given_is_before_logins_and_these_are_before_netrc() {
    let logins = "[[login]]\nurl = \"https://index.example/team/\"\nusername = \"kept\"\n\
        password = \"of login\"\n";
    let netrc = "machine index.example login net password of-netrc";
    let credentials =
        || Credentials::from_files(Logins::parse(logins).unwrap(), netrc.parse().unwrap());
    let (team, other) = (
        "https://index.example/team/simple/a/",
        "https://index.example/other/simple/a/",
    );
    let found = |credentials: &Credentials, url: &str| {
        let found = credentials.for_url(&url.parse().unwrap()).unwrap();
        (
            found.user().to_owned(),
            found.password().reveal().to_owned(),
        )
    };
    let pair = |user: &str, password: &str| (user.to_owned(), password.to_owned());
    let untouched = credentials();
    assert_eq!(found(&untouched, team), pair("kept", "of login"));
    assert_eq!(found(&untouched, other), pair("net", "of-netrc"));
    let given = |url: &str, user: &str, password: &str| {
        let credentials = credentials();
        credentials.add(&url.parse().unwrap(), Credential::new(user, password));
        credentials
    };
    // For this folder: it counts. For another one of the origin: only where no login is kept.
    let here = given("https://index.example/team/simple/", "url", "p");
    assert_eq!(found(&here, team), pair("url", "p"));
    let beside = given("https://index.example/third/simple/", "url", "p");
    assert_eq!(found(&beside, team), pair("kept", "of login"));
    assert_eq!(found(&beside, other), pair("url", "p"));
    // A user alone takes the password that is kept for the same user.
    for (user, password) in [("kept", "of login"), ("net", "of-netrc"), ("third", "")] {
        let alone = given("https://index.example/team/simple/", user, "");
        assert_eq!(found(&alone, team), pair(user, password));
    }
}
