//! Names in bars are replaced by what they stand for.

use std::collections::{HashMap, VecDeque};

use crate::rst::parser::Parser;
use crate::rst::problem::{Parsed, Stop};
use crate::rst::text::is_space;
use crate::rst::tree::{Kind, NodeId};

/// A definition with more text is refused, as docutils does.
const TEXT_MAX_CHARACTERS: usize = 10_000;

impl Parser {
    pub(super) fn substitute(&mut self) -> Parsed<()> {
        let root = self.doc.root;
        let is_reference = |kind: &Kind| matches!(kind, Kind::SubstitutionReference(_));
        let mut queue: VecDeque<NodeId> = self.doc.tree.find(root, is_reference).into();
        // Which definitions each name was met in.
        let mut nested: HashMap<String, Vec<String>> = HashMap::new();
        // The reference of the text that one in a copied definition comes from.
        let mut origins: HashMap<NodeId, NodeId> = HashMap::new();
        while let Some(id) = queue.pop_front() {
            self.doc.tree.check_steps()?;
            let Kind::SubstitutionReference(name) = &self.doc.tree[id].kind else {
                continue;
            };
            let name = name.clone();
            let (key, definition) = self.substitution(id, &name)?;
            self.trim_around(id, definition);
            let copy = self.doc.tree.copy(definition)?;
            let inner = self.doc.tree.find(copy, is_reference);
            for reference in inner {
                let Kind::SubstitutionReference(inner) = &self.doc.tree[reference].kind else {
                    continue;
                };
                let inner = inner.to_lowercase();
                let Some(inner) = self.doc.substitution_names.get(&inner).cloned() else {
                    let message = format!("Undefined substitution referenced: \"{inner}\".");
                    return Err(self.doc.tree.problem(3, id, message));
                };
                let met = nested.entry(inner.clone()).or_default();
                if met.contains(&inner) {
                    return Err(self.circular(id, &name, &origins));
                }
                met.push(key.clone());
                origins.insert(reference, id);
                queue.push_back(reference);
            }
            let children = self.doc.tree.take_children(copy);
            self.doc.tree.replace(id, children.clone());
            for child in children {
                let kind = &self.doc.tree[child].kind;
                if matches!(
                    kind,
                    Kind::Reference | Kind::FootnoteReference(_) | Kind::CitationReference
                ) {
                    self.doc.note_reference(child);
                }
            }
        }
        Ok(())
    }

    /// The definition of a name: as it is written, else in small letters.
    fn substitution(&self, id: NodeId, name: &str) -> Parsed<(String, NodeId)> {
        let key = if self.doc.substitutions.contains_key(name) {
            Some(name)
        } else {
            let known = self.doc.substitution_names.get(&name.to_lowercase());
            known.map(String::as_str)
        };
        let found = key.and_then(|key| Some((key, *self.doc.substitutions.get(key)?)));
        let Some((key, definition)) = found else {
            let message = format!("Undefined substitution referenced: \"{name}\".");
            return Err(self.doc.tree.problem(3, id, message));
        };
        let text = self.doc.tree.plain_text(definition);
        if text.len() > TEXT_MAX_CHARACTERS && text.chars().count() > TEXT_MAX_CHARACTERS {
            let message =
                format!("Substitution definition \"{key}\" exceeds the line-length-limit.");
            return Err(self.doc.tree.problem(3, id, message));
        }
        Ok((key.to_owned(), definition))
    }

    /// Takes away the white space that a definition does not want around it.
    fn trim_around(&mut self, id: NodeId, definition: NodeId) {
        let tree = &mut self.doc.tree;
        let Kind::SubstitutionDefinition {
            trims_left,
            trims_right,
        } = tree[definition].kind
        else {
            return;
        };
        if trims_left
            && let Some(before) = tree.sibling(id, -1)
            && let Kind::Text(text) = &mut tree[before].kind
        {
            text.truncate(text.trim_end_matches(is_space).len());
        }
        if trims_right
            && let Some(after) = tree.sibling(id, 1)
            && let Kind::Text(text) = &mut tree[after].kind
        {
            *text = text.trim_start_matches(is_space).to_owned();
        }
    }

    fn circular(&self, id: NodeId, name: &str, origins: &HashMap<NodeId, NodeId>) -> Stop {
        let tree = &self.doc.tree;
        if let Some(parent) = tree[id].parent
            && matches!(tree[parent].kind, Kind::SubstitutionDefinition { .. })
        {
            return tree.problem(3, parent, "Circular substitution definition detected:");
        }
        let mut origin = id;
        while let Some(next) = origins.get(&origin) {
            origin = *next;
        }
        let message = format!("Circular substitution definition referenced: \"{name}\".");
        tree.problem(3, origin, message)
    }
}
