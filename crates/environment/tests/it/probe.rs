//! Asking interpreters, and remembering what they said.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tilsit_environment::probe::{self, ProbeError};

#[test]
fn every_python_of_the_machine_answers() {
    let pythons = super::pythons();
    let Some(_) = tilsit_testing::require("a Python", pythons.first()) else {
        return;
    };
    for python in pythons {
        let facts = probe::run(&python).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(facts.version_info.0, 3, "{}", python.display());
        assert!(facts.paths.stdlib.is_dir(), "{}", python.display());
    }
}

#[test]
fn python_2_is_named_as_too_old() {
    let python = super::pythons().first().and_then(|python| {
        let versions = python.ancestors().find(|path| path.ends_with("versions"))?;
        let python2 = versions.join("2.7.18/bin/python2.7");
        python2.is_file().then_some(python2)
    });
    let Some(python) = tilsit_testing::require("Python 2.7", python) else {
        return;
    };
    let error = probe::run(&python).unwrap_err();
    assert!(matches!(error, ProbeError::TooOld { .. }), "{error}");
}

/// A program that answers with the facts of `sample` and counts how often it was asked.
fn fake_python(folder: &Path) -> std::path::PathBuf {
    let program = folder.join("python");
    let sample = folder.join("sample.json");
    tilsit_files::write(&sample, include_str!("../../src/probe/sample.json"))
        .expect("the test folder is writable");
    let script = format!(
        "#!/bin/sh\necho >> {0}/asked\ncat {0}/sample.json\n",
        folder.display()
    );
    tilsit_files::write(&program, script).expect("the test folder is writable");
    tilsit_files::set_permissions(&program, PermissionsExt::from_mode(0o755))
        .expect("the test folder is writable");
    program
}

#[test]
fn the_second_time_nothing_is_run() {
    let folder = tempfile::tempdir().unwrap();
    let python = fake_python(folder.path());
    let cache = folder.path().join("cache");
    let asked = || {
        let text = tilsit_files::read_to_string(folder.path().join("asked"));
        text.unwrap_or_default().lines().count()
    };
    let ask = || probe::cached(&python, Some(&cache)).unwrap();
    let first = ask();
    assert_eq!((ask(), asked()), (first.clone(), 1));
    // A changed file is asked again, and so is one whose entry was damaged.
    let script = tilsit_files::read(&python).unwrap();
    tilsit_files::write(&python, [&script[..], b"\n"].concat()).unwrap();
    assert_eq!((ask().probe, asked()), (first.probe.clone(), 2));
    let entry = &tilsit_files::read_dir(&cache).unwrap()[0].path;
    let text = tilsit_files::read(entry).unwrap();
    for damaged in [&text[..text.len() / 2], b"", b"\xff", b"{}"] {
        tilsit_files::write(entry, damaged).unwrap();
        assert_eq!(ask().probe, first.probe);
    }
    assert_eq!(asked(), 6);
    // A cache that cannot be written to is no obstacle.
    let blocked = folder.path().join("sample.json/cache");
    assert_eq!(
        probe::cached(&python, Some(&blocked)).unwrap().probe,
        first.probe
    );
}

#[test]
fn what_is_no_python_is_said_so() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("python");
    for (script, expected) in [
        (
            "#!/bin/sh\necho hello\n",
            "did not answer as a Python interpreter: no line with its facts",
        ),
        (
            "#!/bin/sh\necho no such thing >&2; exit 3\n",
            "failed (exit status: 3): no such thing",
        ),
        (
            "#!/bin/sh\nexit 1\n",
            "failed (exit status: 1): it wrote nothing",
        ),
        ("#!/no/such/interpreter\n", "could not run"),
    ] {
        tilsit_files::write(&program, script).unwrap();
        tilsit_files::set_executable(&program).unwrap();
        let error = probe::run(&program).unwrap_err().to_string();
        assert!(
            error.contains(expected) && error.contains("/python`"),
            "{error}"
        );
    }
}
