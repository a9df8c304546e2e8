//! The journal of a change to an environment: what makes it whole again after a failure.
//!
//! Before anything changes, a folder `.tilsit-change` is made in `site-packages`, with a file
//! that lists every path that will be moved aside and every path that will be made. Old files are
//! moved into the folder, new ones placed; removing the list is the moment at which the change
//! counts. A change that broke off before it (an error, a cancel, a kill, a power cut of the
//! process) is undone by [`undo`]: what was made is removed, what was moved aside moves back.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tilsit_files::{Durability, FileError, Operation};

#[cfg(test)]
mod tests;

/// The folder of a change, inside `site-packages`.
pub(crate) const FOLDER: &str = ".tilsit-change";

/// What a change is going to do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Journal {
    /// Paths that are moved aside, in order: the n-th becomes `n` in the folder of the change.
    pub moved: Vec<PathBuf>,
    /// Paths that are made.
    pub made: Vec<PathBuf>,
    /// Folders that are made, parents first.
    pub folders: Vec<PathBuf>,
}

impl Journal {
    /// Reads the list; none when it is not whole. It is written in one piece before the change
    /// begins, so a list that is not whole means that nothing has changed yet.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let journal: Self = serde_json::from_slice(bytes).ok()?;
        let mut paths = journal.moved.iter().chain(&journal.made);
        paths.all(|path| path.is_absolute()).then_some(journal)
    }
}

/// An open change.
#[derive(Debug)]
pub(crate) struct Change {
    folder: PathBuf,
    journal: Journal,
}

impl Change {
    /// Opens a change in `site_packages` and writes down what it is going to do.
    ///
    /// Whatever lies where a file is to be made must be among the paths that are moved aside:
    /// undoing takes every such path for a file that the change has made.
    pub(crate) fn begin(site_packages: &Path, journal: Journal) -> Result<Self, FileError> {
        let folder = site_packages.join(FOLDER);
        tilsit_files::create_dir_all(&folder)?;
        debug_assert!(
            site_packages.is_absolute(),
            "an interpreter's paths are absolute"
        );
        let json = serde_json::to_vec(&journal).expect("the paths are UTF-8");
        tilsit_files::write_atomic(folder.join("journal"), json, Durability::Fast)?;
        Ok(Self { folder, journal })
    }

    /// Moves aside all that the journal lists; then the new files may be made.
    pub(crate) fn move_aside(&self) -> Result<(), FileError> {
        for (number, path) in self.journal.moved.iter().enumerate() {
            match tilsit_files::rename(path, self.folder.join(number.to_string())) {
                Ok(()) => {}
                Err(error) if error.is_not_found() => {}
                Err(error) => return Err(error),
            }
        }
        tilsit_files::write(self.folder.join("moved"), "")
    }

    /// Makes the change count, and removes what was moved aside.
    pub(crate) fn commit(self) -> Result<(), FileError> {
        tilsit_files::remove_file(self.folder.join("journal"))?;
        // From here on the environment is as planned: what stays of the old is only in the way,
        // and the next change clears it.
        let _ = tilsit_files::remove_dir_all(&self.folder);
        Ok(())
    }

    /// Makes the environment as it was.
    pub(crate) fn undo(self) -> Result<(), FileError> {
        restore(&self.folder, &self.journal)
    }
}

/// Undoes a change in `site_packages` that broke off; says whether there was one.
///
/// # Errors
/// When a path cannot be moved or removed, or the list is damaged although the change had begun;
/// the next attempt goes on where this one ended.
pub fn undo(site_packages: &Path) -> Result<bool, FileError> {
    let folder = site_packages.join(FOLDER);
    if !tilsit_files::exists(&folder)? {
        return Ok(false);
    }
    let journal = read_journal(&folder)?;
    match journal {
        Some(journal) => restore(&folder, &journal)?,
        None => tilsit_files::remove_dir_all(&folder)?,
    }
    Ok(true)
}

/// Reads the list of a change that broke off; none when nothing had begun, or all was done.
fn read_journal(folder: &Path) -> Result<Option<Journal>, FileError> {
    let path = folder.join("journal");
    let bytes = match tilsit_files::read(&path) {
        Ok(bytes) => bytes,
        // The change counted, only the clearing up did not end.
        Err(error) if error.is_not_found() => return Ok(None),
        Err(error) => return Err(error),
    };
    let journal = Journal::parse(&bytes);
    let has_begun =
        tilsit_files::exists(folder.join("0"))? || tilsit_files::exists(folder.join("moved"))?;
    if journal.is_none() && has_begun {
        // What was moved aside must not be lost for a list that no longer says where it belongs.
        let reason = std::io::Error::new(std::io::ErrorKind::InvalidData, "it is damaged");
        return Err(FileError::new(Operation::Read, path, reason));
    }
    Ok(journal)
}

fn restore(folder: &Path, journal: &Journal) -> Result<(), FileError> {
    // While old files are still being moved aside, a path to be made may be an old file.
    if tilsit_files::exists(folder.join("moved"))? {
        for path in &journal.made {
            tilsit_files::remove_file_if_exists(path)?;
        }
    }
    for (number, path) in journal.moved.iter().enumerate().rev() {
        let aside = folder.join(number.to_string());
        if tilsit_files::exists(&aside)? {
            if let Some(parent) = path.parent() {
                tilsit_files::create_dir_all(parent)?;
            }
            tilsit_files::rename(&aside, path)?;
        }
    }
    for path in journal.folders.iter().rev() {
        // Only an empty folder goes; one that held something before stays.
        let _ = tilsit_files::remove_dir(path);
    }
    // Last, so that an undoing that broke off is taken up again.
    tilsit_files::remove_dir_all(folder)
}
