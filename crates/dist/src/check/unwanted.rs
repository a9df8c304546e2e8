//! What tools and people leave behind, and nobody means to publish.

use std::collections::BTreeSet;

use super::has_ending;
use crate::finding::Finding;
use crate::rule::Rule;

/// Folders of tools.
const FOLDERS: [&str; 13] = [
    ".git",
    ".hg",
    ".svn",
    ".bzr",
    ".jj",
    ".venv",
    ".tox",
    ".nox",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".idea",
    "node_modules",
];
/// Files of tools.
const FILES: [&str; 4] = [".DS_Store", "Thumbs.db", "desktop.ini", ".coverage"];
/// Files that hold secrets.
const SECRETS: [&str; 6] = [
    ".env",
    ".pypirc",
    ".netrc",
    "id_rsa",
    "id_ecdsa",
    "id_ed25519",
];
/// Endings of what editors and merges leave.
const ENDINGS: [&str; 4] = ["~", ".swp", ".orig", ".rej"];

/// The findings about these paths; each folder is told once.
pub(super) fn check<'a>(paths: impl IntoIterator<Item = &'a str>) -> Vec<Finding> {
    let mut told = BTreeSet::new();
    let mut findings = Vec::new();
    for path in paths {
        let Some((place, rule, reason)) = fault(path) else {
            continue;
        };
        if told.insert(place) {
            findings.push(Finding::new(rule, "", place, reason));
        }
    }
    findings
}

fn fault(path: &str) -> Option<(&str, Rule, &'static str)> {
    let name = path.rsplit('/').next().unwrap_or_default();
    let mut end = 0;
    for step in path.split('/') {
        end += step.len();
        if FOLDERS.contains(&step) && end < path.len() {
            return Some((&path[..end], Rule::UnwantedFile, "is a folder of a tool"));
        }
        end += 1;
    }
    if has_ending(name, &[".pyc", ".pyo"]) {
        let reason = "is compiled for one version of Python; installers compile by themselves";
        return Some((path, Rule::Bytecode, reason));
    }
    let reason = if SECRETS.contains(&name) {
        "is a file for secrets: look into it before you publish it"
    } else if FILES.contains(&name) {
        "was left behind by a tool"
    } else if has_ending(name, &ENDINGS) {
        "was left behind by an editor or a merge"
    } else {
        return None;
    };
    Some((path, Rule::UnwantedFile, reason))
}
