//! The end record and the central directory: from the tail of an archive to its list of entries.
//!
//! Needs only the archive's size and its last bytes, so that it serves range requests as well.
//! Local headers are checked later, by [`local`](super::local), when their bytes are there.

use std::ops::Range;

use super::error::ZipError;
use super::extra::{self, Wide};
use super::fields::{u16_at, u32_at, u64_at};
use super::time::DosTime;
use crate::entry_name::{self, Names};
use crate::limits::Limits;

const END_LENGTH: usize = 22;
const COMMENT_MAX: usize = u16::MAX as usize;
const LOCATOR_LENGTH: usize = 20;
const END64_LENGTH: usize = 56;
const CENTRAL_LENGTH: usize = 46;
pub(super) const LOCAL_LENGTH: usize = 30;

const END_SIGNATURE: &[u8] = b"PK\x05\x06";
const END64_SIGNATURE: &[u8] = b"PK\x06\x06";
const LOCATOR_SIGNATURE: &[u8] = b"PK\x06\x07";
const CENTRAL_SIGNATURE: &[u8] = b"PK\x01\x02";

/// Deflate cannot make one byte out of fewer bits than this allows for.
const DEFLATE_RATIO_MAX: u64 = 1032;

const FLAG_ENCRYPTED: u16 = 1;
pub(super) const FLAG_DESCRIPTOR: u16 = 1 << 3;
pub(super) const FLAG_UTF8: u16 = 1 << 11;
/// Bits 1 and 2 tell how hard the compressor tried.
const FLAGS_KNOWN: u16 = 1 << 1 | 1 << 2 | FLAG_DESCRIPTOR | FLAG_UTF8;

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
    /// Zstandard (method 93), read only when [`Limits::zstandard`] says so.
    Zstandard,
}

/// One entry, as the central directory describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZipEntry {
    name: Box<str>,
    pub(super) flags: u16,
    mode: u16,
    kind: EntryKind,
    method: Method,
    crc32: u32,
    pub(super) packed_size: u64,
    size: u64,
    modified: DosTime,
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
        let data = super::local::data_range(entry, bytes)?;
        let shift = |at: u64| usize::try_from(at - entry.range.start).expect("it is in memory");
        let (from, to) = (shift(data.start), shift(data.end));
        super::local::check_descriptor(entry, bytes, &bytes[to..])?;
        let mut contents = Vec::new();
        let mut inflater = crate::inflate::Inflater::new();
        super::decode::whole(
            entry,
            &bytes[from..to],
            limits,
            &mut inflater,
            &mut contents,
        )?;
        Ok(contents)
    }
}

struct EndRecord {
    central: Range<u64>,
    entries: u64,
}

enum Found {
    Here(EndRecord),
    Before(u64),
}

impl EndRecord {
    /// Finds the one end record in the tail that starts at byte `start` of the archive.
    fn find(start: u64, tail: &[u8]) -> Result<Found, ZipError> {
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

/// Reads the records of the central directory, which they must fill exactly.
fn read_central(bytes: &[u8], end: &EndRecord, limits: &Limits) -> Result<Vec<ZipEntry>, ZipError> {
    let possible = (bytes.len() / CENTRAL_LENGTH) as u64;
    if end.entries > possible {
        return Err(ZipError::layout(
            "has fewer entries than its end record says",
            end.central.end,
        ));
    }
    let count = usize::try_from(end.entries).unwrap_or(usize::MAX);
    if count > limits.entries_max {
        return Err(ZipError::TooLarge {
            what: "too many entries",
            found: end.entries,
            max: limits.entries_max as u64,
        });
    }
    let mut entries = Vec::with_capacity(count);
    let mut names = Names::with_capacity(count);
    let mut total = 0_u64;
    let mut at = 0;
    for _ in 0..count {
        let offset = end.central.start + at as u64;
        let (entry, length) = read_record(&bytes[at..], offset, limits)?;
        at += length;
        let added = match entry.kind {
            EntryKind::File => names.add_file(&entry.name),
            EntryKind::Folder => names.add_folder(&entry.name),
        };
        added.map_err(|fault| entry.fault(fault))?;
        total = total.saturating_add(entry.size);
        entries.push(entry);
    }
    if at != bytes.len() {
        return Err(ZipError::layout(
            "has more in its directory than its end record says",
            end.central.start + at as u64,
        ));
    }
    check_total(total, end.central.end, limits)?;
    lay_out(&mut entries, end.central.start)?;
    Ok(entries)
}

fn check_total(total: u64, packed: u64, limits: &Limits) -> Result<(), ZipError> {
    if total > limits.total_max_bytes {
        return Err(ZipError::TooLarge {
            what: "too many unpacked bytes",
            found: total,
            max: limits.total_max_bytes,
        });
    }
    if limits.exceeds_ratio(packed, total) {
        return Err(ZipError::TooLarge {
            what: "too high a compression ratio",
            found: total / packed.max(1),
            max: limits.ratio_max,
        });
    }
    Ok(())
}

/// Reads one record of the central directory; returns its length as well.
fn read_record(bytes: &[u8], at: u64, limits: &Limits) -> Result<(ZipEntry, usize), ZipError> {
    if bytes.len() < CENTRAL_LENGTH || !bytes.starts_with(CENTRAL_SIGNATURE) {
        return Err(ZipError::layout("has a damaged directory", at));
    }
    let name_end = CENTRAL_LENGTH + usize::from(u16_at(bytes, 28));
    let extra_end = name_end + usize::from(u16_at(bytes, 30));
    let comment_length = u16_at(bytes, 32);
    if bytes.len() < extra_end + usize::from(comment_length) {
        return Err(ZipError::layout("has a damaged directory", at));
    }
    let raw_name = &bytes[CENTRAL_LENGTH..name_end];
    let refuse = |fault| ZipError::entry(raw_name, fault);
    if comment_length != 0 {
        return Err(refuse("has a comment"));
    }
    let flags = u16_at(bytes, 8);
    let (name, is_folder) = checked_name(raw_name, flags, limits).map_err(refuse)?;
    let extra = extra::parse(&bytes[name_end..extra_end], raw_name).map_err(refuse)?;
    let wide = Wide::resolve(
        u32_at(bytes, 24),
        u32_at(bytes, 20),
        u32_at(bytes, 42),
        extra.zip64,
    )
    .map_err(refuse)?;
    if u16_at(bytes, 34) != 0 {
        return Err(refuse("lies on another disk"));
    }
    let entry = ZipEntry {
        name: name.into(),
        flags: checked_flags(flags).map_err(refuse)?,
        mode: checked_mode(bytes, is_folder).map_err(refuse)?,
        kind: if is_folder {
            EntryKind::Folder
        } else {
            EntryKind::File
        },
        method: checked_method(u16_at(bytes, 10), limits).map_err(refuse)?,
        crc32: u32_at(bytes, 16),
        packed_size: wide.packed_size,
        size: wide.size,
        modified: DosTime {
            time: u16_at(bytes, 12),
            date: u16_at(bytes, 14),
        },
        range: wide.offset..wide.offset,
    };
    check_sizes(&entry, limits).map_err(refuse)?;
    Ok((entry, extra_end))
}

/// The name without a folder's trailing slash, and whether it had one.
fn checked_name<'a>(
    raw: &'a [u8],
    flags: u16,
    limits: &Limits,
) -> Result<(&'a str, bool), &'static str> {
    if raw.len() > limits.name_max_bytes {
        return Err("has too long a name");
    }
    let name = std::str::from_utf8(raw).map_err(|_| "has a name that is not UTF-8")?;
    if flags & FLAG_UTF8 == 0 && !name.is_ascii() {
        return Err("has a name in an unknown encoding");
    }
    let (name, is_folder) = match name.strip_suffix('/') {
        Some(name) => (name, true),
        None => (name, false),
    };
    entry_name::check(name)?;
    Ok((name, is_folder))
}

fn checked_flags(flags: u16) -> Result<u16, &'static str> {
    if flags & FLAG_ENCRYPTED != 0 {
        return Err("is encrypted");
    }
    if flags & !FLAGS_KNOWN != 0 {
        return Err("uses a feature that wheels do not have");
    }
    Ok(flags)
}

fn checked_method(method: u16, limits: &Limits) -> Result<Method, &'static str> {
    match method {
        0 => Ok(Method::Stored),
        8 => Ok(Method::Deflate),
        93 if limits.zstandard => Ok(Method::Zstandard),
        _ => Err("is compressed by a method that installers do not read"),
    }
}

