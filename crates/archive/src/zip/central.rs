//! The records of the central directory: checked one by one, then against each other.

use super::end_record::EndRecord;
use super::entry::{EntryKind, Method, ZipEntry};
use super::error::ZipError;
use super::extra::{self, Wide};
use super::fields::{u16_at, u32_at};
use super::local::LOCAL_LENGTH;
use super::time::DosTime;
use crate::entry_name::{self, Names};
use crate::limits::Limits;

const CENTRAL_LENGTH: usize = 46;
const CENTRAL_SIGNATURE: &[u8] = b"PK\x01\x02";

/// Deflate cannot make one byte out of fewer bits than this allows for.
const DEFLATE_RATIO_MAX: u64 = 1032;

const FLAG_ENCRYPTED: u16 = 1;
pub(super) const FLAG_DESCRIPTOR: u16 = 1 << 3;
pub(super) const FLAG_UTF8: u16 = 1 << 11;
/// Bits 1 and 2 tell how hard the compressor tried.
const FLAGS_KNOWN: u16 = 1 << 1 | 1 << 2 | FLAG_DESCRIPTOR | FLAG_UTF8;

/// Reads the records of the central directory, which they must fill exactly.
pub(super) fn read_central(
    bytes: &[u8],
    end: &EndRecord,
    limits: &Limits,
) -> Result<Vec<ZipEntry>, ZipError> {
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
