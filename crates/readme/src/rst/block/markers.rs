//! The marks that blocks begin with. Follows "reStructuredText Markup Specification".

use crate::rst::text::{is_adornment, simple_name};

/// What kind of block begins with a line. Lengths are those of the mark and the spaces after it, in
/// characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rst) enum Marker {
    Bullet(usize),
    Enumerator(Enumerator),
    Field(Field),
    Option(usize),
    Doctest,
    Line(usize),
    GridTable,
    SimpleTable,
    Explicit,
    Anonymous(usize),
    /// A line of one character: over a title, under one, or between parts.
    Adornment,
    Text,
}

/// The mark of a numbered list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rst) struct Enumerator {
    pub(in crate::rst) length: usize,
    /// The bytes of the number, after an opening bracket.
    pub(in crate::rst) start: usize,
    pub(in crate::rst) end: usize,
    pub(in crate::rst) format: Format,
}

/// What stands around a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rst) enum Format {
    Parentheses,
    Parenthesis,
    Period,
}

/// The name of a field between colons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rst) struct Field {
    /// The byte where the name ends.
    pub(in crate::rst) end: usize,
    pub(in crate::rst) length: usize,
}

/// The mark of a line that is not blank and not set in.
pub(in crate::rst) fn find(line: &str) -> Marker {
    let mark = line.chars().next();
    let found = match mark {
        Some('*' | '•' | '‣' | '⁃') => spaced(line, 1).map(Marker::Bullet),
        Some('-' | '+') => {
            let bullet = spaced(line, 1).map(Marker::Bullet);
            bullet
                .or_else(|| option(line).map(Marker::Option))
                .or_else(|| is_grid_border(line).then_some(Marker::GridTable))
        }
        Some('/') => option(line).map(Marker::Option),
        Some(':') => field(line).map(Marker::Field),
        Some('>') => {
            let is_doctest = line.starts_with(">>>") && spaced(line, 3).is_some();
            is_doctest.then_some(Marker::Doctest)
        }
        Some('|') => spaced(line, 1).map(Marker::Line),
        Some('=') => is_simple_border(line).then_some(Marker::SimpleTable),
        Some('.') if line.starts_with("..") => spaced(line, 2).map(|_| Marker::Explicit),
        Some('_') if line.starts_with("__") => spaced(line, 2).map(Marker::Anonymous),
        Some('(' | '#' | '0'..='9' | 'a'..='z' | 'A'..='Z') => {
            enumerator(line).map(Marker::Enumerator)
        }
        _ => None,
    };
    found.unwrap_or(if is_adornment_line(line) {
        Marker::Adornment
    } else {
        Marker::Text
    })
}

/// The characters of a mark with the spaces after it, if there are some or the line ends.
pub(in crate::rst) fn spaced(line: &str, mark: usize) -> Option<usize> {
    let mut rest = line.chars().skip(mark).peekable();
    let is_end = rest.peek().is_none();
    let spaces = rest.take_while(|c| *c == ' ').count();
    (is_end || spaces > 0).then_some(mark + spaces)
}

/// Whether a line repeats one character of punctuation.
pub(in crate::rst) fn is_adornment_line(line: &str) -> bool {
    let line = line.trim_end_matches(' ');
    let mut characters = line.chars();
    let first = characters.next().filter(|c| is_adornment(*c));
    first.is_some_and(|first| characters.all(|c| c == first))
}

/// Whether a line is the upper or lower border of a grid table.
pub(in crate::rst) fn is_grid_border(line: &str) -> bool {
    let line = line.trim_end_matches(' ');
    let inner = line
        .strip_prefix("+-")
        .and_then(|line| line.strip_suffix("-+"));
    inner.is_some_and(|inner| !inner.is_empty() && inner.bytes().all(|b| b"-+".contains(&b)))
}

/// Whether a line is the upper border of a simple table: two columns at least.
fn is_simple_border(line: &str) -> bool {
    let line = line.trim_end_matches(' ');
    line.contains(' ') && line.bytes().all(|byte| b"= ".contains(&byte))
}

/// The mark of a field.
pub(in crate::rst) fn field(line: &str) -> Option<Field> {
    let inner = line.strip_prefix(':')?;
    if inner.starts_with([':', ' ']) {
        return None;
    }
    let mut is_escaped = false;
    for (at, character) in inner.char_indices() {
        let rest = &inner[at + character.len_utf8()..];
        if is_escaped {
            is_escaped = false;
        } else if character == '\\' {
            is_escaped = true;
        } else if character == ':' && (rest.is_empty() || rest.starts_with([' ', '`'])) {
            if rest.starts_with('`') || inner[..at].ends_with(' ') {
                return None;
            }
            let end = at + 1;
            let length = spaced(line, line[..=end].chars().count())?;
            return Some(Field { end, length });
        }
    }
    None
}

