//! Which lists are so simple that they need no space between their items.

use super::Writer;
use crate::rst::tree::{Kind, NodeId};

impl Writer<'_> {
    pub(super) fn is_compactable(&self, list: NodeId) -> bool {
        if self.has_class(list, "compact") {
            return true;
        }
        if self.has_class(list, "open") {
            return false;
        }
        let is_contents = |class: &String| class == "contents";
        if self
            .parent(list)
            .is_some_and(|parent| parent.classes.iter().any(is_contents))
        {
            return true;
        }
        self.is_simple(list)
    }

    /// Whether a list and those in it have items of one paragraph, which a list may follow.
    fn is_simple(&self, list: NodeId) -> bool {
        let mut open = vec![list];
        while let Some(id) = open.pop() {
            match &self.node(id).kind {
                Kind::Text(_)
                | Kind::Paragraph
                | Kind::Term
                | Kind::FieldName
                | Kind::Comment
                | Kind::SubstitutionDefinition { .. }
                | Kind::Target
                | Kind::Pending(_) => continue,
                Kind::ListItem
                | Kind::Definition
                | Kind::FieldBody { .. }
                | Kind::Bibliographic("authors" | "address" | "version") => {
                    if !self.is_simple_item(id) {
                        return false;
                    }
                }
                Kind::Bibliographic(
                    "author" | "copyright" | "date" | "organization" | "status",
                ) => {
                    continue;
                }
                Kind::BulletList
                | Kind::EnumeratedList { .. }
                | Kind::Docinfo
                | Kind::Bibliographic("contact")
                | Kind::DefinitionList
                | Kind::DefinitionListItem
                | Kind::Classifier
                | Kind::FieldList
                | Kind::Field => {}
                _ => return false,
            }
            open.extend(self.node(id).children.iter().rev());
        }
        true
    }

    fn is_simple_item(&self, item: NodeId) -> bool {
        let children = self.node(item).children.iter();
        let kinds = children.map(|child| &self.node(*child).kind);
        let kinds: Vec<&Kind> = kinds.filter(|kind| !kind.is_invisible()).collect();
        match kinds.as_slice() {
            [] | [_] => true,
            [first, last] => {
                let is_list = matches!(
                    last,
                    Kind::BulletList | Kind::EnumeratedList { .. } | Kind::FieldList
                );
                matches!(first, Kind::Paragraph) && is_list
            }
            _ => false,
        }
    }
}
