//! Notes: which instructions a file for x86 needs, and which Android a file is for.
//!
//! Follows the x86-64 psABI ("Program Property"), the Linux extensions to the gABI
//! ("`.note.gnu.property`") and Android's NDK ("`.note.android.ident`").

use crate::file::Elf;

/// A segment of notes.
const NOTES: u64 = 4;
/// The kind of a note with properties, by the owner `GNU`.
const PROPERTIES: usize = 5;
/// The kind of a note with the level of Android's interface, by the owner `Android`.
const ANDROID_LEVEL: usize = 1;
/// The property that names levels of instructions which must be there.
const X86_ISA_NEEDED: u64 = 0xc000_8002;

/// The levels that the properties name.
pub(crate) fn x86_isa_needed(elf: &Elf<'_>) -> Option<u32> {
    let properties = |contents: &[u8]| in_properties(elf, contents);
    find(elf, (b"GNU\0", PROPERTIES), &properties)
}

/// The level of Android's interface that a file was made for.
pub(crate) fn android_level(elf: &Elf<'_>) -> Option<u32> {
    let level = |contents: &[u8]| u32::try_from(elf.layout.number(contents, 0, 4)?).ok();
    find(elf, (b"Android\0", ANDROID_LEVEL), &level)
}

/// What the last note of an owner and a kind says.
fn find(elf: &Elf<'_>, wanted: (&[u8], usize), read: &dyn Fn(&[u8]) -> Option<u32>) -> Option<u32> {
    let notes = elf.segments.iter().filter(|segment| segment.kind == NOTES);
    let mut found = None;
    for segment in notes {
        let end = segment.offset.checked_add(segment.file_size)?;
        let notes = elf.file.get(segment.offset..end)?;
        let alignment = if segment.alignment == 8 { 8 } else { 4 };
        found = in_notes(elf, (notes, alignment), wanted, read).or(found);
    }
    found
}

fn in_notes(
    elf: &Elf<'_>,
    (mut notes, alignment): (&[u8], usize),
    (owner, wanted): (&[u8], usize),
    read: &dyn Fn(&[u8]) -> Option<u32>,
) -> Option<u32> {
    let layout = elf.layout;
    let mut found = None;
    while notes.len() >= 12 {
        let [name_size, size, kind] = [0, 4, 8].map(|at| layout.size(notes, at, 4));
        let (name_size, size) = (name_size?, size?);
        let start = 12_usize.checked_add(name_size)?;
        let start = start.checked_next_multiple_of(alignment)?;
        let end = start.checked_add(size)?;
        if let Some(contents) = notes.get(start..end)
            && kind == Some(wanted)
            && notes[12..].starts_with(owner)
        {
            found = read(contents).or(found);
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
