//! setup.cfg: `[metadata]`, `[options]` and what belongs to them, as setuptools' "Configuring setuptools
//! using setup.cfg files" says. The values become those that the same keys of `setup()` have.

use super::ImportError;
use super::ini::{self, Entry, Section};
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
pub fn setup_cfg(text: &str) -> Result<Vec<Said>, ImportError> {
    let mut said = Vec::new();
    for section in ini::sections("setup.cfg", text)? {
        let table = TABLES.iter().find(|(name, _)| *name == section.name);
        match (&*section.name, table) {
            (_, Some((_, key))) => said.push(of_table(&section, key)),
            ("metadata" | "options", None) => {
                said.extend(section.entries.iter().map(|entry| of_key(&section, entry)));
            }
            _ => said.push(Said {
                section: section.name,
                key: String::new(),
                line: section.line,
                value: None,
            }),
        }
    }
    Ok(said)
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
    let is_elsewhere = ["file:", "attr:"].iter().any(|how| value.starts_with(how));
    let readme = value
        .strip_prefix("file:")
        .map(str::trim)
        .filter(|file| key == "long_description" && !file.contains([',', '\n']));
    let value = match readme {
        // The one file that a key of ours can name as well.
        Some(file) => Some(Literal::Table(vec![text("file", file)])),
        None if is_elsewhere => None,
        None => Some(value_of(&key, value)),
    };
    Said {
        section: section.name.clone(),
        key,
        line: entry.line,
        value,
    }
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
    }
}
