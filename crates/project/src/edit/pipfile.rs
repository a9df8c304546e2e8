//! A Pipfile being changed: its categories and its sources.
//!
//! Entries are written as pipenv writes them: `"*"` where no version is asked for, and a table of one
//! line where there is more to say. With `sort_pipfile` in `[pipenv]` a category that is changed is
//! sorted; else what is new comes last.

use std::ops::Range;

use tilsit_packaging::name::ProjectName;
use tilsit_packaging::requirement::Requirement;
use toml_edit::{Array, Item, TableLike, Value};

use super::EditError;
use super::literal::{Quote, marker, string};
use super::source::{Location, Source};
use super::table::{find, push_table, remove, set};
use super::text::{Splice, TomlText, line_end, whole_lines};
use crate::pipfile::is_category;

/// The byte order mark, which TOML ignores.
const MARK: &str = "\u{feff}";

/// A Pipfile being changed. A change that fails leaves it as it was.
#[derive(Clone, Debug)]
pub struct PipfileEditor {
    text: TomlText,
    has_mark: bool,
}

/// What stands in a category now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PipfileEntry {
    /// The value in whose place it is, as it was written.
    pub before: Option<String>,
    /// The value, as it is written.
    pub after: String,
}

impl PipfileEditor {
    /// A Pipfile.
    ///
    /// # Errors
    /// [`EditError::Invalid`], when it is not TOML.
    pub fn parse(text: &str) -> Result<Self, EditError> {
        let toml = text.strip_prefix(MARK);
        Ok(Self {
            has_mark: toml.is_some(),
            text: TomlText::parse(toml.unwrap_or(text).to_owned(), 0)?,
        })
    }

    /// The text with all changes.
    pub fn into_text(self) -> String {
        let mark = if self.has_mark { MARK } else { "" };
        format!("{mark}{}", self.text.as_str())
    }

    /// Puts a requirement into a category, which is made if there is none, in the place of what is
    /// asked for of the same project. Where the new one says nothing of extras or versions, those that
    /// stand there stay.
    ///
    /// # Errors
    /// When the category cannot be read or written to.
    pub fn add(
        &mut self,
        category: &str,
        requirement: &Requirement,
        source: Option<&Source>,
    ) -> Result<PipfileEntry, EditError> {
        self.whole(|editor| {
            let known = editor.key(category, &requirement.name);
            let before = known
                .as_deref()
                .and_then(|key| editor.written(category, key));
            let value = editor.value(category, known.as_deref(), requirement, source);
            let key = known.unwrap_or_else(|| requirement.name.to_string());
            if before.as_ref() != Some(&value) {
                set(&mut editor.text, &[category], &key, &value)?;
            }
            editor.sort(category)?;
            Ok(PipfileEntry {
                before,
                after: value,
            })
        })
    }

    /// Takes a project out of a category, and says how it was asked for.
    ///
    /// # Errors
    /// When it is written in a form that cannot be changed.
    pub fn remove(
        &mut self,
        category: &str,
        name: &ProjectName,
    ) -> Result<Option<String>, EditError> {
        self.whole(|editor| {
            let Some(key) = editor.key(category, name) else {
                return Ok(None);
            };
            let before = editor.written(category, &key).unwrap_or_default();
            remove(&mut editor.text, &[category], &key)?;
            editor.sort(category)?;
            Ok(Some(before))
        })
    }

    /// The categories that ask for a project, as they are written.
    pub fn categories_with(&self, name: &ProjectName) -> Vec<String> {
        let document = self.text.document();
        let categories = document.as_table().iter().map(|(key, _)| key);
        categories
            .filter(|key| is_category(key) && self.key(key, name).is_some())
            .map(str::to_owned)
            .collect()
    }

    /// Adds a source, unless one of its name or with its URL is there.
    ///
    /// # Errors
    /// When the sources cannot be written to.
    pub fn add_source(&mut self, name: &str, url: &str) -> Result<(), EditError> {
        let path = ["source"];
        let is_known = {
            let document = self.text.document();
            let sources = find(document.as_table(), &path).and_then(Item::as_array_of_tables);
            let mut sources = sources.into_iter().flatten();
            sources.any(|source| {
                let text = |key: &str| source.get(key).and_then(Item::as_str);
                text("name") == Some(name) || text("url") == Some(url)
            })
        };
        if is_known {
            return Ok(());
        }
        let quote = Quote::usual(self.text.as_str(), self.text.document().as_table());
        let entries = [
            ("url", string(url, quote)),
            ("verify_ssl", true.to_string()),
            ("name", string(name, quote)),
        ];
        self.whole(|editor| push_table(&mut editor.text, &path, &entries))
    }

