//! Files that are just arriving: each in a folder of its own below `incoming/`, on the server's own
//! disk wherever files are kept.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tilsit_files::{FileError, TemporaryFolder};

#[cfg(test)]
mod tests;

/// The file's name while it arrives, when its real one is not yet checked.
const CONTENT: &str = "content";
/// An upload of this age is not under way any more.
const ABANDONED_AFTER: Duration = Duration::from_hours(24);

/// The folder where files arrive.
#[derive(Debug, Clone)]
pub(super) struct Incoming {
    folder: PathBuf,
}

/// A file that is just arriving; gone when dropped, unless kept.
#[derive(Debug)]
pub struct IncomingFile {
    folder: TemporaryFolder,
    path: PathBuf,
}

impl IncomingFile {
    /// Where the bytes are to be written to, and can be read from until the file is kept.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the file its name, in its own folder, for readers that go by the name.
    ///
    /// `file_name` must be a checked file name without any folder.
    ///
    /// # Errors
    /// When it cannot be renamed.
    pub fn rename(&mut self, file_name: &str) -> Result<(), FileError> {
        let named = self.folder.path().join(file_name);
        tilsit_files::rename(&self.path, &named)?;
        self.path = named;
        Ok(())
    }

    /// Its folder, which goes when it is dropped, and its path.
    pub(super) fn into_parts(self) -> (TemporaryFolder, PathBuf) {
        (self.folder, self.path)
    }
}

impl Incoming {
    /// The folder below `data`, made when it is missing.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(super) fn open(data: &Path) -> Result<Self, FileError> {
        let incoming = Self::below(data);
        tilsit_files::create_dir_all(&incoming.folder)?;
        Ok(incoming)
    }

    /// The folder below `data`, whether it is there or not.
    pub(super) fn below(data: &Path) -> Self {
        Self {
            folder: data.join("incoming"),
        }
    }

    /// Makes room for a file that is about to arrive.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub(super) fn receive(&self) -> Result<IncomingFile, FileError> {
        let folder = TemporaryFolder::create_in(&self.folder)?;
        let path = folder.path().join(CONTENT);
        Ok(IncomingFile { folder, path })
    }

    /// Removes what uploads left behind that were cut long before `now`; returns how many.
    ///
    /// # Errors
    /// When the folder cannot be read or something in it cannot be removed.
    pub(super) fn remove_abandoned(&self, now: SystemTime) -> Result<usize, FileError> {
        let mut removed = 0;
        for entry in tilsit_files::read_dir(&self.folder)? {
            let changed = tilsit_files::metadata(&entry.path)?.modified();
            let age = changed.ok().and_then(|time| now.duration_since(time).ok());
            if age.is_some_and(|age| age > ABANDONED_AFTER) {
                tilsit_files::remove_dir_all(&entry.path)?;
                removed += 1;
            }
        }
        Ok(removed)
    }
}
