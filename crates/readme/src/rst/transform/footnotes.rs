//! Numbers and symbols of footnotes, and the links between them and what refers to them.

use std::collections::HashMap;

use crate::rst::document::Lookup;
use crate::rst::parser::Parser;
use crate::rst::problem::Parsed;
use crate::rst::tree::{Kind, Label, NodeId, Pending};

const SYMBOLS: [&str; 10] = ["*", "†", "‡", "§", "¶", "#", "♠", "♥", "♦", "♣"];

impl Parser {
    pub(super) fn number_footnotes(&mut self) -> Parsed<()> {
        let labels = self.label_numbers()?;
        self.link_numbers(&labels)?;
        self.link_symbols()?;
        let manual = self.doc.footnotes_with(Label::Manual);
        for note in manual {
            self.link_note(note);
        }
        for note in self.doc.citations.clone() {
            self.link_note(note);
        }
        Ok(())
    }

    /// Numbers footnotes; the answer are the numbers of those without a name.
    fn label_numbers(&mut self) -> Parsed<Vec<String>> {
        let mut number = 0;
        let mut labels = Vec::new();
        for note in self.doc.footnotes_with(Label::Number) {
            let label = loop {
                number += 1;
                let label = number.to_string();
                if self.doc.lookup(&label) == Lookup::Unknown {
                    break label;
                }
            };
            self.set_label(note, &label);
            for name in self.doc.tree[note].names.clone() {
                for reference in self.references_to(&name, false) {
                    self.link_to_note(reference, note, Some(&label));
                }
            }
            let node = &mut self.doc.tree[note];
            if node.names.is_empty() && node.lost_names.is_empty() {
                node.names.push(label.clone());
                self.doc.note_explicit(note)?;
                labels.push(label);
            }
        }
        Ok(labels)
    }

    fn link_numbers(&mut self, labels: &[String]) -> Parsed<()> {
        let mut labels = labels.iter();
        let count = labels.len();
        for reference in self.footnote_references(Label::Number) {
            let link = &self.doc.tree[reference].link;
            if link.is_resolved || link.id.is_some() {
                continue;
            }
            let note = labels.next().and_then(|label| {
                let note = self.doc.node_of_name(label)?;
                Some((label.clone(), note))
            });
            let Some((label, note)) = note else {
                let plural = if count > 1 { "s" } else { "" };
                let message = format!(
                    "Too many autonumbered footnote references: only {count} corresponding \
                     footnote{plural} available."
                );
                return Err(self.doc.tree.problem(3, reference, message));
            };
            self.link_to_note(reference, note, Some(&label));
        }
        Ok(())
    }

    fn link_symbols(&mut self) -> Parsed<()> {
        let notes = self.doc.footnotes_with(Label::Symbol);
        let mut labels = Vec::new();
        for (place, note) in notes.iter().enumerate() {
            let symbol = SYMBOLS[place % SYMBOLS.len()];
            let times = place / SYMBOLS.len() + 1;
            self.doc.tree.count_copy(times)?;
            labels.push(symbol.repeat(times));
            self.set_label(*note, &labels[place]);
            self.doc.set_id(*note);
        }
        for (place, reference) in self
            .footnote_references(Label::Symbol)
            .into_iter()
            .enumerate()
        {
            let Some(note) = notes.get(place) else {
                let message = format!(
                    "Too many symbol footnote references: only {} corresponding footnotes available.",
                    labels.len()
                );
                return Err(self.doc.tree.problem(3, reference, message));
            };
            self.link_to_note(reference, *note, Some(&labels[place]));
        }
        Ok(())
    }

    fn set_label(&mut self, note: NodeId, label: &str) {
        let label = self.doc.tree.node_of_text(Kind::LabelText, label);
        self.doc.tree.insert(note, 0, label);
    }

    /// Links a note that has its label to what refers to it.
    fn link_note(&mut self, note: NodeId) {
        let is_citation = matches!(self.doc.tree[note].kind, Kind::Citation);
        for name in self.doc.tree[note].names.clone() {
            for reference in self.references_to(&name, is_citation) {
                if !self.doc.tree[reference].link.is_resolved {
                    self.link_to_note(reference, note, None);
                }
            }
        }
    }

    /// What refers to a footnote or citation of a name.
    fn references_to(&self, name: &str, is_citation: bool) -> Vec<NodeId> {
        let all = self.doc.references.get(name).cloned().unwrap_or_default();
        let is_so = |id: &NodeId| match self.doc.tree[*id].kind {
            Kind::FootnoteReference(_) => !is_citation,
            Kind::CitationReference => is_citation,
            _ => false,
        };
        all.into_iter().filter(is_so).collect()
    }

