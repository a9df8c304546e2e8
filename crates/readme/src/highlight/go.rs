//! Go, as Pygments' `GoLexer` cuts it.

use super::Token;
use super::class;
use super::scanner::{Scanner, is_space, is_word, span};

const NAMESPACE: &[&str] = &["import", "package"];
const DECLARATIONS: &[&str] = &["const", "func", "interface", "struct", "type", "var"];
const KEYWORDS: &[&str] = &[
    "break",
    "case",
    "continue",
    "default",
    "defer",
    "else",
    "fallthrough",
    "for",
    "go",
    "goto",
    "if",
    "range",
    "return",
    "select",
    "switch",
];
const CONSTANTS: &[&str] = &["false", "iota", "nil", "true"];
const FUNCTIONS: &[&str] = &[
    "append", "cap", "clear", "close", "complex", "copy", "delete", "imag", "len", "make", "max",
    "min", "new", "panic", "print", "println", "real", "recover",
];
const TYPES: &[&str] = &[
    "any",
    "bool",
    "byte",
    "chan",
    "comparable",
    "complex128",
    "complex64",
    "error",
    "float32",
    "float64",
    "int",
    "int16",
    "int32",
    "int64",
    "int8",
    "map",
    "rune",
    "string",
    "uint",
    "uint16",
    "uint32",
    "uint64",
    "uint8",
    "uintptr",
];
/// Longer ones first.
const OPERATORS: &[&str] = &[
    "<<=", ">>=", "<<", ">>", "<=", ">=", "&^=", "&^", "+=", "-=", "*=", "/=", "%=", "&=", "|=",
    "^=", "&&", "||", "<-", "++", "--", "==", "!=", ":=",
];

/// Cuts Go code into tokens.
pub(super) fn lex(code: &str) -> Vec<Token> {
    let mut scanner = Scanner::new(code);
    while !scanner.is_at_end() {
        let fits = scanner.take_while(class::WHITESPACE, is_space)
            || continued_line(&mut scanner)
            || comment(&mut scanner)
            || word(&mut scanner)
            || number(&mut scanner)
            || character(&mut scanner)
            || raw_string(&mut scanner)
            || string(&mut scanner)
            || scanner.take_any(class::OPERATOR, OPERATORS)
            || scanner.take_one_of(class::OPERATOR, "+-*/%&!=<>^|")
            || scanner.take_text(class::PUNCTUATION, "...")
            || scanner.take_one_of(class::PUNCTUATION, "()[]{}.,;:~");
        if !fits {
            scanner.take_unknown(class::WHITESPACE);
        }
    }
    scanner.finish()
}

fn continued_line(scanner: &mut Scanner<'_>) -> bool {
    let follows = scanner.rest().starts_with("\\\n");
    if follows {
        scanner.take(class::TEXT, 1);
        scanner.take(class::WHITESPACE, 1);
    }
    follows
}

fn comment(scanner: &mut Scanner<'_>) -> bool {
    let rest = scanner.rest();
    if rest.starts_with("//") {
        return scanner.take_while(class::COMMENT_SINGLE, |c| c != '\n');
    }
    let Some(opening) = ["/*", "/\\\n*"]
        .iter()
        .find(|text| rest.starts_with(**text))
    else {
        return false;
    };
    let mut from = opening.len();
    while let Some(star) = scanner.find_after(from, "*") {
        let after = &rest[star + 1..];
        let closing = ["/", "\\\n/"].iter().find(|text| after.starts_with(**text));
        if let Some(closing) = closing {
            scanner.take(class::COMMENT_MULTILINE, star + 1 + closing.len());
            return true;
        }
        from = star + 1;
    }
    false
}

fn word(scanner: &mut Scanner<'_>) -> bool {
    let rest = scanner.rest();
    if rest.starts_with(|c: char| c.is_numeric()) {
        return false;
    }
    let word = &rest[..span(rest, is_word)];
    let is_in = |table: &[&str]| table.binary_search(&word).is_ok();
    let class = if is_in(NAMESPACE) {
        class::KEYWORD_NAMESPACE
    } else if is_in(DECLARATIONS) {
        class::KEYWORD_DECLARATION
    } else if is_in(KEYWORDS) {
        class::KEYWORD
    } else if is_in(CONSTANTS) {
        class::KEYWORD_CONSTANT
    } else if is_in(FUNCTIONS) && rest[word.len()..].starts_with('(') {
        class::NAME_BUILTIN
    } else if is_in(TYPES) {
        class::KEYWORD_TYPE
    } else {
        class::NAME_OTHER
    };
    scanner.take(class, word.len());
    !word.is_empty()
}

