//! BibTeX, as Pygments' `BibTeXLexer` cuts it.

use super::Token;
use super::class;
use super::scanner::{Scanner, is_space, is_word, span};

/// What the lexer is inside of. The states form a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Opening,
    Closing,
    Body,
    Fields,
    Field,
    Equals,
    Value,
    Quoted,
    Braced,
}

/// Cuts bibliography data into tokens.
pub(super) fn lex(code: &str) -> Vec<Token> {
    let mut scanner = Scanner::new(code);
    let mut stack: Vec<State> = Vec::new();
    let mut brace = '{';
    while !scanner.is_at_end() {
        let state = stack.last().copied();
        let is_string = matches!(state, Some(State::Quoted | State::Braced));
        if !is_string && scanner.take_while(class::WHITESPACE, is_space) {
            continue;
        }
        let next = scanner.peek().unwrap_or_default();
        match state {
            None => root(&mut scanner, &mut stack),
            Some(State::Opening) if matches!(next, '{' | '(') => {
                brace = next;
                scanner.take_char(class::PUNCTUATION);
                stack.pop();
            }
            Some(State::Closing) if matches!(next, '}' | ')') => {
                let fits = (brace == '{') == (next == '}');
                scanner.take_char(if fits {
                    class::PUNCTUATION
                } else {
                    class::ERROR
                });
                stack.pop();
            }
            Some(State::Body) if !matches!(next, ',' | '}') => {
                scanner.take_while(class::NAME_LABEL, |c| {
                    !is_space(c) && !matches!(c, ',' | '}')
                });
                stack.pop();
                stack.push(State::Fields);
            }
            Some(State::Equals) if next == '=' => {
                scanner.take_char(class::PUNCTUATION);
                stack.pop();
            }
            Some(State::Fields | State::Field | State::Value) => {
                in_fields(&mut scanner, &mut stack, next);
            }
            Some(State::Quoted | State::Braced) => in_string(&mut scanner, &mut stack, next),
            // What does not fit is an error.
            Some(_) => {
                scanner.take_unknown(class::TEXT);
            }
        }
    }
    scanner.finish()
}

fn root(scanner: &mut Scanner<'_>, stack: &mut Vec<State>) {
    let starts = |word: &str| {
        let start = scanner.rest().get(..word.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(word))
    };
    let after = |word: &str| scanner.rest().get(word.len()..word.len() + 3);
    if starts("@comment") && !after("@comment").is_some_and(|a| a.eq_ignore_ascii_case("ary")) {
        scanner.take(class::COMMENT, "@comment".len());
    } else if starts("@preamble") {
        scanner.take(class::NAME_CLASS, "@preamble".len());
        stack.extend([State::Closing, State::Value, State::Opening]);
    } else if starts("@string") {
        scanner.take(class::NAME_CLASS, "@string".len());
        stack.extend([State::Closing, State::Field, State::Opening]);
    } else if starts("@") && identifier(&scanner.rest()[1..]) > 0 {
        let length = 1 + identifier(&scanner.rest()[1..]);
        scanner.take(class::NAME_CLASS, length);
        stack.extend([State::Closing, State::Body, State::Opening]);
    } else {
        scanner.take_while(class::COMMENT, |c| c != '\n');
    }
}

fn in_fields(scanner: &mut Scanner<'_>, stack: &mut Vec<State>, next: char) {
    let name = identifier(scanner.rest());
    match stack.last() {
        Some(State::Fields) if next == ',' => {
            scanner.take_char(class::PUNCTUATION);
            stack.push(State::Field);
        }
        Some(State::Field) if name > 0 => {
            scanner.take(class::NAME_ATTRIBUTE, name);
            stack.extend([State::Value, State::Equals]);
        }
        Some(State::Value) if name > 0 => scanner.take(class::NAME_VARIABLE, name),
        Some(State::Value) if matches!(next, '"' | '{') => {
            scanner.take_char(class::STRING);
            stack.push(if next == '"' {
                State::Quoted
            } else {
                State::Braced
            });
        }
        Some(State::Value) if next.is_numeric() => {
            scanner.take_while(class::NUMBER, char::is_numeric);
        }
        Some(State::Value) if next == '#' => scanner.take_char(class::PUNCTUATION),
        _ => {
            stack.pop();
        }
    }
}

fn in_string(scanner: &mut Scanner<'_>, stack: &mut Vec<State>, next: char) {
    let end = if stack.last() == Some(&State::Quoted) {
        '"'
    } else {
        '}'
    };
    if next == '{' {
        scanner.take_char(class::STRING);
        stack.push(State::Braced);
    } else if next == end {
        scanner.take_char(class::STRING);
        stack.pop();
    } else {
        scanner.take_while(class::STRING, |c| c != '{' && c != end);
    }
}

/// The bytes of the identifier at the start of a text.
fn identifier(text: &str) -> usize {
    let is_sign = |c: char| "@!$&*+-./:;<>?[\\]^`|~".contains(c);
    let starts = |c: char| c.is_ascii_alphabetic() || c == '_' || is_sign(c);
    if text.starts_with(starts) {
        span(text, |c| is_word(c) || is_sign(c))
    } else {
        0
    }
}
