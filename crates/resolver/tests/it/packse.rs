//! The packse scenarios: agree with every expectation, save the differences in
//! `docs/design/0002-resolver-packse.md`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::environments::{environments, fault};
use crate::scenario::Scenario;

/// How many scenarios there are, and how many of them are about one lock for many environments.
const SCENARIOS: usize = 147;
const UNIVERSAL: usize = 41;

fn scenarios(folder: &Path) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the scenarios can be listed") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            paths.extend(scenarios(&path));
        } else if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            paths.push(path);
        }
    }
    paths.sort();
    paths
}

fn all() -> Option<Vec<Scenario>> {
    let folder = tilsit_testing::require(
        "the packse scenarios",
        tilsit_testing::conformance_dir("packse/scenarios"),
    )?;
    Some(
        scenarios(&folder)
            .iter()
            .map(|path| Scenario::read(path))
            .collect(),
    )
}

/// What ours answers: the versions with the markers under which they are in force, or that there is
/// none.
fn answer(scenario: &Scenario) -> Option<BTreeMap<String, String>> {
    let resolution = scenario.index().drive(scenario.resolver()).ok()?;
    let mut versions: BTreeMap<String, String> = BTreeMap::new();
    for pin in &resolution.pins {
        let mut text = pin.version.to_string();
        if !pin.marker.is_true() {
            write!(text, " ({})", pin.marker).expect("a string takes text");
        }
        versions
            .entry(pin.name.to_string())
            .and_modify(|known| write!(known, ", {text}").expect("a string takes text"))
            .or_insert(text);
    }
    Some(versions)
}

#[test]
fn agrees() {
    let Some(scenarios) = all() else { return };
    assert_eq!(scenarios.len(), SCENARIOS);
    let mut differences = String::new();
    for scenario in &scenarios {
        let expected = &scenario.expected;
        let ours = answer(scenario);
        let agrees = match &ours {
            None => !expected.satisfiable,
            Some(versions) => {
                expected.satisfiable
                    && expected
                        .packages
                        .iter()
                        .all(|(name, version)| versions.get(name) == Some(version))
                    && (expected.packages.is_empty() || versions.len() == expected.packages.len())
            }
        };
        if !agrees {
            let theirs = if expected.satisfiable {
                format!("{:?}", expected.packages)
            } else {
                "none".to_owned()
            };
            let ours = ours.map_or("none".to_owned(), |versions| format!("{versions:?}"));
            writeln!(
                differences,
                "{}: ours {ours}, theirs {theirs}",
                scenario.name
            )
            .expect("a string takes text");
        }
    }
    insta::assert_snapshot!("differences", differences);
}

#[test]
fn universal_answers_are_valid_in_every_environment() {
    let Some(scenarios) = all() else { return };
    let mut text = String::new();
    let mut universal = 0;
    for scenario in scenarios.iter().filter(|scenario| scenario.is_universal()) {
        universal += 1;
        writeln!(text, "# {}", scenario.name).expect("a string takes text");
        let mut index = scenario.index();
        let Ok(resolution) = index.drive(scenario.resolver()) else {
            text.push_str("none\n");
            continue;
        };
        for environment in environments(&scenario.minors()) {
            let fault = fault(&index, &scenario.requirements(), &resolution, &environment);
            assert_eq!(fault, None, "{}: {environment:?}", scenario.name);
        }
        for pin in &resolution.pins {
            write!(text, "{}=={}", pin.name, pin.version).expect("a string takes text");
            let marker = if pin.marker.is_true() {
                String::new()
            } else {
                format!(" ; {}", pin.marker)
            };
            writeln!(text, "{marker}").expect("a string takes text");
        }
    }
    assert_eq!(universal, UNIVERSAL);
    insta::assert_snapshot!("universal", text);
}

#[test]
fn explanations() {
    let Some(scenarios) = all() else { return };
    let mut text = String::new();
    for scenario in scenarios.iter().filter(|scenario| !scenario.is_universal()) {
        let Err(explanation) = scenario.index().drive(scenario.resolver()) else {
            continue;
        };
        let shown = explanation.to_string();
        assert!(shown.lines().count() < 25, "{}", scenario.name);
        writeln!(text, "# {}\n{shown}", scenario.name).expect("a string takes text");
        for hint in &explanation.hints {
            writeln!(text, "hint: {hint:?}").expect("a string takes text");
        }
        text.push('\n');
    }
    insta::assert_snapshot!("explanations", text);
}
