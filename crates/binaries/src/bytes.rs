//! Numbers and texts at places of a file; nothing where a place lies outside.

/// The longest name or path that is read; a path of either system has no more bytes.
pub(crate) const NAME_MAX_BYTES: usize = 4096;

/// The bytes of a file, and which end of a number comes first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bytes<'a> {
    pub(crate) all: &'a [u8],
    pub(crate) is_little_endian: bool,
}

impl<'a> Bytes<'a> {
    /// A number of `length` bytes (at most eight).
    pub(crate) fn number(self, at: usize, length: usize) -> Option<u64> {
        let digits = self.part(at, length)?;
        let join = |value: u64, digit: &u8| value << 8 | u64::from(*digit);
        Some(if self.is_little_endian {
            digits.iter().rev().fold(0, join)
        } else {
            digits.iter().fold(0, join)
        })
    }

    /// A number of two bytes.
    pub(crate) fn short(self, at: usize) -> Option<u16> {
        u16::try_from(self.number(at, 2)?).ok()
    }

    /// A number of four bytes.
    pub(crate) fn word(self, at: usize) -> Option<u32> {
        u32::try_from(self.number(at, 4)?).ok()
    }

    /// A number of four bytes that is a place or a count.
    pub(crate) fn size(self, at: usize) -> Option<usize> {
        usize::try_from(self.number(at, 4)?).ok()
    }

    /// So many bytes from a place on.
    pub(crate) fn part(self, at: usize, length: usize) -> Option<&'a [u8]> {
        self.all.get(at..at.checked_add(length)?)
    }

    /// The same bytes from a place on.
    pub(crate) fn from(self, at: usize) -> Option<Self> {
        let all = self.all.get(at..)?;
        Some(Self { all, ..self })
    }

    /// The bytes before the next NUL, or the first of them where there are more than any name has;
    /// nothing where none comes.
    pub(crate) fn name(self, at: usize) -> Option<&'a [u8]> {
        let rest = self.all.get(at..)?;
        match memchr::memchr(0, &rest[..rest.len().min(NAME_MAX_BYTES)]) {
            Some(end) => Some(&rest[..end]),
            None => rest.get(..NAME_MAX_BYTES),
        }
    }
}
