//! Tests of this module's parent, `specifier`.

use super::{
    Candidate, Operator, Prereleases, SpecifierFault, VersionSpecifier, VersionSpecifiers,
};
use crate::version::Version;

fn specifiers(text: &str) -> VersionSpecifiers {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

fn version(text: &str) -> Version {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

/// Specifiers, versions inside and versions outside.
const CONTAINMENT: &[(&str, &[&str], &[&str])] = &[
    (
        "==1.0",
        &["1", "1.0.0", "1.0+local", "v1.0"],
        &["1.0.post1", "1.0a1", "1!1.0"],
    ),
    ("==1.0+a", &["1.0+a", "1.0+A"], &["1.0", "1.0+b", "1.0+a.1"]),
    ("!=1.0", &["1.1", "1.0.post1", "1.0a1"], &["1.0", "1.0+a"]),
    ("!=1.0+a", &["1.0", "1.0+b"], &["1.0.0+a"]),
    (
        "==1.2.*",
        &["1.2", "1.2.3", "1.2a1", "1.2.dev0", "1.2.post1+x"],
        &["1.20", "1", "2", "1!1.2"],
    ),
    ("==1.0.*", &["1", "1.0.5"], &["1.1"]),
    ("!=1.2.*", &["1.20", "1.1"], &["1.2rc1", "1.2"]),
    (
        "~=2.2",
        &["2.2", "2.9", "2.2.post3"],
        &["3", "2.1", "2.2rc1", "3.dev0"],
    ),
    ("~=2.2.post3", &["2.2.post3", "2.3"], &["2.2", "3.0"]),
    ("~=2.2.0", &["2.2.0", "2.2.1"], &["2.3.0"]),
    ("~=1!2.2", &["1!2.9"], &["2.9"]),
    (
        "<1.0",
        &["0.9", "0.9.post1"],
        &["1.0", "1.0a1", "1.0.dev0", "1.0.0rc1+x"],
    ),
    ("<1.0rc1", &["1.0a1", "1.0.dev0"], &["1.0rc1", "1.0"]),
    (
        "<1.0.post2",
        &["1.0", "1.0.post1", "1.0a1"],
        &["1.0.post2.dev1", "1.0.post2"],
    ),
    (
        "<=1.0",
        &["1.0", "1.0+abc", "1.0a1"],
        &["1.0.post1", "1.0.1"],
    ),
    (
        ">1.0",
        &["1.0.1", "1.1.dev0", "1.0.1+x"],
        &["1.0", "1.0.post1", "1.0+a", "1.0.post1.dev1"],
    ),
    (
        ">1.0.post1",
        &["1.0.post2", "1.0.post2.dev0"],
        &["1.0.post1", "1.0.post1+x", "1.0"],
    ),
    (
        ">1.0a1",
        &["1.0a2", "1.0b1", "1.0", "1.0a2.dev0"],
        &["1.0a1", "1.0a1.post1", "1.0a1+x"],
    ),
    (">1.0.dev1", &["1.0.dev2", "1.0a1", "1.0"], &["1.0.dev1+a"]),
    (">=1.0", &["1.0", "1.0+a", "1.0.post1"], &["1.0rc1"]),
    ("===1.0", &["1.0"], &["1.0.0", "1.0+a"]),
    (">=1.0,<2,!=1.5.*", &["1.4"], &["1.5.1", "2.0a1"]),
    ("", &["0", "1.0.dev1"], &[]),
];

#[test]
fn containment() {
    for (wanted, inside, outside) in CONTAINMENT {
        let set = specifiers(wanted);
        for text in *inside {
            assert!(set.contains(&version(text)), "{text} in {wanted}");
        }
        for text in *outside {
            assert!(!set.contains(&version(text)), "{text} not in {wanted}");
        }
    }
}

#[test]
fn normal_form() {
    for (text, normal) in [
        (" >= 1.0 , ,< 2", "<2,>=1.0"),
        (
            "~=1.0,==1,===x,!=3,<=4,>5,<6",
            "!=3,<6,<=4,==1,===x,>5,~=1.0",
        ),
        (">=1.0-1", ">=1.0.post1"),
        ("==v1.0.*", "==1.0.*"),
        ("!=1.9,!=1.10,!=1.9.0", "!=1.10,!=1.9"),
        ("===Any+thing!", "===Any+thing!"),
        ("===", "==="),
        ("", ""),
    ] {
        assert_eq!(specifiers(text).to_string(), normal, "{text}");
        assert_eq!(specifiers(normal), specifiers(text), "{text}");
    }
}

#[test]
fn equality_counts_segments_only_where_they_matter() {
    for (left, right, equal) in [
        ("==1.0", "==1", true),
        (">=1.0.0", ">=1", true),
        ("~=1.0", "~=1.0.0", false),
        ("==1.0.*", "==1.*", false),
        ("===1.0", "===1", false),
        ("==1", ">=1", false),
        ("<2,>1", ">1,<2", true),
    ] {
        assert_eq!(
            specifiers(left) == specifiers(right),
            equal,
            "{left} and {right}"
        );
    }
}

#[test]
fn faults_say_where() {
    let faults: Vec<String> = [
        "1.0",
        "=1.0",
        ">=",
        ">=1.0,lolwat",
        "~=1",
        ">=1.0+a",
        "==1.0.dev1.*",
        ">=1.*",
        "==1.0.*.5",
        "==1.0+a.*",
        "~= 1.0 x",
        "<1.0+",
        "~1.0",
        "===a b",
        "==1.*+a",
    ]
    .iter()
    .map(|text| text.parse::<VersionSpecifiers>().unwrap_err().to_string())
    .collect();
    insta::assert_snapshot!(faults.join("\n"), @r"
`1.0` is not a version specifier: a comparison operator is missing at byte 0
`=1.0` is not a version specifier: a comparison operator is missing at byte 0
`>=` is not a version specifier: no version follows the operator: a number is missing at byte 2
`>=1.0,lolwat` is not a version specifier: a comparison operator is missing at byte 6
`~=1` is not a version specifier: `~=` needs at least two release segments at byte 2
`>=1.0+a` is not a version specifier: a local label cannot stand behind this operator at byte 2
`==1.0.dev1.*` is not a version specifier: `.*` can only stand behind `==` or `!=` and a release at byte 10
`>=1.*` is not a version specifier: `.*` can only stand behind `==` or `!=` and a release at byte 3
`==1.0.*.5` is not a version specifier: `.` is unexpected at byte 7
`==1.0+a.*` is not a version specifier: `.*` can only stand behind `==` or `!=` and a release at byte 7
`~= 1.0 x` is not a version specifier: ` ` is unexpected at byte 6
`<1.0+` is not a version specifier: no version follows the operator: a segment of the local label is missing at byte 5
`~1.0` is not a version specifier: a comparison operator is missing at byte 0
`===a b` is not a version specifier: ` ` is unexpected at byte 4
`==1.*+a` is not a version specifier: `+` is unexpected at byte 5
");
}

#[test]
fn prereleases_are_the_last_resort() {
    use Prereleases::{Allow, Default, Refuse};
    for (wanted, policy, given, left) in [
        (">=1.0", Default, vec!["1.0", "1.1a1"], vec!["1.0"]),
        (
            ">=1.0",
            Default,
            vec!["0.9", "1.1a1", "1.2.dev1"],
            vec!["1.1a1", "1.2.dev1"],
        ),
        (
            ">=1.0a1",
            Default,
            vec!["1.0", "1.1a1"],
            vec!["1.0", "1.1a1"],
        ),
        (">=1.0", Allow, vec!["1.1a1", "1.0"], vec!["1.1a1", "1.0"]),
        (">=1.0", Refuse, vec!["1.1a1"], vec![]),
        ("!=1.0a1", Default, vec!["1.0", "1.1a1"], vec!["1.0"]),
        ("", Default, vec!["1.0", "what", "2a1"], vec!["1.0", "what"]),
        ("", Default, vec!["what", "2a1"], vec!["what", "2a1"]),
        ("===WHAT", Default, vec!["what", "2a1"], vec!["what"]),
        ("===1.0", Default, vec!["1.0", "1.0.0", "v1.0"], vec!["1.0"]),
        (">=0", Allow, vec!["what"], vec![]),
    ] {
        let found = specifiers(wanted).filter(given, |text| Candidate::Text(text), policy);
        assert_eq!(found, left, "{wanted} {policy:?}");
    }
    let alpha = version("2.0a1");
    assert!(specifiers(">1").contains_with(&alpha, Default));
    assert!(!specifiers(">1").contains_with(&alpha, Refuse));
    assert!(specifiers("===2.0A1").contains_with("2.0a1", Default));
}

#[test]
fn operators_check_their_operand() {
    assert_eq!(
        VersionSpecifier::new(Operator::Compatible, version("1")).unwrap_err(),
        SpecifierFault::OneSegment
    );
    assert_eq!(
        VersionSpecifier::new(Operator::Less, version("1+a")).unwrap_err(),
        SpecifierFault::Local
    );
    assert_eq!(
        VersionSpecifier::new(Operator::Arbitrary, version("1+a"))
            .unwrap()
            .to_string(),
        "===1+a"
    );
    assert_eq!(VersionSpecifier::equal(version("1")).to_string(), "==1");
}
