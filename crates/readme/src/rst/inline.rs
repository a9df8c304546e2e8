//! Markup within lines of text: emphasis, references, interpreted text and the like.

mod context;
mod roles;
mod scan;
mod uri;

pub(super) use self::roles::{Custom, Role, Roles};
pub(super) use self::uri::is_mailbox;

use self::scan::{End, Found, Start, find_end, is_quoted, role_after};
use super::parser::Parser;
use super::problem::{Parsed, Stop};
use super::text::{escape, normalize_name, normalize_space, restore, unescape, uri};
use super::tree::{Kind, Label, Link, NodeId};

/// How often text before an address is searched for another one that only its end makes one.
const ADDRESS_DEPTH_MAX: usize = 8;

/// An address or a name in angle brackets at the end of a reference.
struct Embedded {
    /// The text of the reference before it.
    text: String,
    alias: String,
    /// Whether it is the name of another target.
    is_name: bool,
}

impl Parser {
    /// Text to nodes.
    ///
    /// # Errors
    /// When markup is not closed, or a role is not known.
    pub(super) fn inline(&mut self, text: &str, line: usize) -> Parsed<Vec<NodeId>> {
        let escaped = escape(text);
        let mut rest = escaped.as_str();
        let mut nodes = Vec::new();
        let mut plain = String::new();
        while let Some(found) = scan::find(rest) {
            let before = plain.len();
            plain.push_str(&rest[..found.at]);
            let markup = self.markup(rest, found, line)?;
            if let Some((inline, end)) = markup {
                self.plain(&plain, ADDRESS_DEPTH_MAX, &mut nodes);
                plain.clear();
                nodes.extend(inline);
                rest = &rest[end..];
            } else {
                plain.truncate(before);
                plain.push_str(&rest[..found.after]);
                rest = &rest[found.after..];
            }
        }
        plain.push_str(rest);
        self.plain(&plain, ADDRESS_DEPTH_MAX, &mut nodes);
        Ok(nodes)
    }

    /// The nodes of markup and where it ends; nothing when it is none.
    fn markup(
        &mut self,
        text: &str,
        found: Found<'_>,
        line: usize,
    ) -> Parsed<Option<(Vec<NodeId>, usize)>> {
        match found.start {
            Start::Name(name, is_anonymous) => {
                let node = self.name_reference(name, is_anonymous);
                return Ok(Some((vec![node], found.after)));
            }
            Start::Label(label) => {
                let node = self.note_reference(label);
                return Ok(Some((vec![node], found.after)));
            }
            Start::Backquote(Some(_)) => {}
            _ if is_quoted(text, found.at, found.after) => return Ok(None),
            _ => {}
        }
        let rest = &text[found.after..];
        let Some(end) = find_end(rest, found.start).filter(|end| end.at > 0) else {
            let what = match found.start {
                Start::Emphasis => "emphasis",
                Start::Strong => "strong",
                Start::Literal => "literal",
                Start::Target => "target",
                Start::Substitution => "substitution_reference",
                _ => "interpreted text or phrase reference",
            };
            let message = format!("Inline {what} start-string without end-string.");
            return Err(Stop::warning(line, message));
        };
        let inner = &rest[..end.at];
        let nodes = match found.start {
            Start::Emphasis => vec![self.doc.tree.node_of_text(Kind::Emphasis, inner)],
            Start::Strong => vec![self.doc.tree.node_of_text(Kind::Strong, inner)],
            Start::Literal => {
                let literal = restore(inner);
                vec![self.doc.tree.node_of_text(Kind::Literal, literal)]
            }
            Start::Target => vec![self.inline_target(inner)?],
            Start::Substitution => {
                let marks = &rest[end.at + 1..end.after];
                vec![self.substitution_reference(inner, marks)]
            }
            _ => self.backquoted(rest, end, found.start, line)?,
        };
        Ok(Some((nodes, found.after + end.after)))
    }

    /// Interpreted text, or a reference of several words.
    fn backquoted(
        &mut self,
        rest: &str,
        end: End,
        start: Start<'_>,
        line: usize,
    ) -> Parsed<Vec<NodeId>> {
        let inner = &rest[..end.at];
        let suffix = &rest[end.at + 1..end.after];
        let (after, marks) = suffix.split_at(role_after(suffix).min(suffix.len()));
        let before = match start {
            Start::Backquote(role) => role,
            _ => None,
        };
        let after = after
            .strip_prefix(':')
            .and_then(|role| role.strip_suffix(':'));
        if before.is_some() && after.is_some() {
            let message = "Multiple roles in interpreted text (both prefix and suffix present; only one allowed).";
            return Err(Stop::warning(line, message));
        }
        if marks.is_empty() {
            let role = before.or(after).unwrap_or_default();
            return self.interpreted(role, inner, line);
        }
        if before.or(after).is_some() {
            let place = if before.is_some() { "prefix" } else { "suffix" };
            let message =
                format!("Mismatch: both interpreted text role {place} and reference suffix.");
            return Err(Stop::warning(line, message));
        }
        self.phrase_reference(inner, marks == "__")
    }

