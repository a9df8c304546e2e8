//! What begins with two dots: footnotes, citations, targets, substitutions, directives and comments.

use super::markers::{self, Marker};
use crate::rst::inline::adjust;
use crate::rst::lines::{Extent, Line, join};
use crate::rst::parser::{Blocks, Parser};
use crate::rst::problem::{Parsed, Stop};
use crate::rst::text::{
    ESCAPE, escape, is_space, normalize_name, normalize_space, simple_name, skip, unescape, uri,
};
use crate::rst::tree::{Kind, Label, NodeId};

/// What a target leads to.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::rst) enum Destination {
    /// Another target, by its name as it is written.
    Name(String),
    /// An address, or nothing.
    Uri(String),
}

/// What stands after the dots.
enum Construct<'l> {
    Note {
        label: &'l str,
        /// The characters up to the text.
        length: usize,
    },
    Target,
    Substitution,
    Directive {
        name: &'l str,
        length: usize,
    },
    Comment,
}

impl Parser {
    /// Explicit markup that follows each other without blank lines.
    pub(super) fn explicit_list(&mut self, blocks: &mut Blocks<'_>) -> Parsed<()> {
        let mut is_finished = true;
        while let Some(line) = blocks.line().filter(|line| !line.is_blank()) {
            is_finished = match markers::find(line.text) {
                Marker::Explicit => self.explicit(blocks)?,
                Marker::Anonymous(length) => self.anonymous_target(blocks, length)?,
                _ => break,
            };
            blocks.is_followed = false;
        }
        Self::finish(blocks, "Explicit markup", is_finished)
    }

    fn explicit(&mut self, blocks: &mut Blocks<'_>) -> Parsed<bool> {
        self.note_line(blocks);
        let line = blocks.lines[blocks.at];
        let dots = markers::spaced(line.text, 2).unwrap_or(2);
        match construct(line.text, dots) {
            Construct::Note { label, length } => self.note(blocks, label, length),
            Construct::Target => self.target(blocks, dots + 1),
            Construct::Substitution => self.substitution_definition(blocks, dots + 1),
            Construct::Directive { name, length } => {
                let parent = blocks.parent;
                let (nodes, is_finished) = self.directive(blocks, name, length, None)?;
                self.doc.tree.extend(parent, nodes);
                Ok(is_finished)
            }
            Construct::Comment => Ok(self.comment(blocks, dots)),
        }
    }

    fn comment(&mut self, blocks: &mut Blocks<'_>, dots: usize) -> bool {
        let line = blocks.lines[blocks.at];
        let next = blocks.lines.get(blocks.at + 1);
        let comment = self.doc.tree.node(Kind::Comment);
        self.doc.tree.append(blocks.parent, comment);
        let is_empty = skip(line.text, dots).chars().all(is_space);
        // An empty comment takes nothing in, so that it can end what stands before it.
        if is_empty && next.is_none_or(Line::is_blank) {
            self.advance(blocks, 1);
            return true;
        }
        let block = self.take_first(
            blocks,
            Extent {
                first: Some(dots),
                ..Extent::default()
            },
        );
        let text = self.doc.tree.text(join(&block.lines));
        self.doc.tree.append(comment, text);
        block.is_finished
    }

    /// A footnote or a citation.
    fn note(&mut self, blocks: &mut Blocks<'_>, label: &str, length: usize) -> Parsed<bool> {
        let line = blocks.lines[blocks.at];
        let block = self.take_first(
            blocks,
            Extent {
                first: Some(length),
                ..Extent::default()
            },
        );
        let is_finished = block.is_finished;
        let block = block.trim_start();
        let name = normalize_name(label);
        let is_number = label.bytes().all(|byte| byte.is_ascii_digit());
        let (kind, name, is_shown) = match name.strip_prefix('#') {
            Some(name) => (Kind::Footnote(Label::Number), name, false),
            None if name == "*" => (Kind::Footnote(Label::Symbol), "", false),
            None if is_number => (Kind::Footnote(Label::Manual), &*name, true),
            None => (Kind::Citation, &*name, true),
        };
        let is_citation = matches!(kind, Kind::Citation);
        let note = self.doc.tree.node(kind);
        self.doc.tree[note].line = Some(line.number);
        if is_shown {
            let label = self.doc.tree.node_of_text(Kind::LabelText, label);
            self.doc.tree.append(note, label);
        }
        if !name.is_empty() {
            self.doc.tree[note].names.push(name.to_owned());
        }
        if is_citation {
            self.doc.citations.push(note);
        } else {
            self.doc.set_id(note);
            self.doc.footnotes.push(note);
        }
        if !name.is_empty() {
            self.doc.note_explicit(note)?;
        }
        if block.lines.is_empty() {
            let what = if is_citation { "Citation" } else { "Footnote" };
            let message = format!("{what} content expected.");
            return Err(Stop::warning(self.doc.tree.root_line, message));
        }
        self.nested(&block.lines, note)?;
        self.doc.tree.append(blocks.parent, note);
        Ok(is_finished)
    }

