//! The tables of a pyproject.toml that our own commands read, read as they read them: `[tool.tilsit]`, and
//! `[tool.uv]` and `[tool.cibuildwheel]` as far as they count here.

use std::path::Path;

use tilsit_build_backend::BuildError;
use tilsit_build_backend::settings;
use tilsit_build_frontend::cibuildwheel::Cibuildwheel;
use tilsit_dist::{Finding, Rule};
use tilsit_project::settings::ProjectSettings;
use tilsit_project::tasks::Tasks;

use super::PYPROJECT;
use crate::configuration::Configuration;

/// What is wrong, besides what was found already. A text that is no TOML has been told of.
pub(super) fn check(path: &Path, text: &str, found: &[Finding]) -> Vec<Finding> {
    let mut own = Vec::new();
    if text.parse::<toml::Table>().is_err() {
        return own;
    }
    match Configuration::default().with_root(path, text) {
        Ok(configuration) => own.extend(configuration.warnings().iter().map(|warning| {
            // The words end with the key in backticks.
            let key = warning.rsplit('`').nth(1).unwrap_or_default();
            let subject = format!("tool.tilsit.{key}");
            Finding::new(
                Rule::ToolKeyUnknown,
                PYPROJECT,
                subject,
                "tilsit has no such key",
            )
        })),
        Err(error) => own.push(of_toml(&error.causes.join(": "))),
    }
    let readers = [
        ProjectSettings::parse(text).err().map(|it| it.to_string()),
        Tasks::parse(text).err().map(|it| it.to_string()),
    ];
    own.extend(readers.iter().flatten().map(|reason| of_toml(reason)));
    match settings::check(path.parent().unwrap_or(path), text) {
        Err(BuildError::Key { problem, .. }) => {
            let mut finding = Finding::new(Rule::PyProjectTool, PYPROJECT, "", "");
            finding.problem = problem;
            own.push(finding);
        }
        Err(error) => own.push(of_toml(&error.to_string())),
        Ok(()) => {}
    }
    own.extend(of_cibuildwheel(text));
    // Each fault once: another reader may have met it, and two of ours may.
    let mut told: Vec<Option<usize>> = found
        .iter()
        .filter(|finding| finding.rule == Rule::PyProjectTool)
        .map(|finding| finding.problem.line)
        .collect();
    own.retain(|finding| {
        let line = finding.problem.line;
        let is_new = line.is_none() || !told.contains(&line);
        told.push(line);
        is_new
    });
    let knows_wheels = found
        .iter()
        .any(|it| it.problem.subject.starts_with(CIBUILDWHEEL));
    own.retain(|it| !(knows_wheels && it.problem.subject == CIBUILDWHEEL));
    own.dedup();
    own
}

const CIBUILDWHEEL: &str = "tool.cibuildwheel";

/// What a reader of TOML says: `TOML parse error at line 3, column 5`, the line, and the reason.
fn of_toml(said: &str) -> Finding {
    let number = said.split("at line ").nth(1);
    let number = number.and_then(|rest| rest.split([',', '\n']).next()?.parse().ok());
    let mut lines = said.lines().map(str::trim).filter(|line| !line.is_empty());
    let reason = match number {
        Some(_) => lines.next_back().unwrap_or_default().to_owned(),
        None => lines.collect::<Vec<_>>().join(" "),
    };
    let mut finding = Finding::new(Rule::PyProjectTool, PYPROJECT, "tool.tilsit", reason);
    finding.problem.line = number;
    finding
}

/// What `build --matrix` would not take, on any system.
fn of_cibuildwheel(text: &str) -> Option<Finding> {
    let fault = ["linux", "macos", "windows"]
        .into_iter()
        .find_map(|system| {
            let read = Cibuildwheel::read(text, system, &|_| None);
            let asked = read.and_then(|table| match table {
                Some(table) => table.wants("cp312-").and(table.of("cp312-").map(drop)),
                None => Ok(()),
            });
            asked.err()
        })?;
    let rule = Rule::PyProjectTool;
    Some(Finding::new(
        rule,
        PYPROJECT,
        CIBUILDWHEEL,
        fault.to_string(),
    ))
}
