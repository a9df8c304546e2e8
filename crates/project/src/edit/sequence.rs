//! What stands between brackets or braces, comma after comma: an item is put in or taken out in the
//! way in which the others are written.

use std::ops::Range;

use toml_edit::{Array, InlineTable, Value};

use super::text::{Splice, indent, line_end, line_start};

/// The indent of items where no other item shows one.
const INDENT: &str = "    ";

/// An array or an inline table in a text.
pub(super) struct Sequence<'t> {
    text: &'t str,
    /// Between the brackets.
    inner: Range<usize>,
    items: Vec<Range<usize>>,
    newline: &'static str,
    /// Items may stand on lines of their own: those of inline tables must not.
    may_break: bool,
}

impl<'t> Sequence<'t> {
    pub(super) fn of_array(text: &'t str, array: &Array, newline: &'static str) -> Self {
        let items = array.iter().filter_map(Value::span).collect();
        Self::new(text, array.span(), items, newline, true)
    }

    pub(super) fn of_table(text: &'t str, table: &InlineTable, newline: &'static str) -> Self {
        let mut sequence = Self::new(text, table.span(), values(table), newline, false);
        // An item starts with its key, of which a part may stand in another table.
        let mut from = sequence.inner.start;
        for position in 0..sequence.items.len() {
            let value = sequence.items[position].clone();
            let gap = &text[from..value.start];
            sequence.items[position].start = from + gap.len() - gap.trim_start().len();
            let comma = sequence.comma(value.end, sequence.inner.end);
            from = comma.map_or(value.end, |comma| comma + 1);
        }
        sequence
    }

    fn new(
        text: &'t str,
        span: Option<Range<usize>>,
        mut items: Vec<Range<usize>>,
        newline: &'static str,
        may_break: bool,
    ) -> Self {
        let span = span.expect("what was parsed has a span");
        items.sort_by_key(|item| item.start);
        Self {
            text,
            inner: span.start + 1..span.end - 1,
            items,
            newline,
            may_break,
        }
    }

    /// The position of the item at an offset.
    pub(super) fn position(&self, offset: usize) -> Option<usize> {
        self.items.iter().position(|item| item.contains(&offset))
    }

    /// Puts `item` before the one at `position`, or last.
    pub(super) fn insert(&self, position: usize, item: &str) -> Vec<Splice> {
        if self.items.is_empty() {
            return vec![self.fill(item)];
        }
        let Some(before) = position.min(self.items.len()).checked_sub(1) else {
            return vec![self.insert_first(item)];
        };
        let end = self.items[before].end;
        let limit = self.limit(before);
        let comma = self.comma(end, limit);
        let after = comma.map_or(end, |comma| comma + 1);
        let trailing = if comma.is_some() { "," } else { "" };
        let mut splices = Vec::new();
        if comma.is_none() {
            splices.push(Splice::insert(end, ","));
        }
        let is_last = before + 1 == self.items.len();
        let own_line = || format!("{}{}{item}{trailing}", self.newline, self.indent(before));
        splices.push(match self.rest_of_line(after, limit) {
            Some(line_end) => Splice::insert(line_end, own_line()),
            None if is_last && self.starts_line(before) => Splice::insert(after, own_line()),
            None => Splice::insert(after, format!(" {item}{trailing}")),
        });
        splices
    }

    /// Takes out the item at `position`, with its line if it has one of its own.
    pub(super) fn remove(&self, position: usize) -> Vec<Splice> {
        let item = &self.items[position];
        let after = self.behind(position);
        let is_last = position + 1 == self.items.len();
        let mut removed = Vec::new();
        // The one before is the last one then, and has a comma behind it as the last one had.
        if is_last && position > 0 && after == item.end {
            let before = self.items[position - 1].end;
            if !self.text[before..item.start].contains('#') && !self.has_remark(after) {
                return vec![Splice::remove(before..after)];
            }
            let comma = self.behind(position - 1) - 1;
            removed.push(comma..comma + 1);
        }
        if self.text[item.end..after].contains('#') {
            // A comment stands between the item and its comma.
            removed.push(item.clone());
            removed.push(after - 1..after);
        } else {
            removed.push(self.range_with(position, after));
        }
        if self.items.len() == 1 && self.is_blank_without(&removed) {
            removed = vec![self.inner.clone()];
        }
        removed.into_iter().map(Splice::remove).collect()
    }

