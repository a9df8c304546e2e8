//! The cache folder: marked so that backups and version control pass it by, cut into buckets.
//!
//! The mark is the one of the Cache Directory Tagging Specification (`CACHEDIR.TAG`).

use std::path::{Path, PathBuf};

use crate::atomic::{AtomicFile, Durability, write_atomic};
use crate::error::FileError;
use crate::operations::{create_dir_all, exists};

#[cfg(test)]
mod tests;

/// The first 43 bytes are fixed by the specification.
const TAG: &str = "Signature: 8a477f597d28d172789f06886806bc55\n\
    # This folder is a cache made by tilsit. It can be removed at any time.\n";

/// A folder whose contents can be made again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheFolder {
    root: PathBuf,
}

impl CacheFolder {
    /// Makes the folder and its marks, where they are missing.
    ///
    /// # Errors
    /// When the folder cannot be made or written to.
    pub fn create(root: impl Into<PathBuf>) -> Result<Self, FileError> {
        let root = root.into();
        create_dir_all(&root)?;
        let tag = root.join("CACHEDIR.TAG");
        if !exists(&tag)? {
            write_atomic(&tag, TAG, Durability::Fast)?;
        }
        let ignore = root.join(".gitignore");
        if !exists(&ignore)? {
            let mut file = AtomicFile::create(&ignore)?;
            file.write(b"*\n")?;
            file.commit_new()?;
        }
        Ok(Self { root })
    }

    /// Names a cache folder without touching the disk, to ask where it is or to remove it.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether the folder bears the mark, and may therefore be removed as a whole.
    ///
    /// # Errors
    /// When the mark cannot be read although it is there.
    pub fn is_marked(&self) -> Result<bool, FileError> {
        match crate::operations::read(self.root.join("CACHEDIR.TAG")) {
            Ok(found) => Ok(found.starts_with(&TAG.as_bytes()[..43])),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The folder of one kind of content, made when missing. The name carries the version of the
    /// content's format, as in `wheels-1`.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn bucket(&self, name: &str) -> Result<PathBuf, FileError> {
        let path = self.root.join(name);
        create_dir_all(&path)?;
        Ok(path)
    }

    /// The folder for temporary folders that are moved into a bucket when complete.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn temporary(&self) -> Result<PathBuf, FileError> {
        self.bucket("tmp")
    }
}
