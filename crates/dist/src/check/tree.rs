//! The rules for source trees: what pyproject.toml says, and what the field has left behind. Nothing of
//! the project is run.
//!
//! [`check_tree`] takes a folder; [`check_pyproject`] the text of a pyproject.toml alone.
//! [`check_against_sdist`] holds the files under version control against those of an sdist.

mod manifest;
mod project;
mod setup;
mod sources;

use std::path::Path;

use tilsit_files::FileError;
use tilsit_packaging::problem::Problem;
use tilsit_packaging::pyproject::{PyProject, ToolFault, setuptools_problems, tool_problems};

use crate::finding::Finding;
use crate::rule::Rule;

pub use manifest::check_against_sdist;

const PYPROJECT: &str = "pyproject.toml";

/// Whether a folder is a source tree.
pub fn is_tree(folder: &Path) -> bool {
    [PYPROJECT, "setup.py"]
        .iter()
        .any(|name| folder.join(name).is_file())
}

/// Checks a source tree.
///
/// # Errors
/// When a file cannot be read.
pub fn check_tree(folder: &Path) -> Result<Vec<Finding>, FileError> {
    let mut findings = match read(folder, PYPROJECT)? {
        Some(text) => {
            let mut findings = check_pyproject(&text);
            if let Ok((pyproject, _)) = PyProject::parse(&text) {
                findings.extend(project::check_files(&pyproject, &text, folder)?);
            }
            findings
        }
        None => vec![Finding::new(
            Rule::BuildSystemMissing,
            "",
            PYPROJECT,
            "is missing: nothing says how the project is built",
        )],
    };
    if let Some(text) = read(folder, "setup.py")? {
        findings.extend(setup::check_script(&text));
    }
    if let Some(text) = read(folder, "setup.cfg")? {
        findings.extend(setup::check_configuration(&text));
    }
    findings.extend(sources::check(folder)?);
    Ok(findings)
}

/// Checks a text as setup.py, as setup.cfg and as a module, one after the other.
pub fn check_tree_texts(text: &str) -> Vec<Finding> {
    let mut findings = setup::check_script(text);
    findings.extend(setup::check_configuration(text));
    findings.extend(sources::check_module("module.py", text));
    findings
}

/// Checks the text of a pyproject.toml by itself.
pub fn check_pyproject(text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    match PyProject::parse(text) {
        Ok((pyproject, problems)) => {
            // A backend has to refuse a key that it does not know.
            findings.extend(problems.into_iter().map(|it| found(Rule::PyProject, it)));
            findings.extend(project::check(&pyproject, text));
        }
        Err(error) => findings.push(found(Rule::PyProject, error.problem().clone())),
    }
    let of_tool = setuptools_problems(text);
    findings.extend(of_tool.into_iter().map(|it| found(Rule::PyProjectTool, it)));
    findings.extend(tool_problems(text).into_iter().map(|it| {
        let rule = match it.fault {
            ToolFault::Invalid => Rule::PyProjectTool,
            ToolFault::Refused { .. } => Rule::ToolKeyRefused,
            ToolFault::PassedOver { .. } => Rule::ToolKeyUnknown,
        };
        found(rule, it.problem)
    }));
    findings.sort_by_key(|finding| (finding.problem.line.is_none(), finding.problem.line));
    findings
}

fn found(rule: Rule, problem: Problem) -> Finding {
    Finding {
        rule,
        file: PYPROJECT.to_owned(),
        problem,
    }
}

fn read(folder: &Path, name: &str) -> Result<Option<String>, FileError> {
    match tilsit_files::read(folder.join(name)) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests;
