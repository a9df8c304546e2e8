//! The end record of an archive, and its ZIP64 forms: where the central directory lies.

use std::ops::Range;

use super::error::ZipError;
use super::fields::{u16_at, u32_at, u64_at};

const END_LENGTH: usize = 22;
const COMMENT_MAX: usize = u16::MAX as usize;
const LOCATOR_LENGTH: usize = 20;
const END64_LENGTH: usize = 56;

const END_SIGNATURE: &[u8] = b"PK\x05\x06";
const END64_SIGNATURE: &[u8] = b"PK\x06\x06";
const LOCATOR_SIGNATURE: &[u8] = b"PK\x06\x07";

/// The one end record, its values taken from ZIP64 where it says so.
pub(super) struct EndRecord {
    /// The bytes that the central directory takes.
    pub(super) central: Range<u64>,
    /// How many records the directory has.
    pub(super) entries: u64,
}

/// What looking for it in a tail gave.
pub(super) enum Found {
    /// It was in the tail.
    Here(EndRecord),
    /// It needs bytes before the tail, from here on.
    Before(u64),
}

impl EndRecord {
    /// Finds the one end record in the tail that starts at byte `start` of the archive.
    pub(super) fn find(start: u64, tail: &[u8]) -> Result<Found, ZipError> {
        let window = &tail[tail.len().saturating_sub(END_LENGTH + COMMENT_MAX)..];
        let skipped = tail.len() - window.len();
        let mut found = None;
        for at in memchr::memmem::find_iter(window, END_SIGNATURE) {
            let Some(record) = window.get(at..at + END_LENGTH) else {
                continue;
            };
            if at + END_LENGTH + usize::from(u16_at(record, 20)) != window.len() {
                continue;
            }
            if found.replace(skipped + at).is_some() {
                return Err(ZipError::layout(
                    "has two end records",
                    start + (skipped + at) as u64,
                ));
            }
        }
        let Some(at) = found else {
            if start > 0 && tail.len() < END_LENGTH + COMMENT_MAX {
                let missing = (END_LENGTH + COMMENT_MAX - tail.len()) as u64;
                return Ok(Found::Before(start.saturating_sub(missing)));
            }
            return Err(ZipError::NotZip("it does not end in an end record"));
        };
        let comment = &tail[at + END_LENGTH..];
        if !comment.iter().all(|byte| (b' '..=b'~').contains(byte)) {
            return Err(ZipError::layout(
                "has a comment that is not plain text",
                start + (at + END_LENGTH) as u64,
            ));
        }
        Self::read(start, tail, at)
    }

    fn read(start: u64, tail: &[u8], at: usize) -> Result<Found, ZipError> {
        let record = &tail[at..at + END_LENGTH];
        let here = start + at as u64;
        if u16_at(record, 4) != 0 || u16_at(record, 6) != 0 {
            return Err(ZipError::layout("spans several disks", here));
        }
        let (on_disk, entries) = (u16_at(record, 8), u16_at(record, 10));
        let (size, offset) = (u32_at(record, 12), u32_at(record, 16));
        if on_disk != entries {
            return Err(ZipError::layout("disagrees on its number of entries", here));
        }
        let narrow = Self {
            central: u64::from(offset)..u64::from(offset) + u64::from(size),
            entries: u64::from(entries),
        };
        if at < LOCATOR_LENGTH && start > 0 {
            return Ok(Found::Before(
                start.saturating_sub((LOCATOR_LENGTH + END64_LENGTH) as u64),
            ));
        }
        let locator_at = at.checked_sub(LOCATOR_LENGTH);
        let locator = locator_at.filter(|at| tail[*at..].starts_with(LOCATOR_SIGNATURE));
        let Some(locator_at) = locator else {
            // Without ZIP64, a placeholder is a plain number, and too large to be true.
            if narrow.central.end != here {
                return Err(ZipError::layout(
                    "has bytes between its directory and its end record, or before its start",
                    here,
                ));
            }
            return Ok(Found::Here(narrow));
        };
        Self::read_wide(start, tail, locator_at, &narrow)
    }

    /// Reads the ZIP64 end record, which must lie directly before its locator.
    fn read_wide(
        start: u64,
        tail: &[u8],
        locator_at: usize,
        narrow: &Self,
    ) -> Result<Found, ZipError> {
        let locator = &tail[locator_at..locator_at + LOCATOR_LENGTH];
        let here = start + locator_at as u64;
        let Some(end64_at) = locator_at.checked_sub(END64_LENGTH) else {
            if start == 0 {
                return Err(ZipError::layout("lacks its ZIP64 end record", here));
            }
            return Ok(Found::Before(here.saturating_sub(END64_LENGTH as u64)));
        };
        let there = start + end64_at as u64;
        let record = &tail[end64_at..locator_at];
        let one_disk = u32_at(locator, 4) == 0 && u32_at(locator, 16) == 1;
        if !one_disk || u64_at(locator, 8) != there || !record.starts_with(END64_SIGNATURE) {
            return Err(ZipError::layout(
                "has a ZIP64 locator that does not point to the record before it",
                here,
            ));
        }
        // The record's length counts from behind the field: no room for extensible data.
        if u64_at(record, 4) != (END64_LENGTH - 12) as u64 {
            return Err(ZipError::layout(
                "has a ZIP64 end record of another length",
                there,
            ));
        }
        if u32_at(record, 16) != 0 || u32_at(record, 20) != 0 {
            return Err(ZipError::layout("spans several disks", there));
        }
        let (on_disk, entries) = (u64_at(record, 24), u64_at(record, 32));
        let (size, offset) = (u64_at(record, 40), u64_at(record, 48));
        let narrow_size = narrow.central.end - narrow.central.start;
        let agrees =
            |narrow: u64, placeholder: u64, wide: u64| narrow == placeholder || narrow == wide;
        if on_disk != entries
            || !agrees(narrow.entries, u16::MAX.into(), entries)
            || !agrees(narrow_size, u32::MAX.into(), size)
            || !agrees(narrow.central.start, u32::MAX.into(), offset)
        {
            return Err(ZipError::layout("has end records that disagree", there));
        }
        if offset.checked_add(size) != Some(there) {
            return Err(ZipError::layout(
                "has bytes between its directory and its end record, or before its start",
                there,
            ));
        }
        Ok(Found::Here(Self {
            central: offset..there,
            entries,
        }))
    }
}
