//! Placing a file by the cheapest means that the file system offers.

use std::path::Path;

use crate::error::{FileError, Operation};
use crate::operations::{copy, hard_link, symlink};
use crate::system;

#[cfg(test)]
mod tests;

/// How a file gets a second place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkMode {
    /// A copy that shares its blocks until one of the two is written to.
    Clone,
    /// A second name for the same file.
    Hardlink,
    /// A copy of the bytes.
    Copy,
    /// A symbolic link to the first place.
    Symlink,
}

/// Places the file `from` at `to`, which must not be there, and says by which means: the wanted
/// one, or `Copy` where the file system, or a border between two, does not allow it.
///
/// Remember the answer and ask for it next time: a mode that failed once in a folder fails for
/// all its files.
///
/// # Errors
/// When `to` is already there, or the file cannot be placed by a copy either.
pub fn link_or_copy(
    from: impl AsRef<Path>,
    to: impl AsRef<Path>,
    wanted: LinkMode,
) -> Result<LinkMode, FileError> {
    let (from, to) = (from.as_ref(), to.as_ref());
    let tried = match wanted {
        LinkMode::Clone => system::clone_file(from, to)
            .map_err(|source| FileError::between(Operation::Clone, from, to, source)),
        LinkMode::Hardlink => hard_link(from, to),
        LinkMode::Symlink => symlink(from, to),
        LinkMode::Copy => return copy_new(from, to),
    };
    match tried {
        Ok(()) => Ok(wanted),
        // A copy would fail for the same reason, or replace what is there.
        Err(error) if error.is_already_there() || error.is_not_found() => Err(error),
        Err(_) => copy_new(from, to),
    }
}

fn copy_new(from: &Path, to: &Path) -> Result<LinkMode, FileError> {
    // Reserves the path, so that a file that is there is never overwritten through its links.
    crate::operations::create_new(to)?;
    match copy(from, to) {
        Ok(_) => Ok(LinkMode::Copy),
        Err(error) => {
            // The copy's error says more than one from clearing up after it.
            let _ = crate::operations::remove_file(to);
            Err(error)
        }
    }
}
