//! What `[project]`, `[build-system]` and `[dependency-groups]` say beyond what their specifications
//! demand.

use std::path::Path;

use tilsit_files::FileError;
use tilsit_packaging::problem::Problem;
use tilsit_packaging::pyproject::{
    Project, ProjectKey, ProjectLicense, PyProject, Readme, ReadmeSource,
};
use tilsit_packaging::requirement::{Requirement, RequirementSource};
use tilsit_packaging::specifier::Operator;

use super::{found, read};
use crate::check::classifiers::{Known, look_up};
use crate::check::readme;
use crate::finding::Finding;
use crate::rule::Rule;

/// What the text says by itself.
pub(super) fn check(pyproject: &PyProject, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let lines = Lines(text);
    if pyproject.build_system.is_none() {
        let reason = "is missing, so that setuptools is assumed, as it was before pyproject.toml";
        let missing = lines.problem("build-system", None, reason);
        findings.push(found(Rule::BuildSystemMissing, missing));
    }
    let groups = &pyproject.dependency_groups;
    for group in groups.names() {
        if let Err(error) = groups.resolve(group) {
            let subject = format!("dependency-groups.{group}");
            let problem = lines.problem(&subject, Some(group.as_ref()), error.to_string());
            findings.push(found(Rule::PyProject, problem));
        }
    }
    if let Some(project) = &pyproject.project {
        check_project(project, &lines, &mut findings);
    }
    findings
}

fn check_project(project: &Project, lines: &Lines<'_>, findings: &mut Vec<Finding>) {
    let mut tell = |rule, key: &str, text: &str, reason: String| {
        let line = Some(text).filter(|text| !text.is_empty());
        let problem = lines.problem(&format!("project.{key}"), line, reason);
        findings.push(found(rule, problem));
    };
    let normalized = project.project_name().to_string();
    if project.name() != normalized {
        let reason = format!(
            "`{}` is written `{normalized}` by indexes and in file names",
            project.name()
        );
        tell(Rule::NameSpelling, "name", project.name(), reason);
    }
    check_python(project, &mut tell);
    check_license(project, &mut tell);
    for classifier in &project.classifiers {
        match look_up(classifier) {
            Known::Current => {}
            Known::Unknown => {
                let reason = format!("`{classifier}` does not exist: indexes refuse it");
                tell(Rule::ClassifierUnknown, "classifiers", classifier, reason);
            }
            Known::Deprecated(instead) => {
                let instead = match instead {
                    "" => "nothing replaces it".to_owned(),
                    instead => format!("`{instead}` replaces it"),
                };
                let reason = format!("`{classifier}` is deprecated: {instead}");
                tell(
                    Rule::ClassifierDeprecated,
                    "classifiers",
                    classifier,
                    reason,
                );
            }
        }
    }
    let missing = [
        (
            Rule::SummaryMissing,
            ProjectKey::Description,
            project.description.is_none(),
            "search results and pages will show nothing",
        ),
        (
            Rule::DescriptionMissing,
            ProjectKey::Readme,
            project.readme.is_none(),
            "the project's page will be empty",
        ),
        (
            Rule::UrlsMissing,
            ProjectKey::Urls,
            project.urls.is_empty(),
            "nobody finds the source and where to report bugs",
        ),
    ];
    for (rule, key, is_missing, reason) in missing {
        if is_missing && !project.is_dynamic(key) {
            tell(rule, key.name(), "", format!("is missing: {reason}"));
        }
    }
    let extras = project
        .optional_dependencies
        .iter()
        .flat_map(|(_, all)| all);
    for requirement in project.dependencies.iter().chain(extras) {
        check_requirement(requirement, &mut tell);
    }
}

