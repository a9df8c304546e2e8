//! Directives for tables: drawn ones with a title, lists of lists, and comma-separated values.

use super::Call;
use super::csv::{self, Dialect};
use crate::rst::lines::Line;
use crate::rst::parser::Parser;
use crate::rst::problem::Parsed;
use crate::rst::tree::{Kind, NodeId};

/// The rows of a table that are titles, and the columns.
struct Titles {
    rows: usize,
    columns: usize,
}

fn titles(call: &Call<'_>) -> Titles {
    let number = |name| {
        let number = call.options.number(name).unwrap_or(0);
        usize::try_from(number).unwrap_or(usize::MAX)
    };
    Titles {
        rows: number("header-rows"),
        columns: number("stub-columns"),
    }
}

impl Parser {
    pub(super) fn table_directive(&mut self, call: &Call<'_>) -> Parsed<Vec<NodeId>> {
        if call.content.is_empty() {
            return Err(call.warning(format!(
                "Content block expected for the \"{}\" directive; none found.",
                call.name
            )));
        }
        let title = self.table_title(call)?;
        let holder = self.doc.tree.node(Kind::Holder);
        self.nested(&call.content, holder)?;
        let children = self.doc.tree.take_children(holder);
        let table = match children.as_slice() {
            [table] if matches!(self.doc.tree[*table].kind, Kind::Table { .. }) => *table,
            _ => {
                return Err(call.error(format!(
                    "Error parsing content block for the \"{}\" directive: exactly one table expected.",
                    call.name
                )));
            }
        };
        let group = self.doc.tree[table].children[0];
        let columns = self
            .doc
            .tree
            .find(group, |kind| matches!(kind, Kind::Column { .. }));
        check_widths(call, columns.len())?;
        self.set_table(table, title, call)?;
        Ok(vec![table])
    }

    fn table_title(&mut self, call: &Call<'_>) -> Parsed<Option<NodeId>> {
        let Some(text) = call.arguments.first() else {
            return Ok(None);
        };
        let nodes = self.inline(text, call.line)?;
        Ok(Some(self.doc.tree.node_with(Kind::Title, nodes)))
    }

    /// Gives a table what its directive says about it.
    fn set_table(&mut self, table: NodeId, title: Option<NodeId>, call: &Call<'_>) -> Parsed<()> {
        let options = &call.options;
        let widths = match options.text("widths") {
            Some("auto") => Some("colwidths-auto"),
            Some(_) => Some("colwidths-given"),
            None => options.numbers("widths").map(|_| "colwidths-given"),
        };
        self.doc.tree[table]
            .classes
            .extend(widths.map(str::to_owned));
        self.doc.tree[table].kind = Kind::Table {
            align: options.owned("align"),
        };
        self.set_common(table, call)?;
        if let Some(title) = title {
            self.doc.tree.insert(table, 0, title);
        }
        Ok(())
    }

    pub(super) fn list_table(&mut self, call: &Call<'_>) -> Parsed<Vec<NodeId>> {
        if call.content.is_empty() {
            return Err(call.error(format!(
                "The \"{}\" directive is empty; content required.",
                call.name
            )));
        }
        let title = self.table_title(call)?;
        let holder = self.doc.tree.node(Kind::Holder);
        self.nested(&call.content, holder)?;
        let rows = self.list_rows(holder, call)?;
        let columns = rows.first().map_or(0, Vec::len);
        check_widths(call, columns)?;
        let lengths: Vec<usize> = rows.iter().map(Vec::len).collect();
        let titles = titles(call);
        check_titles(call, &lengths, &titles)?;
        let group = self.table_group(columns, titles.columns);
        let table = self
            .doc
            .tree
            .node_with(Kind::Table { align: None }, vec![group]);
        let body = self.doc.tree.node(Kind::TableBody);
        if titles.rows > 0 {
            let head = self.doc.tree.node(Kind::TableHead);
            self.doc.tree.append(group, head);
        }
        self.doc.tree.append(group, body);
        for (place, cells) in rows.into_iter().enumerate() {
            let row = self.doc.tree.node(Kind::Row);
            let part = if place < titles.rows {
                self.doc.tree.sibling(body, -1).unwrap_or(body)
            } else {
                body
            };
            self.doc.tree.append(part, row);
            for item in cells {
                let children = self.doc.tree.take_children(item);
                let kind = Kind::Cell {
                    more_rows: 0,
                    more_columns: 0,
                };
                let cell = self.doc.tree.node_with(kind, children);
                self.doc.tree.append(row, cell);
            }
        }
        self.set_table(table, title, call)?;
        Ok(vec![table])
    }

    /// The items of a list's lists.
    fn list_rows(&self, holder: NodeId, call: &Call<'_>) -> Parsed<Vec<Vec<NodeId>>> {
        let tree = &self.doc.tree;
        let only_list = |id: NodeId| match tree[id].children.as_slice() {
            [list] if matches!(tree[*list].kind, Kind::BulletList) => Some(&tree[*list].children),
            _ => None,
        };
        let error = |reason: String| {
            let name = call.name;
            call.error(format!(
                "Error parsing content block for the \"{name}\" directive: {reason}"
            ))
        };
        let Some(items) = only_list(holder) else {
            return Err(error("exactly one bullet list expected.".to_owned()));
        };
        let mut rows: Vec<Vec<NodeId>> = Vec::new();
        for (place, item) in (1..).zip(items) {
            let Some(cells) = only_list(*item) else {
                return Err(error(format!(
                    "two-level bullet list expected, but row {place} does not contain a second-level bullet list."
                )));
            };
            let expected = rows.first().map_or(cells.len(), Vec::len);
            if cells.len() != expected {
                return Err(error(format!(
                    "uniform two-level bullet list expected, but row {place} does not contain the \
                     same number of items as row 1 ({} vs {expected}).",
                    cells.len()
                )));
            }
            rows.push(cells.clone());
        }
        Ok(rows)
    }

