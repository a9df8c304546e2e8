//! The header format of METADATA, PKG-INFO and WHEEL: `Name: value` lines and a body.
//!
//! Follows what Python's `email` parser makes of such a file, since all tools write for it: a line
//! that starts with white space continues the one before, the first empty line ends the headers,
//! and so does a line that is no header (which is reported). Encodings, transfer encodings and
//! parts of MIME do not exist here: values and body are UTF-8.
//!
//! What the names mean is left to [`crate::metadata`] and to the reader of WHEEL.

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::problem::Problem;
use crate::text::python_trim;

/// The indentation of continued lines that `importlib.metadata` undoes when it reads.
const INDENTATION: &str = "        ";

/// A file split into headers and body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// The headers in order.
    pub headers: Vec<Header<'a>>,
    /// What follows the headers, as it is.
    pub body: &'a [u8],
    /// The line the body starts on, counted from 1.
    pub body_line: usize,
    /// Lines that do not belong where they are.
    pub problems: Vec<Problem>,
}

/// One header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header<'a> {
    /// The name as written; names are compared without regard to case.
    pub name: &'a str,
    /// Everything after the colon, with the line ends and indentation of continued lines.
    pub raw: &'a [u8],
    /// The line the header starts on, counted from 1.
    pub line: usize,
}

impl<'a> Message<'a> {
    /// Splits a file; any bytes are some message.
    ///
    /// ```
    /// use tilsit_packaging::headers::Message;
    /// let message = Message::parse(b"Wheel-Version: 1.0\nTag: py3-none-any\n");
    /// assert_eq!(message.value("tag"), Some("py3-none-any".into()));
    /// ```
    pub fn parse(bytes: &'a [u8]) -> Message<'a> {
        let mut lines = HeaderLines::new(bytes);
        let headers = lines.by_ref().collect();
        Message {
            headers,
            body: lines.rest(),
            body_line: lines.line,
            problems: lines.problems,
        }
    }

    /// The values of all headers of a name, those that are not UTF-8 left out.
    pub fn values(&self, name: &str) -> impl Iterator<Item = Cow<'a, str>> {
        let headers = self.headers.iter();
        headers
            .filter(move |header| header.name.eq_ignore_ascii_case(name))
            .filter_map(Header::text)
    }

    /// The value of the first header of a name.
    pub fn value(&self, name: &str) -> Option<Cow<'a, str>> {
        self.values(name).next()
    }
}

impl<'a> Header<'a> {
    /// The value: trimmed, continued lines joined by `\n` and without their common indentation.
    /// `None` if it is not UTF-8.
    pub fn text(&self) -> Option<Cow<'a, str>> {
        let text = python_trim(std::str::from_utf8(self.raw).ok()?);
        if memchr::memchr2(b'\n', b'\r', text.as_bytes()).is_none() {
            return Some(Cow::Borrowed(text));
        }
        Some(Cow::Owned(unfolded(text)))
    }
}

/// The headers of a file one by one, for readers that need only a few.
///
/// After the last header, [`HeaderLines::rest`] is the body.
#[derive(Clone, Debug)]
pub struct HeaderLines<'a> {
    bytes: &'a [u8],
    offset: usize,
    line: usize,
    ended: bool,
    problems: Vec<Problem>,
}

impl<'a> HeaderLines<'a> {
    /// Starts at the first line.
    pub fn new(bytes: &'a [u8]) -> Self {
        let mut lines = HeaderLines {
            bytes,
            offset: 0,
            line: 1,
            ended: false,
            problems: Vec::new(),
        };
        if bytes.starts_with(b"\xef\xbb\xbf") {
            lines.offset = 3;
            lines.report("the file starts with a byte order mark");
        }
        lines
    }