    /// `.. _name: where it leads`
    fn target(&mut self, blocks: &mut Blocks<'_>, start: usize) -> Parsed<bool> {
        let line = blocks.lines[blocks.at];
        let block = self.take_first(
            blocks,
            Extent {
                first: Some(start),
                until_blank: true,
                keep: true,
                ..Extent::default()
            },
        );
        let mut parts: Vec<String> = block.lines.iter().map(|line| escape(line.text)).collect();
        let mut joined = String::new();
        let mut taken = 0;
        let (name, length) = loop {
            let Some(part) = parts.get(taken) else {
                let last = blocks.number(blocks.at - 1);
                return Err(Stop::warning(last, "malformed hyperlink target."));
            };
            joined.push_str(part);
            taken += 1;
            if let Some((name, length)) = target_name(&joined) {
                break (name.to_owned(), length);
            }
        };
        parts.drain(..taken - 1);
        joined[length..]
            .trim_matches(is_space)
            .clone_into(&mut parts[0]);
        let destination = destination(&parts);
        self.add_target(blocks.parent, &name, destination, line.number)?;
        Ok(block.is_finished)
    }

    /// `__ where it leads`
    fn anonymous_target(&mut self, blocks: &mut Blocks<'_>, length: usize) -> Parsed<bool> {
        let line = blocks.lines[blocks.at];
        self.note_line(blocks);
        let block = self.take_first(
            blocks,
            Extent {
                first: Some(length),
                until_blank: true,
                ..Extent::default()
            },
        );
        let is_finished = block.is_finished;
        let block = block.trim_start();
        let parts: Vec<String> = block.lines.iter().map(|line| escape(line.text)).collect();
        let destination = destination(&parts);
        self.add_target(blocks.parent, "", destination, line.number)?;
        Ok(is_finished)
    }

    fn add_target(
        &mut self,
        parent: NodeId,
        name: &str,
        destination: Destination,
        line: usize,
    ) -> Parsed<()> {
        let target = self.doc.tree.node(Kind::Target);
        self.doc.tree[target].line = Some(line);
        let name = normalize_name(&unescape(name));
        let is_anonymous = name.is_empty();
        let link = &mut self.doc.tree[target].link;
        link.is_anonymous = is_anonymous;
        let is_indirect = matches!(destination, Destination::Name(_));
        match destination {
            Destination::Name(name) => link.name = Some(normalize_name(&name)),
            Destination::Uri(uri) if uri.is_empty() => {}
            Destination::Uri(uri) if is_anonymous => link.uri = Some(uri),
            Destination::Uri(uri) => link.uri = Some(adjust(uri)),
        }
        self.doc.tree.append(parent, target);
        if is_anonymous {
            self.doc.set_id(target);
        } else {
            self.doc.tree[target].names.push(name);
            self.doc.note_explicit(target)?;
        }
        if is_indirect {
            self.doc.note_indirect(target);
        }
        Ok(())
    }
}

