//! Tables that are drawn with characters, and the nodes of all tables.

mod columns;
mod grid;
mod simple;

use super::block::is_grid_border;
use super::lines::Line;
use super::parser::{Blocks, Parser};
use super::problem::{Parsed, Stop};
use super::text::{is_space, skip};
use super::tree::{Kind, NodeId};

/// A cell: how far it reaches beyond its row and column, and its lines.
#[derive(Clone, Debug, Default)]
pub(super) struct Cell<'l> {
    pub(super) more_rows: usize,
    pub(super) more_columns: usize,
    pub(super) lines: Vec<Line<'l>>,
}

/// The cells that begin in each row.
#[derive(Clone, Debug, Default)]
pub(super) struct Table<'l> {
    pub(super) columns: usize,
    pub(super) head: Vec<Vec<Cell<'l>>>,
    pub(super) body: Vec<Vec<Cell<'l>>>,
}

/// Why lines are no table: what is wrong, and in which of them.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Malformed {
    At(usize, String),
    /// It takes too long to find out.
    TooLarge,
}

impl Malformed {
    fn stop(self, first: usize) -> Stop {
        match self {
            Self::At(line, reason) => {
                Stop::error(first + line, format!("Malformed table.\n{reason}"))
            }
            Self::TooLarge => Stop::TooLarge,
        }
    }
}

impl Parser {
    /// A table of `+--+` and `|`.
    pub(super) fn grid_table(&mut self, blocks: &mut Blocks<'_>) -> Parsed<()> {
        let rest = blocks.rest();
        let end = rest.iter().position(Line::is_blank).unwrap_or(rest.len());
        if let Some(line) = rest[..end].iter().find(|line| line.text.starts_with(' ')) {
            return Err(Stop::error(line.number, "Unexpected indentation."));
        }
        let first = rest[0].number;
        let is_edge = |line: &Line<'_>| line.text.starts_with(['+', '|']);
        let mut lines = &rest[..end];
        // docutils counts from here where it goes back to a border within the lines.
        let mut start = first;
        // What stands at the left of the first line that is none of the table, if there is one.
        let mut next = None;
        if let Some(place) = lines.iter().position(|line| !is_edge(line)) {
            lines = &lines[..place];
            next = Some(first + place);
        }
        if !lines.last().is_some_and(|line| is_grid_border(line.text)) {
            let mut places = (2..lines.len().saturating_sub(1)).rev();
            let Some(bottom) = places.find(|place| is_grid_border(lines[*place].text)) else {
                let place = if lines.len() > 3 {
                    2
                } else {
                    next.map_or(end - 1, |next| next - first)
                };
                let reason = "Bottom border missing or corrupt.".to_owned();
                return Err(Malformed::At(place, reason).stop(first));
            };
            lines = &lines[..=bottom];
            next = Some(first + bottom - 1);
            start = first.saturating_sub(2);
        }
        let table = grid::parse(lines).map_err(|malformed| malformed.stop(start))?;
        self.advance(blocks, lines.len());
        let table = self.table(table)?;
        self.doc.tree[table].line = Some(first);
        self.doc.tree.append(blocks.parent, table);
        match next {
            None => Ok(()),
            Some(line) => Err(Stop::warning(line, "Blank line required after table.")),
        }
    }

    /// A table of `== ==`.
    pub(super) fn simple_table(&mut self, blocks: &mut Blocks<'_>) -> Parsed<()> {
        let rest = blocks.rest();
        let first = rest[0].number;
        let length = simple::find_end(rest).map_err(|malformed| malformed.stop(first))?;
        let table = simple::parse(&rest[..length]).map_err(|malformed| malformed.stop(first))?;
        self.advance(blocks, length);
        let table = self.table(table)?;
        self.doc.tree[table].line = Some(first);
        self.doc.tree.append(blocks.parent, table);
        match rest.get(length) {
            Some(next) if !next.is_blank() => Err(Stop::warning(
                next.number,
                "Blank line required after table.",
            )),
            _ => Ok(()),
        }
    }

    /// The nodes of a table.
    ///
    /// # Errors
    /// When a cell has a fault.
    pub(super) fn table(&mut self, table: Table<'_>) -> Parsed<NodeId> {
        let group = self.table_group(table.columns, 0);
        if !table.head.is_empty() {
            let head = self.doc.tree.node(Kind::TableHead);
            self.doc.tree.append(group, head);
            self.rows(head, table.head)?;
        }
        let body = self.doc.tree.node(Kind::TableBody);
        self.doc.tree.append(group, body);
        self.rows(body, table.body)?;
        let kind = Kind::Table { align: None };
        Ok(self.doc.tree.node_with(kind, vec![group]))
    }

    /// The columns of a table, of which the first ones are titles.
    pub(super) fn table_group(&mut self, columns: usize, stubs: usize) -> NodeId {
        let group = self.doc.tree.node(Kind::TableGroup);
        for column in 0..columns {
            let is_stub = column < stubs;
            let column = self.doc.tree.node(Kind::Column { is_stub });
            self.doc.tree.append(group, column);
        }
        group
    }

    fn rows(&mut self, parent: NodeId, rows: Vec<Vec<Cell<'_>>>) -> Parsed<()> {
        for cells in rows {
            let row = self.doc.tree.node(Kind::Row);
            self.doc.tree.append(parent, row);
            for cell in cells {
                let node = self.doc.tree.node(Kind::Cell {
                    more_rows: cell.more_rows,
                    more_columns: cell.more_columns,
                });
                self.doc.tree.append(row, node);
                if cell.lines.iter().any(|line| !line.text.is_empty()) {
                    self.nested(&cell.lines, node)?;
                }
            }
        }
        Ok(())
    }
}

/// Lines of a cell without the indentation that all have in common, at most `limit`.
fn unindent(lines: &mut [Line<'_>], limit: usize) {
    let filled = lines.iter().filter(|line| !line.text.is_empty());
    let indent = filled.map(|line| super::text::indentation(line.text)).min();
    if let Some(indent) = indent.filter(|indent| (1..limit).contains(indent)) {
        for line in lines {
            line.text = skip(line.text, indent);
        }
    }
}

/// A part of a line without white space at its end.
fn trimmed(text: &str) -> &str {
    text.trim_end_matches(is_space)
}
