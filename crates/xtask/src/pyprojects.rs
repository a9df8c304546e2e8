//! `conformance pyproject`: validate-pyproject's examples, valid and not, from its source distribution.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use tilsit_dist::check::check_pyproject;
use tilsit_dist::{Rule, Severity};

use crate::process::{root, run, say};

const PROJECT: &str = "validate_pyproject-0.27";

/// Examples for which we answer otherwise, and why.
const DEVIATIONS: [(&str, &str); 2] = [
    ("invalid-examples/localtool/fail1.toml", LOCAL),
    ("invalid-examples/localtool/fail2.toml", LOCAL),
];

const LOCAL: &str =
    "a table of a tool that there is not, whose schema is given on their command line";

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

/// Prints what is found about tables of tools in the pyproject.toml files of a folder, for one to read:
/// what is no fault of the project is one of the listings.
///
/// # Errors
/// When a file cannot be read.
pub(crate) fn tools(folder: &Path) -> Result<()> {
    const RULES: [Rule; 3] = [
        Rule::PyProjectTool,
        Rule::ToolKeyRefused,
        Rule::ToolKeyUnknown,
    ];
    let (mut files, mut tables, mut all) = (0, 0, 0);
    for path in tomls(folder)? {
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        files += 1;
        let document = text.parse::<toml::Table>().unwrap_or_default();
        let tool = document.get("tool").and_then(toml::Value::as_table);
        tables += tool.map_or(0, toml::Table::len);
        for finding in check_pyproject(&text) {
            if RULES.contains(&finding.rule) {
                all += 1;
                let severity = finding.severity().name();
                say(format_args!("{}: {severity}: {finding}", path.display()));
            }
        }
    }
    say(format_args!(
        "{files} files, {tables} tables of tools, {all} findings"
    ));
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
    if !their.contains('`') {
        // It says what is wrong and not where.
        return Ok(!errors.is_empty());
    }
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
