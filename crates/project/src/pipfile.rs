//! pipenv's Pipfile, read: sources, categories of requirements, the Python that is asked for. Its
//! scripts are [`crate::tasks`].
//!
//! A project that has one and no `[project]` is used as it is: its categories are groups of a workspace
//! without members (`packages` is the group `default`, `dev-packages` is `develop`), and its lock is
//! `Pipfile.lock`: [`PipfileLock`].

mod digest;
mod entry;
mod lock;
mod place;

use std::collections::BTreeMap;
use std::path::Path;

use tilsit_packaging::name::GroupName;
use tilsit_packaging::requirement::Requirement;
use tilsit_packaging::specifier::VersionSpecifiers;

pub use lock::{LockedEntry, PipfileLock, PipfileLockError};
pub use place::environment_name;

use crate::locks::LockKind;
use crate::settings::{DefaultGroups, ProjectSettings, SourcePlace};
use crate::workspace::Workspace;
use entry::Entry;

/// The file.
pub const PIPFILE: &str = "Pipfile";

/// The name of its lock.
pub const PIPFILE_LOCK: &str = "Pipfile.lock";

/// What `packages` is called in locks.
pub const DEFAULT: &str = "default";

/// What `dev-packages` is called in locks.
pub const DEVELOP: &str = "develop";

/// The tables that are no categories.
const OTHERS: [&str; 5] = ["source", "requires", "scripts", "pipfile", "pipenv"];

/// The largest Pipfile that is read.
const SIZE_MAX_BYTES: usize = 4 * 1024 * 1024;

/// A Pipfile.
#[derive(Clone, Debug)]
pub struct Pipfile {
    /// What the file is called; its lock is named after it.
    pub file_name: String,
    /// `[[source]]`
    pub sources: Vec<IndexSource>,
    /// `[requires]`: the Pythons.
    pub requires_python: Option<VersionSpecifiers>,
    /// Whether `[pipenv]` asks for pre-releases.
    pub allows_prereleases: bool,
    /// Whether `[pipenv]` says that the environment is in the project's folder.
    pub venv_in_project: Option<bool>,
    /// The categories, by what they are called in the lock.
    categories: BTreeMap<GroupName, Vec<Entry>>,
    /// The whole file.
    table: toml::Table,
}

/// One `[[source]]`.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
pub struct IndexSource {
    /// `name`
    #[serde(default)]
    pub name: Option<String>,
    /// `url`, in which `$NAME` and `${NAME}` stand for variables.
    pub url: String,
    /// `verify_ssl`
    #[serde(default = "yes")]
    pub verify_ssl: bool,
}

impl Default for Pipfile {
    fn default() -> Self {
        Self {
            file_name: PIPFILE.to_owned(),
            sources: Vec::new(),
            requires_python: None,
            allows_prereleases: false,
            venv_in_project: None,
            categories: BTreeMap::new(),
            table: toml::Table::new(),
        }
    }
}

fn yes() -> bool {
    true
}

/// Why a Pipfile cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PipfileError {
    /// It is too large to be one.
    #[error("it has {0} bytes, and {SIZE_MAX_BYTES} are the most")]
    Size(usize),
    /// It is no TOML, or a table has a value of a wrong kind.
    #[error("{0}")]
    Toml(String),
    /// An entry of a category cannot be understood.
    #[error("`{name}` in `[{category}]`: {reason}")]
    Entry {
        /// The category, as it is written.
        category: String,
        /// The key.
        name: String,
        /// Why.
        reason: String,
    },
    /// A category has a name that none can have.
    #[error("`[{0}]` is no name of a category")]
    Category(String),
    /// The Python is none.
    #[error("`[requires]` asks for Python `{0}`, which is no version")]
    Python(String),
}

impl Pipfile {
    /// Reads a Pipfile.
    ///
    /// # Errors
    /// When it is no TOML, or an entry is not understood.
    pub fn parse(text: &str) -> Result<Self, PipfileError> {
        if text.len() > SIZE_MAX_BYTES {
            return Err(PipfileError::Size(text.len()));
        }
        let wrong = |error: toml::de::Error| PipfileError::Toml(error.to_string());
        let table: toml::Table = text.parse().map_err(wrong)?;
        let part = |key: &str| table.get(key).cloned();
        let sources = part("source").map(toml::Value::try_into::<Vec<IndexSource>>);
        let pipenv = part("pipenv").map(toml::Value::try_into::<Settings>);
        let pipenv = pipenv.transpose().map_err(wrong)?.unwrap_or_default();
        let mut categories = BTreeMap::new();
        for (key, value) in &table {
            if OTHERS.contains(&key.as_str()) {
                continue;
            }
            let name = group_of(key).ok_or_else(|| PipfileError::Category(key.clone()))?;
            let entries = value.as_table().ok_or_else(|| {
                PipfileError::Toml(format!("`{key}` is no table of requirements"))
            })?;
            let read = entries.iter().map(|(name, value)| {
                Entry::read(name, value).map_err(|reason| PipfileError::Entry {
                    category: key.clone(),
                    name: name.clone(),
                    reason,
                })
            });
            let read = read.collect::<Result<Vec<Entry>, _>>()?;
            categories.entry(name).or_insert_with(Vec::new).extend(read);
        }
        Ok(Self {
            file_name: PIPFILE.to_owned(),
            sources: sources.transpose().map_err(wrong)?.unwrap_or_default(),
            requires_python: requires_python(&table)?,
            allows_prereleases: pipenv.allow_prereleases,
            venv_in_project: pipenv.venv_in_project,
            categories,
            table,
        })
    }