    /// What was not read yet: the body, after the last header.
    pub fn rest(&self) -> &'a [u8] {
        &self.bytes[self.offset..]
    }

    /// Lines so far that do not belong where they are.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    fn report(&mut self, reason: &str) {
        self.problems
            .push(Problem::on_line(self.line, "headers", reason));
    }

    /// The end of the line that starts at `start`, without and with its line end.
    fn line_end(&self, start: usize) -> (usize, usize) {
        let rest = &self.bytes[start..];
        match memchr::memchr2(b'\n', b'\r', rest) {
            None => (self.bytes.len(), self.bytes.len()),
            Some(length) => {
                let width = if rest[length..].starts_with(b"\r\n") {
                    2
                } else {
                    1
                };
                (start + length, start + length + width)
            }
        }
    }

    fn take_line(&mut self) -> &'a [u8] {
        let (end, next) = self.line_end(self.offset);
        let line = &self.bytes[self.offset..end];
        self.offset = next;
        self.line += 1;
        line
    }

    /// Reads the header that starts here; its name has been found to be `name`.
    fn take_header(&mut self, name: &'a str) -> Header<'a> {
        let line = self.line;
        let value_start = self.offset + name.len() + 1;
        let (mut value_end, next) = self.line_end(self.offset);
        self.offset = next;
        self.line += 1;
        while matches!(self.rest().first(), Some(b' ' | b'\t')) {
            let (end, next) = self.line_end(self.offset);
            value_end = end;
            self.offset = next;
            self.line += 1;
        }
        Header {
            name,
            raw: &self.bytes[value_start..value_end],
            line,
        }
    }
}

impl<'a> Iterator for HeaderLines<'a> {
    type Item = Header<'a>;

    fn next(&mut self) -> Option<Header<'a>> {
        while !self.ended && self.offset < self.bytes.len() {
            match self.rest()[0] {
                b'\n' | b'\r' => {
                    self.take_line();
                    self.ended = true;
                }
                b' ' | b'\t' => {
                    self.report("an indented line has no header before it");
                    self.take_line();
                }
                b':' => {
                    self.report("a header has no name");
                    self.take_line();
                }
                _ => {
                    if let Some(name) = header_name(self.rest()) {
                        return Some(self.take_header(name));
                    }
                    self.report("a line is neither a header nor empty, so the body starts here");
                    self.ended = true;
                }
            }
        }
        None
    }
}

/// The printable ASCII characters before the colon of a line.
fn header_name(line: &[u8]) -> Option<&str> {
    let length = line
        .iter()
        .position(|byte| !matches!(byte, 0x21..=0x39 | 0x3b..=0x7e))?;
    if line[length] != b':' {
        return None;
    }
    std::str::from_utf8(&line[..length]).ok()
}

/// Joins continued lines. The indentation that writers add is taken away: `       |` in front of
/// each line as the specification has it for descriptions, eight spaces as the standard library
/// writes, or else what all lines share.
fn unfolded(text: &str) -> String {
    let mut lines = split_lines(text);
    let first = lines.next().unwrap_or_default();
    let rest: Vec<&str> = lines.collect();
    let mut out = String::from(first.trim_end());
    let is_piped = rest.iter().all(|line| line.trim_start().starts_with('|'));
    let shared = rest
        .iter()
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len() - line.trim_start_matches([' ', '\t']).len())
        .min();
    let indentation = shared.unwrap_or(0).min(INDENTATION.len());
    for line in rest {
        let line = if is_piped {
            &line.trim_start()[1..]
        } else {
            line.get(indentation..).unwrap_or_default()
        };
        out.push('\n');
        out.push_str(line.trim_end());
    }
    python_trim(&out).to_owned()
}

/// Splits at `\r\n`, `\n` and `\r`.
fn split_lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let current = rest?;
        match current.find(['\n', '\r']) {
            None => rest.take(),
            Some(end) => {
                let width = if current[end..].starts_with("\r\n") {
                    2
                } else {
                    1
                };
                rest = Some(&current[end + width..]);
                Some(&current[..end])
            }
        }
    })
}

/// Whether Python's `str.splitlines` ends a line at this character.
///
/// Some readers do the same, so a value may hold none of them on a line of its own, or it could
/// forge a header (CVE-2024-6923).
pub(crate) fn is_line_boundary(character: char) -> bool {
    matches!(
        character,
        '\n' | '\r' | '\x0b' | '\x0c' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

/// Appends a header; further lines of the value are indented so that [`Header::text`] gives them back.
pub fn push_header(out: &mut String, name: &str, value: &str) {
    let value = value.replace("\r\n", "\n");
    let mut lines = value.split(is_line_boundary).map(str::trim_end);
    let first = lines.next().unwrap_or_default();
    write!(out, "{name}: {first}").expect("writing to a string never fails");
    let rest: Vec<&str> = lines.collect();
    // Bars in front of all lines would be taken for indentation, so they get bars of their own.
    let is_piped = rest.iter().all(|line| line.trim_start().starts_with('|'));
    let indentation = if is_piped { "       |" } else { INDENTATION };
    for line in rest {
        write!(out, "\n{indentation}{line}").expect("writing to a string never fails");
    }
    out.push('\n');
}
