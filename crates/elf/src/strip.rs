//! Leaving out what no loader reads: symbols for debuggers, debug information, notes of compilers.
//!
//! What is loaded stays where it is, byte for byte; what comes behind it goes, and the table of sections
//! names what is left. Sections keep their numbers, since symbols refer to them.

use crate::error::ElfError;
use crate::file::Elf;
use crate::layout::Layout;

/// The mark of sections that are loaded.
const ALLOCATED: u64 = 2;
/// Sections whose second link names another section.
const RELOCATIONS: [u64; 2] = [4, 9];
const NAMES: u64 = 3;
/// What the table of sections starts at.
const TABLE_ALIGNMENT: usize = 8;

/// The file without what no loader reads. One without sections stays as it is: it has been stripped
/// before.
///
/// # Errors
/// When the file is broken.
pub fn strip(file: &[u8]) -> Result<Vec<u8>, ElfError> {
    let elf = Elf::parse(file)?;
    let Some(sections) = crate::symbols::sections(&elf) else {
        return Ok(file.to_vec());
    };
    let sections: Vec<&[u8]> = sections.collect();
    let end = end_of_loaded(&elf)?;
    let stripped = Stripped {
        layout: elf.layout,
        file,
        end,
    };
    let after = stripped
        .write(&sections)
        .ok_or(ElfError::outside("its table of sections"))?;
    if after.len() >= file.len() {
        return Ok(file.to_vec());
    }
    let again = Elf::parse(&after)?;
    let is_same = again.needed == elf.needed
        && again.versions == elf.versions
        && again.soname == elf.soname
        && again.symbols().eq(elf.symbols());
    let fault = "shares its bytes with others, and cannot be left out";
    is_same
        .then_some(after)
        .ok_or(ElfError::new("a section", fault))
}

/// The end of all that the program headers name, and of themselves.
fn end_of_loaded(elf: &Elf<'_>) -> Result<usize, ElfError> {
    let (layout, header) = (elf.layout, elf.layout.header());
    let table = layout.size(elf.file, header.segments, layout.word_size());
    let size = elf.segments.len() * layout.segment().size;
    let ends = elf
        .segments
        .iter()
        .map(|part| part.offset.checked_add(part.file_size));
    let ends: Option<Vec<usize>> = ends.collect();
    let end = ends.zip(table.and_then(|table| table.checked_add(size)));
    let end = end.and_then(|(ends, table)| ends.into_iter().chain([table, header.size]).max());
    let end = end.filter(|end| *end <= elf.file.len());
    end.ok_or(ElfError::outside("a segment"))
}

struct Stripped<'a> {
    layout: Layout,
    file: &'a [u8],
    /// How much of the file stays.
    end: usize,
}

impl Stripped<'_> {
    fn write(&self, sections: &[&[u8]]) -> Option<Vec<u8>> {
        let (layout, fields) = (self.layout, self.layout.section());
        let is_loaded = |section: &&[u8]| {
            let flags = layout.word(section, fields.flags);
            flags.is_some_and(|flags| flags & ALLOCATED != 0)
        };
        let last = sections.iter().rposition(is_loaded).unwrap_or(0);
        let mut after = self.file.get(..self.end)?.to_vec();
        let mut names = vec![0];
        let mut kept: Vec<Vec<u8>> = Vec::new();
        for section in sections.get(..=last)? {
            let mut entry = section.to_vec();
            if is_loaded(section) {
                let name = self.name(sections, section)?;
                layout.put(&mut entry, 0, 4, names.len() as u64)?;
                names.extend(name.iter().chain(&[0]));
                self.unlink(&mut entry, last)?;
            } else {
                // It keeps its number, and is nothing.
                entry.fill(0);
            }
            kept.push(entry);
        }
        let mut own = vec![0; fields.size];
        layout.put(&mut own, 0, 4, names.len() as u64)?;
        names.extend(b".shstrtab\0");
        layout.put(&mut own, fields.kind, 4, NAMES)?;
        layout.put_word(&mut own, fields.offset, self.end as u64)?;
        layout.put_word(&mut own, fields.length, names.len() as u64)?;
        layout.put_word(&mut own, fields.alignment, 1)?;
        kept.push(own);
        after.extend(&names);
        after.resize(after.len().next_multiple_of(TABLE_ALIGNMENT), 0);
        let header = layout.header();
        let table = after.len() as u64;
        layout.put_word(&mut after, header.sections, table)?;
        layout.put(&mut after, header.section_count, 2, kept.len() as u64)?;
        layout.put(
            &mut after,
            header.section_count + 2,
            2,
            kept.len() as u64 - 1,
        )?;
        after.extend(kept.concat());
        Some(after)
    }

    /// The name of a section.
    fn name(&self, sections: &[&[u8]], section: &[u8]) -> Option<&[u8]> {
        let (layout, fields) = (self.layout, self.layout.section());
        let word = layout.word_size();
        let index = layout.size(self.file, layout.header().section_count + 2, 2)?;
        let names = sections.get(index)?;
        let start = layout.size(names, fields.offset, word)?;
        let start = start.checked_add(layout.size(section, 0, 4)?)?;
        let name = self.file.get(start..)?;
        // Names of sections are short; a longer one is cut.
        let name = &name[..name.len().min(256)];
        Some(&name[..memchr::memchr(0, name).unwrap_or(name.len())])
    }

    /// Takes away links to sections that are no longer there.
    fn unlink(&self, entry: &mut [u8], last: usize) -> Option<()> {
        let (layout, fields) = (self.layout, self.layout.section());
        let kind = layout.number(entry, fields.kind, 4)?;
        let mut places = vec![fields.link];
        if RELOCATIONS.contains(&kind) {
            places.push(fields.link + 4);
        }
        for place in places {
            if layout.size(entry, place, 4)? > last {
                layout.put(entry, place, 4, 0)?;
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests;
