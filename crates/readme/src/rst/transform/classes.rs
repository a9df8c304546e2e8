//! `class` without content gives its classes to the next element.

use crate::rst::parser::Parser;
use crate::rst::problem::{Parsed, Problem, Stop};
use crate::rst::tree::{Kind, NodeId, Pending};

impl Parser {
    pub(super) fn place_classes(&mut self) -> Parsed<()> {
        for id in self.pending(|pending| matches!(pending, Pending::Class { .. })) {
            self.doc.tree.check_steps()?;
            let Kind::Pending(Pending::Class { classes, name }) = self.doc.tree[id].kind.clone()
            else {
                continue;
            };
            let Some(next) = self.next_visible(id) else {
                return Err(Stop::Problem(Problem {
                    level: 3,
                    line: self.doc.tree[id].line,
                    message: format!("No suitable element following \"{name}\" directive"),
                }));
            };
            let tree = &mut self.doc.tree;
            tree[next].classes.extend(classes);
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
