//! Markers, tags and folders are what Python's own libraries compute inside each interpreter.

use std::path::PathBuf;
use std::process::Command;

use tilsit_environment::Interpreter;

/// Prints the marker environment and the tags as pypa/packaging sees them.
const ASK: &str = r"
import json, sys
sys.path.insert(0, sys.argv[1])
from packaging.tags import sys_tags
try:
    from packaging.markers import default_environment
except ImportError:
    # The last packaging for old Pythons needs a parser here that is not part of it.
    default_environment = dict
print(json.dumps([default_environment(), [str(tag) for tag in sys_tags()]]))
";

/// pypa/packaging, newest for the newer Pythons and the last for the older ones.
fn packaging() -> Option<Vec<(u32, PathBuf)>> {
    let python = tilsit_testing::python()?;
    let base = tilsit_testing::oracle::target_folder().join("test-environments");
    [(6, "21.3"), (9, "26.3")]
        .into_iter()
        .map(|(since, version)| {
            let folder = base.join(format!("packaging-{version}"));
            if !folder.join("packaging").is_dir() && tilsit_testing::ring::may_fetch() {
                Command::new(&python)
                    .args(["-m", "pip", "install", "--quiet", "--no-deps"])
                    .args([
                        "--disable-pip-version-check",
                        "--ignore-requires-python",
                        "--target",
                    ])
                    .arg(&folder)
                    .arg(format!("packaging=={version}"))
                    .status()
                    .ok()?;
            }
            folder.join("packaging").is_dir().then_some((since, folder))
        })
        .collect()
}

#[test]
fn markers_and_tags_are_those_of_packaging() {
    let pythons = super::pythons();
    let Some(_) = tilsit_testing::require("a Python", pythons.first()) else {
        return;
    };
    let Some(packaging) = tilsit_testing::require("pypa/packaging", packaging()) else {
        return;
    };
    for python in pythons {
        let interpreter = Interpreter::at(&python, None).unwrap();
        let (_, minor) = interpreter.major_minor();
        let newest = packaging.iter().rev().find(|(since, _)| *since <= minor);
        let (since, folder) = newest.unwrap();
        let output = Command::new(&python)
            .args(["-I", "-c", ASK])
            .arg(folder)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {text}", python.display());
        let expected: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let values = serde_json::to_value(interpreter.marker_environment().values()).unwrap();
        for (name, value) in values.as_object().unwrap() {
            let theirs = expected[0].get(name).unwrap_or(value);
            assert_eq!(theirs, value, "{} {name}", python.display());
            assert!(*since == 6 || expected[0].get(name).is_some());
        }
        let mut tags: Vec<String> = interpreter.tags().iter().map(ToString::to_string).collect();
        let mut theirs: Vec<String> = serde_json::from_value(expected[1].clone()).unwrap();
        if *since == 6 {
            // Since then the plain `linux_…` has moved before `manylinux_…`, and this was added.
            let added = format!("cp3{minor}-none-any");
            tags.retain(|tag| *tag != added);
            tags.sort();
            theirs.sort();
        }
        let differs = tags
            .iter()
            .zip(&theirs)
            .find(|(ours, theirs)| ours != theirs);
        assert_eq!(differs, None, "{}", python.display());
        assert_eq!(tags.len(), theirs.len(), "{}", python.display());
    }
}
