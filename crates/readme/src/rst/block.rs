//! Blocks of lines: what kind of block begins with a line. The kinds are in files of their own.

mod explicit;
mod lists;
mod markers;
mod options;
mod quotes;
mod sections;
mod substitutions;

pub(super) use self::explicit::{Destination, destination};
use self::markers::Marker;
pub(super) use self::markers::{field, is_grid_border};
use super::lines::{Block, Extent, take};
use super::parser::{Blocks, Parser};
use super::problem::{Parsed, Stop};

impl Parser {
    /// Reads blocks up to the last line.
    ///
    /// # Errors
    /// When one has a fault.
    pub(super) fn blocks(&mut self, mut blocks: Blocks<'_>) -> Parsed<()> {
        while let Some(line) = blocks.line() {
            self.note_line(&blocks);
            if line.is_blank() {
                blocks.at += 1;
            } else if line.text.starts_with(' ') {
                self.block_quote_of_lines(&mut blocks)?;
            } else {
                self.block(&mut blocks, markers::find(line.text))?;
            }
        }
        Ok(())
    }

    /// The block that begins with a mark.
    fn block(&mut self, blocks: &mut Blocks<'_>, marker: Marker) -> Parsed<()> {
        let is_followed = blocks.is_followed;
        let read = match marker {
            Marker::Bullet(length) => self.bullet_list(blocks, length),
            Marker::Enumerator(enumerator) => self.enumerated_list(blocks, enumerator),
            Marker::Field(field) => self.field_list(blocks, field),
            Marker::Option(length) => self.option_list(blocks, length),
            Marker::Doctest => {
                self.doctest(blocks);
                Ok(())
            }
            Marker::Line(length) => self.line_block(blocks, length),
            Marker::GridTable => self.grid_table(blocks),
            Marker::SimpleTable => self.simple_table(blocks),
            Marker::Explicit | Marker::Anonymous(_) => self.explicit_list(blocks),
            Marker::Adornment => self.adornment(blocks),
            Marker::Text => self.text_block(blocks),
        };
        // The items of a list after the first one were not.
        blocks.is_followed = is_followed;
        read
    }

    /// Takes note of the line that is read, for what has none of its own.
    pub(super) fn note_line(&mut self, blocks: &Blocks<'_>) {
        let number = blocks.number(blocks.at);
        self.doc.tree.current_line = Some(number);
        if blocks.is_followed {
            self.doc.tree.root_line = number;
        }
    }

    /// Goes on after lines that were taken.
    pub(super) fn advance(&mut self, blocks: &mut Blocks<'_>, lines: usize) {
        blocks.at += lines.saturating_sub(1);
        self.note_line(blocks);
        blocks.at += 1;
    }

    /// Takes the lines that belong to the first one, of which `first` columns are a mark.
    pub(super) fn take_first<'l>(&mut self, blocks: &mut Blocks<'l>, extent: Extent) -> Block<'l> {
        let block = take(blocks.rest(), extent);
        self.advance(blocks, block.taken);
        block
    }

    /// Refuses that a block ends where no blank line follows.
    pub(super) fn finish(blocks: &Blocks<'_>, what: &str, is_finished: bool) -> Parsed<()> {
        if is_finished {
            return Ok(());
        }
        let message = format!("{what} ends without a blank line; unexpected unindent.");
        Err(Stop::warning(blocks.number(blocks.at), message))
    }

    /// Goes on to the next line that is not blank.
    pub(super) fn skip_blank(blocks: &mut Blocks<'_>) {
        while blocks.line().is_some_and(|line| line.is_blank()) {
            blocks.at += 1;
        }
    }
}
