//! Paragraphs, titles, and lines between parts.

use super::markers::is_adornment_line;
use crate::rst::lines::{Extent, Line, join, take};
use crate::rst::parser::{Blocks, Parser, TitleStyle};
use crate::rst::problem::{Parsed, Stop};
use crate::rst::text::{column_width, is_space, normalize_name};
use crate::rst::tree::{Kind, NodeId};

/// Lines of punctuation shorter than this are text where a title would be wrong.
const ADORNMENT_MIN: usize = 4;

impl Parser {
    /// A paragraph, a title with a line under it, or the first item of a definition list.
    pub(super) fn text_block(&mut self, blocks: &mut Blocks<'_>) -> Parsed<()> {
        match blocks.lines.get(blocks.at + 1) {
            Some(next) if next.text.starts_with(' ') && !next.is_blank() => {
                self.definition_list(blocks)
            }
            Some(next) if !next.is_blank() && is_adornment_line(next.text) => {
                if self.underlined(blocks)? {
                    return Ok(());
                }
                self.paragraph(blocks)
            }
            _ => self.paragraph(blocks),
        }
    }

    /// A title with a line under it; whether it is one.
    fn underlined(&mut self, blocks: &mut Blocks<'_>) -> Parsed<bool> {
        let title = blocks.lines[blocks.at];
        let underline = blocks.lines[blocks.at + 1];
        let (text, mark) = (title.text, underline.text.trim_end_matches(is_space));
        if column_width(text) > mark.len() {
            if mark.len() < ADORNMENT_MIN {
                if blocks.is_root {
                    let notice = self.doc.tree.node(Kind::Notice);
                    self.doc.tree.append(blocks.parent, notice);
                }
                return Ok(false);
            }
            return Err(Stop::warning(
                underline.number,
                "Title underline too short.",
            ));
        }
        if !blocks.is_root {
            return Err(Stop::error(underline.number, "Unexpected section title."));
        }
        blocks.at += 1;
        self.note_line(blocks);
        blocks.at += 1;
        let style = (mark.chars().next().unwrap_or_default(), None);
        self.section(blocks, text, style, title.number)?;
        Ok(true)
    }

    /// Begins a section: below, beside or above the one that is open.
    fn section(
        &mut self,
        blocks: &mut Blocks<'_>,
        title: &str,
        style: TitleStyle,
        line: usize,
    ) -> Parsed<()> {
        let mut open = Vec::new();
        let mut next = Some(blocks.parent);
        while let Some(id) = next {
            if matches!(self.doc.tree[id].kind, Kind::Section) {
                open.push(id);
            }
            next = self.doc.tree[id].parent;
        }
        open.reverse();
        let known = self.title_styles.iter().position(|known| *known == style);
        let level = known.unwrap_or(self.title_styles.len());
        if level > open.len() {
            let message = format!(
                "Inconsistent title style: skip from level {} to {}.",
                open.len(),
                level + 1
            );
            return Err(Stop::error(line, message));
        }
        if known.is_none() {
            self.title_styles.push(style);
        }
        let parent = match level.checked_sub(1) {
            Some(above) => open[above],
            None => self.doc.root,
        };
        let section = self.doc.tree.node(Kind::Section);
        self.doc.tree.append(parent, section);
        let title = self.inline(title, line)?;
        let title = self.doc.tree.node_with(Kind::Title, title);
        self.doc.tree.append(section, title);
        let name = normalize_name(&self.doc.tree.plain_text(title));
        let was_known = self.doc.has_name(&name);
        self.doc.tree[section].names.push(name);
        self.doc.note_implicit(section)?;
        if was_known {
            let notice = self.doc.tree.node(Kind::Notice);
            self.doc.tree.append(section, notice);
        }
        blocks.parent = section;
        Ok(())
    }

    /// A line of punctuation: over a title, or between two parts.
    pub(super) fn adornment(&mut self, blocks: &mut Blocks<'_>) -> Parsed<()> {
        let line = blocks.lines[blocks.at];
        let mark = line.text.trim_matches(is_space);
        if !blocks.is_root {
            if mark == "::" || mark.len() < ADORNMENT_MIN {
                return self.text_block(blocks);
            }
            let message = "Unexpected section title or transition.";
            return Err(Stop::error(line.number, message));
        }
        let is_short = mark.len() < ADORNMENT_MIN;
        match blocks.lines.get(blocks.at + 1) {
            Some(next) if !next.is_blank() => self.overlined(blocks, is_short),
            _ if is_short => self.text_block(blocks),
            _ => {
                let transition = self.doc.tree.node(Kind::Transition);
                self.doc.tree[transition].line = Some(line.number);
                self.doc.tree.append(blocks.parent, transition);
                self.advance(blocks, 1);
                Ok(())
            }
        }
    }