    /// A change of several steps: all of them or none.
    fn whole<T>(
        &mut self,
        change: impl FnOnce(&mut Self) -> Result<T, EditError>,
    ) -> Result<T, EditError> {
        let before = self.text.clone();
        let result = change(self);
        if result.is_err() {
            self.text = before;
        }
        result
    }

    /// How the key of a project is spelled in a category.
    fn key(&self, category: &str, name: &ProjectName) -> Option<String> {
        let document = self.text.document();
        let table = find(document.as_table(), &[category])?.as_table_like()?;
        let mut keys = table.iter().map(|(key, _)| key);
        keys.find(|key| key.parse().is_ok_and(|key: ProjectName| key == *name))
            .map(str::to_owned)
    }

    /// How an entry is written; a table with a header, or with dotted keys, as one line.
    fn written(&self, category: &str, key: &str) -> Option<String> {
        let document = self.text.document();
        let item = find(document.as_table(), &[category, key])?;
        match item.span().filter(|_| item.is_value()) {
            Some(span) => Some(self.text.as_str()[span].to_owned()),
            None => item
                .clone()
                .into_value()
                .ok()
                .map(|value| value.to_string()),
        }
    }

    /// The value of an entry, with what is kept of the one that is there.
    fn value(
        &self,
        category: &str,
        known: Option<&str>,
        requirement: &Requirement,
        source: Option<&Source>,
    ) -> String {
        let document = self.text.document();
        let item = known.and_then(|key| find(document.as_table(), &[category, key]));
        let quote = self.quote(category, item);
        let old = Old { item };
        let mut extras: Vec<String> = old.extras();
        extras.extend(requirement.extras.iter().map(ToString::to_string));
        extras.sort_unstable();
        extras.dedup();
        let mut entries: Vec<(&str, String)> = Vec::new();
        if !extras.is_empty() {
            let extras: Vec<String> = extras.iter().map(|extra| string(extra, quote)).collect();
            entries.push(("extras", format!("[{}]", extras.join(", "))));
        }
        let location = source.map(|source| &source.location);
        let version = requirement
            .specifiers()
            .map(ToString::to_string)
            .filter(|specifiers| !specifiers.is_empty());
        if location.is_none() && version.is_none() && old.is_placed() {
            return known
                .and_then(|key| self.written(category, key))
                .unwrap_or_default();
        }
        match location {
            Some(Location::Index(_) | Location::Workspace) | None => {
                let version = version.or_else(|| old.text("version"));
                let version = version.unwrap_or_else(|| "*".to_owned());
                entries.push(("version", string(&version, quote)));
            }
            Some(place) => entries.extend(placed(place, quote)),
        }
        let index = match location {
            Some(Location::Index(index)) => Some(index.clone()),
            Some(_) => None,
            None => old.text("index"),
        };
        entries.extend(index.map(|index| ("index", string(&index, quote))));
        if !requirement.marker.is_true() {
            let text = marker(requirement.marker, quote);
            entries.push(("markers", string(&text, quote)));
        }
        if let [("version", version)] = &entries[..] {
            return version.clone();
        }
        let entries = entries.iter();
        let entries: Vec<String> = entries
            .map(|(key, value)| format!("{key} = {value}"))
            .collect();
        format!("{{{}}}", entries.join(", "))
    }

    /// The quotes of what was there, or of the last entry, or of most strings.
    fn quote(&self, category: &str, item: Option<&Item>) -> Quote {
        let text = self.text.as_str();
        let document = self.text.document();
        let table = find(document.as_table(), &[category]).and_then(Item::as_table_like);
        let values = table.into_iter().flat_map(TableLike::iter);
        let last = values
            .filter_map(|(_, item)| item.as_value())
            .filter(|value| value.is_str())
            .filter_map(Value::span)
            .last();
        let own = item.filter(|item| item.is_str()).and_then(Item::span);
        match own.or(last) {
            Some(span) => Quote::of(&text[span]),
            None => Quote::usual(text, document.as_table()),
        }
    }

