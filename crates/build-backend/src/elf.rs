//! What a program for Linux needs of the system that starts it, read from its ELF file.
//!
//! Follows the System V ABI ("Program Loading and Dynamic Linking") and the Linux Standard Base
//! ("Symbol Versioning"): the loader, the libraries, and the versions of their symbols. Files of 64
//! bits with the small end first are read, no others. It reads nothing of debug information and
//! sections, which may have been stripped.

/// The longest name of a loader, library or version; real ones have some twenty bytes.
const NAME_MAX_BYTES: usize = 255;
/// How many libraries a program may name, and how many versions of each.
const NAMES_MAX: usize = 255;

/// Kinds of segments.
const LOADED: usize = 1;
const DYNAMIC: usize = 2;
const INTERPRETER: usize = 3;

/// Tags of the dynamic section.
const END: usize = 0;
const NEEDED: usize = 1;
const STRINGS: usize = 5;
const VERSIONS_NEEDED: usize = 0x6fff_fffe;

/// A version that the loader does not insist on.
const WEAK: usize = 2;

/// What a program needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ElfNeeds<'a> {
    /// The machine (`e_machine`).
    pub machine: usize,
    /// The loader that starts it; a program without one is linked statically.
    pub loader: Option<&'a str>,
    /// The libraries, by their names.
    pub libraries: Vec<&'a str>,
    /// The versions of symbols that those must have, such as `GLIBC_2.34`.
    pub versions: Vec<&'a str>,
}

impl<'a> ElfNeeds<'a> {
    /// Reads the file; nothing if it is not such a program, or a broken one.
    pub fn read(file: &'a [u8]) -> Option<Self> {
        if !file.starts_with(b"\x7fELF\x02\x01") {
            return None;
        }
        let elf = Elf {
            file,
            segments: segments(file)?,
        };
        let mut needs = Self {
            machine: number(file, 18, 2)?,
            ..Self::default()
        };
        if let Some(segment) = elf.segment(INTERPRETER) {
            needs.loader = Some(text(file, segment.offset)?);
        }
        if let Some(segment) = elf.segment(DYNAMIC) {
            elf.read_dynamic(segment, &mut needs)?;
        }
        Some(needs)
    }
}

/// A part of the file, and where it is in memory.
struct Segment {
    kind: usize,
    offset: usize,
    address: usize,
    size: usize,
}

fn segments(file: &[u8]) -> Option<Vec<Segment>> {
    let (start, size, count) = (
        number(file, 32, 8)?,
        number(file, 54, 2)?,
        number(file, 56, 2)?,
    );
    let read = |index: usize| {
        let header = file.get(start.checked_add(index.checked_mul(size)?)?..)?;
        Some(Segment {
            kind: number(header, 0, 4)?,
            offset: number(header, 8, 8)?,
            address: number(header, 16, 8)?,
            size: number(header, 32, 8)?,
        })
    };
    (0..count).map(read).collect()
}

struct Elf<'a> {
    file: &'a [u8],
    segments: Vec<Segment>,
}

impl<'a> Elf<'a> {
    fn segment(&self, kind: usize) -> Option<&Segment> {
        self.segments.iter().find(|segment| segment.kind == kind)
    }

    /// The place in the file of what is loaded to an address.
    fn place(&self, address: usize) -> Option<usize> {
        let mut loaded = self.segments.iter().filter(|part| part.kind == LOADED);
        loaded.find_map(|part| {
            let inside = address.checked_sub(part.address)?;
            let is_inside = inside < part.size;
            is_inside.then(|| part.offset.checked_add(inside)).flatten()
        })
    }

    fn read_dynamic(&self, segment: &Segment, needs: &mut ElfNeeds<'a>) -> Option<()> {
        let table = self.file.get(segment.offset..)?.get(..segment.size)?;
        let (mut libraries, mut strings, mut versions) = (Vec::new(), None, None);
        for entry in table.chunks_exact(16) {
            let value = number(entry, 8, 8)?;
            match number(entry, 0, 8)? {
                END => break,
                NEEDED if libraries.len() == NAMES_MAX => return None,
                NEEDED => libraries.push(value),
                STRINGS => strings = Some(self.place(value)?),
                VERSIONS_NEEDED => versions = Some(self.place(value)?),
                _ => {}
            }
        }
        let name = |offset: usize| text(self.file, strings?.checked_add(offset)?);
        for library in libraries {
            needs.libraries.push(name(library)?);
        }
        // A chain of libraries, each with a chain of versions.
        for library in versions.map_or(Some(Vec::new()), |at| self.chain(at))? {
            let first = library.offset.checked_add(number(library.bytes, 8, 4)?)?;
            for version in self.chain(first)? {
                if number(version.bytes, 4, 2)? & WEAK == 0 {
                    needs.versions.push(name(number(version.bytes, 8, 4)?)?);
                }
            }
        }
        Some(())
    }

    /// The entries from a place on, each of which has the distance to the next.
    fn chain(&self, mut offset: usize) -> Option<Vec<Link<'a>>> {
        let mut links = Vec::new();
        loop {
            let bytes = self.file.get(offset..)?;
            links.push(Link { offset, bytes });
            match number(bytes, 12, 4)? {
                0 => return Some(links),
                _ if links.len() == NAMES_MAX => return None,
                next => offset = offset.checked_add(next)?,
            }
        }
    }
}

/// An entry of a chain: where it is, and the file from there on.
struct Link<'a> {
    offset: usize,
    bytes: &'a [u8],
}

/// A number of so many bytes, the small end first.
fn number(bytes: &[u8], at: usize, length: usize) -> Option<usize> {
    let digits = bytes.get(at..at + length)?.iter().rev();
    let value = digits.fold(0, |value: u64, digit| value << 8 | u64::from(*digit));
    usize::try_from(value).ok()
}

/// The text up to the next NUL.
fn text(bytes: &[u8], at: usize) -> Option<&str> {
    let bytes = bytes.get(at..)?;
    let end = bytes
        .iter()
        .take(NAME_MAX_BYTES)
        .position(|byte| *byte == 0)?;
    std::str::from_utf8(&bytes[..end]).ok()
}

#[cfg(test)]
mod tests;
