//! Lines between parts: at the end of a section they stand after it, and nowhere at an edge.

use crate::rst::parser::Parser;
use crate::rst::problem::Parsed;
use crate::rst::tree::{Kind, NodeId};

impl Parser {
    pub(super) fn move_transitions(&mut self) -> Parsed<()> {
        let root = self.doc.root;
        for id in self
            .doc
            .tree
            .find(root, |kind| matches!(kind, Kind::Transition))
        {
            self.doc.tree.check_steps()?;
            self.move_transition(id)?;
        }
        Ok(())
    }

    fn move_transition(&mut self, id: NodeId) -> Parsed<()> {
        let Some((parent, place)) = self.doc.tree.place(id) else {
            return Ok(());
        };
        let tree = &self.doc.tree;
        let siblings = &tree[parent].children;
        let counts = |id: &NodeId| !is_ignored(&tree[*id].kind);
        let begins = !siblings[..place].iter().rev().any(counts);
        let ends = !siblings[place + 1..].iter().any(counts);
        let before = place
            .checked_sub(1)
            .map(|place| &tree[siblings[place]].kind);
        let follows = matches!(before, Some(Kind::Transition));
        if ends && !self.move_up(id, parent) {
            let message = "Transition at the end of the document.";
            return Err(self.doc.tree.problem(2, id, message));
        }
        if begins {
            let is_document = matches!(self.doc.tree.parent_kind(id), Kind::Document);
            let place = if is_document { "document" } else { "section" };
            let message = format!("Transition at the start of the {place}.");
            return Err(self.doc.tree.problem(2, id, message));
        }
        if follows {
            let message = "At least one body element should separate transitions.";
            return Err(self.doc.tree.problem(2, id, message));
        }
        Ok(())
    }

    /// Puts a transition after the sections that it ends; whether anything follows there.
    fn move_up(&mut self, id: NodeId, parent: NodeId) -> bool {
        let mut sibling = parent;
        while let Some((above, place)) = self.doc.tree.place(sibling) {
            if place + 1 < self.doc.tree[above].children.len() {
                self.doc.tree.remove(id);
                self.doc.tree.insert(above, place + 1, id);
                return true;
            }
            sibling = above;
        }
        false
    }
}

/// What is no part of the text.
fn is_ignored(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Hidden
            | Kind::Pending(_)
            | Kind::SubstitutionDefinition { .. }
            | Kind::Subtitle
            | Kind::Target
            | Kind::Title
    )
}
