//! What is done once the whole text is read: names are looked up, footnotes numbered, placeholders
//! filled. The order is docutils', so that of several faults the same one is told.

mod classes;
mod contents;
mod docinfo;
mod footnotes;
mod quotes;
mod references;
mod substitutions;
mod targets;
mod transitions;

use super::parser::Parser;
use super::problem::Parsed;
use super::tree::{Kind, Pending};

impl Parser {
    /// Completes a document.
    ///
    /// # Errors
    /// When a name cannot be found or something stands in the wrong place.
    pub(super) fn complete(&mut self) -> Parsed<()> {
        self.place_classes()?;
        self.substitute()?;
        self.propagate_targets();
        self.docinfo()?;
        self.link_anonymous()?;
        self.resolve_indirect()?;
        self.make_target_notes()?;
        self.number_footnotes()?;
        self.link_targets();
        self.number_sections();
        self.fill_contents()?;
        self.doc
            .tree
            .remove_all(|kind| matches!(kind, Kind::Comment));
        self.move_transitions()?;
        self.link_rest()?;
        self.educate_quotes()?;
        self.doc.tree.remove_all(|kind| {
            matches!(
                kind,
                Kind::Notice | Kind::SubstitutionDefinition { .. } | Kind::Hidden
            )
        });
        Ok(())
    }

    /// What waits for the end of the text, of one kind, in the order of the text.
    fn pending(&self, is_wanted: fn(&Pending) -> bool) -> Vec<super::tree::NodeId> {
        let is_so = |id: &super::tree::NodeId| matches!(&self.doc.tree[*id].kind, Kind::Pending(pending) if is_wanted(pending));
        self.doc.pending.iter().copied().filter(is_so).collect()
    }
}
