//! Where markup begins and ends in a line of text.

use super::context::{is_pair, may_follow, may_precede};
use crate::rst::text::{ESCAPE, is_space, is_word, simple_name};

/// What begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start<'t> {
    Emphasis,
    Strong,
    Literal,
    Target,
    Substitution,
    /// Interpreted text or a reference of several words, with the role before it.
    Backquote(Option<&'t str>),
    /// A name that refers to a target; without a name of its own when two underscores follow.
    Name(&'t str, bool),
    /// A footnote or citation.
    Label(&'t str),
}

/// Markup that begins in a text: from `at` on, its mark ends at `after`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found<'t> {
    pub(super) at: usize,
    pub(super) after: usize,
    pub(super) start: Start<'t>,
}

/// The first mark in a text with which markup may begin.
pub(super) fn find(text: &str) -> Option<Found<'_>> {
    let mut at = 0;
    let mut before: Option<char> = None;
    while let Some(character) = text[at..].chars().next() {
        let may_start = before.is_none_or(may_precede);
        if may_start && let Some((start, length)) = start_of(&text[at..]) {
            let after = at + length;
            return Some(Found { at, after, start });
        }
        if is_word(character) {
            // Nothing but the name itself could begin within a name.
            let length = match simple_name(&text[at..]) {
                length if may_start => length,
                _ => text[at..].find(|c| !is_word(c)).unwrap_or(text.len() - at),
            };
            at += length;
            before = text[..at].chars().next_back();
        } else {
            at += character.len_utf8();
            before = Some(character);
        }
    }
    None
}

/// What begins at the start of a text, and the bytes of its mark or of the whole.
fn start_of(text: &str) -> Option<(Start<'_>, usize)> {
    let simple = |start, mark: &str| {
        let next = text[mark.len()..].chars().next();
        let is_open = next.is_none_or(|c| !is_space(c));
        is_open.then_some((start, mark.len()))
    };
    match text.as_bytes()[0] {
        b'*' if text.starts_with("**") => simple(Start::Strong, "**"),
        b'*' => simple(Start::Emphasis, "*"),
        b'`' if text.starts_with("``") => simple(Start::Literal, "``"),
        b'`' => simple(Start::Backquote(None), "`"),
        b'_' if text.starts_with("_`") => simple(Start::Target, "_`"),
        b'|' if !text.starts_with("||") => simple(Start::Substitution, "|"),
        b'[' => label(text),
        b':' => {
            let name = simple_name(&text[1..]);
            let rest = text[1 + name..].strip_prefix(":`")?;
            let next = rest.chars().next();
            let is_open = name > 0 && next.is_none_or(|c| c != '`' && !is_space(c));
            is_open.then_some((Start::Backquote(Some(&text[1..=name])), name + 3))
        }
        _ => {
            let name = simple_name(text);
            let (name, rest) = text.split_at(name);
            if name.is_empty() || !rest.starts_with('_') {
                return None;
            }
            let marks = ["__", "_"].iter().find(|mark| {
                let after = rest.strip_prefix(**mark);
                after.is_some_and(may_follow)
            })?;
            let is_anonymous = *marks == "__";
            Some((Start::Name(name, is_anonymous), name.len() + marks.len()))
        }
    }
}

/// A footnote's or citation's label in brackets, with an underscore.
fn label(text: &str) -> Option<(Start<'_>, usize)> {
    let label = &text[1..];
    let length = match label.strip_prefix('#') {
        Some(name) => 1 + simple_name(name),
        None if label.starts_with('*') => 1,
        None => simple_name(label),
    };
    let (label, rest) = label.split_at(length);
    let rest = rest.strip_prefix("]_")?;
    let is_label = length > 0 && may_follow(rest);
    is_label.then_some((Start::Label(label), length + 3))
}