    pub(super) fn csv_table(&mut self, call: &Call<'_>) -> Parsed<Vec<NodeId>> {
        let options = &call.options;
        if options.has("file") || options.has("url") {
            return Err(call.warning(format!(
                "File and URL access deactivated; ignoring \"{}\" directive.",
                call.name
            )));
        }
        let title = self.table_title(call)?;
        if call.content.is_empty() {
            return Err(call.warning(format!(
                "The \"{}\" directive requires content; none supplied.",
                call.name
            )));
        }
        let character = |name, default| {
            let text = options.text(name);
            text.map_or(default, |text| text.chars().next().or(default))
        };
        let dialect = Dialect {
            delimiter: character("delim", Some(',')).unwrap_or(','),
            quote: character("quote", Some('"')).unwrap_or('"'),
            escape: character("escape", None),
            skips_space: !options.has("keepspace"),
        };
        let fault = |reason: String| {
            let name = call.name;
            call.error(format!(
                "Error with CSV data in \"{name}\" directive:\n{reason}"
            ))
        };
        let mut rows = Vec::new();
        if let Some(header) = options.text("header") {
            rows = csv::rows(header.split('\n'), dialect).map_err(fault)?;
        }
        let headers = rows.len();
        let content = call.content.iter().map(|line| line.text);
        let data = csv::rows(content, dialect).map_err(fault)?;
        let lengths: Vec<usize> = data.iter().map(Vec::len).collect();
        let mut titles = titles(call);
        check_titles(call, &lengths, &titles)?;
        rows.extend(data);
        titles.rows += headers;
        let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
        check_widths(call, columns)?;
        // docutils counts the lines of each cell from here.
        let first = call.content[0].number - 1;
        let group = self.csv_rows(&rows, columns, &titles, first)?;
        let table = self
            .doc
            .tree
            .node_with(Kind::Table { align: None }, vec![group]);
        self.set_table(table, title, call)?;
        Ok(vec![table])
    }

    fn csv_rows(
        &mut self,
        rows: &[Vec<String>],
        columns: usize,
        titles: &Titles,
        line: usize,
    ) -> Parsed<NodeId> {
        let group = self.table_group(columns, titles.columns);
        let (head, body) = rows.split_at(titles.rows);
        for (kind, rows) in [(Kind::TableHead, head), (Kind::TableBody, body)] {
            if rows.is_empty() && matches!(kind, Kind::TableHead) {
                continue;
            }
            let part = self.doc.tree.node(kind);
            self.doc.tree.append(group, part);
            for cells in rows {
                let row = self.doc.tree.node(Kind::Row);
                self.doc.tree.append(part, row);
                for column in 0..columns {
                    let cell = self.doc.tree.node(Kind::Cell {
                        more_rows: 0,
                        more_columns: 0,
                    });
                    self.doc.tree.append(row, cell);
                    match cells.get(column) {
                        Some(text) => self.csv_cell(text, cell, line)?,
                        // Cells that nobody has written are counted.
                        None => self.doc.tree.count_copy(0)?,
                    }
                }
            }
        }
        Ok(group)
    }

    fn csv_cell(&mut self, text: &str, cell: NodeId, number: usize) -> Parsed<()> {
        let numbered = (number..).zip(text.lines());
        let lines: Vec<Line<'_>> = numbered
            .map(|(number, text)| Line { text, number })
            .collect();
        if lines.iter().all(|line| line.text.is_empty()) {
            return Ok(());
        }
        self.nested(&lines, cell)
    }
}

/// Refuses widths of another number of columns.
fn check_widths(call: &Call<'_>, columns: usize) -> Parsed<()> {
    match call.options.numbers("widths") {
        Some(widths) if widths.len() != columns => Err(call.error(format!(
            "\"{}\" widths do not match the number of columns in table ({columns}).",
            call.name
        ))),
        None if columns == 0 => Err(call.error("No table data detected in CSV file.")),
        _ => Ok(()),
    }
}

/// Refuses titles that leave nothing for the table itself.
fn check_titles(call: &Call<'_>, rows: &[usize], titles: &Titles) -> Parsed<()> {
    let name = call.name;
    let (count, header) = (rows.len(), titles.rows);
    if count < header {
        return Err(call.error(format!(
            "{header} header row(s) specified but only {count} row(s) of data supplied (\"{name}\" directive)."
        )));
    }
    if count == header && header > 0 {
        return Err(call.error(format!(
            "Insufficient data supplied ({count} row(s)); no data remaining for table body, required by \"{name}\" directive."
        )));
    }
    let stubs = titles.columns;
    for cells in rows {
        if *cells < stubs {
            return Err(call.error(format!(
                "{stubs} stub column(s) specified but only {cells} columns(s) of data supplied (\"{name}\" directive)."
            )));
        }
        if *cells == stubs && stubs > 0 {
            return Err(call.error(format!(
                "Insufficient data supplied ({cells} columns(s)); no data remaining for table body, required by \"{name}\" directive."
            )));
        }
    }
    Ok(())
}
