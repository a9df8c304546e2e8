//! The tree of a document to HTML, as docutils' `html5_polyglot` writes it. What the cleaning takes
//! away in any case (styles, roles) is not written.

mod blocks;
mod compact;
mod inlines;
mod lists;
mod math;
mod tables;
mod tags;

use self::tags::Tag;
use super::document::Document;
use super::problem::{Parsed, Stop};
use super::text::unescaped;
use super::tree::{Kind, Node, NodeId, Tree};
use crate::clean::DEPTH_MAX;

/// What writes a document.
struct Writer<'d> {
    tree: &'d Tree,
    out: String,
    /// The information about the document, which stands before everything else.
    docinfo: String,
    section_level: usize,
    /// Whether the list around has no space between its items.
    is_compact: bool,
    /// Whether an address of a mailbox is written, which is hidden from those who collect them.
    is_mailbox: bool,
}

/// A document as HTML. It is not clean.
///
/// # Errors
/// [`Stop::TooDeep`].
pub(super) fn write(document: &Document, length: usize) -> Parsed<String> {
    check_depth(&document.tree, document.root)?;
    let mut writer = Writer {
        tree: &document.tree,
        out: String::with_capacity(length * 2),
        docinfo: String::new(),
        section_level: 0,
        is_compact: false,
        is_mailbox: false,
    };
    writer.children(document.root);
    Ok(writer.docinfo + &writer.out)
}

/// Refuses a tree that is too deep to be written.
fn check_depth(tree: &Tree, root: NodeId) -> Parsed<()> {
    let mut open = vec![(root, 0)];
    while let Some((id, depth)) = open.pop() {
        if depth > DEPTH_MAX {
            return Err(Stop::TooDeep);
        }
        open.extend(tree[id].children.iter().map(|child| (*child, depth + 1)));
    }
    Ok(())
}

impl<'d> Writer<'d> {
    fn node(&self, id: NodeId) -> &'d Node {
        &self.tree[id]
    }

    fn parent(&self, id: NodeId) -> Option<&'d Node> {
        self.tree[id].parent.map(|parent| &self.tree[parent])
    }

    fn parent_kind(&self, id: NodeId) -> &'d Kind {
        self.tree.parent_kind(id)
    }

    fn has_class(&self, id: NodeId, class: &str) -> bool {
        self.node(id).classes.iter().any(|own| own == class)
    }

    /// Writes what is in a node.
    fn children(&mut self, id: NodeId) {
        let children = &self.node(id).children;
        for (place, child) in children.iter().enumerate() {
            let is_like = |other: Option<&NodeId>| {
                let kind = |id: &NodeId| std::mem::discriminant(&self.tree[*id].kind);
                other.is_some_and(|other| kind(other) == kind(child))
            };
            let is_first = !place
                .checked_sub(1)
                .is_some_and(|before| is_like(children.get(before)));
            let is_last = !is_like(children.get(place + 1));
            self.visit(*child, is_first, is_last);
        }
    }

    /// Writes a node. Footnotes and the like that follow each other are put together.
    fn visit(&mut self, id: NodeId, is_first: bool, is_last: bool) {
        match &self.node(id).kind {
            Kind::Text(text) => self.text(text),
            kind if kind.is_inline() => self.inline(id),
            Kind::Footnote(_) => self.footnote(id, is_first, is_last),
            Kind::Citation => self.citation(id, is_first, is_last),
            Kind::Option => self.option(id, is_last),
            Kind::BulletList
            | Kind::EnumeratedList { .. }
            | Kind::ListItem
            | Kind::DefinitionList
            | Kind::DefinitionListItem
            | Kind::Term
            | Kind::Classifier
            | Kind::Definition
            | Kind::FieldList
            | Kind::Field
            | Kind::FieldName
            | Kind::FieldBody { .. }
            | Kind::OptionList
            | Kind::OptionListItem
            | Kind::OptionGroup
            | Kind::OptionString
            | Kind::OptionArgument { .. }
            | Kind::Description
            | Kind::Docinfo
            | Kind::Bibliographic(_) => self.list(id),
            Kind::Table { .. }
            | Kind::TableGroup
            | Kind::Column { .. }
            | Kind::TableHead
            | Kind::TableBody
            | Kind::Row
            | Kind::Cell { .. } => self.table(id),
            _ => self.block(id),
        }
    }

    fn text(&mut self, text: &str) {
        let plain = unescaped(text);
        if !self.is_mailbox {
            tags::escape_into(&plain, &mut self.out);
            return;
        }
        for part in plain.split_inclusive(['@', '.']) {
            let before = part.trim_end_matches(['@', '.']);
            tags::escape_into(before, &mut self.out);
            if before.len() < part.len() {
                self.push(&["<span>", &part[before.len()..], "</span>"]);
            }
        }
    }

    /// Writes a node as an element.
    fn element(&mut self, id: NodeId, tag: &Tag<'_>, end: &str) {
        self.open(id, tag);
        self.children(id);
        self.close(tag.name, end);
    }

    fn close(&mut self, name: &str, end: &str) {
        self.push(&["</", name, ">", end]);
    }

    /// Writes HTML that is ready.
    fn push(&mut self, parts: &[&str]) {
        self.out.extend(parts.iter().copied());
    }
}
