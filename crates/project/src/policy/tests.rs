//! Each rule, on what keeps it and what breaks it.

use tilsit_packaging::pylock::{Pylock, Selected, SelectedSource};

use super::{IndexRule, Policy, Violation, sources};
use crate::settings::ProjectSettings;

fn read(rules: &str) -> Result<Policy, String> {
    let text = format!("[tool.tilsit.policy]\n{rules}\n");
    let read = ProjectSettings::parse(&text);
    read.map(|settings| settings.policy)
        .map_err(|error| error.to_string())
}

fn policy(rules: &str) -> Policy {
    read(rules).unwrap()
}

/// The rule that a package breaks, of which this is the table, on 2026-06-30.
fn broken(rules: &str, package: &str) -> Option<Violation> {
    let text = format!(
        "lock-version = '1.0'\ncreated-by = 'a'\n[[packages]]\nname = 'acme-lib'\nversion = '1.0'\n{package}\n"
    );
    let (lock, _) = Pylock::parse(&text).unwrap();
    let now = "2026-06-30T12:00:00Z".parse().unwrap();
    let allowed = |rule: &IndexRule, index: &str| rule.allowed.iter().any(|one| one == index);
    let package = &lock.packages[0];
    let policy = policy(rules);
    let all = policy.check_all(package, now, &allowed).err();
    let source = sources(package).remove(0);
    let first = policy.check(&Selected { package, source }, now, &allowed);
    if matches!(source, SelectedSource::Wheel(_)) {
        assert_eq!(first.err(), all);
    }
    all
}

const WHEEL: &str = "index = 'https://index.example/simple/'\n[[packages.wheels]]\n\
    url = 'https://index.example/acme_lib-1.0-py3-none-any.whl'\nhashes = { sha256 = '00' }\n";
const SDIST: &str = "[packages.sdist]\nurl = 'https://index.example/acme_lib-1.0.tar.gz'\n\
    hashes = { sha256 = '00' }\n";
const VCS: &str =
    "[packages.vcs]\ntype = 'git'\nurl = 'https://git.example/a'\ncommit-id = 'abc'\n";
const ARCHIVE: &str = "[packages.archive]\nurl = 'https://index.example/a-1.0-py3-none-any.whl#x'\n\
    hashes = { sha256 = '00' }\n";
const FOLDER: &str = "[packages.directory]\npath = '.'\n";

fn wheel_of(time: &str) -> String {
    format!("{WHEEL}upload-time = {time}\n")
}

#[test]
fn an_age_counts_back_from_now_and_needs_a_time() {
    for rule in [
        "minimum-age = '7 days'",
        "minimum-age = 'P1W'",
        "minimum-age = '168 hours'",
    ] {
        assert_eq!(
            broken(rule, &wheel_of("2026-06-23T11:59:59Z")),
            None,
            "{rule}"
        );
        let new = broken(rule, &wheel_of("2026-06-23T12:00:00Z")).unwrap();
        assert_eq!(new.rule(), "minimum-age");
        for silent in [WHEEL, SDIST, VCS, ARCHIVE] {
            let missing = broken(rule, silent).unwrap();
            assert!(
                matches!(missing, Violation::NoUploadTime { .. }),
                "{missing}"
            );
        }
        assert_eq!(broken(rule, FOLDER), None);
    }
    let excepted = "minimum-age = { age = '7 days', except = ['Acme.Lib'] }";
    assert_eq!(broken(excepted, WHEEL), None);
    // A span that reaches before all time lets nothing through.
    assert!(
        broken(
            "minimum-age = '9000 years'",
            &wheel_of("1990-01-01T00:00:00Z")
        )
        .is_some()
    );
}

#[test]
fn what_comes_from_elsewhere_is_not_built() {
    for (package, is_broken) in [
        (WHEEL, false),
        (SDIST, true),
        (VCS, true),
        (ARCHIVE, false),
        (FOLDER, false),
    ] {
        let broken = broken("no-sdists = true", package);
        assert_eq!(broken.is_some(), is_broken, "{package}");
    }
    assert_eq!(broken("no-sdists = false", SDIST), None);
    assert_eq!(broken("no-sdists = { except = ['acme-lib'] }", SDIST), None);
}

