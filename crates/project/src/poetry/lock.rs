//! poetry.lock, read: packages with versions and hashes, where each is wanted, and without the places
//! of files.
//!
//! Since lock version 2.1 a package says in which groups and where it is wanted; of older ones that has
//! to be found out again.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use tilsit_packaging::marker::Marker;
use tilsit_packaging::name::{ExtraName, GroupName, ProjectName};
use tilsit_packaging::requirement::{Requirement, RequirementSource};
use tilsit_packaging::specifier::{VersionSpecifier, VersionSpecifiers};
use tilsit_packaging::version::Version;
use tilsit_resolver::{RootRequirement, Universal};
use toml::{Table, Value};

use super::Dependency;
use crate::foreign_locks::{Pins, as_lock};
use crate::inputs::Inputs;
use crate::lock::Lock;

/// The largest lock that is read.
const SIZE_MAX_BYTES: usize = 64 * 1024 * 1024;

/// The group of what the project itself requires.
pub(super) const MAIN: &str = "main";

/// A poetry.lock.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PoetryLock {
    /// Poetry's digest of the pyproject.toml that it answers.
    pub digest: String,
    /// Whether it says of packages in which groups and where they are wanted.
    pub has_groups: bool,
    /// Whether a Poetry before 2.3 has written it, whose digest knows no groups of the standard.
    pub is_of_old_poetry: bool,
    /// The packages.
    pub packages: Vec<LockedPackage>,
}

/// One package.
#[derive(Clone, Debug, PartialEq)]
pub struct LockedPackage {
    /// Its name.
    pub name: ProjectName,
    /// Its version.
    pub version: Version,
    /// What it says of itself.
    pub description: String,
    /// The Pythons that it is for, in Poetry's words.
    pub pythons: String,
    /// Where it is wanted, by group; none for what the project itself requires.
    pub groups: BTreeMap<Option<GroupName>, Marker>,
    /// The hashes of its files, `sha256:…`, by name.
    pub files: BTreeMap<String, String>,
    /// What it requires.
    pub requires: Vec<Requirement>,
    /// The place, if it is of no index that is asked without being named.
    pub source: Option<LockedSource>,
    /// Whether a folder is installed as it stands.
    pub is_editable: bool,
}

/// Where a package comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockedSource {
    /// `legacy` for an index, `git`, `url`, `file` or `directory`.
    pub kind: String,
    /// The URL or path.
    pub url: String,
    /// The name of an index, or what was asked for of a repository.
    pub reference: Option<String>,
    /// The commit.
    pub resolved: Option<String>,
    /// The folder in a repository or archive.
    pub subdirectory: Option<String>,
}

/// Why a poetry.lock cannot be read, used or made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PoetryLockError {
    /// It is too large to be one.
    #[error("it has {0} bytes, and {SIZE_MAX_BYTES} are the most")]
    Size(usize),
    /// It is no TOML.
    #[error("{0}")]
    Toml(String),
    /// It has no `[metadata]` with a digest.
    #[error("it has no `[metadata]` with a `lock-version` and a `content-hash`")]
    NoMetadata,
    /// It is of a form that is not known.
    #[error("it has the lock version {0}, and 1 and 2 are known")]
    Version(String),
    /// A package cannot be understood.
    #[error("the package `{name}` of it: {reason}")]
    Package {
        /// Its name.
        name: String,
        /// Why.
        reason: String,
    },
    /// What the index has is not what was locked.
    #[error("no file of `{0}` that the index has is one that was locked: their hashes are others")]
    Hashes(ProjectName),
    /// No index has what was locked.
    #[error("no index has `{name}` {version}, which it locks")]
    Missing {
        /// The project.
        name: ProjectName,
        /// The version.
        version: Version,
    },
    /// An older lock does not say where packages are wanted, and something else was found.
    #[error("it does not lock `{name}` {version}, which the project needs")]
    Unlocked {
        /// The project.
        name: ProjectName,
        /// The version.
        version: Version,
    },
    /// The form cannot hold a package.
    #[error("`{name}` cannot stand in it: {reason}")]
    Form {
        /// The project.
        name: ProjectName,
        /// Why.
        reason: String,
    },
}

