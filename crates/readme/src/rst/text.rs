//! Characters, escapes and names.
//!
//! While text is parsed, a backslash that escapes stands as NUL ([`escape`]), so that what follows
//! it is never taken for markup. Text nodes keep these; [`unescape`] takes them away at the end.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::canonical_combining_class;
use unicode_width::UnicodeWidthChar as _;

/// Stands for a backslash that escapes.
pub(super) const ESCAPE: char = '\0';

/// White space as Python's `str.isspace` has it.
pub(super) fn is_space(character: char) -> bool {
    if character.is_ascii() {
        return matches!(character, ' ' | '\t'..='\r' | '\x1c'..='\x1f');
    }
    character.is_whitespace()
}

/// A letter or digit of any script: what names are made of.
pub(super) fn is_word(character: char) -> bool {
    character.is_alphanumeric()
}

/// A character that may underline a title or frame a table.
pub(super) fn is_adornment(character: char) -> bool {
    character.is_ascii_punctuation()
}

/// `text` with its backslashes as [`ESCAPE`]; one that is escaped itself stays.
pub(super) fn escape(text: &str) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
    let mut escaped = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character == '\\' {
            escaped.push(ESCAPE);
            escaped.extend(characters.next());
        } else {
            escaped.push(character);
        }
    }
    escaped
}

/// `text` without its escapes. White space that was escaped goes too.
pub(super) fn unescape(text: &str) -> String {
    unescaped(text).into_owned()
}

/// As [`unescape`], without a copy where there is nothing to take away.
pub(super) fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains(ESCAPE) {
        return Cow::Borrowed(text);
    }
    let without_spaces = text.replace("\0 ", "").replace("\0\n", "");
    Cow::Owned(without_spaces.replace(ESCAPE, ""))
}

/// `text` as it was before [`escape`].
pub(super) fn restore(text: &str) -> String {
    text.replace(ESCAPE, "\\")
}

/// Parts of escaped text that escaped white space stands between.
pub(super) fn split_at_escaped_space(text: &str) -> impl Iterator<Item = &str> {
    text.split("\0 ").flat_map(|part| part.split("\0\n"))
}

/// The words of a text.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(is_space).filter(|word| !word.is_empty())
}

/// A name with single spaces.
pub(super) fn normalize_space(name: &str) -> String {
    words(name).collect::<Vec<_>>().join(" ")
}

/// A name by which a target is found: in small letters, with single spaces.
pub(super) fn normalize_name(name: &str) -> String {
    normalize_space(&name.to_lowercase())
}

/// A URI without white space, but for escaped one.
pub(super) fn uri(escaped: &str) -> String {
    let parts = split_at_escaped_space(escaped).map(|part| {
        let part = unescape(part);
        words(&part).collect::<String>()
    });
    parts.collect::<Vec<_>>().join(" ")
}

/// The bytes of the simple name that `text` begins with: letters and digits, and single `-._+:`
/// between them.
pub(super) fn simple_name(text: &str) -> usize {
    let word = |text: &str| text.find(|c| !is_word(c)).unwrap_or(text.len());
    let mut end = word(text);
    while end > 0 && text[end..].starts_with(['-', '.', '_', '+', ':']) {
        match word(&text[end + 1..]) {
            0 => break,
            length => end += 1 + length,
        }
    }
    end
}

/// `text` without its first characters.
pub(super) fn skip(text: &str, characters: usize) -> &str {
    let is_ascii = |start: &str| start.is_ascii();
    if text.get(..characters).is_some_and(is_ascii) {
        return &text[characters..];
    }
    let place = text.char_indices().nth(characters);
    place.map_or("", |(at, _)| &text[at..])
}

/// The columns before the first character that is no white space.
pub(super) fn indentation(text: &str) -> usize {
    text.chars().take_while(|c| is_space(*c)).count()
}

/// Whether a character takes no column of its own.
pub(super) fn is_combining(character: char) -> bool {
    !character.is_ascii() && canonical_combining_class(character) != 0
}

/// Whether a character of East Asian scripts takes two columns.
pub(super) fn is_wide(character: char) -> bool {
    !character.is_ascii() && character.width() == Some(2)
}

/// The columns of a text.
pub(super) fn column_width(text: &str) -> usize {
    let width = |character| match character {
        _ if is_combining(character) => 0,
        _ if is_wide(character) => 2,
        _ => 1,
    };
    text.chars().map(width).sum()
}

/// Letters that Unicode does not decompose, and what they become in an identifier.
const PLAIN_LETTERS: &[(char, &str)] = &[
    ('ß', "sz"),
    ('æ', "ae"),
    ('œ', "oe"),
    ('ȸ', "db"),
    ('ȹ', "qp"),
    ('ø', "o"),
    ('đ', "d"),
    ('ħ', "h"),
    ('ı', "i"),
    ('ł', "l"),
    ('ŧ', "t"),
    ('ƀ', "b"),
    ('ƃ', "b"),
    ('ƈ', "c"),
    ('ƌ', "d"),
    ('ƒ', "f"),
    ('ƙ', "k"),
    ('ƚ', "l"),
    ('ƞ', "n"),
    ('ƥ', "p"),
    ('ƫ', "t"),
    ('ƭ', "t"),
    ('ƴ', "y"),
    ('ƶ', "z"),
    ('ǥ', "g"),
    ('ȥ', "z"),
    ('ȴ', "l"),
    ('ȵ', "n"),
    ('ȶ', "t"),
    ('ȷ', "j"),
    ('ȼ', "c"),
    ('ȿ', "s"),
    ('ɀ', "z"),
    ('ɇ', "e"),
    ('ɉ', "j"),
    ('ɋ', "q"),
    ('ɍ', "r"),
    ('ɏ', "y"),
];

/// `text` as an identifier: `[a-z](-?[a-z0-9]+)*`, or nothing.
pub(super) fn identifier(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars().flat_map(char::to_lowercase) {
        if character.is_ascii() {
            plain.push(character);
        } else if let Some((_, letters)) = PLAIN_LETTERS.iter().find(|(c, _)| *c == character) {
            plain.push_str(letters);
        } else {
            plain.extend(character.nfkd().filter(char::is_ascii));
        }
    }
    let parts = plain.split(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit());
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    let joined = parts.join("-");
    joined
        .trim_start_matches(|c: char| c == '-' || c.is_ascii_digit())
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers() {
        for (text, id) in [
            ("What is  it?", "what-is-it"),
            ("1. Ärger & Größe", "arger-grosze"),
            ("__init__", "init"),
            ("日本", ""),
        ] {
            assert_eq!(identifier(text), id);
        }
    }

    #[test]
    fn simple_names() {
        for (text, length) in [("a-b_c__", 5), ("a--b", 1), ("_a", 0), ("é.x:", 4)] {
            assert_eq!(simple_name(text), length, "{text}");
        }
    }

    #[test]
    fn escapes() {
        assert_eq!(unescape(&escape(r"a\ b\\c\*")), r"ab\c*");
        assert_eq!(restore(&escape(r"\*x\")), r"\*x\");
        assert_eq!(uri(&escape("a b\\ c\nd")), "ab cd");
    }
}