    fn footnote_references(&self, label: Label) -> Vec<NodeId> {
        let is_so = |id: &NodeId| matches!(self.doc.tree[*id].kind, Kind::FootnoteReference(own) if own == label);
        self.doc
            .footnote_references
            .iter()
            .copied()
            .filter(is_so)
            .collect()
    }

    fn link_to_note(&mut self, reference: NodeId, note: NodeId, label: Option<&str>) {
        if let Some(label) = label {
            let text = self.doc.tree.text(label);
            self.doc.tree.append(reference, text);
        }
        let id = self.doc.tree[note].ids.first().cloned();
        let node = &mut self.doc.tree[reference];
        node.link.name = None;
        node.link.id = id;
        node.link.is_resolved = true;
        let back = node.ids.first().cloned();
        self.doc.tree[note].back_references.extend(back);
    }

    /// Puts a footnote with its address for each target in place of `target-notes`.
    pub(super) fn make_target_notes(&mut self) -> Parsed<()> {
        for (id, pending) in self.pending() {
            let Pending::TargetNotes(classes) = pending else {
                continue;
            };
            let mut notes: HashMap<String, String> = HashMap::new();
            let mut made = Vec::new();
            for (uri, references) in self.noted_references() {
                self.doc.tree.check_steps()?;
                let known = notes.get(&uri).cloned();
                let name = if let Some(name) = known {
                    name
                } else {
                    let (note, name) = self.target_note(&uri)?;
                    made.push(note);
                    notes.insert(uri, name.clone());
                    name
                };
                for reference in references {
                    self.note_after(reference, &name, &classes);
                }
            }
            self.doc.tree.replace(id, made);
        }
        Ok(())
    }

    /// Addresses, each with what refers to it.
    fn noted_references(&self) -> Vec<(String, Vec<NodeId>)> {
        let tree = &self.doc.tree;
        let mut noted = Vec::new();
        for target in tree.find(self.doc.root, |kind| matches!(kind, Kind::Target)) {
            let node = &tree[target];
            let Some(uri) = &node.link.uri else {
                continue;
            };
            let references = node
                .names
                .iter()
                .filter_map(|name| self.doc.references.get(name));
            let references: Vec<NodeId> = references.flatten().copied().collect();
            if !references.is_empty() {
                noted.push((uri.clone(), references));
            }
        }
        for reference in tree.find(self.doc.root, |kind| matches!(kind, Kind::Reference)) {
            let link = &tree[reference].link;
            if let Some(uri) = link.uri.as_ref().filter(|_| link.is_anonymous) {
                noted.push((uri.clone(), vec![reference]));
            }
        }
        noted
    }

    fn target_note(&mut self, uri: &str) -> Parsed<(NodeId, String)> {
        let note = self.doc.tree.node(Kind::Footnote(Label::Number));
        let name = format!("TARGET_NOTE: {}", self.doc.set_id(note));
        self.doc.tree[note].names.push(name.clone());
        let reference = self.doc.tree.node_of_text(Kind::Reference, uri);
        self.doc.tree[reference].link.uri = Some(uri.to_owned());
        let paragraph = self.doc.tree.node_with(Kind::Paragraph, vec![reference]);
        self.doc.tree.append(note, paragraph);
        self.doc.footnotes.push(note);
        self.doc.note_explicit(note)?;
        Ok((note, name))
    }

    fn note_after(&mut self, reference: NodeId, name: &str, classes: &[String]) {
        let is_target = matches!(self.doc.tree[reference].kind, Kind::Target);
        let Some((parent, place)) = self.doc.tree.place(reference).filter(|_| !is_target) else {
            return;
        };
        let note = self.doc.tree.node(Kind::FootnoteReference(Label::Number));
        self.doc.tree[note].link.name = Some(name.to_owned());
        self.doc.tree[note].classes = classes.to_vec();
        self.doc.note_footnote_reference(note);
        let space = if classes.is_empty() {
            self.doc.tree.text(" ")
        } else {
            let space = self.doc.tree.node_of_text(Kind::Inline, " ");
            self.doc.tree[space].classes = classes.to_vec();
            space
        };
        self.doc.tree.insert(parent, place + 1, space);
        self.doc.tree.insert(parent, place + 2, note);
    }
}
