//! Whole values, set where nothing is said yet: what is taken over from elsewhere never replaces what
//! somebody wrote here.

use std::fmt::Write as _;

use tilsit_packaging::name::GroupName;
use toml::Value;

use super::super::EditError;
use super::super::literal::{Quote, key as key_text, string};
use super::super::table::{find, push_table, remove, set};
use super::{Editor, List};

/// How long a list on one line may be, its key left out.
const LINE_MAX: usize = 72;

impl Editor {
    /// Whether a key, or a table, is there.
    pub fn has(&self, table: &[&str], key: &str) -> bool {
        let full: Vec<&str> = table.iter().copied().chain([key]).collect();
        find(self.text.document().as_table(), &full).is_some()
    }

    /// Sets a key of a table, both made where they are missing; says whether it was not there. One that
    /// is there stays as it is.
    ///
    /// # Errors
    /// When something on the path is no table.
    pub fn set_missing(
        &mut self,
        table: &[&str],
        key: &str,
        value: &Value,
    ) -> Result<bool, EditError> {
        if self.has(table, key) {
            return Ok(false);
        }
        self.set_value(table, key, value)?;
        Ok(true)
    }

    /// Sets a key of a table, whatever it was.
    ///
    /// # Errors
    /// When something on the path is no table.
    pub fn set_value(&mut self, table: &[&str], key: &str, value: &Value) -> Result<(), EditError> {
        let quote = self.quote(&[]);
        let written = written(value, quote, self.text.newline());
        set(&mut self.text, table, key, &written)
    }

    /// Adds a text to a list of texts, which is made where it is missing; says whether it was not there.
    ///
    /// # Errors
    /// When there is something else in the place of the list.
    pub fn add_text(&mut self, table: &[&str], key: &str, text: &str) -> Result<bool, EditError> {
        self.whole(|editor| editor.add_text_in_steps(table, key, text))
    }

    fn add_text_in_steps(
        &mut self,
        table: &[&str],
        key: &str,
        text: &str,
    ) -> Result<bool, EditError> {
        let one = Value::Array(vec![Value::from(text)]);
        if self.set_missing(table, key, &one)? {
            return Ok(true);
        }
        let full: Vec<&str> = table.iter().copied().chain([key]).collect();
        let quote = self.quote(&[]);
        let splices = {
            let document = self.text.document();
            let item = find(document.as_table(), &full).expect("it is there, as was seen above");
            let Some(array) = item.as_array() else {
                let offset = item.span().map_or(0, |span| span.start);
                let reason = "the value is not an array";
                return Err(self.text.problem(offset, full.join("."), reason));
            };
            if array.iter().any(|value| value.as_str() == Some(text)) {
                return Ok(false);
            }
            let sequence = self.sequence(array);
            sequence.insert(usize::MAX, &string(text, quote))
        };
        self.text.apply(splices)?;
        Ok(true)
    }

    /// The texts of a list.
    pub fn texts(&self, table: &[&str], key: &str) -> Vec<String> {
        let full: Vec<&str> = table.iter().copied().chain([key]).collect();
        let document = self.text.document();
        let array = find(document.as_table(), &full).and_then(toml_edit::Item::as_array);
        let texts = array.into_iter().flatten();
        texts
            .filter_map(|value| value.as_str().map(str::to_owned))
            .collect()
    }

    /// Has a group hold all that another one holds; both are made where they are missing.
    ///
    /// # Errors
    /// When the groups cannot be written to.
    pub fn include_group(
        &mut self,
        group: &GroupName,
        included: &GroupName,
    ) -> Result<(), EditError> {
        self.whole(|editor| {
            editor.begin(&List::Group(included.clone()))?;
            editor.begin(&List::Group(group.clone()))?;
            let quote = editor.quote(&[]);
            let splices = {
                let document = editor.text.document();
                let list = List::Group(group.clone());
                let array = editor.array(document.as_table(), &list)?;
                let array = array.expect("the list was made above");
                let is_it = |value: &toml_edit::Value| {
                    let table = value.as_inline_table();
                    let name = table.and_then(|table| table.get("include-group")?.as_str());
                    name.is_some_and(|name| name.parse() == Ok(included.clone()))
                };
                if array.iter().any(is_it) {
                    return Ok(());
                }
                let item = format!("{{ include-group = {} }}", string(included.as_str(), quote));
                editor.sequence(array).insert(0, &item)
            };
            editor.text.apply(splices)
        })
    }

