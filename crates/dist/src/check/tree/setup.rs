//! What setup.py and setup.cfg use that setuptools has given up or will.

use super::sources::lines_of_code;
use crate::finding::Finding;
use crate::rule::Rule;

/// Arguments of `setup()` and what became of them (setuptools' documentation, "Keywords" and "History").
const DISCONTINUED: [(&str, &str); 12] = [
    ("convert_2to3_doctests", "2to3 is gone since setuptools 58"),
    (
        "dependency_links",
        "pip has not followed such links since version 19",
    ),
    ("eager_resources", "it is for zipped eggs, which are gone"),
    ("features", "it is gone since setuptools 46"),
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

pub(super) fn check_script(text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (line, code) in lines_of_code(text) {
        for (keyword, reason) in DISCONTINUED {
            if is_argument(&code, keyword) {
                findings.push(at(
                    Rule::SetupKeyword,
                    "setup.py",
                    line,
                    keyword,
                    reason.to_owned(),
                ));
            }
        }
        let code = code.trim_start();
        if code.starts_with("from distutils") || code.starts_with("import distutils") {
            let reason = "is not in Python since 3.12: setuptools has what is needed of it";
            findings.push(at(
                Rule::Distutils,
                "setup.py",
                line,
                "distutils",
                reason.to_owned(),
            ));
        }
    }
    findings
}

/// Whether a line gives an argument a value: the word alone, and one `=` behind it.
fn is_argument(code: &str, keyword: &str) -> bool {
    code.match_indices(keyword).any(|(start, _)| {
        let is_part = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '.';
        let before = code[..start].chars().next_back();
        let behind = code[start + keyword.len()..].trim_start();
        !before.is_some_and(is_part) && behind.starts_with('=') && !behind.starts_with("==")
    })
}

pub(super) fn check_configuration(text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut section = "";
    for (number, line) in text.lines().enumerate() {
        if let Some(name) = line.strip_prefix('[') {
            section = name.split(']').next().unwrap_or_default().trim();
            continue;
        }
        let is_ours = ["metadata", "options"].contains(&section);
        // A line that begins with a blank goes on with the one before.
        if !is_ours || line.starts_with(|letter: char| !letter.is_ascii_alphabetic()) {
            continue;
        }
        let Some(end) = line.find(['=', ':']) else {
            continue;
        };
        let key = line[..end].trim();
        let spelled = key.to_lowercase().replace('-', "_");
        if key != spelled {
            let reason =
                format!("is written `{spelled}`: setuptools is to refuse hyphens and capitals");
            findings.push(at(
                Rule::SetupSpelling,
                "setup.cfg",
                number + 1,
                key,
                reason,
            ));
        }
        let known = DISCONTINUED.iter().find(|(keyword, _)| *keyword == spelled);
        if let Some((_, reason)) = known {
            findings.push(at(
                Rule::SetupKeyword,
                "setup.cfg",
                number + 1,
                key,
                (*reason).to_owned(),
            ));
        }
    }
    findings
}

pub(super) fn at(rule: Rule, file: &str, line: usize, subject: &str, reason: String) -> Finding {
    let mut finding = Finding::new(rule, file, subject, reason);
    finding.problem.line = Some(line);
    finding
}
