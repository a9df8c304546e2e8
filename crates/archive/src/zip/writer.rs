//! Writing zip archives whose bytes depend on their contents alone.
//!
//! No data descriptors, no extra fields save ZIP64 where sizes call for it, no comments, one time
//! stamp for all entries, modes 0644 and 0755. The order of the entries is the caller's.

use std::borrow::Cow;
use std::io::Write;

use libdeflater::{CompressionLvl, Compressor};

use super::central::FLAG_UTF8;
use super::entry::{Method, ZipEntry};
use super::time::DosTime;
use crate::entry_name::{self, Names};

#[cfg(test)]
mod tests;

const VERSION: u16 = 20;
const VERSION_ZIP64: u16 = 45;
/// The high byte says that modes are those of Unix.
const MADE_BY: u16 = 3 << 8 | VERSION;

/// How an archive is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ZipWriterOptions {
    /// The time stamp of every entry.
    pub modified: DosTime,
    /// How hard to compress: libdeflate's levels, 0 (store) to 12.
    pub level: u8,
}

impl Default for ZipWriterOptions {
    fn default() -> Self {
        Self {
            modified: DosTime::FIRST,
            level: 6,
        }
    }
}

/// Why an archive could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ZipWriteError {
    /// An entry's name is not a plain relative path, or is there already.
    #[error("the entry `{}` {fault}", name.escape_debug())]
    Name {
        /// The name as it was given.
        name: String,
        /// What is wrong with it, as the rest of a sentence.
        fault: &'static str,
    },
    /// The bytes could not be written.
    #[error("cannot write the zip archive")]
    Write(#[from] std::io::Error),
}

/// A file as it will lie in an archive, deflated where that makes it smaller.
#[derive(Clone, Debug)]
pub struct PackedFile<'c> {
    method: u16,
    crc32: u32,
    size: u64,
    packed: Cow<'c, [u8]>,
}

impl<'c> PackedFile<'c> {
    /// Packs a file as [`ZipWriter::add_file`] does at this level of [`ZipWriterOptions`].
    pub fn new(contents: &'c [u8], level: u8) -> Self {
        Self::pack(contents, compressor(level).as_mut())
    }

    /// The size of its contents, in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The file without the borrow of its contents.
    pub fn into_owned(self) -> PackedFile<'static> {
        PackedFile {
            packed: Cow::Owned(self.packed.into_owned()),
            ..self
        }
    }

    fn pack(contents: &'c [u8], compressor: Option<&mut Compressor>) -> Self {
        let deflated = compressor.and_then(|compressor| deflated(contents, compressor));
        Self {
            method: if deflated.is_some() { 8 } else { 0 },
            crc32: libdeflater::crc32(contents),
            size: contents.len() as u64,
            packed: deflated.map_or(Cow::Borrowed(contents), Cow::Owned),
        }
    }
}

/// What compresses at a level; nothing for 0.
fn compressor(level: u8) -> Option<Compressor> {
    let checked = CompressionLvl::new(i32::from(level)).ok();
    checked.filter(|_| level > 0).map(Compressor::new)
}

/// The contents deflated, where that is smaller.
fn deflated(contents: &[u8], compressor: &mut Compressor) -> Option<Vec<u8>> {
    let mut packed = vec![0; compressor.deflate_compress_bound(contents.len())];
    let length = compressor.deflate_compress(contents, &mut packed).ok()?;
    packed.truncate(length);
    (length < contents.len()).then_some(packed)
}

/// A zip archive being written.
pub struct ZipWriter<W> {
    output: W,
    options: ZipWriterOptions,
    compressor: Option<Compressor>,
    central: Vec<u8>,
    names: Names,
    entries: u64,
    position: u64,
}

impl<W: Write> ZipWriter<W> {
    /// Starts an archive.
    pub fn new(output: W, options: ZipWriterOptions) -> Self {
        Self {
            output,
            options,
            compressor: compressor(options.level),
            central: Vec::new(),
            names: Names::default(),
            entries: 0,
            position: 0,
        }
    }

