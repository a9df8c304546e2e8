//! INI files, as Pygments' `IniLexer` cuts them.

use super::Token;
use super::class;
use super::scanner::{Scanner, is_space, span};

/// What the lexer is inside of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Root,
    /// After the quote that a value begins with.
    Quoted,
    /// In the further lines of a value.
    Continued,
}

/// Cuts an INI file into tokens.
pub(super) fn lex(code: &str) -> Vec<Token> {
    let mut scanner = Scanner::new(code);
    let mut state = State::Root;
    while !scanner.is_at_end() {
        let next = match state {
            State::Root => root(&mut scanner),
            State::Quoted => quoted(&mut scanner),
            State::Continued => Some(continued(&mut scanner)),
        };
        state = match next {
            Some(next) => next,
            None if scanner.take_unknown(class::WHITESPACE) => State::Root,
            None => state,
        };
    }
    scanner.finish()
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t')
}

fn comment(scanner: &mut Scanner<'_>) -> bool {
    scanner.rest().starts_with([';', '#'])
        && scanner.take_while(class::COMMENT_SINGLE, |c| c != '\n')
}

fn root(scanner: &mut Scanner<'_>) -> Option<State> {
    if scanner.take_while(class::WHITESPACE, is_space) || comment(scanner) {
        return Some(State::Root);
    }
    let line = scanner.line();
    if line.is_empty() {
        return None;
    }
    let section = line.trim_end_matches(is_blank);
    if section.starts_with('[') && section.ends_with(']') {
        scanner.take(class::KEYWORD, section.len());
        scanner.take(class::WHITESPACE, line.len() - section.len());
        return Some(State::Root);
    }
    if let Some(mark) = quoted_mark(line) {
        option(line, mark, scanner);
        scanner.take(class::STRING, 1);
        return Some(State::Quoted);
    }
    if let Some((mark, backslash)) = continued_mark(line) {
        let start = option(line, mark, scanner);
        scanner.take(class::STRING, backslash - start);
        scanner.take(class::TEXT, 1);
        scanner.take_while(class::WHITESPACE, is_space);
        return Some(State::Continued);
    }
    let Some(mark) = line.find(['=', ':']) else {
        scanner.take(class::NAME_ATTRIBUTE, line.len());
        return Some(State::Root);
    };
    let start = option(line, mark, scanner);
    let value = &line[start..];
    let value = &value[..value.find([';', '#']).unwrap_or(value.len())];
    scanner.take(class::STRING, value.trim_end_matches(' ').len());
    Some(State::Root)
}

/// The first `=` or `:` that a quote follows.
fn quoted_mark(line: &str) -> Option<usize> {
    let mut marks = line.match_indices(['=', ':']).map(|(at, _)| at);
    marks.find(|at| {
        let value = line[at + 1..].trim_start_matches(is_blank);
        value.starts_with(['"', '\''])
    })
}

/// The first `=` or `:` that a backslash with space after it follows, no comment between them; and
/// the last such backslash.
fn continued_mark(line: &str) -> Option<(usize, usize)> {
    let mut start = 0;
    loop {
        let end = line[start..].find([';', '#']).map(|at| start + at);
        let part = &line[start..end.unwrap_or(line.len())];
        let backslash = part.rmatch_indices('\\').map(|(at, _)| at).find(|at| {
            let after = &part[at + 1..];
            after.starts_with(is_space) || (after.is_empty() && end.is_none())
        });
        let mark = backslash.and_then(|backslash| part[..backslash].find(['=', ':']));
        if let (Some(mark), Some(backslash)) = (mark, backslash) {
            return Some((start + mark, start + backslash));
        }
        start = end? + 1;
    }
}

/// Emits an option's name and its mark, with the space around them; gives the start of its value.
fn option(line: &str, mark: usize, scanner: &mut Scanner<'_>) -> usize {
    let name = line[..mark].trim_end_matches(is_blank).len();
    let space = span(&line[mark + 1..], is_blank);
    scanner.take(class::NAME_ATTRIBUTE, name);
    scanner.take(class::WHITESPACE, mark - name);
    scanner.take(class::OPERATOR, 1);
    scanner.take(class::WHITESPACE, space);
    mark + 1 + space
}

fn quoted(scanner: &mut Scanner<'_>) -> Option<State> {
    if scanner.rest().starts_with('\n') {
        return Some(State::Root);
    }
    if let Some(end) = scanner.line().find(['"', '\'']) {
        scanner.take(class::STRING, end + 1);
        scanner.take_while(class::WHITESPACE, is_space);
        return Some(State::Root);
    }
    comment(scanner).then_some(State::Quoted)
}

fn continued(scanner: &mut Scanner<'_>) -> State {
    if scanner.take_while(class::WHITESPACE, is_space) {
        return State::Continued;
    }
    let line = scanner.line();
    if let Some(backslash) = line.rfind('\\') {
        scanner.take(class::STRING, backslash);
        scanner.take(class::TEXT, 1);
        scanner.take_while(class::WHITESPACE, is_blank);
        return State::Continued;
    }
    scanner.take(class::STRING, line.len());
    State::Root
}