impl PoetryLock {
    /// Reads a lock.
    ///
    /// # Errors
    /// When it is no lock of a version that is known.
    pub fn parse(text: &str) -> Result<Self, PoetryLockError> {
        if text.len() > SIZE_MAX_BYTES {
            return Err(PoetryLockError::Size(text.len()));
        }
        let table: Table = text
            .parse()
            .map_err(|error: toml::de::Error| PoetryLockError::Toml(error.to_string()))?;
        let metadata = table.get("metadata");
        let word = |key: &str| metadata.and_then(|table| table.get(key)?.as_str());
        let (Some(version), Some(digest)) = (word("lock-version"), word("content-hash")) else {
            return Err(PoetryLockError::NoMetadata);
        };
        let unknown = || PoetryLockError::Version(version.to_owned());
        let parsed: Version = version.parse().map_err(|_| unknown())?;
        if !(1..=2).contains(&parsed.major()) {
            return Err(unknown());
        }
        let has_groups = parsed >= Version::from_release(&[2, 1]);
        let files = metadata.and_then(|table| table.get("files")?.as_table());
        let listed = table.get("package").and_then(Value::as_array);
        let packages = listed.into_iter().flatten().map(|package| {
            let name = package.get("name").and_then(Value::as_str);
            let name = name.unwrap_or_default();
            let read = package
                .as_table()
                .ok_or_else(|| "it is no table".to_owned());
            let read = read.and_then(|table| LockedPackage::read(name, table, has_groups, files));
            read.map_err(|reason| PoetryLockError::Package {
                name: name.to_owned(),
                reason,
            })
        });
        Ok(Self {
            digest: digest.to_owned(),
            has_groups,
            is_of_old_poetry: is_of_old_poetry(text),
            packages: packages.collect::<Result<_, _>>()?,
        })
    }

    /// The versions, as a lock without files.
    pub fn versions(&self) -> Lock {
        let mut pins = Pins::new();
        for package in self.packages.iter().filter(|one| one.is_of_index()) {
            let versions = pins.entry(package.name.clone()).or_default();
            versions.insert(package.version.clone());
        }
        let mut lock = as_lock(&pins);
        for package in &mut lock.pylock.packages {
            // Where each of several is wanted decides which is kept where.
            let mut same = self.packages.iter();
            let same = same.find(|one| {
                one.name == package.name && Some(&one.version) == package.version.as_ref()
            });
            package.marker = same.map_or(Marker::TRUE, LockedPackage::anywhere);
        }
        lock
    }

    /// What to ask indexes for, to have the files of exactly what is locked. No question asks for two
    /// versions of a project.
    pub fn questions(&self, universal: Universal) -> Inputs {
        let mut questions: Vec<Vec<RootRequirement>> = Vec::new();
        let mut count: BTreeMap<&ProjectName, usize> = BTreeMap::new();
        for package in self.packages.iter().filter(|one| one.is_of_index()) {
            let number = count.entry(&package.name).or_default();
            if questions.len() == *number {
                questions.push(Vec::new());
            }
            let specifier = VersionSpecifier::equal(package.version.clone());
            let requirement = Requirement {
                name: package.name.clone(),
                extras: Vec::new(),
                source: RequirementSource::Specifiers(VersionSpecifiers::from(specifier)),
                marker: package.anywhere(),
            };
            questions[*number].push(RootRequirement::new(requirement, "the lock"));
            *number += 1;
        }
        Inputs::of_questions(questions, universal)
    }

    /// The projects that are locked from an index with a name, with that name.
    pub fn pinned_indexes(&self) -> impl Iterator<Item = (&ProjectName, &str)> {
        self.packages.iter().filter_map(|package| {
            let source = package.source.as_ref().filter(|one| one.kind == "legacy")?;
            Some((&package.name, source.reference.as_deref()?))
        })
    }
}

impl LockedPackage {
    fn read(
        name: &str,
        table: &Table,
        has_groups: bool,
        all_files: Option<&Table>,
    ) -> Result<Self, String> {
        let text = |key: &str| table.get(key).and_then(Value::as_str);
        let version = text("version").ok_or("it has no version")?;
        let mut requires = Vec::new();
        let dependencies = table.get("dependencies").and_then(Value::as_table);
        for (dependency, value) in dependencies.into_iter().flatten() {
            let read = Dependency::read_all(dependency, value)?;
            requires.extend(read.into_iter().map(|one| one.requirement));
        }
        // Older locks have them all in one table.
        let files = table.get("files").or_else(|| all_files?.get(name));
        let files = files.and_then(Value::as_array);
        let files = files.into_iter().flatten().filter_map(|file| {
            let text = |key: &str| file.get(key).and_then(Value::as_str);
            Some((text("file")?.to_owned(), text("hash")?.to_owned()))
        });
        let source = table.get("source").and_then(Value::as_table);
        Ok(Self {
            name: name.parse().map_err(|error| format!("{error}"))?,
            version: version.parse().map_err(|error| format!("{error}"))?,
            description: text("description").unwrap_or_default().to_owned(),
            pythons: text("python-versions").unwrap_or("*").to_owned(),
            groups: if has_groups {
                groups(table)?
            } else {
                BTreeMap::new()
            },
            files: files.collect(),
            requires,
            source: source.map(LockedSource::read).transpose()?,
            is_editable: table.get("develop").and_then(Value::as_bool) == Some(true),
        })
    }

