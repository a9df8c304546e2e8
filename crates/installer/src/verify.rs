//! Holds the store against its manifests: every byte of every file.
//!
//! What is only beside the wheel's own content (files that somebody added, compiled modules that
//! are damaged) is taken away, and the entry is whole again. An entry whose own content is damaged
//! goes, and is unpacked anew when it is next wanted; unless an environment has links to its
//! folders: then it stays and is named, because without it the environment does not work at all.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tilsit_files::{FileError, FileKind, LockFile, LockKind};
use tilsit_packaging::record::RecordHash;

use crate::manifest::{Manifest, ManifestFile};
use crate::place::is_key;
use crate::roots::Roots;
use crate::store::{self, WheelStore};

/// What was found in a store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// How many wheels were looked at.
    pub wheels: usize,
    /// The bytes that were hashed.
    pub bytes: u64,
    /// Entries from which something was taken away, and that are whole now.
    pub mended: Vec<Damage>,
    /// Entries that were removed.
    pub removed: Vec<Damage>,
    /// Damaged entries that environments have links to.
    pub in_use: Vec<Damage>,
}

/// A damaged entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The hash of the wheel's file.
    pub sha256: String,
    /// The project and version, where the manifest still says.
    pub release: Option<String>,
    /// What is wrong with it.
    pub reason: String,
    /// The environments that have links to it.
    pub environments: Vec<PathBuf>,
}

/// Verifies the store in a cache folder; the callback is called for each wheel.
///
/// # Errors
/// When the store cannot be read, or a damaged entry not be removed; none when the callback broke.
pub fn verify(
    cache_folder: &Path,
    on_wheel: &mut dyn FnMut(&str) -> ControlFlow<()>,
) -> Result<Option<Verified>, FileError> {
    let store = WheelStore::in_cache(cache_folder);
    let mut users: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for root in Roots::in_cache(cache_folder).live(store.folder())? {
        for wheel in root.wheels {
            let environments = users.entry(wheel).or_default();
            environments.push(root.site_packages.clone());
        }
    }
    let mut verified = Verified::default();
    for sha256 in keys(store.folder())? {
        if on_wheel(&sha256).is_break() {
            return Ok(None);
        }
        let entry = store.folder().join(&sha256);
        verified.wheels += 1;
        let Some(found) = examine(&entry, &mut verified.bytes)? else {
            continue;
        };
        let damage = Damage {
            environments: users.get(&sha256).cloned().unwrap_or_default(),
            release: found.release,
            reason: found.reason,
            sha256,
        };
        if found.is_mended {
            verified.mended.push(damage);
        } else if damage.environments.is_empty() {
            store::remove_entry(&entry)?;
            verified.removed.push(damage);
        } else {
            verified.in_use.push(damage);
        }
    }
    Ok(Some(verified))
}

