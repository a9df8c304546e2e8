//! The lists and patterns; what the database says is tested with it.

use super::*;

fn name(text: &str) -> ProjectName {
    text.parse().expect("a name")
}

#[test]
fn the_standard_library_is_sorted_and_normalised() {
    let names = standard_library::STANDARD_LIBRARY;
    assert!(names.is_sorted());
    for text in names {
        assert_eq!(name(text).as_str(), *text);
    }
    for text in ["asyncio", "Tomllib", "distutils", "xml", "dummy.threading"] {
        assert!(is_of_standard_library(&name(text)), "{text}");
    }
    assert!(!is_of_standard_library(&name("asyncio-extras")));
}

#[test]
fn what_looks_alike_is_the_same() {
    for (one, other) in [
        ("flask", "f1ask"),
        ("flask", "fiask"),
        ("python-dateutil", "pythondateutil"),
        ("boto", "b0t0"),
        ("zope.interface", "zope_lnterface"),
    ] {
        assert_eq!(
            lookalike(&name(one)),
            lookalike(&name(other)),
            "{one} {other}"
        );
    }
    assert_ne!(lookalike(&name("flask")), lookalike(&name("flasks")));
}

#[test]
fn patterns_are_names_and_beginnings() {
    for (text, pattern) in [
        ("Acme.Tools", "acme-tools"),
        ("acme-*", "acme-*"),
        ("ACME_*", "acme-*"),
        ("acme*", "acme*"),
    ] {
        assert_eq!(
            text.parse::<NamePattern>().expect("a pattern").to_string(),
            pattern
        );
    }
    for text in ["", "*", "-*", "a*b", "a b", "acme-", "a%*"] {
        let parsed = text.parse::<NamePattern>();
        // A single `*` would be for all names: that is what the setting is for.
        assert!(parsed.is_err(), "{text}: {parsed:?}");
    }
}
