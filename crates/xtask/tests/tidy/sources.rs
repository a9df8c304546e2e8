//! Rules for source files: headers, lengths, names, and the count of lint exceptions.

use crate::rust_sources;

/// Production lines a file may have.
const LINES_MAX: usize = 800;

/// Files that are tables of facts, with the reason; they may be longer.
const TABLES: &[(&str, &str)] = &[];

/// `#[expect(…)]` attributes on production code; this number may only fall. A rise needs a reason
/// in the change that makes it.
const EXPECTATIONS_MAX: usize = 60;

/// Names that say nothing.
const EMPTY_NAMES: &[&str] = &[
    "core", "common", "types", "util", "utils", "helpers", "misc", "manager",
];

#[test]
fn every_file_says_what_it_is_for() {
    let without: Vec<String> = rust_sources()
        .into_iter()
        .filter(|(_, text)| !text.starts_with("//!"))
        .map(|(name, _)| name)
        .collect();
    assert!(
        without.is_empty(),
        "files without a `//!` header:\n{}",
        without.join("\n")
    );
}

#[test]
fn files_stay_short() {
    let long: Vec<String> = rust_sources()
        .into_iter()
        .filter(|(name, _)| is_production(name) && !TABLES.iter().any(|(table, _)| table == name))
        .filter_map(|(name, text)| {
            let lines = text.lines().count();
            (lines > LINES_MAX).then(|| format!("{name}: {lines} lines"))
        })
        .collect();
    assert!(
        long.is_empty(),
        "files of more than {LINES_MAX} lines:\n{}",
        long.join("\n")
    );
}

#[test]
fn lint_exceptions_only_fall() {
    let count: usize = rust_sources()
        .iter()
        .filter(|(name, _)| is_production(name))
        .map(|(_, text)| text.matches("#[expect(").count() + text.matches("#![expect(").count())
        .sum();
    assert!(
        count <= EXPECTATIONS_MAX,
        "{count} lint exceptions; {EXPECTATIONS_MAX} are allowed"
    );
}

#[test]
fn modules_have_names_that_say_something() {
    let wrong: Vec<String> = rust_sources()
        .into_iter()
        .filter(|(name, _)| {
            name.split('/')
                .any(|part| EMPTY_NAMES.contains(&part.trim_end_matches(".rs")))
                || name.ends_with("/mod.rs")
        })
        .map(|(name, _)| name)
        .collect();
    assert!(
        wrong.is_empty(),
        "files whose names say nothing:\n{}",
        wrong.join("\n")
    );
}

fn is_production(name: &str) -> bool {
    let test = [
        "/tests/",
        "/benches/",
        "/examples/",
        "fuzz/",
        "crates/testing/",
        "crates/xtask/",
    ];
    !name.ends_with("/tests.rs") && !test.iter().any(|part| name.contains(part))
}
