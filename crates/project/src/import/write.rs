//! What was read is put into the text of a pyproject.toml. What stands there already stays, comments and
//! style too; of each key it is said where it went.

use std::collections::BTreeSet;

use tilsit_packaging::direct_url::strip_credentials;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::requirement::Requirement;
use toml::Value;

use super::flit;
use super::{Index, Item, Listed, Origin, What};
use crate::edit::{Addition, EditError, Editor, List, Source};

/// The version of a project that says none.
const FIRST_VERSION: &str = "0.1.0";

/// The keys of `[project]` in the order in which they are written.
const ORDER: [&str; 11] = [
    "name",
    "version",
    "description",
    "readme",
    "requires-python",
    "license",
    "authors",
    "maintainers",
    "keywords",
    "classifiers",
    "dynamic",
];

/// What a project without its own words for it gets.
#[derive(Clone, Copy, Debug)]
pub struct Defaults<'a> {
    /// Its name.
    pub name: &'a ProjectName,
    /// The Pythons that it is for.
    pub requires_python: &'a str,
}

/// Where a key went.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Outcome {
    /// The file that it was read from.
    pub file: String,
    /// The key in it.
    pub key: String,
    /// The line, where it is known.
    pub line: Option<usize>,
    /// What became of it.
    pub fate: Fate,
    /// The key that has it now.
    pub to: Option<String>,
    /// As what, or why.
    pub note: Option<String>,
}

/// What became of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// It was written.
    Written,
    /// The same, or something else, was there already.
    There,
    /// It is a version for the lock.
    Pinned,
    /// It counts where it is.
    Stays,
    /// It is left out.
    LeftOut,
}

/// A pyproject.toml, and how it came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The text.
    pub text: String,
    /// What became of each item, in their order, and behind them what was set besides.
    pub outcomes: Vec<Outcome>,
}

/// Writes items into the text of a pyproject.toml, which may be empty.
///
/// # Errors
/// When the text cannot be changed so.
pub fn write(items: &[Item], text: &str, defaults: Defaults<'_>) -> Result<Written, EditError> {
    let mut writer = Writer {
        editor: Editor::project(text)?,
        outcomes: vec![None; items.len()],
        dynamic: items.iter().filter_map(Item::dynamic).collect(),
        besides: Vec::new(),
        sources: Vec::new(),
    };
    let is_new = !writer.editor.has(&[], "project");
    writer.project(items, defaults, is_new)?;
    writer.lists(items, is_new)?;
    writer.tables(items)?;
    writer.build(items)?;
    for (name, source) in &writer.sources {
        writer.editor.set_source(name, source)?;
    }
    let is_flit = items
        .iter()
        .any(|item| item.origin.key.starts_with("tool.flit."));
    if is_flit && is_new {
        for table in flit::TABLES {
            writer.editor.remove_key(&["tool", "flit"], table)?;
        }
    }
    let outcomes = items.iter().zip(writer.outcomes);
    let outcomes = outcomes.map(|(item, said)| item.outcome(said));
    let besides = writer.besides.into_iter();
    Ok(Written {
        outcomes: outcomes.chain(besides).collect(),
        text: writer.editor.into_text(),
    })
}

/// What is known of an item: where it is now, and a note.
#[derive(Clone)]
struct Said {
    fate: Fate,
    to: Option<String>,
    note: Option<String>,
}

impl Said {
    fn written(to: impl Into<String>) -> Self {
        Self {
            fate: Fate::Written,
            to: Some(to.into()),
            note: None,
        }
    }

    fn there(to: impl Into<String>) -> Self {
        Self {
            fate: Fate::There,
            ..Self::written(to)
        }
    }

    fn noted(self, note: impl Into<String>) -> Self {
        Self {
            note: Some(note.into()),
            ..self
        }
    }
}

impl Item {
    fn dynamic(&self) -> Option<&'static str> {
        match self.what {
            What::Dynamic(key) => Some(key),
            _ => None,
        }
    }

    fn outcome(&self, said: Option<Said>) -> Outcome {
        let plain = |fate, note: &String| Said {
            fate,
            to: None,
            note: Some(note.clone()),
        };
        let said = said.unwrap_or_else(|| match &self.what {
            What::Stays(why) => plain(Fate::Stays, why),
            What::Pinned(why) => plain(Fate::Pinned, why),
            What::LeftOut(why) => plain(Fate::LeftOut, why),
            _ => plain(Fate::LeftOut, &"it was said before".to_owned()),
        });
        let Origin { file, key, line } = self.origin.clone();
        Outcome {
            file,
            key,
            line,
            fate: said.fate,
            to: said.to,
            note: said.note,
        }
    }
}

struct Writer {
    editor: Editor,
    outcomes: Vec<Option<Said>>,
    /// The keys of `[project]` that the build fills in.
    dynamic: BTreeSet<&'static str>,
    besides: Vec<Outcome>,
    /// Where projects come from: written last, below what else our table has.
    sources: Vec<(ProjectName, Source)>,
}

