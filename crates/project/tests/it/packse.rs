//! The universal scenarios of packse as projects: each locks if its requirements can be met, and what
//! the lock selects in each of the environments is just what they need there.

use std::path::{Path, PathBuf};

use tilsit_project::Workspace;
use tilsit_project::lock::{Lock, Selection};

use crate::environments::{MINORS, environments};
use crate::making::{fault, lock_with, write};
use crate::scenario::Scenario;

/// How many scenarios are about one lock for many environments.
const UNIVERSAL: usize = 41;

fn scenarios(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in tilsit_files::walk(folder).unwrap() {
        if entry
            .path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            found.push(entry.path);
        }
    }
}

#[test]
fn locks_as_expected_and_selects_what_is_needed() {
    let folder = tilsit_testing::require(
        "the packse scenarios",
        tilsit_testing::conformance_dir("packse/scenarios"),
    );
    let Some(folder) = folder else { return };
    let mut paths = Vec::new();
    scenarios(&folder, &mut paths);
    let all = paths.iter().map(|path| Scenario::read(path));
    let universal: Vec<Scenario> = all.filter(Scenario::is_universal).collect();
    assert_eq!(universal.len(), UNIVERSAL);
    let mut locked = 0;
    for scenario in &universal {
        locked += usize::from(check(scenario));
    }
    assert!(locked > UNIVERSAL / 2, "only {locked} of them have a lock");
}

/// Whether the scenario has a lock; fails where it should have one and has none, or the other way
/// round.
fn check(scenario: &Scenario) -> bool {
    let name = &scenario.name;
    let folder = tempfile::tempdir().unwrap();
    let requirements = scenario.requirements();
    let listed: Vec<String> = requirements
        .iter()
        .map(|requirement| toml::Value::String(requirement.to_string()).to_string())
        .collect();
    let pyproject = format!(
        "[project]\nname = 'root-of-scenario'\nversion = '1'\nrequires-python = '{}'\ndependencies = [{}]\n",
        scenario.requires_python(),
        listed.join(", "),
    );
    write(folder.path(), &[("pyproject.toml", &pyproject)]);
    let workspace = Workspace::find(folder.path()).unwrap();
    let mut index = scenario.index();
    let lock = lock_with(&workspace, &mut index, None, &|options| {
        scenario.set_prereleases(options);
    });
    // As in the resolver's own tests, whose deviations are explained there.
    let is_solvable = index.drive(scenario.resolver()).is_ok();
    assert_eq!(lock.is_some(), is_solvable, "{name}");
    let Some(lock) = lock else { return false };
    let text = lock.to_toml();
    let read = Lock::parse(&text, Path::new("pylock.toml")).unwrap();
    assert_eq!(read.to_toml(), text, "{name}");
    let minors: Vec<u32> = scenario.minors();
    let minors: Vec<u32> = MINORS
        .into_iter()
        .filter(|minor| minors.contains(minor))
        .collect();
    for environment in environments(&minors) {
        let fault = fault(
            &workspace,
            &index,
            &read,
            &Selection::default(),
            &environment,
        );
        assert_eq!(fault, None, "{name}: {:?}\n{text}", environment.values());
    }
    true
}
