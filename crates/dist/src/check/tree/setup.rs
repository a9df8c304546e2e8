//! What setup.py and setup.cfg use that setuptools has given up or will.

use std::ops::Range;

use super::configuration::Setting;
use super::sources::lines_of_code;
use super::{SETUP_CFG, SETUP_PY};
use crate::finding::Finding;
use crate::fix::{Edit, Fix};
use crate::rule::Rule;

/// Arguments of `setup()` and what became of them (setuptools' documentation, "Keywords" and "History").
const DISCONTINUED: [(&str, &str); 13] = [
    ("convert_2to3_doctests", "2to3 is gone since setuptools 58"),
    (
        "dependency_links",
        "pip has not followed such links since version 19",
    ),
    ("eager_resources", "it is for zipped eggs, which are gone"),
    ("features", "it is gone since setuptools 46"),
    (
        "license_file",
        "`license_files` says it since setuptools 56",
    ),
    (
        "namespace_packages",
        "packages without `__init__.py` are namespaces by themselves (PEP 420)",
    ),
    (
        "setup_requires",
        "`[build-system] requires` says it before setup.py runs (PEP 518)",
    ),
    (
        "test_loader",
        "it is for `setup.py test`, which setuptools is giving up",
    ),
    (
        "test_suite",
        "it is for `setup.py test`, which setuptools is giving up",
    ),
    (
        "tests_require",
        "it is for `setup.py test`, which setuptools is giving up; `[dependency-groups]` says it (PEP 735)",
    ),
    (
        "use_2to3",
        "2to3 is gone since setuptools 58: the build fails",
    ),
    (
        "use_2to3_exclude_fixers",
        "2to3 is gone since setuptools 58",
    ),
    ("use_2to3_fixers", "2to3 is gone since setuptools 58"),
];

/// Those that nobody reads any more; without them a new build says the same, an old one may not.
const UNREAD: [&str; 7] = [
    "convert_2to3_doctests",
    "dependency_links",
    "eager_resources",
    "test_loader",
    "test_suite",
    "use_2to3_exclude_fixers",
    "use_2to3_fixers",
];

/// What setuptools has of `distutils.core`.
const OF_SETUPTOOLS: [&str; 4] = ["setup", "Extension", "Command", "Distribution"];

pub(super) fn check_script(text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let has_setuptools = text.contains("setuptools");
    for (line, code) in lines_of_code(text) {
        for (keyword, reason) in DISCONTINUED {
            if is_argument(&code, keyword) {
                let reason = reason.to_owned();
                findings.push(at(Rule::SetupKeyword, SETUP_PY, line, keyword, reason));
            }
        }
        let code = code.trim_start();
        if code.starts_with("from distutils") || code.starts_with("import distutils") {
            let reason = "is not in Python since 3.12: setuptools has what is needed of it";
            let finding = at(
                Rule::Distutils,
                SETUP_PY,
                line,
                "distutils",
                reason.to_owned(),
            );
            // Beside setuptools it is what is taken where that is missing.
            let fix = (!has_setuptools).then(|| from_setuptools(text, line));
            findings.push(finding.with_fix(fix.flatten()));
        }
    }
    findings
}

/// `from distutils.core import …` as setuptools has it.
fn from_setuptools(text: &str, line: usize) -> Option<Fix> {
    const CORE: &str = "distutils.core";
    let place = line_place(text, line)?;
    let written = &text[place.clone()];
    let names = written.trim().strip_prefix("from distutils.core import ")?;
    let names = names.split('#').next().unwrap_or_default();
    let mut names = names.split(',').map(str::trim);
    let start = place.start + written.find(CORE)?;
    let edit = Edit::new(start..start + CORE.len(), "setuptools");
    let is_known = names.all(|name| OF_SETUPTOOLS.contains(&name));
    is_known.then(|| Fix::safe(SETUP_PY, vec![edit]))
}

/// The first parts of what a script imports.
pub(super) fn imports(text: &str) -> Vec<String> {
    let mut imported = Vec::new();
    for (_, code) in lines_of_code(text) {
        let code = code.trim();
        let names = match (code.strip_prefix("import "), code.strip_prefix("from ")) {
            (Some(names), _) => names.split(',').collect(),
            (_, Some(name)) => vec![name],
            _ => Vec::new(),
        };
        let tops = names.into_iter().map(|name| {
            let end = |letter: char| letter == '.' || letter.is_whitespace();
            name.trim().split(end).next().unwrap_or_default().to_owned()
        });
        imported.extend(tops.filter(|top| !top.is_empty()));
    }
    imported
}

/// Whether a line gives an argument a value: the word alone, and one `=` behind it.
pub(super) fn is_argument(code: &str, keyword: &str) -> bool {
    code.match_indices(keyword).any(|(start, _)| {
        let is_part = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '.';
        let before = code[..start].chars().next_back();
        let behind = code[start + keyword.len()..].trim_start();
        !before.is_some_and(is_part) && behind.starts_with('=') && !behind.starts_with("==")
    })
}

/// What setup.cfg has in the two tables that setuptools reads.
pub(super) fn check_configuration(text: &str) -> Vec<Finding> {
    let settings = Setting::all(text);
    let is_read = |setting: &&Setting<'_>| ["metadata", "options"].contains(&setting.section);
    let mut findings = Vec::new();
    for setting in settings.iter().filter(is_read) {
        let key = setting.key;
        let spelled = setting.spelled();
        let is_there = |name: &str| {
            let mut settings = settings.iter().filter(|it| it.section == setting.section);
            settings.any(|it| it.key == name)
        };
        if key != spelled {
            let reason =
                format!("is written `{spelled}`: setuptools is to refuse hyphens and capitals");
            let fix = (!is_there(&spelled)).then(|| setting.renamed(&spelled));
            let finding = at(Rule::SetupSpelling, SETUP_CFG, setting.line, key, reason);
            findings.push(finding.with_fix(fix));
        }
        let known = DISCONTINUED.iter().find(|(keyword, _)| *keyword == spelled);
        if let Some((keyword, reason)) = known {
            let fix = match *keyword {
                // Of one file the pattern is the same, but of one with an odd name.
                "license_file" if setting.is_plain_word() && !is_there("license_files") => {
                    Some(setting.renamed("license_files"))
                }
                keyword if UNREAD.contains(&keyword) => Some(setting.removed()),
                _ => None,
            };
            let reason = (*reason).to_owned();
            let finding = at(Rule::SetupKeyword, SETUP_CFG, setting.line, key, reason);
            findings.push(finding.with_fix(fix));
        }
    }
    findings
}

/// A line, counted from 1, with its line break.
pub(super) fn line_place(text: &str, line: usize) -> Option<Range<usize>> {
    let start = match line.checked_sub(2) {
        None => 0,
        Some(above) => text.match_indices('\n').nth(above)?.0 + 1,
    };
    let end = text[start..]
        .find('\n')
        .map_or(text.len(), |end| start + end + 1);
    Some(start..end)
}

pub(super) fn at(rule: Rule, file: &str, line: usize, subject: &str, reason: String) -> Finding {
    let mut finding = Finding::new(rule, file, subject, reason);
    finding.problem.line = Some(line);
    finding
}
