//! From text to version: one pass over the bytes, greedy as the specification's pattern is.
//!
//! The pattern is that of appendix B of PEP 440 as pypa/packaging reads it: only ASCII letters and
//! digits count, whitespace around the version is dropped.

use smallvec::SmallVec;

use super::packed::{Packed, Suffix};
use super::{Form, LocalNumber, LocalSegment, PreReleaseKind, Version, VersionParts};
use crate::text::{is_python_space, python_trim};

/// Why a text is no version, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a version: {fault} at byte {offset}")]
pub struct VersionError {
    /// The text as given.
    pub text: String,
    /// The place of the fault, in bytes.
    pub offset: usize,
    /// What is wrong there.
    pub fault: VersionFault,
}

/// What is wrong with the text of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VersionFault {
    /// There is no release number where one must stand.
    #[error("a number is missing")]
    NoNumber,
    /// A number above 2^64 − 1.
    #[error("a number is too large")]
    TooLarge,
    /// A `+` without a label behind it, or a label with an empty segment.
    #[error("a segment of the local label is missing")]
    NoLocal,
    /// Something that is no part of a version.
    #[error("`{}` is unexpected", .0.escape_debug())]
    Unexpected(char),
}

type Fault = (usize, VersionFault);

/// Parses the whole text.
pub(super) fn parse(text: &str) -> Result<Version, VersionError> {
    let trimmed = python_trim(text);
    let failed = |(offset, fault)| VersionError {
        text: text.to_owned(),
        offset: offset + (text.len() - text.trim_start_matches(is_python_space).len()),
        fault,
    };
    let (version, length) = parse_prefix(trimmed).map_err(failed)?;
    match trimmed[length..].chars().next() {
        None => Ok(version),
        Some(found) => Err(failed((length, VersionFault::Unexpected(found)))),
    }
}

/// Parses the longest version at the start of the text, and says how long it is.
#[inline]
pub(crate) fn parse_prefix(text: &str) -> Result<(Version, usize), Fault> {
    let mut cursor = Cursor {
        bytes: text.as_bytes(),
        place: 0,
    };
    if matches!(cursor.peek(), Some(b'v' | b'V')) {
        cursor.place += 1;
    }
    let mut release: SmallVec<[u64; 4]> = SmallVec::new();
    let mut epoch = 0;
    let mut first = cursor
        .number()?
        .ok_or((cursor.place, VersionFault::NoNumber))?;
    if cursor.peek() == Some(b'!') {
        cursor.place += 1;
        epoch = first;
        first = cursor
            .number()?
            .ok_or((cursor.place, VersionFault::NoNumber))?;
    }
    release.push(first);
    while cursor.peek() == Some(b'.')
        && cursor
            .bytes
            .get(cursor.place + 1)
            .is_some_and(u8::is_ascii_digit)
    {
        cursor.place += 1;
        release.extend(cursor.number()?);
    }
    let ends_here = cursor.peek().is_none_or(|byte| !may_continue(byte));
    if ends_here
        && epoch == 0
        && let Some(packed) = Packed::from_release(&release)
    {
        return Ok((Version(Form::Packed(packed)), cursor.place));
    }
    let pre = cursor.pre()?;
    let post = cursor.post()?;
    let dev = cursor.dev()?;
    let local = cursor.local()?;
    if epoch == 0
        && local.is_empty()
        && let Some(packed) = pack(&release, pre, post, dev)
    {
        return Ok((Version(Form::Packed(packed)), cursor.place));
    }
    let parts = VersionParts {
        epoch,
        release,
        pre,
        post,
        dev,
        local,
    };
    Ok((Version::from_parts(parts), cursor.place))
}

/// Whether a suffix or local label may start with this byte.
fn may_continue(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || matches!(byte, b'.' | b'-' | b'_' | b'+')
}

fn pack(
    release: &[u64],
    pre: Option<(PreReleaseKind, u64)>,
    post: Option<u64>,
    dev: Option<u64>,
) -> Option<Packed> {
    let packed = Packed::from_release(release)?;
    match (pre, post, dev) {
        (None, None, None) => Some(packed),
        (Some((kind, number)), None, None) => packed.with_suffix(kind.into(), number),
        (None, Some(number), None) => packed.with_suffix(Suffix::Post, number),
        (None, None, Some(number)) => packed.with_suffix(Suffix::Dev, number),
        _ => None,
    }
}