fn number(scanner: &mut Scanner<'_>) -> bool {
    let rest = scanner.rest();
    let whole = digits(rest);
    if let Some(length) = imaginary(rest, whole) {
        scanner.take(class::NUMBER, length);
        return true;
    }
    if let Some(length) = float(rest, whole) {
        scanner.take(class::NUMBER_FLOAT, length);
        return true;
    }
    if whole == 0 {
        return false;
    }
    let prefixed = |letters: [char; 2], radix: u32| {
        let after = rest.strip_prefix('0')?.strip_prefix(letters)?;
        Some(grouped(after, radix)).filter(|length| *length > 0)
    };
    let (class, length) = if let Some(length) = prefixed(['b', 'B'], 2) {
        (class::NUMBER_BIN, 2 + length)
    } else if let Some(length) = prefixed(['o', 'O'], 8) {
        (class::NUMBER_OCT, 2 + length)
    } else if let Some(length) = rest
        .strip_prefix('0')
        .map(|after| grouped(after, 8))
        .filter(|length| *length > 0)
    {
        (class::NUMBER_OCT, 1 + length)
    } else if let Some(length) = prefixed(['x', 'X'], 16) {
        (class::NUMBER_HEX, 2 + length)
    } else if rest.starts_with('0') {
        (class::NUMBER_INTEGER, 1)
    } else {
        (class::NUMBER_INTEGER, grouped(rest, 10))
    };
    scanner.take(class, length);
    true
}

fn digits(text: &str) -> usize {
    span(text, |c| c.is_ascii_digit())
}

/// The bytes of digits, each with at most one underscore before it.
fn grouped(text: &str, radix: u32) -> usize {
    let mut rest = text;
    loop {
        let after = rest.strip_prefix('_').unwrap_or(rest);
        let Some(next) = after.strip_prefix(|c: char| c.is_digit(radix)) else {
            return text.len() - rest.len();
        };
        rest = next;
    }
}

/// The bytes of an exponent; its sign may have to be there.
fn exponent(text: &str, needs_sign: bool) -> usize {
    let Some(rest) = text.strip_prefix(['e', 'E']) else {
        return 0;
    };
    let unsigned = rest.strip_prefix(['+', '-']);
    if needs_sign && unsigned.is_none() {
        return 0;
    }
    let unsigned = unsigned.unwrap_or(rest);
    match digits(unsigned) {
        0 => 0,
        count => text.len() - unsigned.len() + count,
    }
}

fn imaginary(text: &str, whole: usize) -> Option<usize> {
    let mut length = whole;
    if let Some(fraction) = text[whole..].strip_prefix('.') {
        let fraction = digits(fraction);
        if whole + fraction == 0 {
            return None;
        }
        length += 1 + fraction;
    }
    length += exponent(&text[length..], true);
    (length > 0 && text[length..].starts_with('i')).then_some(length + 1)
}

fn float(text: &str, whole: usize) -> Option<usize> {
    if let Some(fraction) = text[whole..].strip_prefix('.') {
        let fraction = digits(fraction);
        if whole + fraction == 0 {
            return None;
        }
        let length = whole + 1 + fraction;
        let exponent = match fraction {
            0 => 0,
            _ => exponent(&text[length..], false),
        };
        return Some(length + exponent);
    }
    let exponent = exponent(&text[whole..], false);
    (whole > 0 && exponent > 0).then_some(whole + exponent)
}

fn character(scanner: &mut Scanner<'_>) -> bool {
    let Some(rest) = scanner.rest().strip_prefix('\'') else {
        return false;
    };
    let hexadecimal = |count: usize| {
        let digits = rest.get(2..2 + count);
        digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    let bytes = rest.as_bytes();
    let length = match (bytes.first(), bytes.get(1)) {
        (
            Some(b'\\'),
            Some(b'\'' | b'"' | b'\\' | b'a' | b'b' | b'f' | b'n' | b'r' | b't' | b'v'),
        ) => 2,
        (Some(b'\\'), Some(b'x')) if hexadecimal(2) => 4,
        (Some(b'\\'), Some(b'u')) if hexadecimal(4) => 6,
        (Some(b'\\'), Some(b'U')) if hexadecimal(8) => 10,
        (Some(b'\\'), Some(b'0'..=b'7')) => 1 + span(&rest[1..], |c| c.is_digit(8)).min(3),
        (Some(b'\\') | None, _) => return false,
        _ => rest.chars().next().map_or(0, char::len_utf8),
    };
    let is_whole = rest[length..].starts_with('\'');
    scanner.take(class::STRING_CHAR, if is_whole { length + 2 } else { 0 });
    is_whole
}

fn raw_string(scanner: &mut Scanner<'_>) -> bool {
    if !scanner.rest().starts_with('`') {
        return false;
    }
    let end = scanner.find_after(1, "`");
    scanner.take(class::STRING, end.map_or(0, |end| end + 1));
    end.is_some()
}

fn string(scanner: &mut Scanner<'_>) -> bool {
    let Some(rest) = scanner.rest().strip_prefix('"') else {
        return false;
    };
    if !scanner.may_look_ahead() {
        return false;
    }
    let mut escaped = false;
    for (at, byte) in rest.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => {
                let has_budget = scanner.spend(at);
                scanner.take(class::STRING, if has_budget { at + 2 } else { 0 });
                return has_budget;
            }
            _ => {}
        }
    }
    scanner.spend(rest.len());
    false
}
