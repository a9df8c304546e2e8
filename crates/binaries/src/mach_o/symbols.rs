//! The symbols of a part (`LC_SYMTAB`), as `<mach-o/nlist.h>` has them.

use crate::bytes::Bytes;
use crate::error::BinaryError;

/// Bits of `n_type`: for debuggers; for all to see; where it is defined.
const FOR_DEBUGGERS: u8 = 0xe0;
const EXTERNAL: u8 = 0x01;
const WHERE: u8 = 0x0e;
/// Nowhere in here.
const UNDEFINED: u8 = 0;
/// Wanted, but the part does without it (`n_desc`).
const WEAK_REFERENCE: u16 = 0x40;

/// A symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Symbol<'a> {
    /// Its name, which has one `_` more than in C; of one that is longer than any path, the start.
    pub name: &'a [u8],
    /// Whether the part has it, and does not want it from another.
    pub is_defined: bool,
    /// Whether the part does without it.
    pub is_weak: bool,
}

/// Where the symbols and their names are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Table<'a> {
    entries: Bytes<'a>,
    names: Bytes<'a>,
    entry_size: usize,
}

impl Default for Table<'_> {
    fn default() -> Self {
        let nothing = Bytes {
            all: &[],
            is_little_endian: true,
        };
        Self {
            entries: nothing,
            names: nothing,
            entry_size: 12,
        }
    }
}

impl<'a> Table<'a> {
    /// The table that a command names.
    pub(super) fn of(file: Bytes<'a>, wide: bool, command: Bytes<'a>) -> Result<Self, BinaryError> {
        let fault = |fault| BinaryError::mach_o("its table of symbols", fault);
        let number = |at| command.size(at).ok_or(fault("has no place"));
        let [entries, count, names, size] = [number(8)?, number(12)?, number(16)?, number(20)?];
        let entry_size = if wide { 16 } else { 12 };
        if count == 0 {
            return Ok(Self::default());
        }
        let place = |at, size: Option<usize>| {
            let all = size.and_then(|size| file.part(at, size));
            let all = all.ok_or(fault("leads out of the file"))?;
            Ok(Bytes { all, ..file })
        };
        Ok(Self {
            entries: place(entries, count.checked_mul(entry_size))?,
            names: place(names, Some(size))?,
            entry_size,
        })
    }

    pub(super) fn read(self) -> impl Iterator<Item = Symbol<'a>> + use<'a> {
        let Self {
            entries,
            names,
            entry_size,
        } = self;
        let entries = entries
            .all
            .chunks_exact(entry_size)
            .map(move |all| Bytes { all, ..entries });
        entries.filter_map(move |entry| {
            let [kind] = entry.part(4, 1)? else {
                return None;
            };
            if kind & FOR_DEBUGGERS != 0 || kind & EXTERNAL == 0 {
                return None;
            }
            let is_defined = kind & WHERE != UNDEFINED;
            Some(Symbol {
                name: names.name(entry.size(0)?).unwrap_or_default(),
                is_defined,
                is_weak: !is_defined && entry.short(6)? & WEAK_REFERENCE != 0,
            })
        })
    }
}
