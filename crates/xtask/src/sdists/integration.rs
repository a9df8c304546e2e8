//! `sdists --integration`: the source distributions that setuptools builds in its integration tests:
//! built and installed by tilsit into environments of their own, and the version asked of the module.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use crate::process::{root, say};

/// Tries all.
///
/// # Errors
/// When one is not so.
pub(super) fn try_all(program: &PathBuf) -> Result<()> {
    let text = fs::read_to_string(root().join("crates/xtask/sdists/integration.txt"))?;
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let mut failed = Vec::new();
    say("| project | version | build and install |");
    say("|---|---|---|");
    for line in lines {
        let (project, module) = line.split_once(' ').context("a project and a module")?;
        match one(program, project, module) {
            Ok(line) => say(line),
            Err(error) => {
                say(format_args!("| {project} | {error:#} |"));
                failed.push(project);
            }
        }
    }
    ensure!(failed.is_empty(), "not so: {}", failed.join(", "));
    Ok(())
}

fn one(program: &PathBuf, project: &str, module: &str) -> Result<String> {
    let folder = root().join(super::FOLDER);
    let environment = folder.join("environment");
    let run = |words: &[&str]| -> Result<Output> {
        let output = Command::new(program)
            .args(words)
            .env("TILSIT_CACHE_DIR", folder.join("tilsit-cache"))
            .env_remove("PIP_FIND_LINKS")
            .output()?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let lines: Vec<&str> = said.lines().collect();
        let last = lines[lines.len().saturating_sub(3)..].join(" / ");
        ensure!(output.status.success(), "{last}");
        Ok(output)
    };
    let path = environment.display().to_string();
    run(&[
        "venv",
        "--clear",
        "--python",
        super::building::PYTHON,
        &path,
    ])?;
    let python = environment.join("bin/python").display().to_string();
    let began = Instant::now();
    run(&[
        "pip",
        "install",
        "--no-binary",
        project,
        "--python",
        &python,
        project,
    ])?;
    let took = began.elapsed().as_secs_f64();
    let script = format!(
        "import {module}; from importlib.metadata import version\n\
         assert {module}.__version__ == version('{project}'), {module}.__version__\n\
         print({module}.__version__)"
    );
    let output = Command::new(&python).args(["-c", &script]).output()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.success(), "import: {}", said.trim());
    let versions = String::from_utf8_lossy(&output.stdout).into_owned();
    let version = versions.split_whitespace().next().unwrap_or_default();
    Ok(format!("| {project} | {version} | {took:.1} s |"))
}
