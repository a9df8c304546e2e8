//! One 512-byte header block: POSIX `ustar`, or GNU tar's older form.

#[cfg(test)]
mod tests;

pub(super) const BLOCK: usize = 512;

const CHECKSUM: std::ops::Range<usize> = 148..156;
const TAIL: std::ops::Range<usize> = 345..500;

/// Which of the two forms a header has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Posix,
    Gnu,
}

/// The fields of a header that a reader of source distributions needs. Owners, groups and device
/// numbers are passed over.
#[derive(Debug)]
pub(super) struct Header<'a> {
    pub(super) form: Form,
    pub(super) kind: u8,
    pub(super) size: u64,
    pub(super) mode: u32,
    /// Seconds since 1970; `None` for what is not a plain octal number.
    pub(super) modified: Option<u64>,
    name: &'a [u8],
    prefix: &'a [u8],
    pub(super) link: &'a [u8],
}

impl<'a> Header<'a> {
    pub(super) fn parse(block: &'a [u8; BLOCK]) -> Result<Self, &'static str> {
        let form = match &block[257..265] {
            b"ustar\x0000" => Form::Posix,
            b"ustar  \0" => Form::Gnu,
            _ => return Err("has a header without the magic of ustar"),
        };
        if octal(&block[CHECKSUM]) != Some(checksum(block)) {
            return Err("has a header that does not match its checksum");
        }
        let Some(size) = octal(&block[124..136]) else {
            return Err("has a header with a size that is not octal");
        };
        let Some(mode) = octal(&block[100..108]) else {
            return Err("has a header with a mode that is not octal");
        };
        // GNU tar keeps times, offsets and maps of sparse files here; POSIX the path's start.
        let tail = &block[TAIL];
        if form == Form::Gnu && tail.iter().any(|byte| *byte != 0) {
            return Err("has a header with GNU extensions");
        }
        let (name, prefix) = (text(&block[..100]), text(tail));
        // Also behind a pax path: some readers join the two all the same.
        if !prefix.is_empty() && (name.is_empty() || !is_plain(prefix)) {
            return Err("has a header with a prefix that is not the start of a plain path");
        }
        Ok(Self {
            form,
            kind: block[156],
            size,
            mode: u32::try_from(mode & 0o7777).expect("twelve bits are left"),
            modified: octal(&block[136..148]),
            name,
            prefix,
            link: text(&block[157..257]),
        })
    }

    /// The path of the entry, as far as the header itself can say.
    pub(super) fn path(&self) -> Vec<u8> {
        if self.prefix.is_empty() {
            return self.name.to_vec();
        }
        [self.prefix, b"/", self.name].concat()
    }
}

/// The sum of the block's bytes, its own field taken as spaces.
pub(super) fn checksum(block: &[u8; BLOCK]) -> u64 {
    let all: u64 = block.iter().map(|byte| u64::from(*byte)).sum();
    let field: u64 = block[CHECKSUM].iter().map(|byte| u64::from(*byte)).sum();
    all - field + 8 * u64::from(b' ')
}

/// An octal number: spaces before, spaces and NULs behind, at least one digit.
fn octal(field: &[u8]) -> Option<u64> {
    let start = field.iter().position(|byte| *byte != b' ')?;
    let digits = field[start..]
        .iter()
        .take_while(|byte| (b'0'..=b'7').contains(byte))
        .count();
    let (digits, rest) = field[start..].split_at(digits);
    if digits.is_empty() || !rest.iter().all(|byte| matches!(byte, b' ' | 0)) {
        return None;
    }
    // Twelve octal digits at most: there is no overflow.
    Some(
        digits
            .iter()
            .fold(0, |value, digit| value << 3 | u64::from(digit - b'0')),
    )
}

/// Up to the first NUL, or the whole field.
fn text(field: &[u8]) -> &[u8] {
    let end = memchr::memchr(0, field).unwrap_or(field.len());
    &field[..end]
}

fn is_plain(path: &[u8]) -> bool {
    path.split(|byte| *byte == b'/')
        .all(|step| !matches!(step, b"" | b"." | b".."))
}
