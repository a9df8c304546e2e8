//! Keys and tables of a TOML text: a key is set, or taken out, in the form in which its table is
//! written: with a header, inline, or by dotted keys.

use std::ops::Range;

use toml_edit::{Document, Item, Table, TableLike, Value};

use super::EditError;
use super::literal::key as key_text;
use super::sequence::Sequence;
use super::text::{Splice, TomlText, indent, line_end, line_start, whole_lines};

/// The item at a path of keys.
pub(super) fn find<'d>(root: &'d Table, path: &[&str]) -> Option<&'d Item> {
    let (last, tables) = path.split_last()?;
    let mut table: &dyn TableLike = root;
    for key in tables {
        table = table.get(key)?.as_table_like()?;
    }
    table.get(last)
}

/// Sets `key` of the table at `path` to `value`, both made where they are missing.
///
/// # Errors
/// When something on the path is no table.
pub(super) fn set(
    text: &mut TomlText,
    path: &[&str],
    key: &str,
    value: &str,
) -> Result<(), EditError> {
    let full: Vec<&str> = path.iter().copied().chain([key]).collect();
    let old = find(text.document().as_table(), &full).map(|old| match old {
        Item::Value(value) if !is_dotted(value) => value.span(),
        _ => None,
    });
    match old {
        Some(Some(span)) => return text.apply(vec![Splice::replace(span, value)]),
        // A table with a header or dotted keys is in the place of the value.
        Some(None) => remove(text, path, key)?,
        None => {}
    }
    let splices = new_entry(text, path, key, value)?;
    text.apply(splices)
}

fn new_entry(
    text: &TomlText,
    path: &[&str],
    key: &str,
    value: &str,
) -> Result<Vec<Splice>, EditError> {
    let document = text.document();
    let place = place(text, &document, path)?;
    let entry = entry(&path[place.headed..], key, value);
    let last = match place.item {
        Item::Value(_) => {
            let table = find(document.as_table(), &path[..place.headed]);
            let table = table.and_then(Item::as_inline_table);
            let table = table.expect("inline tables stand in inline tables only");
            let sequence = Sequence::of_table(text.as_str(), table, text.newline());
            return Ok(sequence.insert(usize::MAX, &entry));
        }
        Item::Table(table) if place.takes_keys(table, path) => Pieces::own(table).end(),
        _ => {
            let newline = text.newline();
            let section = format!(
                "[{}]{newline}{}",
                header(path),
                self::entry(&[], key, value)
            );
            return Ok(vec![new_section(text, &document, path, &section)]);
        }
    };
    let header = place.item.as_table().and_then(Table::span);
    let header = header.filter(|_| place.reached > 0);
    Ok(vec![
        if let Some(after) = last.or(header.map(|header| header.end)) {
            after_line(text, after, &entry)
        } else {
            // Tables follow, if anything does.
            let gap = if text.as_str().is_empty() { 1 } else { 2 };
            Splice::insert(0, format!("{entry}{}", text.newline().repeat(gap)))
        },
    ])
}

/// Adds a table to the array of tables at `path`.
///
/// # Errors
/// When something on the path is no table.
pub(super) fn push_table(
    text: &mut TomlText,
    path: &[&str],
    entries: &[(&str, String)],
) -> Result<(), EditError> {
    let splice = {
        let newline = text.newline();
        let lines = entries.iter().map(|(key, value)| entry(&[], key, value));
        let lines: Vec<String> = lines.collect();
        let section = format!("[[{}]]{newline}{}", header(path), lines.join(newline));
        new_section(text, &text.document(), path, &section)
    };
    text.apply(vec![splice])
}

/// Takes out a key with its value, also one that is a whole table.
///
/// # Errors
/// When the text is of a form that cannot be changed.
pub(super) fn remove(text: &mut TomlText, path: &[&str], key: &str) -> Result<(), EditError> {
    let splices = {
        let document = text.document();
        let full: Vec<&str> = path.iter().copied().chain([key]).collect();
        let Some(item) = find(document.as_table(), &full) else {
            return Ok(());
        };
        let place = place(text, &document, path)?;
        let pieces = Pieces::of(item);
        match place.item {
            Item::Value(_) => {
                let table = find(document.as_table(), &path[..place.headed]);
                let table = table.and_then(Item::as_inline_table);
                let table = table.expect("inline tables stand in inline tables only");
                let sequence = Sequence::of_table(text.as_str(), table, text.newline());
                let first = pieces
                    .values
                    .first()
                    .and_then(|value| sequence.position(value.start));
                first.map_or_else(Vec::new, |position| sequence.remove(position))
            }
            _ => pieces.removal(text.as_str()),
        }
    };
    text.apply(splices)
}