    /// Sorts the entries of a category by their keys, if `[pipenv]` says so.
    fn sort(&mut self, category: &str) -> Result<(), EditError> {
        let Some((range, mut entries)) = self.entries_to_sort(category) else {
            return Ok(());
        };
        let is_sorted = entries.is_sorted();
        if is_sorted {
            return Ok(());
        }
        entries.sort();
        let newline = self.text.newline();
        let lines: Vec<String> = entries.into_iter().map(|(_, lines)| lines).collect();
        let sorted = lines.join(newline);
        self.text.apply(vec![Splice::replace(range, sorted)])
    }

    /// The place of a category's entries, and each entry with its comments above: lines without their
    /// last end. None where nothing is to be sorted, or entries share lines with something else.
    fn entries_to_sort(&self, category: &str) -> Option<(Range<usize>, Vec<Lines>)> {
        let text = self.text.as_str();
        let document = self.text.document();
        let wants = find(document.as_table(), &["pipenv", "sort_pipfile"]);
        wants.and_then(Item::as_bool).filter(|wants| *wants)?;
        let table = find(document.as_table(), &[category])?.as_table()?;
        let header = table.span().filter(|span| !span.is_empty())?;
        let begin = whole_lines(text, &header).end;
        let mut values: Vec<(String, Range<usize>)> = Vec::new();
        for (key, item) in table {
            // Tables below it have headers of their own, and stand behind.
            let value = match item {
                Item::Value(value) => value,
                Item::Table(inner) if !inner.is_dotted() => continue,
                _ => return None,
            };
            values.push((key.to_owned(), value.span()?));
        }
        values.sort_by_key(|(_, span)| span.start);
        let mut entries = Vec::with_capacity(values.len());
        let mut from = begin;
        for (key, span) in values {
            let end = line_end(text, span.end);
            if from > span.start {
                return None;
            }
            entries.push((key, text[from..end].to_owned()));
            from = (end + self.text.newline().len()).min(text.len());
        }
        let end = from.min(text.len());
        let has_end = text[begin..end].ends_with('\n');
        let range = begin
            ..end
                - if has_end {
                    self.text.newline().len()
                } else {
                    0
                };
        (!entries.is_empty()).then_some((range, entries))
    }
}

/// An entry to sort: its key, and its lines.
type Lines = (String, String);

/// What is asked for of a project so far.
struct Old<'d> {
    item: Option<&'d Item>,
}

impl Old<'_> {
    /// A text of the entry; of one that is a text alone, its version.
    fn text(&self, key: &str) -> Option<String> {
        let item = self.item?;
        let found = match item.as_str() {
            Some(version) if key == "version" => Some(version),
            Some(_) => None,
            None => item.get(key).and_then(Item::as_str),
        };
        found.map(str::to_owned)
    }

    /// Whether it comes from no index.
    fn is_placed(&self) -> bool {
        let has = |key: &&str| self.item.is_some_and(|item| item.get(*key).is_some());
        ["git", "hg", "svn", "bzr", "path", "file"].iter().any(has)
    }

    fn extras(&self) -> Vec<String> {
        let extras = self.item.and_then(|item| item.get("extras"));
        let extras = extras.and_then(Item::as_array);
        let extras = extras.into_iter().flat_map(Array::iter);
        extras
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()
    }
}

/// What says where a project comes from that no index has.
fn placed(place: &Location, quote: Quote) -> Vec<(&'static str, String)> {
    let mut entries = Vec::new();
    let text = |value: &str| string(value, quote);
    match place {
        Location::Git {
            url,
            reference,
            subdirectory,
        } => {
            let reference = reference.as_ref().map(|reference| reference.parts().1);
            entries.extend(reference.map(|name| ("ref", text(name))));
            entries.push(("git", text(url)));
            entries.extend(
                subdirectory
                    .as_ref()
                    .map(|folder| ("subdirectory", text(folder))),
            );
        }
        Location::Url { url, subdirectory } => {
            entries.push(("file", text(url)));
            entries.extend(
                subdirectory
                    .as_ref()
                    .map(|folder| ("subdirectory", text(folder))),
            );
        }
        Location::Path { path, editable } => {
            // A path that could be a name is one that starts here.
            let path = match path.strip_prefix('.') {
                None if !path.starts_with('/') => format!("./{path}"),
                _ => path.clone(),
            };
            entries.push(("path", text(&path)));
            if *editable == Some(true) {
                entries.push(("editable", true.to_string()));
            }
        }
        Location::Index(_) | Location::Workspace => {}
    }
    entries
}
