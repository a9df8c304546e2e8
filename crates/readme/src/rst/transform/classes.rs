//! `class` without content gives its classes to the next element.

use crate::rst::parser::Parser;
use crate::rst::problem::Parsed;
use crate::rst::tree::{Kind, NodeId, Pending};

impl Parser {
    pub(super) fn place_classes(&mut self) -> Parsed<()> {
        for id in self.pending(|pending| matches!(pending, Pending::Class(_))) {
            self.doc.tree.check_steps()?;
            let Some(next) = self.next_visible(id) else {
                let message = "No suitable element following \"class\" directive";
                return Err(self.doc.tree.problem(3, id, message));
            };
            let tree = &mut self.doc.tree;
            if let Kind::Pending(Pending::Class(classes)) = &tree[id].kind {
                let classes = classes.clone();
                tree[next].classes.extend(classes);
            }
            tree.remove(id);
        }
        Ok(())
    }

    /// The next element after a node, also outside of what it stands in.
    fn next_visible(&self, id: NodeId) -> Option<NodeId> {
        let tree = &self.doc.tree;
        let mut at = Some(id);
        while let Some(id) = at {
            if let Some((parent, place)) = tree.place(id) {
                let after = tree[parent].children[place + 1..].iter();
                let is_visible = |id: &&NodeId| {
                    let kind = &tree[**id].kind;
                    !kind.is_invisible() && !matches!(kind, Kind::Notice | Kind::Hidden)
                };
                if let Some(next) = after.copied().find(|id| is_visible(&id)) {
                    return Some(next);
                }
            }
            at = tree[id].parent;
        }
        None
    }
}
