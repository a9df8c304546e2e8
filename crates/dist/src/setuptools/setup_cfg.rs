//! setup.cfg: `[metadata]`, `[options]` and what belongs to them, as setuptools' "Configuring setuptools
//! using setup.cfg files" says. The values become those that the same keys of `setup()` have.
//!
//! There is another dialect, that of distutils2, in which `description` is the long one, requirements stand
//! in `[metadata]` and packages in `[files]`: pbr and d2to1 read it too.

use super::ini::{self, Entry, IniError, Section};
use super::setup_py::Literal;

/// A key of setup.cfg.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// The section.
    pub section: String,
    /// The key, as `setup()` calls it.
    pub key: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The value; none where it is found out when the project is built.
    pub value: Option<Literal>,
    /// Where else the value stands.
    pub elsewhere: Option<Elsewhere>,
}

/// Where a value stands that setup.cfg only points to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Elsewhere {
    /// `file:`, the files with a line's end between them.
    Files(Vec<String>),
    /// `attr:`, of a module.
    Attribute(String),
}

/// The keys whose lists have commas or lines between their items.
const LISTS: [&str; 5] = [
    "classifiers",
    "keywords",
    "platforms",
    "provides",
    "obsoletes",
];

/// The keys whose requirements have lines or semicolons between them.
const REQUIREMENTS: [&str; 3] = ["install_requires", "setup_requires", "tests_require"];

/// The sections of which each key is an entry of one table.
const TABLES: [(&str, &str); 2] = [
    ("options.extras_require", "extras_require"),
    ("options.entry_points", "entry_points"),
];

/// Reads the text of a setup.cfg: every key of the sections that are about the project, and one for each
/// other section.
///
/// # Errors
/// When it is not of the form.
pub fn setup_cfg(text: &str) -> Result<Vec<Said>, IniError> {
    Ok(of_sections(&ini::interpolated(ini::sections(text)?)?))
}

pub(super) fn of_sections(sections: &[Section]) -> Vec<Said> {
    let mut said = Vec::new();
    let is_distutils2 = is_distutils2(sections);
    for section in sections {
        let table = TABLES.iter().find(|(name, _)| *name == section.name);
        let entries = section.entries.iter();
        match (&*section.name, table) {
            (_, Some((_, key))) => said.push(of_table(section, key)),
            ("metadata", None) if is_distutils2 => {
                said.extend(entries.map(|entry| of_distutils2(section, entry)));
            }
            ("files", None) if is_distutils2 => {
                said.extend(entries.map(|entry| of_files(section, entry)));
            }
            ("metadata" | "options", None) => {
                said.extend(entries.map(|entry| of_key(section, entry)));
            }
            _ => said.push(Said {
                section: section.name.clone(),
                key: String::new(),
                line: section.line,
                value: None,
                elsewhere: None,
            }),
        }
    }
    said
}

/// Keys of `[metadata]` that setuptools never had.
const DISTUTILS2: [&str; 6] = [
    "requires_dist",
    "requires_python",
    "provides_dist",
    "obsoletes_dist",
    "requires_external",
    "project_url",
];

/// Whether a file is in the dialect of distutils2.
fn is_distutils2(sections: &[Section]) -> bool {
    let is_setuptools =
        |section: &Section| section.name == "options" || section.name.starts_with("options.");
    let is_distutils2 = |section: &Section| {
        let mut keys = section.entries.iter();
        ["files", "global"].contains(&section.name.as_str())
            || section.name.starts_with("extension:")
            || section.name == "metadata"
                && keys.any(|entry| DISTUTILS2.contains(&&*entry.key.replace('-', "_")))
    };
    sections.iter().any(is_distutils2) && !sections.iter().any(is_setuptools)
}

