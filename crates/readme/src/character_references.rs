//! Character references to characters, in HTML that is taken for code. Follows the HTML standard,
//! section 13.5, as Python's `html.unescape` reads it.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The longest name has 31 characters.
const NAME_MAX: usize = 32;

static NAMED: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    let all = entities::ENTITIES.iter();
    all.map(|entity| (&entity.entity[1..], entity.characters))
        .collect()
});

/// `html` with its character references replaced.
pub(crate) fn unescape(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('&') {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let length = match rest.strip_prefix('#') {
            Some(number) => numeric(number, &mut text).map(|length| length + 1),
            None => named(rest, &mut text),
        };
        match length {
            Some(length) => rest = &rest[length..],
            None => text.push('&'),
        }
    }
    text.push_str(rest);
    text
}

/// The reference after `&#`: appends its character and gives its length.
fn numeric(text: &str, out: &mut String) -> Option<usize> {
    let (digits, radix) = match text.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16),
        None => (text, 10),
    };
    let count = digits
        .find(|c: char| !c.is_digit(radix))
        .unwrap_or(digits.len());
    if count == 0 {
        return None;
    }
    let number = digits[..count].chars().try_fold(0_u32, |number, digit| {
        number
            .checked_mul(radix)?
            .checked_add(digit.to_digit(radix)?)
    });
    let before = text.len() - digits.len();
    if let Some(character) = character(number.unwrap_or(u32::MAX)) {
        out.push(character);
    }
    let semicolon = usize::from(digits[count..].starts_with(';'));
    Some(before + count + semicolon)
}

/// The character of a number; nothing for those that are no characters.
fn character(number: u32) -> Option<char> {
    /// Windows-1252 where it differs from Latin-1, which is what authors meant.
    const WINDOWS: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];
    match number {
        0 => Some('\u{fffd}'),
        0x0d => Some('\r'),
        0x80..=0x9f => Some(WINDOWS[number as usize - 0x80]),
        0x01..=0x08 | 0x0b | 0x0e..=0x1f | 0x7f | 0xfdd0..=0xfdef => None,
        _ if number & 0xfffe == 0xfffe && number <= 0x0010_ffff => None,
        _ => Some(char::from_u32(number).unwrap_or('\u{fffd}')),
    }
}

/// The reference after `&`: appends what the longest known name stands for and gives its length.
fn named(text: &str, out: &mut String) -> Option<usize> {
    let ends = |c: char| matches!(c, '\t' | '\n' | '\x0c' | ' ' | '<' | '&' | '#' | ';');
    let mut length = text
        .char_indices()
        .take(NAME_MAX)
        .find(|(_, c)| ends(*c))
        .map_or_else(
            || {
                text.char_indices()
                    .nth(NAME_MAX)
                    .map_or(text.len(), |(at, _)| at)
            },
            |(at, _)| at,
        );
    if text[length..].starts_with(';') {
        length += 1;
    }
    while length > 1 {
        if let Some(characters) = text.get(..length).and_then(|name| NAMED.get(name)) {
            out.push_str(characters);
            return Some(length);
        }
        length -= 1;
    }
    None
}
