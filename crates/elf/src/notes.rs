//! Notes: which instructions a file for x86 needs.
//!
//! Follows the x86-64 psABI ("Program Property") and the Linux extensions to the gABI
//! ("`.note.gnu.property`").

use crate::file::Elf;

/// A segment of notes.
const NOTES: u64 = 4;
/// The kind of a note with properties, by the owner `GNU`.
const PROPERTIES: usize = 5;
/// The property that names levels of instructions which must be there.
const X86_ISA_NEEDED: u64 = 0xc000_8002;

/// The levels that the properties name.
pub(crate) fn x86_isa_needed(elf: &Elf<'_>) -> Option<u32> {
    let notes = elf.segments.iter().filter(|segment| segment.kind == NOTES);
    let mut found = None;
    for segment in notes {
        let end = segment.offset.checked_add(segment.file_size)?;
        let notes = elf.file.get(segment.offset..end)?;
        let alignment = if segment.alignment == 8 { 8 } else { 4 };
        found = in_notes(elf, notes, alignment).or(found);
    }
    found
}

fn in_notes(elf: &Elf<'_>, mut notes: &[u8], alignment: usize) -> Option<u32> {
    let layout = elf.layout;
    let mut found = None;
    while notes.len() >= 12 {
        let [name_size, size, kind] = [0, 4, 8].map(|at| layout.size(notes, at, 4));
        let (name_size, size) = (name_size?, size?);
        let start = 12_usize.checked_add(name_size)?;
        let start = start.checked_next_multiple_of(alignment)?;
        let end = start.checked_add(size)?;
        if let Some(contents) = notes.get(start..end)
            && kind == Some(PROPERTIES)
            && notes.get(12..16) == Some(b"GNU\0")
        {
            found = in_properties(elf, contents).or(found);
        }
        let next = end.checked_next_multiple_of(alignment)?;
        notes = notes.get(next..).unwrap_or_default();
    }
    found
}

fn in_properties(elf: &Elf<'_>, mut properties: &[u8]) -> Option<u32> {
    let layout = elf.layout;
    while properties.len() >= 8 {
        let kind = layout.number(properties, 0, 4)?;
        let size = layout.size(properties, 4, 4)?;
        if kind == X86_ISA_NEEDED && size == 4 {
            return u32::try_from(layout.number(properties, 8, 4)?).ok();
        }
        let end = 8_usize.checked_add(size)?;
        let end = end.checked_next_multiple_of(layout.word_size())?;
        properties = properties.get(end..)?;
    }
    None
}
