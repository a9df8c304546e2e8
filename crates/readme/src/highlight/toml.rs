//! TOML, as Pygments' `TOMLLexer` cuts it.

use super::Token;
use super::class::{self, Class};
use super::scanner::{Scanner, is_space, span};

/// What the lexer is inside of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Root,
    /// In the brackets of a table's header.
    Header,
    /// After `=`.
    Value,
    Array,
    InlineTable,
    BasicString,
    LiteralString,
    LongBasicString,
    LongLiteralString,
}

/// Cuts TOML into tokens.
pub(super) fn lex(code: &str) -> Vec<Token> {
    let mut scanner = Scanner::new(code);
    let mut states = vec![State::Root];
    while !scanner.is_at_end() {
        let state = states.last().copied().unwrap_or(State::Root);
        let fits = match state {
            State::Root => root(&mut scanner, &mut states),
            State::Header => header(&mut scanner, &mut states),
            State::Value => value(&mut scanner, &mut states),
            State::Array => array(&mut scanner, &mut states),
            State::InlineTable => inline_table(&mut scanner, &mut states),
            State::BasicString => basic_string(&mut scanner, &mut states, "\""),
            State::LongBasicString => basic_string(&mut scanner, &mut states, "\"\"\""),
            State::LiteralString => literal_string(&mut scanner, &mut states),
            State::LongLiteralString => long_literal_string(&mut scanner, &mut states),
        };
        if !fits && scanner.take_unknown(class::WHITESPACE) {
            states = vec![State::Root];
        }
    }
    scanner.finish()
}

fn space_or_comment(scanner: &mut Scanner<'_>) -> bool {
    scanner.take_while(class::WHITESPACE, is_space)
        || (scanner.rest().starts_with('#')
            && scanner.take_while(class::COMMENT_SINGLE, |c| c != '\n'))
}

/// A key or a part of it: bare in one class, quoted as a string, with dots in another.
fn key(scanner: &mut Scanner<'_>, states: &mut Vec<State>, bare: Class, dot: Class) -> bool {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if scanner.take_while(bare, is_bare) {
        return true;
    }
    if scanner.take_text(class::STRING_DOUBLE, "\"") {
        states.push(State::BasicString);
        return true;
    }
    if scanner.take_text(class::STRING_SINGLE, "'") {
        states.push(State::LiteralString);
        return true;
    }
    scanner.take_text(dot, ".")
}

fn equals(scanner: &mut Scanner<'_>, states: &mut Vec<State>, class: Class) -> bool {
    let follows = scanner.take_text(class, "=");
    if follows {
        scanner.take_while(class::WHITESPACE, is_space);
        states.push(State::Value);
    }
    follows
}

fn root(scanner: &mut Scanner<'_>, states: &mut Vec<State>) -> bool {
    if space_or_comment(scanner)
        || key(scanner, states, class::NAME, class::PUNCTUATION)
        || equals(scanner, states, class::OPERATOR)
    {
        return true;
    }
    let opens = scanner.take_any(class::KEYWORD, &["[[", "["]);
    if opens {
        states.push(State::Header);
    }
    opens
}

fn header(scanner: &mut Scanner<'_>, states: &mut Vec<State>) -> bool {
    if key(scanner, states, class::KEYWORD, class::KEYWORD) {
        return true;
    }
    if scanner.take_any(class::KEYWORD, &["]]", "]"]) {
        states.pop();
        return true;
    }
    scanner.take_while(class::WHITESPACE, |c| matches!(c, ' ' | '\t'))
}

fn value(scanner: &mut Scanner<'_>, states: &mut Vec<State>) -> bool {
    let rest = scanner.rest();
    if let Some((class, length)) = scalar(rest) {
        scanner.take(class, length);
        states.pop();
        return true;
    }
    let opens = [
        (class::STRING_DOUBLE, "\"\"\"", State::LongBasicString),
        (class::STRING_DOUBLE, "\"", State::BasicString),
        (class::STRING_SINGLE, "'''", State::LongLiteralString),
        (class::STRING_SINGLE, "'", State::LiteralString),
        (class::PUNCTUATION, "[", State::Array),
        (class::PUNCTUATION, "{", State::InlineTable),
    ];
    for (class, text, state) in opens {
        if scanner.take_text(class, text) {
            states.pop();
            states.push(state);
            return true;
        }
    }
    false
}

/// A date, a number or a truth value: its class and its bytes.
fn scalar(text: &str) -> Option<(Class, usize)> {
    if let Some(length) = date(text).or_else(|| time(text)) {
        return Some((class::LITERAL_DATE, length));
    }
    let sign = usize::from(text.starts_with(['+', '-']));
    let unsigned = &text[sign..];
    if let Some(length) = float(unsigned) {
        return Some((class::NUMBER_FLOAT, sign + length));
    }
    if unsigned.starts_with("inf") || unsigned.starts_with("nan") {
        return Some((class::NUMBER_FLOAT, sign + 3));
    }
    let radices: [(&str, u32, Class); 3] = [
        ("0b", 2, class::NUMBER_BIN),
        ("0o", 8, class::NUMBER_OCT),
        ("0x", 16, class::NUMBER_HEX),
    ];
    for (prefix, radix, class) in radices {
        let digits = unsigned
            .strip_prefix(prefix)
            .filter(|_| !text.starts_with('+'))
            .map_or(0, |after| span(after, |c| c.is_digit(radix) || c == '_'));
        if digits > 0 {
            return Some((class, sign + prefix.len() + digits));
        }
    }
    let digits = span(unsigned, is_digit_or_underscore);
    if digits > 0 {
        return Some((class::NUMBER_INTEGER, sign + digits));
    }
    let truth = ["true", "false"];
    let truth = truth.iter().find(|word| text.starts_with(**word))?;
    Some((class::KEYWORD_CONSTANT, truth.len()))
}

