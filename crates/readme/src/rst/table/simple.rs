//! Tables between borders of `==`. Follows "reStructuredText Markup Specification", simple tables.

use super::columns::Columns;
use super::{Cell, Malformed, Table, trimmed, unindent};
use crate::rst::lines::Line;
use crate::rst::text::is_space;

/// A column from its first character up to the one after its last.
type Span = (usize, usize);

fn is_border(line: &str) -> bool {
    line.starts_with('=') && line.bytes().all(|byte| b"= ".contains(&byte))
}

fn is_span(line: &str) -> bool {
    line.starts_with('-') && line.bytes().all(|byte| b"- ".contains(&byte))
}

/// The number of lines up to the lower border.
///
/// # Errors
/// When there is none, or one of another length.
pub(super) fn find_end(lines: &[Line<'_>]) -> Result<usize, Malformed> {
    let length = lines[0].text.trim_matches(is_space).len();
    let mut found = false;
    for (place, line) in lines
        .iter()
        .enumerate()
        .skip(1)
        .filter(|(_, line)| is_border(line.text))
    {
        if line.text.trim_matches(is_space).len() != length {
            let reason = "Bottom border or header rule does not match top border.";
            return Err(Malformed::At(place, reason.to_owned()));
        }
        let is_last = lines.get(place + 1).is_none_or(Line::is_blank);
        if found || is_last {
            return Ok(place + 1);
        }
        found = true;
    }
    let more = if found {
        " or no blank line after table bottom"
    } else {
        ""
    };
    Err(Malformed::At(
        0,
        format!("No bottom table border found{more}."),
    ))
}

/// A table that is read row by row.
struct Reader<'t, 'l> {
    lines: &'t [Line<'l>],
    columns: Vec<Columns<'l>>,
    /// The columns of the table; the last grows with its text.
    spans: Vec<Span>,
    /// The column where the upper border ends.
    end: usize,
    /// Rows, each with its first line.
    rows: Vec<(usize, Vec<Cell<'l>>)>,
}

/// Reads a table from its upper to its lower border.
///
/// # Errors
/// When text stands between columns, or a span does not fit them.
pub(super) fn parse<'l>(lines: &[Line<'l>]) -> Result<Table<'l>, Malformed> {
    let last = lines.len() - 1;
    let inner = lines.iter().enumerate().take(last).skip(1);
    let separator = inner
        .filter(|(_, line)| is_border(line.text))
        .map(|(place, _)| place)
        .next();
    let spans = spans(lines[0].text);
    let end = spans.last().map_or(0, |span| span.1);
    let mut reader = Reader {
        lines,
        columns: lines.iter().map(|line| Columns::of(line.text)).collect(),
        spans,
        end,
        rows: Vec::new(),
    };
    reader.read()?;
    let columns = reader.spans.len();
    let body = separator.and_then(|separator| {
        let mut rows = reader.rows.iter();
        rows.position(|(start, _)| *start > separator)
    });
    let mut rows: Vec<Vec<Cell<'l>>> = reader.rows.into_iter().map(|(_, cells)| cells).collect();
    let body = rows.split_off(body.unwrap_or(0));
    Ok(Table {
        columns,
        head: rows,
        body,
    })
}

/// The columns that a border or an underline shows.
fn spans(line: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut at = 0;
    for part in line.split(' ') {
        if !part.is_empty() {
            spans.push((at, at + part.len()));
        }
        at += part.len() + 1;
    }
    spans
}

