//! Targets: what stands alone names the next element, and what leads to another target leads to
//! where that one does.

use std::collections::HashMap;

use crate::rst::parser::Parser;
use crate::rst::problem::{Parsed, Problem, Stop};
use crate::rst::tree::{Kind, NodeId};

impl Parser {
    /// Gives the ids and names of targets that lead nowhere to the next element. The last one comes
    /// first, so that those before it know where it has led.
    pub(super) fn propagate_targets(&mut self) {
        let all = self.doc.tree.below(self.doc.root);
        let mut passed_on: HashMap<NodeId, NodeId> = HashMap::new();
        let mut after = None;
        for id in all.into_iter().rev() {
            let next = after;
            if !matches!(self.doc.tree[id].kind, Kind::Notice) {
                after = Some(id);
            }
            let node = &self.doc.tree[id];
            let link = &node.link;
            let leads = link.id.is_some() || link.uri.is_some() || link.name.is_some();
            let is_inline = self.doc.tree.parent_kind(id).is_text_element();
            if !matches!(node.kind, Kind::Target) || leads || is_inline {
                continue;
            }
            let Some(next) = next.filter(|next| may_be_named(&self.doc.tree[*next].kind)) else {
                continue;
            };
            let next = passed_on.get(&next).copied().unwrap_or(next);
            passed_on.insert(id, next);
            let ids = std::mem::take(&mut self.doc.tree[id].ids);
            let names = std::mem::take(&mut self.doc.tree[id].names);
            for id in &ids {
                self.doc.move_id(id, next);
            }
            self.doc.tree[id].link.id = ids.first().cloned();
            self.doc.tree[next].ids.extend(ids);
            self.doc.tree[next].names.extend(names);
            let is_figure = matches!(self.doc.tree.parent_kind(id), Kind::Figure { .. });
            if is_figure && matches!(self.doc.tree[next].kind, Kind::Caption) {
                self.doc.tree.remove(id);
            }
        }
    }

    /// Lets each reference without a name lead to the next target without one.
    pub(super) fn link_anonymous(&mut self) -> Parsed<()> {
        let tree = &self.doc.tree;
        let mut references = tree.find(self.doc.root, |kind| matches!(kind, Kind::Reference));
        references.retain(|id| tree[*id].link.is_anonymous);
        let mut targets = tree.find(self.doc.root, |kind| matches!(kind, Kind::Target));
        targets.retain(|id| tree[*id].link.is_anonymous);
        if references.len() != targets.len() {
            return Err(Stop::Problem(Problem {
                level: 3,
                line: Some(self.doc.tree.root_line),
                message: format!(
                    "Anonymous hyperlink mismatch: {} references but {} targets.\n\
                     See \"backrefs\" attribute for IDs.",
                    references.len(),
                    targets.len()
                ),
            }));
        }
        for (reference, target) in references.into_iter().zip(targets) {
            let mut target = target;
            let link = loop {
                let node = &self.doc.tree[target];
                if node.link.uri.is_some() {
                    break (node.link.uri.clone(), None);
                }
                if let Some(id) = node.ids.first() {
                    break (None, Some(id.clone()));
                }
                let next = node
                    .link
                    .id
                    .as_deref()
                    .and_then(|id| self.doc.node_of_id(id));
                match next {
                    Some(next) => target = next,
                    None => break (None, None),
                }
            };
            let node = &mut self.doc.tree[reference].link;
            node.is_resolved = link.0.is_some();
            (node.uri, node.id) = link;
            if let Some(id) = node.id.clone() {
                self.doc
                    .references_by_id
                    .entry(id)
                    .or_default()
                    .push(reference);
            }
        }
        Ok(())
    }

    /// Lets targets that lead to other targets lead to where those do.
    pub(super) fn resolve_indirect(&mut self) -> Parsed<()> {
        for target in self.doc.indirect_targets.clone() {
            self.resolve_chain(target)?;
            self.pass_on(target);
        }
        Ok(())
    }

    /// Resolves a target and those that it leads to, the last one first.
    fn resolve_chain(&mut self, target: NodeId) -> Parsed<()> {
        let mut chain = vec![target];
        while let Some(id) = chain.last().copied() {
            let link = &self.doc.tree[id].link;
            let Some(name) = link.name.clone().filter(|_| !link.is_resolved) else {
                chain.pop();
                continue;
            };
            let Some(next) = self.doc.node_of_name(&name) else {
                let reason = if self.doc.has_name(&name) {
                    "which is a duplicate, and cannot be used as a unique reference"
                } else {
                    "which does not exist"
                };
                return Err(self.indirect_error(id, &name, reason));
            };
            let node = &self.doc.tree[next];
            let is_open = matches!(node.kind, Kind::Target)
                && !node.link.is_resolved
                && node.link.name.is_some();
            if is_open {
                // A target that is open already is one that leads to itself.
                if self.doc.open_targets.contains(&next) {
                    let name = node.link.name.clone().unwrap_or(name);
                    return Err(self.indirect_error(next, &name, "forming a circular reference"));
                }
                self.doc.open_targets.insert(id);
                chain.push(next);
                continue;
            }
            let (uri, own_id) = (node.link.uri.clone(), node.link.id.clone());
            self.doc.open_targets.remove(&id);
            let found = self.doc.id_of_name(&name);
            let link = &mut self.doc.tree[id].link;
            link.id = if uri.is_some() {
                None
            } else {
                own_id.or(found)
            };
            link.uri = uri;
            link.name = None;
            link.is_resolved = true;
            chain.pop();
        }
        Ok(())
    }

    fn indirect_error(&self, target: NodeId, name: &str, reason: &str) -> Stop {
        let node = &self.doc.tree[target];
        let name_of = node.names.first().map(|name| format!("\"{name}\" "));
        let id_of = node.ids.first().map(|id| format!("(id=\"{id}\")"));
        let shown: String = name_of.into_iter().chain(id_of).collect();
        let message =
            format!("Indirect hyperlink target {shown} refers to target \"{name}\", {reason}.");
        self.doc.tree.problem(3, target, message)
    }

    /// Lets what refers to a target lead to where the target does.
    fn pass_on(&mut self, target: NodeId) {
        let mut targets = vec![target];
        while let Some(target) = targets.pop() {
            let node = &self.doc.tree[target];
            let (id, uri) = (node.link.id.clone(), node.link.uri.clone());
            if id.is_none() && uri.is_none() {
                continue;
            }
            let by_name = node
                .names
                .iter()
                .filter_map(|name| self.doc.references.get(name));
            let by_id = node
                .ids
                .iter()
                .filter_map(|id| self.doc.references_by_id.get(id));
            let references: Vec<NodeId> = by_name.chain(by_id).flatten().copied().collect();
            for reference in references {
                let node = &mut self.doc.tree[reference];
                if node.link.is_resolved {
                    continue;
                }
                node.link.name = None;
                (node.link.id, node.link.uri) = match &id {
                    Some(id) => (Some(id.clone()), None),
                    None => (None, uri.clone()),
                };
                node.link.is_resolved = true;
                if matches!(node.kind, Kind::Target) {
                    targets.push(reference);
                }
            }
        }
    }
}

/// Whether the ids and names of a target may be given to an element.
fn may_be_named(kind: &Kind) -> bool {
    let is_other = kind.is_invisible() && !matches!(kind, Kind::Target);
    !is_other && !matches!(kind, Kind::Footnote(_) | Kind::Citation)
}
