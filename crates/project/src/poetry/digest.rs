//! Poetry's digest of what a pyproject.toml requires, which its lock has in `metadata.content-hash`.
//!
//! The SHA-256 of the keys that decide as JSON in the form of Python's `json.dumps` with sorted keys.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use toml::Table;

use super::TOOL;
use crate::inputs::hex;
use crate::python_json::{as_json, dump};

/// The keys of `[project]` that count.
const OF_PROJECT: [&str; 3] = ["requires-python", "dependencies", "optional-dependencies"];

/// The keys of `[tool.poetry]` that count; all but the last are there as `null` where the standard
/// tables say nothing.
const OF_POETRY: [&str; 5] = [
    "dependencies",
    "source",
    "extras",
    "dev-dependencies",
    "group",
];

/// The digest of the text of a pyproject.toml; that of Poetry before 2.3 knows no groups of the
/// standard.
pub(super) fn digest(pyproject: &str, with_groups: bool) -> String {
    let whole: Table = pyproject.parse().unwrap_or_default();
    let empty = Table::new();
    let table = |key: &str| whole.get(key).and_then(toml::Value::as_table);
    let project = table("project").unwrap_or(&empty);
    let groups = table("dependency-groups").filter(|_| with_groups);
    let groups = groups.unwrap_or(&empty);
    let tool = table("tool").and_then(|tool| tool.get(TOOL)?.as_table());
    let tool = tool.unwrap_or(&empty);
    let of_project = OF_PROJECT
        .iter()
        .filter_map(|key| Some(((*key).to_owned(), as_json(project.get(*key)?))));
    let of_project: Map<String, Value> = of_project.collect();
    let is_standard = !of_project.is_empty() || !groups.is_empty();
    let mut of_poetry = Map::new();
    for key in OF_POETRY {
        match tool.get(key) {
            Some(value) => of_poetry.insert(key.to_owned(), as_json(value)),
            None if key == "group" || is_standard => None,
            None => of_poetry.insert(key.to_owned(), Value::Null),
        };
    }
    let mut relevant = Map::new();
    if !of_project.is_empty() {
        relevant.insert("project".to_owned(), Value::Object(of_project));
    }
    if !groups.is_empty() {
        let groups = as_json(&toml::Value::Table(groups.clone()));
        relevant.insert("dependency-groups".to_owned(), groups);
    }
    let relevant = if relevant.is_empty() {
        Value::Object(of_poetry)
    } else {
        relevant.insert("tool".to_owned(), json!({ "poetry": of_poetry }));
        Value::Object(relevant)
    };
    let mut text = String::new();
    dump(&relevant, [", ", ": "], &mut text);
    hex(&Sha256::digest(text.as_bytes()))
}
