//! The file system, with the path in every error.
//!
//! Every operation of this crate fails with a [`FileError`] that names what was tried and on which
//! path; `std::fs` says neither. On top of the plain operations lie the few patterns that every
//! other crate needs: a file that is replaced as a whole or not at all ([`write_atomic`]), a lock
//! file ([`LockFile`]), a path from an archive that must stay inside its root ([`ConfinedFolder`]),
//! placing a file by the cheapest means the file system offers ([`link_or_copy`]), a temporary
//! folder beside its destination ([`TemporaryFolder`]), the marked cache folder
//! ([`CacheFolder`]), and the same work on many files at once ([`threads`]).
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let parent = tempfile::tempdir()?;
//! let folder = tilsit_files::TemporaryFolder::create_in(parent.path())?;
//! let path = folder.path().join("settings.toml");
//! tilsit_files::write_atomic(&path, b"index = 'internal'\n", tilsit_files::Durability::Fast)?;
//! assert_eq!(tilsit_files::read(&path)?, b"index = 'internal'\n");
//!
//! let missing = tilsit_files::read(folder.path().join("missing")).unwrap_err();
//! assert!(missing.is_not_found());
//! # Ok(())
//! # }
//! ```
//!
//! # On disk
//!
//! | file | written and read by |
//! |---|---|
//! | `CACHEDIR.TAG`, `.gitignore` in a cache folder | [`cache`] |
//! | `.tilsit-*.tmp` beside a file being replaced | [`atomic`] |
//! | `.tilsit-*` folders, removed when dropped | [`temporary`] |
//! | lock files, at the path that the caller chooses | [`lock`] |
//!
//! # Invariants
//!
//! - No function reads the environment, the clock, or the current folder: temporary and cache
//!   folders are passed in.
//! - A path from outside reaches the disk only through [`confined`], which neither climbs nor
//!   follows a symbolic link.
//! - What differs between systems is in `unix.rs` and `windows.rs` and nowhere else.
//! - The crate does not know what a wheel is.

pub mod atomic;
pub mod cache;
pub mod confined;
pub mod error;
pub mod link;
pub mod lock;
pub mod operations;
pub mod temporary;
pub mod threads;

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use unix as system;
#[cfg(windows)]
use windows as system;

pub use atomic::{AtomicFile, Durability, write_atomic};
pub use cache::CacheFolder;
pub use confined::{ConfinedError, ConfinedFolder, check_relative, join_confined};
pub use error::{FileError, Operation};
pub use link::{LinkMode, link_or_copy};
pub use lock::{LockFile, LockKind};
pub use operations::{
    FileKind, FolderEntry, canonicalize, copy, copy_modified, create, create_dir, create_dir_all,
    create_new, exists, hard_link, is_executable, metadata, open, others_may_read, read, read_dir,
    read_link, read_start, read_to_string, remove_dir, remove_dir_all, remove_file,
    remove_file_if_exists, rename, set_executable, set_owner_writable, set_permissions,
    set_read_only, symlink, symlink_metadata, walk, write,
};
pub use temporary::TemporaryFolder;
