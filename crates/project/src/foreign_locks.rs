//! What other tools have locked: the versions of projects in `uv.lock`, `pdm.lock`, `poetry.lock` and
//! `Pipfile.lock`, to be kept where a lock of ours is made.
//!
//! Only what comes from an index has a version that can be kept; folders, files and repositories are
//! left out.

use std::collections::{BTreeMap, BTreeSet};

use tilsit_packaging::marker::Marker;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::pylock::{Package, PackageSource, Pylock};
use tilsit_packaging::version::Version;
use toml::{Table, Value};

use crate::lock::Lock;
use crate::pipfile::{PIPFILE_LOCK, PipfileLock};

/// The largest lock that is read.
const SIZE_MAX_BYTES: usize = 64 * 1024 * 1024;

/// Whose lock it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForeignLock {
    /// `uv.lock`
    Uv,
    /// `pdm.lock`
    Pdm,
    /// `poetry.lock`
    Poetry,
    /// `Pipfile.lock`
    Pipenv,
}

/// The locked versions, by project: one, or several for different Pythons and systems.
pub type Pins = BTreeMap<ProjectName, BTreeSet<Version>>;

/// Why a lock cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ForeignLockError {
    /// It is too large to be one.
    #[error("it has {0} bytes, and {SIZE_MAX_BYTES} are the most")]
    Size(usize),
    /// It is not in the form that such a lock has.
    #[error("{0}")]
    Form(String),
    /// A package of it cannot be understood.
    #[error("the package `{name}` of it: {reason}")]
    Package {
        /// Its name, as it is written.
        name: String,
        /// Why.
        reason: String,
    },
}

impl ForeignLock {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Uv, Self::Pdm, Self::Poetry, Self::Pipenv];

    /// The name of the file.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Uv => "uv.lock",
            Self::Pdm => "pdm.lock",
            Self::Poetry => "poetry.lock",
            Self::Pipenv => PIPFILE_LOCK,
        }
    }

    /// The kind of lock that a file of this name is.
    pub fn of_file_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.file_name() == name)
    }

    /// The versions that the text of such a lock pins.
    ///
    /// # Errors
    /// When it is no lock of the kind.
    pub fn pins(self, text: &str) -> Result<Pins, ForeignLockError> {
        if text.len() > SIZE_MAX_BYTES {
            return Err(ForeignLockError::Size(text.len()));
        }
        match self {
            Self::Pipenv => of_pipenv(text),
            // The three list packages with `name` and `version`, and say elsewhere where they are from.
            Self::Uv | Self::Pdm | Self::Poetry => of_packages(text, self),
        }
    }
}

/// Versions as a lock without files: what [`Lock::preferences`] keeps.
pub fn as_lock(pins: &Pins) -> Lock {
    let releases = pins
        .iter()
        .flat_map(|(name, versions)| versions.iter().map(move |version| (name, version)));
    let packages = releases.map(|(name, version)| Package {
        name: name.clone(),
        version: Some(version.clone()),
        marker: Marker::TRUE,
        requires_python: None,
        dependencies: Vec::new(),
        source: PackageSource::Distributions {
            sdist: None,
            wheels: Vec::new(),
        },
        index: None,
        attestation_identities: Vec::new(),
        tool: Table::new(),
    });
    Lock {
        pylock: Pylock {
            lock_version: Version::from_release(&[1, 0]),
            environments: Vec::new(),
            requires_python: None,
            extras: Vec::new(),
            dependency_groups: Vec::new(),
            default_groups: Vec::new(),
            created_by: String::new(),
            packages: packages.collect(),
            tool: Table::new(),
        },
        own: None,
        is_edited: false,
    }
}

fn of_pipenv(text: &str) -> Result<Pins, ForeignLockError> {
    let read = PipfileLock::parse(text);
    let lock = read.map_err(|error| ForeignLockError::Form(error.to_string()))?;
    let mut pins = Pins::new();
    for entry in lock.categories.values().flatten() {
        if let Some(version) = &entry.version {
            let versions = pins.entry(entry.requirement.name.clone()).or_default();
            versions.insert(version.clone());
        }
    }
    Ok(pins)
}

fn of_packages(text: &str, kind: ForeignLock) -> Result<Pins, ForeignLockError> {
    let table: Table = text
        .parse()
        .map_err(|error: toml::de::Error| ForeignLockError::Form(error.to_string()))?;
    let listed = match table.get("package") {
        None => return Ok(Pins::new()),
        Some(Value::Array(listed)) => listed,
        Some(_) => {
            let words = "`package` is no list of tables";
            return Err(ForeignLockError::Form(words.to_owned()));
        }
    };
    let mut pins = Pins::new();
    for package in listed {
        let text = |key: &str| package.get(key).and_then(Value::as_str);
        let written = text("name").unwrap_or_default();
        let wrong = |reason: String| ForeignLockError::Package {
            name: written.to_owned(),
            reason,
        };
        let name: ProjectName = written.parse().map_err(|error| wrong(format!("{error}")))?;
        if !is_of_index(package, kind) {
            continue;
        }
        // Of a project whose version is dynamic uv says none.
        let Some(version) = text("version") else {
            continue;
        };
        let version = version.parse().map_err(|error| wrong(format!("{error}")))?;
        pins.entry(name).or_default().insert(version);
    }
    Ok(pins)
}

fn is_of_index(package: &Value, kind: ForeignLock) -> bool {
    let has = |key: &str| package.get(key).is_some();
    match kind {
        ForeignLock::Uv => package
            .get("source")
            .is_some_and(|source| source.get("registry").is_some()),
        ForeignLock::Poetry => package
            .get("source")
            .and_then(|source| source.get("type"))
            .is_none_or(|kind| kind.as_str() == Some("legacy")),
        ForeignLock::Pdm => !["git", "path", "url"].iter().any(|key| has(key)),
        ForeignLock::Pipenv => true,
    }
}

#[cfg(test)]
mod tests;
