//! Tables with all their lines drawn. Follows "reStructuredText Markup Specification", grid tables.
//!
//! Each corner from which a cell may reach to the right and down is tried; what is found to be a
//! cell marks its columns as seen up to its lower edge, so that in the end every column has to be
//! seen down to the lower edge of the table.

use std::collections::{BTreeMap, BTreeSet};

use super::columns::Columns;
use super::{Cell, Malformed, Table, trimmed, unindent};
use crate::rst::lines::Line;

/// The characters that may be looked at, for each one of the table and besides.
const STEPS_FACTOR: usize = 64;
const STEPS_MIN: usize = 1 << 16;

/// The edges of a cell.
#[derive(Clone, Copy, Debug)]
struct Edges {
    top: usize,
    left: usize,
    bottom: usize,
    right: usize,
}

struct Grid<'l> {
    lines: Vec<Columns<'l>>,
    bottom: usize,
    right: usize,
    rows: BTreeSet<usize>,
    columns: BTreeSet<usize>,
    /// The line between head and body.
    separator: Option<usize>,
    steps: usize,
}

/// Reads a table. All lines begin at its left edge.
///
/// # Errors
/// When the lines do not meet.
pub(super) fn parse<'l>(lines: &[Line<'l>]) -> Result<Table<'l>, Malformed> {
    let columns: Vec<Columns<'l>> = lines
        .iter()
        .map(|line| Columns::of(trimmed(line.text)))
        .collect();
    let width = columns[0].len();
    let is_wrong =
        |line: &Columns<'_>| line.len() != width || !matches!(line.at(width - 1), Some('+' | '|'));
    if let Some(place) = columns.iter().position(is_wrong) {
        let reason = "Right border not aligned or missing.".to_owned();
        return Err(Malformed::At(place, reason));
    }
    let separator = separator(lines)?;
    let size = width * lines.len();
    let mut grid = Grid {
        lines: columns,
        bottom: lines.len() - 1,
        right: width - 1,
        rows: BTreeSet::from([0]),
        columns: BTreeSet::from([0]),
        separator,
        steps: STEPS_MIN + STEPS_FACTOR * size,
    };
    let cells = grid.cells()?;
    Ok(grid.table(lines, &cells))
}

/// The line between the head and the body.
fn separator(lines: &[Line<'_>]) -> Result<Option<usize>, Malformed> {
    let is_separator = |line: &Line<'_>| {
        let text = trimmed(line.text);
        let inner = text
            .strip_prefix("+=")
            .and_then(|text| text.strip_suffix("=+"));
        inner.is_some_and(|inner| !inner.is_empty() && inner.bytes().all(|b| b"=+".contains(&b)))
    };
    let mut found = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| is_separator(line));
    let first = found.next().map(|(place, _)| place);
    if let (Some(first), Some((second, _))) = (first, found.next()) {
        let reason = format!(
            "Multiple head/body row separators (table lines {} and {}); only one allowed.",
            first + 1,
            second + 1
        );
        return Err(Malformed::At(second, reason));
    }
    if first == Some(0) || first == Some(lines.len() - 1) {
        let reason = "The head/body row separator may not be the first or last line of the table.";
        return Err(Malformed::At(lines.len() - 1, reason.to_owned()));
    }
    Ok(first)
}

impl<'l> Grid<'l> {
    fn at(&mut self, row: usize, column: usize) -> Result<char, Malformed> {
        self.steps = self.steps.checked_sub(1).ok_or(Malformed::TooLarge)?;
        let character = self.lines[row].at(column).unwrap_or(' ');
        // The line between head and body is as good as any other.
        let is_double = character == '=' && self.separator == Some(row);
        Ok(if is_double { '-' } else { character })
    }

    fn cells(&mut self) -> Result<Vec<Edges>, Malformed> {
        let incomplete = || Malformed::At(0, "Malformed table; parse incomplete.".to_owned());
        let mut done: Vec<Option<usize>> = vec![None; self.right];
        let mut corners = BTreeSet::from([(0, 0)]);
        let mut cells = Vec::new();
        while let Some((top, left)) = corners.pop_first() {
            let is_seen = left < self.right && done[left].is_some_and(|done| top <= done);
            if top == self.bottom || left == self.right || is_seen {
                continue;
            }
            let Some(cell) = self.cell(top, left)? else {
                continue;
            };
            for column in &mut done[cell.left..cell.right] {
                if *column != top.checked_sub(1) {
                    return Err(incomplete());
                }
                *column = Some(cell.bottom - 1);
            }
            cells.push(cell);
            corners.insert((top, cell.right));
            corners.insert((cell.bottom, left));
        }
        if done.iter().any(|done| *done != self.bottom.checked_sub(1)) {
            return Err(incomplete());
        }
        Ok(cells)
    }

    /// The cell whose upper left corner this is: the smallest whose edges meet.
    fn cell(&mut self, top: usize, left: usize) -> Result<Option<Edges>, Malformed> {
        if self.at(top, left)? != '+' {
            return Ok(None);
        }
        let mut columns = Vec::new();
        for right in left + 1..=self.right {
            match self.at(top, right)? {
                '+' => columns.push(right),
                '-' => continue,
                _ => return Ok(None),
            }
            if let Some(bottom) = self.lower_edge(top, left, right)? {
                self.columns.extend(columns);
                return Ok(Some(Edges {
                    top,
                    left,
                    bottom,
                    right,
                }));
            }
        }
        Ok(None)
    }

