//! Shell scripts, as Pygments' `BashLexer` cuts them.

use super::Token;
use super::class;
use super::scanner::{Scanner, ends_word, is_space, is_word, span};

const KEYWORDS: &[&str] = &[
    "break", "case", "continue", "do", "done", "elif", "else", "esac", "fi", "for", "function",
    "if", "in", "return", "select", "then", "until", "while",
];

const BUILTINS: &[&str] = &[
    "alias", "bg", "bind", "builtin", "caller", "cd", "command", "compgen", "complete", "declare",
    "dirs", "disown", "echo", "enable", "eval", "exec", "exit", "export", "false", "fc", "fg",
    "getopts", "hash", "help", "history", "jobs", "kill", "let", "local", "logout", "popd",
    "printf", "pushd", "pwd", "read", "readonly", "set", "shift", "shopt", "source", "suspend",
    "test", "time", "times", "trap", "true", "type", "typeset", "ulimit", "umask", "unalias",
    "unset", "wait",
];

/// What the lexer is inside of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Root,
    /// `"` with something to replace in it.
    String,
    /// `${`
    Curly,
    /// `$(`
    Parenthesis,
    /// `$((`
    Arithmetic,
    Backticks,
}

/// Cuts a script into tokens.
pub(super) fn lex(code: &str) -> Vec<Token> {
    let mut scanner = Scanner::new(code);
    let mut states = vec![State::Root];
    while !scanner.is_at_end() {
        let state = states.last().copied().unwrap_or(State::Root);
        let fits = match state {
            State::Root => script(&mut scanner, &mut states),
            State::String => in_string(&mut scanner, &mut states),
            State::Curly => in_curly(&mut scanner, &mut states),
            State::Parenthesis => {
                ends(&mut scanner, &mut states, class::KEYWORD, ")")
                    || script(&mut scanner, &mut states)
            }
            State::Arithmetic => in_arithmetic(&mut scanner, &mut states),
            State::Backticks => {
                ends(&mut scanner, &mut states, class::STRING_BACKTICK, "`")
                    || script(&mut scanner, &mut states)
            }
        };
        if !fits && scanner.take_unknown(class::WHITESPACE) {
            states = vec![State::Root];
        }
    }
    scanner.finish()
}

/// Leaves the state if `text` follows.
fn ends(
    scanner: &mut Scanner<'_>,
    states: &mut Vec<State>,
    class: class::Class,
    text: &str,
) -> bool {
    let ends = scanner.take_text(class, text);
    if ends {
        states.pop();
    }
    ends
}

/// Enters `state` if `text` follows.
fn begins(
    scanner: &mut Scanner<'_>,
    states: &mut Vec<State>,
    (class, text): (class::Class, &str),
    state: State,
) -> bool {
    let begins = scanner.take_text(class, text);
    if begins {
        states.push(state);
    }
    begins
}

/// What may stand anywhere.
fn script(scanner: &mut Scanner<'_>, states: &mut Vec<State>) -> bool {
    let backtick = (class::STRING_BACKTICK, "`");
    word(scanner)
        || comment(scanner)
        || escape(scanner)
        || assignment(scanner)
        || scanner.take_one_of(class::OPERATOR, "[]{}()=")
        || scanner.take_text(class::OPERATOR, "<<<")
        || here_document(scanner)
        || scanner.take_any(class::OPERATOR, &["&&", "||"])
        || begins(scanner, states, backtick, State::Backticks)
        || data(scanner, states)
        || replacement(scanner, states)
}

/// A keyword or a command of the shell itself.
fn word(scanner: &mut Scanner<'_>) -> bool {
    if !scanner.is_at_boundary() {
        return false;
    }
    let rest = scanner.rest();
    let (word, after) = rest.split_at(span(rest, is_word));
    if KEYWORDS.binary_search(&word).is_ok()
        && !after.starts_with(['#', '$', '?', '!', '*', '@', '-'])
    {
        scanner.take(class::KEYWORD, word.len());
        scanner.take_while(class::WHITESPACE, is_space);
        return true;
    }
    let is_builtin = BUILTINS.binary_search(&word).is_ok()
        && after.starts_with(|c| is_space(c) || matches!(c, ')' | '`'));
    if is_builtin {
        scanner.take(class::NAME_BUILTIN, word.len());
    }
    is_builtin
}

