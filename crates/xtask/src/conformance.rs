//! `conformance`: other projects' own tests, run from a checkout of theirs with tilsit in the place
//! of their program.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::process::{cargo, root, run};

/// Runs a suite: `pip|pipenv|virtualenv --suite FOLDER [PYTEST ARGUMENT ..]`.
///
/// # Errors
/// When the suite is unknown or cannot be prepared, or a test of it fails.
pub(crate) fn suite(words: &[&str]) -> Result<()> {
    match words {
        ["pip", "--suite", folder, rest @ ..] => pip(Path::new(folder), rest),
        ["pipenv", "--suite", folder, rest @ ..] => pipenv(Path::new(folder), rest),
        ["virtualenv", "--suite", folder, rest @ ..] => virtualenv(Path::new(folder), rest),
        _ => bail!("`conformance pip|pipenv|virtualenv --suite FOLDER [PYTEST ARGUMENT ..]`"),
    }
}

/// pip's functional tests, from a checkout of its repository. The wheels and the environment that
/// they need are made once, beside the suite. Tests that need the network are left out.
fn pip(suite: &Path, arguments: &[&str]) -> Result<()> {
    let suite = checkout(suite, "tests/functional")?;
    let python = environment("pip", &suite, &[".", "--group", "test"])?;
    let wheels = suite.join("tests/data/common_wheels");
    if !wheels.is_dir() {
        let words = ["-m", "pip", "wheel", "-q", "--group", "test-common-wheels"];
        run(Command::new(&python)
            .args(words)
            .arg("-w")
            .arg(&wheels)
            .current_dir(&suite))?;
    }
    let mut pytest = pytest(&python, &suite, "pip_shim")?;
    pytest.args(["-m", "not network", "--disable-socket"]);
    pytest.arg("--allow-hosts=localhost,127.0.0.1");
    run(pytest.args(chosen(arguments, &["tests/functional"])))
}

/// pipenv's integration tests, from a checkout of its repository. The packages of their own index are
/// a submodule of it. What else they need comes from the default index, through a cache that stays.
fn pipenv(suite: &Path, arguments: &[&str]) -> Result<()> {
    let suite = checkout(suite, "tests/integration")?;
    let packages = std::fs::read_dir(suite.join("tests/pypi"));
    ensure!(
        packages.is_ok_and(|mut packages| packages.next().is_some()),
        "the submodule `tests/pypi` is empty: `git submodule update --init tests/pypi` fills it"
    );
    let python = environment("pipenv", &suite, &[".[tests]"])?;
    let mut pytest = pytest(&python, &suite, "pipenv_shim")?;
    let cache = root().join("target/conformance/pipenv-cache");
    pytest.env("TILSIT_CACHE_DIR", cache).arg("--timeout=300");
    run(pytest.args(chosen(arguments, &["tests/integration"])))
}

/// virtualenv's tests of activation and creation, from a checkout of its repository.
fn virtualenv(suite: &Path, arguments: &[&str]) -> Result<()> {
    let suite = checkout(suite, "tests/unit/activation")?;
    let python = environment("virtualenv", &suite, &[".", "--group", "test"])?;
    let mut pytest = pytest(&python, &suite, "virtualenv_shim")?;
    // The order is as it stands, so that two runs can be compared.
    pytest.args(["-p", "no:randomly"]);
    let all = ["tests/unit/activation", "tests/unit/create"];
    run(pytest.args(chosen(arguments, &all)))
}

fn checkout(suite: &Path, tests: &str) -> Result<PathBuf> {
    let suite = std::fs::canonicalize(suite).with_context(|| suite.display().to_string())?;
    let shown = suite.display();
    ensure!(
        suite.join(tests).is_dir(),
        "`{shown}` is no checkout with `{tests}`"
    );
    Ok(suite)
}

/// The Python of the environment that a suite runs in; made when it is not there.
fn environment(name: &str, suite: &Path, wanted: &[&str]) -> Result<PathBuf> {
    let environment = root().join("target/conformance").join(name);
    let python = environment.join("bin/python");
    if !python.is_file() {
        run(Command::new("python3")
            .args(["-m", "venv"])
            .arg(&environment))?;
        run(Command::new(&python).args(["-m", "pip", "install", "-q", "-U", "pip"]))?;
        run(Command::new(&python)
            .args(["-m", "pip", "install", "-q"])
            .args(wanted)
            .current_dir(suite))?;
    }
    Ok(python)
}

/// pytest in the suite, with a shim and the program that it calls.
fn pytest(python: &Path, suite: &Path, shim: &str) -> Result<Command> {
    run(&mut cargo(["build", "--package", "tilsit"]))?;
    let mut pytest = Command::new(python);
    pytest
        .args(["-m", "pytest", "-p", shim, "-q", "--tb=short"])
        .args(["-o", "addopts="])
        .current_dir(suite)
        .env("PYTHONPATH", root().join("crates/xtask/src/conformance"))
        .env("TILSIT_PROGRAM", root().join("target/debug/tilsit"));
    Ok(pytest)
}

/// The arguments, and all tests where they name none.
fn chosen<'a>(arguments: &[&'a str], all: &[&'a str]) -> Vec<&'a str> {
    let mut chosen = arguments.to_vec();
    if !arguments.iter().any(|word| word.starts_with("tests/")) {
        chosen.extend(all);
    }
    chosen
}