/// The spellings of each pre-release; where one starts another, the longer comes first.
const PRE_SPELLINGS: [(&str, PreReleaseKind); 8] = [
    ("alpha", PreReleaseKind::Alpha),
    ("a", PreReleaseKind::Alpha),
    ("beta", PreReleaseKind::Beta),
    ("b", PreReleaseKind::Beta),
    ("preview", PreReleaseKind::Candidate),
    ("pre", PreReleaseKind::Candidate),
    ("c", PreReleaseKind::Candidate),
    ("rc", PreReleaseKind::Candidate),
];

struct Cursor<'a> {
    bytes: &'a [u8],
    place: usize,
}

impl Cursor<'_> {
    #[inline]
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.place).copied()
    }

    /// Reads digits, if there are any.
    #[inline]
    fn number(&mut self) -> Result<Option<u64>, Fault> {
        let start = self.place;
        let mut number: u64 = 0;
        while let Some(digit) = self
            .peek()
            .map(|byte| byte.wrapping_sub(b'0'))
            .filter(|&digit| digit < 10)
        {
            number = number
                .checked_mul(10)
                .and_then(|number| number.checked_add(u64::from(digit)))
                .ok_or((start, VersionFault::TooLarge))?;
            self.place += 1;
        }
        Ok((self.place > start).then_some(number))
    }

    fn skip_separator(&mut self) {
        if matches!(self.peek(), Some(b'.' | b'-' | b'_')) {
            self.place += 1;
        }
    }

    /// Reads a word in any case.
    fn word(&mut self, word: &str) -> bool {
        let end = self.place + word.len();
        let found = self
            .bytes
            .get(self.place..end)
            .is_some_and(|bytes| bytes.eq_ignore_ascii_case(word.as_bytes()));
        if found {
            self.place = end;
        }
        found
    }

    /// Reads a separator, one of the words, and its number (0 if none is written); all or nothing.
    fn labelled<T: Copy>(&mut self, words: &[(&str, T)]) -> Result<Option<(T, u64)>, Fault> {
        let start = self.place;
        self.skip_separator();
        let Some(&(_, meaning)) = words.iter().find(|(word, _)| self.word(word)) else {
            self.place = start;
            return Ok(None);
        };
        self.skip_separator();
        Ok(Some((meaning, self.number()?.unwrap_or(0))))
    }

    fn pre(&mut self) -> Result<Option<(PreReleaseKind, u64)>, Fault> {
        self.labelled(&PRE_SPELLINGS)
    }

    fn post(&mut self) -> Result<Option<u64>, Fault> {
        if self.peek() == Some(b'-')
            && self
                .bytes
                .get(self.place + 1)
                .is_some_and(u8::is_ascii_digit)
        {
            self.place += 1;
            return self.number();
        }
        let found = self.labelled(&[("post", ()), ("rev", ()), ("r", ())])?;
        Ok(found.map(|((), number)| number))
    }

    fn dev(&mut self) -> Result<Option<u64>, Fault> {
        let found = self.labelled(&[("dev", ())])?;
        Ok(found.map(|((), number)| number))
    }

    fn local(&mut self) -> Result<Vec<LocalSegment>, Fault> {
        let mut segments = Vec::new();
        if self.peek() != Some(b'+') {
            return Ok(segments);
        }
        self.place += 1;
        loop {
            let start = self.place;
            while self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric()) {
                self.place += 1;
            }
            let segment = std::str::from_utf8(&self.bytes[start..self.place]).unwrap_or_default();
            if segment.is_empty() {
                return Err((start, VersionFault::NoLocal));
            }
            segments.push(if segment.bytes().all(|byte| byte.is_ascii_digit()) {
                LocalSegment::Number(LocalNumber::new(segment))
            } else {
                LocalSegment::Text(segment.to_ascii_lowercase().into())
            });
            let separated = matches!(self.peek(), Some(b'.' | b'-' | b'_'));
            let follows = self
                .bytes
                .get(self.place + 1)
                .is_some_and(u8::is_ascii_alphanumeric);
            if !(separated && follows) {
                return Ok(segments);
            }
            self.place += 1;
        }
    }
}