fn comment(scanner: &mut Scanner<'_>) -> bool {
    let rest = scanner.rest();
    if !rest.starts_with('#') {
        return false;
    }
    let Some(end) = scanner.find("\n") else {
        return false;
    };
    let class = if scanner.is_at_start() && rest.starts_with("#!") && end > 2 {
        class::COMMENT_HASHBANG
    } else {
        class::COMMENT_SINGLE
    };
    scanner.take(class, end + 1);
    true
}

fn escape(scanner: &mut Scanner<'_>) -> bool {
    let mut characters = scanner.rest().chars();
    if characters.next() != Some('\\') {
        return false;
    }
    let Some(escaped) = characters.next() else {
        return false;
    };
    scanner.take(class::STRING_ESCAPE, 1 + escaped.len_utf8());
    true
}

/// `name=` and `name+=`.
fn assignment(scanner: &mut Scanner<'_>) -> bool {
    let rest = scanner.rest();
    let name = span(rest, is_word);
    let space = span(&rest[name..], is_space);
    let after = &rest[name + space..];
    let operator = [("+=", 2), ("=", 1)]
        .iter()
        .find(|(text, _)| after.starts_with(text));
    let Some((_, operator)) = operator.filter(|_| name > 0) else {
        return false;
    };
    if !scanner.is_at_boundary() {
        return false;
    }
    scanner.take(class::NAME_VARIABLE, name);
    scanner.take(class::WHITESPACE, space);
    scanner.take(class::OPERATOR, *operator);
    true
}

/// `<<WORD` up to the same word. Pygments takes the beginning of the word too, where all of it does
/// not come again.
fn here_document(scanner: &mut Scanner<'_>) -> bool {
    let rest = scanner.rest();
    let Some(after) = rest.strip_prefix("<<") else {
        return false;
    };
    let after = after.strip_prefix('-').unwrap_or(after);
    let after = after.trim_start_matches(is_space);
    let after = after.strip_prefix('\'').unwrap_or(after);
    let after = after.strip_prefix('\\').unwrap_or(after);
    let start = rest.len() - after.len();
    let word = &after[..span(after, is_word)];
    for (at, last) in word.char_indices().rev() {
        let word = &word[..at + last.len_utf8()];
        let end = start + word.len();
        let Some(between) = rest[end..].chars().next() else {
            continue;
        };
        if let Some(found) = scanner.find_after(end + between.len_utf8(), word) {
            scanner.take(class::STRING, found + word.len());
            return true;
        }
    }
    false
}

/// Strings, separators, numbers and plain words.
fn data(scanner: &mut Scanner<'_>, states: &mut Vec<State>) -> bool {
    let quotes = (class::STRING_DOUBLE, "\"");
    whole_string(scanner)
        || begins(scanner, states, quotes, State::String)
        || escaped_string(scanner)
        || single_quoted(scanner)
        || scanner.take_one_of(class::PUNCTUATION, ";&|")
        || scanner.take_while(class::WHITESPACE, is_space)
        || number(scanner)
        || scanner.take_while(class::TEXT, |c| {
            !is_space(c) && !"=[]{}()$\"'`\\<&|;".contains(c)
        })
        || scanner.take_text(class::TEXT, "<")
}

/// A string in double quotes with nothing to replace.
fn whole_string(scanner: &mut Scanner<'_>) -> bool {
    let rest = scanner.rest();
    let start = usize::from(rest.starts_with('$'));
    if !rest[start..].starts_with('"') {
        return false;
    }
    take_quoted(scanner, start + 1, '"', Some('$'), class::STRING_DOUBLE)
}

/// `$'…'`
fn escaped_string(scanner: &mut Scanner<'_>) -> bool {
    scanner.rest().starts_with("$'") && take_quoted(scanner, 2, '\'', None, class::STRING_SINGLE)
}

/// A string from here to `quote`, with backslashes, and without `forbidden`.
fn take_quoted(
    scanner: &mut Scanner<'_>,
    start: usize,
    quote: char,
    forbidden: Option<char>,
    class: class::Class,
) -> bool {
    let rest = scanner.rest();
    if !scanner.may_look_ahead() {
        return false;
    }
    let mut escaped = false;
    for (at, character) in rest[start..].char_indices() {
        if escaped {
            escaped = false;
        } else if character == '\\' {
            escaped = true;
        } else if character == quote || Some(character) == forbidden {
            let taken = scanner.spend(at) && character == quote;
            scanner.take(class, if taken { start + at + 1 } else { 0 });
            return taken;
        }
    }
    scanner.spend(rest.len());
    false
}

