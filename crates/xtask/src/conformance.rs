//! `conformance`: other projects' own tests, run from a checkout of theirs with tilsit in the place
//! of their program.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::process::{cargo, root, run};

/// Runs a suite: `pip --suite FOLDER [PYTEST ARGUMENT ..]`.
///
/// # Errors
/// When the suite is unknown or cannot be prepared, or a test of it fails.
pub(crate) fn suite(words: &[&str]) -> Result<()> {
    match words {
        ["pip", "--suite", folder, rest @ ..] => pip(Path::new(folder), rest),
        _ => bail!("`conformance pip --suite FOLDER [PYTEST ARGUMENT ..]`"),
    }
}

/// pip's functional tests, from a checkout of its repository. The wheels and the environment that
/// they need are made once, beside the suite.
fn pip(suite: &Path, arguments: &[&str]) -> Result<()> {
    let suite = std::fs::canonicalize(suite).with_context(|| suite.display().to_string())?;
    ensure!(
        suite.join("tests/functional").is_dir(),
        "`{}` is no checkout of pip",
        suite.display()
    );
    let environment = root().join("target/conformance/pip");
    let python = environment.join("bin/python");
    if !python.is_file() {
        run(Command::new("python3")
            .args(["-m", "venv"])
            .arg(&environment))?;
        run(Command::new(&python).args(["-m", "pip", "install", "-q", "-U", "pip"]))?;
        run(Command::new(&python)
            .args(["-m", "pip", "install", "-q", ".", "--group", "test"])
            .current_dir(&suite))?;
    }
    let wheels = suite.join("tests/data/common_wheels");
    if !wheels.is_dir() {
        run(Command::new(&python)
            .args([
                "-m",
                "pip",
                "wheel",
                "-q",
                "--group",
                "test-common-wheels",
                "-w",
            ])
            .arg(&wheels)
            .current_dir(&suite))?;
    }
    run(&mut cargo(["build", "--package", "tilsit"]))?;
    let program = root().join("target/debug/tilsit");
    let mut pytest = Command::new(&python);
    pytest
        .args([
            "-m",
            "pytest",
            "-p",
            "pip_shim",
            "-q",
            "--tb=short",
            "-m",
            "not network",
        ])
        .args([
            "-o",
            "addopts=",
            "--disable-socket",
            "--allow-hosts=localhost,127.0.0.1",
        ])
        .args(arguments)
        .current_dir(&suite)
        .env("PYTHONPATH", root().join("crates/xtask/src/conformance"))
        .env("TILSIT_PROGRAM", program);
    if !arguments.iter().any(|word| word.starts_with("tests/")) {
        pytest.arg("tests/functional");
    }
    run(&mut pytest)
}
