//! Tests of this module's parent, `name`.

use super::{ExtraName, GroupName, NameError, ProjectName, is_normalized, normalize};

#[test]
fn valid_names_are_normalised() {
    for (text, normal) in [
        ("a", "a"),
        ("A", "a"),
        ("0", "0"),
        ("Jupyter_Client", "jupyter-client"),
        ("zope.interface", "zope-interface"),
        ("a-._-b", "a-b"),
        ("friendly--bard", "friendly-bard"),
        ("FrIeNdLy-._.-bArD", "friendly-bard"),
    ] {
        assert_eq!(ProjectName::new(text).unwrap().as_str(), normal, "{text}");
        assert_eq!(ExtraName::new(text).unwrap(), normal, "{text}");
        assert_eq!(GroupName::new(text).unwrap().to_string(), normal, "{text}");
        assert!(is_normalized(normal), "{normal}");
        assert_eq!(is_normalized(text), text == normal, "{text}");
    }
}

#[test]
fn invalid_names_say_where() {
    for (text, offset, message) in [
        ("", 0, "the project name is empty"),
        (
            "-a",
            0,
            "`-a` is not a valid project name: it must start and end with an ASCII letter or digit",
        ),
        (
            "a_",
            1,
            "`a_` is not a valid project name: it must start and end with an ASCII letter or digit",
        ),
        (
            "a b",
            1,
            "`a b` is not a valid project name: ` ` at byte 1 is not an ASCII letter, digit, `.`, `_` or `-`",
        ),
        (
            "naïve",
            2,
            "`naïve` is not a valid project name: `ï` at byte 2 is not an ASCII letter, digit, `.`, `_` or `-`",
        ),
    ] {
        let error: NameError = ProjectName::new(text).unwrap_err();
        assert_eq!(error.to_string(), message);
        assert_eq!(error.offset(), offset, "{text}");
    }
}

#[test]
fn any_text_has_a_normal_form() {
    for (text, normal) in [
        ("_not_legal", "-not-legal"),
        ("__", "-"),
        ("Ärger", "ärger"),
        ("a b", "a b"),
    ] {
        assert_eq!(normalize(text), normal);
    }
    assert!(!is_normalized("-not-legal"));
}

#[test]
fn names_serialise_as_text() {
    let name: ProjectName = serde_json::from_str("\"A.b\"").unwrap();
    assert_eq!(serde_json::to_string(&name).unwrap(), "\"a-b\"");
    assert!(serde_json::from_str::<ProjectName>("\"a!\"").is_err());
    assert_eq!(name.as_file_name(), "a_b");
}

#[test]
fn patterns_match_whole_names() {
    let matches = |pattern: &str, name: &str| {
        let pattern: super::NamePattern = pattern.parse().unwrap();
        pattern.matches(&name.parse().unwrap())
    };
    for (pattern, name, expected) in [
        ("flask", "Flask", true),
        ("flask", "flask-login", false),
        ("acme-*", "acme.tools", true),
        ("acme-*", "acme", false),
        ("acme*", "acme", true),
        ("*", "anything", true),
        ("*-stubs", "types-stubs", true),
        ("*-stubs", "stubs", false),
        ("a*b*c", "axxbxc", true),
        ("a*b*c", "axxcxb", false),
        ("a*a", "a", false),
        ("A__*", "a-b", true),
        ("**", "a", true),
    ] {
        assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
    }
    assert!("".parse::<super::NamePattern>().is_err());
    assert!("a b".parse::<super::NamePattern>().is_err());
}
