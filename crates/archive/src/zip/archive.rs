//! A zip archive whose bytes are all there, in memory or in a file.

use std::borrow::Cow;
use std::ops::Range;

use super::decode;
use super::directory::{Tail, ZipDirectory};
use super::entry::ZipEntry;
use super::error::ZipError;
use super::local::{self, LOCAL_LENGTH};
use crate::inflate::Inflater;
use crate::limits::Limits;
use crate::source::ReadAt;

/// The first read of the tail: enough for the directory of most wheels.
const TAIL: u64 = 128 << 10;
/// Room for the extra fields that local headers usually have.
const EXTRA_USUAL: usize = 32;

/// An archive of which every header has been checked; contents are checked as they are read.
///
/// Reading takes `&self`, so that threads can share an archive, each with its own
/// [`EntryReader`].
#[derive(Debug)]
pub struct ZipArchive<S> {
    source: S,
    directory: ZipDirectory,
    limits: Limits,
}

impl<S: ReadAt> ZipArchive<S> {
    /// Reads the directory and holds every local header and data descriptor against it.
    ///
    /// # Errors
    /// When any of them breaks the rules, or the file cannot be read.
    pub fn open(source: S, limits: &Limits) -> Result<Self, ZipError> {
        let total = source.size();
        let mut from = total.saturating_sub(TAIL);
        let directory = loop {
            let length = usize::try_from(total - from)
                .map_err(|_| ZipError::NotZip("its directory does not fit into memory"))?;
            let tail = source.bytes_at(from, length)?;
            match ZipDirectory::from_tail(total, &tail, limits)? {
                Tail::Directory(directory) => break directory,
                Tail::More { from: earlier } if earlier < from => from = earlier,
                Tail::More { from: later } => {
                    return Err(ZipError::layout("has end records that disagree", later));
                }
            }
        };
        let archive = Self {
            source,
            directory,
            limits: limits.clone(),
        };
        for entry in archive.directory.entries() {
            let (data, header) = archive.locate(entry)?;
            let after = usize::try_from(entry.range.end - data.end)
                .map_err(|_| entry.fault("is followed by bytes that belong to nothing"))?;
            // The longest descriptor has 24 bytes: there is no need to read a longer gap.
            let rest = archive.source.bytes_at(data.end, after.min(25))?;
            local::check_descriptor(entry, &header, &rest)?;
        }
        Ok(archive)
    }

    /// The entries, in the directory's order.
    pub fn entries(&self) -> &[ZipEntry] {
        self.directory.entries()
    }

    /// The entry with this name.
    pub fn entry(&self, name: &str) -> Option<&ZipEntry> {
        self.directory.entry(name)
    }

    /// The directory alone.
    pub fn directory(&self) -> &ZipDirectory {
        &self.directory
    }

    /// The bytes or the file that the archive is read from.
    pub fn source(&self) -> &S {
        &self.source
    }

    /// Unpacks one entry. For many, a [`reader`](Self::reader) saves allocations.
    ///
    /// # Errors
    /// When the contents are damaged or the file cannot be read.
    pub fn read(&self, entry: &ZipEntry) -> Result<Vec<u8>, ZipError> {
        let mut contents = Vec::new();
        self.reader().read_into(entry, &mut contents)?;
        Ok(contents)
    }

    /// The bytes of an entry as they are packed here, for an archive that takes them over. They are
    /// not looked at: read the entry first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn packed(&self, entry: &ZipEntry) -> Result<Cow<'_, [u8]>, ZipError> {
        let (data, _) = self.locate(entry)?;
        let length = usize::try_from(entry.packed_size())
            .map_err(|_| entry.fault("is too large for this machine's memory"))?;
        Ok(self.source.bytes_at(data.start, length)?)
    }

    /// A reader of entries that keeps its tables and buffers from one entry to the next.
    pub fn reader(&self) -> EntryReader<'_, S> {
        EntryReader {
            archive: self,
            inflater: Inflater::new(),
            buffer: Vec::new(),
        }
    }

    /// The bytes of the archive that hold the entry's contents, and its local header.
    fn locate(&self, entry: &ZipEntry) -> Result<(Range<u64>, Cow<'_, [u8]>), ZipError> {
        let room = usize::try_from(entry.range.end - entry.range.start).unwrap_or(usize::MAX);
        let likely = LOCAL_LENGTH + entry.name().len() + 1 + EXTRA_USUAL;
        let mut header = self.source.bytes_at(entry.range.start, likely.min(room))?;
        if let Some(length) = local::header_length(&header)
            && length > header.len()
        {
            header = self.source.bytes_at(entry.range.start, length.min(room))?;
        }
        let data = local::data_range(entry, &header)?;
        Ok((data, header))
    }
}

/// Reads the contents of one entry after the other.
pub struct EntryReader<'a, S> {
    archive: &'a ZipArchive<S>,
    inflater: Inflater,
    buffer: Vec<u8>,
}

impl<S: ReadAt> EntryReader<'_, S> {
    /// Unpacks an entry into a buffer of this reader's, which the next call replaces.
    ///
    /// # Errors
    /// When the contents are damaged or the file cannot be read.
    pub fn read(&mut self, entry: &ZipEntry) -> Result<&[u8], ZipError> {
        let mut buffer = std::mem::take(&mut self.buffer);
        let result = self.read_into(entry, &mut buffer);
        self.buffer = buffer;
        result?;
        Ok(&self.buffer)
    }

    /// Unpacks an entry into `contents`, whose old contents go.
    ///
    /// # Errors
    /// When the contents are damaged or the file cannot be read.
    pub fn read_into(&mut self, entry: &ZipEntry, contents: &mut Vec<u8>) -> Result<(), ZipError> {
        let packed = self.archive.packed(entry)?;
        let limits = &self.archive.limits;
        decode::whole(entry, &packed, limits, &mut self.inflater, contents)
    }

    /// Hands the contents to `sink` in one piece, or, above
    /// [`Limits::whole_entry_max_bytes`], piece by piece.
    ///
    /// # Errors
    /// When the contents are damaged or the file cannot be read; what `sink` has seen is then not
    /// to be used.
    pub fn stream(
        &mut self,
        entry: &ZipEntry,
        sink: &mut dyn FnMut(&[u8]),
    ) -> Result<(), ZipError> {
        if entry.size() <= self.archive.limits.whole_entry_max_bytes {
            sink(self.read(entry)?);
            return Ok(());
        }
        let (data, _) = self.archive.locate(entry)?;
        decode::streamed(entry, &self.archive.source, data, sink)
    }
}
