//! `conformance metadata`: what pyproject-metadata's own tests let it read is given to our backend too,
//! and the core metadata of both are compared.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::process::{cargo, root, run, say};

/// The release whose tests are run.
const RELEASE: &str = "pyproject-metadata==0.12.1";

/// What else the tests and the shim need.
const WANTED: [&str; 4] = [RELEASE, "pytest", "tomli_w", "exceptiongroup"];

/// Differences that are meant: a part of the line, and why.
const MEANT: [(&str, &str); 10] = [
    (
        "is dynamic, and nothing here can fill it in",
        "a library leaves dynamic fields to its backend; a backend that fills nothing in refuses",
    ),
    (
        "2.2 to 2.6 can be written",
        "in older metadata the fields of an sdist would not be static (PEP 643)",
    ),
    (
        "only theirs refuses: Extra keys present in \"project\"",
        "a key that is not known is told as a warning",
    ),
    (
        "only theirs refuses: Field \"project.entry-points\" has an invalid key",
        "groups with `-` in their names exist; the specification of entry points recommends none",
    ),
    (
        "Author-Email: ['Unknown <",
        "an author without a name gets none",
    ),
    (
        "this group has a key of its own",
        "backends must refuse `console_scripts` and `gui_scripts` in `entry-points` (PEP 621)",
    ),
    (
        "`project.description`: the text has more than one line",
        "a summary is one line; there it is a warning",
    ),
    (
        "is not a valid extra name",
        "names of extras must be valid (PEP 685); there it is a warning",
    ),
    (
        "License-File: [], ours ['LICENSE']",
        "a backend takes the usual license files unasked (PEP 639); a library leaves that to it",
    ),
    (
        "extra=='test'&extra=='test'or",
        "a marker with `or` in it is written as the alternatives that it means",
    ),
];

/// Runs the tests, and says what differs.
///
/// # Errors
/// When the tests cannot be had or fail, or a difference is not meant.
pub(crate) fn compare() -> Result<()> {
    run(&mut cargo(["build", "--package", "tilsit"]))?;
    let place = root().join("target/conformance/metadata");
    let python = place.join("bin/python");
    if !python.is_file() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&place))?;
        run(Command::new(&python)
            .args(["-m", "pip", "install", "-q"])
            .args(WANTED))?;
    }
    let suite = suite(&place)?;
    let differences = place.join("differences");
    if differences.exists() {
        fs::remove_file(&differences)?;
    }
    run(Command::new(&python)
        .args(["-m", "pytest", "-p", "metadata_shim", "-q", "--tb=short"])
        .args(["-o", "addopts=", "tests"])
        .current_dir(&suite)
        .env("PYTHONPATH", root().join("crates/xtask/src/conformance"))
        .env("TILSIT_PROGRAM", root().join("target/debug/tilsit"))
        .env("TILSIT_DIFFERENCES", &differences))?;
    let lines = fs::read_to_string(&differences)?;
    let (mut alike, mut meant, mut unmeant) = (0, 0, 0);
    for line in lines.lines() {
        let line: Value = serde_json::from_str(line)?;
        let Some(difference) = line["difference"].as_str() else {
            alike += 1;
            continue;
        };
        let test = line["test"].as_str().unwrap_or_default();
        if let Some((_, why)) = MEANT.iter().find(|(part, _)| difference.contains(part)) {
            meant += 1;
            say(format_args!("{test}: {difference}\n  meant: {why}"));
        } else {
            unmeant += 1;
            say(format_args!("{test}: {difference}\n  NOT MEANT"));
        }
    }
    say(format_args!(
        "{alike} projects alike, {meant} differ as meant, {unmeant} otherwise"
    ));
    ensure!(unmeant == 0, "{unmeant} differences are not meant");
    Ok(())
}

/// The unpacked sdist with the tests.
fn suite(place: &Path) -> Result<std::path::PathBuf> {
    let folder = place.join("suite");
    if !folder.join("tests").is_dir() {
        let sdist = place.join("sdist");
        fs::create_dir_all(&sdist)?;
        fs::create_dir_all(&folder)?;
        let name = RELEASE.split("==").next().unwrap_or(RELEASE);
        run(Command::new(root().join("target/debug/tilsit"))
            .args([
                "pip",
                "download",
                "-q",
                "--no-deps",
                "--no-binary",
                name,
                RELEASE,
            ])
            .args(["-d", "."])
            .current_dir(&sdist))?;
        let entry = fs::read_dir(&sdist)?
            .next()
            .context("nothing was downloaded")??;
        run(Command::new("tar")
            .arg("xzf")
            .arg(entry.path())
            .arg("--strip-components=1")
            .arg("-C")
            .arg(&folder))?;
    }
    Ok(folder)
}