/// Takes out the table at a path if it holds nothing and no comment stands in it.
///
/// # Errors
/// When the text is of a form that cannot be changed.
pub(super) fn prune(text: &mut TomlText, path: &[&str]) -> Result<(), EditError> {
    let Some((key, parent)) = path.split_last() else {
        return Ok(());
    };
    let is_empty = {
        let document = text.document();
        match find(document.as_table(), path) {
            Some(Item::Table(table)) if table.is_empty() => {
                let header = table.span().unwrap_or_default();
                let end = section_end(text, &document, header.end);
                !text.as_str()[header.end..end].contains('#')
            }
            Some(Item::Value(Value::InlineTable(table))) => table.is_empty(),
            _ => false,
        }
    };
    if is_empty {
        remove(text, parent, key)?;
    }
    Ok(())
}

/// Where a path leads in a document.
struct Place<'d> {
    /// The last table on the path that there is.
    item: &'d Item,
    /// How many keys of the path lead to it.
    reached: usize,
    /// For how many of them a header, or a pair of braces, stands: the others are dotted keys.
    headed: usize,
}

impl Place<'_> {
    /// Whether a key of the path's table can be written below those of `table`, which is there.
    fn takes_keys(&self, table: &Table, path: &[&str]) -> bool {
        let is_written = self.reached == 0 || !table.is_implicit();
        table.is_dotted() || self.reached == path.len() && is_written
    }
}

fn place<'d>(
    text: &TomlText,
    document: &'d Document<&str>,
    path: &[&str],
) -> Result<Place<'d>, EditError> {
    let mut place = Place {
        item: document.as_item(),
        reached: 0,
        headed: 0,
    };
    for (depth, key) in path.iter().enumerate() {
        let Some(next) = place.item.get(*key) else {
            break;
        };
        if !next.is_table_like() {
            let offset = next.span().map_or(0, |span| span.start);
            let subject = header(&path[..=depth]);
            return Err(text.problem(offset, subject, "the value is not a table"));
        }
        place.item = next;
        place.reached = depth + 1;
        let is_dotted = match next {
            Item::Table(table) => table.is_dotted(),
            Item::Value(value) => is_dotted(value),
            _ => false,
        };
        if !is_dotted {
            place.headed = place.reached;
        }
    }
    Ok(place)
}

fn is_dotted(value: &Value) -> bool {
    let table = value.as_inline_table();
    table.is_some_and(toml_edit::InlineTable::is_dotted)
}

/// `path.key = value`
fn entry(path: &[&str], key: &str, value: &str) -> String {
    let keys: Vec<&str> = path.iter().copied().chain([key]).collect();
    format!("{} = {value}", header(&keys))
}

/// Keys with dots between them.
fn header(path: &[&str]) -> String {
    let keys: Vec<String> = path.iter().map(|key| key_text(key)).collect();
    keys.join(".")
}

/// A line below the one of `after`, with the same indent.
fn after_line(text: &TomlText, after: usize, line: &str) -> Splice {
    let source = text.as_str();
    // A value may have several lines: the last has the indent of what stands in it.
    let first = first_line_of_statement(text, after);
    let line = format!("{}{}{line}", text.newline(), indent(source, first));
    Splice::insert(line_end(source, after), line)
}

/// Where the statement that ends at an offset starts.
fn first_line_of_statement(text: &TomlText, end: usize) -> usize {
    let document = text.document();
    let pieces = Pieces::of(document.as_item());
    let mut all = pieces.values.iter().chain(&pieces.headers);
    let found = all.find(|piece| piece.end == end);
    found.map_or(end, |piece| piece.start)
}

/// A section behind the last one that is about the same, or at the end.
fn new_section(text: &TomlText, document: &Document<&str>, path: &[&str], section: &str) -> Splice {
    let newline = text.newline();
    let kin: &[&[&str]] = match path {
        ["tool", tool, ..] => &[&["tool", tool]],
        // What all tools read stands together, above their own tables.
        ["dependency-groups", ..] => &[&["build-system"], &["project"]],
        ["project", ..] if find(document.as_table(), &["project"]).is_none() => {
            &[&["build-system"]]
        }
        _ => &[&path[..1]],
    };
    let related = kin.iter().filter_map(|kin| find(document.as_table(), kin));
    let last = related.filter_map(|item| Pieces::of(item).end()).max();
    let end = match last {
        Some(last) => section_end(text, document, last),
        None => section_end(text, document, text.as_str().len()),
    };
    if text.as_str()[..end].trim().is_empty() {
        return Splice::replace(0..end, format!("{section}{newline}"));
    }
    Splice::insert(end, format!("{newline}{newline}{section}"))
}