    /// Adds a file, deflated where that makes it smaller.
    ///
    /// # Errors
    /// When the name is not a plain relative path or comes twice, or writing fails.
    pub fn add_file(
        &mut self,
        name: &str,
        contents: &[u8],
        executable: bool,
    ) -> Result<(), ZipWriteError> {
        let file = PackedFile::pack(contents, self.compressor.as_mut());
        self.add_packed_file(name, &file, executable)
    }

    /// Adds a file that was packed before, such as on another thread.
    ///
    /// # Errors
    /// As [`add_file`](Self::add_file).
    pub fn add_packed_file(
        &mut self,
        name: &str,
        file: &PackedFile<'_>,
        executable: bool,
    ) -> Result<(), ZipWriteError> {
        check_name(name)?;
        self.names
            .add_file(name)
            .map_err(|fault| name_error(name, fault))?;
        let head = Head {
            name,
            method: file.method,
            crc32: file.crc32,
            packed_size: file.packed.len() as u64,
            size: file.size,
            offset: self.position,
            attributes: file_attributes(executable),
        };
        self.add(&head, &file.packed)
    }

    /// Adds a file from another archive as it is packed there. What this writer does not write
    /// (Zstandard) is to be unpacked and added.
    ///
    /// # Errors
    /// When the name is there already, writing fails, or the entry is packed in another way.
    pub fn add_packed(&mut self, entry: &ZipEntry, packed: &[u8]) -> Result<(), ZipWriteError> {
        let name = entry.name();
        check_name(name)?;
        let method = match entry.method() {
            Method::Stored => 0,
            Method::Deflate => 8,
            Method::Zstandard => return Err(name_error(name, "is packed in another way")),
        };
        self.names
            .add_file(name)
            .map_err(|fault| name_error(name, fault))?;
        let head = Head {
            name,
            method,
            crc32: entry.crc32(),
            packed_size: packed.len() as u64,
            size: entry.size(),
            offset: self.position,
            attributes: file_attributes(entry.is_executable()),
        };
        self.add(&head, packed)
    }

    /// Adds a folder, without a trailing `/` in `name`. Wheels need none.
    ///
    /// # Errors
    /// When the name is not a plain relative path, or writing fails.
    pub fn add_folder(&mut self, name: &str) -> Result<(), ZipWriteError> {
        check_name(name)?;
        self.names
            .add_folder(name)
            .map_err(|fault| name_error(name, fault))?;
        let head = Head {
            name: &format!("{name}/"),
            method: 0,
            crc32: 0,
            packed_size: 0,
            size: 0,
            offset: self.position,
            attributes: 0o040_755 << 16 | 0x10,
        };
        self.add(&head, &[])
    }

    /// Writes the directory and gives back what was written to.
    ///
    /// # Errors
    /// When writing fails.
    pub fn finish(mut self) -> Result<W, ZipWriteError> {
        let start = self.position;
        let size = self.central.len() as u64;
        let mut end = Vec::new();
        let narrow_entries = u16::try_from(self.entries).unwrap_or(u16::MAX);
        let narrow = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
        if narrow_entries == u16::MAX || narrow(size) == u32::MAX || narrow(start) == u32::MAX {
            end.extend(b"PK\x06\x06");
            end.extend(44_u64.to_le_bytes());
            end.extend((3 << 8 | VERSION_ZIP64).to_le_bytes());
            end.extend(VERSION_ZIP64.to_le_bytes());
            end.extend([0; 8]);
            for value in [self.entries, self.entries, size, start] {
                end.extend(value.to_le_bytes());
            }
            end.extend(b"PK\x06\x07");
            end.extend([0; 4]);
            end.extend((start + size).to_le_bytes());
            end.extend(1_u32.to_le_bytes());
        }
        end.extend(b"PK\x05\x06");
        end.extend([0; 4]);
        end.extend(narrow_entries.to_le_bytes());
        end.extend(narrow_entries.to_le_bytes());
        end.extend(narrow(size).to_le_bytes());
        end.extend(narrow(start).to_le_bytes());
        end.extend([0; 2]);
        self.output.write_all(&self.central)?;
        self.output.write_all(&end)?;
        self.output.flush()?;
        Ok(self.output)
    }

