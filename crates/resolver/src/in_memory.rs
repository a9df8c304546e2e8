//! An index that is a table in memory, and a driver that answers from it: for tests, examples,
//! and whoever has all facts at hand.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tilsit_packaging::marker::{EnvironmentValues, MarkerEnvironment};
use tilsit_packaging::name::{ExtraName, ProjectName};
use tilsit_packaging::requirement::Requirement;
use tilsit_packaging::version::Version;

use crate::explanation::Explanation;
use crate::options::{ResolverOptions, RootRequirement};
use crate::question::{
    Answer, Candidate, Dependencies, Metadata, Question, Release, UrlTarget, Versions,
};
use crate::resolution::Resolution;
use crate::resolver::{Resolver, Step};

/// Projects with their releases.
#[derive(Debug, Clone, Default)]
pub struct Index {
    projects: BTreeMap<ProjectName, BTreeMap<Version, Row>>,
    urls: BTreeMap<Arc<str>, (Release, Dependencies)>,
    questions: BTreeSet<Question>,
}

#[derive(Debug, Clone)]
struct Row {
    candidate: Candidate,
    dependencies: Dependencies,
}

impl Index {
    /// An index without projects.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a release by its text; extras are taken from the markers of what it requires.
    ///
    /// # Panics
    ///
    /// If a text is no name, version or requirement: this is for tables written by hand.
    pub fn release(&mut self, name: &str, version: &str, requires: &[&str]) {
        let name: ProjectName = name.parse().expect("a project name");
        let version: Version = version.parse().expect("a version");
        let mut provides_extra: BTreeSet<ExtraName> = BTreeSet::new();
        for text in requires {
            for quoted in text.split("extra ==").skip(1) {
                let extra = quoted.trim_start_matches([' ', '\'', '"']);
                let end = extra.find(['\'', '"']).unwrap_or(extra.len());
                provides_extra.insert(extra[..end].parse().expect("an extra name"));
            }
        }
        let metadata = Metadata {
            requires: requires.iter().map(|text| requirement(text)).collect(),
            provides_extra: provides_extra.into_iter().collect(),
            requires_python: None,
        };
        self.add(name, Candidate::new(version), Dependencies::Found(metadata));
    }

    /// Adds a release.
    pub fn add(&mut self, name: ProjectName, candidate: Candidate, dependencies: Dependencies) {
        let row = Row {
            candidate: candidate.clone(),
            dependencies,
        };
        self.projects
            .entry(name)
            .or_default()
            .insert(candidate.version, row);
    }

    /// Adds a project that may have no release at all.
    pub fn add_project(&mut self, name: ProjectName) {
        self.projects.entry(name).or_default();
    }

    /// Puts a release behind a URL.
    pub fn add_url(&mut self, url: &str, name: ProjectName, version: Version, metadata: Metadata) {
        let url: Arc<str> = url.into();
        let release = Release {
            name,
            version,
            url: Some(Arc::clone(&url)),
        };
        self.urls
            .insert(url, (release, Dependencies::Found(metadata)));
    }

    /// The answer to a question.
    pub fn answer(&self, question: &Question) -> Answer {
        match question {
            Question::Versions(name) => {
                let versions = self.projects.get(name).map_or(Versions::NotFound, |rows| {
                    Versions::Found(rows.values().map(|row| row.candidate.clone()).collect())
                });
                Answer::Versions(name.clone(), versions)
            }
            Question::Url(name, url) => {
                let target = match self.urls.get(url) {
                    Some((release, _)) if release.name == *name => {
                        UrlTarget::Found(release.version.clone())
                    }
                    _ => UrlTarget::Unusable(crate::question::Unusable::Other(
                        "is not that project".to_owned(),
                    )),
                };
                Answer::Url(name.clone(), Arc::clone(url), target)
            }
            Question::Dependencies(release) => {
                let dependencies = match &release.url {
                    Some(url) => &self.urls[url].1,
                    None => &self.projects[&release.name][&release.version].dependencies,
                };
                Answer::Dependencies(release.clone(), dependencies.clone())
            }
        }
    }

    /// Resolves requirements given as text, for CPython 3.12 on Linux.
    ///
    /// # Errors
    ///
    /// The explanation, if there is no resolution.
    ///
    /// # Panics
    ///
    /// If a text is no requirement.
    pub fn resolve(&mut self, requirements: &[&str]) -> Result<Resolution, Box<Explanation>> {
        let lines = requirements
            .iter()
            .map(|text| RootRequirement::new(requirement(text), ""))
            .collect();
        let options = ResolverOptions::new(linux("3.12.4"));
        self.drive(Resolver::new(lines, Vec::new(), options))
    }

    /// Answers until the resolver comes to an end.
    ///
    /// # Errors
    ///
    /// The explanation, if there is no resolution.
    pub fn drive(&mut self, mut resolver: Resolver) -> Result<Resolution, Box<Explanation>> {
        let mut answers = Vec::new();
        loop {
            match resolver.advance(std::mem::take(&mut answers)) {
                Step::Done(resolution) => return Ok(resolution),
                Step::Failed(explanation) => return Err(explanation),
                Step::Wants(wants) => {
                    for question in wants.needed {
                        answers.push(self.answer(&question));
                        self.questions.insert(question);
                    }
                }
            }
        }
    }

    /// Every question that a driven resolver could not do without.
    pub fn questions(&self) -> &BTreeSet<Question> {
        &self.questions
    }
}

fn requirement(text: &str) -> Requirement {
    text.parse().expect("a requirement")
}

/// The environment of CPython on a Linux machine with an x86-64 processor.
///
/// # Panics
///
/// If the text is no version like `3.12.4`.
pub fn linux(python_full_version: &str) -> MarkerEnvironment {
    let python_version = python_full_version
        .splitn(3, '.')
        .take(2)
        .collect::<Vec<_>>();
    MarkerEnvironment::new(EnvironmentValues {
        implementation_name: "cpython".to_owned(),
        implementation_version: python_full_version.to_owned(),
        os_name: "posix".to_owned(),
        platform_machine: "x86_64".to_owned(),
        platform_python_implementation: "CPython".to_owned(),
        platform_release: "6.1.0".to_owned(),
        platform_system: "Linux".to_owned(),
        platform_version: "#1 SMP".to_owned(),
        python_full_version: python_full_version.to_owned(),
        python_version: python_version.join("."),
        sys_platform: "linux".to_owned(),
    })
    .expect("a version of Python")
}
