//! A wheel becomes a folder.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use tilsit_archive::ReadAt;
use tilsit_files::{ConfinedFolder, FileError, Operation, TemporaryFolder};

use super::ChangeError;
use crate::wheel::Wheel;

/// Unpacks a wheel into `{name}-{version}` in a folder, and gives that path. Every file is checked
/// against RECORD; files have the modes 0644 and 0755. What was unpacked there before is replaced as a
/// whole.
///
/// # Errors
/// When the wheel is damaged, or a file cannot be written.
pub fn unpack<S: ReadAt>(wheel: &Wheel<S>, into: &Path) -> Result<PathBuf, ChangeError> {
    let stem = wheel.dist_info().trim_end_matches(".dist-info");
    let destination = into.join(stem);
    tilsit_files::create_dir_all(into)?;
    let beside = TemporaryFolder::create_in(into)?;
    let made = beside.path().join("wheel");
    tilsit_files::create_dir(&made)?;
    let folder = ConfinedFolder::open(&made)?;
    let mut reader = wheel.reader();
    for file in wheel.files() {
        if let Some((parent, _)) = file.name.rsplit_once('/') {
            folder.create_dir_all(parent)?;
        }
        let mut output = folder.create_file(&file.name, file.executable)?;
        let mut written = Ok(());
        reader.stream(file, &mut |piece| {
            if written.is_ok() {
                written = output.write_all(piece);
            }
        })?;
        written.map_err(|error| FileError::new(Operation::Write, made.join(&file.name), error))?;
    }
    if tilsit_files::exists(&destination)? {
        // Moved aside first, so that there is a whole tree at any time.
        tilsit_files::rename(&destination, beside.path().join("before"))?;
    }
    tilsit_files::rename(&made, &destination)?;
    Ok(destination)
}