fn single_quoted(scanner: &mut Scanner<'_>) -> bool {
    if !scanner.rest().starts_with('\'') {
        return false;
    }
    let Some(end) = scanner.find_after(1, "'") else {
        return false;
    };
    scanner.take(class::STRING_SINGLE, end + 1);
    true
}

fn number(scanner: &mut Scanner<'_>) -> bool {
    let rest = scanner.rest();
    let digits = span(rest, |c| c.is_ascii_digit());
    let is_number = digits > 0 && ends_word(&rest[digits..]);
    scanner.take(class::NUMBER, if is_number { digits } else { 0 });
    is_number
}

/// What begins with `$`.
fn replacement(scanner: &mut Scanner<'_>, states: &mut Vec<State>) -> bool {
    let Some(rest) = scanner.rest().strip_prefix('$') else {
        return false;
    };
    let opens = [
        ((class::KEYWORD, "$(("), State::Arithmetic),
        ((class::KEYWORD, "$("), State::Parenthesis),
        ((class::STRING_INTERPOL, "${#"), State::Curly),
        ((class::STRING_INTERPOL, "${"), State::Curly),
    ];
    for (opening, state) in opens {
        if begins(scanner, states, opening, state) {
            return true;
        }
    }
    let name = if rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        span(rest, is_word)
    } else {
        let digits = span(rest, |c| c.is_ascii_digit());
        let special = usize::from(rest.starts_with(['#', '$', '?', '!', '*', '@', '-']));
        digits.max(special)
    };
    let class = if name > 0 {
        class::NAME_VARIABLE
    } else {
        class::TEXT
    };
    scanner.take(class, 1 + name);
    true
}

fn in_string(scanner: &mut Scanner<'_>, states: &mut Vec<State>) -> bool {
    if ends(scanner, states, class::STRING_DOUBLE, "\"") {
        return true;
    }
    let rest = scanner.rest();
    let mut length = 0;
    let mut characters = rest.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' | '$' => break,
            '\\' => match characters.next() {
                Some(escaped) => length += 1 + escaped.len_utf8(),
                None => break,
            },
            character => length += character.len_utf8(),
        }
    }
    scanner.take(class::STRING_DOUBLE, length);
    length > 0 || replacement(scanner, states)
}

fn in_curly(scanner: &mut Scanner<'_>, states: &mut Vec<State>) -> bool {
    ends(scanner, states, class::STRING_INTERPOL, "}")
        || scanner.take_text(class::KEYWORD, ":-")
        || scanner.take_while(class::NAME_VARIABLE, is_word)
        || scanner.take_while(class::PUNCTUATION, |c| !"}:\"'`$\\".contains(c))
        || scanner.take_text(class::PUNCTUATION, ":")
        || script(scanner, states)
}

fn in_arithmetic(scanner: &mut Scanner<'_>, states: &mut Vec<State>) -> bool {
    if ends(scanner, states, class::KEYWORD, "))")
        || scanner.take_any(class::OPERATOR, &["**", "||", "<<", ">>"])
        || scanner.take_one_of(class::OPERATOR, "-+*/%^|&<>")
    {
        return true;
    }
    let rest = scanner.rest();
    let mut digits = span(rest, |c| c.is_ascii_digit());
    if digits > 0 {
        let after = &rest[digits..];
        let hexadecimal = |text: &str| span(text, |c| c.is_ascii_hexdigit());
        if let Some(based) = after.strip_prefix('#') {
            let value = span(based, |c| c.is_ascii_alphanumeric());
            if value > 0 || !based.starts_with(' ') {
                digits += 1 + value;
            }
        } else if digits == 1 && rest.starts_with('0') && after.starts_with(['x', 'X']) {
            let value = hexadecimal(&after[1..]);
            digits += if value > 0 { 1 + value } else { 0 };
        }
        scanner.take(class::NUMBER, digits);
        return true;
    }
    if rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        return scanner.take_while(class::NAME_VARIABLE, is_word);
    }
    script(scanner, states)
}
