//! Whether an sdist has what is under version control, and nothing else: what is in the one alone was
//! forgotten, in either place.

use std::collections::BTreeSet;

use tilsit_files::FileError;
use tilsit_packaging::pyproject::PyProject;

use super::toml_text::line_end;
use super::{PYPROJECT, Texts};
use crate::check::{and_others, has_ending};
use crate::finding::Finding;
use crate::fix::{Edit, Fix};
use crate::rule::Rule;
use crate::sdist::Sdist;

const MANIFEST: &str = "MANIFEST.in";

/// What a backend makes for the sdist.
const MADE: [&str; 2] = ["PKG-INFO", "setup.cfg"];

/// What is for version control, continuous integration and editors, and nobody misses it in an sdist.
const FOR_DEVELOPERS: [&str; 16] = [
    ".git",
    ".github",
    ".gitlab",
    ".gitlab-ci.yml",
    ".hg",
    ".bzr",
    ".circleci",
    ".travis.yml",
    ".appveyor",
    "appveyor.yml",
    "azure-pipelines.yml",
    "Jenkinsfile",
    ".pre-commit-config.yaml",
    ".editorconfig",
    ".readthedocs.yaml",
    ".readthedocs.yml",
];

/// Holds the files under version control, relative to the project's folder, against those of its sdist.
pub(super) fn check(
    listed: &[String],
    sdist: &Sdist,
    texts: &Texts<'_>,
) -> Result<Vec<Finding>, FileError> {
    let in_sdist: Vec<&str> = sdist
        .entries()
        .iter()
        .map(|entry| entry.path.as_str())
        .collect();
    let mut findings = Vec::new();
    let missing = listed.iter().map(String::as_str);
    let missing: Vec<&str> = missing
        .filter(|path| !in_sdist.contains(path) && !is_for_developers(path))
        .collect();
    let manifest = texts.read(MANIFEST)?;
    let named = named(manifest.as_deref().unwrap_or_default());
    let (new, unnamed): (Vec<&str>, Vec<&str>) =
        missing.into_iter().partition(|path| named.contains(path));
    let reason = "is under version control and not in the source distribution";
    let fix = if is_of_setuptools(texts)? {
        include(listed, &unnamed, manifest.as_deref())
    } else {
        None
    };
    findings.extend(all(Rule::NotInSdist, &unnamed, reason).map(|it| it.with_fix(fix)));
    let reason = format!("{reason}; {MANIFEST} names it by now: build again");
    findings.extend(all(Rule::NotInSdist, &new, &reason));
    let unknown = in_sdist
        .into_iter()
        .filter(|path| !listed.iter().any(|listed| listed == path) && !is_made(path));
    let unknown: Vec<&str> = unknown.collect();
    let reason = "is in the source distribution and not under version control";
    findings.extend(all(Rule::NotInVersionControl, &unknown, reason));
    Ok(findings)
}

/// Whether MANIFEST.in counts: setuptools builds the project, as it does where nothing is said.
fn is_of_setuptools(texts: &Texts<'_>) -> Result<bool, FileError> {
    let Some(text) = texts.read(PYPROJECT)? else {
        return Ok(true);
    };
    let Ok((pyproject, _)) = PyProject::parse(&text) else {
        return Ok(false);
    };
    let backend = pyproject.build_system.and_then(|it| it.build_backend);
    Ok(backend.is_none_or(|backend| backend.starts_with("setuptools.build_meta")))
}

/// The paths that `include` has in a MANIFEST.in.
fn named(manifest: &str) -> BTreeSet<&str> {
    let lines = manifest.lines().map(str::split_whitespace);
    let included = lines.filter_map(|mut words| (words.next()? == "include").then_some(words));
    included.flatten().collect()
}

/// A line `include` for each path. What lies in packages may become part of a wheel by that, and what a
/// MANIFEST.in leaves out somewhere is left out on purpose: those are not safe.
fn include(listed: &[String], missing: &[&str], manifest: Option<&str>) -> Option<Fix> {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./+".contains(letter);
    if missing.is_empty() || !missing.iter().all(|path| path.chars().all(is_plain)) {
        return None;
    }
    let is_outside = |path: &&str| {
        let top = path.split_once('/').map(|(top, _)| format!("{top}/"));
        top.is_none_or(|top| {
            let mut modules = listed.iter().filter(|path| path.starts_with(&top));
            !modules.any(|path| has_ending(path, &[".py", ".pyx", ".pyi"]))
        })
    };
    let text = manifest.unwrap_or_default();
    let leaves_out = |line: &str| line.contains("exclude") || line.starts_with("prune");
    let is_safe = missing.iter().all(is_outside) && !text.lines().any(leaves_out);
    let line_end = line_end(text);
    let mut lines = String::new();
    if !text.is_empty() && !text.ends_with('\n') {
        lines += line_end;
    }
    for path in missing {
        lines.extend(["include ", path, line_end]);
    }
    let edit = Edit::new(text.len()..text.len(), lines);
    Some(Fix::new(MANIFEST, is_safe, vec![edit]))
}

fn all(rule: Rule, paths: &[&str], reason: &str) -> Option<Finding> {
    let first = paths.first()?;
    let reason = format!("{} {reason}", and_others(first, paths.len()));
    Some(Finding::new(rule, "", "", reason))
}

fn is_for_developers(path: &str) -> bool {
    let top = path.split('/').next().unwrap_or_default();
    top.starts_with(".git") || FOR_DEVELOPERS.contains(&top)
}

fn is_made(path: &str) -> bool {
    MADE.contains(&path) || path.ends_with("/PKG-INFO") || path.contains(".egg-info/")
}
