//! Local headers and data descriptors, held against what the central directory says.

use std::ops::Range;

use super::central::FLAG_DESCRIPTOR;
use super::entry::{Method, ZipEntry};
use super::error::ZipError;
use super::extra::{self, Wide};
use super::fields::{u16_at, u32_at, u64_at};

/// The bytes of a local header before its name.
pub(super) const LOCAL_LENGTH: usize = 30;

const LOCAL_SIGNATURE: &[u8] = b"PK\x03\x04";
const DESCRIPTOR_SIGNATURE: &[u8] = b"PK\x07\x08";

/// How many bytes the local header at the start of `bytes` has, when that can be told.
pub(super) fn header_length(bytes: &[u8]) -> Option<usize> {
    let head = bytes.get(..LOCAL_LENGTH)?;
    Some(LOCAL_LENGTH + usize::from(u16_at(head, 26)) + usize::from(u16_at(head, 28)))
}

/// Checks the local header at the start of `bytes`, the first of the entry's range, and tells
/// which bytes of the archive hold the entry's contents.
pub(super) fn data_range(entry: &ZipEntry, bytes: &[u8]) -> Result<Range<u64>, ZipError> {
    let cut = || entry.fault("has a local header that is cut off");
    let length = header_length(bytes).ok_or_else(cut)?;
    let header = bytes.get(..length).ok_or_else(cut)?;
    check_header(entry, header).map_err(|fault| entry.fault(fault))?;
    let start = entry.range.start + length as u64;
    let end = start
        .checked_add(entry.packed_size)
        .filter(|end| *end <= entry.range.end)
        .ok_or_else(|| entry.fault("overlaps with what follows it"))?;
    Ok(start..end)
}

fn check_header(entry: &ZipEntry, header: &[u8]) -> Result<(), &'static str> {
    if !header.starts_with(LOCAL_SIGNATURE) {
        return Err("has no local header where the directory says");
    }
    let flags = u16_at(header, 6);
    // The directory may leave out that a descriptor follows; nothing else.
    if (flags ^ entry.flags) & !FLAG_DESCRIPTOR != 0 || entry.flags & !flags != 0 {
        return Err("has other flags in its local header");
    }
    let method = match entry.method() {
        Method::Stored => 0,
        Method::Deflate => 8,
        Method::Zstandard => 93,
    };
    if u16_at(header, 8) != method {
        return Err("has another method in its local header");
    }
    let name_end = LOCAL_LENGTH + usize::from(u16_at(header, 26));
    let name = &header[LOCAL_LENGTH..name_end];
    if name != entry.raw_name() {
        return Err("has another name in its local header");
    }
    let extra = extra::parse(&header[name_end..], name)?;
    let deferred = flags & FLAG_DESCRIPTOR != 0;
    // A writer that does not know the sizes yet may announce ZIP64 with an empty field.
    let zip64 = extra.zip64.filter(|value| !(deferred && value.is_empty()));
    let wide = Wide::resolve(u32_at(header, 22), u32_at(header, 18), 0, zip64)?;
    let found = [u64::from(u32_at(header, 14)), wide.packed_size, wide.size];
    let expected = [entry.crc32().into(), entry.packed_size, entry.size()];
    let agree = found
        .iter()
        .zip(&expected)
        .all(|(found, expected)| found == expected || (deferred && *found == 0));
    if agree {
        Ok(())
    } else {
        Err("has another size or checksum in its local header")
    }
}

/// Checks what follows an entry's contents: the data descriptor that its local header announces,
/// and nothing else.
pub(super) fn check_descriptor(
    entry: &ZipEntry,
    header: &[u8],
    rest: &[u8],
) -> Result<(), ZipError> {
    if u16_at(header, 6) & FLAG_DESCRIPTOR == 0 {
        return if rest.is_empty() {
            Ok(())
        } else {
            Err(entry.fault("is followed by bytes that belong to nothing"))
        };
    }
    let sizes = match rest.len() {
        16 => [u32_at(rest, 8).into(), u32_at(rest, 12).into()],
        24 => [u64_at(rest, 8), u64_at(rest, 16)],
        _ => return Err(entry.fault("has a data descriptor of an unknown form")),
    };
    let agrees = rest.starts_with(DESCRIPTOR_SIGNATURE)
        && u32_at(rest, 4) == entry.crc32()
        && sizes == [entry.packed_size, entry.size()];
    if agrees {
        Ok(())
    } else {
        Err(entry.fault("has a data descriptor that disagrees with the directory"))
    }
}
