//! `.pypirc` files as people have them, and broken ones.

use super::{Pypirc, PypircError, PypircRepository};

#[test]
fn a_file_as_people_have_it() {
    let text = "\
# my repositories
[distutils]
index-servers =
    team
    # a comment inside
    other

[team]
repository: https://index.example/legacy/
Username = __token__
password = tlst-abc=def:%(x)s # not a comment

[other]
repository = http://localhost:8080/
ca_cert = /etc/ca.pem
";
    let file = Pypirc::parse(text).expect("read");
    assert_eq!(file.index_servers, ["team", "other"]);
    assert_eq!(
        file.repository("team"),
        Some(&PypircRepository {
            name: "team".to_owned(),
            repository: Some("https://index.example/legacy/".to_owned()),
            username: Some("__token__".to_owned()),
            password: Some("tlst-abc=def:%(x)s # not a comment".to_owned()),
            ..PypircRepository::default()
        })
    );
    assert_eq!(file.repositories[1].ca_cert.as_deref(), Some("/etc/ca.pem"));
    assert_eq!(file.repository("distutils"), None);
    assert!(!format!("{file:?}").contains("abc"));
}

#[test]
fn defaults_are_inherited_and_empty_values_are_none() {
    let text = "[DEFAULT]\nusername=me\n[a]\npassword=\n[b]\nusername=you\n";
    let file = Pypirc::parse(text).expect("read");
    let names: Vec<_> = file
        .repositories
        .iter()
        .map(|repository| (repository.name.as_str(), repository.username.as_deref()))
        .collect();
    assert_eq!(names, [("a", Some("me")), ("b", Some("you"))]);
    assert_eq!(file.repositories[0].password, None);
    assert_eq!(Pypirc::parse(""), Ok(Pypirc::default()));
}

#[test]
fn what_cannot_be_read_is_named_by_its_line() {
    for (text, expected) in [
        ("a = b", PypircError::NoSection { line: 1 }),
        ("[a]\nhello", PypircError::Line { line: 2 }),
        ("[a]\n= b", PypircError::Line { line: 2 }),
        ("\n[a", PypircError::SectionHead { line: 2 }),
        ("[]", PypircError::SectionHead { line: 1 }),
        (
            "[a]\n[a]",
            PypircError::RepeatedSection {
                line: 2,
                name: "a".to_owned(),
            },
        ),
        (
            "[a]\nx=1\nX: 2",
            PypircError::RepeatedKey {
                line: 3,
                section: "a".to_owned(),
                key: "x".to_owned(),
            },
        ),
    ] {
        assert_eq!(Pypirc::parse(text), Err(expected), "{text}");
    }
}
