//! PE files: which machine they are for, the libraries that they need, and the names in them.
//!
//! Follows Microsoft's "PE Format": the headers, "The .idata Section", "Delay-Load Import Tables" and
//! "The .edata Section".

use crate::bytes::Bytes;
use crate::error::BinaryError;

/// The loader takes no more sections.
const SECTIONS_MAX: usize = 96;
/// How many libraries a file may need; real ones need some dozen.
const LIBRARIES_MAX: usize = 4096;
/// How many names it may want from all of them, or have for others; real ones have some thousand, the
/// largest some ten thousand.
const NAMES_MAX: usize = 1 << 18;
/// A part of a section starts at a multiple of this in the file, whatever is written.
const SECTOR: u64 = 512;

const EXPORTS: usize = 0;
const IMPORTS: usize = 1;
const DELAYED_IMPORTS: usize = 13;
const MANAGED: usize = 14;

/// The machine that a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PeMachine {
    /// 64-bit x86.
    Amd64,
    /// 32-bit Arm.
    Arm,
    /// 64-bit Arm.
    Arm64,
    /// 32-bit x86.
    I386,
    /// Another one, by its number.
    Other(u16),
}

impl PeMachine {
    fn of(number: u16) -> Self {
        match number {
            0x8664 => Self::Amd64,
            0x1c0 | 0x1c4 => Self::Arm,
            0xaa64 => Self::Arm64,
            0x14c => Self::I386,
            other => Self::Other(other),
        }
    }

    /// A name, as platform tags have it where they have one.
    pub fn name(self) -> &'static str {
        match self {
            Self::Amd64 => "amd64",
            Self::Arm => "arm32",
            Self::Arm64 => "arm64",
            Self::I386 => "x86",
            Self::Other(_) => "unknown",
        }
    }
}

/// A library that a file needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import<'a> {
    /// Its name, in any case.
    pub library: &'a str,
    /// Whether it is loaded at its first use only.
    pub is_delayed: bool,
    /// What is wanted of it by name; what is wanted by number is not told.
    pub names: Vec<&'a [u8]>,
}

/// A file, read.
#[derive(Clone, Debug)]
pub struct Pe<'a> {
    /// The machine.
    pub machine: PeMachine,
    /// Whether it is for .NET: then the machine may be any.
    pub is_managed: bool,
    /// The libraries that it needs, in order.
    pub imports: Vec<Import<'a>>,
    /// The names that it has for others.
    pub exports: Vec<&'a [u8]>,
}

impl<'a> Pe<'a> {
    /// Whether it starts as a program for DOS and Windows does; [`Pe::parse`] says which of them.
    pub fn is_pe(file: &[u8]) -> bool {
        file.starts_with(b"MZ")
    }

    /// Reads a file.
    ///
    /// # Errors
    /// When a part that the loader reads is broken.
    pub fn parse(file: &'a [u8]) -> Result<Self, BinaryError> {
        let image = Image::of(file)?;
        let mut pe = Self {
            machine: image.machine,
            is_managed: image.folder(MANAGED).is_some(),
            imports: Vec::new(),
            exports: Vec::new(),
        };
        let mut left = NAMES_MAX;
        pe.exports = image.exports(&mut left)?;
        image.read_imports(&mut pe.imports, &mut left)?;
        image.read_delayed(&mut pe.imports, &mut left)?;
        Ok(pe)
    }
}

/// A part of the file, and where it is in memory.
struct Section {
    address: u32,
    offset: usize,
    size: u32,
}

/// The headers.
struct Image<'a> {
    bytes: Bytes<'a>,
    machine: PeMachine,
    wide: bool,
    /// Where the program prefers to be: old tables have addresses that count it in.
    base: u64,
    header_size: u32,
    sections: Vec<Section>,
    /// Addresses and sizes of tables.
    folders: Vec<(u32, u32)>,
}

impl<'a> Image<'a> {
    fn of(file: &'a [u8]) -> Result<Self, BinaryError> {
        let fault = |fault| BinaryError::pe("its header", fault);
        let cut = fault("is cut off");
        let bytes = Bytes {
            all: file,
            is_little_endian: true,
        };
        if !Pe::is_pe(file) {
            return Err(fault("is that of no program"));
        }
        let start = bytes.size(0x3c).ok_or(cut)?;
        if bytes.part(start, 4) != Some(b"PE\0\0") {
            return Err(fault("is that of a program for DOS"));
        }
        let header = bytes.from(start + 4).ok_or(cut)?;
        let optional_size = usize::from(header.short(16).ok_or(cut)?);
        let optional = header.part(20, optional_size).ok_or(cut)?;
        let optional = Bytes {
            all: optional,
            ..bytes
        };
        let wide = match optional.short(0) {
            Some(0x10b) => false,
            Some(0x20b) => true,
            _ => return Err(fault("is that of an object, or of no program")),
        };
        let (base, tables) = if wide { (24, 108) } else { (28, 92) };
        let mut folders = Vec::new();
        // The loader knows sixteen, whatever the count says.
        for index in 0..optional.size(tables).ok_or(cut)?.min(16) {
            let at = tables + 4 + 8 * index;
            folders.push((
                optional.word(at).ok_or(cut)?,
                optional.word(at + 4).ok_or(cut)?,
            ));
        }
        let count = usize::from(header.short(2).ok_or(cut)?);
        if count > SECTIONS_MAX {
            return Err(fault("has more sections than Windows loads"));
        }
        let mut sections = Vec::with_capacity(count);
        for at in (0..count).map(|index| 20 + optional_size + 40 * index) {
            let number = |at| {
                header
                    .word(at)
                    .ok_or(BinaryError::pe("its sections", "are cut off"))
            };
            let offset = u64::from(number(at + 20)?) / SECTOR * SECTOR;
            sections.push(Section {
                address: number(at + 12)?,
                offset: usize::try_from(offset).unwrap_or(usize::MAX),
                size: number(at + 16)?,
            });
        }
        Ok(Self {
            bytes,
            machine: PeMachine::of(header.short(0).ok_or(cut)?),
            wide,
            base: optional.number(base, if wide { 8 } else { 4 }).ok_or(cut)?,
            header_size: optional.word(60).ok_or(cut)?,
            sections,
            folders,
        })
    }

