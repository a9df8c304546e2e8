//! A scanner for the tags of an HTML text: start tags with their attributes, end tags, and the text
//! between them.
//!
//! It follows the tokenizer of the HTML standard (section 13.2.5) as far as pages of an index need:
//! quoted and unquoted attributes, comments, declarations, raw text elements, character references
//! (all numeric ones; of the named ones those that can be wanted in a page: `amp lt gt quot apos
//! nbsp`). It does not build a tree.

use std::borrow::Cow;

use memchr::{memchr, memmem};

/// The elements whose content is text up to their own end tag.
const RAW_TEXT: &[&str] = &["script", "style", "textarea", "title"];

/// One attribute as written: the name in its own letters, the value with its character references.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Attribute<'a> {
    pub(super) name: &'a str,
    pub(super) value: &'a str,
}

/// One tag, with the text up to the next tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    /// The name as written.
    pub(super) name: &'a str,
    /// Whether it is an end tag.
    pub(super) is_end: bool,
}

impl Tag<'_> {
    pub(super) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

/// Goes through the tags of a text.
pub(super) struct Scanner<'a> {
    text: &'a str,
    position: usize,
    attributes: Vec<Attribute<'a>>,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            position: 0,
            attributes: Vec::new(),
        }
    }

    /// The attributes of the tag that [`Scanner::next_tag`] gave last.
    pub(super) fn attributes(&self) -> &[Attribute<'a>] {
        &self.attributes
    }

    /// The next tag, or `None` at the end.
    pub(super) fn next_tag(&mut self) -> Option<Tag<'a>> {
        loop {
            let start = self.position + memchr(b'<', &self.text.as_bytes()[self.position..])?;
            let next = *self.text.as_bytes().get(start + 1)?;
            match next {
                b'!' => self.skip_declaration(start),
                b'/' if self.starts_name(start + 2) => return self.tag(start + 2, true),
                b'/' | b'?' => self.skip_past(start + 2, b'>'),
                _ if self.starts_name(start + 1) => {
                    let tag = self.tag(start + 1, false)?;
                    self.skip_raw_text(tag.name);
                    return Some(tag);
                }
                _ => self.position = start + 1,
            }
        }
    }

    fn starts_name(&self, position: usize) -> bool {
        self.text
            .as_bytes()
            .get(position)
            .is_some_and(u8::is_ascii_alphabetic)
    }

    fn skip_past(&mut self, from: usize, byte: u8) {
        let rest = self.text.as_bytes().get(from..).unwrap_or_default();
        self.position = memchr(byte, rest).map_or(self.text.len(), |end| from + end + 1);
    }

    /// A comment ends at `-->` (or at once in `<!-->`); any other declaration ends at `>`.
    fn skip_declaration(&mut self, start: usize) {
        let bytes = self.text.as_bytes();
        if !bytes[start..].starts_with(b"<!--") {
            return self.skip_past(start + 2, b'>');
        }
        for short in [&b">"[..], b"->"] {
            if bytes[start + 4..].starts_with(short) {
                self.position = start + 4 + short.len();
                return;
            }
        }
        let body = &bytes[start + 4..];
        let plain = memmem::find(body, b"-->").map(|end| (end, 3));
        let bang = memmem::find(&body[..plain.map_or(body.len(), |(end, _)| end)], b"--!>");
        let end = bang.map(|end| (end, 4)).or(plain);
        self.position = end.map_or(bytes.len(), |(end, length)| start + 4 + end + length);
    }

    /// Reads a tag whose name starts at `position`. A tag without its `>` is none.
    fn tag(&mut self, position: usize, is_end: bool) -> Option<Tag<'a>> {
        let bytes = self.text.as_bytes();
        self.attributes.clear();
        let length = bytes[position..]
            .iter()
            .position(|byte| is_space(*byte) || matches!(byte, b'/' | b'>'));
        let mut at = position + length?;
        let name = &self.text[position..at];
        loop {
            while bytes
                .get(at)
                .is_some_and(|byte| is_space(*byte) || *byte == b'/')
            {
                at += 1;
            }
            if *bytes.get(at)? == b'>' {
                self.position = at + 1;
                return Some(Tag { name, is_end });
            }
            at = self.attribute(at)?;
        }
    }

    /// Reads one attribute that starts at `at`; gives the position after it.
    fn attribute(&mut self, at: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        // A `=` as the very first character belongs to the name.
        let length = bytes[at + 1..]
            .iter()
            .position(|byte| is_space(*byte) || matches!(byte, b'/' | b'>' | b'='));
        let name_end = at + 1 + length?;
        let name = self.text.get(at..name_end)?;
        let mut after = name_end;
        while is_space(*bytes.get(after)?) {
            after += 1;
        }
        if bytes[after] != b'=' {
            self.attributes.push(Attribute { name, value: "" });
            return Some(name_end);
        }
        after += 1;
        while is_space(*bytes.get(after)?) {
            after += 1;
        }
        let (start, end, next) = if let quote @ (b'"' | b'\'') = bytes[after] {
            let end = after + 1 + memchr(quote, &bytes[after + 1..])?;
            (after + 1, end, end + 1)
        } else {
            let length = bytes[after..]
                .iter()
                .position(|byte| is_space(*byte) || *byte == b'>');
            let end = after + length?;
            (after, end, end)
        };
        self.attributes.push(Attribute {
            name,
            value: &self.text[start..end],
        });
        Some(next)
    }

    fn skip_raw_text(&mut self, name: &str) {
        if !RAW_TEXT.iter().any(|raw| raw.eq_ignore_ascii_case(name)) {
            return;
        }
        let bytes = self.text.as_bytes();
        while let Some(found) = memmem::find(&bytes[self.position..], b"</") {
            let start = self.position + found;
            let end = start + 2 + name.len();
            let same = bytes.get(start + 2..end);
            let follows = bytes
                .get(end)
                .is_none_or(|byte| is_space(*byte) || matches!(byte, b'/' | b'>'));
            if same.is_some_and(|same| same.eq_ignore_ascii_case(name.as_bytes())) && follows {
                self.position = start;
                return;
            }
            self.position = start + 2;
        }
        self.position = bytes.len();
    }

    /// The text up to the end tag `name`, tags within it left out; the scanner stands after it.
    pub(super) fn text_until_end(&mut self, name: &str) -> Cow<'a, str> {
        let mut text = Cow::Borrowed("");
        loop {
            let from = self.position;
            let end = memchr(b'<', &self.text.as_bytes()[from..])
                .map_or(self.text.len(), |end| from + end);
            append(&mut text, &self.text[from..end]);
            let before = self.position;
            match self.next_tag() {
                Some(tag) if tag.is(name) && tag.is_end => return text,
                // A new element of the same name closes the open one, as for anchors in HTML.
                Some(tag) if tag.is(name) => {
                    self.position = before.max(end);
                    return text;
                }
                Some(_) => {}
                None => return text,
            }
        }
    }
}