    /// A title between two lines.
    fn overlined(&mut self, blocks: &mut Blocks<'_>, is_short: bool) -> Parsed<()> {
        let over = blocks.lines[blocks.at];
        let title = blocks.lines[blocks.at + 1];
        let under = blocks.lines.get(blocks.at + 2);
        let mark = over.text.trim_end_matches(is_space);
        let under = under.map(|line| line.text.trim_end_matches(is_space));
        let text = title.text.trim_matches(is_space);
        let fault = if is_adornment_line(title.text) && !title.text.starts_with(' ') {
            Some((3, "Invalid section title or transition marker."))
        } else {
            match under {
                None => Some((3, "Incomplete section title.")),
                Some(under) if !is_adornment_line(under) => {
                    Some((3, "Missing matching underline for section title overline."))
                }
                Some(under) if under != mark => Some((3, "Title overline & underline mismatch.")),
                Some(_) if column_width(title.text.trim_end_matches(is_space)) > mark.len() => {
                    Some((2, "Title overline too short."))
                }
                Some(_) => None,
            }
        };
        match fault {
            None => {
                blocks.at += 2;
                self.note_line(blocks);
                blocks.at += 1;
                let first = mark.chars().next().unwrap_or_default();
                self.section(blocks, text, (first, Some(first)), title.number)
            }
            Some(_) if is_short => {
                let notice = self.doc.tree.node(Kind::Notice);
                self.doc.tree.append(blocks.parent, notice);
                self.text_block(blocks)
            }
            Some((2, message)) => Err(Stop::warning(over.number, message)),
            Some((_, message)) => Err(Stop::error(over.number, message)),
        }
    }

    /// Lines up to the next blank one.
    fn paragraph(&mut self, blocks: &mut Blocks<'_>) -> Parsed<()> {
        let rest = blocks.rest();
        let start = rest[0].number;
        let end = rest.iter().position(Line::is_blank).unwrap_or(rest.len());
        let lines = &rest[..end];
        if let Some(line) = lines.iter().find(|line| line.text.starts_with(' ')) {
            return Err(Stop::error(line.number, "Unexpected indentation."));
        }
        self.advance(blocks, end);
        if blocks.is_followed && end == 1 {
            // A single line is only known to be a paragraph with the one after it.
            self.doc.tree.root_line = start + 1;
        }
        let text = join(lines);
        let text = text.trim_end_matches(is_space);
        let (text, is_literal_next) = literal_mark(text);
        if let Some(text) = text {
            let nodes = self.inline(text, start)?;
            let paragraph = self.doc.tree.node_with(Kind::Paragraph, nodes);
            self.doc.tree[paragraph].line = Some(start);
            self.doc.tree.append(blocks.parent, paragraph);
        }
        if is_literal_next {
            self.literal_block(blocks)?;
        }
        Ok(())
    }

    /// What follows a paragraph that ends with two colons.
    fn literal_block(&mut self, blocks: &mut Blocks<'_>) -> Parsed<()> {
        let block = take(blocks.rest(), Extent::default());
        let is_finished = block.is_finished;
        let taken = block.taken;
        let mut block = block.trim_start();
        block.trim_end();
        if block.lines.is_empty() {
            Self::skip_blank(blocks);
            return self.quoted_literal_block(blocks);
        }
        let line = block.lines[0].number;
        self.append_literal(blocks.parent, &block.lines, line);
        self.advance(blocks, taken);
        Self::finish(blocks, "Literal block", is_finished)
    }

    fn append_literal(&mut self, parent: NodeId, lines: &[Line<'_>], line: usize) {
        let block = self.doc.tree.node_of_text(Kind::LiteralBlock, join(lines));
        self.doc.tree[block].line = Some(line);
        self.doc.tree.append(parent, block);
    }

    /// A literal block whose lines are not set in but begin with the same character.
    fn quoted_literal_block(&mut self, blocks: &mut Blocks<'_>) -> Parsed<()> {
        let rest = blocks.rest();
        let end = rest.iter().position(Line::is_blank).unwrap_or(rest.len());
        let quote = rest.first().and_then(|line| line.text.chars().next());
        let Some(quote) = quote.filter(char::is_ascii_punctuation) else {
            let line = match rest.first() {
                Some(line) => line.number,
                None => blocks.number(blocks.lines.len()),
            };
            return Err(Stop::warning(line, "Literal block expected; none found."));
        };
        let lines = &rest[..end];
        if let Some(line) = lines.iter().find(|line| !line.text.starts_with(quote)) {
            let message = if line.text.starts_with(' ') {
                "Unexpected indentation."
            } else {
                "Inconsistent literal block quoting."
            };
            return Err(Stop::error(line.number, message));
        }
        self.append_literal(blocks.parent, lines, lines[0].number);
        self.advance(blocks, end);
        Ok(())
    }

    /// A session of the Python interpreter, up to the next blank line.
    pub(super) fn doctest(&mut self, blocks: &mut Blocks<'_>) {
        let rest = blocks.rest();
        let end = rest.iter().position(Line::is_blank).unwrap_or(rest.len());
        let block = self
            .doc
            .tree
            .node_of_text(Kind::DoctestBlock, join(&rest[..end]));
        self.doc.tree[block].line = Some(rest[0].number);
        self.doc.tree.append(blocks.parent, block);
        self.advance(blocks, end);
    }
}

/// A paragraph's text without the colons that announce a literal block, and whether there are any.
fn literal_mark(text: &str) -> (Option<&str>, bool) {
    let Some(before) = text.strip_suffix("::") else {
        return (Some(text), false);
    };
    let backslashes = before.len() - before.trim_end_matches('\\').len();
    if backslashes % 2 == 1 {
        (Some(text), false)
    } else if before.is_empty() {
        (None, true)
    } else if before.ends_with([' ', '\n']) {
        (Some(before.trim_end_matches(is_space)), true)
    } else {
        (Some(&text[..text.len() - 1]), true)
    }
}
