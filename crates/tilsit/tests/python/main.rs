//! The Python package `tilsit`: its own tests, run by Python against the program and a running index;
//! its types and lints; the wheel; the build backend; zest.releaser.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails loudly")]

#[path = "../support/server.rs"]
mod server;

mod build_backend;
mod environment;
mod wheel;
mod zest_releaser;

use std::path::{Path, PathBuf};

use environment::{PythonEnvironment, output, package};
use server::Index;

/// Runs a module of the package's tests with the Python at `python`.
fn run_tests(module: &str, python: &Path) {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::start(&folder.path().join("index"));
    let environment = PythonEnvironment::create(python, folder.path());
    let mut command = environment.command();
    command
        .args(["-m", "unittest", &format!("tests.{module}")])
        .current_dir(package())
        .env("TILSIT_TEST_INDEX", &index.address)
        .env("TILSIT_TEST_TOKEN", &index.token);
    let text = output(&mut command);
    assert!(text.contains("\nOK"), "{text}");
}

macro_rules! modules {
    ($($module:ident),+) => {
        mod cpython {
            $(#[test] fn $module() {
                let python = tilsit_testing::require("Python", tilsit_testing::python());
                if let Some(python) = python {
                    super::run_tests(stringify!($module), &python);
                }
            })+
        }
        /// The oldest Python that the package is for, 3.9.
        mod pypy {
            $(#[test] fn $module() {
                if let Some(python) = tilsit_testing::require("PyPy", super::pypy()) {
                    super::run_tests(stringify!($module), &python);
                }
            })+
        }
    };
}

modules!(test_api, test_program, test_twine);

fn pypy() -> Option<PathBuf> {
    let path = PathBuf::from("/usr/bin/pypy3");
    path.is_file().then_some(path)
}

#[test]
fn types_and_lints_are_sound() {
    let tools = tilsit_testing::python_environment(
        "python-lints",
        &[
            "mypy==2.4.1",
            "ruff==0.17.6",
            "types-requests==2.33.0.20261030",
        ],
    );
    let Some(tools) = tilsit_testing::require("mypy and ruff", tools) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    for (program, arguments) in [
        ("mypy", &["--cache-dir", "/dev/null"][..]),
        ("ruff", &["check", "--no-cache"]),
        ("ruff", &["format", "--check", "--no-cache"]),
    ] {
        let mut command = std::process::Command::new(tools.join("bin").join(program));
        command
            .args(arguments)
            .current_dir(package())
            .env("HOME", folder.path());
        output(&mut command);
    }
}