/// The keys of a store's entries.
pub(crate) fn keys(store: &Path) -> Result<Vec<String>, FileError> {
    let entries = match tilsit_files::read_dir(store) {
        Ok(entries) => entries,
        Err(error) if error.is_not_found() => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let names = entries
        .into_iter()
        .filter_map(|entry| entry.name.into_string().ok());
    Ok(names.filter(|name| is_key(name)).collect())
}

struct Found {
    release: Option<String>,
    reason: String,
    is_mended: bool,
}

/// What is wrong with an entry, after what can be mended is.
fn examine(entry: &Path, bytes: &mut u64) -> Result<Option<Found>, FileError> {
    let _lock = LockFile::acquire(entry.join("lock"), LockKind::Exclusive)?;
    let damaged = |reason: String, release| Found {
        release,
        reason,
        is_mended: false,
    };
    let manifest = match tilsit_files::read(entry.join("manifest")) {
        Ok(bytes) => Manifest::parse(&bytes),
        Err(error) if error.is_not_found() => {
            return Ok(Some(damaged("it has no manifest".to_owned(), None)));
        }
        Err(error) => return Err(error),
    };
    let manifest = match manifest {
        Ok(manifest) => manifest,
        Err(error) => {
            return Ok(Some(damaged(
                format!("its manifest is damaged: {error}"),
                None,
            )));
        }
    };
    let release = Some(format!("{} {}", manifest.name, manifest.version));
    let tree = entry.join("tree");
    for file in &manifest.files {
        if let Some(fault) = fault_of(&tree, file, bytes)? {
            let reason = format!("`{}` {fault}", file.path);
            return Ok(Some(damaged(reason, release)));
        }
    }
    let mut known: BTreeSet<PathBuf> = BTreeSet::new();
    known.extend(manifest.files.iter().map(|file| tree.join(&file.path)));
    let mut taken = compiled(entry, &tree, &mut known, bytes)?;
    for inside in tilsit_files::walk(&tree)? {
        if inside.kind != FileKind::Folder && !known.contains(&inside.path) {
            let path = inside.path.strip_prefix(&tree).unwrap_or(&inside.path);
            taken.push(format!("`{}` is no part of the wheel", path.display()));
            store::unseal(entry)?;
            tilsit_files::remove_file(&inside.path)?;
        }
    }
    Ok(taken.into_iter().next().map(|reason| Found {
        release,
        reason,
        is_mended: true,
    }))
}

/// Looks at the lists of compiled modules: a list with a damaged module goes, with all its modules.
fn compiled(
    entry: &Path,
    tree: &Path,
    known: &mut BTreeSet<PathBuf>,
    bytes: &mut u64,
) -> Result<Vec<String>, FileError> {
    let mut taken = Vec::new();
    for list in tilsit_files::read_dir(entry)? {
        let name = list.name.to_string_lossy().into_owned();
        if !name.starts_with("compiled-") {
            continue;
        }
        let manifest = Manifest::parse(&tilsit_files::read(&list.path)?).ok();
        let mut fault = manifest.is_none().then(|| format!("`{name}` is damaged"));
        for file in manifest.iter().flat_map(|manifest| &manifest.files) {
            if fault.is_none()
                && let Some(found) = fault_of(tree, file, bytes)?
            {
                fault = Some(format!("`{}` {found}", file.path));
            }
        }
        if let Some(fault) = fault {
            taken.push(fault);
            tilsit_files::remove_file(&list.path)?;
        } else {
            let files = manifest.iter().flat_map(|manifest| &manifest.files);
            known.extend(files.map(|file| tree.join(&file.path)));
        }
    }
    Ok(taken)
}

/// What is wrong with a file.
fn fault_of(
    tree: &Path,
    file: &ManifestFile,
    bytes: &mut u64,
) -> Result<Option<&'static str>, FileError> {
    let path = tree.join(&file.path);
    let contents = match tilsit_files::symlink_metadata(&path) {
        Ok(found) if !found.is_file() => return Ok(Some("is no file")),
        Ok(found) if found.len() != file.size_bytes => return Ok(Some("has another size")),
        Ok(_) => tilsit_files::read(&path)?,
        Err(error) if error.is_not_found() => return Ok(Some("is missing")),
        Err(error) => return Err(error),
    };
    *bytes += contents.len() as u64;
    Ok((!has_hash(&contents, &file.hash)).then_some("has other contents"))
}

fn has_hash(contents: &[u8], hash: &RecordHash) -> bool {
    match hash.algorithm() {
        "sha256" => *hash == RecordHash::sha256(&Sha256::digest(contents).into()),
        "sha384" => is_digest(hash, &sha2::Sha384::digest(contents)),
        "sha512" => is_digest(hash, &sha2::Sha512::digest(contents)),
        // The wheel's own check lets no other algorithm through.
        _ => false,
    }
}

fn is_digest(hash: &RecordHash, digest: &[u8]) -> bool {
    hash.digest().is_ok_and(|stated| stated == digest)
}