    fn lower_edge(
        &mut self,
        top: usize,
        left: usize,
        right: usize,
    ) -> Result<Option<usize>, Malformed> {
        let mut rows = Vec::new();
        for bottom in top + 1..=self.bottom {
            match self.at(bottom, right)? {
                '+' => rows.push(bottom),
                '|' => continue,
                _ => return Ok(None),
            }
            let Some(columns) = self.crossings_left(bottom, left, right)? else {
                continue;
            };
            let Some(crossed) = self.crossings_up(top, left, bottom)? else {
                continue;
            };
            self.rows.extend(rows);
            self.rows.extend(crossed);
            self.columns.extend(columns);
            return Ok(Some(bottom));
        }
        Ok(None)
    }

    /// The columns that meet the lower edge, if it reaches to the left corner.
    fn crossings_left(
        &mut self,
        bottom: usize,
        left: usize,
        right: usize,
    ) -> Result<Option<Vec<usize>>, Malformed> {
        let mut columns = Vec::new();
        for column in (left + 1..right).rev() {
            match self.at(bottom, column)? {
                '+' => columns.push(column),
                '-' => {}
                _ => return Ok(None),
            }
        }
        let is_corner = self.at(bottom, left)? == '+';
        Ok(is_corner.then_some(columns))
    }

    /// The rows that meet the left edge, if it reaches to the upper corner.
    fn crossings_up(
        &mut self,
        top: usize,
        left: usize,
        bottom: usize,
    ) -> Result<Option<Vec<usize>>, Malformed> {
        let mut rows = Vec::new();
        for row in (top + 1..bottom).rev() {
            match self.at(row, left)? {
                '+' => rows.push(row),
                '|' => {}
                _ => return Ok(None),
            }
        }
        Ok(Some(rows))
    }

    fn table(&self, lines: &[Line<'l>], cells: &[Edges]) -> Table<'l> {
        let index = |edges: &BTreeSet<usize>| -> BTreeMap<usize, usize> {
            edges
                .iter()
                .enumerate()
                .map(|(place, edge)| (*edge, place))
                .collect()
        };
        let (rows, columns) = (index(&self.rows), index(&self.columns));
        let mut placed: BTreeMap<(usize, usize), Cell<'l>> = BTreeMap::new();
        for cell in cells {
            let (row, column) = (rows[&cell.top], columns[&cell.left]);
            placed.insert(
                (row, column),
                Cell {
                    more_rows: rows[&cell.bottom] - row - 1,
                    more_columns: columns[&cell.right] - column - 1,
                    lines: self.content(lines, *cell),
                },
            );
        }
        let mut table = Table {
            columns: columns.len() - 1,
            ..Table::default()
        };
        let mut all = vec![Vec::new(); rows.len() - 1];
        for ((row, _), cell) in placed {
            all[row].push(cell);
        }
        let heads = self
            .separator
            .map_or(0, |separator| rows.get(&separator).copied().unwrap_or(0));
        table.body = all.split_off(heads);
        table.head = all;
        table
    }

    fn content(&self, lines: &[Line<'l>], cell: Edges) -> Vec<Line<'l>> {
        let part = |row: usize| Line {
            text: trimmed(self.lines[row].slice(cell.left + 1, cell.right)),
            number: lines[row].number,
        };
        let mut content: Vec<Line<'l>> = (cell.top + 1..cell.bottom).map(part).collect();
        unindent(&mut content, cell.right);
        content
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Table<'_>, Malformed> {
        let lines: Vec<Line<'_>> = (1..)
            .zip(text.lines())
            .map(|(number, text)| Line { text, number })
            .collect();
        parse(&lines)
    }

    #[test]
    fn cells_may_span() {
        let table = parsed(
            "+---+---+\n| a | 表|\n+===+===+\n| c     |\n+---+---+\n| d | e |\n|   +---+\n|   | f |\n+---+---+",
        )
        .unwrap();
        assert_eq!(
            (table.columns, table.head.len(), table.body.len()),
            (2, 1, 3)
        );
        assert_eq!(table.body[0][0].more_columns, 1);
        assert_eq!(table.body[1][0].more_rows, 1);
        assert_eq!(table.head[0][1].lines[0].text, "表");
    }

    #[test]
    fn what_does_not_meet_is_no_table() {
        let reason = |text| match parsed(text) {
            Err(Malformed::At(line, reason)) => Some((line, reason)),
            _ => None,
        };
        let (line, found) = reason("+---+\n| a\n+---+").unwrap();
        assert_eq!(
            (line, found.as_str()),
            (1, "Right border not aligned or missing.")
        );
        let text = "+---+---+\n| a | b |\n+---+   |\n| c     |\n+-------+";
        let (_, found) = reason(text).unwrap_or_default();
        assert_eq!(found, "Malformed table; parse incomplete.");
    }
}