/// What the dots of a line begin.
fn construct(line: &str, dots: usize) -> Construct<'_> {
    let rest = &line[dots..];
    let next = rest.chars().nth(1);
    let has_more = next.is_some_and(|c| c != ' ');
    if let Some(label) = rest.strip_prefix('[') {
        let length = match label.strip_prefix('#') {
            Some(name) => 1 + simple_name(name),
            None if label.starts_with('*') => 1,
            None => simple_name(label),
        };
        let (label, after) = label.split_at(length);
        let end = after.strip_prefix(']').filter(|_| length > 0);
        let mark = line.len() - after.len() + 1;
        let spaced = end.and_then(|_| {
            let characters = line[..mark].chars().count();
            markers::spaced(line, characters)
        });
        if let Some(length) = spaced {
            return Construct::Note { label, length };
        }
    }
    if rest.starts_with('_') && has_more {
        return Construct::Target;
    }
    if rest.starts_with('|') && has_more {
        return Construct::Substitution;
    }
    match markers::directive(rest) {
        Some((name, length)) => Construct::Directive {
            name,
            length: dots + rest[..length].chars().count(),
        },
        None => Construct::Comment,
    }
}

/// The name of a target up to its colon, and the bytes with the spaces after it. The name is empty
/// when there is none.
fn target_name(text: &str) -> Option<(&str, usize)> {
    let end = |at: usize| {
        let after = &text[at..];
        let after = after.strip_prefix(' ').unwrap_or(after).strip_prefix(':')?;
        let rest = after.trim_start_matches(' ');
        (after.is_empty() || rest.len() < after.len()).then(|| text.len() - rest.len())
    };
    let ends_open = |name: &str| {
        name.ends_with(|c| is_space(c) || c == ESCAPE)
            || name.ends_with(':') && !name.ends_with("\0:")
    };
    if text.starts_with('_') {
        return end(1).map(|length| ("", length));
    }
    let quote = usize::from(text.starts_with('`'));
    if text[quote..].starts_with([' ', '`']) {
        return None;
    }
    let mark = if quote == 1 { '`' } else { ':' };
    for (at, _) in text[quote..].match_indices(mark) {
        let mut name = &text[quote..quote + at];
        let mut after = quote + at + 1;
        if quote == 0 {
            // A space may stand before the colon.
            name = name.strip_suffix(' ').unwrap_or(name);
            after = name.len();
        }
        if name.is_empty() || ends_open(name) {
            continue;
        }
        if let Some(length) = end(after) {
            return Some((name, length));
        }
    }
    None
}

/// What the escaped lines of a target lead to.
pub(in crate::rst) fn destination(lines: &[String]) -> Destination {
    let is_reference = lines
        .last()
        .is_some_and(|line| line.trim_end_matches(is_space).ends_with('_'));
    if is_reference {
        let joined = lines.join(" ");
        let joined = normalize_space(&joined);
        if let Some(name) = reference_name(&joined) {
            return Destination::Name(unescape(name));
        }
    }
    Destination::Uri(uri(&lines.join(" ")))
}

/// The name of `name_` or `` `a name`_ ``.
fn reference_name(text: &str) -> Option<&str> {
    let name = text.strip_suffix('_')?;
    let simple = simple_name(name);
    if simple > 0 && simple == name.len() {
        return Some(name);
    }
    let phrase = name.strip_prefix('`')?.strip_suffix('`')?;
    let is_phrase = !phrase.is_empty()
        && !phrase.starts_with(' ')
        && !phrase.ends_with(|c| is_space(c) || c == ESCAPE);
    is_phrase.then_some(phrase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_have_names() {
        for (text, expected) in [
            ("a b: c", Some(("a b", 5))),
            ("`a: b`: c", Some(("a: b", 8))),
            ("_: c", Some(("", 3))),
            ("a:b", None),
            ("a\0: b: c", Some(("a\0: b", 7))),
            ("a:", Some(("a", 2))),
            ("a : b", Some(("a", 4))),
        ] {
            assert_eq!(target_name(text), expected, "{text}");
        }
    }

    #[test]
    fn destinations_are_names_or_addresses() {
        let of = |text: &str| destination(&[escape(text)]);
        assert_eq!(of("a_"), Destination::Name("a".to_owned()));
        assert_eq!(of("`a b`_"), Destination::Name("a b".to_owned()));
        assert_eq!(
            of(r"http://a/b\_"),
            Destination::Uri("http://a/b_".to_owned())
        );
    }
}