fn is_digit_or_underscore(character: char) -> bool {
    character.is_ascii_digit() || character == '_'
}

/// The bytes of a number with a fraction or an exponent.
fn float(text: &str) -> Option<usize> {
    let digits = |text: &str| {
        let starts = text.starts_with(|c: char| c.is_ascii_digit());
        if starts {
            span(text, is_digit_or_underscore)
        } else {
            0
        }
    };
    let exponent = |text: &str| {
        let rest = text.strip_prefix(['e', 'E'])?;
        let rest = rest.strip_prefix(['+', '-']).unwrap_or(rest);
        let count = digits(rest);
        (count > 0).then_some(text.len() - rest.len() + count)
    };
    let whole = digits(text);
    if whole == 0 {
        return None;
    }
    if let Some(exponent) = exponent(&text[whole..]) {
        return Some(whole + exponent);
    }
    let fraction = digits(text[whole..].strip_prefix('.')?);
    let length = whole + 1 + fraction;
    (fraction > 0).then(|| length + exponent(&text[length..]).unwrap_or(0))
}

/// The bytes of `shape` in `text`, in which `0` stands for a digit.
fn shaped(text: &str, shape: &str) -> Option<usize> {
    let found = text.as_bytes().get(..shape.len())?;
    let fits = found.iter().zip(shape.bytes()).all(|(found, shape)| {
        if shape == b'0' {
            found.is_ascii_digit()
        } else {
            *found == shape
        }
    });
    fits.then_some(shape.len())
}

fn date(text: &str) -> Option<usize> {
    let day = shaped(text, "0000-00-00")?;
    let Some(clock) = text[day..].strip_prefix(['T', 't', ' ']).and_then(time) else {
        return Some(day);
    };
    let length = day + 1 + clock;
    let after = &text[length..];
    let zone = if after.starts_with(['Z', 'z']) {
        1
    } else {
        shaped(after, "+00:00")
            .or_else(|| shaped(after, "-00:00"))
            .unwrap_or(0)
    };
    Some(length + zone)
}

fn time(text: &str) -> Option<usize> {
    let minutes = shaped(text, "00:00")?;
    let Some(seconds) = shaped(&text[minutes..], ":00") else {
        return Some(minutes);
    };
    let length = minutes + seconds;
    let fraction = text[length..].strip_prefix('.');
    let fraction = fraction.map_or(0, |text| span(text, |c| c.is_ascii_digit()));
    Some(if fraction > 0 {
        length + 1 + fraction
    } else {
        length
    })
}

fn array(scanner: &mut Scanner<'_>, states: &mut Vec<State>) -> bool {
    if space_or_comment(scanner) || scanner.take_text(class::PUNCTUATION, ",") {
        return true;
    }
    if scanner.take_text(class::PUNCTUATION, "]") {
        states.pop();
    } else {
        states.push(State::Value);
    }
    true
}

fn inline_table(scanner: &mut Scanner<'_>, states: &mut Vec<State>) -> bool {
    if space_or_comment(scanner)
        || key(scanner, states, class::NAME, class::PUNCTUATION)
        || equals(scanner, states, class::PUNCTUATION)
        || scanner.take_text(class::PUNCTUATION, ",")
    {
        return true;
    }
    let ends = scanner.take_text(class::PUNCTUATION, "}");
    if ends {
        states.pop();
    }
    ends
}

fn basic_string(scanner: &mut Scanner<'_>, states: &mut Vec<State>, quotes: &str) -> bool {
    if scanner.take_text(class::STRING_DOUBLE, quotes) {
        states.pop();
        return true;
    }
    let is_long = quotes.len() > 1;
    let rest = scanner.rest();
    if let Some(escaped) = rest.strip_prefix('\\') {
        let hexadecimal = |count: usize| {
            let digits = escaped.get(1..=count);
            digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
        };
        let length = match escaped.chars().next() {
            Some('\n') if is_long => {
                scanner.take(class::STRING_ESCAPE, 1);
                scanner.take(class::WHITESPACE, 1);
                return true;
            }
            Some('\n') | None => return false,
            Some('x') if hexadecimal(2) => 3,
            Some('u') if hexadecimal(4) => 5,
            Some('U') if hexadecimal(8) => 9,
            Some(character) => character.len_utf8(),
        };
        scanner.take(class::STRING_ESCAPE, 1 + length);
        return true;
    }
    scanner.take_while(class::STRING_DOUBLE, |c| !matches!(c, '"' | '\\'))
        || (is_long && scanner.take_text(class::STRING_DOUBLE, "\""))
}

fn literal_string(scanner: &mut Scanner<'_>, states: &mut Vec<State>) -> bool {
    let Some(end) = scanner.line().find('\'') else {
        return false;
    };
    scanner.take(class::STRING_SINGLE, end + 1);
    states.pop();
    true
}

fn long_literal_string(scanner: &mut Scanner<'_>, states: &mut Vec<State>) -> bool {
    if scanner.take_text(class::STRING_SINGLE, "'''") {
        states.pop();
        return true;
    }
    scanner.take_while(class::STRING_SINGLE, |c| c != '\'')
        || scanner.take_text(class::STRING_SINGLE, "'")
}
