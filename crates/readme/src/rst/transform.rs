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
use super::tree::{Kind, NodeId, Pending};

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
        self.refuse_embedded()?;
        self.doc.tree.remove_all(|kind| {
            matches!(
                kind,
                Kind::Notice | Kind::SubstitutionDefinition { .. } | Kind::Hidden
            )
        });
        Ok(())
    }

    /// Refuses pictures that are to be read and put into the page.
    fn refuse_embedded(&self) -> Parsed<()> {
        let tree = &self.doc.tree;
        let is_image = |kind: &Kind| matches!(kind, Kind::Image(image) if image.is_embedded);
        let Some(id) = tree.find(self.doc.root, is_image).first().copied() else {
            return Ok(());
        };
        let Kind::Image(image) = &tree[id].kind else {
            return Ok(());
        };
        let uri = &image.uri;
        let reason = if uri.contains("://") {
            format!("Cannot get file path corresponding to {uri}.")
        } else {
            format!("[Errno 2] No such file or directory: '{uri}'")
        };
        let message = format!("Cannot embed image \"{uri}\":\n  {reason}");
        Err(tree.problem(3, id, message))
    }

    /// What waits for the end of the text, in its order.
    fn pending(&self) -> Vec<(NodeId, Pending)> {
        let what = |id: &NodeId| match &self.doc.tree[*id].kind {
            Kind::Pending(pending) => Some((*id, Pending::clone(pending))),
            _ => None,
        };
        self.doc.pending.iter().filter_map(what).collect()
    }
}