/// The characters of options and of what stands between them and their description.
fn option(line: &str) -> Option<usize> {
    let mut at = option_length(line)?;
    while let Some(rest) = line[at..].strip_prefix(", ") {
        let Some(length) = option_length(rest) else {
            break;
        };
        at += 2 + length;
    }
    let rest = &line[at..];
    let spaces = rest.len() - rest.trim_start_matches(' ').len();
    let is_end = spaces >= 2 || spaces == rest.len();
    is_end.then(|| line[..at].chars().count() + spaces)
}

/// The bytes of one option with its argument.
fn option_length(text: &str) -> Option<usize> {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-".contains(byte);
    let bytes = text.as_bytes();
    let run = |start: usize| {
        bytes[start..]
            .iter()
            .take_while(|byte| is_name(byte))
            .count()
    };
    let is_long = text.starts_with("--") || text.starts_with('/');
    let start = if text.starts_with("--") { 2 } else { 1 };
    if !bytes.get(start)?.is_ascii_alphanumeric() {
        return None;
    }
    let end = if is_long {
        start + run(start)
    } else {
        start + 1
    };
    let argument = match bytes.get(end) {
        Some(b' ') => end + 1,
        Some(b'=') if is_long => end + 1,
        _ if is_long => return Some(end),
        _ => end,
    };
    let length = match bytes.get(argument) {
        Some(byte) if byte.is_ascii_alphabetic() => run(argument),
        Some(b'<') => match text[argument + 1..].find(['<', '>']) {
            Some(close) if close > 0 && text[argument + 1 + close..].starts_with('>') => close + 2,
            _ => 0,
        },
        _ => 0,
    };
    Some(if length > 0 { argument + length } else { end })
}

/// The mark of a numbered list.
pub(in crate::rst) fn enumerator(line: &str) -> Option<Enumerator> {
    let start = usize::from(line.starts_with('('));
    let number = &line[start..];
    let end = number.find(['.', ')']).filter(|end| *end > 0)? + start;
    let number = &line[start..end];
    let all = |set: &str| number.chars().all(|c| set.contains(c));
    let is_letter = number.len() == 1 && number.starts_with(|c: char| c.is_ascii_alphabetic());
    let is_number =
        number == "#" || is_letter || all("0123456789") || all("ivxlcdm") || all("IVXLCDM");
    let format = match (start, line[end..].starts_with(')')) {
        (1, true) => Format::Parentheses,
        (0, true) => Format::Parenthesis,
        (0, false) => Format::Period,
        _ => return None,
    };
    let length = spaced(line, end + 1).filter(|_| is_number)?;
    Some(Enumerator {
        length,
        start,
        end,
        format,
    })
}

/// The name of a directive after `text`'s first spaces, and the bytes up to what follows its colons.
pub(in crate::rst) fn directive(text: &str) -> Option<(&str, usize)> {
    let length = simple_name(text);
    let rest = &text[length..];
    let after = rest.strip_prefix(' ').unwrap_or(rest).strip_prefix("::")?;
    let spaces = after.len() - after.trim_start_matches(' ').len();
    let is_directive = length > 0 && (after.is_empty() || spaces > 0);
    is_directive.then(|| (&text[..length], text.len() - after.len() + spaces))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks() {
        let enumerated = |line| matches!(find(line), Marker::Enumerator(_));
        for line in ["1. a", "(a) b", "iv) c", "#.", "A. x"] {
            assert!(enumerated(line), "{line}");
        }
        for line in ["1.a", "ab. c", "(1. a", "1.2 a"] {
            assert_eq!(find(line), Marker::Text, "{line}");
        }
        for (line, marker) in [
            ("-", Marker::Bullet(1)),
            ("•  a", Marker::Bullet(3)),
            ("-a b, --long=<x y>  c", Marker::Option(20)),
            ("--all", Marker::Option(5)),
            ("-a b c", Marker::Text),
            (">>> a", Marker::Doctest),
            ("+--+--+", Marker::GridTable),
            ("== ==", Marker::SimpleTable),
            ("====", Marker::Adornment),
            ("..", Marker::Explicit),
            ("__ a", Marker::Anonymous(3)),
            (":a b: c", Marker::Field(Field { end: 4, length: 6 })),
            (":a:`b`", Marker::Text),
            ("| a", Marker::Line(2)),
        ] {
            assert_eq!(find(line), marker, "{line}");
        }
    }

    #[test]
    fn directives() {
        assert_eq!(directive("note:: a"), Some(("note", 7)));
        assert_eq!(directive("py:class ::"), Some(("py:class", 11)));
        assert_eq!(directive("note: a"), None);
    }
}
