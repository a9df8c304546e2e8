//! Numbers of sections, and tables of contents.

use crate::rst::parser::Parser;
use crate::rst::problem::Parsed;
use crate::rst::tree::{Backlinks, Kind, NodeId, Pending};

/// How sections are numbered.
struct Numbers<'p> {
    depth: i64,
    prefix: &'p str,
    suffix: &'p str,
}

/// Which sections are listed, and where titles lead back to.
struct Listing {
    depth: i64,
    backlinks: Backlinks,
    /// The id of the table itself.
    id: String,
}

impl Parser {
    pub(super) fn number_sections(&mut self) {
        for (id, pending) in self.pending() {
            if let Pending::SectionNumbers {
                depth,
                start,
                prefix,
                suffix,
            } = pending
            {
                let numbers = Numbers {
                    depth: depth.unwrap_or(i64::MAX),
                    prefix: &prefix,
                    suffix: &suffix,
                };
                self.doc.tree.remove(id);
                self.number_below(self.doc.root, &numbers, "", start);
            }
        }
    }

    fn number_below(&mut self, parent: NodeId, numbers: &Numbers<'_>, above: &str, start: i64) {
        let level = 1 + above.matches('.').count();
        for (number, section) in (start..).zip(self.sections(parent)) {
            let number = format!("{above}{number}");
            let text = format!(
                "{}{number}{}\u{a0}\u{a0}\u{a0}",
                numbers.prefix, numbers.suffix
            );
            let generated = self.doc.tree.node_of_text(Kind::Generated, text);
            self.doc.tree[generated].classes.push("sectnum".to_owned());
            let title = self.doc.tree[section].children[0];
            self.doc.tree.insert(title, 0, generated);
            if i64::try_from(level).is_ok_and(|level| level < numbers.depth) {
                self.number_below(section, numbers, &format!("{number}."), 1);
            }
        }
    }

    fn sections(&self, parent: NodeId) -> Vec<NodeId> {
        let is_section = |id: &NodeId| matches!(self.doc.tree[*id].kind, Kind::Section);
        self.doc.tree[parent]
            .children
            .iter()
            .copied()
            .filter(is_section)
            .collect()
    }

    pub(super) fn fill_contents(&mut self) -> Parsed<()> {
        for (id, pending) in self.pending() {
            let Pending::Contents {
                depth,
                is_local,
                backlinks,
            } = pending
            else {
                continue;
            };
            let Some(topic) = self.doc.tree[id].parent else {
                continue;
            };
            let mut start = self.doc.root;
            if is_local {
                start = topic;
                while !matches!(self.doc.tree[start].kind, Kind::Section | Kind::Document) {
                    start = self.doc.tree[start].parent.unwrap_or(self.doc.root);
                }
            }
            let listing = Listing {
                depth: depth.unwrap_or(i64::MAX),
                backlinks,
                id: self.doc.set_id(topic),
            };
            match self.list_sections(start, &listing, 1)? {
                Some(list) => self.doc.tree.replace(id, vec![list]),
                None => self.doc.tree.remove(topic),
            }
        }
        Ok(())
    }

    /// A list of the sections in a node; nothing when there are none.
    fn list_sections(
        &mut self,
        parent: NodeId,
        listing: &Listing,
        level: i64,
    ) -> Parsed<Option<NodeId>> {
        let list = self.doc.tree.node(Kind::BulletList);
        let mut is_numbered = false;
        for section in self.sections(parent) {
            let title = self.doc.tree[section].children[0];
            let first = self.doc.tree[title].children.first();
            is_numbered =
                first.is_some_and(|first| matches!(self.doc.tree[*first].kind, Kind::Generated));
            let entry = self.entry(title)?;
            let reference = self.doc.tree.node_with(Kind::Reference, entry);
            self.doc.tree[reference].link.id = self.doc.tree[section].ids.first().cloned();
            let id = self.doc.set_id_like(reference, "toc-entry");
            let paragraph = self.doc.tree.node_with(Kind::Paragraph, vec![reference]);
            let item = self.doc.tree.node_with(Kind::ListItem, vec![paragraph]);
            let links = self
                .doc
                .tree
                .find(title, |kind| matches!(kind, Kind::Reference));
            if links.is_empty() {
                self.doc.tree[title].link.id = match listing.backlinks {
                    Backlinks::Entry => Some(id),
                    Backlinks::Top => Some(listing.id.clone()),
                    Backlinks::None => self.doc.tree[title].link.id.take(),
                };
            }
            if level < listing.depth
                && let Some(inner) = self.list_sections(section, listing, level + 1)?
            {
                self.doc.tree.append(item, inner);
            }
            self.doc.tree.append(list, item);
        }
        if is_numbered {
            self.doc.tree[list].classes.push("auto-toc".to_owned());
        }
        let is_empty = self.doc.tree[list].children.is_empty();
        Ok((!is_empty).then_some(list))
    }

    /// A copy of a title without links, footnotes and pictures.
    fn entry(&mut self, title: NodeId) -> Parsed<Vec<NodeId>> {
        let copy = self.doc.tree.copy(title)?;
        for id in self.doc.tree.below(copy).into_iter().rev() {
            match &self.doc.tree[id].kind {
                Kind::FootnoteReference(_) | Kind::CitationReference => self.doc.tree.remove(id),
                Kind::Image(image) => {
                    let alt = image.alt.clone();
                    let text = alt.map(|alt| self.doc.tree.text(alt));
                    self.doc.tree.replace(id, text.into_iter().collect());
                }
                Kind::Reference | Kind::Target => {
                    let children = self.doc.tree.take_children(id);
                    self.doc.tree.replace(id, children);
                }
                _ => {}
            }
        }
        Ok(self.doc.tree.take_children(copy))
    }
}
