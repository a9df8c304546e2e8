//! The dynamic section and the table of names, changed.

use super::{Change, RunPath};
use crate::error::ElfError;
use crate::file::{Elf, tag};

/// The table of names, with new ones at its end.
pub(super) struct Names<'a> {
    old: &'a [u8],
    new: Vec<u8>,
}

impl<'a> Names<'a> {
    pub(super) fn of(elf: &Elf<'a>) -> Self {
        let dynamic = elf.dynamic;
        let old = &elf.file[dynamic.strings..][..dynamic.strings_size];
        Self {
            old,
            new: Vec::new(),
        }
    }

    /// How far into the table a name starts, which is added where it is not there.
    pub(super) fn place(&mut self, name: &str) -> u64 {
        let wanted = [name.as_bytes(), b"\0"].concat();
        let find = |table: &[u8]| memchr::memmem::find(table, &wanted);
        let old = find(self.old);
        let place = old.unwrap_or_else(|| {
            // What ends without a NUL must not grow.
            if self.new.is_empty() && self.old.last() != Some(&0) {
                self.new.push(0);
            }
            let place = find(&self.new).unwrap_or_else(|| {
                self.new.extend(&wanted);
                self.new.len() - wanted.len()
            });
            self.old.len() + place
        });
        place as u64
    }

    /// The whole table, where it has grown.
    pub(super) fn grown(&self) -> Option<Vec<u8>> {
        (!self.new.is_empty()).then(|| [self.old, &self.new].concat())
    }
}

/// The entries of the dynamic section without its end.
#[derive(Clone)]
pub(super) struct DynamicTable {
    entries: Vec<(u64, u64)>,
}

impl DynamicTable {
    /// The entries of a file, changed.
    pub(super) fn changed(
        elf: &Elf<'_>,
        change: &Change,
        names: &mut Names<'_>,
    ) -> Result<Self, ElfError> {
        let mut entries = Vec::new();
        let mut needed = elf.needed.iter();
        for (kind, value) in elf.dynamic_entries() {
            let value = match kind {
                tag::NEEDED => {
                    let library = needed.next().copied().unwrap_or_default();
                    match change.renamed(library) {
                        Some(renamed) if renamed == library => value,
                        Some(renamed) => names.place(renamed),
                        None => continue,
                    }
                }
                tag::SONAME if change.soname.is_some() => continue,
                tag::RPATH | tag::RUNPATH if change.run_path != RunPath::Keep => continue,
                _ => value,
            };
            entries.push((kind, value));
        }
        if let Some(soname) = &change.soname {
            entries.push((tag::SONAME, names.place(soname)));
        }
        if let RunPath::Set(path) = &change.run_path {
            entries.push((tag::RPATH, names.place(path)));
        }
        let unknown = |(name, new): &&(String, Option<String>)| {
            let is_there = elf.needed.contains(&name.as_str());
            !is_there || new.as_ref().is_some_and(|new| new.contains('\0'))
        };
        if change.needed.iter().find(unknown).is_some() {
            let fault = "does not name a library that is to be renamed";
            return Err(ElfError::new("its list of libraries", fault));
        }
        Ok(Self { entries })
    }

    /// Whether it fits where the old one is.
    pub(super) fn fits(&self, elf: &Elf<'_>) -> bool {
        self.size(elf) <= elf.dynamic.size
    }

    /// The bytes that it takes, with its end.
    pub(super) fn size(&self, elf: &Elf<'_>) -> usize {
        (self.entries.len() + 1) * 2 * elf.layout.word_size()
    }

    /// Says where the names are loaded to, and how many bytes they have.
    pub(super) fn set_names(&mut self, address: u64, size: u64) {
        for (kind, value) in &mut self.entries {
            match *kind {
                tag::STRINGS => *value = address,
                tag::STRINGS_SIZE => *value = size,
                _ => {}
            }
        }
    }

    /// Writes it over the start of `place`, and its end over the rest.
    pub(super) fn write(&self, elf: &Elf<'_>, place: &mut [u8]) -> Result<(), ElfError> {
        let word = elf.layout.word_size();
        place.fill(0);
        for ((kind, value), entry) in self.entries.iter().zip(place.chunks_exact_mut(2 * word)) {
            let written = elf.layout.put_word(entry, 0, *kind);
            let written = written.and_then(|()| elf.layout.put_word(entry, word, *value));
            written.ok_or(ElfError::new(
                "its dynamic section",
                "has a value too large",
            ))?;
        }
        Ok(())
    }
}
