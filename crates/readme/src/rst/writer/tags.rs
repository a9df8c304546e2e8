//! Opening tags.

use super::Writer;
use crate::rst::tree::{Kind, NodeId};

/// An opening tag.
#[derive(Clone, Debug, Default)]
pub(super) struct Tag<'t> {
    pub(super) name: &'t str,
    /// Classes before those of the node.
    pub(super) first: &'t [&'t str],
    /// Classes after those of the node.
    pub(super) last: &'t [&'t str],
    /// Classes of the node that are not written.
    pub(super) hidden: &'t [&'t str],
    /// Attributes with their values, in the order of their names.
    pub(super) attributes: Vec<(&'static str, String)>,
    pub(super) is_void: bool,
    /// What follows the tag.
    pub(super) after: &'t str,
}

impl<'t> Tag<'t> {
    /// A tag that nothing follows.
    pub(super) fn new(name: &'t str) -> Self {
        Self {
            name,
            ..Self::default()
        }
    }

    /// A tag with a line break after it.
    pub(super) fn block(name: &'t str) -> Self {
        Self {
            name,
            after: "\n",
            ..Self::default()
        }
    }

    pub(super) fn first(self, first: &'t [&'t str]) -> Self {
        Self { first, ..self }
    }

    pub(super) fn last(self, last: &'t [&'t str]) -> Self {
        Self { last, ..self }
    }

    pub(super) fn hidden(self, hidden: &'t [&'t str]) -> Self {
        Self { hidden, ..self }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.attributes.push((name, value.into()));
        self
    }
}

/// Appends text or an attribute's value.
pub(super) fn escape_into(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest
        .bytes()
        .position(|byte| matches!(byte, b'&' | b'<' | b'>' | b'"'))
    {
        out.push_str(&rest[..at]);
        out.push_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            _ => "&quot;",
        });
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
}

impl Writer<'_> {
    /// Writes the opening tag of a node, with its classes and ids.
    pub(super) fn open(&mut self, id: NodeId, tag: &Tag<'_>) {
        let node = self.node(id);
        self.open_as(&node.classes, &node.ids, &node.kind, tag);
    }

    /// As [`Self::open`], with the classes and ids of another node.
    pub(super) fn open_as(&mut self, own: &[String], ids: &[String], kind: &Kind, tag: &Tag<'_>) {
        let mut classes: Vec<&str> = tag.first.to_vec();
        let mut language = None;
        let own = own.iter().map(String::as_str);
        for class in own
            .filter(|class| !tag.hidden.contains(class))
            .chain(tag.last.iter().copied())
        {
            if let Some(name) = class.strip_prefix("language-") {
                language = language.or(Some(name));
            } else if !class.trim().is_empty() && !classes.contains(&class) {
                classes.push(class);
            }
        }
        let is_before = tag.is_void
            || matches!(
                kind,
                Kind::BulletList
                    | Kind::EnumeratedList { .. }
                    | Kind::DefinitionList
                    | Kind::FieldList
                    | Kind::OptionList
                    | Kind::Docinfo
                    | Kind::Table { .. }
            );
        let mut ids = ids.iter();
        let first = ids.next();
        let more = ids.flat_map(|id| ["<span id=\"", id, "\"></span>"]);
        if is_before {
            self.out.extend(more.clone());
        }
        self.out.push('<');
        self.out.push_str(tag.name);
        let class = (!classes.is_empty()).then(|| ("class", classes.join(" ")));
        let id = first.map(|id| ("id", id.clone()));
        let language = language.map(|language| ("lang", language.to_owned()));
        let mut attributes: Vec<(&str, String)> = tag.attributes.clone();
        attributes.extend(class.into_iter().chain(id).chain(language));
        attributes.sort_by_key(|(name, _)| *name);
        for (name, value) in attributes {
            self.out.push(' ');
            self.out.push_str(name);
            self.out.push_str("=\"");
            let is_break = |c| matches!(c, '\n' | '\r' | '\t' | '\x0b' | '\x0c');
            if value.contains(is_break) {
                escape_into(&value.replace(is_break, " "), &mut self.out);
            } else {
                escape_into(&value, &mut self.out);
            }
            self.out.push('"');
        }
        self.out.push_str(if tag.is_void { " />" } else { ">" });
        self.out.push_str(tag.after);
        if !is_before {
            self.out.extend(more);
        }
    }
}