/// A key of `[metadata]` in the dialect of distutils2, as that of `setup()` which says the same.
fn of_distutils2(section: &Section, entry: &Entry) -> Said {
    let value = entry.value.as_str();
    let key = entry.key.replace('-', "_").to_ascii_lowercase();
    let said = |key: &str, value: Option<Literal>| Said {
        section: section.name.clone(),
        key: key.to_owned(),
        line: entry.line,
        value,
        elsewhere: None,
    };
    match key.as_str() {
        // What stands in the file itself has no file that `readme` could name.
        "description" => said("long_description", None),
        "description_file" => {
            let file = Some(value).filter(|value| !value.contains(['\n', ' ', ',']));
            let table = file.map(|file| Literal::Table(vec![text("file", file)]));
            said("long_description", table)
        }
        "summary" => said("description", Some(Literal::Text(value.to_owned()))),
        "requires_dist" => said("install_requires", Some(lines_of(value))),
        "requires_python" => said("python_requires", Some(Literal::Text(value.to_owned()))),
        "platform" => said("platforms", Some(value_of("platforms", value))),
        "classifier" | "classifiers" => {
            // A marker may stand behind each.
            let lines = value
                .lines()
                .map(|line| line.split(';').next().unwrap_or_default().trim());
            let lines = lines.filter(|line| !line.is_empty());
            let list = lines.map(|line| Literal::Text(line.to_owned())).collect();
            said("classifiers", Some(Literal::List(list)))
        }
        "project_url" => {
            let lines = value.lines().filter_map(|line| line.split_once(','));
            let urls = lines.map(|(label, url)| text(label.trim(), url.trim()));
            said("project_urls", Some(Literal::Table(urls.collect())))
        }
        _ => of_key(section, entry),
    }
}

/// The lines as a list: a semicolon begins a marker here.
fn lines_of(value: &str) -> Literal {
    let lines = value.lines().map(str::trim).filter(|line| !line.is_empty());
    Literal::List(lines.map(|line| Literal::Text(line.to_owned())).collect())
}

/// A key of `[files]`, as `files.KEY`.
fn of_files(section: &Section, entry: &Entry) -> Said {
    let key = entry.key.replace('-', "_").to_ascii_lowercase();
    Said {
        section: section.name.clone(),
        key: format!("files.{key}"),
        line: entry.line,
        value: Some(lines_of(&entry.value)),
        elsewhere: None,
    }
}

fn of_key(section: &Section, entry: &Entry) -> Said {
    let key = entry.key.replace('-', "_").to_ascii_lowercase();
    // Older names that are still taken.
    let key = match &*key {
        "home_page" => "url".to_owned(),
        "summary" => "description".to_owned(),
        "classifier" => "classifiers".to_owned(),
        _ => key,
    };
    let value = entry.value.as_str();
    let elsewhere = elsewhere(value);
    let value = match &elsewhere {
        // The one file that a key of ours can name as well.
        Some(Elsewhere::Files(files)) if key == "long_description" && files.len() == 1 => {
            Some(Literal::Table(vec![text("file", &files[0])]))
        }
        Some(_) => None,
        None => Some(value_of(&key, value)),
    };
    Said {
        section: section.name.clone(),
        key,
        line: entry.line,
        value,
        elsewhere,
    }
}

fn elsewhere(value: &str) -> Option<Elsewhere> {
    if let Some(files) = value.strip_prefix("file:") {
        let files = files.split(',').map(|file| file.trim().to_owned());
        return Some(Elsewhere::Files(files.collect()));
    }
    let attribute = value.strip_prefix("attr:")?;
    Some(Elsewhere::Attribute(attribute.trim().to_owned()))
}

fn value_of(key: &str, value: &str) -> Literal {
    let list = |separator: char| {
        let is_lines = value.contains('\n');
        let separator = if is_lines { '\n' } else { separator };
        let items = value.split(separator);
        let items = items.map(str::trim).filter(|item| !item.is_empty());
        Literal::List(items.map(|item| Literal::Text(item.to_owned())).collect())
    };
    match key {
        _ if LISTS.contains(&key) => list(','),
        _ if REQUIREMENTS.contains(&key) => list(';'),
        "project_urls" => {
            let lines = value.lines().filter_map(|line| line.split_once('='));
            Literal::Table(
                lines
                    .map(|(key, value)| text(key.trim(), value.trim()))
                    .collect(),
            )
        }
        _ => Literal::Text(value.to_owned()),
    }
}

fn text(key: &str, value: &str) -> (String, Literal) {
    (key.to_owned(), Literal::Text(value.to_owned()))
}

fn of_table(section: &Section, key: &str) -> Said {
    let is_elsewhere = |entry: &Entry| entry.value.starts_with("file:");
    let entries = section.entries.iter().map(|entry| {
        let value = if key == "extras_require" {
            value_of("install_requires", &entry.value)
        } else {
            Literal::Text(entry.value.clone())
        };
        (entry.key.clone(), value)
    });
    Said {
        section: section.name.clone(),
        key: key.to_owned(),
        line: section.line,
        value: (!section.entries.iter().any(is_elsewhere))
            .then(|| Literal::Table(entries.collect())),
        elsewhere: None,
    }
}
