//! `venv`: where it makes environments, and where it does not.

use std::process::Command;

use insta::assert_snapshot;

use crate::sandbox::Sandbox;

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
    for options in ["", "--clear", "--allow-existing"] {
        let answer = sandbox.run(&format!("venv thesis {options}"));
        assert_eq!(answer.exit, 2, "{answer}");
    }
    assert_eq!(sandbox.read("thesis/chapter.txt"), "long years of work");
    assert_snapshot!(sandbox.run("venv a:b"), @"
    exit: 2
    -- stderr
    error: the path `[ROOT]/project/a:b` holds a `:`, which separates the entries of PATH [TL0205]
    ");
}
