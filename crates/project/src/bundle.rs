//! A bundle: one archive with a lock and the wheels that it needs in some environments, for machines
//! that reach no index.
//!
//! # In the archive, a zip whose files are not compressed again
//!
//! | file | what |
//! |---|---|
//! | `bundle.json` | what is in it: [`Manifest`] |
//! | `pylock.toml`, or as the lock is called | the lock, byte by byte |
//! | `wheels/<name>.whl` | the wheels |
//!
//! Wheels of an index are held against the hashes of the lock. Those that were built for the bundle are
//! known by the list alone, which is as trustworthy as the whole file: it is not signed yet.

mod open;
mod write;

pub use open::{Bundle, BundleError};

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use tilsit_packaging::file_name::WheelFileName;
use tilsit_packaging::name::{ExtraName, GroupName, ProjectName};
use tilsit_packaging::pylock::is_pylock_file_name;

use crate::lock::Selection;

/// The name of the list in the archive.
pub const MANIFEST: &str = "bundle.json";

/// The folder of the wheels in the archive.
pub const WHEELS: &str = "wheels";

/// The version of the list: one that is read here, and the one that is written.
pub const VERSION: u32 = 1;

/// The most wheels that a bundle may have.
const FILES_MAX: usize = 20_000;

/// What is in a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The name of the lock's file.
    pub lock: String,
    /// Its SHA-256.
    pub lock_sha256: String,
    /// What it is for.
    pub targets: Vec<Target>,
    /// What of the lock is in it.
    pub selection: Selection,
    /// What of that is left out.
    pub omitted: Vec<ProjectName>,
    /// The wheels, by name.
    pub files: Vec<BundledWheel>,
}

/// An environment that a bundle is for, in words.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// The version of Python.
    pub python: String,
    /// The system.
    pub platform: String,
}

