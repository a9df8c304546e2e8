//! JSON with comments, as Pygments' `JsonLexer` cuts it.

use super::Token;
use super::class;
use super::scanner::{Scanner, span};

/// Cuts JSON into tokens.
pub(super) fn lex(code: &str) -> Vec<Token> {
    let mut scanner = Scanner::new(code);
    // The strings since the last value; a colon makes names of them.
    let mut names: Vec<usize> = Vec::new();
    let mut places = 0;
    let mut is_name = Vec::new();
    while let Some(character) = scanner.peek() {
        let rest = scanner.rest();
        let before = scanner.place();
        match character {
            '"' => {
                if let Some(length) = string(rest) {
                    names.push(places);
                    scanner.take(class::STRING_DOUBLE, length);
                } else {
                    scanner.take(class::ERROR, rest.len());
                }
            }
            ' ' | '\n' | '\r' | '\t' => {
                scanner.take_while(class::WHITESPACE, |c| matches!(c, ' ' | '\n' | '\r' | '\t'));
            }
            'f' | 'n' | 't' => {
                names.clear();
                scanner.take_while(class::KEYWORD_CONSTANT, |c| "truefalsenull".contains(c));
            }
            '-' | '0'..='9' => {
                names.clear();
                number(&mut scanner);
            }
            ':' => {
                is_name.append(&mut names);
                scanner.take(class::PUNCTUATION, 1);
            }
            '{' | '}' | '[' | ']' | ',' => {
                names.clear();
                scanner.take(class::PUNCTUATION, 1);
            }
            '/' if rest.starts_with("//") => {
                scanner.take_while(class::COMMENT_SINGLE, |c| c != '\n');
            }
            '/' if rest.starts_with("/*") => match rest[2..].find("*/") {
                Some(end) => scanner.take(class::COMMENT_MULTILINE, end + 4),
                None => scanner.take(class::ERROR, rest.len()),
            },
            _ => {
                names.clear();
                scanner.take_char(class::ERROR);
            }
        }
        debug_assert!(scanner.place() > before);
        places += 1;
    }
    let mut tokens = scanner.finish();
    for place in is_name {
        tokens[place].class = class::NAME_TAG;
    }
    tokens
}

/// The bytes of the string at the start of `text`, if it ends. A quote within the digits of `\u`
/// does not end it.
fn string(text: &str) -> Option<usize> {
    let mut bytes = text.bytes().enumerate().skip(1);
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'"' => return Some(at + 1),
            b'\\' if bytes.next()?.1 == b'u' => {
                for _ in 0..4 {
                    if !bytes.next()?.1.is_ascii_hexdigit() {
                        break;
                    }
                }
            }
            _ => {}
        }
    }
    None
}

fn number(scanner: &mut Scanner<'_>) {
    let rest = scanner.rest();
    let length = span(rest, |c| {
        matches!(c, '-' | '0'..='9' | '.' | 'e' | 'E' | '+')
    });
    let class = if rest[..length].contains(['.', 'e', 'E', '+']) {
        class::NUMBER_FLOAT
    } else {
        class::NUMBER_INTEGER
    };
    scanner.take(class, length);
}
