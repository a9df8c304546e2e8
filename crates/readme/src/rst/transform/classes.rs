//! `class` without content gives its classes to the next element.

use crate::rst::parser::Parser;
use crate::rst::problem::{Parsed, Problem, Stop};
use crate::rst::tree::{Kind, NodeId, Pending};

impl Parser {
    pub(super) fn place_classes(&mut self) -> Parsed<()> {
        for (id, pending) in self.pending() {
            self.doc.tree.check_steps()?;
            let Pending::Class { classes, name } = pending else {
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
                let mut after = tree[parent].children[place + 1..].iter();
                let is_visible = |id: &&NodeId| {
                    let kind = &tree[**id].kind;
                    !kind.is_invisible() && !matches!(kind, Kind::Notice | Kind::Hidden)
                };
                let found = after.position(|id| is_visible(&id));
                tree.count_steps(found.unwrap_or(tree[parent].children.len()));
                if let Some(found) = found {
                    return Some(tree[parent].children[place + 1 + found]);
                }
            }
            at = tree[id].parent;
        }
        None
    }
}
