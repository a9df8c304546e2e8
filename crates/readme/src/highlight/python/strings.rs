//! Strings of Python: prefixes, escapes, both kinds of formatting, and the braces of f-strings.

use super::super::class::{self, Class};
use super::super::scanner::{Scanner, is_space, is_word, span};
use super::State;

/// What kind of string it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct StringKind {
    quote: char,
    is_triple: bool,
    escapes: Escapes,
    is_formatted: bool,
}

/// Which escapes are known in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Escapes {
    None,
    Bytes,
    Text,
}

impl StringKind {
    fn class(self) -> Class {
        if self.quote == '"' {
            class::STRING_DOUBLE
        } else {
            class::STRING_SINGLE
        }
    }

    fn delimiter(self) -> &'static str {
        match (self.quote, self.is_triple) {
            ('"', true) => "\"\"\"",
            ('"', false) => "\"",
            (_, true) => "'''",
            (_, false) => "'",
        }
    }
}

/// A string in three quotes at the start of a line: a docstring, whole.
pub(super) fn docstring(scanner: &mut Scanner<'_>) -> bool {
    if !scanner.is_at_line_start() {
        return false;
    }
    let rest = scanner.rest();
    let space = span(rest, is_space);
    let mut affix = span(&rest[space..], |c| "rRuUbB".contains(c));
    if affix > 2 {
        return false;
    }
    if !scanner.spend(space) {
        return false;
    }
    let quoted = &rest[space + affix..];
    let Some(quotes) = ["\"\"\"", "'''"]
        .into_iter()
        .find(|q| quoted.starts_with(q))
    else {
        return false;
    };
    let Some(end) = scanner.find_after(space + affix + quotes.len(), quotes) else {
        return false;
    };
    scanner.take(class::WHITESPACE, space);
    scanner.take(class::STRING_AFFIX, affix);
    affix += space;
    scanner.take(class::STRING_DOC, end + quotes.len() - affix);
    true
}

/// The start of a string: its prefix and its quotes.
pub(super) fn begin(scanner: &mut Scanner<'_>, states: &mut Vec<State>) -> bool {
    let rest = scanner.rest();
    let letters = span(rest, |c| c.is_ascii_alphabetic());
    if letters > 2 {
        return false;
    }
    let (escapes, is_formatted) = match rest[..letters].to_ascii_lowercase().as_str() {
        "" | "u" => (Escapes::Text, false),
        "b" => (Escapes::Bytes, false),
        "r" | "rb" | "br" => (Escapes::None, false),
        "f" | "t" => (Escapes::Text, true),
        "rf" | "fr" | "rt" | "tr" => (Escapes::None, true),
        _ => return false,
    };
    let Some(quote) = rest[letters..]
        .chars()
        .next()
        .filter(|c| matches!(c, '"' | '\''))
    else {
        return false;
    };
    let mut kind = StringKind {
        quote,
        is_triple: true,
        escapes,
        is_formatted,
    };
    kind.is_triple = rest[letters..].starts_with(kind.delimiter());
    scanner.take(class::STRING_AFFIX, letters);
    scanner.take(kind.class(), kind.delimiter().len());
    states.push(State::String(kind));
    true
}

/// The next piece of a string.
pub(super) fn inside(kind: StringKind, scanner: &mut Scanner<'_>, states: &mut Vec<State>) -> bool {
    let rest = scanner.rest();
    if kind.is_formatted && scanner.take_any(class::STRING_ESCAPE, &["{{", "}}"]) {
        return true;
    }
    let escape = escape(rest, kind.escapes, scanner);
    if escape > 0 {
        scanner.take(class::STRING_ESCAPE, escape);
        return true;
    }
    if scanner.take_text(kind.class(), kind.delimiter()) {
        states.pop();
        return true;
    }
    if !kind.is_triple {
        // What ends neither the string nor the line, also in raw strings.
        let quote = ["\\'", "\\\""][usize::from(kind.quote == '"')];
        if scanner.take_any(class::STRING_ESCAPE, &["\\\\", quote, "\\\n"]) {
            return true;
        }
    } else if scanner.take_text(kind.class(), "\n") {
        return true;
    }
    if kind.is_formatted {
        return in_formatted(kind, scanner, states);
    }
    let format = old_format(rest).or_else(|| new_format(scanner));
    if let Some(length) = format {
        scanner.take(class::STRING_INTERPOL, length);
        return true;
    }
    scanner.take_while(kind.class(), |c| !"\\'\"%{\n".contains(c))
        || scanner.take_one_of(kind.class(), "'\"\\%")
        || scanner.take_any(kind.class(), &["{{", "{"])
}

fn in_formatted(kind: StringKind, scanner: &mut Scanner<'_>, states: &mut Vec<State>) -> bool {
    if scanner.take_text(class::STRING_INTERPOL, "}") {
        return true;
    }
    if scanner.take_text(class::STRING_INTERPOL, "{") {
        states.push(State::Expression);
        return true;
    }
    scanner.take_while(kind.class(), |c| !"\\'\"{}\n".contains(c))
        || scanner.take_one_of(kind.class(), "'\"\\")
}