    /// pipenv's digest of it, which its lock has in `_meta`. `default_index` is the URL of the index
    /// that stands in for a missing `[[source]]`.
    pub fn digest(&self, default_index: &str) -> String {
        digest::digest(&self.table, default_index)
    }

    /// A workspace without members that asks for what the categories list.
    pub fn workspace(self, root: &Path) -> Workspace {
        let mut settings = ProjectSettings {
            default_groups: DefaultGroups::Named(
                DEFAULT.parse().into_iter().collect::<Vec<GroupName>>(),
            ),
            ..ProjectSettings::default()
        };
        let mut groups: BTreeMap<GroupName, Vec<Requirement>> = BTreeMap::new();
        for name in [DEFAULT, DEVELOP] {
            groups.extend(name.parse().map(|group| (group, Vec::new())));
        }
        for (group, entries) in &self.categories {
            let requirements = groups.entry(group.clone()).or_default();
            for entry in entries {
                requirements.push(entry.requirement.clone());
                if let Some(source) = entry.source(group) {
                    let name = entry.requirement.name.clone();
                    settings.sources.entry(name).or_default().push(source);
                }
            }
        }
        Workspace {
            root: root.to_path_buf(),
            settings,
            members: BTreeMap::new(),
            root_groups: groups,
            current: None,
            pipfile: Some(self),
            lock: LockKind::Project,
            poetry: None,
            has_uv_lock: false,
        }
    }

    /// The projects that come from a named source, with its name.
    pub fn pinned_sources(&self) -> impl Iterator<Item = (&str, &str)> {
        let entries = self.categories.values().flatten();
        entries.filter_map(|entry| Some((entry.requirement.name.as_str(), entry.index.as_deref()?)))
    }

    /// Every requirement with the category that it stands in, as that is written, its place and the name
    /// of its index.
    pub(crate) fn entries(
        &self,
    ) -> impl Iterator<Item = (&str, &Requirement, Option<&SourcePlace>, Option<&str>)> {
        let categories = self.table.keys().filter_map(|key| {
            let group = group_of(key).filter(|_| !OTHERS.contains(&key.as_str()))?;
            Some((key.as_str(), self.categories.get(&group)?))
        });
        categories.flat_map(|(key, entries)| {
            entries.iter().map(move |entry| {
                let index = entry.index.as_deref();
                (key, &entry.requirement, entry.place.as_ref(), index)
            })
        })
    }

    /// What its lock is called.
    pub fn lock_name(&self) -> String {
        format!("{}.lock", self.file_name)
    }

    /// The table that is a group, as it is written, or as it would be.
    pub fn category(&self, group: &GroupName) -> String {
        let mut written = self.table.keys();
        let found = written.find(|key| is_category(key) && group_of(key).as_ref() == Some(group));
        let usual = match group.as_str() {
            DEFAULT => "packages",
            DEVELOP => "dev-packages",
            other => other,
        };
        found.map_or(usual, String::as_str).to_owned()
    }

    /// `_meta` of a lock.
    fn meta(&self, default_index: &str) -> serde_json::Value {
        digest::meta(&self.table, default_index)
    }
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Settings {
    allow_prereleases: bool,
    venv_in_project: Option<bool>,
}

/// Whether a table of a Pipfile is a category.
pub(crate) fn is_category(key: &str) -> bool {
    !OTHERS.contains(&key)
}

/// What a category is called in the lock, as a group.
pub(crate) fn group_of(category: &str) -> Option<GroupName> {
    match category {
        "packages" => DEFAULT.parse().ok(),
        "dev-packages" => DEVELOP.parse().ok(),
        other => other.parse().ok(),
    }
}

fn requires_python(table: &toml::Table) -> Result<Option<VersionSpecifiers>, PipfileError> {
    let requires = table.get("requires").and_then(toml::Value::as_table);
    let text = |key: &str| requires.and_then(|table| table.get(key)?.as_str());
    let (version, written) = match (text("python_full_version"), text("python_version")) {
        (Some(full), _) => (full, format!("=={full}")),
        (None, Some(version)) => (version, format!("=={version}.*")),
        (None, None) => return Ok(None),
    };
    let read = written.parse();
    read.map(Some)
        .map_err(|_| PipfileError::Python(version.to_owned()))
}

#[cfg(test)]
mod tests;