fn append<'a>(text: &mut Cow<'a, str>, more: &'a str) {
    if text.is_empty() {
        *text = Cow::Borrowed(more);
    } else if !more.is_empty() {
        text.to_mut().push_str(more);
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0c)
}

/// Replaces the character references of a text.
pub(super) fn unescape(text: &str) -> Cow<'_, str> {
    let Some(first) = memchr(b'&', text.as_bytes()) else {
        return Cow::Borrowed(text);
    };
    let mut out = String::with_capacity(text.len());
    out.push_str(&text[..first]);
    let mut rest = &text[first..];
    while !rest.is_empty() {
        if let Some((character, length)) = reference(rest) {
            out.push(character);
            rest = &rest[length..];
        } else {
            out.push('&');
            rest = &rest[1..];
        }
        let next = memchr(b'&', rest.as_bytes()).unwrap_or(rest.len());
        out.push_str(&rest[..next]);
        rest = &rest[next..];
    }
    Cow::Owned(out)
}

/// The character that the reference at the start of `text` stands for, and the reference's length.
fn reference(text: &str) -> Option<(char, usize)> {
    let body = text.strip_prefix('&')?;
    // The longest reference that is taken is `&#x10FFFF;` with a few leading zeros.
    let semicolon = body.bytes().take(16).position(|byte| byte == b';')?;
    let name = body.get(..semicolon)?;
    let character = match name {
        "amp" | "AMP" => '&',
        "lt" | "LT" => '<',
        "gt" | "GT" => '>',
        "quot" | "QUOT" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        _ => numeric_reference(name.strip_prefix('#')?)?,
    };
    Some((character, semicolon + 2))
}

fn numeric_reference(digits: &str) -> Option<char> {
    let (digits, radix) = match digits.strip_prefix(['x', 'X']) {
        Some(hexadecimal) => (hexadecimal, 16),
        None => (digits, 10),
    };
    if !digits.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let code = u32::from_str_radix(digits, radix).ok()?;
    Some(
        char::from_u32(code)
            .filter(|character| *character != '\0')
            .unwrap_or('\u{fffd}'),
    )
}

#[cfg(test)]
mod tests;
