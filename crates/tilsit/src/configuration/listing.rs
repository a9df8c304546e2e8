//! Every setting with its value and where it is from, for `tilsit config`. Passwords are left out.

use serde::Serialize;
use serde_json::{Map, Value};
use url::Url;

use super::{Configuration, Layer, Origin, Settings};

/// One value of a setting; a list has one entry for each layer that adds to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Listed {
    /// The key, as in `tilsit.toml`.
    pub(crate) key: String,
    /// The value; null when nobody sets it.
    pub(crate) value: Value,
    /// Where it is from.
    pub(crate) from: Option<String>,
    /// Whether a stronger one hides it.
    pub(crate) overridden: bool,
}

impl Configuration {
    /// All settings by key; of each the strongest value first, and those that it hides behind it.
    pub(crate) fn listing(&self) -> Vec<Listed> {
        let tables: Vec<(Map<String, Value>, &Layer)> = self
            .layers
            .iter()
            .map(|layer| (table(&layer.settings), layer))
            .collect();
        let mut listing = Vec::new();
        for key in table(&Settings::default()).keys() {
            let mut is_decided = false;
            let before = listing.len();
            for (table, layer) in &tables {
                let Some(value) = table.get(key).filter(|value| !value.is_null()) else {
                    continue;
                };
                listing.push(Listed {
                    key: key.clone(),
                    value: without_secrets(value.clone()),
                    from: Some(layer.origin_of(key)),
                    overridden: is_decided,
                });
                // Lists and tables are joined, so that nothing of them is hidden.
                is_decided = !(value.is_array() || value.is_object());
            }
            if listing.len() == before {
                listing.push(Listed {
                    key: key.clone(),
                    value: Value::Null,
                    from: None,
                    overridden: false,
                });
            }
        }
        listing
    }
}

impl Layer {
    fn origin_of(&self, key: &str) -> String {
        match &self.origin {
            Origin::Options => format!("--{key}"),
            Origin::Variables => format!("TILSIT_{}", key.to_uppercase().replace('-', "_")),
            Origin::File(path, None) => path.display().to_string(),
            Origin::File(path, Some(table)) => format!("{} {table}", path.display()),
            Origin::Pip(by_key) => by_key.get(key).cloned().unwrap_or_else(|| "pip".to_owned()),
        }
    }
}

fn table(settings: &Settings) -> Map<String, Value> {
    match serde_json::to_value(settings) {
        Ok(Value::Object(table)) => table,
        _ => unreachable!("settings are a table of plain data"),
    }
}

/// The same without users and passwords in URLs.
fn without_secrets(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(redacted(text)),
        Value::Array(values) => values.into_iter().map(without_secrets).collect(),
        Value::Object(entries) => entries
            .into_iter()
            .map(|(key, value)| (key, without_secrets(value)))
            .collect(),
        other => other,
    }
}

fn redacted(text: String) -> String {
    let Some(scheme) = text.find("://") else {
        return text;
    };
    match Url::parse(&text) {
        Ok(url) if url.username().is_empty() && url.password().is_none() => text,
        Ok(mut url) => {
            // Neither can fail for a URL that has a user.
            let _ = url.set_password(None);
            let _ = url.set_username("****");
            url.to_string()
        }
        // What is no URL may have a password where only its writer sees one.
        Err(_) if text.contains('@') => {
            let (start, end) = text.split_at(scheme + 3);
            let end = end.rsplit('@').next().unwrap_or_default();
            format!("{start}****@{end}")
        }
        Err(_) => text,
    }
}

#[cfg(test)]
mod tests;
