//! Block quotes: blocks that are set in, perhaps with who said it.

use crate::rst::lines::{Extent, Line, join, take};
use crate::rst::parser::{Blocks, Parser};
use crate::rst::problem::Parsed;
use crate::rst::text::{indentation, is_space, skip};
use crate::rst::tree::{Kind, NodeId};

/// Where an attribution stands: its first line, the line after it, and the columns of its dash and
/// of its other lines.
struct Attribution {
    start: usize,
    end: usize,
    dash: usize,
    indent: usize,
}

impl Parser {
    pub(super) fn block_quote_of_lines(&mut self, blocks: &mut Blocks<'_>) -> Parsed<()> {
        let block = take(blocks.rest(), Extent::default());
        self.advance(blocks, block.taken);
        let is_finished = block.is_finished;
        for quote in self.block_quotes(&block.trim_start().lines)? {
            self.doc.tree.append(blocks.parent, quote);
        }
        Self::finish(blocks, "Block quote", is_finished)
    }

    /// Quotes, each of which ends with its attribution.
    ///
    /// # Errors
    /// When one has a fault.
    pub(in crate::rst) fn block_quotes(&mut self, lines: &[Line<'_>]) -> Parsed<Vec<NodeId>> {
        let mut quotes = Vec::new();
        let mut rest = lines;
        while let Some(first) = rest.first() {
            let quote = self.doc.tree.node(Kind::BlockQuote);
            self.doc.tree[quote].line = Some(first.number);
            quotes.push(quote);
            let Some(attribution) = attribution(rest) else {
                self.nested(rest, quote)?;
                break;
            };
            let (content, after) = rest.split_at(attribution.start);
            self.nested(content, quote)?;
            let lines = &after[..attribution.end - attribution.start];
            let text = attribution.text(lines);
            let nodes = self.inline(&text, lines[0].number)?;
            let node = self.doc.tree.node_with(Kind::Attribution, nodes);
            self.doc.tree[node].line = Some(lines[0].number);
            self.doc.tree.append(quote, node);
            rest = &rest[attribution.end..];
            let blank = rest.iter().take_while(|line| line.text.is_empty()).count();
            rest = &rest[blank..];
        }
        Ok(quotes)
    }
}

impl Attribution {
    fn text(&self, lines: &[Line<'_>]) -> String {
        let mut lines = lines.to_vec();
        for (index, line) in lines.iter_mut().enumerate() {
            let columns = if index == 0 { self.dash } else { self.indent };
            line.text = skip(line.text, columns);
        }
        let text = join(&lines);
        text.trim_end_matches(is_space).to_owned()
    }
}

/// The first attribution: a paragraph that begins with a dash, and whose other lines are set in
/// alike.
fn attribution(lines: &[Line<'_>]) -> Option<Attribution> {
    let mut was_text = false;
    let mut was_blank = false;
    for (start, line) in lines.iter().enumerate() {
        if line.is_blank() {
            was_blank = true;
            continue;
        }
        if was_text
            && was_blank
            && let Some(dash) = dash(line.text)
        {
            let more = &lines[start + 1..];
            let end = more.iter().position(Line::is_blank).unwrap_or(more.len());
            let more = &more[..end];
            let indent = more.first().map_or(0, |line| indentation(line.text));
            if more.iter().all(|line| indentation(line.text) == indent) {
                return Some(Attribution {
                    start,
                    end: start + 1 + end,
                    dash,
                    indent,
                });
            }
        }
        was_text = true;
        was_blank = false;
    }
    None
}

/// The columns of a dash at the beginning of a line and of the spaces after it.
fn dash(line: &str) -> Option<usize> {
    let hyphens = line.len() - line.trim_start_matches('-').len();
    let mark = match hyphens {
        2 | 3 => hyphens,
        0 if line.starts_with('—') => 1,
        _ => return None,
    };
    let rest = skip(line, mark);
    let text = rest.trim_start_matches(' ');
    (!text.is_empty()).then(|| mark + rest.len() - text.len())
}
