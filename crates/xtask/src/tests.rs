//! `test`, `ci` and `real`: which tests run, with what around them, and the summary.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::process::{cargo, exists, root, run as run_program};
use crate::{documents, setup};

/// The default and ci rings: everything but what needs the default index.
///
/// In CI (`CI` is set) each need of a test must be met; elsewhere a test whose need is missing
/// says so, and the summary counts them.
///
/// # Errors
/// When a test fails, or the tests cannot be built.
pub(crate) fn run(filters: &[&str]) -> Result<()> {
    setup::prepare()?;
    let not_run = root().join("target").join("tests-not-run.txt");
    fs::create_dir_all(root().join("target"))?;
    fs::write(&not_run, "")?;
    let mut command = runner("ci", filters);
    command
        .env("TILSIT_RING", if in_ci() { "ci" } else { "try" })
        .env("TILSIT_NOT_RUN", &not_run);
    let result = run_program(&mut command);
    summarise_not_run(&not_run)?;
    result
}

/// Format, lints and documents, then the tests.
///
/// # Errors
/// When any of them fails.
pub(crate) fn ci() -> Result<()> {
    run_program(&mut cargo(["fmt", "--all", "--check"]))?;
    run_program(
        cargo([
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ])
        .env("TERM", "dumb"),
    )?;
    run_program(
        cargo([
            "doc",
            "--workspace",
            "--no-deps",
            "--document-private-items",
        ])
        .env("RUSTDOCFLAGS", "-D warnings"),
    )?;
    documents::run(&["--check"])?;
    run(&[])
}

/// The tests of the `real` ring, which need the default index.
///
/// # Errors
/// When a test fails; a missing index is a failure.
pub(crate) fn real(filters: &[&str]) -> Result<()> {
    run_program(runner("real", filters).env("TILSIT_RING", "ci"))
}

/// nextest where it is installed, the built-in runner elsewhere.
fn runner(profile: &str, filters: &[&str]) -> Command {
    if exists("cargo-nextest", "--version") {
        let mut command = cargo(["nextest", "run", "--workspace", "--profile", profile]);
        command.args(filters);
        return command;
    }
    let mut command = cargo(["test", "--workspace", "--no-fail-fast"]);
    if profile == "real" {
        command.args(["--test", "real"]);
    }
    command.args(filters);
    command
}

#[expect(clippy::print_stdout, reason = "the summary is for the developer")]
fn summarise_not_run(list: &PathBuf) -> Result<()> {
    let lines = fs::read_to_string(list)?;
    if !lines.is_empty() {
        println!(
            "NOT RUN: {} tests miss something they need:",
            lines.lines().count()
        );
        print!("{lines}");
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "CI is told by the environment")]
fn in_ci() -> bool {
    std::env::var_os("CI").is_some()
}
