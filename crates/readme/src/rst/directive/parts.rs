//! Directives for the parts of a document: contents, numbers of sections, header and footer.

use super::Call;
use crate::rst::block;
use crate::rst::lines::{Extent, Line, take};
use crate::rst::parser::Parser;
use crate::rst::problem::{Parsed, Stop};
use crate::rst::text::{escape, normalize_name, unescape, words};
use crate::rst::tree::{Backlinks, Kind, NodeId, Pending};

impl Parser {
    pub(super) fn contents(&mut self, call: &Call<'_>) -> Parsed<Vec<NodeId>> {
        self.require_section(call)?;
        let is_local = call.options.has("local");
        let title = match call.arguments.first() {
            Some(text) => {
                let nodes = self.inline(text, call.line)?;
                Some(self.doc.tree.node_with(Kind::Title, nodes))
            }
            None if is_local => None,
            None => Some(self.doc.tree.node_of_text(Kind::Title, "Contents")),
        };
        let topic = self.doc.tree.node(Kind::Topic);
        self.doc.tree[topic].line = self.doc.tree.current_line.map(|line| line - 1);
        let classes = &mut self.doc.tree[topic].classes;
        classes.push("contents".to_owned());
        classes.extend(call.options.classes().unwrap_or_default().iter().cloned());
        if is_local {
            classes.push("local".to_owned());
        }
        let mut name = "contents".to_owned();
        if let Some(title) = title {
            self.doc.tree.append(topic, title);
            name = normalize_name(&self.doc.tree.plain_text(title));
        }
        if !self.doc.has_name(&name) {
            self.doc.tree[topic].names.push(name);
        }
        self.doc.note_implicit(topic)?;
        let backlinks = match call.options.text("backlinks") {
            Some("top") => Backlinks::Top,
            Some("none") => Backlinks::None,
            _ => Backlinks::Entry,
        };
        let pending = self.doc.pend(Pending::Contents {
            depth: call.options.number("depth"),
            is_local,
            backlinks,
        });
        self.doc.tree.append(topic, pending);
        Ok(vec![topic])
    }

    pub(super) fn section_numbers(&mut self, call: &Call<'_>) -> Vec<NodeId> {
        let options = &call.options;
        let pending = self.doc.pend(Pending::SectionNumbers {
            depth: options.number("depth"),
            start: options.number("start").unwrap_or(1),
            prefix: options.owned("prefix").unwrap_or_default(),
            suffix: options.owned("suffix").unwrap_or_default(),
        });
        vec![pending]
    }

    /// A header or footer. Neither is shown, but their footnotes are counted.
    pub(super) fn decoration(&mut self, call: &Call<'_>) -> Parsed<Vec<NodeId>> {
        call.require_content()?;
        let hidden = self.doc.tree.node(Kind::Hidden);
        let root = self.doc.root;
        self.doc.tree.insert(root, 0, hidden);
        self.nested(&call.content, hidden)?;
        Ok(Vec::new())
    }

    /// Metadata, of which nothing is shown.
    pub(super) fn meta(&mut self, call: &Call<'_>) -> Parsed<Vec<NodeId>> {
        call.require_content()?;
        let mut lines = &call.content[..];
        while let Some(line) = lines.first() {
            if line.is_blank() {
                lines = &lines[1..];
                continue;
            }
            let Some(field) = block::field(line.text) else {
                return Err(call.error("Invalid meta directive."));
            };
            let extent = Extent {
                first: Some(field.length),
                ..Extent::default()
            };
            let body = take(lines, extent);
            let name = unescape(&escape(&line.text[1..field.end]));
            lines = &lines[body.taken..];
            let mut attributes = words(&name).skip(1);
            let wrong = attributes.find(|token| !token.contains('='));
            if let Some(token) = wrong.filter(|_| !body.lines.iter().all(Line::is_blank)) {
                let message =
                    format!("Error parsing meta tag attribute \"{token}\": missing \"=\".");
                return Err(Stop::error(self.doc.tree.root_line, message));
            }
        }
        Ok(Vec::new())
    }

    pub(super) fn target_notes(&mut self, call: &Call<'_>) -> Parsed<Vec<NodeId>> {
        let classes = call.options.classes().unwrap_or_default().to_vec();
        let pending = self.doc.pend(Pending::TargetNotes(classes));
        if let Some(name) = call.options.text("name") {
            self.doc.add_name(pending, name)?;
        }
        Ok(vec![pending])
    }
}
