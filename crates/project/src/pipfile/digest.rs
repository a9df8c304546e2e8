//! pipenv's digest of a Pipfile, and the part of the lock that repeats it.
//!
//! The digest is the SHA-256 of what the file asks for as JSON in the form of Python's `json.dumps`
//! with sorted keys, no blanks, and ASCII only; the names of projects are normal.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use tilsit_packaging::name::ProjectName;

use super::{DEFAULT, DEVELOP, OTHERS};
use crate::inputs::hex;
use crate::python_json::{as_json, dump};

/// The specification of locks that is followed.
const SPECIFICATION: u32 = 6;

pub(super) fn digest(table: &toml::Table, default_index: &str) -> String {
    let category = |key: &str| {
        named(
            table
                .get(key)
                .unwrap_or(&toml::Value::Table(toml::Table::new())),
        )
    };
    let mut whole = BTreeMap::from([
        (
            "_meta".to_owned(),
            json!({ "sources": sources(table, default_index), "requires": requires(table) }),
        ),
        (DEFAULT.to_owned(), category("packages")),
        (DEVELOP.to_owned(), category("dev-packages")),
    ]);
    for (key, value) in table {
        let is_other = OTHERS.contains(&key.as_str())
            || ["packages", "dev-packages", DEFAULT, DEVELOP].contains(&key.as_str());
        if !is_other {
            whole.insert(key.clone(), named(value));
        }
    }
    let whole: Map<String, Value> = whole.into_iter().collect();
    let mut text = String::new();
    dump(&Value::Object(whole), [",", ":"], &mut text);
    hex(&Sha256::digest(text.as_bytes()))
}

pub(super) fn meta(table: &toml::Table, default_index: &str) -> Value {
    json!({
        "hash": { "sha256": digest(table, default_index) },
        "pipfile-spec": SPECIFICATION,
        "requires": requires(table),
        "sources": sources(table, default_index),
    })
}

fn sources(table: &toml::Table, default_index: &str) -> Value {
    match table.get("source") {
        Some(sources) => as_json(sources),
        None => json!([{ "name": "pypi", "url": default_index, "verify_ssl": true }]),
    }
}

fn requires(table: &toml::Table) -> Value {
    table.get("requires").map_or_else(|| json!({}), as_json)
}

/// A category with normal names.
fn named(category: &toml::Value) -> Value {
    let Some(entries) = category.as_table() else {
        return as_json(category);
    };
    let entries = entries.iter().map(|(name, value)| {
        let normal = name.parse::<ProjectName>();
        let name = normal.map_or_else(|_| name.clone(), |name| name.to_string());
        (name, as_json(value))
    });
    Value::Object(entries.collect())
}
