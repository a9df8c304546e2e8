//! References to names: addresses, ids, and what cannot be found.

use crate::rst::document::Lookup;
use crate::rst::parser::Parser;
use crate::rst::problem::Parsed;
use crate::rst::tree::{Kind, NodeId};

impl Parser {
    /// Links references to the targets that have their names.
    pub(super) fn link_targets(&mut self) {
        let targets = self
            .doc
            .tree
            .find(self.doc.root, |kind| matches!(kind, Kind::Target));
        for target in &targets {
            if let Some(uri) = self.doc.tree[*target].link.uri.clone() {
                self.link_names(*target, |_, _| (Some(uri.clone()), None));
            }
        }
        for target in targets {
            let link = &self.doc.tree[target].link;
            if link.uri.is_none() && link.id.is_none() {
                self.link_names(target, |parser, name| (None, parser.doc.id_of_name(name)));
            }
        }
    }

    fn link_names(
        &mut self,
        target: NodeId,
        link: impl Fn(&Self, &str) -> (Option<String>, Option<String>),
    ) {
        for name in self.doc.tree[target].names.clone() {
            let (uri, id) = link(self, &name);
            for reference in self.doc.references.get(&name).cloned().unwrap_or_default() {
                let link = &mut self.doc.tree[reference].link;
                if link.is_resolved {
                    continue;
                }
                if uri.is_some() || id.is_some() {
                    link.name = None;
                    (link.uri, link.id) = (uri.clone(), id.clone());
                }
                link.is_resolved = true;
            }
        }
    }

    /// Links what is left to the ids of names.
    pub(super) fn link_rest(&mut self) -> Parsed<()> {
        let references = self.doc.tree.find(self.doc.root, |kind| {
            matches!(
                kind,
                Kind::Reference | Kind::FootnoteReference(_) | Kind::CitationReference
            )
        });
        for reference in references {
            let link = &self.doc.tree[reference].link;
            let Some(name) = link.name.clone().filter(|_| !link.is_resolved) else {
                continue;
            };
            let id = match self.doc.lookup(&name) {
                Lookup::Id(id) => id.to_owned(),
                Lookup::Shared => {
                    let message = format!(
                        "Duplicate target name, cannot be used as a unique reference: \"{name}\"."
                    );
                    return Err(self.doc.tree.problem(3, reference, message));
                }
                Lookup::Unknown => {
                    let message = format!("Unknown target name: \"{name}\".");
                    return Err(self.doc.tree.problem(3, reference, message));
                }
            };
            let link = &mut self.doc.tree[reference].link;
            link.name = None;
            link.id = Some(id);
            link.is_resolved = true;
        }
        Ok(())
    }
}
