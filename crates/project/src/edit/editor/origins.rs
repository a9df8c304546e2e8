//! Where projects come from: sources and indexes, in the table of the tool whose the project uses.

use tilsit_packaging::marker::Marker;
use tilsit_packaging::name::ProjectName;
use toml_edit::{Item, TableLike, Value};

use super::super::EditError;
use super::super::literal::string;
use super::super::source::Source;
use super::super::table::{find, prune, push_table, remove, set};
use super::super::text::Splice;
use super::Editor;

/// The tools whose tables are read, ours first.
const TOOLS: [&str; 2] = ["tilsit", "uv"];

impl Editor {
    /// Says where a project comes from. A source without a marker is the only one from then on; one
    /// with a marker stands beside those with others.
    ///
    /// # Errors
    /// When the table of sources cannot be written to.
    pub fn set_source(&mut self, name: &ProjectName, source: &Source) -> Result<(), EditError> {
        let path = ["tool", self.tool(), "sources"];
        let quote = self.quote(&[]);
        let key = self.source_key(&path, name);
        let written = source.to_toml(quote);
        let key = key.unwrap_or_else(|| name.to_string());
        let others = self.other_sources(&path, &key, source);
        let value = if others.is_empty() {
            written
        } else {
            format!("[{}, {written}]", others.join(", "))
        };
        self.whole(|editor| set(&mut editor.text, &path, &key, &value))
    }

    /// The sources of a project, as written, that hold beside a new one.
    fn other_sources(&self, path: &[&str], key: &str, source: &Source) -> Vec<String> {
        if source.marker.is_true() {
            return Vec::new();
        }
        let full: Vec<&str> = path.iter().copied().chain([key]).collect();
        let document = self.text.document();
        let written = find(document.as_table(), &full).and_then(Item::as_value);
        let sources: Vec<&Value> = match written {
            Some(Value::Array(array)) => array.iter().collect(),
            Some(value) => vec![value],
            None => Vec::new(),
        };
        let differs = |value: &&Value| {
            let marker = value
                .as_inline_table()
                .and_then(|table| table.get("marker"));
            let marker = marker.and_then(Value::as_str);
            let marker: Option<Marker> = marker.and_then(|marker| marker.parse().ok());
            marker.is_some_and(|marker| marker != source.marker)
        };
        let spans = sources.into_iter().filter(differs).filter_map(Value::span);
        spans
            .map(|span| self.text.as_str()[span].to_owned())
            .collect()
    }

    /// Takes out what is said of where a project comes from, and the table if nothing is left.
    ///
    /// # Errors
    /// When it is written in a form that cannot be changed.
    pub fn remove_source(&mut self, name: &ProjectName) -> Result<bool, EditError> {
        self.whole(|editor| {
            let mut is_removed = false;
            for tool in TOOLS {
                let path = ["tool", tool, "sources"];
                if let Some(key) = editor.source_key(&path, name) {
                    remove(&mut editor.text, &path, &key)?;
                    prune(&mut editor.text, &path)?;
                    is_removed = true;
                }
            }
            Ok(is_removed)
        })
    }

    /// Gives an index a name, or its name another URL.
    ///
    /// # Errors
    /// When the list of indexes cannot be written to.
    pub fn set_index(&mut self, name: &str, url: &str) -> Result<(), EditError> {
        let path = ["tool", self.tool(), "index"];
        let quote = self.quote(&[]);
        let (name_text, url_text) = (string(name, quote), string(url, quote));
        let splices = {
            let document = self.text.document();
            let known = find(document.as_table(), &path);
            let of_name = |table: &&dyn TableLike| {
                let known = table.get("name").and_then(Item::as_str);
                known == Some(name)
            };
            let tables: Vec<&dyn TableLike> = match known {
                Some(Item::ArrayOfTables(tables)) => {
                    tables.iter().map(|table| table as &dyn TableLike).collect()
                }
                Some(Item::Value(Value::Array(array))) => {
                    let tables = array.iter().filter_map(Value::as_inline_table);
                    tables.map(|table| table as &dyn TableLike).collect()
                }
                _ => Vec::new(),
            };
            let table = tables.into_iter().find(of_name);
            let old = table.and_then(|table| table.get("url")?.span());
            match (old, known) {
                (Some(span), _) => Some(vec![Splice::replace(span, url_text.clone())]),
                (None, Some(Item::Value(Value::Array(array)))) => {
                    let item = format!("{{ name = {name_text}, url = {url_text} }}");
                    Some(self.sequence(array).insert(usize::MAX, &item))
                }
                _ => None,
            }
        };
        if let Some(splices) = splices {
            self.text.apply(splices)
        } else {
            let entries = [("name", name_text), ("url", url_text)];
            push_table(&mut self.text, &path, &entries)
        }
    }

    /// Whose table has sources and indexes.
    pub(super) fn tool(&self) -> &'static str {
        let document = self.text.document();
        let uses = |tool: &&str| {
            let has = |key: &str| find(document.as_table(), &["tool", *tool, key]).is_some();
            has("sources") || has("index")
        };
        TOOLS.into_iter().find(uses).unwrap_or("tilsit")
    }

    /// How the source of a project is spelled.
    fn source_key(&self, path: &[&str], name: &ProjectName) -> Option<String> {
        let document = self.text.document();
        let table = find(document.as_table(), path)?.as_table_like()?;
        let mut keys = table.iter().map(|(key, _)| key);
        let is_name = |key: &&str| key.parse().is_ok_and(|key: ProjectName| key == *name);
        keys.find(is_name).map(str::to_owned)
    }
}
