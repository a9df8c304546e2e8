//! Replacing a file as a whole or not at all: a temporary file beside it, then a rename.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::error::{FileError, Operation};
use crate::system;

#[cfg(test)]
mod tests;

/// How sure a write must be before it is reported as done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Survives the end of the process: for caches and for what can be made again.
    Fast,
    /// Survives the end of the power: file and folder are flushed to the disk.
    Synced,
}

/// Writes a file so that every reader sees either the old contents or the new.
///
/// # Errors
/// When the folder cannot be written to; the old file is then untouched.
pub fn write_atomic(
    path: impl AsRef<Path>,
    contents: impl AsRef<[u8]>,
    durability: Durability,
) -> Result<(), FileError> {
    let mut file = AtomicFile::create(path)?;
    file.write(contents.as_ref())?;
    file.commit(durability)
}

/// A file that takes its path only when [committed](Self::commit); dropped, it leaves no trace.
#[derive(Debug)]
pub struct AtomicFile {
    file: tempfile::NamedTempFile,
    path: PathBuf,
}

impl AtomicFile {
    /// Opens a temporary file in the folder of `path`, with the mode that a new file would have.
    ///
    /// # Errors
    /// When the folder is missing or not writable.
    pub fn create(path: impl AsRef<Path>) -> Result<Self, FileError> {
        // The umask takes away from it, as it does for any new file.
        Self::with_mode(path.as_ref(), 0o666)
    }

    /// The same for a secret: from its first byte on nobody but the user may read it. On Windows it
    /// has the rights of its folder.
    ///
    /// # Errors
    /// As [`create`](Self::create).
    pub fn create_private(path: impl AsRef<Path>) -> Result<Self, FileError> {
        Self::with_mode(path.as_ref(), 0o600)
    }

    #[cfg_attr(
        not(unix),
        expect(unused_variables, reason = "only Unix systems have modes")
    )]
    fn with_mode(path: &Path, mode: u32) -> Result<Self, FileError> {
        let path = path.to_path_buf();
        let folder = folder_of(&path);
        let mut builder = tempfile::Builder::new();
        builder.prefix(".tilsit-").suffix(".tmp");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            builder.permissions(std::fs::Permissions::from_mode(mode));
        }
        let file = builder
            .tempfile_in(folder)
            .map_err(|source| FileError::new(Operation::Create, &path, source))?;
        Ok(Self { file, path })
    }

    /// Adds bytes at the end.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        self.file
            .write_all(bytes)
            .map_err(|source| FileError::new(Operation::Write, &self.path, source))
    }

    /// The open temporary file, to read back or hash what was written.
    pub fn file(&self) -> &std::fs::File {
        self.file.as_file()
    }

    /// The path that the file will have.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the file its path, replacing what was there.
    ///
    /// # Errors
    /// When the file cannot be flushed or renamed; what was there is then untouched.
    pub fn commit(self, durability: Durability) -> Result<(), FileError> {
        let Self { file, path } = self;
        if durability == Durability::Synced {
            file.as_file()
                .sync_all()
                .map_err(|source| FileError::new(Operation::Sync, &path, source))?;
        }
        file.persist(&path)
            .map_err(|error| FileError::new(Operation::Write, &path, error.error))?;
        if durability == Durability::Synced {
            let folder = folder_of(&path);
            system::sync_folder(folder)
                .map_err(|source| FileError::new(Operation::Sync, folder, source))?;
        }
        Ok(())
    }

    /// Gives the file its path unless something is there already; says whether it did.
    ///
    /// # Errors
    /// When the file cannot be renamed for another reason.
    pub fn commit_new(self) -> Result<bool, FileError> {
        match self.file.persist_noclobber(&self.path) {
            Ok(_) => Ok(true),
            Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(FileError::new(Operation::Write, &self.path, error.error)),
        }
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}
