//! Tests of this module's parent, `range`.

use super::{Cut, VersionRange};
use crate::specifier::VersionSpecifiers;
use crate::version::Version;

fn range(text: &str) -> VersionRange {
    text.split('|')
        .map(|part| VersionRange::from(&part.parse::<VersionSpecifiers>().unwrap()))
        .reduce(|left, right| left.union(&right))
        .unwrap()
}

fn version(text: &str) -> Version {
    text.parse().unwrap()
}

const VERSIONS: &[&str] = &[
    "0.dev0",
    "0",
    "0.9",
    "0.9.post1",
    "1.0.dev0",
    "1.0.dev1",
    "1.0a1.dev0",
    "1.0a1",
    "1.0a1.post0",
    "1.0a2.dev0",
    "1.0a2",
    "1.0b1",
    "1.0rc1",
    "1.0",
    "1.0+0",
    "1.0+a",
    "1.0+a.1",
    "1.0.post0.dev0",
    "1.0.post0",
    "1.0.post1",
    "1.0.post1+x",
    "1.0.post2.dev0",
    "1.0.post2",
    "1.0.1.dev0",
    "1.0.1",
    "1.1.dev0",
    "1.1rc1",
    "1.1",
    "1.2",
    "1.2.3",
    "1.10",
    "2.dev0",
    "2.0rc1",
    "2.0",
    "2.0+a",
    "3",
    "1!0.dev0",
    "1!1.0",
];

const SPECIFIERS: &[&str] = &[
    "",
    "==1.0",
    "!=1.0",
    "==1.0+a",
    "!=1.0+a",
    "==1.0.*",
    "!=1.0.*",
    "==1.*",
    "==1.1rc1",
    ">=1.0",
    ">=1.0a1",
    "<=1.0",
    "<=1.0a1",
    "<=1.0.post1",
    ">1.0",
    ">1.0a1",
    ">1.0.post1",
    ">1.0.dev0",
    "<1.0",
    "<1.0rc1",
    "<1.0.post1",
    "<1.0.dev1",
    "~=1.0",
    "~=1.0.1",
    "~=1.0rc1",
    "~=1!1.0",
    ">=1,<2,!=1.1.*",
    "<0.dev0",
    ">=0.dev0",
    "===1.0",
    "===what",
    ">18446744073709551615",
    "==1.18446744073709551615.*",
    "<=1.post18446744073709551615",
];

#[test]
fn a_range_holds_what_its_specifiers_contain() {
    for text in SPECIFIERS {
        let specifiers: VersionSpecifiers = text.parse().unwrap();
        let range = VersionRange::from(&specifiers);
        for version in VERSIONS.iter().map(|text| version(text)) {
            let expected = specifiers.contains(&version);
            assert_eq!(
                range.contains(&version),
                expected,
                "{version} in `{text}`: {range:?}"
            );
            assert_eq!(
                range.complement().contains(&version),
                !expected,
                "{version} in not `{text}`"
            );
        }
    }
}

#[test]
fn operations_are_those_of_sets() {
    for left in SPECIFIERS.iter().map(|text| range(text)) {
        for right in SPECIFIERS.iter().map(|text| range(text)) {
            let (both, either, only) = (
                left.intersection(&right),
                left.union(&right),
                left.difference(&right),
            );
            for version in VERSIONS.iter().map(|text| version(text)) {
                let (in_left, in_right) = (left.contains(&version), right.contains(&version));
                assert_eq!(
                    both.contains(&version),
                    in_left && in_right,
                    "{version} in {left} and {right}"
                );
                assert_eq!(
                    either.contains(&version),
                    in_left || in_right,
                    "{version} in {left} or {right}"
                );
                assert_eq!(
                    only.contains(&version),
                    in_left && !in_right,
                    "{version} in {left} without {right}"
                );
            }
            assert_eq!(both.is_empty(), left.is_disjoint(&right));
            assert_eq!(both == left, left.is_subset_of(&right));
            assert_eq!(
                left.complement().union(&right.complement()).complement(),
                both
            );
        }
    }
}

