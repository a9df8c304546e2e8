//! A file as a loader sees it: segments, and what the dynamic section says.

use crate::error::ElfError;
use crate::layout::Layout;
use crate::notes;
use crate::symbols::{self, Symbol};
use crate::versions::{self, VersionsNeeded};

/// The longest name or path that is read; a path of the system has no more bytes.
pub(crate) const NAME_MAX_BYTES: usize = 4096;
/// How many libraries a file may need; real ones need some hundred.
const NEEDED_MAX: usize = 4096;

/// Kinds of segments.
pub(crate) const LOADED: u64 = 1;
pub(crate) const DYNAMIC: u64 = 2;
const INTERPRETER: u64 = 3;
pub(crate) const PROGRAM_HEADERS: u64 = 6;

/// Tags of the dynamic section.
pub(crate) mod tag {
    pub(crate) const END: u64 = 0;
    pub(crate) const NEEDED: u64 = 1;
    pub(crate) const HASH: u64 = 4;
    pub(crate) const STRINGS: u64 = 5;
    pub(crate) const SYMBOLS: u64 = 6;
    pub(crate) const STRINGS_SIZE: u64 = 10;
    pub(crate) const SONAME: u64 = 14;
    pub(crate) const RPATH: u64 = 15;
    pub(crate) const RUNPATH: u64 = 29;
    pub(crate) const GNU_HASH: u64 = 0x6fff_fef5;
    pub(crate) const VERSIONS_NEEDED: u64 = 0x6fff_fffe;
}

/// What decides whether one file can be loaded by another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Platform {
    /// The system (`EI_OSABI`).
    pub os_abi: u8,
    /// Whether addresses have 64 bits.
    pub is_wide: bool,
    /// Whether the small end comes first.
    pub is_little_endian: bool,
    /// The machine (`e_machine`).
    pub machine: u16,
    /// What the machine's own supplement says (`e_flags`).
    pub flags: u32,
}

/// A part of the file, and where it is in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) kind: u64,
    pub(crate) offset: usize,
    pub(crate) address: u64,
    pub(crate) file_size: usize,
    pub(crate) memory_size: u64,
    pub(crate) alignment: u64,
}

/// A file, read.
#[derive(Clone, Debug)]
pub struct Elf<'a> {
    /// What it can be loaded by.
    pub platform: Platform,
    /// The loader that starts it; only programs have one.
    pub interpreter: Option<&'a str>,
    /// The name by which others need it (`DT_SONAME`).
    pub soname: Option<&'a str>,
    /// The libraries that it needs (`DT_NEEDED`), in order.
    pub needed: Vec<&'a str>,
    /// Where it looks for libraries (`DT_RPATH`), also for those of its libraries.
    pub rpath: Option<&'a str>,
    /// Where it looks for its own libraries (`DT_RUNPATH`).
    pub runpath: Option<&'a str>,
    /// The versions of symbols that its libraries must have.
    pub versions: Vec<VersionsNeeded<'a>>,
    pub(crate) file: &'a [u8],
    pub(crate) layout: Layout,
    pub(crate) segments: Vec<Segment>,
    pub(crate) dynamic: Dynamic,
}

/// The places that the dynamic section names, in the file.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Dynamic {
    /// Where its entries stand, and how many bytes there are for them.
    pub(crate) offset: usize,
    pub(crate) size: usize,
    /// The names: where they are loaded to, where they stand, how many bytes.
    pub(crate) strings_address: u64,
    pub(crate) strings: usize,
    pub(crate) strings_size: usize,
    pub(crate) versions: Option<usize>,
    pub(crate) symbols_address: Option<u64>,
    pub(crate) hash: Option<u64>,
    pub(crate) gnu_hash: Option<u64>,
}

impl<'a> Elf<'a> {
    /// Whether it starts as an ELF file does.
    pub fn is_elf(file: &[u8]) -> bool {
        file.starts_with(b"\x7fELF")
    }

