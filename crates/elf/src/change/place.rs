//! A new segment behind the end of a file, for what has no room where it was.

use super::dynamic::DynamicTable;
use crate::error::ElfError;
use crate::file::{DYNAMIC, Elf, LOADED, PROGRAM_HEADERS};
use crate::symbols::sections;

/// The largest pages of the machines that are known here: where a segment starts, its place and its
/// address must agree up to it.
const PAGE_MAX_BYTES: u64 = 64 << 10;
/// How much of a file may be empty so that place and address keep their distance.
const GAP_MAX_BYTES: u64 = 64 << 20;
/// What the tables want to start at.
const TABLE_ALIGNMENT: usize = 16;

/// Kinds of sections.
const NAMES_SECTION: u64 = 3;
const DYNAMIC_SECTION: u64 = 6;

const READABLE: u64 = 4;
const WRITABLE: u64 = 2;

/// What comes behind the end.
pub(super) struct Addition<'t> {
    /// The table of names, where it has grown.
    pub(super) names: Option<Vec<u8>>,
    /// The dynamic section, where it has no room.
    pub(super) dynamic: Option<&'t DynamicTable>,
}

/// Where the new segment lies.
struct NewSegment {
    offset: usize,
    address: u64,
    size: usize,
    is_writable: bool,
}

impl NewSegment {
    fn address_of(&self, offset: usize) -> u64 {
        self.address + (offset - self.offset) as u64
    }
}

/// Writes the dynamic section, and behind the end what has no room.
pub(super) fn append(
    elf: &Elf<'_>,
    file: &mut Vec<u8>,
    addition: &Addition<'_>,
    table: &DynamicTable,
) -> Result<(), ElfError> {
    let mut table = table.clone();
    if addition.names.is_none() && addition.dynamic.is_none() {
        return table.write(elf, &mut file[elf.dynamic.offset..][..elf.dynamic.size]);
    }
    let align = |at: usize| at.next_multiple_of(TABLE_ALIGNMENT);
    let headers_size = (elf.segments.len() + 1) * elf.layout.segment().size;
    let dynamic_size = addition.dynamic.map_or(0, |table| table.size(elf));
    let names = addition.names.as_deref().unwrap_or_default();
    // One after the other: the program headers, the dynamic section, the names.
    let start = start_of(elf, align(file.len()))?;
    let dynamic = align(start + headers_size);
    let names_start = align(dynamic + dynamic_size);
    let size = names_start + names.len() - start;
    let segment = NewSegment {
        offset: start,
        address: address_of(elf, start, size)?,
        size,
        // The loader writes into it.
        is_writable: addition.dynamic.is_some(),
    };
    if addition.names.is_some() {
        table.set_names(segment.address_of(names_start), names.len() as u64);
    }
    file.resize(names_start, 0);
    file.extend(names);
    if addition.dynamic.is_some() {
        table.write(elf, &mut file[dynamic..][..dynamic_size])?;
    } else {
        table.write(elf, &mut file[elf.dynamic.offset..][..elf.dynamic.size])?;
    }
    let mut moved = Moved::default();
    if addition.names.is_some() {
        let old = elf.dynamic.strings_address;
        moved
            .sections
            .push((NAMES_SECTION, old, names_start, names.len()));
    }
    if addition.dynamic.is_some() {
        let old = elf.segment(DYNAMIC).map_or(0, |segment| segment.address);
        moved.dynamic = Some((dynamic, dynamic_size));
        moved
            .sections
            .push((DYNAMIC_SECTION, old, dynamic, dynamic_size));
    }
    write_headers(elf, file, &segment, &moved).ok_or(ElfError::new(
        "its table of segments",
        "has no room for one more",
    ))?;
    write_sections(elf, file, &segment, &moved).ok_or(ElfError::outside("its table of sections"))
}

/// What was moved into the new segment: where it starts, and its size.
#[derive(Default)]
struct Moved {
    dynamic: Option<(usize, usize)>,
    /// With the kind of its section, and the address that it had.
    sections: Vec<(u64, u64, usize, usize)>,
}

/// The end of what is loaded.
fn end_of_loaded(elf: &Elf<'_>) -> Option<u64> {
    let loaded = elf.segments.iter().filter(|part| part.kind == LOADED);
    let ends = loaded.map(|part| part.address.checked_add(part.memory_size));
    ends.collect::<Option<Vec<u64>>>()?.into_iter().max()
}

/// The distance between place and address of the first segment, which must be kept for programs.
fn distance(elf: &Elf<'_>) -> Option<u64> {
    elf.interpreter?;
    let mut loaded = elf.segments.iter().filter(|part| part.kind == LOADED);
    let first = loaded.next()?;
    first.address.checked_sub(first.offset as u64)
}