    /// A reference of several words, perhaps with the target in it.
    fn phrase_reference(&mut self, escaped: &str, is_anonymous: bool) -> Parsed<Vec<NodeId>> {
        let embedded = embedded(escaped);
        let text = embedded.as_ref().map_or(escaped, |embedded| &embedded.text);
        let name = normalize_name(&unescape(text));
        let reference = self.doc.tree.node_of_text(Kind::Reference, text);
        let Some(embedded) = &embedded else {
            self.refer(reference, name, is_anonymous);
            return Ok(vec![reference]);
        };
        let alias = Some(embedded.alias.clone());
        let link = if embedded.is_name {
            Link {
                name: alias,
                ..Link::default()
            }
        } else {
            Link {
                uri: alias,
                ..Link::default()
            }
        };
        self.doc.tree[reference].link = link.clone();
        if is_anonymous {
            self.doc.note_reference(reference);
            return Ok(vec![reference]);
        }
        let target = self.doc.tree.node(Kind::Target);
        self.doc.tree[target].link = link;
        self.doc.tree[target].names.push(name);
        if embedded.is_name {
            self.doc.note_indirect(target);
            self.doc.note_reference(reference);
        }
        self.doc.note_implicit(target)?;
        Ok(vec![reference, target])
    }

    /// Lets a reference lead to a name, or to the next target without one.
    fn refer(&mut self, reference: NodeId, name: String, is_anonymous: bool) {
        let link = &mut self.doc.tree[reference].link;
        if is_anonymous {
            link.is_anonymous = true;
        } else {
            link.name = Some(name);
            self.doc.note_reference(reference);
        }
    }

    fn name_reference(&mut self, name: &str, is_anonymous: bool) -> NodeId {
        let reference = self.doc.tree.node_of_text(Kind::Reference, name);
        self.refer(reference, normalize_name(name), is_anonymous);
        reference
    }

    /// A reference to a footnote or a citation.
    fn note_reference(&mut self, label: &str) -> NodeId {
        let name = normalize_name(label);
        let is_number = label.bytes().all(|byte| byte.is_ascii_digit());
        let (kind, name, is_shown) = match name.strip_prefix('#') {
            Some(name) => (Kind::FootnoteReference(Label::Number), name, false),
            None if name == "*" => (Kind::FootnoteReference(Label::Symbol), "", false),
            None if is_number => (Kind::FootnoteReference(Label::Manual), &*name, true),
            None => (Kind::CitationReference, &*name, true),
        };
        let is_citation = matches!(kind, Kind::CitationReference);
        let node = self.doc.tree.node(kind);
        if is_shown {
            let text = self.doc.tree.text(label);
            self.doc.tree.append(node, text);
        }
        self.doc.tree[node].link.name = (!name.is_empty()).then(|| name.to_owned());
        self.doc.set_id(node);
        if is_citation {
            self.doc.citation_references.push(node);
        } else {
            self.doc.footnote_references.push(node);
        }
        self.doc.note_reference(node);
        node
    }

    fn inline_target(&mut self, text: &str) -> Parsed<NodeId> {
        let target = self.doc.tree.node_of_text(Kind::Target, text);
        let name = normalize_name(&unescape(text));
        self.doc.tree[target].names.push(name);
        self.doc.note_explicit(target)?;
        Ok(target)
    }

    fn substitution_reference(&mut self, text: &str, marks: &str) -> NodeId {
        let name = unescape(text);
        let kind = Kind::SubstitutionReference(normalize_space(&name));
        let node = self.doc.tree.node_of_text(kind, text);
        if marks.is_empty() {
            return node;
        }
        let reference = self.doc.tree.node_with(Kind::Reference, vec![node]);
        self.refer(reference, normalize_name(&name), marks == "__");
        reference
    }

    /// Text without markup, with the addresses in it.
    fn plain(&mut self, text: &str, depth: usize, nodes: &mut Vec<NodeId>) {
        let mut rest = text;
        while let Some(address) = scan_address(rest, depth) {
            if !address.is_known {
                break;
            }
            self.plain(&rest[..address.start], depth - 1, nodes);
            let text = &rest[address.start..address.end];
            let scheme = if address.is_email { "mailto:" } else { "" };
            let reference = self.doc.tree.node_of_text(Kind::Reference, text);
            self.doc.tree[reference].link.uri = Some(format!("{scheme}{}", unescape(text)));
            nodes.push(reference);
            rest = &rest[address.end..];
        }
        if !rest.is_empty() {
            nodes.push(self.doc.tree.text(rest));
        }
    }
}

fn scan_address(text: &str, depth: usize) -> Option<uri::Address> {
    if depth == 0 { None } else { uri::find(text) }
}

/// What stands in angle brackets at the end of a reference, if it is a target.
fn embedded(escaped: &str) -> Option<Embedded> {
    let inner = escaped.strip_suffix('>')?;
    // An escaped bracket does not count.
    let mut open = None;
    for (at, _) in inner.rmatch_indices(['<', '>']) {
        if !inner[..at].ends_with('\0') {
            open = inner[at..].starts_with('<').then_some(at);
            break;
        }
    }
    let open = open?;
    let (before, alias) = (&inner[..open], &inner[open + 1..]);
    let is_apart = before.is_empty() || before.ends_with([' ', '\n']);
    let ends_open = alias.ends_with(|c| super::text::is_space(c) || c == '\0');
    if !is_apart || alias.is_empty() || alias.starts_with(super::text::is_space) || ends_open {
        return None;
    }
    let text = before.trim_end_matches([' ', '\n']);
    let is_name =
        alias.ends_with('_') && !restore(alias).ends_with(r"\_") && !uri::is_address(alias);
    let alias = if is_name {
        normalize_name(&unescape(&alias[..alias.len() - 1]))
    } else {
        adjust(uri(alias))
    };
    let text = if text.is_empty() { &alias } else { text };
    Some(Embedded {
        text: text.to_owned(),
        alias,
        is_name,
    })
}

/// An address with the scheme of a mailbox, if it is one.
pub(super) fn adjust(address: String) -> String {
    if is_mailbox(&address) {
        format!("mailto:{address}")
    } else {
        address
    }
}
