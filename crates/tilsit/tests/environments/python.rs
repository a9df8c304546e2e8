//! `python list` and `python find`.

use insta::assert_snapshot;

use crate::sandbox::Sandbox;

#[test]
fn a_python_is_found_and_listed() {
    let Some(python) = tilsit_testing::require("Python", tilsit_testing::python()) else {
        return;
    };
    let mut sandbox = Sandbox::new();
    sandbox.set("PATH", python.parent().unwrap().display());
    let (exit, found) = sandbox.run_json("python find");
    assert_eq!(exit, 0, "{found}");
    let path = found["result"]["path"].as_str().unwrap();
    assert_eq!(found["result"]["source"], "the search path");
    assert_eq!(sandbox.run_well("python find").stdout.trim_end(), path);

    let version = found["result"]["version"].as_str().unwrap();
    let (_, list) = sandbox.run_json(&format!("python list =={version}"));
    let list = list["result"].as_array().unwrap();
    assert!(
        list.iter()
            .any(|entry| entry["source"] == "the search path"),
        "{list:?}"
    );
    assert!(
        list.iter().all(|entry| entry["version"] == version),
        "{list:?}"
    );
    let line = sandbox.run_well("python list").stdout;
    assert!(line.contains(&format!("cpython {version}")), "{line}");
}

#[test]
fn what_is_not_there_is_not_found() {
    let mut sandbox = Sandbox::new();
    sandbox.set("PATH", sandbox.path("").display());
    let (exit, envelope) = sandbox.run_json("python find 3.99");
    assert_eq!(exit, 1);
    assert_eq!(envelope["status"], "no");
    assert_eq!(envelope["errors"][0]["code"], "TL0201");
    assert_snapshot!(sandbox.run("python find ./none/python"), @"
    exit: 1
    -- stderr
    error: cannot inspect `[ROOT]/project/./none/python` [TL0201]
      caused by: No such file or directory (os error 2)
    ");
    assert_snapshot!(sandbox.run("python find >>3"), @"
    exit: 2
    -- stderr
    error: `>>3` is not a range of Python versions: `>>3` is not a version specifier: no version follows the operator: a number is missing at byte 1 [TL0002]
    ");
    sandbox.write("fake/bin/python", "#!/bin/sh\necho nonsense\n");
    assert_eq!(sandbox.run("python find ./fake").exit, 5);
}

#[test]
fn a_pin_is_written_heeded_and_removed() {
    let Some(python) = tilsit_testing::require("Python", tilsit_testing::python()) else {
        return;
    };
    let mut sandbox = Sandbox::new();
    sandbox.set("PATH", python.parent().unwrap().display());
    assert_snapshot!(sandbox.run("python pin"), @"
    exit: 1
    -- stderr
    error: no `.python-version` here or above [TL0208]
    hint: `tilsit python pin 3.12` writes one
    ");
    let version = sandbox.run_well("python find --show-version").stdout;
    let version = version.trim_end();
    sandbox.run_well("python pin >=3 --resolved");
    assert_eq!(sandbox.read(".python-version"), format!("{version}\n"));
    assert_eq!(
        sandbox.run_well("python pin").stdout,
        format!("{version}\n")
    );
    sandbox.run_well("venv -q here");
    // A pin that this machine cannot meet is written with a warning, and stops what needs it.
    let answer = sandbox.run_well("python pin 3.99");
    assert!(
        answer
            .stderr
            .starts_with("warning: no Python found that is 3.99"),
        "{answer}"
    );
    let answer = sandbox.run("venv there");
    assert_eq!(answer.exit, 1);
    assert!(
        answer.stderr.contains("`.python-version` asks for it"),
        "{answer}"
    );
    // What is typed is stronger, and so is an environment that is there.
    sandbox.run_well(&format!("venv -q there --python {version}"));
    sandbox.set("VIRTUAL_ENV", "there");
    let found = sandbox.run_well("python find").stdout;
    assert_eq!(found, "[ROOT]/project/there/bin/python\n");
    sandbox.run_well("python pin --rm");
    assert_eq!(sandbox.run("python pin --rm").exit, 1);
    sandbox.write(".python-version", ">>3\n");
    assert_snapshot!(sandbox.run("venv third"), @"
    exit: 2
    -- stderr
    error: `[ROOT]/project/.python-version` does not name a Python [TL0010]
      caused by: `>>3` is not a range of Python versions: `>>3` is not a version specifier: no version follows the operator: a number is missing at byte 1
    ");
}

#[test]
fn python_2_is_found_and_refused_with_words() {
    let mut sandbox = Sandbox::new();
    sandbox.set("PATH", sandbox.path("bin").display());
    // What the probe says to a Python 2 is what a real one says: a syntax it does not know.
    sandbox.write(
        "bin/python2.7",
        "#!/bin/sh\necho 'ImportError: No module named sysconfig_' >&2; exit 1\n",
    );
    tilsit_files::set_executable(sandbox.path("bin/python2.7")).unwrap();
    let answer = sandbox.run("venv -p 2.7");
    assert_eq!(answer.exit, 1);
    for words in [
        "no Python found that is 2.7",
        "project/bin/python2.7` (the search path)",
        "hint: tilsit works with Python 3.6 and newer",
    ] {
        assert!(answer.stderr.contains(words), "{answer}");
    }
}

#[test]
fn a_folder_without_a_slash_is_meant_and_an_unknown_name_is_nobody() {
    let Some(python) = tilsit_testing::require("Python", tilsit_testing::python()) else {
        return;
    };
    let sandbox = Sandbox::new();
    for name in [".venv", "other"] {
        sandbox.run_well(&format!("venv -q {name} --python {}", python.display()));
    }
    let found = sandbox.run_well("python find other").stdout;
    assert_eq!(found, "[ROOT]/project/other/bin/python\n");
    let answer = sandbox.run("python find nobody");
    assert_eq!(answer.exit, 1, "{answer}");
}
