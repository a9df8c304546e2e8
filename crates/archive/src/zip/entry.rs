//! One entry, as the central directory describes it.

use std::ops::Range;

use super::error::ZipError;
use super::time::DosTime;

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A folder, without contents.
    Folder,
}

/// How an entry is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Not at all (method 0).
    Stored,
    /// Deflate (method 8).
    Deflate,
    /// Zstandard (method 93), read only when [`Limits::zstandard`](crate::Limits::zstandard) says so.
    Zstandard,
}

/// One entry, as the central directory describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZipEntry {
    pub(super) name: Box<str>,
    pub(super) flags: u16,
    pub(super) mode: u16,
    pub(super) kind: EntryKind,
    pub(super) method: Method,
    pub(super) crc32: u32,
    pub(super) packed_size: u64,
    pub(super) size: u64,
    pub(super) modified: DosTime,
    /// From the local header to the next one, or to the central directory.
    pub(super) range: Range<u64>,
}

impl ZipEntry {
    /// The name, a checked relative path; a folder's without its trailing `/`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is a file or a folder.
    pub fn kind(&self) -> EntryKind {
        self.kind
    }

    /// Whether it is a file.
    pub fn is_file(&self) -> bool {
        self.kind == EntryKind::File
    }

    /// The bytes it unpacks to.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The bytes it takes in the archive, without headers.
    pub fn packed_size(&self) -> u64 {
        self.packed_size
    }

    /// How it is compressed.
    pub fn method(&self) -> Method {
        self.method
    }

    /// The checksum of its contents.
    pub fn crc32(&self) -> u32 {
        self.crc32
    }

    /// The permission bits, where the archive was made on a Unix system; otherwise 0.
    pub fn mode(&self) -> u32 {
        u32::from(self.mode & 0o777)
    }

    /// Whether anybody may execute it.
    pub fn is_executable(&self) -> bool {
        self.mode & 0o111 != 0
    }

    /// When it was last changed, by its own account.
    pub fn modified(&self) -> DosTime {
        self.modified
    }

    /// The name as it stands in the archive.
    pub(super) fn raw_name(&self) -> Vec<u8> {
        let mut name = self.name.as_bytes().to_vec();
        if self.kind == EntryKind::Folder {
            name.push(b'/');
        }
        name
    }

    pub(super) fn fault(&self, fault: &'static str) -> ZipError {
        ZipError::entry(self.name.as_bytes(), fault)
    }
}
