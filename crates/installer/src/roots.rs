//! The environments that have links into a store: what they lead to may not be removed.
//!
//! `<cache>/roots/<hash of the path>` holds the path of a `site-packages`. It is written before the
//! first link is made, so that a link without its root never exists; a root whose folder is gone, or
//! has no link any more, is dropped when the roots are looked at.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tilsit_files::{Durability, FileError, FileKind};

use crate::place::StoredPath;

/// The registered environments of a cache.
#[derive(Clone, Debug)]
pub struct Roots {
    folder: PathBuf,
}

/// An environment that has links into the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// Its `site-packages`.
    pub site_packages: PathBuf,
    /// The wheels, by their hashes, that it leads to.
    pub wheels: BTreeSet<String>,
}

impl Roots {
    /// The roots in a cache folder.
    pub fn in_cache(cache_folder: &Path) -> Self {
        Self {
            folder: cache_folder.join("roots"),
        }
    }

    /// The roots beside a store.
    pub(crate) fn of_store(store: &Path) -> Self {
        Self::in_cache(store.parent().unwrap_or(store))
    }

    /// Registers the environment with this `site-packages`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn register(&self, site_packages: &Path) -> Result<(), FileError> {
        let bytes = site_packages.as_os_str().as_encoded_bytes();
        let mut name = String::with_capacity(64);
        for byte in Sha256::digest(bytes) {
            let _ = write!(name, "{byte:02x}");
        }
        let path = self.folder.join(name);
        if tilsit_files::exists(&path)? {
            return Ok(());
        }
        tilsit_files::create_dir_all(&self.folder)?;
        tilsit_files::write_atomic(path, bytes, Durability::Fast)
    }

    /// The environments that have links into `store` now. Registrations of others are dropped.
    ///
    /// # Errors
    /// When the registrations or an environment cannot be read.
    pub fn live(&self, store: &Path) -> Result<Vec<Root>, FileError> {
        let entries = match tilsit_files::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.is_not_found() => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut roots = Vec::new();
        for entry in entries {
            let text = tilsit_files::read_to_string(&entry.path)?;
            let site_packages = PathBuf::from(text);
            let wheels = linked(&site_packages, store)?;
            if wheels.is_empty() {
                tilsit_files::remove_file_if_exists(&entry.path)?;
            } else {
                roots.push(Root {
                    site_packages,
                    wheels,
                });
            }
        }
        Ok(roots)
    }
}

/// The wheels that links in a folder lead to.
fn linked(site_packages: &Path, store: &Path) -> Result<BTreeSet<String>, FileError> {
    let entries = match tilsit_files::read_dir(site_packages) {
        Ok(entries) => entries,
        Err(error) if error.is_not_found() => return Ok(BTreeSet::new()),
        Err(error) => return Err(error),
    };
    let mut wheels = BTreeSet::new();
    for entry in entries {
        if entry.kind != FileKind::Symlink {
            continue;
        }
        let target = StoredPath::parse(&tilsit_files::read_link(&entry.path)?);
        wheels.extend(
            target
                .filter(|target| target.store == store)
                .map(|target| target.sha256),
        );
    }
    Ok(wheels)
}