    /// Reads a file.
    ///
    /// # Errors
    /// When a part that a loader reads is broken.
    pub fn parse(file: &'a [u8]) -> Result<Self, ElfError> {
        let layout = Layout::of(file)?;
        let header = layout.header();
        let cut = || ElfError::new("its header", "is cut off");
        let file_header = file.get(..header.size).ok_or_else(cut)?;
        let number = |at, length| layout.number(file_header, at, length).unwrap_or_default();
        let platform = Platform {
            os_abi: file[7],
            is_wide: layout.wide,
            is_little_endian: layout.little_endian,
            machine: u16::try_from(number(18, 2)).unwrap_or_default(),
            flags: u32::try_from(number(header.flags, 4)).unwrap_or_default(),
        };
        let mut elf = Self {
            platform,
            interpreter: None,
            soname: None,
            needed: Vec::new(),
            rpath: None,
            runpath: None,
            versions: Vec::new(),
            file,
            layout,
            segments: segments(file, layout)?,
            dynamic: Dynamic::default(),
        };
        if let Some(segment) = elf.segment(INTERPRETER) {
            let name = text(file, segment.offset, segment.file_size);
            elf.interpreter = Some(name.ok_or(ElfError::new("its loader", "has no name"))?);
        }
        if let Some(segment) = elf.segment(DYNAMIC).copied() {
            elf.read_dynamic(segment)?;
        }
        Ok(elf)
    }

    /// Whether it has a dynamic section; a program without one is linked statically.
    pub fn is_dynamic(&self) -> bool {
        self.dynamic.size > 0
    }

    /// The symbols that it has for others or wants from them, as far as their table can be found.
    pub fn symbols(&self) -> impl Iterator<Item = Symbol<'a>> {
        symbols::read(self)
    }

    /// The instructions beyond the machine's first that it needs, as the bits of
    /// `GNU_PROPERTY_X86_ISA_1_NEEDED`; none where it does not say.
    pub fn x86_isa_needed(&self) -> Option<u32> {
        notes::x86_isa_needed(self)
    }

    /// The level of Android's interface that the file was made for; none where it does not say.
    pub fn android_level(&self) -> Option<u32> {
        notes::android_level(self)
    }

    pub(crate) fn segment(&self, kind: u64) -> Option<&Segment> {
        self.segments.iter().find(|segment| segment.kind == kind)
    }

    /// The place in the file of what is loaded to an address.
    pub(crate) fn place(&self, address: u64) -> Option<usize> {
        let mut loaded = self.segments.iter().filter(|part| part.kind == LOADED);
        loaded.find_map(|part| {
            let inside = usize::try_from(address.checked_sub(part.address)?).ok()?;
            let place = part.offset.checked_add(inside)?;
            (inside < part.file_size && place < self.file.len()).then_some(place)
        })
    }

    /// The name that starts so many bytes into the names.
    pub(crate) fn name(&self, offset: usize, part: &'static str) -> Result<&'a str, ElfError> {
        let Dynamic {
            strings,
            strings_size,
            ..
        } = self.dynamic;
        let room = strings_size.checked_sub(offset);
        let name = room.and_then(|room| text(self.file, strings + offset, room));
        name.ok_or(ElfError::new(part, "has a name that is not there"))
    }

    /// The tags and values of the dynamic section, up to its end.
    pub(crate) fn dynamic_entries(&self) -> impl Iterator<Item = (u64, u64)> + use<'a> {
        let Dynamic { offset, size, .. } = self.dynamic;
        let (layout, word) = (self.layout, self.layout.word_size());
        let table = self.file.get(offset..offset + size).unwrap_or_default();
        let entries = table.chunks_exact(2 * word).map(move |entry| {
            let number = |at| layout.word(entry, at).unwrap_or_default();
            (number(0), number(word))
        });
        entries.take_while(|(tag, _)| *tag != tag::END)
    }

    fn read_dynamic(&mut self, segment: Segment) -> Result<(), ElfError> {
        self.dynamic.offset = segment.offset;
        self.dynamic.size = segment.file_size;
        let entries: Vec<(u64, u64)> = self.dynamic_entries().collect();
        let find = |wanted| {
            let found = entries.iter().rev().find(|(tag, _)| *tag == wanted);
            found.map(|(_, value)| *value)
        };
        self.dynamic.symbols_address = find(tag::SYMBOLS);
        self.dynamic.hash = find(tag::HASH);
        self.dynamic.gnu_hash = find(tag::GNU_HASH);
        if let Some(address) = find(tag::STRINGS) {
            let place = self.place(address);
            self.dynamic.strings_address = address;
            self.dynamic.strings = place.ok_or(ElfError::outside("its table of names"))?;
            // The loader does not look at the size; what is there counts.
            let room = self.file.len() - self.dynamic.strings;
            let size = find(tag::STRINGS_SIZE).and_then(|size| usize::try_from(size).ok());
            self.dynamic.strings_size = size.unwrap_or(room).min(room);
        }
        for (tag, value) in &entries {
            let name = |part| self.name(usize::try_from(*value).unwrap_or(usize::MAX), part);
            match *tag {
                tag::NEEDED if self.needed.len() == NEEDED_MAX => {
                    return Err(ElfError::new("its list of libraries", "has too many"));
                }
                tag::NEEDED => self.needed.push(name("a library that it needs")?),
                tag::SONAME => self.soname = Some(name("its own name")?),
                tag::RPATH => self.rpath = Some(name("its run path")?),
                tag::RUNPATH => self.runpath = Some(name("its run path")?),
                _ => {}
            }
        }
        if let Some(address) = find(tag::VERSIONS_NEEDED) {
            let place = self.place(address);
            let place = place.ok_or(ElfError::outside("its table of versions"))?;
            self.dynamic.versions = Some(place);
            self.versions = versions::read(self, place)?;
        }
        Ok(())
    }
}