/// Whether a mark stands between a quote or bracket and what closes it, or at the end.
pub(super) fn is_quoted(text: &str, at: usize, after: usize) -> bool {
    match (text[..at].chars().next_back(), text[after..].chars().next()) {
        (None, _) => false,
        (Some(_), None) => true,
        (Some(open), Some(close)) => is_pair(open, close),
    }
}

/// Where the text of some markup ends, and where the mark after it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct End {
    pub(super) at: usize,
    pub(super) after: usize,
}

/// The first place in `text` where `mark` ends markup.
pub(super) fn find_end(text: &str, start: Start<'_>) -> Option<End> {
    let mark = match start {
        Start::Emphasis => "*",
        Start::Strong => "**",
        Start::Literal => "``",
        Start::Substitution => "|",
        _ => "`",
    };
    let mut from = 0;
    while let Some(found) = text[from..].find(mark) {
        let at = from + found;
        from = at + 1;
        let is_closed = match start {
            Start::Literal => !text[..at].ends_with(is_space),
            Start::Backquote(_) => !ends_with_bare_space(&text[..at]),
            _ => !text[..at].ends_with(|c| is_space(c) || c == ESCAPE),
        };
        let after = at + mark.len();
        if is_closed && let Some(length) = suffix(&text[after..], start) {
            let after = after + length;
            return Some(End { at, after });
        }
    }
    None
}

/// Whether a text ends with white space or an escape that is not itself escaped.
fn ends_with_bare_space(text: &str) -> bool {
    let mut last = text.chars().rev();
    last.next().is_some_and(|c| is_space(c) || c == ESCAPE) && last.next() != Some(ESCAPE)
}

/// The bytes after a mark that still belong to it, if markup may end there.
fn suffix(text: &str, start: Start<'_>) -> Option<usize> {
    let marks = |text: &str| {
        let marks = ["__", "_", ""].into_iter();
        marks
            .filter(|mark| text.strip_prefix(*mark).is_some_and(may_follow))
            .map(str::len)
            .next()
    };
    match start {
        Start::Substitution => marks(text),
        Start::Backquote(_) => {
            let role = role_after(text);
            let with_role = (role > 0).then(|| marks(&text[role..])).flatten();
            with_role.map_or_else(|| marks(text), |length| Some(role + length))
        }
        _ => may_follow(text).then_some(0),
    }
}

/// The bytes of `:role:` at the start of a text.
pub(super) fn role_after(text: &str) -> usize {
    let Some(name) = text.strip_prefix(':') else {
        return 0;
    };
    let length = simple_name(name);
    if length > 0 && name[length..].starts_with(':') {
        length + 2
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn starts(text: &str) -> Option<(usize, Start<'_>)> {
        find(text).map(|found| (found.at, found.start))
    }

    #[test]
    fn markup_begins_after_space_and_punctuation() {
        assert_eq!(starts("a*b *c*"), Some((4, Start::Emphasis)));
        assert_eq!(starts("a_b c_d_."), Some((4, Start::Name("c_d", false))));
        assert_eq!(starts("x __init__ y__"), Some((11, Start::Name("y", true))));
        assert_eq!(starts("2 * 3"), None);
        assert_eq!(starts("see [#a]_"), Some((4, Start::Label("#a"))));
        assert_eq!(starts(":a:`b`"), Some((0, Start::Backquote(Some("a")))));
        assert_eq!(starts("a|b| |c|"), Some((5, Start::Substitution)));
    }

    #[test]
    fn markup_ends_before_space_and_punctuation() {
        let end = |text, start| find_end(text, start).map(|end| (end.at, end.after));
        assert_eq!(end("a* b*c*.", Start::Emphasis), Some((1, 2)));
        assert_eq!(end("b*c*.", Start::Emphasis), Some((3, 4)));
        assert_eq!(end("a***", Start::Strong), Some((2, 4)));
        assert_eq!(end("a`:b:", Start::Backquote(None)), Some((1, 5)));
        assert_eq!(end("a <b>`__", Start::Backquote(None)), Some((5, 8)));
        assert_eq!(end("a ", Start::Literal), None);
    }
}