    /// Adds an index with keys that are true of it; says whether none of its name or URL was there.
    ///
    /// # Errors
    /// When the list of indexes cannot be written to.
    pub fn add_index(&mut self, name: &str, url: &str, flags: &[&str]) -> Result<bool, EditError> {
        let path = ["tool", self.tool(), "index"];
        if self.has_index(&path, name, url) {
            return Ok(false);
        }
        let quote = self.quote(&[]);
        let mut entries = vec![("name", string(name, quote)), ("url", string(url, quote))];
        entries.extend(flags.iter().map(|flag| (*flag, true.to_string())));
        let splices = {
            let document = self.text.document();
            match find(document.as_table(), &path) {
                Some(toml_edit::Item::Value(toml_edit::Value::Array(array))) => {
                    let entries = entries
                        .iter()
                        .map(|(key, value)| format!("{key} = {value}"));
                    let entries: Vec<String> = entries.collect();
                    let item = format!("{{ {} }}", entries.join(", "));
                    Some(self.sequence(array).insert(usize::MAX, &item))
                }
                _ => None,
            }
        };
        match splices {
            Some(splices) => self.text.apply(splices)?,
            None => push_table(&mut self.text, &path, &entries)?,
        }
        Ok(true)
    }

    fn has_index(&self, path: &[&str], name: &str, url: &str) -> bool {
        let document = self.text.document();
        let Some(item) = find(document.as_table(), path) else {
            return false;
        };
        let is_it = |table: &dyn toml_edit::TableLike| {
            let text = |key: &str| table.get(key).and_then(toml_edit::Item::as_str);
            text("name") == Some(name) || text("url") == Some(url)
        };
        if let Some(tables) = item.as_array_of_tables() {
            return tables.iter().any(|table| is_it(table));
        }
        let tables = item.as_array().into_iter().flatten();
        let mut tables = tables.filter_map(toml_edit::Value::as_inline_table);
        tables.any(|table| is_it(table))
    }

    /// Takes out a key, or a whole table with its header. Comments in it stay.
    ///
    /// # Errors
    /// When it is written in a form that cannot be changed.
    pub fn remove_key(&mut self, table: &[&str], key: &str) -> Result<(), EditError> {
        remove(&mut self.text, table, key)
    }
}

/// A value as it is written: short lists on one line, others with an item a line.
fn written(value: &Value, quote: Quote, newline: &str) -> String {
    match value {
        Value::String(text) => string(text, quote),
        Value::Array(items) => {
            let items: Vec<String> = items
                .iter()
                .map(|item| written(item, quote, newline))
                .collect();
            let line = format!("[{}]", items.join(", "));
            if line.len() <= LINE_MAX && !items.iter().any(|item| item.starts_with('{')) {
                return line;
            }
            let mut lines = String::from("[");
            for item in items {
                // A `String` takes every write.
                let _ = write!(lines, "{newline}    {item},");
            }
            lines + newline + "]"
        }
        Value::Table(table) => {
            let entries = table.iter().map(|(key, value)| {
                let value = written(value, quote, newline);
                format!("{} = {value}", key_text(key))
            });
            let entries: Vec<String> = entries.collect();
            if entries.is_empty() {
                return "{}".to_owned();
            }
            format!("{{ {} }}", entries.join(", "))
        }
        other => other.to_string(),
    }
}
