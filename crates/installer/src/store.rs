//! The store of unpacked wheels: each wheel once, read-only, under the hash of its file.
//!
//! `<cache>/wheels/<sha256>/tree` holds the files, `<cache>/wheels/<sha256>/manifest` what an
//! installation plans from. A wheel is unpacked into a folder beside, checked against its RECORD
//! while it is unpacked, and moved into place with one rename: an entry is whole or not there.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};
use tilsit_files::{FileError, TemporaryFolder};

use crate::manifest::Manifest;
use crate::place::is_key;
use tilsit_files::threads;

mod elf;
mod sealing;
mod unpack;

pub(crate) use sealing::{remove_entry, seal, unseal};
pub use unpack::UnpackError;

/// A store of unpacked wheels.
#[derive(Clone, Debug)]
pub struct WheelStore {
    folder: PathBuf,
}

/// A wheel in the store.
#[derive(Clone, Debug)]
pub struct StoredWheel {
    /// The folder with its files.
    pub tree: PathBuf,
    /// What it consists of.
    pub manifest: Arc<Manifest>,
    /// The hash of the wheel's file, in hexadecimal.
    pub sha256: String,
}

/// Why a wheel is not in the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file or folder of the store could not be read or made.
    #[error(transparent)]
    File(#[from] FileError),
    /// The key is not the SHA-256 of anything.
    #[error("`{}` is not a SHA-256 in hexadecimal", .0.escape_debug())]
    Key(String),
    /// The wheel is not as it should be.
    #[error("the wheel `{}` cannot be unpacked", .wheel.display())]
    Unpack {
        /// The wheel's file.
        wheel: PathBuf,
        /// What is wrong with it.
        source: UnpackError,
    },
}

impl WheelStore {
    /// The store in a cache folder.
    pub fn in_cache(cache_folder: &Path) -> Self {
        Self {
            folder: cache_folder.join("wheels"),
        }
    }

    /// The store's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The wheel with this hash, if it is in the store. A damaged manifest counts as not there.
    ///
    /// # Errors
    /// When the key is no hash, or the store cannot be read.
    pub fn find(&self, sha256: &str) -> Result<Option<StoredWheel>, StoreError> {
        let entry = self.entry(sha256)?;
        let bytes = match tilsit_files::read(entry.join("manifest")) {
            Ok(bytes) => bytes,
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        Ok(Manifest::parse(&bytes).ok().map(|manifest| StoredWheel {
            tree: entry.join("tree"),
            manifest: Arc::new(manifest),
            sha256: sha256.to_owned(),
        }))
    }

    /// The wheel with this hash, unpacked from its file if it is not in the store yet.
    ///
    /// The caller vouches that the file has the hash; [`sha256_of`] computes it.
    ///
    /// # Errors
    /// When the wheel breaks a rule, or the store cannot be written.
    pub fn add(&self, wheel: &Path, sha256: &str) -> Result<StoredWheel, StoreError> {
        self.add_with(wheel, sha256, threads::count())
    }

    /// As [`WheelStore::add`], with so many threads at the most.
    pub(crate) fn add_with(
        &self,
        wheel: &Path,
        sha256: &str,
        threads: usize,
    ) -> Result<StoredWheel, StoreError> {
        if let Some(found) = self.find(sha256)? {
            return Ok(found);
        }
        let entry = self.entry(sha256)?;
        let temporary = TemporaryFolder::create_in(&self.folder)?;
        let tree = temporary.path().join("tree");
        let manifest =
            unpack::unpack(wheel, &tree, threads).map_err(|source| StoreError::Unpack {
                wheel: wheel.to_path_buf(),
                source,
            })?;
        tilsit_files::write(temporary.path().join("manifest"), manifest.to_bytes())?;
        self.move_in(temporary, &entry)?;
        Ok(StoredWheel {
            tree: entry.join("tree"),
            manifest: Arc::new(manifest),
            sha256: sha256.to_owned(),
        })
    }

    /// Puts an unpacked wheel in its place. What is there is as good if it is whole, since the
    /// key decides the contents; else it was damaged and goes.
    fn move_in(&self, temporary: TemporaryFolder, entry: &Path) -> Result<(), FileError> {
        if tilsit_files::exists(entry)? {
            let whole = tilsit_files::read(entry.join("manifest"))
                .is_ok_and(|bytes| Manifest::parse(&bytes).is_ok());
            if whole {
                return Ok(());
            }
            let aside = TemporaryFolder::create_in(&self.folder)?;
            tilsit_files::rename(entry, aside.path().join("damaged"))?;
        }
        match temporary.move_to(entry) {
            // Another process was faster with the same contents.
            Err(error) if entry.join("manifest").is_file() => drop(error),
            moved => moved?,
        }
        Ok(())
    }

    fn entry(&self, sha256: &str) -> Result<PathBuf, StoreError> {
        if !is_key(sha256) {
            return Err(StoreError::Key(sha256.to_owned()));
        }
        Ok(self.folder.join(sha256))
    }
}

/// Removes every wheel of a store, also those whose folders nobody may write to.
///
/// # Errors
/// When something cannot be removed.
pub fn remove_store(store: &WheelStore) -> Result<(), FileError> {
    if !tilsit_files::exists(&store.folder)? {
        return Ok(());
    }
    for entry in tilsit_files::read_dir(&store.folder)? {
        if entry.kind == tilsit_files::FileKind::Folder {
            remove_entry(&entry.path)?;
        }
    }
    Ok(())
}

impl StoredWheel {
    /// The wheel's folder in the store.
    pub fn entry(&self) -> &Path {
        self.tree.parent().unwrap_or(&self.tree)
    }
}

/// The SHA-256 of a file, in hexadecimal.
///
/// # Errors
/// When the file cannot be read.
pub fn sha256_of(path: &Path) -> Result<String, FileError> {
    use std::fmt::Write as _;

    let bytes = tilsit_files::read(path)?;
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(&bytes) {
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}
