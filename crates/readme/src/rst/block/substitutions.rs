//! `.. |name| directive:: …`: what a name in bars stands for.

use super::markers;
use crate::rst::lines::{Extent, Line};
use crate::rst::parser::{Blocks, Parser};
use crate::rst::problem::{Parsed, Stop};
use crate::rst::text::{ESCAPE, escape, is_space, normalize_space, skip};
use crate::rst::tree::{Kind, NodeId};

impl Parser {
    /// The definition whose name begins at the column `start`.
    pub(super) fn substitution_definition(
        &mut self,
        blocks: &mut Blocks<'_>,
        start: usize,
    ) -> Parsed<bool> {
        let first = blocks.lines[blocks.at];
        let block = self.take_first(
            blocks,
            Extent {
                first: Some(start),
                keep: true,
                ..Extent::default()
            },
        );
        let Some((name, lines)) = definition(&block.lines) else {
            let last = blocks.number(blocks.at - 1);
            return Err(Stop::warning(last, "malformed substitution definition."));
        };
        if lines.is_empty() {
            let message = format!("Substitution definition \"{name}\" missing contents.");
            return Err(Stop::warning(first.number, message));
        }
        let kind = Kind::SubstitutionDefinition {
            trims_left: false,
            trims_right: false,
        };
        let node = self.doc.tree.node(kind);
        self.doc.tree[node].line = Some(first.number);
        self.doc.tree[node].names.push(normalize_space(&name));
        let mut is_finished = block.is_finished;
        if let Some((directive, length)) = embedded(lines[0].text) {
            let mut inner = Blocks {
                lines: &lines,
                at: 0,
                parent: node,
                is_root: false,
                is_followed: false,
            };
            let (nodes, finished) = self.directive(&mut inner, directive, length, Some(node))?;
            if inner.at < inner.lines.len() {
                is_finished = finished;
            }
            for child in nodes {
                let is_inline = self.doc.tree[child].kind.is_inline();
                let parent = if is_inline { node } else { blocks.parent };
                self.doc.tree.append(parent, child);
            }
        } else if lines.len() > 1 {
            is_finished = lines[1].is_blank();
        }
        self.check_definition(node, &name, first.number)?;
        self.doc.define(&name, node)?;
        self.doc.tree.append(blocks.parent, node);
        Ok(is_finished)
    }

    /// Refuses what cannot stand in several places.
    fn check_definition(&self, definition: NodeId, name: &str, line: usize) -> Parsed<()> {
        let tree = &self.doc.tree;
        for id in tree.below(definition).into_iter().skip(1) {
            let node = &tree[id];
            let what = match &node.kind {
                Kind::Reference if node.link.is_anonymous => "Anonymous references",
                Kind::FootnoteReference(label) if *label != crate::rst::tree::Label::Manual => {
                    "References to auto-numbered and auto-symbol footnotes"
                }
                _ if !node.names.is_empty() || !node.ids.is_empty() => {
                    "Targets (names and identifiers)"
                }
                _ => continue,
            };
            let message = format!("{what} are not supported in a substitution definition.");
            return Err(Stop::error(line, message));
        }
        if tree[definition].children.is_empty() {
            let message = format!("Substitution definition \"{name}\" empty or invalid.");
            return Err(Stop::warning(line, message));
        }
        Ok(())
    }
}

/// The name of a directive at the start of a line, and the characters up to what follows it.
fn embedded(line: &str) -> Option<(&str, usize)> {
    let (name, length) = markers::directive(line)?;
    // No space may stand before the colons here.
    let is_close = line[name.len()..].starts_with("::");
    is_close.then(|| (name, line[..length].chars().count()))
}

/// The name in bars, and the lines of what it stands for.
fn definition<'l>(lines: &[Line<'l>]) -> Option<(String, Vec<Line<'l>>)> {
    let mut joined = String::new();
    for (place, line) in lines.iter().enumerate() {
        if place > 0 {
            joined.push(' ');
        }
        let text = line.text.trim_end_matches(is_space);
        let text = if place > 0 {
            text.trim_start_matches(is_space)
        } else {
            text
        };
        joined.push_str(&escape(text));
        let Some((name, rest)) = name(&joined) else {
            continue;
        };
        let mut lines = lines[place..].to_vec();
        // Escaping keeps the number of characters.
        let whole = lines[0].text.trim_matches(is_space);
        let start = whole.chars().count().saturating_sub(rest.chars().count());
        lines[0].text = skip(whole, start).trim_matches(is_space);
        if lines[0].text.is_empty() {
            lines.remove(0);
        }
        while lines.last().is_some_and(Line::is_blank) {
            lines.pop();
        }
        if let Some(first) = lines.first_mut() {
            first.text = first.text.trim_matches(is_space);
        }
        return Some((name.to_owned(), lines));
    }
    None
}

/// The name up to its closing bar, and what follows it.
fn name(text: &str) -> Option<(&str, &str)> {
    if text.starts_with(' ') {
        return None;
    }
    for (at, _) in text.match_indices('|') {
        let name = &text[..at];
        let after = &text[at + 1..];
        let rest = after.trim_start_matches(' ');
        let is_closed = !name.is_empty() && !name.ends_with(|c| is_space(c) || c == ESCAPE);
        if is_closed && (after.is_empty() || rest.len() < after.len()) {
            return Some((name, rest));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_in_bars() {
        let lines = |texts: &[&'static str]| -> Vec<Line<'static>> {
            let numbered = (1..).zip(texts);
            numbered
                .map(|(number, text)| Line { text, number })
                .collect()
        };
        let texts = |texts: &[&'static str]| {
            let (name, lines) = definition(&lines(texts))?;
            let lines: Vec<&str> = lines.iter().map(|line| line.text).collect();
            Some((name, lines.join("\n")))
        };
        let expected = |name: &str, text: &str| Some((name.to_owned(), text.to_owned()));
        assert_eq!(
            texts(&["a b| image:: x", "   :alt: y"]),
            expected("a b", "image:: x\n   :alt: y")
        );
        assert_eq!(
            texts(&["a", "   b| replace:: c"]),
            expected("a b", "replace:: c")
        );
        assert_eq!(texts(&["a"]), None);
    }
}
