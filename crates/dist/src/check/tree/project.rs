//! What `[project]`, `[build-system]` and `[dependency-groups]` say beyond what their specifications
//! demand.

use tilsit_files::FileError;
use tilsit_packaging::problem::Problem;
use tilsit_packaging::pyproject::{
    BuildSystem, Project, ProjectKey, ProjectLicense, PyProject, Readme, ReadmeSource,
};
use tilsit_packaging::requirement::{Requirement, RequirementSource};
use tilsit_packaging::specifier::Operator;

use super::mend::Mender;
use super::toml_text::TomlText;
use super::{Texts, found};
use crate::check::{classifiers, readme};
use crate::finding::Finding;
use crate::fix::Fix;
use crate::rule::Rule;

/// The backend where none is named.
const SETUPTOOLS: &str = "setuptools.build_meta";

/// What the text says by itself.
pub(super) fn check(pyproject: &PyProject, text: &str) -> Vec<Finding> {
    let mut check = Check {
        lines: Lines(text),
        mender: TomlText::parse(text).map(|toml| Mender {
            toml,
            build_system: pyproject.build_system.as_ref(),
        }),
        findings: Vec::new(),
    };
    match &pyproject.build_system {
        None => {
            let reason =
                "is missing, so that setuptools is assumed, as it was before pyproject.toml";
            let missing = check.lines.problem("build-system", None, reason);
            check
                .findings
                .push(found(Rule::BuildSystemMissing, missing));
        }
        Some(build_system) => check.build_system(build_system),
    }
    let groups = &pyproject.dependency_groups;
    for group in groups.names() {
        if let Err(error) = groups.resolve(group) {
            let subject = format!("dependency-groups.{group}");
            let line = Some(group.as_ref());
            let problem = check.lines.problem(&subject, line, error.to_string());
            check.findings.push(found(Rule::PyProject, problem));
        }
    }
    if let Some(project) = &pyproject.project {
        check.project(project);
    }
    check.findings
}

/// What is looked at, and what was found.
struct Check<'t> {
    lines: Lines<'t>,
    mender: Option<Mender<'t>>,
    findings: Vec<Finding>,
}

impl Check<'_> {
    /// Something about a key of `[project]`, on the line that has `text`.
    fn tell(&mut self, rule: Rule, key: &str, text: &str, reason: String) {
        self.tell_with(rule, key, text, reason, |_| None);
    }

    fn tell_with(
        &mut self,
        rule: Rule,
        key: &str,
        text: &str,
        reason: String,
        fix: impl FnOnce(&Mender<'_>) -> Option<Fix>,
    ) {
        let line = Some(text).filter(|text| !text.is_empty());
        let problem = self.lines.problem(&format!("project.{key}"), line, reason);
        let fix = self.mender.as_ref().and_then(fix);
        self.findings.push(found(rule, problem).with_fix(fix));
    }

    fn build_system(&mut self, build_system: &BuildSystem) {
        let backend = build_system.build_backend.as_deref().unwrap_or(SETUPTOOLS);
        let is_setuptools = backend.split(':').next() == Some(SETUPTOOLS);
        let wheel = build_system.requires.iter();
        let mut wheel = wheel.filter(|requirement| *requirement.name.as_ref() == *"wheel");
        let is_bare = |requirement: &Requirement| requirement.to_string() == "wheel";
        if is_setuptools && build_system.backend_path.is_empty() && wheel.any(is_bare) {
            let reason = "`wheel` need not be required: setuptools asks for it where it needs it, and has what it had since version 70.1";
            let line = Some("requires");
            let problem = self.lines.problem("build-system.requires", line, reason);
            let fix = self.mender.as_ref().map(Mender::without_wheel);
            let finding = found(Rule::BuildRequirementNeedless, problem);
            self.findings.push(finding.with_fix(fix));
        }
    }

    fn project(&mut self, project: &Project) {
        let normalized = project.project_name().to_string();
        if project.name() != normalized {
            let reason = format!(
                "`{}` is written `{normalized}` by indexes and in file names",
                project.name()
            );
            let fix = |mender: &Mender<'_>| mender.name(&normalized);
            self.tell_with(Rule::NameSpelling, "name", project.name(), reason, fix);
        }
        self.python(project);
        self.license(project);
        for classifier in &project.classifiers {
            if let Some((rule, reason)) = classifiers::fault(classifier) {
                let fix = |mender: &Mender<'_>| mender.classifier(classifier);
                self.tell_with(rule, "classifiers", classifier, reason, fix);
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
                self.tell(rule, key.name(), "", format!("is missing: {reason}"));
            }
        }
        let extras = project
            .optional_dependencies
            .iter()
            .flat_map(|(_, all)| all);
        for requirement in project.dependencies.iter().chain(extras) {
            self.requirement(requirement);
        }
    }

    fn python(&mut self, project: &Project) {
        let key = "requires-python";
        let Some(specifiers) = &project.requires_python else {
            if !project.is_dynamic(ProjectKey::RequiresPython) {
                let reason =
                    "is missing: installers take the release on Pythons where it cannot run";
                self.tell(Rule::PythonUnstated, key, "", reason.to_owned());
            }
            return;
        };
        if !specifiers.allows_a_release() {
            let reason = format!("`{specifiers}` allows no Python at all");
            self.tell(Rule::PyProject, key, "requires-python", reason);
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
            let fix = |mender: &Mender<'_>| mender.without_upper_bound();
            self.tell_with(Rule::PythonUpperBound, key, "requires-python", reason, fix);
        }
    }

    fn license(&mut self, project: &Project) {
        let of_license = project
            .classifiers
            .iter()
            .find(|text| text.starts_with("License ::"));
        let fix = |mender: &Mender<'_>| mender.license(project);
        match (&project.license, of_license) {
            (Some(ProjectLicense::File(_) | ProjectLicense::Text(_)), _) => {
                let reason = "is a table, which is deprecated: an SPDX expression and `license-files` say it (PEP 639)";
                let rule = Rule::LicenseTable;
                self.tell_with(rule, "license", "license", reason.to_owned(), fix);
            }
            (None, Some(classifier)) => {
                let reason = format!(
                    "`{classifier}` says what an SPDX expression in `license` says now (PEP 639)"
                );
                self.tell_with(Rule::LicenseTable, "classifiers", classifier, reason, fix);
            }
            (None, None)
                if !project.is_dynamic(ProjectKey::License)
                    && project
                        .license_files
                        .as_deref()
                        .unwrap_or_default()
                        .is_empty() =>
            {
                let reason = "is missing: nobody knows whether the project may be used";
                self.tell(Rule::LicenseMissing, "license", "", reason.to_owned());
            }
            _ => {}
        }
    }

    fn requirement(&mut self, requirement: &Requirement) {
        if let RequirementSource::Url(url) = &requirement.source {
            let name = requirement.name.to_string();
            let reason = format!("`{name}` is required at {url}: indexes refuse that");
            self.tell(Rule::DirectUrl, "dependencies", &name, reason);
        }
    }
}

/// What the files that the text names are like.
pub(super) fn check_files(
    pyproject: &PyProject,
    text: &str,
    texts: &Texts<'_>,
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
        ReadmeSource::File(name) => match texts.read(name)? {
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
