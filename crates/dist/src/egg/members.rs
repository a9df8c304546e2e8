//! The files of an egg or an installer, by name.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use tilsit_archive::zip::ZipArchive;
use tilsit_archive::{FileSource, Limits};
use tilsit_files::FileKind;

use super::ConvertError;

/// The largest installer that is read; the program in front of the archive has some 200 KiB.
const INSTALLER_MAX_BYTES: u64 = 1 << 30;
/// The end record of a zip archive: its signature, and its length without comment.
const END: &[u8] = b"PK\x05\x06";
const END_LENGTH: usize = 22;

/// A file.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) contents: Vec<u8>,
    pub(super) executable: bool,
}

pub(super) type Members = BTreeMap<String, Member>;

/// All files of what is at a path.
pub(super) fn members(path: &Path) -> Result<Members, ConvertError> {
    if tilsit_files::metadata(path)?.is_dir() {
        return of_folder(path);
    }
    if path.extension().is_some_and(|suffix| suffix == "egg") {
        return of_archive(&ZipArchive::open(
            FileSource::open(path)?,
            &Limits::default(),
        )?);
    }
    let size = tilsit_files::metadata(path)?.len();
    if size > INSTALLER_MAX_BYTES {
        return Err(ConvertError::TooLarge(path.to_path_buf()));
    }
    let bytes = tilsit_files::read(path)?;
    let archive =
        archive_behind(&bytes).ok_or_else(|| ConvertError::NoArchive(path.to_path_buf()))?;
    of_archive(&ZipArchive::open(archive, &Limits::default())?)
}

fn of_archive<S: tilsit_archive::ReadAt>(archive: &ZipArchive<S>) -> Result<Members, ConvertError> {
    let mut members = Members::new();
    for entry in archive.entries().iter().filter(|entry| entry.is_file()) {
        let member = Member {
            contents: archive.read(entry)?,
            executable: entry.is_executable(),
        };
        members.insert(entry.name().to_owned(), member);
    }
    Ok(members)
}

/// Links are left out: an egg that was unpacked has none.
fn of_folder(folder: &Path) -> Result<Members, ConvertError> {
    let mut members = Members::new();
    for entry in tilsit_files::walk(folder)? {
        if entry.kind != FileKind::File {
            continue;
        }
        let steps = entry
            .path
            .strip_prefix(folder)
            .unwrap_or(&entry.path)
            .iter();
        let steps: Vec<Cow<'_, str>> = steps.map(|step| step.to_string_lossy()).collect();
        let metadata = tilsit_files::metadata(&entry.path)?;
        let member = Member {
            contents: tilsit_files::read(&entry.path)?,
            executable: tilsit_files::is_executable(&entry.path, &metadata),
        };
        members.insert(steps.join("/"), member);
    }
    Ok(members)
}

/// The zip archive at the end of a program: all from where its own offsets count.
pub fn archive_behind(program: &[u8]) -> Option<&[u8]> {
    // Only a comment may stand behind the end record, and that says how long it is.
    let start = program
        .len()
        .saturating_sub(END_LENGTH + usize::from(u16::MAX));
    let end = (start..=program.len().checked_sub(END_LENGTH)?)
        .rev()
        .find(|&at| {
            let length = program[at + 20..at + 22]
                .iter()
                .rev()
                .fold(0, |sum, byte| sum << 8 | usize::from(*byte));
            program[at..].starts_with(END) && at + END_LENGTH + length == program.len()
        })?;
    let number = |at: usize| {
        let bytes: [u8; 4] = program[end + at..end + at + 4].try_into().ok()?;
        usize::try_from(u32::from_le_bytes(bytes)).ok()
    };
    let (size, offset) = (number(12)?, number(16)?);
    let before = end.checked_sub(size)?.checked_sub(offset)?;
    Some(&program[before..])
}