impl<'l> Reader<'_, 'l> {
    fn read(&mut self) -> Result<(), Malformed> {
        let (left, right) = self.spans[0];
        let mut start = 1;
        let mut has_text = false;
        for place in 1..self.lines.len() {
            let text = self.lines[place].text;
            let is_last = place == self.lines.len() - 1;
            if is_span(text) || is_border(text) {
                let is_inner_border = is_border(text) && !is_last;
                let line = if is_inner_border || is_last || is_span(text) {
                    text
                } else {
                    ""
                };
                self.row(start, place, Some(line))?;
                start = place + 1;
                has_text = false;
            } else if self.columns[place].is_filled(left, right) {
                if has_text && place != start {
                    self.row(start, place, None)?;
                }
                start = place;
                has_text = true;
            } else if !has_text {
                start = place + 1;
            }
        }
        Ok(())
    }

    /// The row of the lines from `start` up to `end`, with the underline that shows its columns.
    fn row(&mut self, start: usize, end: usize, underline: Option<&str>) -> Result<(), Malformed> {
        let mut spans = self.spans.clone();
        if let Some(underline) = underline {
            spans = self::spans(underline);
            if spans.last().is_none_or(|span| span.1 != self.end) {
                let reason = format!("Column span incomplete in table line {}.", end + 1);
                return Err(Malformed::At(end, reason));
            }
            if let (Some(last), Some(known)) = (spans.last_mut(), self.spans.last()) {
                last.1 = known.1;
            }
        } else if start == end {
            return Ok(());
        }
        self.check(start, end, &mut spans)?;
        let mut cells = self.empty_cells(start, &spans)?;
        for (cell, (left, right)) in cells.iter_mut().zip(&spans) {
            let part = |place: usize| Line {
                text: trimmed(self.columns[place].slice(*left, *right)),
                number: self.lines[place].number,
            };
            cell.lines = (start..end).map(part).collect();
            unindent(&mut cell.lines, *right);
        }
        self.rows.push((start, cells));
        Ok(())
    }

    /// Refuses text between columns, and lets the last column grow.
    fn check(&mut self, start: usize, end: usize, spans: &mut [Span]) -> Result<(), Malformed> {
        let last = spans.len() - 1;
        for column in 0..spans.len() {
            let (left, right) = spans[column];
            let next = spans.get(column + 1).map_or(usize::MAX, |span| span.0);
            for place in start..end {
                let line = &self.columns[place];
                if !line.is_filled(right, next) {
                    continue;
                }
                if column < last {
                    let reason = format!("Text in column margin in table line {}.", place + 1);
                    return Err(Malformed::At(place, reason));
                }
                let width = Columns::of(trimmed(line.slice(left, usize::MAX))).len();
                let known = self.spans.last_mut();
                let known = known.map_or(&mut self.end, |span| &mut span.1);
                *known = (*known).max(left + width);
                spans[column].1 = spans[column].1.max(*known);
            }
        }
        Ok(())
    }

    /// A cell for each span, which has to begin and end where columns do.
    fn empty_cells(&self, start: usize, spans: &[Span]) -> Result<Vec<Cell<'l>>, Malformed> {
        let misplaced = || {
            let reason = format!("Column span alignment problem in table line {}.", start + 2);
            Malformed::At(start + 1, reason)
        };
        let mut cells = Vec::new();
        let mut column = 0;
        for (left, right) in spans {
            let mut cell = Cell::default();
            if self.spans.get(column).is_none_or(|span| span.0 != *left) {
                return Err(misplaced());
            }
            loop {
                let span = self.spans.get(column).ok_or_else(misplaced)?;
                column += 1;
                if span.1 == *right {
                    break;
                }
                cell.more_columns += 1;
            }
            cells.push(cell);
        }
        Ok(cells)
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
        let end = find_end(&lines)?;
        parse(&lines[..end])
    }

    #[test]
    fn rows_go_on_where_the_first_column_is_empty() {
        let table =
            parsed("==  ==\na   b\n==  ==\nc   d\n    e long\nf   g\n------\n==  ==\n").unwrap();
        assert_eq!(
            (table.columns, table.head.len(), table.body.len()),
            (2, 1, 3)
        );
        assert_eq!(table.body[0][1].lines[1].text, "e long");
        assert_eq!(table.body[1][0].more_columns, 1);
    }

    #[test]
    fn text_between_columns_is_refused() {
        let error = parsed("==  ==\nabc d\n==  ==").unwrap_err();
        let reason = "Text in column margin in table line 2.".to_owned();
        assert_eq!(error, Malformed::At(1, reason));
    }
}
