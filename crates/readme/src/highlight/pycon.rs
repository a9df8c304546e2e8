//! Sessions of Python's prompt, as Pygments' `PythonConsoleLexer` cuts them: the code of all
//! prompts is read as one text, and so are the tracebacks.

use super::class::{self, Class};
use super::merge::merge;
use super::scanner::Scanner;
use super::{Token, python, traceback};

/// Marks code until it is lexed.
const CODE: Class = Class("x x-Code");
/// Marks tracebacks until they are lexed.
const TRACEBACK: Class = Class("x x-Traceback");

/// Cuts a session into tokens.
pub(super) fn lex(code: &str) -> Vec<Token> {
    let lines = lines(code);
    let with_code = replace(code, lines, CODE, python::lex);
    replace(code, with_code, TRACEBACK, traceback::lex)
}

/// Lexes all text of one class as if nothing stood in between.
fn replace(
    code: &str,
    tokens: Vec<Token>,
    class: Class,
    lexer: fn(&str) -> Vec<Token>,
) -> Vec<Token> {
    let mut joined = String::new();
    let mut others = Vec::new();
    let mut at = 0;
    for token in tokens {
        if token.class == class {
            joined.push_str(&code[at..at + token.bytes]);
        } else {
            others.push((joined.len(), token));
        }
        at += token.bytes;
    }
    merge(lexer(&joined), others)
}

/// What the lexer is inside of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Output,
    Code,
    Traceback,
}

/// The session as prompts, code, tracebacks and output.
fn lines(code: &str) -> Vec<Token> {
    let mut scanner = Scanner::new(code);
    let mut state = State::Output;
    while !scanner.is_at_end() {
        let rest = scanner.rest();
        state = match state {
            State::Code if prompt(&mut scanner, "...") => State::Code,
            State::Output if rest.starts_with(">>> ") => {
                prompt(&mut scanner, ">>>");
                State::Code
            }
            State::Output if prompt(&mut scanner, ">>>") => State::Output,
            State::Output if scanner.take_any(TRACEBACK, &traceback::BEGINNINGS) => {
                State::Traceback
            }
            State::Output => {
                if let Some(file) = traceback::file(&mut scanner) {
                    scanner.take(TRACEBACK, file.bytes());
                    State::Traceback
                } else {
                    take_line(&mut scanner, class::GENERIC_OUTPUT);
                    State::Output
                }
            }
            State::Traceback if !rest.starts_with(">>> ") && !rest.starts_with(">>>\n") => {
                if rest.starts_with("KeyboardInterrupt\n") {
                    scanner.take(class::NAME_CLASS, "KeyboardInterrupt".len());
                    scanner.take(class::WHITESPACE, 1);
                } else {
                    take_line(&mut scanner, TRACEBACK);
                }
                State::Traceback
            }
            State::Code | State::Traceback => State::Output,
        };
    }
    scanner.finish()
}

/// A prompt with its code, or alone on its line.
fn prompt(scanner: &mut Scanner<'_>, text: &str) -> bool {
    let Some(after) = scanner.rest().strip_prefix(text) else {
        return false;
    };
    if after.starts_with('\n') {
        scanner.take(class::GENERIC_PROMPT, text.len());
        scanner.take(class::WHITESPACE, 1);
        return true;
    }
    let is_prompt = after.starts_with(' ');
    if is_prompt {
        scanner.take(class::GENERIC_PROMPT, text.len() + 1);
        take_line(scanner, CODE);
    }
    is_prompt
}

fn take_line(scanner: &mut Scanner<'_>, class: Class) {
    let rest = scanner.rest();
    scanner.take(class, rest.find('\n').map_or(rest.len(), |end| end + 1));
}
