//! The formats of files against pypa/packaging's own tests.
//!
//! `formats_dump.py` runs those tests and records every call that they make, with its result; here
//! the same calls are made of ours. What can not be compared, because it is about Python objects,
//! and what differs on purpose, is listed with its reason.

mod documents;
mod metadata;
mod pylock;

use std::collections::BTreeSet;
use std::process::Command;

use serde::Deserialize;
use serde_json::Value;

/// Tests about Python objects that have no counterpart.
const NOT_APPLICABLE: &[(&str, &str)] = &[
    (
        "test_metadata.py::TestInvalidMetadata::test_pickle_roundtrip",
        "pickling",
    ),
    (
        "test_metadata.py::TestExceptionGroup::",
        "Python's exception groups",
    ),
    (
        "test_metadata.py::TestMetadata::test_from_email_keeps_non_metadata_validation_errors",
        "replaces a method of the class",
    ),
    (
        "test_dependency_groups.py::test_cyclic_include_pickle_roundtrip",
        "pickling",
    ),
    (
        "test_dependency_groups.py::test_dependency_group_include_repr",
        "`repr`",
    ),
    (
        "test_dependency_groups.py::test_non_unexpected_item_type",
        "a Python object as an item",
    ),
    (
        "test_dependency_groups.py::test_no_double_parse",
        "replaces a class within",
    ),
    (
        "test_licenses.py::test_licenses",
        "the list itself: every entry is compared below",
    ),
    (
        "test_licenses.py::test_exceptions",
        "the list itself: every entry is compared below",
    ),
];

/// Calls that differ on purpose: the test, the function, and why.
const DEVIATIONS: &[(&str, &str, &str)] = &[(
    "test_metadata.py::TestMetadataWriting::test_multiline_license",
    "message",
    "continued lines are indented by eight spaces, which is what the standard library's reader \
     takes away, not by the length of the field's name",
)];

/// A recorded call.
#[derive(Deserialize)]
struct Call {
    test: Option<String>,
    function: String,
    given: Value,
    #[serde(default)]
    result: Value,
    error: Option<Value>,
}

/// What came of making a call of ours.
enum Outcome {
    Agrees,
    Differs(String),
    /// The input has no form here, such as a Python object in a table.
    Skipped,
}

impl Outcome {
    fn of(agrees: bool, message: impl FnOnce() -> String) -> Outcome {
        if agrees {
            Outcome::Agrees
        } else {
            Outcome::Differs(message())
        }
    }

    /// Compares success with success.
    fn of_success(call: &Call, ours: &Result<(), String>) -> Outcome {
        Outcome::of(ours.is_ok() == call.error.is_none(), || {
            format!("theirs: {:?}, ours: {ours:?}", call.error)
        })
    }
}

#[test]
fn formats_agree_with_pypa_packaging() {
    let Some(calls) = recorded_calls() else {
        return;
    };
    let mut tally = Tally::default();
    for call in &calls {
        tally.add(call);
    }
    assert!(
        tally.differences.is_empty(),
        "{}",
        tally.differences.join("\n")
    );
    assert_eq!(
        tally.deviating,
        DEVIATIONS.len(),
        "a deviation is listed that is none"
    );
    let missed: Vec<_> = tally.all.difference(&tally.compared).collect();
    let listed = NOT_APPLICABLE.iter().map(|(start, _)| *start);
    let listed: Vec<_> = listed.collect();
    let missed: Vec<_> = missed
        .iter()
        .filter(|test| !listed.iter().any(|start| test.starts_with(start)))
        .collect();
    assert!(
        missed.is_empty(),
        "no call of these tests was compared: {missed:#?}"
    );
    let (tests, made) = (tally.compared.len(), tally.made);
    assert!(tests > 500 && made > 1300, "{tests} tests, {made} calls");
    println!(
        "{tests} tests agree in {made} calls, {} differ on purpose; {} do not apply",
        tally.deviating,
        tally.all.len() - tests
    );
}

/// What came of the calls so far.
#[derive(Default)]
struct Tally<'c> {
    all: BTreeSet<&'c str>,
    compared: BTreeSet<&'c str>,
    differences: Vec<String>,
    made: usize,
    deviating: usize,
}

impl<'c> Tally<'c> {
    fn add(&mut self, call: &'c Call) {
        let test = call.test.as_deref().unwrap_or_default();
        if !test.is_empty() {
            self.all.insert(test);
        }
        if NOT_APPLICABLE
            .iter()
            .any(|(start, _)| test.starts_with(start))
        {
            return;
        }
        let function = call.function.as_str();
        let mut deviations = DEVIATIONS.iter();
        match replay(call) {
            Outcome::Skipped => {}
            Outcome::Agrees => {
                self.made += 1;
                self.compared.insert(test);
            }
            Outcome::Differs(_)
                if deviations.any(|(name, called, _)| *name == test && *called == function) =>
            {
                self.deviating += 1;
            }
            Outcome::Differs(message) => self
                .differences
                .push(format!("{test} {function} {}: {message}", call.given)),
        }
    }
}

fn replay(call: &Call) -> Outcome {
    match &*call.function {
        "none" => Outcome::Skipped,
        "parse_email" => metadata::parse_email(call),
        "from_email" => metadata::from_email(call),
        "from_raw" => metadata::from_raw(call),
        "attribute" => metadata::attribute(call),
        "as_rfc822" => metadata::as_rfc822(call),
        "message" => metadata::message(call),
        "Pylock" => pylock::whole(call),
        "Package" => pylock::package(call),
        "PackageWheel" => pylock::wheel(call),
        "PackageVcs" => pylock::vcs(call),
        "filename" => pylock::file_name(call),
        "is_direct" => pylock::is_direct(call),
        "is_valid_pylock_path" => pylock::is_valid_path(call),
        "select" => pylock::select(call),
        "direct_url" => documents::direct_url(call),
        "direct_url_to_dict" => documents::direct_url_to_dict(call),
        "strip_url" => documents::strip_url(call),
        "groups" => documents::groups(call),
        "resolve" | "lookup" | "resolve_all" => documents::requirements_of_groups(call),
        "license" => documents::license(call),
        "listed" => documents::listed_license(call),
        other => Outcome::Differs(format!("nobody compares `{other}`")),
    }
}

fn recorded_calls() -> Option<Vec<Call>> {
    let (environment, source) =
        tilsit_testing::require("pypa/packaging's tests", crate::dump::sources())?;
    let output = environment.join("formats.jsonl");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle/formats_dump.py");
    let done = Command::new(environment.join("bin/python"))
        .arg(script)
        .args([&source.join("tests"), &output])
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .expect("Python starts");
    let text = String::from_utf8_lossy(&done.stdout);
    assert!(
        done.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&done.stderr)
    );
    let lines = std::fs::read_to_string(output).expect("the calls were written");
    let lines = lines.lines();
    Some(
        lines
            .map(|line| serde_json::from_str(line).expect("a call"))
            .collect(),
    )
}

/// The strings of a JSON array.
fn texts(value: &Value) -> Vec<&str> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}
