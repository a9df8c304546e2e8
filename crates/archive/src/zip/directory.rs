//! The list of an archive's entries, read from its tail.
//!
//! Needs only the archive's size and its last bytes, so that it serves range requests as well.
//! Local headers are checked later, by `local`, when their bytes are there.

use std::ops::Range;

use super::central::read_central;
use super::decode;
use super::end_record::{EndRecord, Found};
use super::entry::ZipEntry;
use super::error::ZipError;
use super::local;
use crate::inflate::Inflater;
use crate::limits::Limits;

/// The entries of an archive, from its central directory alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZipDirectory {
    entries: Vec<ZipEntry>,
    total_size: u64,
}

/// What the tail of an archive gave.
#[derive(Debug)]
pub enum Tail {
    /// The whole directory was in it.
    Directory(ZipDirectory),
    /// The directory starts before it: ask again with the bytes from `from` to the end.
    More {
        /// The first byte that is needed.
        from: u64,
    },
}

impl ZipDirectory {
    /// Reads the directory from the last bytes of an archive of `total_size` bytes.
    ///
    /// # Errors
    /// When the records, or the entries they describe, break the rules of this module.
    pub fn from_tail(total_size: u64, tail: &[u8], limits: &Limits) -> Result<Tail, ZipError> {
        let Some(start) = total_size.checked_sub(tail.len() as u64) else {
            return Err(ZipError::NotZip("its tail is longer than itself"));
        };
        let end = match EndRecord::find(start, tail)? {
            Found::Here(end) => end,
            Found::Before(from) => return Ok(Tail::More { from }),
        };
        if end.central.start < start {
            return Ok(Tail::More {
                from: end.central.start,
            });
        }
        let inside = |at: u64| usize::try_from(at - start).expect("it lies in the tail");
        let bytes = &tail[inside(end.central.start)..inside(end.central.end)];
        let entries = read_central(bytes, &end, limits)?;
        Ok(Tail::Directory(Self {
            entries,
            total_size,
        }))
    }

    /// The entries, in the directory's order.
    pub fn entries(&self) -> &[ZipEntry] {
        &self.entries
    }

    /// The entry with this name.
    pub fn entry(&self, name: &str) -> Option<&ZipEntry> {
        self.entries.iter().find(|entry| &*entry.name == name)
    }

    /// The archive's size in bytes.
    pub fn total_size(&self) -> u64 {
        self.total_size
    }

    /// The bytes of the archive that hold an entry: its headers and contents, and no others.
    pub fn range_of(&self, entry: &ZipEntry) -> Range<u64> {
        entry.range.clone()
    }

    /// Unpacks an entry from exactly the bytes of its [range](Self::range_of), checking its local
    /// header against the directory.
    ///
    /// # Errors
    /// When the bytes are not the entry's, its headers disagree, or its contents are damaged.
    pub fn decode(
        &self,
        entry: &ZipEntry,
        bytes: &[u8],
        limits: &Limits,
    ) -> Result<Vec<u8>, ZipError> {
        let expected = entry.range.end - entry.range.start;
        if bytes.len() as u64 != expected {
            return Err(ZipError::Foreign {
                name: entry.name.to_string(),
            });
        }
        let data = local::data_range(entry, bytes)?;
        let shift = |at: u64| usize::try_from(at - entry.range.start).expect("it is in memory");
        let (from, to) = (shift(data.start), shift(data.end));
        local::check_descriptor(entry, bytes, &bytes[to..])?;
        let mut contents = Vec::new();
        let mut inflater = Inflater::new();
        decode::whole(
            entry,
            &bytes[from..to],
            limits,
            &mut inflater,
            &mut contents,
        )?;
        Ok(contents)
    }
}
