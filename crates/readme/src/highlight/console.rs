//! Sessions of a shell, as Pygments' `BashSessionLexer` cuts them: prompts, commands, output.

use super::Token;
use super::class::{self, Class};
use super::merge::merge;
use super::scanner::{is_space, is_word, span};
use super::{Lexer, bash};

/// The prompt of a command's further lines.
const CONTINUATION: &str = "> ";

/// The commands since the last output, and the prompts between them.
#[derive(Default)]
struct Commands {
    code: String,
    prompts: Vec<(usize, Token)>,
}

impl Commands {
    fn prompt(&mut self, class: Class, bytes: usize) {
        if bytes > 0 {
            self.prompts.push((self.code.len(), Token { class, bytes }));
        }
    }

    /// All of it as tokens; begins anew.
    fn finish(&mut self, lexer: Lexer, tokens: &mut Vec<Token>) {
        tokens.extend(merge(lexer(&self.code), std::mem::take(&mut self.prompts)));
        self.code.clear();
    }
}

/// Cuts a session into tokens.
pub(super) fn lex(code: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut commands = Commands::default();
    let mut goes_on = false;
    for whole_line in code.split_inclusive('\n') {
        let mut line = whole_line;
        let environment = virtual_environment(line);
        if environment > 0 {
            let space = span(&line[environment..], is_space);
            commands.prompt(class::GENERIC_PROMPT_VIRTUAL_ENV, environment);
            commands.prompt(class::TEXT, space);
            line = &line[environment + space..];
        }
        let mut prompt = prompt(line);
        if prompt.is_none() && goes_on {
            let continuation = line.starts_with(CONTINUATION);
            prompt = Some(if continuation { CONTINUATION.len() } else { 0 });
        }
        if let Some(prompt) = prompt {
            commands.prompt(class::GENERIC_PROMPT, prompt);
            commands.code.push_str(&line[prompt..]);
            goes_on = commands.code.ends_with("\\\n");
        } else {
            commands.finish(bash::lex, &mut tokens);
            let class = class::GENERIC_OUTPUT;
            let bytes = line.len();
            tokens.push(Token { class, bytes });
        }
    }
    commands.finish(bash::lex, &mut tokens);
    tokens
}

/// The bytes of `(name)` in front of a prompt.
fn virtual_environment(line: &str) -> usize {
    if !line.starts_with('(') {
        return 0;
    }
    line.find(')').map_or(0, |end| end + 1)
}

/// The bytes of the prompt at the start of a line, with the space after it.
///
/// Known are `$ ` and its kin alone, and after `[…]`, `sh…`, `user@host:folder` and
/// `[user@host folder]…`, each after an optional `(…)`.
fn prompt(line: &str) -> Option<usize> {
    let end = bracketed(line).or_else(|| {
        let run = span(line, |c| !is_space(c));
        let parentheses = line[..run].rmatch_indices(')').map(|(at, _)| at + 1);
        let starts = parentheses.filter(|end| line.starts_with('(') && *end > 2);
        starts
            .take(CANDIDATES_MAX)
            .chain([0])
            .find_map(|start| Some(start + sign_after(&line[start..])?))
    })?;
    Some(end + span(&line[end..], is_space))
}

/// How many closing parentheses of a first word are tried.
const CANDIDATES_MAX: usize = 8;

/// The end of the sign, where `[…]` stands before it.
fn bracketed(line: &str) -> Option<usize> {
    if !line.starts_with('[') {
        return None;
    }
    let mut ends = line.match_indices(']').map(|(at, _)| at + 1);
    ends.find_map(|end| sign_at(line, end))
}

/// The end of the sign that ends a prompt without brackets in front.
fn sign_after(line: &str) -> Option<usize> {
    sign_at(line, 0)
        .or_else(|| line.strip_prefix(' ').and_then(|_| sign_at(line, 1)))
        .or_else(|| after_shell_name(line))
        .or_else(|| after_host(line))
        .or_else(|| after_bracketed_host(line))
}

/// The end of the sign that stands at `at`, space before it aside.
fn sign_at(line: &str, at: usize) -> Option<usize> {
    let after = &line[at..];
    let space = span(after, is_space);
    let sign = after[space..].chars().next().filter(|c| is_sign(*c))?;
    Some(at + space + sign.len_utf8())
}

fn is_sign(character: char) -> bool {
    matches!(character, '$' | '#' | '%' | '❯')
}

/// `sh-5.2$`
fn after_shell_name(line: &str) -> Option<usize> {
    if !line.starts_with("sh") {
        return None;
    }
    let run = span(line, |c| !is_space(c));
    let within = line[2..run].char_indices().find(|(_, c)| is_sign(*c));
    match within {
        Some((at, sign)) => Some(2 + at + sign.len_utf8()),
        None => sign_at(line, run),
    }
}

/// `user@host:folder$`, also with the folder apart.
fn after_host(line: &str) -> Option<usize> {
    let run = span(line, |c| !is_space(c));
    let host = host_mark(line, run)?;
    if !line.starts_with(is_word) {
        return None;
    }
    let space = span(&line[run..], is_space);
    let second = span(&line[run + space..], |c| !is_space(c));
    if space > 0 && second > 0 {
        let start = run + space;
        let end = sign_at(line, start + second)
            .or_else(|| last_sign(line, start + first_bytes(&line[start..]), start + second));
        if end.is_some() {
            return end;
        }
    }
    let start = host + 1 + first_bytes(&line[host + 1..]);
    sign_at(line, run).or_else(|| last_sign(line, start, run))
}

/// `[user@host folder]…$`
fn after_bracketed_host(line: &str) -> Option<usize> {
    let run = span(line, |c| !is_space(c));
    let host = host_mark(line, run).filter(|_| line.starts_with('['))?;
    let end = line.trim_end_matches('\n').len();
    let inside = host + 1 + first_bytes(&line[host + 1..end]);
    let bracket = inside + line.get(inside..end)?.find(']')? + 1;
    last_sign(line, bracket + first_bytes(&line[bracket..end]), end)
}

/// Where the first `@` or `:` is that has two characters before it and one after.
fn host_mark(line: &str, end: usize) -> Option<usize> {
    let third = line.char_indices().nth(2)?.0;
    let mark = third + line.get(third..end)?.find(['@', ':'])?;
    (mark + 1 < end).then_some(mark)
}

/// The end of the last sign between two places.
fn last_sign(line: &str, start: usize, end: usize) -> Option<usize> {
    let signs = line.get(start..end)?.char_indices();
    let (at, sign) = signs.rev().find(|(_, character)| is_sign(*character))?;
    Some(start + at + sign.len_utf8())
}

fn first_bytes(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}
