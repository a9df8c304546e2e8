//! `export`: the lock in the forms of other tools, and these tools take it.

use std::process::Command;

use insta::assert_snapshot;

use crate::sandbox::Sandbox;

const PROJECT: &str = "\
[project]
name = 'demo'
version = '0.1'
requires-python = '>=3.9'
dependencies = ['app', \"extra-lib ; sys_platform == 'win32'\"]
[project.optional-dependencies]
nice = ['fancy[more]']
[dependency-groups]
dev = ['lib<1.6']
";

fn sandbox() -> Option<Sandbox> {
    let sandbox = crate::sandbox()?;
    sandbox.write("pyproject.toml", PROJECT);
    Some(sandbox)
}

#[test]
fn the_default_is_a_requirements_file() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    assert_snapshot!(sandbox.run("export --no-hashes --extra nice"), @r#"
    exit: 0
    -- stdout
    # This file was made by tilsit with the following command:
    #    tilsit export --extra nice --no-hashes
    app==1.0
        # via demo
    extra-lib==3.1
        # via
        #   demo
        #   fancy[more]
    fancy==1.0
        # via demo[nice]
    lib==1.0
        # via
        #   app
        #   demo (group dev)
        #   fancy
    -- stderr
    Locked 4 packages in [TIME]
    "#);
    assert_snapshot!(sandbox.run("export --format constraints.txt --no-dev --no-annotate --no-header"), @r#"
    exit: 0
    -- stdout
    app==1.0
    extra-lib==3.1 ; sys_platform == "win32"
    lib==1.0
    "#);
    let (exit, envelope) = sandbox.run_json("export --only-dev -o dev.txt");
    assert_eq!(exit, 0);
    assert_eq!(envelope["result"]["packages"][0]["name"], "lib");
    assert!(
        sandbox
            .read("dev.txt")
            .contains("lib==1.0 \\\n    --hash=sha256:")
    );
}

#[test]
fn pipenv_gets_categories() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    sandbox.run_well("export --extra nice -o Pipfile.lock");
    let lock: serde_json::Value = serde_json::from_str(&sandbox.read("Pipfile.lock")).unwrap();
    let names = |category: &str| -> Vec<String> {
        let entries = lock[category].as_object().unwrap();
        entries.keys().cloned().collect()
    };
    assert_eq!(names("default"), ["app", "extra-lib", "fancy", "lib"]);
    assert_eq!(names("develop"), ["lib"]);
}

#[test]
fn a_lock_that_must_not_change_is_left() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    let refused = sandbox.run("export --locked");
    assert_eq!(refused.exit, 6, "{refused}");
    assert!(!sandbox.path("pylock.toml").exists());
    sandbox.run_well("lock");
    sandbox.write(
        "pyproject.toml",
        &PROJECT.replace("'app'", "'app', 'fancy'"),
    );
    let frozen = sandbox.run_well("export --frozen --no-dev --no-hashes");
    assert!(!frozen.stdout.contains("fancy"), "{frozen}");
    assert_snapshot!(sandbox.run("export --frozen --group docs"), @"
    exit: 2
    -- stderr
    error: the lock has no group `docs` [TL0107]
    ");
}

#[test]
fn pip_installs_what_is_exported_by_its_hashes() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    sandbox.run_well("export --all-extras -o requirements.txt");
    let python = tilsit_testing::python().expect("it was there before");
    let install = |file: &str| {
        Command::new(&python)
            .args([
                "-m",
                "pip",
                "install",
                "--require-hashes",
                "--no-index",
                "--quiet",
            ])
            .arg("--find-links")
            .arg(sandbox.root().join("wheels"))
            .arg("--target")
            .arg(sandbox.path("there"))
            .args(["-r", file])
            .current_dir(sandbox.path(""))
            .output()
            .expect("pip starts")
    };
    let output = install("requirements.txt");
    assert!(output.status.success(), "{output:?}");
    for module in ["app", "fancy", "extra_lib", "lib"] {
        assert!(
            sandbox.path(&format!("there/{module}")).is_dir(),
            "{module}"
        );
    }
    // The hashes are looked at.
    let text = sandbox.read("requirements.txt");
    let first = text.split("sha256:").nth(1).expect("a hash").chars().next();
    let other = if first == Some('0') { "1" } else { "0" };
    let at = text.find("sha256:").expect("a hash") + "sha256:".len();
    let changed = format!("{}{other}{}", &text[..at], &text[at + 1..]);
    sandbox.write("changed.txt", &changed);
    assert!(!install("changed.txt").status.success());
}

#[test]
fn a_bill_of_materials_fits_the_schema() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    let wanted = ["cyclonedx-python-lib[json-validation]==11.12.0"];
    let validator = tilsit_testing::python_environment("cyclonedx", &wanted);
    let Some(validator) = tilsit_testing::require("a CycloneDX validator", validator) else {
        return;
    };
    sandbox.run_well("export --all-extras -o bom.json");
    let script = "\
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
fault = JsonStrictValidator(SchemaVersion.V1_5).validate_str(open(sys.argv[1]).read())
sys.exit(str(fault) if fault else 0)
";
    let output = Command::new(validator.join("bin/python"))
        .args(["-c", script])
        .arg(sandbox.path("bom.json"))
        .output()
        .expect("Python starts");
    assert!(output.status.success(), "{output:?}");
}
