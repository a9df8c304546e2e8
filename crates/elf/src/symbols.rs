//! The symbols that files share with each other (`DT_SYMTAB`).

use crate::file::{Elf, NAME_MAX_BYTES};

/// The kind of the section that holds these symbols.
const DYNAMIC_SYMBOLS: u64 = 11;

/// What a symbol is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SymbolKind {
    /// Not said (`STT_NOTYPE`).
    Unknown,
    /// Code (`STT_FUNC`).
    Function,
    /// Anything else.
    Other,
}

/// A symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Symbol<'a> {
    /// Its name; of one that is longer than any path, the start.
    pub name: &'a [u8],
    /// What it is.
    pub kind: SymbolKind,
    /// Whether the file has it, and does not want it from another.
    pub is_defined: bool,
    /// Whether the file does without it.
    pub is_weak: bool,
}

/// Reads the table. Its place comes from the dynamic section; its length stands nowhere there, so it
/// is that of the section, or else follows from the hash tables.
pub(crate) fn read<'a>(elf: &Elf<'a>) -> impl Iterator<Item = Symbol<'a>> + use<'a> {
    let (file, layout, dynamic) = (elf.file, elf.layout, elf.dynamic);
    let (size, [info, index]) = if layout.wide {
        (24, [4, 6])
    } else {
        (16, [12, 14])
    };
    let table = dynamic.symbols_address.and_then(|address| {
        let table = &file[elf.place(address)?..];
        let count = by_section(elf, address)
            .map(|bytes| bytes / size)
            .or_else(|| by_hash(elf))
            .or_else(|| by_gnu_hash(elf))?;
        table.get(..count.checked_mul(size)?.min(table.len()))
    });
    let names = &file[dynamic.strings..];
    let names = &names[..dynamic.strings_size];
    let entries = table.unwrap_or_default().chunks_exact(size);
    entries.map(move |entry| {
        let name = layout.size(entry, 0, 4).unwrap_or(usize::MAX);
        let name = names.get(name..).unwrap_or_default();
        let name = &name[..name.len().min(NAME_MAX_BYTES)];
        let end = memchr::memchr(0, name).unwrap_or(name.len());
        Symbol {
            name: &name[..end],
            kind: match entry[info] & 15 {
                0 => SymbolKind::Unknown,
                2 => SymbolKind::Function,
                _ => SymbolKind::Other,
            },
            is_defined: entry[index] != 0 || entry[index + 1] != 0,
            is_weak: entry[info] >> 4 == 2,
        }
    })
}

/// The bytes of the section that is loaded to this address.
fn by_section(elf: &Elf<'_>, address: u64) -> Option<usize> {
    let fields = elf.layout.section();
    let word = elf.layout.word_size();
    sections(elf)?.find_map(|section| {
        let number = |at, length| elf.layout.number(section, at, length);
        let is_it =
            number(fields.kind, 4)? == DYNAMIC_SYMBOLS && number(fields.address, word)? == address;
        is_it.then(|| elf.layout.size(section, fields.length, word))?
    })
}

/// The section headers, where there are any.
pub(crate) fn sections<'a>(elf: &Elf<'a>) -> Option<impl Iterator<Item = &'a [u8]> + use<'a>> {
    let (layout, header) = (elf.layout, elf.layout.header());
    let start = layout.size(elf.file, header.sections, layout.word_size())?;
    let size = layout.size(elf.file, header.section_size, 2)?;
    let count = layout.size(elf.file, header.section_count, 2)?;
    let table = elf.file.get(start..)?.get(..count * size)?;
    (start > 0 && size == layout.section().size).then(|| table.chunks_exact(size))
}

/// The old hash table has an entry for each symbol.
fn by_hash(elf: &Elf<'_>) -> Option<usize> {
    let table = &elf.file[elf.place(elf.dynamic.hash?)?..];
    elf.layout.size(table, 4, 4)
}

/// The new one has chains: the last symbol is the last of the highest chain.
fn by_gnu_hash(elf: &Elf<'_>) -> Option<usize> {
    let layout = elf.layout;
    let table = &elf.file[elf.place(elf.dynamic.gnu_hash?)?..];
    let [buckets, first, words] = [0, 4, 8].map(|at| layout.size(table, at, 4));
    let first = first?;
    let start = 16_usize.checked_add(words?.checked_mul(layout.word_size())?)?;
    let chains = start.checked_add(buckets?.checked_mul(4)?)?;
    let heads = table.get(start..chains)?.chunks_exact(4);
    let head = heads.filter_map(|head| layout.size(head, 0, 4)).max()?;
    // Without a chain, nothing is told of the symbols that are wanted from others.
    let mut last = head.checked_sub(first)?;
    loop {
        let hash = layout.number(table, chains.checked_add(last.checked_mul(4)?)?, 4)?;
        last += 1;
        if hash & 1 == 1 {
            return first.checked_add(last);
        }
    }
}
