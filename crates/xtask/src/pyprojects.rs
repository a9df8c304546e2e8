//! `conformance pyproject`: validate-pyproject's examples, valid and not, from its source distribution.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use tilsit_dist::Severity;
use tilsit_dist::check::check_pyproject;

use crate::process::{root, run, say};

const PROJECT: &str = "validate_pyproject-0.27";

/// Tables of tools that check them by themselves.
const CIBUILDWHEEL: &str = "cibuildwheel's own table";
const RUFF: &str = "ruff's own table";
const LOCAL: &str = "a table of the example's own tool, with a schema beside it";
const POETRY: &str = "poetry's own table";

/// Examples for which we answer otherwise, and why.
const DEVIATIONS: [(&str, &str); 16] = [
    (
        "invalid-examples/cibuildwheel/overrides-noaction.toml",
        CIBUILDWHEEL,
    ),
    (
        "invalid-examples/cibuildwheel/overrides-noselect.toml",
        CIBUILDWHEEL,
    ),
    (
        "invalid-examples/cibuildwheel/unknown-option.toml",
        CIBUILDWHEEL,
    ),
    (
        "invalid-examples/store/cibw-overrides-noaction.toml",
        CIBUILDWHEEL,
    ),
    (
        "invalid-examples/store/cibw-overrides-noselect.toml",
        CIBUILDWHEEL,
    ),
    (
        "invalid-examples/store/cibw-unknown-option.toml",
        CIBUILDWHEEL,
    ),
    ("invalid-examples/ruff/badcode.toml", RUFF),
    ("invalid-examples/ruff/unknown.toml", RUFF),
    ("invalid-examples/store/ruff-badcode.toml", RUFF),
    ("invalid-examples/store/ruff-unknown.toml", RUFF),
    ("invalid-examples/localtool/fail1.toml", LOCAL),
    ("invalid-examples/localtool/fail2.toml", LOCAL),
    ("invalid-examples/poetry/poetry-bad-multiline.toml", POETRY),
    (
        "invalid-examples/pdm/invalid-version/pyproject.toml",
        "an error, at `dynamic`: that `version` is a table is not said besides",
    ),
    (
        "invalid-examples/pep621/pep639/bothstyles.toml",
        "an error, at `license-files` beside the table; the table alone is only deprecated",
    ),
    (
        "invalid-examples/setuptools/ext-modules/invalid-sources.toml",
        "an error at the same key, which their message does not name",
    ),
];

/// Compares our answer on each example with theirs, and prints a line for each that differs.
///
/// # Errors
/// When the examples cannot be had, or one differs that is not known to.
pub(crate) fn compare() -> Result<()> {
    let tests = examples()?;
    let known: BTreeSet<&str> = DEVIATIONS.iter().map(|(name, _)| *name).collect();
    let mut unknown = Vec::new();
    for (folder, is_valid) in [("examples", true), ("invalid-examples", false)] {
        let files = tomls(&tests.join(folder))?;
        ensure!(files.len() > 30, "only {} files in {folder}", files.len());
        let mut same = 0;
        for path in &files {
            let name = path.strip_prefix(&tests)?.to_string_lossy().into_owned();
            let errors = errors(path)?;
            let at_place = is_valid || is_at_their_place(path, &errors)?;
            if errors.is_empty() == is_valid && at_place {
                same += 1;
                ensure!(!known.contains(&*name), "{name} does not differ any more");
            } else {
                say(format_args!("{name}: {}", errors.join("; ")));
                if !known.contains(&*name) {
                    unknown.push(name);
                }
            }
        }
        say(format_args!(
            "{folder}: {same} of {} as validate-pyproject",
            files.len()
        ));
    }
    for (name, reason) in DEVIATIONS {
        say(format_args!("{name}: {reason}"));
    }
    ensure!(unknown.is_empty(), "these differ: {}", unknown.join(", "));
    Ok(())
}

fn errors(path: &Path) -> Result<Vec<String>> {
    let text = std::fs::read_to_string(path)?;
    let findings = check_pyproject(&text).into_iter();
    let errors = findings.filter(|finding| finding.severity() == Severity::Error);
    Ok(errors.map(|finding| finding.to_string()).collect())
}

/// Whether one of our errors is about a key that their message names, or about one below or above it.
fn is_at_their_place(path: &Path, errors: &[String]) -> Result<bool> {
    let beside = path.with_extension("errors.txt");
    let their = [beside, path.with_file_name("errors.txt")];
    let their = their
        .iter()
        .find(|path| path.is_file())
        .context("no message")?;
    let their = std::fs::read_to_string(their)?;
    let keys = their.split(['`', '\'', ' ', '{', '}', '[', ']', ',']);
    let keys: Vec<&str> = keys.filter(|key| key.len() > 3).collect();
    let is_there = |error: &String| {
        let subject = error.split('`').nth(1).unwrap_or_default();
        let mut parts = subject.split(['.', '[', '"']).filter(|part| part.len() > 2);
        parts.any(|part| {
            part != "project" && part != "tool" && keys.iter().any(|key| key.contains(part))
        })
    };
    Ok(errors.iter().any(is_there))
}

fn tomls(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(tomls(&path)?);
        } else if path.extension().is_some_and(|ending| ending == "toml") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Their tests, fetched once into `target`.
fn examples() -> Result<PathBuf> {
    let folder = root().join("target/conformance/pyproject");
    let tests = folder.join(PROJECT).join("tests");
    if !tests.is_dir() {
        std::fs::create_dir_all(&folder)?;
        let requirement = PROJECT.replace('_', "-").replacen("-0", "==0", 1);
        let words = [
            "-m",
            "pip",
            "download",
            "-q",
            "--no-deps",
            "--no-binary",
            ":all:",
        ];
        run(Command::new("python3")
            .args(words)
            .arg(&requirement)
            .current_dir(&folder))?;
        let archive = format!("{PROJECT}.tar.gz");
        run(Command::new("tar")
            .args(["-xzf", &archive])
            .current_dir(&folder))?;
    }
    Ok(tests)
}
