//! The journal of a change to an environment: what makes it whole again after a failure.
//!
//! Before anything changes, a folder `.tilsit-change` is made in `site-packages`, with a file
//! `journal` that lists every path that will be moved aside and every path that will be made. Old
//! files are moved into the folder, new ones placed; renaming the list to `done` is the moment at
//! which the change counts. A change that broke off before it (an error, a cancel, a kill, a power
//! cut of the process) is undone by [`undo`]: what was made is removed, what was moved aside moves
//! back. One that broke off after it is brought to its end: what is empty goes, and the old files.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tilsit_files::{Durability, FileError, Operation};

#[cfg(test)]
mod tests;

/// The folder of a change, inside `site-packages`.
pub(crate) const FOLDER: &str = ".tilsit-change";
/// The list of a change that goes on.
const LIST: &str = "journal";
/// The list of a change that counts.
const DONE: &str = "done";
/// Says that all is moved aside, so that what lies at a path to be made was made.
const MOVED: &str = "moved";

/// What a change is going to do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Journal {
    /// Paths that are moved aside, in order: the n-th becomes `n` in the folder of the change.
    pub moved: Vec<PathBuf>,
    /// Files and links that are made in folders that were there before.
    pub made: Vec<PathBuf>,
    /// Folders that are made, with all that is in them; none of them lies in another.
    pub folders: Vec<PathBuf>,
    /// Folders that go in the end if they are empty then, the deepest first.
    pub emptied: Vec<PathBuf>,
}

impl Journal {
    /// Reads the list; none when it is not whole. It is written in one piece before the change
    /// begins, so a list that is not whole means that nothing has changed yet.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let journal: Self = serde_json::from_slice(bytes).ok()?;
        let files = journal.moved.iter().chain(&journal.made);
        let mut paths = files.chain(&journal.folders).chain(&journal.emptied);
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
        tilsit_files::write_atomic(folder.join(LIST), json, Durability::Fast)?;
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
        tilsit_files::write(self.folder.join(MOVED), "")
    }

    /// Makes the change count, and removes what was moved aside.
    pub(crate) fn commit(self) -> Result<(), FileError> {
        tilsit_files::rename(self.folder.join(LIST), self.folder.join(DONE))?;
        // From here on the environment is as planned: what stays of the old is only in the way,
        // and the next change clears it.
        let _ = finish(&self.folder, &self.journal);
        Ok(())
    }

    /// Makes the environment as it was.
    pub(crate) fn undo(self) -> Result<(), FileError> {
        restore(&self.folder, &self.journal)
    }
}

/// Whether a change in `site_packages` goes on, or broke off.
///
/// # Errors
/// When that cannot be told.
pub fn is_open(site_packages: &Path) -> Result<bool, FileError> {
    tilsit_files::exists(site_packages.join(FOLDER))
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
    match read_state(&folder)? {
        State::Going(journal) => restore(&folder, &journal)?,
        State::Done(journal) => finish(&folder, &journal)?,
        State::NotBegun => tilsit_files::remove_dir_all(&folder)?,
    }
    Ok(true)
}

/// How far a change came that broke off.
enum State {
    /// Nothing was moved or made, or everything is cleared up save the folder.
    NotBegun,
    Going(Journal),
    Done(Journal),
}

fn read_state(folder: &Path) -> Result<State, FileError> {
    if let Some(bytes) = read_if_there(&folder.join(DONE))? {
        // A damaged list costs a few empty folders.
        return Ok(State::Done(Journal::parse(&bytes).unwrap_or_default()));
    }
    let path = folder.join(LIST);
    let Some(bytes) = read_if_there(&path)? else {
        return Ok(State::NotBegun);
    };
    if let Some(journal) = Journal::parse(&bytes) {
        return Ok(State::Going(journal));
    }
    let has_begun =
        tilsit_files::exists(folder.join("0"))? || tilsit_files::exists(folder.join(MOVED))?;
    if has_begun {
        // What was moved aside must not be lost for a list that no longer says where it belongs.
        let reason = std::io::Error::new(std::io::ErrorKind::InvalidData, "it is damaged");
        return Err(FileError::new(Operation::Read, path, reason));
    }
    Ok(State::NotBegun)
}

fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>, FileError> {
    match tilsit_files::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Clears up after a change that counts; may be taken up again anywhere.
fn finish(folder: &Path, journal: &Journal) -> Result<(), FileError> {
    for path in &journal.emptied {
        // Only an empty folder goes; that one cannot be removed is no matter.
        let _ = tilsit_files::remove_dir(path);
    }
    // The list goes last: it says that the rest may go.
    for entry in tilsit_files::read_dir(folder)? {
        if entry.name != DONE {
            tilsit_files::remove_file(&entry.path)?;
        }
    }
    tilsit_files::remove_dir_all(folder)
}

/// Undoes a change; may be taken up again anywhere.
fn restore(folder: &Path, journal: &Journal) -> Result<(), FileError> {
    // While old files are still being moved aside, a path to be made may be an old file; and once
    // the mark is gone, what lies there is an old file that was moved back.
    if tilsit_files::exists(folder.join(MOVED))? {
        for path in &journal.made {
            tilsit_files::remove_file_if_exists(path)?;
        }
        for path in &journal.folders {
            if tilsit_files::exists(path)? {
                tilsit_files::remove_dir_all(path)?;
            }
        }
        tilsit_files::remove_file(folder.join(MOVED))?;
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
    // The list goes last but for the folder, so that an undoing that broke off is taken up again.
    tilsit_files::remove_file(folder.join(LIST))?;
    tilsit_files::remove_dir_all(folder)
}
