//! Which versions of symbols a file needs of which library (`DT_VERNEED`).

use crate::error::ElfError;
use crate::file::Elf;

/// How many libraries a file may want versions of, and how many versions of all of them.
const LIBRARIES_MAX: usize = 4096;
const VERSIONS_MAX: usize = 65_536;

/// A version that the loader does not insist on.
const WEAK: u64 = 2;

/// The versions of symbols that a library must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionsNeeded<'a> {
    /// The library.
    pub library: &'a str,
    /// Its versions, such as `GLIBC_2.34`, and whether the loader does without it.
    pub versions: Vec<(&'a str, bool)>,
    /// Where the entry stands in the file.
    pub(crate) offset: usize,
}

/// Reads the table that starts at a place of the file: a chain of libraries, each with a chain of
/// versions.
pub(crate) fn read<'a>(elf: &Elf<'a>, start: usize) -> Result<Vec<VersionsNeeded<'a>>, ElfError> {
    const PART: &str = "its table of versions";
    let (file, layout) = (elf.file, elf.layout);
    let number = |offset: usize, at, length| {
        let found = file.get(offset..);
        let found = found.and_then(|bytes| layout.size(bytes, at, length));
        found.ok_or(ElfError::outside(PART))
    };
    let mut found = Vec::new();
    let mut total = 0_usize;
    let mut library = start;
    loop {
        let mut versions = Vec::new();
        let mut version = step(library, number(library, 8, 4)?)?;
        for _ in 0..number(library, 2, 2)? {
            total += 1;
            if total > VERSIONS_MAX {
                return Err(ElfError::new(PART, "has too many entries"));
            }
            let name = elf.name(number(version, 8, 4)?, PART)?;
            let is_weak = number(version, 4, 2)? as u64 & WEAK != 0;
            versions.push((name, is_weak));
            match number(version, 12, 4)? {
                0 => break,
                next => version = step(version, next)?,
            }
        }
        found.push(VersionsNeeded {
            library: elf.name(number(library, 4, 4)?, PART)?,
            versions,
            offset: library,
        });
        match number(library, 12, 4)? {
            0 => return Ok(found),
            _ if found.len() == LIBRARIES_MAX => {
                return Err(ElfError::new(PART, "has too many entries"));
            }
            next => library = step(library, next)?,
        }
    }
}

fn step(from: usize, distance: usize) -> Result<usize, ElfError> {
    let to = from.checked_add(distance);
    to.ok_or(ElfError::outside("its table of versions"))
}
