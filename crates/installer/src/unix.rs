//! What is particular to Unix: modes of new files.

use std::fs::{File, OpenOptions};
use std::io::Result;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Makes a new file that can be written through the result and by nobody afterwards.
pub(crate) fn create_read_only(path: &Path, is_program: bool) -> Result<File> {
    let mode = if is_program { 0o555 } else { 0o444 };
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(mode).open(path)
}

/// How many names a file has.
pub(crate) fn names(metadata: &std::fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::nlink(metadata)
}
