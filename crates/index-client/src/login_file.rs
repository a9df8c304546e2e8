//! The file that keeps logins: read whole, changed under a lock, replaced as a whole, for its user
//! alone from the first byte on.

use std::path::{Path, PathBuf};

use tilsit_files::{AtomicFile, Durability, FileError, LockFile, LockKind};

use crate::logins::{Logins, LoginsError};

/// The largest file that is read: thousands of logins.
const SIZE_MAX_BYTES: u64 = 4 << 20;

/// A file of logins, which need not be there.
#[derive(Debug, Clone)]
pub struct LoginFile {
    path: PathBuf,
}

/// What a file of logins holds.
#[derive(Debug, Clone, Default)]
pub struct KeptLogins {
    /// The logins.
    pub logins: Logins,
    /// Whether other users of the machine may read or change the file.
    pub is_exposed: bool,
}

/// Why a file of logins cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LoginFileError {
    /// The file or its folder cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file is not what it should be.
    #[error("the file of logins `{path}` cannot be read: {source}")]
    Contents {
        /// The file.
        path: PathBuf,
        /// Why.
        source: LoginsError,
    },
    /// The file is far too large to be one.
    #[error("`{path}` has {size_bytes} bytes, which no file of logins has")]
    Size {
        /// The file.
        path: PathBuf,
        /// Its size.
        size_bytes: u64,
    },
}

impl LoginFile {
    /// The file at a path.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it holds; nothing when it is not there.
    ///
    /// # Errors
    /// When it cannot be read, or is not a file of logins.
    pub fn read(&self) -> Result<KeptLogins, LoginFileError> {
        let metadata = match tilsit_files::metadata(&self.path) {
            Ok(metadata) => metadata,
            Err(error) if error.is_not_found() => return Ok(KeptLogins::default()),
            Err(error) => return Err(error.into()),
        };
        if metadata.len() > SIZE_MAX_BYTES {
            return Err(LoginFileError::Size {
                path: self.path.clone(),
                size_bytes: metadata.len(),
            });
        }
        let text = tilsit_files::read_to_string(&self.path)?;
        let logins = Logins::parse(&text).map_err(|source| LoginFileError::Contents {
            path: self.path.clone(),
            source,
        })?;
        Ok(KeptLogins {
            logins,
            is_exposed: tilsit_files::others_may_read(&metadata),
        })
    }

    /// Changes what it holds: nobody else changes it in between, and who reads it meanwhile sees all
    /// of the change or nothing. The file that is written is for its user alone, whatever the former
    /// one was.
    ///
    /// # Errors
    /// As [`LoginFile::read`], and when it cannot be written; it is then as it was.
    pub fn change<T>(&self, change: impl FnOnce(&mut Logins) -> T) -> Result<T, LoginFileError> {
        let _lock = LockFile::acquire(self.lock_path(), LockKind::Exclusive)?;
        let mut logins = self.read()?.logins;
        let changed = change(&mut logins);
        // Where the path is a link, what it leads to is replaced.
        let path = match tilsit_files::canonicalize(&self.path) {
            Ok(path) => path,
            Err(error) if error.is_not_found() => self.path.clone(),
            Err(error) => return Err(error.into()),
        };
        let mut file = AtomicFile::create_private(&path)?;
        file.write(logins.to_text().as_bytes())?;
        file.commit(Durability::Synced)?;
        Ok(changed)
    }

    fn lock_path(&self) -> PathBuf {
        let mut path = self.path.clone().into_os_string();
        path.push(".lock");
        path.into()
    }
}

#[cfg(test)]
mod tests;
