//! Lock files between processes, by the system's advisory locks (`flock`, `LockFileEx`).
//!
//! The lock ends with the value, or with the process. The file itself stays: removing it would
//! let two processes hold two different files at the same path.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use crate::error::{FileError, Operation};
use crate::operations::create_dir_all;

#[cfg(test)]
mod tests;

/// Who else may hold the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockKind {
    /// Nobody.
    Exclusive,
    /// Others that also ask for a shared lock.
    Shared,
}

/// A held lock; released when dropped.
#[derive(Debug)]
pub struct LockFile {
    file: File,
    path: PathBuf,
}

impl LockFile {
    /// Takes the lock, waiting for as long as another holds it. The file and its folder are made
    /// when missing.
    ///
    /// # Errors
    /// When the file cannot be made or the system knows no locks there.
    pub fn acquire(path: impl AsRef<Path>, kind: LockKind) -> Result<Self, FileError> {
        Self::acquire_saying(path, kind, || ())
    }

    /// Takes the lock; calls `waiting` once before it starts to wait for another holder.
    ///
    /// # Errors
    /// As [`acquire`](Self::acquire).
    pub fn acquire_saying(
        path: impl AsRef<Path>,
        kind: LockKind,
        waiting: impl FnOnce(),
    ) -> Result<Self, FileError> {
        let path = path.as_ref();
        if let Some(lock) = Self::try_acquire(path, kind)? {
            return Ok(lock);
        }
        waiting();
        let lock = Self::open(path)?;
        let result = match kind {
            LockKind::Exclusive => lock.file.lock(),
            LockKind::Shared => lock.file.lock_shared(),
        };
        match result {
            Ok(()) => Ok(lock),
            Err(source) => Err(FileError::new(Operation::Lock, path, source)),
        }
    }

    /// Takes the lock if nobody holds it.
    ///
    /// # Errors
    /// When the file cannot be made or the system knows no locks there.
    pub fn try_acquire(path: impl AsRef<Path>, kind: LockKind) -> Result<Option<Self>, FileError> {
        let path = path.as_ref();
        let lock = Self::open(path)?;
        let result = match kind {
            LockKind::Exclusive => lock.file.try_lock(),
            LockKind::Shared => lock.file.try_lock_shared(),
        };
        match result {
            Ok(()) => Ok(Some(lock)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(FileError::new(Operation::Lock, path, source)),
        }
    }

    /// The path of the lock file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn open(path: &Path) -> Result<Self, FileError> {
        let open = || {
            OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .open(path)
        };
        let file = match open() {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                if let Some(folder) = path.parent() {
                    create_dir_all(folder)?;
                }
                open()
            }
            other => other,
        };
        match file {
            Ok(file) => Ok(Self {
                file,
                path: path.to_path_buf(),
            }),
            Err(source) => Err(FileError::new(Operation::Lock, path, source)),
        }
    }
}
