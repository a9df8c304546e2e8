//! Looking after what builds left in a cache: what is stale goes, what is damaged goes, what is of
//! one project goes when that is wished.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use tilsit_files::{FileError, FileKind, FolderEntry, LockFile, LockKind};
use tilsit_packaging::file_name::WheelFileName;
use tilsit_packaging::name::ProjectName;

use crate::built_cache::{BUILT, Entry, USED};
use crate::git::{GIT, lock_path};

/// What was taken out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// How many builds.
    pub builds: usize,
    /// How many clones of repositories.
    pub clones: usize,
    /// The bytes of all their files.
    pub bytes: u64,
}

/// A build whose files are not what they were.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DamagedBuild {
    /// The file name of its wheel, where that is known.
    pub wheel: Option<String>,
    /// The hash that it should have.
    pub sha256: String,
    /// What is wrong.
    pub reason: String,
}

/// Takes out builds and clones that were not used since a moment, and builds of folders that are gone
/// or were built again since. Clones that are in use stay.
///
/// # Errors
/// When something cannot be looked at or removed.
pub fn prune(cache: &Path, unused_since: SystemTime) -> Result<Pruned, FileError> {
    let mut pruned = Pruned::default();
    let mut newest: BTreeMap<PathBuf, Vec<(SystemTime, PathBuf)>> = BTreeMap::new();
    for entry in folders(&cache.join(BUILT))? {
        let used = last_used(&entry.path)?;
        let built = Entry::at(entry.path.clone()).built();
        let folder = built.and_then(|built| built.folder);
        let is_gone = folder.as_ref().is_some_and(|folder| !folder.is_dir());
        if used < unused_since || is_gone {
            pruned.bytes += remove(&entry.path)?;
            pruned.builds += 1;
        } else if let Some(folder) = folder {
            newest.entry(folder).or_default().push((used, entry.path));
        }
    }
    for builds in newest.values_mut() {
        // Editable or not, for this Python or that: a few of one folder are no waste.
        builds.sort_unstable();
        for (_, path) in builds.iter().rev().skip(KEPT_OF_A_FOLDER) {
            pruned.bytes += remove(path)?;
            pruned.builds += 1;
        }
    }
    for entry in folders(&cache.join(GIT))? {
        if last_used(&entry.path)? >= unused_since {
            continue;
        }
        let lock = LockFile::try_acquire(lock_path(&entry.path), LockKind::Exclusive)?;
        if lock.is_some() {
            pruned.bytes += remove(&entry.path)?;
            pruned.clones += 1;
        }
    }
    Ok(pruned)
}

/// How many builds of one folder stay.
const KEPT_OF_A_FOLDER: usize = 4;

/// Checks every build by its hashes, and takes out what is damaged: it is built again when it is
/// wanted. Gives how many there were, too.
///
/// # Errors
/// When something cannot be looked at or removed.
pub fn verify(cache: &Path) -> Result<(usize, Vec<DamagedBuild>), FileError> {
    let entries = folders(&cache.join(BUILT))?;
    let mut damaged = Vec::new();
    for entry in &entries {
        let build = Entry::at(entry.path.clone());
        if let Some(damage) = build.damage() {
            remove(&entry.path)?;
            damaged.push(damage);
        }
    }
    Ok((entries.len(), damaged))
}

/// Takes out the builds of some projects, and gives how many there were, and their bytes.
///
/// # Errors
/// When something cannot be looked at or removed.
pub fn forget(cache: &Path, names: &[ProjectName]) -> Result<(usize, u64), FileError> {
    let (mut builds, mut bytes) = (0, 0);
    for entry in folders(&cache.join(BUILT))? {
        let build = Entry::at(entry.path.clone());
        if project(&build).is_some_and(|name| names.contains(&name)) {
            bytes += remove(&entry.path)?;
            builds += 1;
        }
    }
    Ok((builds, bytes))
}

/// Whose build it is.
fn project(build: &Entry) -> Option<ProjectName> {
    let of_wheel = || {
        let built = build.built()?;
        Some(built.wheel.parse::<WheelFileName>().ok()?.name)
    };
    let of_metadata = || build.metadata()?.name.parse().ok();
    of_wheel().or_else(of_metadata)
}

fn folders(folder: &Path) -> Result<Vec<FolderEntry>, FileError> {
    match tilsit_files::read_dir(folder) {
        Ok(mut entries) => {
            entries.retain(|entry| entry.kind == FileKind::Folder);
            Ok(entries)
        }
        Err(error) if error.is_not_found() => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// When an entry was last used, else when it was last written to.
fn last_used(entry: &Path) -> Result<SystemTime, FileError> {
    let found = match tilsit_files::metadata(entry.join(USED)) {
        Err(error) if error.is_not_found() => tilsit_files::metadata(entry)?,
        found => found?,
    };
    // Every system that tilsit runs on knows this time.
    Ok(found.modified().unwrap_or(SystemTime::UNIX_EPOCH))
}

fn remove(folder: &Path) -> Result<u64, FileError> {
    let mut bytes = 0;
    for inside in tilsit_files::walk(folder)? {
        if inside.kind == FileKind::File {
            bytes += tilsit_files::symlink_metadata(&inside.path)?.len();
        }
    }
    tilsit_files::remove_dir_all(folder)?;
    Ok(bytes)
}