    fn add(&mut self, head: &Head<'_>, packed: &[u8]) -> Result<(), ZipWriteError> {
        let local = head.local(self.options.modified);
        self.output.write_all(&local)?;
        self.output.write_all(packed)?;
        head.central(self.options.modified, &mut self.central);
        self.position += (local.len() + packed.len()) as u64;
        self.entries += 1;
        Ok(())
    }
}

fn file_attributes(executable: bool) -> u32 {
    if executable {
        0o100_755 << 16
    } else {
        0o100_644 << 16
    }
}

fn check_name(name: &str) -> Result<(), ZipWriteError> {
    entry_name::check(name).map_err(|fault| name_error(name, fault))?;
    // One byte is kept for a folder's slash.
    if name.len() >= usize::from(u16::MAX) {
        return Err(name_error(name, "is too long"));
    }
    Ok(())
}

fn name_error(name: &str, fault: &'static str) -> ZipWriteError {
    ZipWriteError::Name {
        name: name.to_owned(),
        fault,
    }
}

/// What the two headers of an entry say.
struct Head<'a> {
    name: &'a str,
    method: u16,
    crc32: u32,
    packed_size: u64,
    size: u64,
    offset: u64,
    attributes: u32,
}

impl Head<'_> {
    /// Flags, method, time, checksum and sizes: the part that both headers share. Sizes move to
    /// ZIP64 together, which is what a local header demands.
    fn shared(&self, modified: DosTime, extra: &[u8], bytes: &mut Vec<u8>) {
        let wide_sizes = self.has_wide_sizes();
        let wide = wide_sizes || !extra.is_empty();
        let narrow = |value: u64| match u32::try_from(value) {
            Ok(value) if !wide_sizes => value,
            _ => u32::MAX,
        };
        let flags = if self.name.is_ascii() { 0 } else { FLAG_UTF8 };
        bytes.extend(if wide { VERSION_ZIP64 } else { VERSION }.to_le_bytes());
        bytes.extend(flags.to_le_bytes());
        bytes.extend(self.method.to_le_bytes());
        bytes.extend(modified.time.to_le_bytes());
        bytes.extend(modified.date.to_le_bytes());
        bytes.extend(self.crc32.to_le_bytes());
        bytes.extend(narrow(self.packed_size).to_le_bytes());
        bytes.extend(narrow(self.size).to_le_bytes());
        for length in [self.name.len(), extra.len()] {
            let length = u16::try_from(length).expect("names are checked to be shorter");
            bytes.extend(length.to_le_bytes());
        }
    }

    fn has_wide_sizes(&self) -> bool {
        self.size >= u32::MAX.into() || self.packed_size >= u32::MAX.into()
    }

    fn zip64(values: &[u64]) -> Vec<u8> {
        let mut extra = Vec::new();
        if !values.is_empty() {
            let length = u16::try_from(8 * values.len()).expect("there are at most three");
            extra.extend(1_u16.to_le_bytes());
            extra.extend(length.to_le_bytes());
            extra.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        }
        extra
    }

    fn local(&self, modified: DosTime) -> Vec<u8> {
        let mut bytes = b"PK\x03\x04".to_vec();
        let mut values = Vec::new();
        if self.has_wide_sizes() {
            values.extend([self.size, self.packed_size]);
        }
        let extra = Self::zip64(&values);
        self.shared(modified, &extra, &mut bytes);
        bytes.extend(self.name.as_bytes());
        bytes.extend(extra);
        bytes
    }

    fn central(&self, modified: DosTime, bytes: &mut Vec<u8>) {
        let mut values = Vec::new();
        if self.has_wide_sizes() {
            values.extend([self.size, self.packed_size]);
        }
        let offset = u32::try_from(self.offset).unwrap_or(u32::MAX);
        if offset == u32::MAX {
            values.push(self.offset);
        }
        let extra = Self::zip64(&values);
        bytes.extend(b"PK\x01\x02");
        bytes.extend(MADE_BY.to_le_bytes());
        self.shared(modified, &extra, bytes);
        bytes.extend([0; 6]);
        bytes.extend(self.attributes.to_le_bytes());
        bytes.extend(offset.to_le_bytes());
        bytes.extend(self.name.as_bytes());
        bytes.extend(extra);
    }
}