/// Reads the program headers. What is loaded may lie outside of the file: there are files with the
/// debug information alone, which keep the headers.
fn segments(file: &[u8], layout: Layout) -> Result<Vec<Segment>, ElfError> {
    const PART: &str = "its table of segments";
    let header = layout.header();
    let word = layout.word_size();
    let start = layout.size(file, header.segments, word);
    let size = layout.size(file, header.segment_size, 2).unwrap_or(0);
    let count = layout.size(file, header.segment_count, 2).unwrap_or(0);
    if count == 0 {
        return Ok(Vec::new());
    }
    let fields = layout.segment();
    if size != fields.size {
        return Err(ElfError::new(PART, "has entries of another size"));
    }
    let table = start.and_then(|start| file.get(start..)?.get(..count * size));
    let table = table.ok_or(ElfError::outside(PART))?;
    let read = |entry: &[u8]| {
        let segment = Segment {
            kind: layout.number(entry, 0, 4)?,
            offset: layout.size(entry, fields.offset, word)?,
            address: layout.word(entry, fields.address)?,
            file_size: layout.size(entry, fields.file_size, word)?,
            memory_size: layout.word(entry, fields.memory_size)?,
            alignment: layout.word(entry, fields.alignment)?,
        };
        let end = segment.offset.checked_add(segment.file_size)?;
        let is_read = matches!(segment.kind, DYNAMIC | INTERPRETER);
        (!is_read || end <= file.len()).then_some(segment)
    };
    let segments = table.chunks_exact(size).map(read);
    let segments: Option<Vec<Segment>> = segments.collect();
    segments.ok_or(ElfError::outside("a segment"))
}

/// The text up to the next NUL, which must come within `room` bytes.
pub(crate) fn text(file: &[u8], at: usize, room: usize) -> Option<&str> {
    let bytes = file.get(at..)?;
    let bytes = &bytes[..room.min(bytes.len()).min(NAME_MAX_BYTES)];
    let end = memchr::memchr(0, bytes)?;
    std::str::from_utf8(&bytes[..end]).ok()
}

#[cfg(test)]
mod tests;
