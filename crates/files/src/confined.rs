//! Paths that came from outside (an archive, a RECORD) and must stay inside a folder.
//!
//! [`check_relative`] judges the text of such a path. [`ConfinedFolder`] then works below an open
//! folder without ever following a symbolic link: on Linux by `openat2` with `RESOLVE_BENEATH`, on
//! other Unix systems step by step with `O_NOFOLLOW`, on Windows by looking at each step.
//! [`join_confined`] gives a plain path for the few callers that need one.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::error::{FileError, Operation};
use crate::operations::symlink_metadata;
use crate::system;

#[cfg(test)]
mod tests;

/// Why a path from outside is refused, or what failed while following it.
#[derive(Debug, thiserror::Error)]
pub enum ConfinedError {
    /// The text is not a plain relative path.
    #[error("the path `{}` {reason}", .relative.escape_debug())]
    Refused {
        /// The path as it was given.
        relative: String,
        /// What is wrong with it, as the rest of a sentence.
        reason: &'static str,
    },
    /// A step of the path is a symbolic link or a file, so that what follows is elsewhere.
    #[error("the path `{relative}` leaves the folder `{}` through a link", .root.display())]
    LeavesRoot {
        /// The path as it was given.
        relative: String,
        /// The folder it must stay in.
        root: PathBuf,
    },
    /// The system refused.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Checks that `relative` is a relative path in its plainest form: `/` between the steps, no
/// empty step, no `.` or `..`, no backslash, no control character; on Windows also no `:` and no
/// name that the system reserves.
///
/// # Errors
/// [`ConfinedError::Refused`] with what is wrong.
pub fn check_relative(relative: &str) -> Result<(), ConfinedError> {
    match fault_of(relative) {
        None => Ok(()),
        Some(reason) => Err(ConfinedError::Refused {
            relative: relative.to_owned(),
            reason,
        }),
    }
}

fn fault_of(relative: &str) -> Option<&'static str> {
    if relative.is_empty() {
        return Some("is empty");
    }
    if relative.starts_with('/') {
        return Some("is absolute");
    }
    // Nearly all paths are plain, which is seen at once.
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'~') && *byte != b'\\';
    if !relative.as_bytes().iter().all(is_plain) {
        if relative.contains('\\') {
            return Some("has a backslash");
        }
        if relative.chars().any(char::is_control) {
            return Some("has a control character");
        }
    }
    relative.split('/').find_map(|step| match step {
        "" => Some("has an empty step"),
        "." | ".." => Some("has a step that is `.` or `..`"),
        step => system::name_fault(step),
    })
}

/// Joins a path from outside to a folder.
///
/// The steps that exist are looked at: none may be a symbolic link, save the last, which the
/// caller must not open for writing without thought. For work on many files, or where another
/// process may change the folder meanwhile, use [`ConfinedFolder`].
///
/// # Errors
/// When the text is refused, a step is a link or a file, or cannot be looked at.
pub fn join_confined(root: impl AsRef<Path>, relative: &str) -> Result<PathBuf, ConfinedError> {
    let root = root.as_ref();
    check_relative(relative)?;
    let mut path = root.to_path_buf();
    let mut steps = relative.split('/').peekable();
    while let Some(step) = steps.next() {
        path.push(step);
        if steps.peek().is_none() {
            break;
        }
        match symlink_metadata(&path) {
            Ok(found) if found.is_dir() => {}
            Ok(_) => {
                return Err(ConfinedError::LeavesRoot {
                    relative: relative.to_owned(),
                    root: root.to_path_buf(),
                });
            }
            Err(error) if error.is_not_found() => {
                path.extend(steps);
                break;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(path)
}

/// An open folder below which paths from outside are created, opened and removed.
#[derive(Debug)]
pub struct ConfinedFolder {
    root: PathBuf,
    handle: system::FolderHandle,
}

impl ConfinedFolder {
    /// Opens an existing folder. `root` itself is the caller's own path: links in it are followed.
    ///
    /// # Errors
    /// When the folder cannot be opened.
    pub fn open(root: impl Into<PathBuf>) -> Result<Self, FileError> {
        let root = root.into();
        match system::FolderHandle::open(&root) {
            Ok(handle) => Ok(Self { root, handle }),
            Err(source) => Err(FileError::new(Operation::Open, root, source)),
        }
    }

    /// The folder's path.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Makes a folder and its parents below the root; one that is there already is fine.
    ///
    /// # Errors
    /// When the path is refused, leaves the root, or cannot be made.
    pub fn create_dir_all(&self, relative: &str) -> Result<(), ConfinedError> {
        check_relative(relative)?;
        self.named(
            Operation::CreateFolder,
            relative,
            self.handle.create_dir_all(relative),
        )
    }

    /// Creates a file that must not be there yet, open for writing; its folder must exist.
    ///
    /// # Errors
    /// When the path is refused, taken, leaves the root, or cannot be created.
    pub fn create_file(&self, relative: &str, executable: bool) -> Result<File, ConfinedError> {
        check_relative(relative)?;
        self.named(
            Operation::Create,
            relative,
            self.handle.create_file(relative, executable),
        )
    }

    /// Opens a file for reading.
    ///
    /// # Errors
    /// When the path is refused, missing, a link, or leaves the root.
    pub fn open_file(&self, relative: &str) -> Result<File, ConfinedError> {
        check_relative(relative)?;
        self.named(Operation::Open, relative, self.handle.open_file(relative))
    }

    /// Removes a file, or a symbolic link itself.
    ///
    /// # Errors
    /// When the path is refused, missing, a folder, or leaves the root.
    pub fn remove_file(&self, relative: &str) -> Result<(), ConfinedError> {
        check_relative(relative)?;
        let result = self.handle.remove_file(relative);
        self.named(Operation::Remove, relative, result)
    }

    /// Removes an empty folder.
    ///
    /// # Errors
    /// When the path is refused, missing, not an empty folder, or leaves the root.
    pub fn remove_dir(&self, relative: &str) -> Result<(), ConfinedError> {
        check_relative(relative)?;
        let result = self.handle.remove_dir(relative);
        self.named(Operation::Remove, relative, result)
    }

    fn named<T>(
        &self,
        operation: Operation,
        relative: &str,
        result: std::io::Result<T>,
    ) -> Result<T, ConfinedError> {
        result.map_err(|source| {
            if system::is_link_refusal(&source) {
                ConfinedError::LeavesRoot {
                    relative: relative.to_owned(),
                    root: self.root.clone(),
                }
            } else {
                FileError::new(operation, self.root.join(relative), source).into()
            }
        })
    }
}