/// Where in the file the segment starts: at its end, or further on for the distance's sake.
fn start_of(elf: &Elf<'_>, end: usize) -> Result<usize, ElfError> {
    let Some(distance) = distance(elf) else {
        return Ok(end);
    };
    let fault = ElfError::new("a segment", "is too large for another behind it");
    let loaded =
        end_of_loaded(elf).and_then(|loaded| loaded.checked_next_multiple_of(PAGE_MAX_BYTES));
    let loaded = loaded
        .and_then(|loaded| loaded.checked_sub(distance))
        .ok_or(fault)?;
    let start = loaded.max(end as u64);
    let is_near = start - end as u64 <= GAP_MAX_BYTES;
    let start = usize::try_from(start).ok().filter(|_| is_near);
    start.ok_or(fault)
}

/// The address of what starts at a place: above all else, and the same in the largest of pages.
fn address_of(elf: &Elf<'_>, start: usize, size: usize) -> Result<u64, ElfError> {
    let start = start as u64;
    let address = match distance(elf) {
        Some(distance) => start.checked_add(distance),
        None => end_of_loaded(elf)
            .and_then(|end| end.checked_next_multiple_of(PAGE_MAX_BYTES))
            .and_then(|page| page.checked_add(start % PAGE_MAX_BYTES)),
    };
    let highest = if elf.layout.wide {
        u64::MAX >> 1
    } else {
        u32::MAX.into()
    };
    let fits = |address: &u64| {
        let end = address.checked_add(size as u64);
        end.is_some_and(|end| end <= highest)
    };
    let address = address.filter(fits);
    address.ok_or(ElfError::new("a segment", "leaves no address for another"))
}

/// Writes the program headers at the start of the segment, and makes the header name them.
fn write_headers(
    elf: &Elf<'_>,
    file: &mut [u8],
    segment: &NewSegment,
    moved: &Moved,
) -> Option<()> {
    let (layout, header, fields) = (elf.layout, elf.layout.header(), elf.layout.segment());
    let word = layout.word_size();
    let old_start = layout.size(file, header.segments, word)?;
    let count = elf.segments.len();
    let old = file.get(old_start..)?.get(..count * fields.size)?.to_vec();
    let mut headers: Vec<Vec<u8>> = old.chunks_exact(fields.size).map(<[u8]>::to_vec).collect();
    let put = |entry: &mut Vec<u8>, offset: usize, size: usize| {
        let address = segment.address_of(offset);
        layout.put_word(entry, fields.offset, offset as u64)?;
        layout.put_word(entry, fields.address, address)?;
        layout.put_word(entry, fields.physical, address)?;
        layout.put_word(entry, fields.file_size, size as u64)?;
        layout.put_word(entry, fields.memory_size, size as u64)
    };
    for (entry, old) in headers.iter_mut().zip(&elf.segments) {
        match (old.kind, moved.dynamic) {
            (PROGRAM_HEADERS, _) => put(entry, segment.offset, (count + 1) * fields.size)?,
            (DYNAMIC, Some((offset, size))) => put(entry, offset, size)?,
            _ => {}
        }
    }
    let mut added = vec![0; fields.size];
    let rights = if segment.is_writable { WRITABLE } else { 0 } | READABLE;
    layout.put(&mut added, 0, 4, LOADED)?;
    layout.put(&mut added, fields.flags, 4, rights)?;
    put(&mut added, segment.offset, segment.size)?;
    layout.put_word(&mut added, fields.alignment, PAGE_MAX_BYTES)?;
    // Those that are loaded stand in the order of their addresses.
    let last = elf.segments.iter().rposition(|part| part.kind == LOADED)?;
    headers.insert(last + 1, added);
    let headers = headers.concat();
    file.get_mut(segment.offset..)?
        .get_mut(..headers.len())?
        .copy_from_slice(&headers);
    layout.put_word(file, header.segments, segment.offset as u64)?;
    layout.put(file, header.segment_count, 2, count as u64 + 1)
}

/// Where there are section headers, they follow, for those who read them.
fn write_sections(
    elf: &Elf<'_>,
    file: &mut [u8],
    segment: &NewSegment,
    moved: &Moved,
) -> Option<()> {
    let (layout, header, fields) = (elf.layout, elf.layout.header(), elf.layout.section());
    let Some(old) = sections(elf) else {
        return Some(());
    };
    let start = layout.size(file, header.sections, layout.word_size())?;
    for (index, section) in old.enumerate() {
        let address = layout.word(section, fields.address)?;
        let kind = layout.number(section, fields.kind, 4)?;
        let mut moved = moved.sections.iter();
        let found = moved.find(|(its_kind, old, ..)| (*its_kind, *old) == (kind, address));
        let Some((.., offset, size)) = found else {
            continue;
        };
        let place = file.get_mut(start + index * fields.size..)?;
        layout.put_word(place, fields.address, segment.address_of(*offset))?;
        layout.put_word(place, fields.offset, *offset as u64)?;
        layout.put_word(place, fields.length, *size as u64)?;
    }
    Some(())
}
