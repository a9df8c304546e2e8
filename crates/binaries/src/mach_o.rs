//! Mach-O files: the parts for each machine, and what the loader (dyld) reads of them.
//!
//! Follows `<mach-o/fat.h>` and `<mach-o/loader.h>`.

mod commands;
mod symbols;

use crate::bytes::Bytes;
use crate::error::BinaryError;

pub use symbols::Symbol;

/// How many parts a file may have. Files of Java start as those for several machines do, and have 45
/// or more in the place of the count.
const PARTS_MAX: usize = 44;
/// The marks of files for several machines; their numbers have the big end first.
const SEVERAL: u32 = 0xcafe_babe;
const SEVERAL_WIDE: u32 = 0xcafe_babf;
/// The mark of a file for one machine with 32 or 64 bits, in its own byte order.
const SINGLE: u32 = 0xfeed_face;
const SINGLE_WIDE: u32 = 0xfeed_facf;

/// The machine that a part is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Machine {
    /// 32-bit Arm.
    Arm,
    /// 64-bit Arm.
    Arm64,
    /// 64-bit Arm with signed pointers, which only Apple's own programs may use.
    Arm64e,
    /// 32-bit x86.
    I386,
    /// 32-bit PowerPC.
    Ppc,
    /// 64-bit PowerPC.
    Ppc64,
    /// 64-bit x86.
    X86_64,
    /// Another one, by its numbers (`cputype`, `cpusubtype`).
    Other(u32, u32),
}

impl Machine {
    fn of(kind: u32, subtype: u32) -> Self {
        // The highest byte of the second number holds marks.
        match (kind, subtype & 0x00ff_ffff) {
            (12, _) => Self::Arm,
            (0x0100_000c, 2) => Self::Arm64e,
            (0x0100_000c, _) => Self::Arm64,
            (7, _) => Self::I386,
            (18, _) => Self::Ppc,
            (0x0100_0012, _) => Self::Ppc64,
            (0x0100_0007, _) => Self::X86_64,
            (kind, subtype) => Self::Other(kind, subtype),
        }
    }

    /// The name that platform tags and Apple's tools have for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Arm => "arm",
            Self::Arm64 => "arm64",
            Self::Arm64e => "arm64e",
            Self::I386 => "i386",
            Self::Ppc => "ppc",
            Self::Ppc64 => "ppc64",
            Self::X86_64 => "x86_64",
            Self::Other(..) => "unknown",
        }
    }
}

/// The system that a part is for (`platform` of `LC_BUILD_VERSION`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum System {
    /// macOS.
    MacOs,
    /// iOS on a device.
    Ios,
    /// iOS in a simulator.
    IosSimulator,
    /// Another one, by its number.
    Other(u32),
}

/// A system, and its oldest version that will do: major, minor, patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Build {
    /// The system.
    pub system: System,
    /// Its version.
    pub minimum: (u16, u8, u8),
}

/// What a part is (`filetype`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartKind {
    /// A program.
    Program,
    /// A library that others are linked with.
    Library,
    /// A module that is loaded on demand, as those of Python are.
    Module,
    /// What no loader loads: objects for the linker, debug information, stubs.
    Other(u32),
}

/// A library that a part needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Library<'a> {
    /// Its path, or a name that starts with `@rpath/`, `@loader_path/` or `@executable_path/`.
    pub name: &'a str,
    /// Whether the part does without it (`LC_LOAD_WEAK_DYLIB`).
    pub is_weak: bool,
}

/// What the file has for one machine.
#[derive(Clone, Debug)]
pub struct Part<'a> {
    /// The machine.
    pub machine: Machine,
    /// What it is.
    pub kind: PartKind,
    /// The systems that it says it is for, mostly one.
    pub builds: Vec<Build>,
    /// The name by which others need it (`LC_ID_DYLIB`).
    pub install_name: Option<&'a str>,
    /// The libraries that it needs, in order.
    pub libraries: Vec<Library<'a>>,
    /// What `@rpath` stands for (`LC_RPATH`), in order.
    pub run_paths: Vec<&'a str>,
    symbols: symbols::Table<'a>,
}

impl<'a> Part<'a> {
    /// The symbols that it has for others or wants from them; those for debuggers are left out.
    pub fn symbols(&self) -> impl Iterator<Item = Symbol<'a>> + use<'a> {
        self.symbols.read()
    }
}