/// A wheel of a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundledWheel {
    /// Its name.
    pub name: WheelFileName,
    /// The same as text, which is the name in the archive.
    pub file: String,
    /// Its SHA-256, in hexadecimal digits.
    pub sha256: String,
    /// Its size.
    pub size_bytes: u64,
    /// Whether it was built for the bundle, so that the lock does not know it.
    pub is_built: bool,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Raw {
    version: u32,
    lock: RawLock,
    targets: Vec<Target>,
    selection: RawSelection,
    files: Vec<RawFile>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct RawLock {
    name: String,
    sha256: String,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RawSelection {
    members: Vec<String>,
    extras: Vec<String>,
    all_extras: bool,
    groups: Vec<String>,
    only_groups: bool,
    omitted: Vec<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    name: String,
    sha256: String,
    size: u64,
    built: bool,
}

/// The part that says which version the list has.
#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

/// Why the text is no list of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// It is not the JSON that it should be.
    #[error("`{MANIFEST}` is not valid: {0}")]
    Json(String),
    /// It was written by a newer program.
    #[error("`{MANIFEST}` has version {0}, and {VERSION} is the newest that is known")]
    Newer(u32),
    /// A value of it cannot be what it is.
    #[error("`{MANIFEST}` has {what} `{value}`: {reason}")]
    Value {
        /// What it is.
        what: &'static str,
        /// The value.
        value: String,
        /// Why it cannot be.
        reason: String,
    },
}

impl Manifest {
    /// Reads the list.
    ///
    /// # Errors
    /// When it is not one, or says what cannot be.
    pub fn parse(text: &[u8]) -> Result<Self, ManifestError> {
        let json = |error: serde_json::Error| ManifestError::Json(error.to_string());
        let Versioned { version } = serde_json::from_slice(text).map_err(json)?;
        if version > VERSION {
            return Err(ManifestError::Newer(version));
        }
        let raw: Raw = serde_json::from_slice(text).map_err(json)?;
        if raw.version != VERSION {
            let value = raw.version.to_string();
            return Err(wrong("the version", &value, "there is none of that number"));
        }
        if !is_pylock_file_name(&raw.lock.name) || raw.lock.name.contains(['/', '\\', '\0']) {
            return Err(wrong("the lock", &raw.lock.name, "no lock is called so"));
        }
        check_sha256(&raw.lock.sha256)?;
        if raw.files.len() > FILES_MAX {
            let count = raw.files.len().to_string();
            return Err(wrong("so many files", &count, "they are too many"));
        }
        let mut names = BTreeSet::new();
        let mut files = Vec::with_capacity(raw.files.len());
        for file in raw.files {
            if !names.insert(file.name.clone()) {
                return Err(wrong("the file", &file.name, "it is there twice"));
            }
            files.push(file.read()?);
        }
        let RawSelection {
            members,
            extras,
            all_extras,
            groups,
            only_groups,
            omitted,
        } = raw.selection;
        Ok(Self {
            lock: raw.lock.name,
            lock_sha256: raw.lock.sha256,
            targets: raw.targets,
            selection: Selection {
                members: parsed::<ProjectName>("the member", &members)?,
                extras: parsed::<ExtraName>("the extra", &extras)?,
                all_extras,
                groups: parsed::<GroupName>("the group", &groups)?,
                only_groups,
            },
            omitted: parsed::<ProjectName>("the project", &omitted)?,
            files,
        })
    }

    /// The text: the same for the same list everywhere.
    pub fn to_json(&self) -> String {
        let texts = |names: &mut dyn Iterator<Item = String>| names.collect::<Vec<String>>();
        let raw = Raw {
            version: VERSION,
            lock: RawLock {
                name: self.lock.clone(),
                sha256: self.lock_sha256.clone(),
            },
            targets: self.targets.clone(),
            selection: RawSelection {
                members: texts(&mut self.selection.members.iter().map(ToString::to_string)),
                extras: texts(&mut self.selection.extras.iter().map(ToString::to_string)),
                all_extras: self.selection.all_extras,
                groups: texts(&mut self.selection.groups.iter().map(ToString::to_string)),
                only_groups: self.selection.only_groups,
                omitted: texts(&mut self.omitted.iter().map(ToString::to_string)),
            },
            files: self.files.iter().map(RawFile::of).collect(),
        };
        let mut text = serde_json::to_string_pretty(&raw).expect("a list is plain data");
        text.push('\n');
        text
    }
}

impl RawFile {
    fn of(wheel: &BundledWheel) -> Self {
        Self {
            name: wheel.file.clone(),
            sha256: wheel.sha256.clone(),
            size: wheel.size_bytes,
            built: wheel.is_built,
        }
    }

    fn read(self) -> Result<BundledWheel, ManifestError> {
        let name = self.name.parse::<WheelFileName>();
        let name = name.map_err(|error| wrong("the file", &self.name, &error.to_string()))?;
        // Tags may have any letters, and this becomes the name of a file.
        if self.name.contains(['/', '\\', '\0']) {
            return Err(wrong("the file", &self.name, "it is no name of a file"));
        }
        check_sha256(&self.sha256)?;
        Ok(BundledWheel {
            name,
            file: self.name,
            sha256: self.sha256,
            size_bytes: self.size,
            is_built: self.built,
        })
    }
}

fn wrong(what: &'static str, value: &str, reason: &str) -> ManifestError {
    ManifestError::Value {
        what,
        value: value.escape_debug().to_string(),
        reason: reason.to_owned(),
    }
}

fn check_sha256(digest: &str) -> Result<(), ManifestError> {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if digest.len() == 64 && digest.bytes().all(is_digit) {
        return Ok(());
    }
    Err(wrong("the hash", digest, "it is no SHA-256"))
}

fn parsed<T>(what: &'static str, names: &[String]) -> Result<Vec<T>, ManifestError>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    let names = names.iter().map(|name| {
        let parsed = name.parse();
        parsed.map_err(|error: T::Err| wrong(what, name, &error.to_string()))
    });
    names.collect()
}

#[cfg(test)]
mod tests;