/// The bytes of the escape at the start of `text`.
fn escape(text: &str, escapes: Escapes, scanner: &mut Scanner<'_>) -> usize {
    let Some(rest) = text.strip_prefix('\\') else {
        return 0;
    };
    if escapes == Escapes::None {
        return 0;
    }
    let hexadecimal = |skip: usize, count: usize| {
        let digits = rest.get(skip..skip + count);
        digits.is_some_and(|digits| digits.chars().all(|c| c.is_ascii_hexdigit()))
    };
    let is_text = escapes == Escapes::Text;
    let length = match rest.as_bytes().first() {
        Some(b'N') if is_text && rest[1..].starts_with('{') => {
            let line = scanner.line();
            line.find('}').map_or(0, |end| end)
        }
        Some(b'u') if is_text && hexadecimal(1, 4) => 5,
        Some(b'U') if is_text && hexadecimal(1, 8) => 9,
        Some(b'x') if hexadecimal(1, 2) => 3,
        Some(b'0'..=b'7') => rest
            .bytes()
            .take(3)
            .take_while(|byte| matches!(byte, b'0'..=b'7'))
            .count(),
        Some(b'\\' | b'a' | b'b' | b'f' | b'n' | b'r' | b't' | b'v' | b'"' | b'\'' | b'\n') => 1,
        _ => 0,
    };
    if length > 0 { 1 + length } else { 0 }
}

/// `%s` and its like.
fn old_format(text: &str) -> Option<usize> {
    let mut rest = text.strip_prefix('%')?;
    if let Some(name) = rest.strip_prefix('(') {
        let length = span(name, is_word);
        rest = name[length..].strip_prefix(')').filter(|_| length > 0)?;
    }
    rest = rest.trim_start_matches(['-', '#', '0', ' ', '+']);
    rest = number_or_star(rest);
    if let Some(precision) = rest.strip_prefix('.') {
        let after = number_or_star(precision);
        if after.len() == precision.len() {
            return None;
        }
        rest = after;
    }
    rest = rest.strip_prefix(['h', 'l', 'L']).unwrap_or(rest);
    let is_conversion = |c: char| matches!(c, 'E'..='G' | 'X' | 'c'..='g' | 'i' | 'o' | 'r' | 's' | 'a' | 'u' | 'x' | '%');
    let rest = rest.strip_prefix(is_conversion)?;
    Some(text.len() - rest.len())
}

fn number_or_star(text: &str) -> &str {
    text.strip_prefix('*')
        .unwrap_or_else(|| text.trim_start_matches(|c: char| c.is_ascii_digit()))
}

/// `{}`, `{name!r:>10}` and their like.
fn new_format(scanner: &mut Scanner<'_>) -> Option<usize> {
    let text = scanner.rest();
    let mut rest = text.strip_prefix('{')?;
    let name = span(rest, is_word);
    rest = &rest[name..];
    if name > 0 {
        rest = &text[accessors_end(1 + name, scanner)..];
    }
    if !scanner.spend(text.len() - rest.len()) {
        return None;
    }
    if let Some(conversion) = rest.strip_prefix('!') {
        rest = conversion.strip_prefix(['s', 'r', 'a'])?;
    }
    if let Some(format) = rest.strip_prefix(':') {
        rest = format_specification(format);
    }
    let rest = rest.strip_prefix('}')?;
    Some(text.len() - rest.len())
}

/// Where the `.name` and `[key]` end that begin so many bytes after here.
fn accessors_end(start: usize, scanner: &mut Scanner<'_>) -> usize {
    let text = scanner.rest();
    let mut end = start;
    loop {
        let rest = &text[end..];
        if let Some(attribute) = rest.strip_prefix('.') {
            let length = span(attribute, is_word);
            if length == 0 {
                return end;
            }
            end += 1 + length;
        } else if rest.starts_with('[') {
            let closing = scanner.find_after(end + 1, "]");
            let Some(closing) = closing.filter(|closing| *closing > end + 1) else {
                return end;
            };
            end = closing + 1;
        } else {
            return end;
        }
    }
}

/// What follows the specification at the start of `text`.
fn format_specification(text: &str) -> &str {
    let is_alignment = |c: char| matches!(c, '<' | '>' | '=' | '^');
    let mut characters = text.chars();
    let first = characters.next().filter(|c| *c != '\n');
    let mut rest = text;
    if first.is_some() && characters.next().is_some_and(is_alignment) {
        rest = &text[first.map_or(0, char::len_utf8) + 1..];
    } else if first.is_some_and(is_alignment) {
        rest = &text[1..];
    }
    rest = rest.strip_prefix(['-', '+', ' ']).unwrap_or(rest);
    rest = rest.strip_prefix('#').unwrap_or(rest);
    rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    rest = rest.strip_prefix(',').unwrap_or(rest);
    if let Some(precision) = rest.strip_prefix('.') {
        let after = precision.trim_start_matches(|c: char| c.is_ascii_digit());
        if after.len() < precision.len() {
            rest = after;
        }
    }
    let is_type = |c: char| matches!(c, 'E'..='G' | 'X' | 'b'..='g' | 'n' | 'o' | 's' | 'x' | '%');
    rest.strip_prefix(is_type).unwrap_or(rest)
}
