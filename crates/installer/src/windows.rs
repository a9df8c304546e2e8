//! What is particular to Windows: modes of new files.
//!
//! Not yet compiled or tried on Windows.

use std::fs::{File, OpenOptions};
use std::io::Result;
use std::path::Path;

/// Makes a new file. It stays writable: a read-only file cannot be removed on Windows.
pub(crate) fn create_read_only(path: &Path, _is_program: bool) -> Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

/// How many names a file has: more than one, since the standard library does not tell.
pub(crate) fn names(_metadata: &std::fs::Metadata) -> u64 {
    2
}
