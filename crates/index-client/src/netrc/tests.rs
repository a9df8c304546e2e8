//! Tests of this module's parent, `netrc`.

use super::*;

#[test]
fn entries() {
    let netrc: Netrc = "# a comment\nmachine Index.Example login user password pass#word\n\
        machine two.example\n  login \"two words\" password a\\ b\\\\c\nmacdef init\n machine x\n\n\
        machine index.example login second password second\n\
        machine three.example password only # end\ndefault login any password \"\""
        .parse()
        .unwrap();
    for (host, user, password) in [
        ("index.example", "user", "pass#word"),
        ("two.example", "two words", "a b\\c"),
        ("three.example", "", "only"),
        ("x", "any", ""),
    ] {
        let found = netrc.for_host(host).unwrap();
        assert_eq!(
            (found.user(), found.password().reveal()),
            (user, password),
            "{host}"
        );
    }
    assert_eq!(
        "machine a login b password c"
            .parse::<Netrc>()
            .unwrap()
            .for_host("b"),
        None
    );
    assert_eq!("".parse::<Netrc>().unwrap(), Netrc::default());
}

#[test]
fn what_is_refused() {
    for (text, expected) in [
        ("machine", "line 1: a value is missing after `machine`"),
        (
            "machine a\nlogin",
            "line 2: a value is missing after `login`",
        ),
        (
            "machine a login b password \"secret",
            "line 1: a value is missing after `password`",
        ),
        (
            "hunter2",
            "line 1: expected `machine`, `default`, `macdef` or a comment",
        ),
        (
            "machine a login b\n\npassword c hunter2",
            "line 3: expected `machine`, `default`, `macdef` or a comment",
        ),
    ] {
        assert_eq!(
            text.parse::<Netrc>().unwrap_err().to_string(),
            expected,
            "{text}"
        );
    }
}
