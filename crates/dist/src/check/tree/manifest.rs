//! Whether an sdist has what is under version control, and nothing else: what is in the one alone was
//! forgotten, in either place.

use crate::check::and_others;
use crate::finding::Finding;
use crate::rule::Rule;
use crate::sdist::Sdist;

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
pub fn check_against_sdist(listed: &[String], sdist: &Sdist) -> Vec<Finding> {
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
    let reason = "is under version control and not in the source distribution";
    findings.extend(all(Rule::NotInSdist, &missing, reason));
    let unknown = in_sdist
        .into_iter()
        .filter(|path| !listed.iter().any(|listed| listed == path) && !is_made(path));
    let unknown: Vec<&str> = unknown.collect();
    let reason = "is in the source distribution and not under version control";
    findings.extend(all(Rule::NotInVersionControl, &unknown, reason));
    findings
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