    /// The item up to the end of its comma, with the line or the white space that are its own.
    fn range_with(&self, position: usize, after: usize) -> Range<usize> {
        let start = self.items[position].start;
        let next = self.items.get(position + 1);
        match (self.rest_of_line(after, self.limit(position)), next) {
            (Some(_), _) if self.starts_line(position) => {
                let line_end = self.text[after..].find('\n');
                let line_end = line_end.expect("the rest of the line ends with a line end");
                line_start(self.text, start)..after + line_end + 1
            }
            (None, Some(next)) => start..next.start,
            _ => self.start_of_gap(position)..after,
        }
    }

    /// Whether nothing is left between the brackets without these parts.
    fn is_blank_without(&self, removed: &[Range<usize>]) -> bool {
        let mut from = self.inner.start;
        let mut left = String::new();
        for range in removed {
            left.push_str(&self.text[from..range.start]);
            from = range.end;
        }
        left.push_str(&self.text[from..self.inner.end]);
        left.trim().is_empty()
    }

    /// Whether a comment stands behind, on the same line.
    fn has_remark(&self, after: usize) -> bool {
        let rest = &self.text[after..line_end(self.text, after).min(self.inner.end)];
        rest.contains('#')
    }

    /// Behind the comma of an item, or behind the item that has none.
    fn behind(&self, position: usize) -> usize {
        let end = self.items[position].end;
        let comma = self.comma(end, self.limit(position));
        comma.map_or(end, |comma| comma + 1)
    }

    /// The first item of all.
    fn fill(&self, item: &str) -> Splice {
        let inner = &self.text[self.inner.clone()];
        let base = indent(self.text, self.inner.end);
        if !self.may_break {
            return Splice::replace(self.inner.clone(), format!(" {item} "));
        }
        let newline = self.newline;
        if inner.contains('\n') {
            let end = self.inner.start + inner.trim_end().len();
            return Splice::insert(end, format!("{newline}{base}{INDENT}{item},"));
        }
        let lines = format!("{newline}{base}{INDENT}{item},{newline}{base}");
        Splice::replace(self.inner.clone(), lines)
    }

    fn insert_first(&self, item: &str) -> Splice {
        let first = self.items[0].start;
        if !self.text[self.inner.start..first].contains('\n') {
            return Splice::insert(first, format!("{item}, "));
        }
        let line = format!("{}{}{item},", self.newline, self.indent(0));
        Splice::insert(line_end(self.text, self.inner.start), line)
    }

    /// Where what follows an item ends at the latest.
    fn limit(&self, position: usize) -> usize {
        let next = self.items.get(position + 1);
        next.map_or(self.inner.end, |next| next.start)
    }

    /// The comma between two places, past comments.
    fn comma(&self, from: usize, to: usize) -> Option<usize> {
        let mut offset = from;
        while offset < to {
            match self.text.as_bytes()[offset] {
                b',' => return Some(offset),
                b'#' => offset = line_end(self.text, offset),
                _ => offset += 1,
            }
        }
        None
    }

    /// Where the line ends on which nothing but a comment follows, before the limit.
    fn rest_of_line(&self, after: usize, limit: usize) -> Option<usize> {
        let end = line_end(self.text, after);
        let rest = self.text[after..end].trim_start();
        (end < limit && (rest.is_empty() || rest.starts_with('#'))).then_some(end)
    }

    /// Whether nothing but white space stands before the item on its line.
    fn starts_line(&self, position: usize) -> bool {
        let start = self.items[position].start;
        let line = line_start(self.text, start);
        line > self.inner.start && self.text[line..start].trim().is_empty()
    }

    /// The indent of items around one.
    fn indent(&self, position: usize) -> &str {
        let mut nearest = (0..=position).rev().chain(position + 1..self.items.len());
        let starting = nearest.find(|item| self.starts_line(*item));
        starting.map_or(INDENT, |item| indent(self.text, self.items[item].start))
    }

    /// Where the white space before an item starts. The line end behind a comment stays.
    fn start_of_gap(&self, position: usize) -> usize {
        let start = self.items[position].start;
        let before = match position.checked_sub(1) {
            Some(before) => self.items[before].end,
            None => self.inner.start,
        };
        let gap = &self.text[before..start];
        if gap.contains('#') {
            start
        } else {
            before + gap.trim_end().len()
        }
    }
}

/// The values of an inline table, with those of the tables that its dotted keys make.
fn values(table: &InlineTable) -> Vec<Range<usize>> {
    let values = table.iter().flat_map(|(_, value)| match value {
        Value::InlineTable(inner) if inner.is_dotted() => values(inner),
        value => value.span().into_iter().collect(),
    });
    values.collect()
}
