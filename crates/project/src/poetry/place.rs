//! A project of Poetry's as one of ours: its tables as `[project]`, groups and sources.

use std::collections::BTreeMap;

use tilsit_packaging::marker::Marker;
use tilsit_packaging::name::{GroupName, ProjectName};
use tilsit_packaging::pyproject::{Project, PyProject};
use tilsit_packaging::requirement::Requirement;
use toml::{Table, Value};

use super::{Dependency, PoetryLock, Tables, digest};
use crate::settings::{DefaultGroups, ProjectSettings, Source, SourcePlace};

/// What a nameless project is called where its folder has no name that a project can have.
const NAMELESS: &str = "project";

/// A project that Poetry's tables and lock are used of in place.
#[derive(Clone, Debug, PartialEq)]
pub struct Poetry {
    /// What the tables say.
    pub tables: Tables,
    /// Poetry's digest of the pyproject.toml, which its lock has in `metadata`.
    pub digest: String,
    /// The same as Poetry before 2.3 calculates it.
    old_digest: String,
}

impl Poetry {
    /// Of the tables in the text of a pyproject.toml.
    pub fn new(tables: Tables, pyproject: &str) -> Self {
        Self {
            tables,
            digest: digest::digest(pyproject, true),
            old_digest: digest::digest(pyproject, false),
        }
    }

    /// Whether a lock answers what the tables ask for, as Poetry would say.
    pub fn is_answered_by(&self, lock: &PoetryLock) -> bool {
        lock.digest == self.digest || (lock.is_of_old_poetry && lock.digest == self.old_digest)
    }
}

impl Tables {
    /// The tables as a `[project]`; `folder` is what the project is called if it has no name.
    pub(crate) fn project(&self, folder: &str) -> Result<Project, String> {
        let text = |text: String| Value::String(text);
        let name = match (&self.name, folder.parse::<ProjectName>()) {
            (Some(name), _) => name.to_string(),
            (None, Ok(name)) => name.to_string(),
            (None, Err(_)) => NAMELESS.to_owned(),
        };
        let mut project = Table::from_iter([("name".to_owned(), text(name))]);
        let version = self.version.as_ref().map(ToString::to_string);
        // Where none is said, somebody else makes it up when the project is built.
        let version = version.or_else(|| (!self.is_package).then(|| "0".to_owned()));
        match version {
            Some(version) => project.insert("version".to_owned(), text(version)),
            None => project.insert("dynamic".to_owned(), vec!["version"].into()),
        };
        if let Some(pythons) = &self.requires_python {
            project.insert("requires-python".to_owned(), text(pythons.to_string()));
        }
        let list = |dependencies: &[Dependency]| {
            let requirements = dependencies.iter();
            let texts = requirements.map(|one| text(one.requirement.to_string()));
            Value::Array(texts.collect())
        };
        project.insert("dependencies".to_owned(), list(&self.dependencies));
        let extras = self.extras.iter();
        let extras = extras.map(|(extra, dependencies)| (extra.to_string(), list(dependencies)));
        project.insert(
            "optional-dependencies".to_owned(),
            Value::Table(extras.collect()),
        );
        let whole = Table::from_iter([("project".to_owned(), Value::Table(project))]);
        let (read, _) = PyProject::parse(&whole.to_string()).map_err(|error| error.to_string())?;
        read.project.ok_or_else(|| "it has no name".to_owned())
    }

    /// What the groups require.
    pub(crate) fn group_requirements(&self) -> BTreeMap<GroupName, Vec<Requirement>> {
        let groups = self.groups.iter().map(|(name, group)| {
            let requirements = group.dependencies.iter();
            let requirements = requirements.map(|one| one.requirement.clone());
            (name.clone(), requirements.collect())
        });
        groups.collect()
    }

    /// Adds to settings what they leave open: the sources, and the groups that are installed when
    /// nobody says which.
    pub(crate) fn settle(&self, settings: &mut ProjectSettings) {
        if settings.default_groups == DefaultGroups::Unsaid {
            let always = self.groups.iter().filter(|(_, group)| !group.is_optional);
            settings.default_groups =
                DefaultGroups::Named(always.map(|(name, _)| name.clone()).collect());
        }
        let mut sources: BTreeMap<&ProjectName, Vec<Source>> = BTreeMap::new();
        for (group, dependency) in self.all() {
            let index = dependency.index.clone().map(SourcePlace::Index);
            let Some(place) = dependency.place.clone().or(index) else {
                continue;
            };
            let known = sources.entry(&dependency.requirement.name).or_default();
            let source = Source {
                place,
                marker: if dependency.requirement.marker.names_extras() {
                    Marker::TRUE
                } else {
                    dependency.requirement.marker
                },
                extra: None,
                group: group.cloned(),
            };
            if !known.contains(&source) {
                known.push(source);
            }
        }
        for (name, more) in sources {
            settings.sources.entry(name.clone()).or_insert(more);
        }
    }
}