/// A file, read: one part, or one for each machine.
#[derive(Clone, Debug)]
pub struct MachO<'a> {
    /// The parts.
    pub parts: Vec<Part<'a>>,
}

impl<'a> MachO<'a> {
    /// Whether it starts as a Mach-O file does; eight bytes tell.
    pub fn is_mach_o(file: &[u8]) -> bool {
        let file = big_endian(file);
        match file.word(0) {
            Some(SEVERAL | SEVERAL_WIDE) => file.size(4).is_some_and(|count| count <= PARTS_MAX),
            mark => mark.is_some_and(|mark| single(mark).is_some()),
        }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// When a part that the loader reads is broken.
    pub fn parse(file: &'a [u8]) -> Result<Self, BinaryError> {
        let wide = match big_endian(file).word(0) {
            Some(SEVERAL) => false,
            Some(SEVERAL_WIDE) => true,
            _ => {
                let parts = vec![part(file)?];
                return Ok(Self { parts });
            }
        };
        let parts = table(file, wide)?.into_iter().map(part);
        Ok(Self {
            parts: parts.collect::<Result<_, _>>()?,
        })
    }
}

fn big_endian(all: &[u8]) -> Bytes<'_> {
    Bytes {
        all,
        is_little_endian: false,
    }
}

/// Whether the mark of a file for one machine, read with the big end first, is one with the small end
/// first, and whether it has 64 bits.
fn single(mark: u32) -> Option<(bool, bool)> {
    let is_little_endian = !matches!(mark, SINGLE | SINGLE_WIDE);
    let mark = if is_little_endian {
        mark.swap_bytes()
    } else {
        mark
    };
    match mark {
        SINGLE => Some((is_little_endian, false)),
        SINGLE_WIDE => Some((is_little_endian, true)),
        _ => None,
    }
}

/// The bytes of each part of a file for several machines.
fn table(file: &[u8], wide: bool) -> Result<Vec<&[u8]>, BinaryError> {
    const PART: &str = "its table of machines";
    let bytes = big_endian(file);
    let cut = BinaryError::mach_o(PART, "is cut off");
    let count = bytes.size(4).ok_or(cut)?;
    if count == 0 || count > PARTS_MAX {
        return Err(BinaryError::mach_o(PART, "has no entries, or too many"));
    }
    let (size, length) = if wide { (32, 8) } else { (20, 4) };
    let mut parts = Vec::with_capacity(count);
    for entry in (0..count).map(|index| 8 + index * size) {
        let number = |at| bytes.number(entry + at, length).ok_or(cut);
        let place = [number(8)?, number(8 + length)?].map(usize::try_from);
        let [Ok(offset), Ok(size)] = place else {
            return Err(BinaryError::mach_o(PART, "leads out of the file"));
        };
        let part = bytes.part(offset, size);
        parts.push(part.ok_or(BinaryError::mach_o(PART, "leads out of the file"))?);
    }
    Ok(parts)
}

/// Reads what is for one machine.
fn part(file: &[u8]) -> Result<Part<'_>, BinaryError> {
    let fault = |fault| BinaryError::mach_o("its header", fault);
    let mark = big_endian(file).word(0).and_then(single);
    let (is_little_endian, wide) = mark.ok_or(fault("is that of no file for one machine"))?;
    let bytes = Bytes {
        all: file,
        is_little_endian,
    };
    let word = |at| bytes.word(at).ok_or(fault("is cut off"));
    let mut part = Part {
        machine: Machine::of(word(4)?, word(8)?),
        kind: match word(12)? {
            2 => PartKind::Program,
            6 => PartKind::Library,
            8 => PartKind::Module,
            other => PartKind::Other(other),
        },
        builds: Vec::new(),
        install_name: None,
        libraries: Vec::new(),
        run_paths: Vec::new(),
        symbols: symbols::Table::default(),
    };
    let counts = [word(16)?, word(20)?].map(usize::try_from);
    let [Ok(count), Ok(size)] = counts else {
        return Err(fault("has a count that is too high"));
    };
    let start = if wide { 32 } else { 28 };
    let commands = bytes.part(start, size);
    let commands = commands.ok_or(BinaryError::mach_o(
        "its list of commands",
        "goes on behind the end of the file",
    ))?;
    commands::read(&mut part, (bytes, wide), commands, count)?;
    Ok(part)
}

#[cfg(test)]
mod tests;