fn check_python(project: &Project, tell: &mut dyn FnMut(Rule, &str, &str, String)) {
    let key = "requires-python";
    let Some(specifiers) = &project.requires_python else {
        if !project.is_dynamic(ProjectKey::RequiresPython) {
            let reason = "is missing: installers take the release on Pythons where it cannot run";
            tell(Rule::PythonUnstated, key, "", reason.to_owned());
        }
        return;
    };
    if !specifiers.allows_a_release() {
        let reason = format!("`{specifiers}` allows no Python at all");
        tell(Rule::PyProject, key, "requires-python", reason);
        return;
    }
    let upper = specifiers.iter().find(|specifier| {
        matches!(
            specifier.operator(),
            Operator::Less | Operator::LessEqual | Operator::Compatible
        )
    });
    if let Some(upper) = upper {
        let reason = format!(
            "`{upper}` shuts out Pythons to come: resolvers then take an older release that says nothing of it"
        );
        tell(Rule::PythonUpperBound, key, "requires-python", reason);
    }
}

fn check_license(project: &Project, tell: &mut dyn FnMut(Rule, &str, &str, String)) {
    let of_license = project
        .classifiers
        .iter()
        .find(|text| text.starts_with("License ::"));
    match (&project.license, of_license) {
        (Some(ProjectLicense::File(_) | ProjectLicense::Text(_)), _) => {
            let reason = "is a table, which is deprecated: an SPDX expression and `license-files` say it (PEP 639)";
            tell(Rule::LicenseTable, "license", "license", reason.to_owned());
        }
        (None, Some(classifier)) => {
            let reason = format!(
                "`{classifier}` says what an SPDX expression in `license` says now (PEP 639)"
            );
            tell(Rule::LicenseTable, "classifiers", classifier, reason);
        }
        (None, None) if !project.is_dynamic(ProjectKey::License) => {
            let reason = "is missing: nobody knows whether the project may be used";
            tell(Rule::LicenseMissing, "license", "", reason.to_owned());
        }
        _ => {}
    }
}

fn check_requirement(requirement: &Requirement, tell: &mut dyn FnMut(Rule, &str, &str, String)) {
    if let RequirementSource::Url(url) = &requirement.source {
        let name = requirement.name.to_string();
        let reason = format!("`{name}` is required at {url}: indexes refuse that");
        tell(Rule::DirectUrl, "dependencies", &name, reason);
    }
}

/// What the files that the text names are like.
pub(super) fn check_files(
    pyproject: &PyProject,
    text: &str,
    folder: &Path,
) -> Result<Vec<Finding>, FileError> {
    let readme = pyproject
        .project
        .as_ref()
        .and_then(|project| project.readme.as_ref());
    let Some(Readme {
        source,
        content_type,
    }) = readme
    else {
        return Ok(Vec::new());
    };
    let tell = |rule, reason: String| {
        vec![found(
            rule,
            Lines(text).problem("project.readme", Some("readme"), reason),
        )]
    };
    let described = match source {
        ReadmeSource::Text(text) => text.clone(),
        ReadmeSource::File(name) => match read(folder, name)? {
            Some(text) => text,
            None => {
                return Ok(tell(
                    Rule::PyProject,
                    format!("the file `{name}` is not there"),
                ));
            }
        },
    };
    if described.trim().is_empty() {
        return Ok(tell(
            Rule::DescriptionMissing,
            "is empty: the project's page will be, too".to_owned(),
        ));
    }
    let fault = readme::fault(content_type.markup(), &described);
    Ok(fault
        .map(|fault| tell(Rule::DescriptionNotRendered, fault))
        .unwrap_or_default())
}

/// The text, to find the line of something.
struct Lines<'t>(&'t str);

impl Lines<'_> {
    /// A problem on the first line that begins with the key `part`, else on the first that has it, if
    /// any.
    fn problem(&self, subject: &str, part: Option<&str>, reason: impl Into<String>) -> Problem {
        let line = part.and_then(|part| {
            let is_key = |line: &str| {
                let rest = line.trim_start().strip_prefix(part);
                rest.is_some_and(|rest| rest.trim_start().starts_with('='))
            };
            let key = self.0.lines().position(is_key);
            key.or_else(|| self.0.lines().position(|line| line.contains(part)))
        });
        Problem {
            line: line.map(|line| line + 1),
            column: None,
            subject: subject.to_owned(),
            reason: reason.into(),
        }
    }
}
