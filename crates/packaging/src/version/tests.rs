//! Tests of this module's parent, `version`.

use std::collections::HashSet;

use super::{Bump, LocalSegment, PreReleaseKind, Version, VersionParts};

fn version(text: &str) -> Version {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

/// Every two neighbours stand in this order.
const ORDERED: &[&str] = &[
    "0.dev0",
    "0",
    "0.0.1",
    "1.0.dev1",
    "1.0.dev456",
    "1.0.dev456789012345",
    "1.0a1.dev1",
    "1.0a1",
    "1.0a1.post1",
    "1.0a2.dev456",
    "1.0a12.dev456",
    "1.0a12",
    "1.0b1.dev456",
    "1.0b2",
    "1.0b2.post345.dev456",
    "1.0b2.post345",
    "1.0rc1.dev456",
    "1.0rc1",
    "1.0",
    "1.0+abc.5",
    "1.0+abc.7",
    "1.0+5",
    "1.0+5.a",
    "1.0+5.7",
    "1.0+1234567890123456789012345",
    "1.0.post456.dev34",
    "1.0.post456",
    "1.0.1",
    "1.0.0.0.0.1.post1",
    "1.1.dev1",
    "1.4095.4095.67108863",
    "1.4095.4096",
    "1.4096",
    "16383",
    "16384",
    "20240101.1",
    "18446744073709551615",
    "1!0.1.dev0",
    "1!1.0",
];

#[test]
fn order() {
    let mut ordered: Vec<Version> = ORDERED.iter().map(|text| version(text)).collect();
    // 1.0.0.0.0.1 lies below 1.0.1: put the list right where reading order and version order differ.
    let low = ordered
        .iter()
        .position(|found| *found == version("1.0.0.0.0.1.post1"))
        .unwrap();
    ordered.swap(low - 1, low);
    for (place, left) in ordered.iter().enumerate() {
        for (other, right) in ordered.iter().enumerate() {
            assert_eq!(left.cmp(right), place.cmp(&other), "{left} and {right}");
            assert_eq!(left == right, place == other, "{left} and {right}");
        }
    }
}

#[test]
fn spellings_and_their_normal_form() {
    for (text, normal) in [
        ("1.0", "1.0"),
        ("01.00", "1.0"),
        ("v1.0", "1.0"),
        ("V1", "1"),
        (" \t1.0\n", "1.0"),
        ("\u{a0}1.0\u{1f}", "1.0"),
        ("0!1", "1"),
        ("1!2", "1!2"),
        ("1.0dev", "1.0.dev0"),
        ("1.0.DEV-456", "1.0.dev456"),
        ("1.0_dev_3", "1.0.dev3"),
        ("1.0alpha", "1.0a0"),
        ("1.0-Beta.2", "1.0b2"),
        ("1.0c", "1.0rc0"),
        ("1.0pre3", "1.0rc3"),
        ("1.0.preview_4", "1.0rc4"),
        ("1.0a.", "1.0a0"),
        ("1.0-1", "1.0.post1"),
        ("1.0a-1", "1.0a1"),
        ("1.0a--1", "1.0a0.post1"),
        ("1.0a1-1", "1.0a1.post1"),
        ("1.0r", "1.0.post0"),
        ("1.0rev.5", "1.0.post5"),
        ("1.0rc1", "1.0rc1"),
        ("1.0.post1dev2", "1.0.post1.dev2"),
        ("1.0pre-dev", "1.0rc0.dev0"),
        ("1.0+Ubuntu_1-A.007", "1.0+ubuntu.1.a.7"),
        ("1.0+000", "1.0+0"),
        ("1.2.3.4.5.6", "1.2.3.4.5.6"),
        ("0.0.0.0.0", "0.0.0.0.0"),
    ] {
        let found = version(text);
        assert_eq!(found.to_string(), normal, "{text}");
        assert_eq!(version(normal), found, "{text}");
        assert_eq!(Version::from_parts(found.to_parts()), found, "{text}");
    }
}

#[test]
fn faults_say_where() {
    let faults: Vec<String> = [
        "",
        "french toast",
        "1.0+",
        "1.0+a+",
        "1.0++",
        "1.0+_foobar",
        "1.0+foo&asd",
        "1.0+1+1",
        "1.",
        "1..2",
        "1.0a1.1",
        "  1.0 x",
        "1!",
        "18446744073709551616",
        "1.0-",
        "1.0.*",
        "１.0",
        "1.0poſt1",
    ]
    .iter()
    .map(|text| text.parse::<Version>().unwrap_err().to_string())
    .collect();
    insta::assert_snapshot!(faults.join("\n"), @r"
`` is not a version: a number is missing at byte 0
`french toast` is not a version: a number is missing at byte 0
`1.0+` is not a version: a segment of the local label is missing at byte 4
`1.0+a+` is not a version: `+` is unexpected at byte 5
`1.0++` is not a version: a segment of the local label is missing at byte 4
`1.0+_foobar` is not a version: a segment of the local label is missing at byte 4
`1.0+foo&asd` is not a version: `&` is unexpected at byte 7
`1.0+1+1` is not a version: `+` is unexpected at byte 5
`1.` is not a version: `.` is unexpected at byte 1
`1..2` is not a version: `.` is unexpected at byte 1
`1.0a1.1` is not a version: `.` is unexpected at byte 5
`  1.0 x` is not a version: ` ` is unexpected at byte 5
`1!` is not a version: a number is missing at byte 2
`18446744073709551616` is not a version: a number is too large at byte 0
`1.0-` is not a version: `-` is unexpected at byte 3
`1.0.*` is not a version: `.` is unexpected at byte 3
`１.0` is not a version: a number is missing at byte 0
`1.0poſt1` is not a version: `p` is unexpected at byte 3
");
}

#[test]
fn accessors() {
    let full = version("2!1.2.0rc3.post4.dev5+Linux.6");
    assert_eq!(full.epoch(), 2);
    assert_eq!(&*full.release(), [1, 2, 0]);
    assert_eq!(full.pre(), Some((PreReleaseKind::Candidate, 3)));
    assert_eq!((full.post(), full.dev()), (Some(4), Some(5)));
    assert_eq!(
        full.local()
            .iter()
            .map(LocalSegment::to_string)
            .collect::<Vec<_>>(),
        ["linux", "6"]
    );
    assert!(
        full.is_prerelease() && full.is_postrelease() && full.is_devrelease() && full.is_local()
    );
    assert_eq!(full.without_local().to_string(), "2!1.2.0rc3.post4.dev5");
    assert_eq!(full.base().to_string(), "2!1.2.0");
    assert_eq!(full.trimmed().to_string(), "2!1.2rc3.post4.dev5+linux.6");

    let packed = version("3.12");
    assert_eq!((packed.major(), packed.minor(), packed.micro()), (3, 12, 0));
    assert!(!packed.is_prerelease() && !packed.is_local());
    assert_eq!(version("0.0").trimmed().to_string(), "0");
    assert!(version("1.dev0").is_prerelease());
    assert!(!version("1.post0").is_prerelease());
}

#[test]
fn equal_versions_hash_alike_whatever_their_form() {
    let equal = ["1.5", "1.5.0", "1.5.0.0", "1.5.0.0.0", "0!1.5.0.0.0.0.0"];
    let distinct: HashSet<Version> = equal.iter().map(|text| version(text)).collect();
    assert_eq!(distinct.len(), 1);
    let distinct: HashSet<Version> = ["1!1", "1!1.0", "1.0+a", "1+a"]
        .iter()
        .map(|text| version(text))
        .collect();
    assert_eq!(distinct.len(), 2);
}

#[test]
fn a_version_takes_sixteen_bytes() {
    assert_eq!(std::mem::size_of::<Version>(), 16);
}

#[test]
fn parts_make_versions() {
    assert_eq!(Version::from_release(&[1, 2]).to_string(), "1.2");
    let parts = VersionParts {
        release: [1, 0].into_iter().collect(),
        dev: Some(0),
        ..VersionParts::default()
    };
    assert_eq!(Version::from_parts(parts), version("1.dev0"));
}

#[test]
fn versions_serialise_as_text() {
    assert_eq!(
        serde_json::to_string(&version("1.0-1")).unwrap(),
        "\"1.0.post1\""
    );
    assert_eq!(
        serde_json::from_str::<Version>("\"1.0-1\"").unwrap(),
        version("1.0.post1")
    );
}

#[test]
fn parts_go_up_and_what_counts_less_starts_anew() {
    let pre = Bump::Pre;
    let cases = [
        ("1.2.3", Bump::Release(0), None, "2.0.0"),
        ("1.2.3rc1", Bump::Release(1), None, "1.3.0"),
        ("1!1", Bump::Release(2), None, "1!1.0.1"),
        ("1.2.3.4", Bump::Release(2), Some(9), "1.2.9.0"),
        ("1.2b3.post4.dev5+x", Bump::Stable, None, "1.2"),
        ("1.2", pre(PreReleaseKind::Alpha), None, "1.2a1"),
        ("1.2a3.dev1", pre(PreReleaseKind::Alpha), None, "1.2a4"),
        ("1.2a3", pre(PreReleaseKind::Candidate), None, "1.2rc1"),
        ("1.2a3", pre(PreReleaseKind::Beta), Some(7), "1.2b7"),
        ("1.2a3", Bump::Post, None, "1.2a3.post1"),
        ("1.2.post3.dev4", Bump::Post, None, "1.2.post4"),
        ("1.2+local", Bump::Dev, None, "1.2.dev1"),
        ("1.2a3.post1.dev4", Bump::Dev, None, "1.2a3.post1.dev5"),
    ];
    for (before, bump, value, after) in cases {
        let version: Version = before.parse().unwrap();
        let bumped = version.bumped(bump, value).unwrap();
        assert_eq!(bumped.to_string(), after, "{before} {bump:?}");
    }
    let last: Version = format!("1.{}", u64::MAX).parse().unwrap();
    assert_eq!(last.bumped(Bump::Release(1), None), None);
}