#[test]
fn the_most_exact_pattern_says_which_indexes_are_allowed() {
    let index = "https://index.example/simple/";
    let other = "https://other.example/simple/";
    for (rules, is_broken) in [
        (format!("'*' = ['{other}']\n'acme-*' = ['{index}']"), false),
        (format!("'acme-*' = ['{other}']\n'*' = ['{index}']"), true),
        (
            format!("'acme-*' = ['{other}']\n'acme-lib' = ['{index}']"),
            false,
        ),
        (format!("'else' = ['{other}']"), false),
        (format!("'*' = ['{other}', '{index}']"), false),
    ] {
        let rules = format!("[tool.tilsit.policy.indexes]\n{rules}");
        let broken_rule = broken(&rules, WHEEL);
        assert_eq!(broken_rule.is_some(), is_broken, "{rules}");
    }
    let all = format!("[tool.tilsit.policy.indexes]\n'*' = ['{index}']");
    for (package, is_broken) in [(SDIST, true), (VCS, true), (ARCHIVE, true), (FOLDER, false)] {
        // A file that says no index, and a place that is none.
        assert_eq!(broken(&all, package).is_some(), is_broken, "{package}");
    }
}

#[test]
fn names_and_versions_are_forbidden() {
    for (rule, is_broken) in [
        ("['acme-lib']", true),
        ("['acme*']", true),
        ("['other']", false),
        ("[{ name = 'acme-lib', versions = '<1' }]", false),
        ("[{ name = 'acme-lib', versions = '<=1' }]", true),
        ("[{ name = 'acme-lib', versions = '<1' }, 'acme-lib']", true),
    ] {
        let rule = format!("forbidden = {rule}");
        for package in [WHEEL, VCS, FOLDER] {
            assert_eq!(broken(&rule, package).is_some(), is_broken, "{rule}");
        }
    }
    let with_reason = "forbidden = [{ name = 'acme-lib', reason = 'it is slow' }]";
    let words = broken(with_reason, WHEEL).unwrap().to_string();
    assert_eq!(words, "`acme-lib` 1.0 is forbidden: it is slow");
}

#[test]
fn licences_are_evaluated_as_expressions() {
    let metadata = |line: &str| {
        let text = format!("Metadata-Version: 2.4\nName: a\nVersion: 1\n{line}\n");
        let read = tilsit_packaging::metadata::CoreMetadata::parse(text.as_bytes());
        read.unwrap().0
    };
    for (rule, expression, is_taken) in [
        ("['MIT']", "MIT", true),
        ("['mit']", "MIT OR GPL-3.0-only", true),
        ("['MIT']", "MIT AND GPL-3.0-only", false),
        ("['MIT AND PSF-2.0']", "MIT AND PSF-2.0", true),
        ("['MIT AND PSF-2.0']", "MIT", false),
        ("['Apache-2.0']", "Apache-2.0 WITH LLVM-exception", true),
        ("['Apache-2.0 WITH LLVM-exception']", "Apache-2.0", false),
        ("['GPL-2.0-only']", "GPL-2.0-or-later", false),
        ("['LicenseRef-Ours']", "LicenseRef-Ours", true),
        ("[]", "MIT", false),
        ("{ allow = [], except = ['A'] }", "MIT", true),
    ] {
        let policy = policy(&format!("licenses = {rule}"));
        let stated = metadata(&format!("License-Expression: {expression}"));
        let checked = policy.check_license(&stated);
        assert_eq!(checked.is_ok(), is_taken, "{rule} {expression}");
    }
    let policy = policy("licenses = ['MIT']");
    assert!(
        policy
            .check_license(&metadata("License: MIT License"))
            .is_ok()
    );
    for unknown in ["", "License: mine", "License: BSD"] {
        let broken = policy.check_license(&metadata(unknown)).unwrap_err();
        assert_eq!(broken.rule(), "licenses");
    }
}

#[test]
fn a_rule_that_is_not_understood_is_not_passed_over() {
    for (rules, reason) in [
        ("minimum_age = '7 days'", "unknown field `minimum_age`"),
        ("minimum-age = 'soon'", "no span as `7 days`"),
        ("minimum-age = '-7 days'", "lies ahead"),
        ("minimum-age = 7", "an age as \"7 days\""),
        ("no-sdists = ['a']", "true, false, or a table"),
        (
            "no-sdists = { except = ['a'], only = [] }",
            "true, false, or a table",
        ),
        ("indexes = { 'a b' = ['x'] }", "pattern of project names"),
        ("indexes = { a = [] }", "names no index for `a`"),
        (
            "forbidden = [{ names = 'a' }]",
            "a pattern of names, or a table",
        ),
        (
            "forbidden = [{ name = 'a', versions = '~~' }]",
            "a pattern of names, or a table",
        ),
        ("licenses = ['Mine']", "`licenses` has `Mine`"),
        (
            "publishers = { a = 'b' }",
            "pinned publishers are not there yet",
        ),
        ("other = 1", "unknown field `other`"),
    ] {
        let error = read(rules).unwrap_err();
        assert!(error.contains(reason), "{rules}: {error}");
    }
    assert!(policy("").is_empty());
    assert!(!policy("no-sdists = true").is_empty());
}
