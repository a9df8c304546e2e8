//! The extra fields of an entry: ZIP64 sizes and Unicode names; the rest is passed over.

use super::fields::{u16_at, u32_at, u64_at};

const ZIP64: u16 = 0x0001;
/// Info-ZIP's Unicode path: a second name beside the first.
const UNICODE_PATH: u16 = 0x7075;

/// What the extra fields of one header say.
#[derive(Clone, Copy, Default)]
pub(super) struct Extra<'a> {
    pub(super) zip64: Option<&'a [u8]>,
}

/// Splits extra fields into their records, which must fill them exactly and come once each.
///
/// A Unicode path is taken only when it repeats the header's own name: whether a reader honours
/// it must make no difference.
pub(super) fn parse<'a>(mut bytes: &'a [u8], name: &[u8]) -> Result<Extra<'a>, &'static str> {
    let mut extra = Extra::default();
    // Entries have none to three extra fields: a list is the fastest set.
    let mut seen = Vec::new();
    while !bytes.is_empty() {
        if bytes.len() < 4 {
            return Err("has an extra field that is cut off");
        }
        let (id, length) = (u16_at(bytes, 0), usize::from(u16_at(bytes, 2)));
        let Some(value) = bytes.get(4..4 + length) else {
            return Err("has an extra field that is cut off");
        };
        if seen.contains(&id) {
            return Err("has the same extra field twice");
        }
        seen.push(id);
        match id {
            ZIP64 => extra.zip64 = Some(value),
            UNICODE_PATH => check_unicode_path(value, name)?,
            _ => {}
        }
        bytes = &bytes[4 + length..];
    }
    Ok(extra)
}

fn check_unicode_path(value: &[u8], name: &[u8]) -> Result<(), &'static str> {
    let well_formed = value.len() >= 5 && value[0] == 1;
    if !well_formed || u32_at(value, 1) != libdeflater::crc32(name) || &value[5..] != name {
        return Err("has a second name in an extra field");
    }
    Ok(())
}

/// Sizes and offset of a header, of which some stand in the ZIP64 field instead: those whose
/// 32 bits are all set, in this order.
pub(super) struct Wide {
    pub(super) size: u64,
    pub(super) packed_size: u64,
    pub(super) offset: u64,
}

impl Wide {
    /// Replaces the placeholders from the ZIP64 field, which must hold these values and no more.
    pub(super) fn resolve(
        size: u32,
        packed_size: u32,
        offset: u32,
        zip64: Option<&[u8]>,
    ) -> Result<Self, &'static str> {
        let mut rest = zip64.unwrap_or_default();
        let none_is_wide = [size, packed_size, offset].iter().all(|n| *n != u32::MAX);
        // Bazel's writer repeats both sizes here although they fit into their own fields.
        if none_is_wide && rest.len() == 16 {
            if u64_at(rest, 0) != size.into() || u64_at(rest, 8) != packed_size.into() {
                return Err("has a ZIP64 field that disagrees with its header");
            }
            rest = &[];
        }
        let mut take = |narrow: u32| {
            if narrow != u32::MAX {
                return Ok(u64::from(narrow));
            }
            if rest.len() < 8 {
                return Err("lacks a size in its ZIP64 field");
            }
            let value = u64_at(rest, 0);
            rest = &rest[8..];
            Ok(value)
        };
        let wide = Self {
            size: take(size)?,
            packed_size: take(packed_size)?,
            offset: take(offset)?,
        };
        if rest.is_empty() {
            Ok(wide)
        } else {
            Err("has a ZIP64 field with values that its header does not call for")
        }
    }
}
