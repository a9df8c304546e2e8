//! How numbers and tables stand in a file of either class and byte order.

use crate::error::ElfError;

/// The class and the byte order of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    /// Whether addresses have 64 bits.
    pub(crate) wide: bool,
    /// Whether the small end comes first.
    pub(crate) little_endian: bool,
}

/// Where the header of the file has what.
pub(crate) struct HeaderFields {
    pub(crate) size: usize,
    pub(crate) segments: usize,
    pub(crate) sections: usize,
    pub(crate) flags: usize,
    pub(crate) segment_size: usize,
    pub(crate) segment_count: usize,
    pub(crate) section_size: usize,
    pub(crate) section_count: usize,
}

/// Where a program header has what.
pub(crate) struct SegmentFields {
    pub(crate) size: usize,
    pub(crate) flags: usize,
    pub(crate) offset: usize,
    pub(crate) address: usize,
    pub(crate) physical: usize,
    pub(crate) file_size: usize,
    pub(crate) memory_size: usize,
    pub(crate) alignment: usize,
}

/// Where a section header has what.
pub(crate) struct SectionFields {
    pub(crate) size: usize,
    pub(crate) kind: usize,
    pub(crate) flags: usize,
    pub(crate) address: usize,
    pub(crate) offset: usize,
    pub(crate) length: usize,
    pub(crate) link: usize,
    pub(crate) alignment: usize,
}

impl Layout {
    /// Reads the first bytes of a file.
    pub(crate) fn of(file: &[u8]) -> Result<Self, ElfError> {
        let head = file.get(..6).filter(|head| head.starts_with(b"\x7fELF"));
        let wide = match head.map(|head| head[4]) {
            Some(1) => false,
            Some(2) => true,
            Some(_) => return Err(ElfError::new("its class", "is neither 32 nor 64 bits")),
            None => return Err(ElfError::new("its head", "is not that of an ELF file")),
        };
        let little_endian = match file[5] {
            1 => true,
            2 => false,
            _ => return Err(ElfError::new("its byte order", "is unknown")),
        };
        Ok(Self {
            wide,
            little_endian,
        })
    }

    /// The bytes of an address.
    pub(crate) fn word_size(self) -> usize {
        if self.wide { 8 } else { 4 }
    }

    pub(crate) fn header(self) -> HeaderFields {
        let [size, segments, sections, flags, counts] = if self.wide {
            [64, 32, 40, 48, 54]
        } else {
            [52, 28, 32, 36, 42]
        };
        HeaderFields {
            size,
            segments,
            sections,
            flags,
            segment_size: counts,
            segment_count: counts + 2,
            section_size: counts + 4,
            section_count: counts + 6,
        }
    }

    pub(crate) fn segment(self) -> SegmentFields {
        let [
            size,
            flags,
            offset,
            address,
            physical,
            file_size,
            memory_size,
            alignment,
        ] = if self.wide {
            [56, 4, 8, 16, 24, 32, 40, 48]
        } else {
            [32, 24, 4, 8, 12, 16, 20, 28]
        };
        SegmentFields {
            size,
            flags,
            offset,
            address,
            physical,
            file_size,
            memory_size,
            alignment,
        }
    }

    pub(crate) fn section(self) -> SectionFields {
        let [size, kind, flags, address, offset, length, link, alignment] = if self.wide {
            [64, 4, 8, 16, 24, 32, 40, 48]
        } else {
            [40, 4, 8, 12, 16, 20, 24, 32]
        };
        SectionFields {
            size,
            kind,
            flags,
            address,
            offset,
            length,
            link,
            alignment,
        }
    }

    /// A number of `length` bytes (at most eight).
    pub(crate) fn number(self, bytes: &[u8], at: usize, length: usize) -> Option<u64> {
        let digits = bytes.get(at..at.checked_add(length)?)?;
        let join = |value: u64, digit: &u8| value << 8 | u64::from(*digit);
        Some(if self.little_endian {
            digits.iter().rev().fold(0, join)
        } else {
            digits.iter().fold(0, join)
        })
    }

    /// An address, or another number as long as one.
    pub(crate) fn word(self, bytes: &[u8], at: usize) -> Option<u64> {
        self.number(bytes, at, self.word_size())
    }

    /// A number that is an offset or a count in here.
    pub(crate) fn size(self, bytes: &[u8], at: usize, length: usize) -> Option<usize> {
        usize::try_from(self.number(bytes, at, length)?).ok()
    }

    /// Writes a number of `length` bytes; nothing where it does not fit, or not there.
    pub(crate) fn put(self, bytes: &mut [u8], at: usize, length: usize, value: u64) -> Option<()> {
        let place = bytes.get_mut(at..at.checked_add(length)?)?;
        if length < 8 && value >> (8 * length) != 0 {
            return None;
        }
        let digits = value.to_le_bytes();
        place.copy_from_slice(&digits[..length]);
        if !self.little_endian {
            place.reverse();
        }
        Some(())
    }

    /// Writes an address, or another number as long as one.
    pub(crate) fn put_word(self, bytes: &mut [u8], at: usize, value: u64) -> Option<()> {
        self.put(bytes, at, self.word_size(), value)
    }
}
