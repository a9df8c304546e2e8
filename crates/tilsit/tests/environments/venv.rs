//! `venv`: where it makes environments, and where it does not.

use std::process::Command;

use insta::assert_snapshot;

use crate::sandbox::Sandbox;
use crate::wheels;

#[test]
fn an_environment_is_made_and_works() {
    let Some(python) = tilsit_testing::require("Python", tilsit_testing::python()) else {
        return;
    };
    let mut sandbox = Sandbox::new();
    sandbox.set("TILSIT_PYTHON", python.display());
    let answer = sandbox.run_well("venv");
    assert!(
        answer
            .stderr
            .starts_with("Made the environment `.venv` with "),
        "{answer}"
    );
    let inside = Command::new(sandbox.path(".venv/bin/python"))
        .args(["-c", "import sys; print(sys.prefix)"])
        .output()
        .unwrap();
    let prefix = String::from_utf8(inside.stdout).unwrap();
    assert_eq!(sandbox.steady(prefix.trim_end()), "[ROOT]/project/.venv");

    assert_snapshot!(sandbox.run("venv"), @"
    exit: 2
    -- stderr
    error: a virtual environment is already at `[ROOT]/project/.venv` [TL0205]
    hint: `--clear` makes it anew, `--allow-existing` keeps what is installed
    ");
    sandbox.write(".venv/kept", "");
    sandbox.run_well("venv --allow-existing");
    assert!(sandbox.path(".venv/kept").exists());
    sandbox.run_well("venv --clear -q --prompt .");
    assert!(!sandbox.path(".venv/kept").exists());
    assert!(sandbox.read(".venv/pyvenv.cfg").contains("project"));
}

#[test]
fn what_is_no_environment_is_left_alone() {
    let Some(python) = tilsit_testing::require("Python", tilsit_testing::python()) else {
        return;
    };
    let mut sandbox = Sandbox::new();
    sandbox.set("TILSIT_PYTHON", python.display());
    sandbox.write("thesis/chapter.txt", "long years of work");
    for options in ["", "--clear"] {
        let answer = sandbox.run(&format!("venv thesis {options}"));
        assert_eq!(answer.exit, 2, "{answer}");
    }
    sandbox.run_well("venv thesis --allow-existing");
    assert_eq!(sandbox.read("thesis/chapter.txt"), "long years of work");
    assert_snapshot!(sandbox.run("venv a:b"), @"
    exit: 2
    -- stderr
    error: the path `[ROOT]/project/a:b` holds a `:`, which separates the entries of PATH [TL0205]
    ");
}

#[test]
fn an_environment_is_seeded_from_the_index() {
    let Some(python) = tilsit_testing::require("Python", tilsit_testing::python()) else {
        return;
    };
    let mut sandbox = Sandbox::new();
    let links = sandbox.root().join("wheels");
    for name in ["pip", "setuptools", "wheel"] {
        wheels::wheel(&links, name, "7.1", &[]);
    }
    sandbox.set("TILSIT_PYTHON", python.display());
    sandbox.set("TILSIT_NO_INDEX", "1");
    // An index that lacks a seed leaves nothing behind.
    assert_eq!(sandbox.run("venv --seed").exit, 1);
    assert!(!sandbox.path(".venv").exists());
    sandbox.set("TILSIT_FIND_LINKS", links.display());
    let (exit, answer) = sandbox.run_json("venv --seed --relocatable --no-vcs-ignore");
    assert_eq!(exit, 0, "{answer}");
    let names: Vec<&str> = answer["result"]["installed"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["name"].as_str().unwrap())
        .collect();
    let version = answer["result"]["version"].as_str().unwrap();
    let minor: u32 = version.split('.').nth(1).unwrap().parse().unwrap();
    let expected: &[&str] = match minor {
        ..9 => &["pip", "setuptools", "wheel"],
        9..12 => &["pip", "setuptools"],
        12.. => &["pip"],
    };
    assert_eq!(names, expected);
    let pip = Command::new(sandbox.path(".venv/bin/pip"))
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&pip.stdout), "pip 7.1\n");
    assert!(
        sandbox
            .read(".venv/pyvenv.cfg")
            .contains("relocatable = true\n")
    );
    assert!(!sandbox.path(".venv/.gitignore").exists());
    // What is there stays as it is.
    sandbox.run_well("venv --seed --allow-existing");
}