    /// The address of a table, where there is one.
    fn folder(&self, index: usize) -> Option<u32> {
        let found = self.folders.get(index).copied();
        found
            .filter(|(address, _)| *address != 0)
            .map(|(address, _)| address)
    }

    /// The file from what is loaded to an address on.
    fn at(&self, address: u32) -> Option<Bytes<'a>> {
        if address < self.header_size {
            return self.bytes.from(usize::try_from(address).ok()?);
        }
        self.sections.iter().find_map(|section| {
            let inside = address.checked_sub(section.address)?;
            let place = section.offset.checked_add(usize::try_from(inside).ok()?)?;
            (inside < section.size).then(|| self.bytes.from(place))?
        })
    }

    fn name(&self, address: u32) -> Option<&'a [u8]> {
        self.at(address)?.name(0)
    }

    fn exports(&self, left: &mut usize) -> Result<Vec<&'a [u8]>, BinaryError> {
        let fault = |fault| BinaryError::pe("its table of names", fault);
        let outside = fault("lies outside of the file");
        let Some(address) = self.folder(EXPORTS) else {
            return Ok(Vec::new());
        };
        let table = self.at(address).ok_or(outside)?;
        let count = table.size(24).ok_or(outside)?;
        if count > *left {
            return Err(fault("has too many entries"));
        }
        *left -= count;
        if count == 0 {
            return Ok(Vec::new());
        }
        let places = self.at(table.word(32).ok_or(outside)?).ok_or(outside)?;
        let names = (0..count).map(|index| self.name(places.word(4 * index)?));
        names.collect::<Option<_>>().ok_or(outside)
    }

    fn read_imports(
        &self,
        imports: &mut Vec<Import<'a>>,
        left: &mut usize,
    ) -> Result<(), BinaryError> {
        let Some(address) = self.folder(IMPORTS) else {
            return Ok(());
        };
        let outside = BinaryError::pe(TABLE, "lies outside of the file");
        let table = self.at(address).ok_or(outside)?;
        for at in (0..).map(|index| 20 * index) {
            let number = |inside: usize| table.word(at + inside).ok_or(outside);
            let (lookups, name, addresses) = (number(0)?, number(12)?, number(16)?);
            if name == 0 || addresses == 0 {
                return Ok(());
            }
            // The list that stays as it is; some linkers write none.
            let names = if lookups == 0 { addresses } else { lookups };
            self.import(imports, (name, names), false, left)?;
        }
        Ok(())
    }

    fn read_delayed(
        &self,
        imports: &mut Vec<Import<'a>>,
        left: &mut usize,
    ) -> Result<(), BinaryError> {
        let Some(address) = self.folder(DELAYED_IMPORTS) else {
            return Ok(());
        };
        let outside = BinaryError::pe(TABLE, "lies outside of the file");
        let table = self.at(address).ok_or(outside)?;
        for at in (0..).map(|index| 32 * index) {
            let number = |inside: usize| table.word(at + inside).ok_or(outside);
            let (kind, name, names) = (number(0)?, number(4)?, number(16)?);
            if name == 0 {
                return Ok(());
            }
            let relative = |address: u32| match kind & 1 {
                // Tables of old linkers count the base in.
                0 => u64::from(address)
                    .checked_sub(self.base)
                    .and_then(|it| u32::try_from(it).ok()),
                _ => Some(address),
            };
            let place = relative(name).zip(relative(names)).ok_or(outside)?;
            self.import(imports, place, true, left)?;
        }
        Ok(())
    }

    /// Adds a library: its name, and the list of what is wanted of it.
    fn import(
        &self,
        imports: &mut Vec<Import<'a>>,
        (name, list): (u32, u32),
        is_delayed: bool,
        left: &mut usize,
    ) -> Result<(), BinaryError> {
        let fault = |fault| BinaryError::pe(TABLE, fault);
        let outside = fault("lies outside of the file");
        if imports.len() == LIBRARIES_MAX {
            return Err(fault("has too many libraries"));
        }
        let library = self
            .name(name)
            .and_then(|name| std::str::from_utf8(name).ok());
        let library = library.filter(|name| !name.is_empty());
        let library = library.ok_or(fault("has a library without a name"))?;
        let entries = self.at(list).ok_or(outside)?;
        let (size, by_number) = if self.wide {
            (8, 1 << 63)
        } else {
            (4, 1 << 31)
        };
        let mut names = Vec::new();
        for at in (0..).map(|index| size * index) {
            let entry = entries.number(at, size).ok_or(outside)?;
            if entry == 0 {
                break;
            }
            *left = left.checked_sub(1).ok_or(fault("has too many names"))?;
            if entry & by_number == 0 {
                // Two bytes of a hint come before the name.
                let place = u32::try_from(entry)
                    .ok()
                    .and_then(|place| place.checked_add(2));
                names.push(place.and_then(|place| self.name(place)).ok_or(outside)?);
            }
        }
        imports.push(Import {
            library,
            is_delayed,
            names,
        });
        Ok(())
    }
}

const TABLE: &str = "its table of libraries";

#[cfg(test)]
mod tests;
