//! The error of every file operation: what was tried, on which path, and what the system said.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// An operation on the file system that failed.
///
/// The message names the operation and the path; the system's own reason is the error's
/// [`source`](std::error::Error::source).
#[derive(Debug, thiserror::Error)]
#[error("cannot {operation} {}", Place { path, to: to.as_deref() })]
pub struct FileError {
    /// What was tried.
    pub operation: Operation,
    /// The path it was tried on; of two paths, the first.
    pub path: PathBuf,
    /// The second path of a rename, link or copy.
    pub to: Option<PathBuf>,
    /// What the system answered.
    pub source: io::Error,
}

impl FileError {
    /// Names the path in an error of the system.
    pub fn new(operation: Operation, path: impl Into<PathBuf>, source: io::Error) -> Self {
        Self {
            operation,
            path: path.into(),
            to: None,
            source,
        }
    }

    /// Names both paths in an error of an operation from one path to another.
    pub fn between(
        operation: Operation,
        from: impl Into<PathBuf>,
        to: impl Into<PathBuf>,
        source: io::Error,
    ) -> Self {
        Self {
            operation,
            path: from.into(),
            to: Some(to.into()),
            source,
        }
    }

    /// The system's kind of error.
    pub fn kind(&self) -> io::ErrorKind {
        self.source.kind()
    }

    /// Whether the path was not there.
    pub fn is_not_found(&self) -> bool {
        self.kind() == io::ErrorKind::NotFound
    }

    /// Whether the path was already there.
    pub fn is_already_there(&self) -> bool {
        self.kind() == io::ErrorKind::AlreadyExists
    }
}

struct Place<'a> {
    path: &'a Path,
    to: Option<&'a Path>,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}`", self.path.display())?;
        match self.to {
            Some(to) => write!(formatter, " to `{}`", to.display()),
            None => Ok(()),
        }
    }
}

/// What was tried when a [`FileError`] arose; displays as a verb.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Operation {
    /// Opening a file for reading.
    Open,
    /// Reading a file's contents.
    Read,
    /// Creating or truncating a file.
    Create,
    /// Writing a file's contents.
    Write,
    /// Flushing a file or folder to the disk.
    Sync,
    /// Reading what kind, size and mode a path has.
    Inspect,
    /// Changing a path's mode.
    SetPermissions,
    /// Making a folder.
    CreateFolder,
    /// Listing a folder.
    ListFolder,
    /// Making a temporary folder inside another.
    CreateTemporary,
    /// Moving a path.
    Rename,
    /// Removing a path.
    Remove,
    /// Making a second name for the same file.
    HardLink,
    /// Making a copy that shares its blocks.
    Clone,
    /// Copying bytes.
    Copy,
    /// Making a symbolic link.
    Symlink,
    /// Reading where a symbolic link leads.
    ReadLink,
    /// Resolving a path to its canonical form.
    Resolve,
    /// Taking a lock.
    Lock,
}

impl fmt::Display for Operation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Open => "open",
            Self::Read => "read",
            Self::Create => "create",
            Self::Write => "write",
            Self::Sync => "flush to disk",
            Self::Inspect => "inspect",
            Self::SetPermissions => "set the permissions of",
            Self::CreateFolder => "create the folder",
            Self::ListFolder => "list the folder",
            Self::CreateTemporary => "create a temporary folder in",
            Self::Rename => "rename",
            Self::Remove => "remove",
            Self::HardLink => "hard-link",
            Self::Clone => "clone",
            Self::Copy => "copy",
            Self::Symlink => "make a symbolic link from",
            Self::ReadLink => "read the symbolic link",
            Self::Resolve => "resolve",
            Self::Lock => "lock",
        })
    }
}