/// Where the section of `offset` ends: before the blank lines, and the comments, that belong to the
/// next header.
fn section_end(text: &TomlText, document: &Document<&str>, offset: usize) -> usize {
    let source = text.as_str();
    let pieces = Pieces::of(document.as_item());
    let headers = pieces.headers.iter().map(|header| header.start);
    let next = headers.filter(|start| *start >= offset).min();
    let limit = next.map_or(source.len(), |next| line_start(source, next));
    let all = pieces.headers.iter().chain(&pieces.values);
    let written = all.map(|piece| piece.end).filter(|end| *end <= limit);
    let floor = line_end(source, written.max().unwrap_or(0));
    let mut end = limit;
    while next.is_some() && end > floor {
        let line = line_start(source, end - 1);
        if line < floor || !source[line..end].trim_start().starts_with('#') {
            break;
        }
        end = line;
    }
    let end = end.max(floor);
    floor + source[floor..end].trim_end().len()
}

/// The headers and the values of a part of a document.
#[derive(Default)]
struct Pieces {
    headers: Vec<Range<usize>>,
    values: Vec<Range<usize>>,
}

impl Pieces {
    /// Of an item and all below it.
    fn of(item: &Item) -> Self {
        let mut pieces = Self::default();
        pieces.add(item, true);
        pieces
    }

    /// Of a table, without the tables below it that have headers.
    fn own(table: &Table) -> Self {
        let mut pieces = Self::default();
        pieces.add_table(table, false);
        pieces
    }

    fn add(&mut self, item: &Item, is_deep: bool) {
        match item {
            Item::Value(value) => self.add_value(value),
            Item::Table(table) if is_deep || table.is_dotted() => self.add_table(table, is_deep),
            Item::ArrayOfTables(tables) if is_deep => {
                for table in tables {
                    self.add_table(table, is_deep);
                }
            }
            Item::None | Item::Table(_) | Item::ArrayOfTables(_) => {}
        }
    }

    fn add_table(&mut self, table: &Table, is_deep: bool) {
        // The root has a span of nothing, and tables without a header one of a key.
        let header = table.span().filter(|span| !span.is_empty());
        if is_deep && !table.is_implicit() {
            self.headers.extend(header);
        }
        for (_, item) in table {
            self.add(item, is_deep);
        }
    }

    fn add_value(&mut self, value: &Value) {
        match value {
            Value::InlineTable(table) if table.is_dotted() => {
                table.iter().for_each(|(_, value)| self.add_value(value));
            }
            value => self.values.extend(value.span()),
        }
    }

    /// Where the last of them ends.
    fn end(&self) -> Option<usize> {
        let all = self.headers.iter().chain(&self.values);
        all.map(|piece| piece.end).max()
    }

    /// Takes their lines out, and of a header also the blank line above; at the start of the text the
    /// blank lines below.
    fn removal(&self, text: &str) -> Vec<Splice> {
        let headers = self.headers.iter().map(|header| {
            let lines = whole_lines(text, header);
            let above = lines.start.checked_sub(1).map(|end| line_start(text, end));
            let above = above.filter(|above| text[*above..lines.start].trim().is_empty());
            above.unwrap_or(lines.start)..lines.end
        });
        let values = self.values.iter().map(|value| whole_lines(text, value));
        let mut lines: Vec<Range<usize>> = headers.chain(values).collect();
        lines.sort_by_key(|lines| lines.start);
        let mut merged: Vec<Range<usize>> = Vec::new();
        for lines in lines {
            match merged.last_mut() {
                Some(last) if lines.start <= last.end => last.end = last.end.max(lines.end),
                _ => merged.push(lines),
            }
        }
        if let Some(first) = merged.first_mut().filter(|first| first.start == 0) {
            let below = &text[first.end..];
            first.end += below.len() - below.trim_start_matches(['\r', '\n']).len();
        }
        merged.into_iter().map(Splice::remove).collect()
    }
}
