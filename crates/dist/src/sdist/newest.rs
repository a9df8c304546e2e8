//! How old a source distribution is: the time of its newest member.

use std::io::BufReader;
use std::path::Path;

use tilsit_archive::tar::{Links, TarReader};
use tilsit_archive::zip::ZipArchive;
use tilsit_archive::{FileSource, Limits};

use super::contents::is_zip;
use super::unpack::UnpackError;

/// The time of the newest file in the archive at `sdist`, in seconds since 1970; none when no file has
/// any. Archives that are made to be the same each time say the same time, and not their own.
///
/// # Errors
/// When the archive cannot be read to its end.
pub fn newest_member(sdist: impl AsRef<Path>, limits: &Limits) -> Result<Option<u64>, UnpackError> {
    let sdist = sdist.as_ref();
    let name = sdist.file_name().unwrap_or_default().to_string_lossy();
    if is_zip(&name) {
        let archive = ZipArchive::open(FileSource::open(sdist)?, limits)?;
        let files = archive.entries().iter().filter(|entry| entry.is_file());
        return Ok(files.map(|entry| entry.modified().to_unix()).max());
    }
    let input = BufReader::with_capacity(1 << 16, tilsit_files::open(sdist)?);
    let mut reader = TarReader::new(input, limits, Links::Inside)?;
    let mut newest = None;
    while let Some(entry) = reader.next_entry()? {
        newest = newest.max(entry.modified);
    }
    Ok(newest)
}
