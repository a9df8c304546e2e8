//! What a project without `[project]` says of itself in setup.py and setup.cfg. setup.py is read, not run:
//! an argument that is there counts as said, whatever its value comes from.

use tilsit_packaging::pyproject::PyProject;

use super::configuration::Setting;
use super::setup::{at, is_argument};
use super::sources::lines_of_code;
use super::{SETUP_CFG, SETUP_PY};
use crate::check::classifiers::{self, Known, look_up};
use crate::finding::Finding;
use crate::fix::{Edit, Fix};
use crate::rule::Rule;

/// What should be said, the keys that say it, and what follows where none does.
const WANTED: [(Rule, &[&str], &str); 5] = [
    (
        Rule::SummaryMissing,
        &["description", "summary"],
        "search results and pages will show nothing",
    ),
    (
        Rule::DescriptionMissing,
        &["long_description"],
        "the project's page will be empty",
    ),
    (
        Rule::LicenseMissing,
        &[
            "license",
            "license_expression",
            "license_file",
            "license_files",
        ],
        "nobody knows whether the project may be used",
    ),
    (
        Rule::UrlsMissing,
        &["url", "home_page", "project_urls", "download_url"],
        "nobody finds the source and where to report bugs",
    ),
    (
        Rule::PythonUnstated,
        &["python_requires"],
        "installers take the release on Pythons where it cannot run",
    ),
];

/// Whether a pyproject.toml says what the project is, or is too broken to tell.
pub(super) fn has_project(text: &str) -> bool {
    PyProject::parse(text).map_or(true, |(pyproject, _)| {
        pyproject.project.is_some() || text.contains("[tool.poetry]") || text.contains("[tool.flit")
    })
}

pub(super) fn check(script: Option<&str>, configuration: Option<&str>) -> Vec<Finding> {
    let settings = configuration.map(Setting::all).unwrap_or_default();
    let mut findings = check_classifiers(&settings);
    let code = script.map(lines_of_code).unwrap_or_default();
    let is_setup = code.iter().any(|(_, line)| line.contains("setup("));
    let has_name = settings
        .iter()
        .any(|it| it.section == "metadata" && it.key == "name");
    // A dictionary that is handed over, or another program that makes the metadata, may say anything.
    let is_open = code
        .iter()
        .any(|(_, line)| line.contains("**") || is_argument(line, "pbr"));
    if is_open || !(is_setup || has_name) {
        return findings;
    }
    let is_said = |key: &&str| {
        let is_ours = |it: &&Setting<'_>| ["metadata", "options"].contains(&it.section);
        settings
            .iter()
            .filter(is_ours)
            .any(|it| it.spelled() == **key)
            || code.iter().any(|(_, line)| is_argument(line, key))
    };
    let has_license = |text: Option<&str>| text.is_some_and(|text| text.contains("License ::"));
    let has_license = has_license(script) || has_license(configuration);
    let file = if has_name { SETUP_CFG } else { SETUP_PY };
    for (rule, keys, reason) in WANTED {
        let is_classified = rule == Rule::LicenseMissing && has_license;
        if !keys.iter().any(is_said) && !is_classified {
            let reason = format!("is missing: {reason}");
            findings.push(Finding::new(rule, file, keys[0], reason));
        }
    }
    findings
}

/// The classifiers in setup.cfg, one a line.
fn check_classifiers(settings: &[Setting<'_>]) -> Vec<Finding> {
    let of_metadata = settings.iter().filter(|it| it.section == "metadata");
    let of_metadata =
        of_metadata.filter(|it| ["classifiers", "classifier"].contains(&&*it.spelled()));
    let items: Vec<_> = of_metadata.flat_map(Setting::items).collect();
    let all: Vec<&str> = items.iter().map(|(.., item)| *item).collect();
    let mut findings = Vec::new();
    for (line, start, item) in &items {
        if item.starts_with("file:") || item.contains(',') {
            continue;
        }
        if let Some((rule, reason)) = classifiers::fault(item) {
            let instead = match look_up(item) {
                Known::Misspelled(right) => Some(right),
                Known::Deprecated(instead) if !instead.contains(" | ") => Some(instead),
                _ => None,
            };
            let instead = instead.filter(|text| !text.is_empty() && !all.contains(text));
            let fix = instead.map(|instead| {
                let place = *start..*start + item.len();
                Fix::safe(SETUP_CFG, vec![Edit::new(place, instead)])
            });
            let finding = at(rule, SETUP_CFG, *line, "classifiers", reason);
            findings.push(finding.with_fix(fix));
        }
    }
    findings
}
