//! The encoding of a requirements file: a byte order mark, a `coding` comment, or UTF-8.

use std::borrow::Cow;

/// Why bytes are no text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The bytes are not what the byte order mark, the comment or the default says.
    #[error("the text is not valid {encoding}")]
    Invalid {
        /// The line, counted from 1.
        line: usize,
        /// The encoding.
        encoding: &'static str,
    },
    /// The `coding` comment names an encoding that is not known here.
    #[error("the encoding `{encoding}` is not supported: write the file in UTF-8")]
    Unsupported {
        /// The line of the comment, counted from 1.
        line: usize,
        /// The encoding.
        encoding: String,
    },
}

impl DecodeError {
    /// The line, counted from 1.
    pub fn line(&self) -> usize {
        match self {
            DecodeError::Invalid { line, .. } | DecodeError::Unsupported { line, .. } => *line,
        }
    }
}

pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, DecodeError> {
    if let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        return utf8(rest);
    }
    // The mark of UTF-16 is the start of that of UTF-32 in little-endian order.
    if let Some(rest) = bytes.strip_prefix(b"\xff\xfe\0\0") {
        return utf32(rest, u32::from_le_bytes);
    }
    if let Some(rest) = bytes.strip_prefix(b"\0\0\xfe\xff") {
        return utf32(rest, u32::from_be_bytes);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xff\xfe") {
        return utf16(rest, u16::from_le_bytes);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xfe\xff") {
        return utf16(rest, u16::from_be_bytes);
    }
    match declared_encoding(bytes) {
        None => utf8(bytes),
        Some((line, encoding)) => match &*encoding.to_ascii_lowercase().replace('_', "-") {
            "utf-8" | "utf8" | "utf-8-sig" | "ascii" | "us-ascii" => utf8(bytes),
            "latin-1" | "latin1" | "iso-8859-1" | "iso8859-1" => {
                Ok(bytes.iter().map(|&byte| char::from(byte)).collect())
            }
            _ => Err(DecodeError::Unsupported { line, encoding }),
        },
    }
}

fn utf8(bytes: &[u8]) -> Result<Cow<'_, str>, DecodeError> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Cow::Borrowed(text)),
        Err(error) => Err(DecodeError::Invalid {
            line: 1 + memchr::memchr_iter(b'\n', &bytes[..error.valid_up_to()]).count(),
            encoding: "UTF-8",
        }),
    }
}

fn utf16<'a>(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<Cow<'a, str>, DecodeError> {
    let (units, rest) = bytes.as_chunks();
    let decoded = char::decode_utf16(units.iter().map(|&bytes| unit(bytes)));
    collect(decoded.map(Result::ok), rest.is_empty(), "UTF-16")
}

fn utf32<'a>(bytes: &[u8], unit: fn([u8; 4]) -> u32) -> Result<Cow<'a, str>, DecodeError> {
    let (units, rest) = bytes.as_chunks();
    let decoded = units.iter().map(|&bytes| char::from_u32(unit(bytes)));
    collect(decoded, rest.is_empty(), "UTF-32")
}

/// The characters as text; `None` among them, or bytes left over, are an error.
fn collect<'a>(
    characters: impl Iterator<Item = Option<char>>,
    is_whole: bool,
    encoding: &'static str,
) -> Result<Cow<'a, str>, DecodeError> {
    let mut text = String::new();
    let mut is_valid = is_whole;
    for character in characters {
        let Some(character) = character else {
            is_valid = false;
            break;
        };
        text.push(character);
    }
    if is_valid {
        return Ok(Cow::Owned(text));
    }
    Err(DecodeError::Invalid {
        line: 1 + text.matches('\n').count(),
        encoding,
    })
}

/// The encoding that a comment in the first two lines declares (PEP 263), and its line.
fn declared_encoding(bytes: &[u8]) -> Option<(usize, String)> {
    let lines = bytes.split(|&byte| byte == b'\n').take(2).enumerate();
    lines
        .filter(|(_, line)| line.starts_with(b"#"))
        .find_map(|(index, line)| {
            let line = String::from_utf8_lossy(line);
            let rest = line
                .match_indices("coding")
                .find_map(|(at, word)| line[at + word.len()..].strip_prefix([':', '=']))?;
            let rest = rest.trim_start();
            let is_name = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
            let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
            (end > 0).then(|| (index + 1, rest[..end].to_owned()))
        })
}
