//! Temporary folders, made inside a folder that the caller passes and removed when dropped.

use std::path::{Path, PathBuf};

use crate::error::{FileError, Operation};
use crate::operations::{create_dir_all, rename};

#[cfg(test)]
mod tests;

/// A folder that only its owner may enter, removed with all it holds when dropped.
///
/// Make it on the file system of what will be built in it, so that the result can be moved into
/// place with one rename.
#[derive(Debug)]
pub struct TemporaryFolder {
    folder: tempfile::TempDir,
}

impl TemporaryFolder {
    /// Makes a folder with a fresh name inside `parent`, which is made when missing.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn create_in(parent: impl AsRef<Path>) -> Result<Self, FileError> {
        let parent = parent.as_ref();
        create_dir_all(parent)?;
        let folder = tempfile::Builder::new()
            .prefix(".tilsit-")
            .tempdir_in(parent)
            .map_err(|source| FileError::new(Operation::CreateTemporary, parent, source))?;
        Ok(Self { folder })
    }

    /// Where the folder is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Moves the folder to `destination`, which must not be there or be an empty folder, and keeps
    /// it.
    ///
    /// # Errors
    /// When it cannot be moved; it is then removed.
    pub fn move_to(self, destination: impl AsRef<Path>) -> Result<(), FileError> {
        rename(self.folder.path(), destination)?;
        // The folder has left its temporary path: there is nothing to remove any more.
        let _ = self.folder.keep();
        Ok(())
    }

    /// Keeps the folder where it is, for instance to look at a failed build.
    pub fn keep(self) -> PathBuf {
        self.folder.keep()
    }

    /// Removes the folder now, so that a failure is seen.
    ///
    /// # Errors
    /// When something in it cannot be removed.
    pub fn remove(self) -> Result<(), FileError> {
        let path = self.folder.path().to_path_buf();
        self.folder
            .close()
            .map_err(|source| FileError::new(Operation::Remove, path, source))
    }
}