#[test]
fn cuts_have_a_total_order() {
    let cuts: Vec<Cut> = SPECIFIERS
        .iter()
        .flat_map(|text| range(text).cuts().to_vec())
        .chain(VERSIONS.iter().map(|text| Cut::after(version(text))))
        .collect();
    for left in &cuts {
        for right in &cuts {
            assert_eq!(
                left.cmp(right),
                right.cmp(left).reverse(),
                "{left:?} and {right:?}"
            );
            assert_eq!(left == right, left.cmp(right).is_eq());
            for between in VERSIONS.iter().map(|text| version(text)) {
                if left.is_below(&between) && !right.is_below(&between) {
                    assert!(left < right, "{left:?} {between} {right:?}");
                }
            }
        }
    }
}

#[test]
fn equal_sets_are_equal() {
    for (left, right) in [
        ("<=1.0", "<1.0.post0.dev0"),
        (">=0.dev0", ""),
        ("==1.0,!=1.0", ">2,<1"),
        (">1.0a1", ">=1.0a2.dev0"),
        ("==1.0|>1.0.post0.dev0|==1.0.post0.dev0", ">=1.0"),
        ("==1.*|==2.*", ">=1.dev0,<3"),
        ("<1.0|>=1.0.dev0", ""),
        (">=1.0,<1.0.0", ">=3,<2"),
    ] {
        assert_eq!(range(left), range(right), "{left} and {right}");
    }
}

#[test]
fn specifiers_of_a_range() {
    for (text, expected) in [
        ("==1.*|==2.*", Some(">=1.dev0,<3")),
        ("<=1.0|>=1.0.post0.dev0", Some("")),
        (">=1,<2,!=1.1.*,!=1.5", Some("!=1.1.*,!=1.5,<2,>=1")),
        ("~=1.4.2", Some(">=1.4.2,<1.5")),
        ("==1.0.*", Some("==1.0.*")),
        ("==1.0+a", Some("==1.0+a")),
        ("<1|>2", None),
        ("<1|>=2.dev0", Some("!=1.*")),
        ("<1,>2", None),
        (">1.0", Some(">1.0")),
        ("!=0.*", Some(">=1.dev0")),
    ] {
        let found = range(text).to_specifiers();
        assert_eq!(found, expected.map(|text| text.parse().unwrap()), "{text}");
    }
    // Up to 1.0 with its pre-releases.
    let below = range(">=1.0").complement();
    assert_eq!(below.to_specifiers().unwrap().to_string(), "!=1.0,<=1.0");
    assert_eq!(range(">1.0").complement().to_specifiers(), None);
}

#[test]
fn display_is_for_people() {
    for (text, shown) in [
        ("", "*"),
        ("<1,>2", "no version"),
        (">=1.0,<2", ">=1.0,<2"),
        ("==1.2.*|>=3", "==1.2.* | >=3"),
        ("!=1.5", "<1.5 | >1.5"),
        ("~=2.2.1", ">=2.2.1,<2.3"),
        (">1.0", ">1.0"),
        ("<=1.0", "<=1.0"),
    ] {
        assert_eq!(range(text).to_string(), shown, "{text}");
    }
    assert_eq!(VersionRange::singleton(version("1.0")).to_string(), "==1.0");
}

#[test]
fn simplified_sets_hold_the_same_known_versions() {
    let known: Vec<Version> = ["0.9", "1.0", "1.1", "1.2", "1.4", "2.0", "3.0"]
        .iter()
        .map(|text| version(text))
        .collect();
    for (text, simple) in [
        (">=1.0,<1.3|>=1.4", ">=1.0"),
        (">=1.0,!=1.3", ">=1.0"),
        ("<1.1.5|>=1.1.6,<1.3", "<1.3"),
        ("==1.0|==1.1|==1.2", ">=1.0,<=1.2"),
        (">=1,<5", ">=1,<5"),
        (">=5", ">=5"),
        ("==1.1", "==1.1"),
    ] {
        let found = range(text).simplify(known.iter());
        assert_eq!(found.to_string(), simple, "{text}");
        for version in &known {
            assert_eq!(
                found.contains(version),
                range(text).contains(version),
                "{version} in {text}"
            );
        }
    }
}