/// The Unix mode of the record, which must say the same as the name.
fn checked_mode(record: &[u8], is_folder: bool) -> Result<u16, &'static str> {
    const UNIX: u8 = 3;
    const MACOS: u8 = 19;
    const DOS_FOLDER: u32 = 0x10;
    let attributes = u32_at(record, 38);
    if attributes & DOS_FOLDER != 0 && !is_folder {
        return Err("is a folder by its attributes and a file by its name");
    }
    if ![UNIX, MACOS].contains(&record[5]) {
        return Ok(0);
    }
    let mode = u16::try_from(attributes >> 16).expect("16 bits are left");
    match mode & 0o170_000 {
        0 => {}
        0o100_000 if !is_folder => {}
        0o040_000 if is_folder => {}
        0o100_000 | 0o040_000 => {
            return Err("is a folder by its name or its mode, but not by both");
        }
        0o120_000 => return Err("is a symbolic link"),
        _ => return Err("is neither a file nor a folder"),
    }
    if mode & 0o6000 != 0 {
        return Err("would run with its owner's rights");
    }
    Ok(mode)
}

fn check_sizes(entry: &ZipEntry, limits: &Limits) -> Result<(), &'static str> {
    if entry.kind == EntryKind::Folder && (entry.size != 0 || entry.crc32 != 0) {
        return Err("is a folder with contents");
    }
    if entry.size > limits.entry_max_bytes {
        return Err("unpacks to more bytes than are allowed");
    }
    if entry.crc32 == 0 && entry.size != 0 {
        return Err("has contents and an empty checksum");
    }
    match entry.method {
        Method::Stored if entry.size != entry.packed_size => {
            Err("is stored, and has two different sizes")
        }
        Method::Deflate if entry.size / DEFLATE_RATIO_MAX > entry.packed_size => {
            Err("claims to unpack to more bytes than it can hold")
        }
        _ => Ok(()),
    }
}

/// Gives each entry its range: together they must cover all bytes before the directory.
fn lay_out(entries: &mut [ZipEntry], central_start: u64) -> Result<(), ZipError> {
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by_key(|index| entries[*index].range.start);
    let mut expected = 0;
    for (place, index) in order.iter().enumerate() {
        let start = entries[*index].range.start;
        let end = match order.get(place + 1) {
            Some(next) => entries[*next].range.start,
            None => central_start,
        };
        if start != expected {
            return Err(ZipError::layout(
                "has bytes before its first entry",
                expected,
            ));
        }
        let entry = &mut entries[*index];
        let headers = (LOCAL_LENGTH + entry.raw_name().len()) as u64;
        let least = headers.saturating_add(entry.packed_size);
        if start.checked_add(least).is_none_or(|least| least > end) {
            return Err(entry.fault("overlaps with what follows it"));
        }
        entry.range = start..end;
        expected = end;
    }
    if expected != central_start {
        return Err(ZipError::layout("has bytes before its directory", expected));
    }
    Ok(())
}