impl Writer {
    /// The single keys of `[project]`, in their usual order.
    fn project(
        &mut self,
        items: &[Item],
        defaults: Defaults<'_>,
        is_new: bool,
    ) -> Result<(), EditError> {
        for name in ORDER {
            for (position, item) in items.iter().enumerate() {
                match &item.what {
                    What::Key { table, key, value } if *table == ["project"] && key == name => {
                        self.key(position, (&["project"], key), value)?;
                    }
                    What::Dynamic(key) if name == "dynamic" => self.dynamic(position, key)?,
                    _ => {}
                }
            }
            match name {
                _ if !is_new => {}
                "name" => self.default(name, defaults.name.as_str(), "the folder is called so")?,
                "version" if !self.dynamic.contains(name) => {
                    self.default(name, FIRST_VERSION, "nothing says another one")?;
                }
                "requires-python" if !self.dynamic.contains(name) => {
                    let why = "the Python that is used here, and newer ones";
                    self.default(name, defaults.requires_python, why)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn default(&mut self, key: &str, value: &str, why: &str) -> Result<(), EditError> {
        if self
            .editor
            .set_missing(&["project"], key, &Value::from(value))?
        {
            self.besides.push(Outcome {
                file: String::new(),
                key: String::new(),
                line: None,
                fate: Fate::Written,
                to: Some(format!("project.{key}")),
                note: Some(why.to_owned()),
            });
        }
        Ok(())
    }

    fn key(
        &mut self,
        position: usize,
        (table, key): (&[&str], &str),
        value: &Value,
    ) -> Result<(), EditError> {
        let to = format!("{}.{key}", table.join("."));
        let top = table.get(1).copied().unwrap_or(key);
        let said = if table[0] == "project" && self.dynamic.contains(top) {
            let note = format!("`project.{top}` is dynamic as a whole");
            Said {
                fate: Fate::Stays,
                to: None,
                note: Some(note),
            }
        } else if self.editor.set_missing(table, key, value)? {
            Said::written(to)
        } else {
            Said::there(to)
        };
        self.outcomes[position] = Some(said);
        Ok(())
    }

    fn dynamic(&mut self, position: usize, key: &str) -> Result<(), EditError> {
        let to = format!("project.{key}");
        let said = if self.editor.has(&["project"], key) {
            Said::there(to)
        } else {
            self.editor.add_text(&["project"], "dynamic", key)?;
            Said::written("project.dynamic").noted(format!("`{key}` is found out when it is built"))
        };
        self.outcomes[position] = Some(said);
        Ok(())
    }

    /// The requirements.
    fn lists(&mut self, items: &[Item], is_new: bool) -> Result<(), EditError> {
        if is_new && !self.dynamic.contains("dependencies") {
            self.editor.begin(&List::Project)?;
        }
        let mut all: Vec<(usize, &Listed)> = Vec::new();
        for (position, item) in items.iter().enumerate() {
            if let What::Requirement(listed) = &item.what {
                all.push((position, listed));
            }
        }
        // Those of one list together, so that the tables come in their usual order.
        all.sort_by_key(|(_, listed)| listed.list.clone());
        for (position, listed) in all {
            let said = self.requirement(listed)?;
            self.outcomes[position] = Some(said);
        }
        for (position, item) in items.iter().enumerate() {
            if let What::Include { group, included } = &item.what {
                self.editor.include_group(group, included)?;
                let said = Said::written(List::Group(group.clone()).to_string());
                let note = format!("includes the group `{included}`");
                self.outcomes[position] = Some(said.noted(note));
            }
        }
        Ok(())
    }

    fn requirement(&mut self, listed: &Listed) -> Result<Said, EditError> {
        let to = listed.list.to_string();
        let top = match listed.list {
            List::Project => "dependencies",
            List::Extra(_) => "optional-dependencies",
            _ => "",
        };
        let dynamic = || Said {
            fate: Fate::Stays,
            to: None,
            note: Some(format!(
                "`project.{top}` is dynamic: it is found out when it is built"
            )),
        };
        if self.dynamic.contains(top) {
            return Ok(dynamic());
        }
        let addition = Addition {
            requirement: listed.requirement.clone(),
            raw: listed.text.as_deref(),
            has_source: listed.source.is_some(),
        };
        let added = match self.editor.add(&listed.list, &addition) {
            Ok(added) => added,
            Err(EditError::Dynamic { .. }) => return Ok(dynamic()),
            Err(error) => return Err(error),
        };
        let said = match added.before {
            Some(before) if before == added.after => Said::there(to),
            Some(before) => Said::written(to).noted(format!("`{}`, was `{before}`", added.after)),
            None => Said::written(to).noted(format!("`{}`", added.after)),
        };
        if let Some(source) = &listed.source {
            let name = listed.requirement.name.clone();
            self.sources.push((name, source.clone()));
            let note = said.note.clone().unwrap_or_default();
            return Ok(said.noted(format!("{note}, with a source")));
        }
        Ok(said)
    }

    /// Everything else: tables below `[project]`, settings, tasks, indexes.
    fn tables(&mut self, items: &[Item]) -> Result<(), EditError> {
        let rank = |item: &Item| match &item.what {
            What::Key { table, .. } if *table == ["project"] => None,
            // What all tools read comes before our own table, and its own keys before its tables.
            What::Key { table, .. } if table[0] != "tool" => Some(0),
            What::Key { table, .. } if table.len() == 2 => Some(1),
            What::Entry { .. } => Some(1),
            What::Key { .. } => Some(2),
            What::Index(_) => Some(3),
            What::Source { .. } => Some(4),
            _ => None,
        };
        let ranked = items.iter().enumerate();
        let ranked = ranked.filter_map(|(position, item)| Some((rank(item)?, position)));
        let mut ranked: Vec<(u8, usize)> = ranked.collect();
        ranked.sort_unstable();
        for (_, position) in ranked {
            match &items[position].what {
                What::Key { table, key, value } => {
                    let table: Vec<&str> = table.iter().map(String::as_str).collect();
                    self.key(position, (&table, key), value)?;
                }
                What::Entry { key, text } => {
                    let said = self.setting(key, text)?;
                    self.outcomes[position] = Some(said);
                }
                What::Index(index) => {
                    let said = self.index(index)?;
                    self.outcomes[position] = Some(said);
                }
                What::Source { name, location } => {
                    let source = Source::of(location.clone());
                    self.sources.push((name.clone(), source));
                    let to = format!("tool.tilsit.sources.{name}");
                    self.outcomes[position] = Some(Said::written(to));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// A text in a list of `[tool.tilsit]`, or of `[tool.uv]` where the list is there: a list of ours
    /// would hide it.
    fn setting(&mut self, key: &str, text: &str) -> Result<Said, EditError> {
        let has = |tool: &str| self.editor.has(&["tool", tool], key);
        let is_of_uv = has("uv") && !has("tilsit");
        let tool = if is_of_uv { "uv" } else { "tilsit" };
        let is_added = self.editor.add_text(&["tool", tool], key, text)?;
        let to = format!("tool.{tool}.{key}");
        let said = if is_added {
            Said::written(to)
        } else {
            Said::there(to)
        };
        Ok(said.noted(format!("`{text}`")))
    }

    fn index(&mut self, index: &Index) -> Result<Said, EditError> {
        let public = strip_credentials(&index.url, &[]);
        let name = index.name.clone().unwrap_or_else(|| name_of(&public));
        let mut flags = Vec::new();
        if index.is_default {
            flags.push("default");
        }
        if index.is_explicit {
            flags.push("explicit");
        }
        let is_added = self.editor.add_index(&name, &public, &flags)?;
        let said = if is_added {
            Said::written("tool.tilsit.index")
        } else {
            Said::there("tool.tilsit.index")
        };
        if public != index.url {
            let note = "without the password in its URL, which `tilsit login` keeps";
            return Ok(said.noted(format!("`{name}`, {note}")));
        }
        Ok(said.noted(format!("`{name}`")))
    }

    fn build(&mut self, items: &[Item]) -> Result<(), EditError> {
        let has_script = items.iter().any(|item| item.origin.file == "setup.py");
        let is_new = !self.editor.has(&[], "build-system");
        let table = ["build-system"];
        for (position, item) in items.iter().enumerate() {
            let What::BuildRequirement(text) = &item.what else {
                continue;
            };
            let name = |text: &str| text.parse::<Requirement>().ok().map(|one| one.name);
            let is_flit = text == flit::BACKEND;
            let mut known = self.editor.texts(&table, "requires").into_iter();
            let is_there = known.any(|known| name(&known) == name(text));
            let said = if is_flit {
                let requires = Value::Array(vec![Value::from(text.as_str())]);
                self.editor.set_value(&table, "requires", &requires)?;
                let backend = Value::from("flit_core.buildapi");
                self.editor.set_value(&table, "build-backend", &backend)?;
                Said::written("build-system")
            } else if is_there {
                Said::there("build-system.requires")
            } else {
                self.editor.add_text(&table, "requires", text)?;
                Said::written("build-system.requires")
            };
            self.outcomes[position] = Some(said.noted(format!("`{text}`")));
            if is_new && !is_flit {
                // A setup.py may import what lies beside it.
                let backend = if has_script {
                    "setuptools.build_meta:__legacy__"
                } else {
                    "setuptools.build_meta"
                };
                let backend = Value::from(backend);
                self.editor.set_missing(&table, "build-backend", &backend)?;
            }
        }
        Ok(())
    }
}

/// A name for an index that has none: its host, and what its path begins with.
fn name_of(url: &str) -> String {
    let rest = url.split("://").nth(1).unwrap_or(url);
    let is_of_name = |letter: char| letter.is_ascii_alphanumeric();
    let words = rest.split(|letter| !is_of_name(letter));
    let words: Vec<&str> = words
        .filter(|word| !word.is_empty() && *word != "simple")
        .collect();
    words.join("-").to_ascii_lowercase()
}