    /// Whether it is a release of an index.
    pub fn is_of_index(&self) -> bool {
        let source = self.source.as_ref();
        source.is_none_or(|source| source.kind == "legacy")
    }

    /// Where it may be wanted, whatever extras and groups are.
    fn anywhere(&self) -> Marker {
        if self.groups.is_empty() {
            return Marker::TRUE;
        }
        let markers = self.groups.values();
        let any = markers.fold(Marker::FALSE, |any, marker| any.or(*marker));
        any.without_extras()
    }

    /// The hashes.
    pub(super) fn hashes(&self) -> BTreeSet<&str> {
        self.files.values().map(String::as_str).collect()
    }
}

impl LockedSource {
    fn read(table: &Table) -> Result<Self, String> {
        let text = |key: &str| table.get(key).and_then(Value::as_str).map(str::to_owned);
        let kind = text("type").unwrap_or_else(|| "legacy".to_owned());
        if !["legacy", "git", "url", "file", "directory"].contains(&kind.as_str()) {
            return Err(format!("`{kind}` is no kind of source that is known"));
        }
        Ok(Self {
            kind,
            url: text("url").ok_or("its source has no `url`")?,
            reference: text("reference"),
            resolved: text("resolved_reference"),
            subdirectory: text("subdirectory"),
        })
    }
}

/// In which groups and where a package is wanted: one marker for all groups, or one for each.
fn groups(table: &Table) -> Result<BTreeMap<Option<GroupName>, Marker>, String> {
    let listed = table.get("groups").and_then(Value::as_array);
    let listed = listed.ok_or("it has no `groups`")?;
    let markers = table.get("markers");
    let mut groups = BTreeMap::new();
    for group in listed {
        let group = group.as_str().ok_or("a group of it is no name")?;
        let marker = match markers {
            Some(Value::String(marker)) => Some(marker.as_str()),
            Some(Value::Table(markers)) => markers.get(group).and_then(Value::as_str),
            _ => None,
        };
        let marker = marker.map_or(Ok(Marker::TRUE), read_marker)?;
        let name = match group {
            MAIN => None,
            group => Some(group.parse().map_err(|error| format!("{error}"))?),
        };
        groups.insert(name, marker);
    }
    Ok(groups)
}

/// A marker of Poetry's, in which extras of the project are asked for as those of a distribution.
fn read_marker(text: &str) -> Result<Marker, String> {
    let mut rest = text;
    let mut written = String::new();
    while let Some((before, behind)) = rest.split_once("extra ") {
        written.push_str(before);
        let operator = ["==", "!="].iter().find(|word| behind.starts_with(**word));
        let value = operator.map(|word| behind[word.len()..].trim_start());
        let quoted = value.and_then(|value| {
            let quote = value
                .chars()
                .next()
                .filter(|one| ['"', '\''].contains(one))?;
            value[1..].split_once(quote)
        });
        if let (Some(operator), Some((name, behind))) = (operator, quoted) {
            let name: ExtraName = name.parse().map_err(|error| format!("{error}"))?;
            let not = if *operator == "!=" { "not " } else { "" };
            let _ = write!(written, "'{name}' {not}in extras");
            rest = behind;
        } else {
            written.push_str("extra ");
            rest = behind;
        }
    }
    written.push_str(rest);
    let marker = written.parse();
    marker.map_err(|error| format!("its marker: {error}"))
}

/// The first line names the Poetry that has written it.
fn is_of_old_poetry(text: &str) -> bool {
    let line = text.lines().next().unwrap_or_default();
    let named = line.split_once("Poetry ").map(|(_, behind)| behind);
    let version = named.and_then(|behind| behind.split(' ').next()?.parse::<Version>().ok());
    version.is_some_and(|version| version < Version::from_release(&[2, 3]))
}
