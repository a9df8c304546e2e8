//! Takes out of a store what no environment uses, and what broken runs left.
//!
//! A wheel is in use when an environment has links to its folders (it is a root), or a second name
//! of its METADATA (every installation by hard links has one). Environments made by copies need
//! nothing of the store.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::SystemTime;

use tilsit_files::{FileError, FileKind};
use tilsit_packaging::name::ProjectName;

use crate::manifest::Manifest;
use crate::place::is_key;
use crate::roots::Roots;
use crate::store::{self, WheelStore};
use crate::verify::keys;

/// What was taken out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// How many wheels.
    pub wheels: usize,
    /// How many wheels stay.
    pub kept: usize,
    /// How many folders that broken runs had left.
    pub leftovers: usize,
    /// The bytes of the wheels' files.
    pub bytes: u64,
}

/// Prunes the store in a cache folder, which no other process may use meanwhile. Temporary folders
/// go that were last changed before `left_before`: others may still be in use. The callback is
/// called for each wheel.
///
/// # Errors
/// When the store cannot be read, or something not be removed.
pub fn prune(
    cache_folder: &Path,
    left_before: SystemTime,
    on_wheel: &mut dyn FnMut(&str) -> ControlFlow<()>,
) -> Result<Pruned, FileError> {
    let wheels = WheelStore::in_cache(cache_folder);
    let roots = Roots::in_cache(cache_folder).live(wheels.folder())?;
    let linked: BTreeSet<String> = roots.into_iter().flat_map(|root| root.wheels).collect();
    let mut pruned = Pruned::default();
    let entries = match tilsit_files::read_dir(wheels.folder()) {
        Ok(entries) => entries,
        Err(error) if error.is_not_found() => Vec::new(),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let name = entry.name.to_string_lossy();
        if on_wheel(&name).is_break() {
            break;
        }
        if entry.kind != FileKind::Folder {
            continue;
        }
        if name.starts_with(".tilsit-") {
            remove_leftover(&entry.path)?;
            pruned.leftovers += 1;
        } else if is_key(&name) {
            let manifest = manifest(&entry.path)?;
            if linked.contains(&*name) || is_linked(&entry.path, manifest.as_ref())? {
                pruned.kept += 1;
                continue;
            }
            pruned.wheels += 1;
            pruned.bytes += manifest.map_or(0, |manifest| manifest.size_bytes());
            store::remove_entry(&entry.path)?;
        }
    }
    pruned.leftovers += prune_temporary(&cache_folder.join("tmp"), left_before)?;
    Ok(pruned)
}

/// The wheels of some projects in a store, each with the bytes of its files. A wheel whose manifest
/// is damaged is nobody's.
///
/// # Errors
/// When the store cannot be read.
pub fn wheels_of(
    cache_folder: &Path,
    names: &[ProjectName],
) -> Result<BTreeMap<String, u64>, FileError> {
    let store = WheelStore::in_cache(cache_folder);
    let mut found = BTreeMap::new();
    for sha256 in keys(store.folder())? {
        let manifest = manifest(&store.folder().join(&sha256))?;
        if let Some(manifest) = manifest.filter(|manifest| names.contains(&manifest.name)) {
            found.insert(sha256, manifest.size_bytes());
        }
    }
    Ok(found)
}

/// Takes wheels out of a store, which no other process may use meanwhile.
///
/// # Errors
/// When one cannot be removed.
pub fn remove_wheels<'a>(
    cache_folder: &Path,
    wheels: impl IntoIterator<Item = &'a String>,
) -> Result<(), FileError> {
    let store = WheelStore::in_cache(cache_folder);
    for sha256 in wheels {
        store::remove_entry(&store.folder().join(sha256))?;
    }
    Ok(())
}

fn manifest(entry: &Path) -> Result<Option<Manifest>, FileError> {
    match tilsit_files::read(entry.join("manifest")) {
        Ok(bytes) => Ok(Manifest::parse(&bytes).ok()),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether the METADATA of the wheel has a second name.
fn is_linked(entry: &Path, manifest: Option<&Manifest>) -> Result<bool, FileError> {
    let Some(manifest) = manifest else {
        return Ok(false);
    };
    let metadata = format!("tree/{}/METADATA", manifest.dist_info);
    match tilsit_files::symlink_metadata(entry.join(metadata)) {
        Ok(found) => Ok(crate::system::names(&found) > 1),
        Err(error) if error.is_not_found() => Ok(false),
        Err(error) => Err(error),
    }
}

/// A half unpacked wheel, or one that was put aside as damaged.
fn remove_leftover(folder: &Path) -> Result<(), FileError> {
    store::remove_entry(&folder.join("damaged")).or_else(|error| {
        if error.is_not_found() {
            Ok(())
        } else {
            Err(error)
        }
    })?;
    tilsit_files::remove_dir_all(folder)
}

fn prune_temporary(folder: &Path, left_before: SystemTime) -> Result<usize, FileError> {
    let entries = match tilsit_files::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.is_not_found() => return Ok(0),
        Err(error) => return Err(error),
    };
    let mut removed = 0;
    for entry in entries {
        let changed = match tilsit_files::symlink_metadata(&entry.path) {
            Ok(found) => found.modified(),
            Err(error) if error.is_not_found() => continue,
            Err(error) => return Err(error),
        };
        if !changed.is_ok_and(|changed| changed < left_before) {
            continue;
        }
        if entry.kind == FileKind::Folder {
            tilsit_files::remove_dir_all(&entry.path)?;
        } else {
            tilsit_files::remove_file(&entry.path)?;
        }
        removed += 1;
    }
    Ok(removed)
}
