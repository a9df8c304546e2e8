//! Tracebacks, as Pygments' `PythonTracebackLexer` cuts them.

use super::scanner::{Scanner, is_word, span};
use super::{Token, class, python};

/// How a traceback begins.
pub(super) const BEGINNINGS: [&str; 2] = [
    "Traceback (most recent call last):\n",
    "^CTraceback (most recent call last):\n",
];

/// What stands between the tracebacks of chained exceptions.
const CHAINS: [&str; 2] = [
    "During handling of the above exception, another exception occurred:\n\n",
    "The above exception was the direct cause of the following exception:\n\n",
];

/// What the lexer is inside of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Root,
    /// Among the frames of a traceback.
    Frames,
    /// After a line of source, where markers may follow.
    Markers,
}

/// Cuts tracebacks into tokens.
pub(super) fn lex(code: &str) -> Vec<Token> {
    let mut scanner = Scanner::new(code);
    let mut states = vec![State::Root];
    while !scanner.is_at_end() {
        let state = states.last().copied().unwrap_or(State::Root);
        let fits = match state {
            State::Root => root(&mut scanner, &mut states),
            State::Frames => frame(&mut scanner, &mut states),
            State::Markers => {
                markers(&mut scanner);
                states.pop();
                true
            }
        };
        if !fits && scanner.take_unknown(class::WHITESPACE) {
            states = vec![State::Root];
        }
    }
    scanner.finish()
}

fn root(scanner: &mut Scanner<'_>, states: &mut Vec<State>) -> bool {
    if scanner.take_text(class::WHITESPACE, "\n") {
        return true;
    }
    if !scanner.is_at_line_start() {
        return false;
    }
    if scanner.take_any(class::GENERIC_TRACEBACK, &BEGINNINGS) {
        states.push(State::Frames);
        return true;
    }
    if scanner.take_any(class::GENERIC_TRACEBACK, &CHAINS) {
        return true;
    }
    // A frame that fits no rule of frames would come back here for ever.
    if file(scanner).is_some_and(|file| file.is_whole) {
        states.push(State::Frames);
        return true;
    }
    take_line(scanner, class::OTHER)
}

fn take_line(scanner: &mut Scanner<'_>, class: class::Class) -> bool {
    let end = scanner.find("\n").map_or(0, |end| end + 1);
    scanner.take(class, end);
    end > 0
}

/// The line `  File "…", line 1, in …`.
pub(super) struct FileLine {
    /// The bytes of the name with its quotes.
    name: usize,
    /// The bytes of the number.
    number: usize,
    /// Whether the line ends as such lines do.
    is_whole: bool,
}

impl FileLine {
    /// The bytes up to the number.
    pub(super) fn bytes(&self) -> usize {
        "  File ".len() + self.name + ", line ".len() + self.number
    }
}

/// The line of a frame's file, if it is next.
pub(super) fn file(scanner: &mut Scanner<'_>) -> Option<FileLine> {
    let rest = scanner.rest();
    let start = "  File ".len();
    rest.strip_prefix("  File \"")?;
    let end = scanner
        .find_after(start + 1, "\"")
        .filter(|end| *end > start + 1)?;
    let after = rest[end + 1..].strip_prefix(", line ")?;
    let number = span(after, |c| c.is_ascii_digit());
    if number == 0 {
        return None;
    }
    let after = &after[number..];
    let is_named = after
        .strip_prefix(", in ")
        .is_some_and(|function| !function.is_empty() && !function.starts_with('\n'));
    Some(FileLine {
        name: end + 1 - start,
        number,
        is_whole: after.starts_with('\n') || is_named,
    })
}

fn frame(scanner: &mut Scanner<'_>, states: &mut Vec<State>) -> bool {
    if !scanner.is_at_line_start() {
        states.pop();
        return true;
    }
    if let Some(file) = file(scanner).filter(|file| file.is_whole) {
        scanner.take(class::TEXT, "  File ".len());
        scanner.take(class::NAME_BUILTIN, file.name);
        scanner.take(class::TEXT, ", line ".len());
        scanner.take(class::NUMBER, file.number);
        if scanner.take_text(class::TEXT, ", in ") {
            scanner.take_while(class::NAME, |c| c != '\n');
        }
        return scanner.take_text(class::WHITESPACE, "\n") || scanner.is_at_end();
    }
    let line = scanner.line();
    if let Some(source) = line
        .strip_prefix("    ")
        .filter(|source| !source.is_empty())
    {
        scanner.take(class::WHITESPACE, "    ".len());
        scanner.take_tokens(python::lex(source));
        scanner.take_text(class::WHITESPACE, "\n");
        states.push(State::Markers);
        return true;
    }
    if let Some(space) = line
        .strip_suffix("...")
        .filter(|space| space.bytes().all(|byte| matches!(byte, b' ' | b'\t')))
    {
        scanner.take(class::WHITESPACE, space.len());
        scanner.take(class::COMMENT, "...".len());
        scanner.take_text(class::WHITESPACE, "\n");
        return true;
    }
    error(line, scanner);
    states.pop();
    true
}

/// The exception, which ends a traceback.
fn error(line: &str, scanner: &mut Scanner<'_>) {
    let rest = scanner.rest();
    if let Some(colon) = scanner.find(":").filter(|colon| *colon > 0) {
        let message = rest[colon..]
            .strip_prefix(": ")
            .map(|message| span(message, |c| c != '\n'));
        if let Some(message) = message.filter(|message| *message > 0) {
            scanner.take(class::GENERIC_ERROR, colon);
            scanner.take(class::TEXT, ": ".len());
            scanner.take(class::NAME, message);
            scanner.take_text(class::WHITESPACE, "\n");
            return;
        }
    }
    let name = span(line, |c| is_word(c) || c == '.');
    let starts = line.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if starts && matches!(&line[name..], "" | ":") {
        scanner.take(class::GENERIC_ERROR, name);
        scanner.take(class::WHITESPACE, line.len() - name + 1);
    }
}

/// `^^^^` and `~~^~~` under a line of source.
fn markers(scanner: &mut Scanner<'_>) {
    let rest = scanner.rest();
    let space = span(rest, |c| c == ' ');
    let marks = span(&rest[space..], |c| matches!(c, '~' | '^'));
    if space >= 4 && marks > 0 && rest[space + marks..].starts_with('\n') {
        scanner.take(class::WHITESPACE, space);
        scanner.take(class::PUNCTUATION_MARKER, marks);
        scanner.take(class::WHITESPACE, 1);
    }
}
