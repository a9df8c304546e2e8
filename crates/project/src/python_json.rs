//! JSON as Python's `json.dumps` writes it, ASCII only: what pipenv and Poetry take digests of.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::inputs::hex;

/// A value of TOML as one of JSON.
pub(crate) fn as_json(value: &toml::Value) -> Value {
    match value {
        toml::Value::Table(table) => {
            let entries = table.iter();
            Value::Object(
                entries
                    .map(|(key, value)| (key.clone(), as_json(value)))
                    .collect(),
            )
        }
        toml::Value::Array(list) => list.iter().map(as_json).collect(),
        toml::Value::Datetime(time) => Value::String(time.to_string()),
        toml::Value::String(text) => Value::String(text.clone()),
        toml::Value::Integer(number) => json!(number),
        toml::Value::Float(number) => json!(number),
        toml::Value::Boolean(truth) => json!(truth),
    }
}

/// Writes a value with sorted keys, and these between entries and behind keys.
pub(crate) fn dump(value: &Value, between: [&str; 2], text: &mut String) {
    match value {
        Value::Object(map) => {
            let sorted: BTreeMap<&String, &Value> = map.iter().collect();
            text.push('{');
            for (number, (key, value)) in sorted.into_iter().enumerate() {
                if number > 0 {
                    text.push_str(between[0]);
                }
                string(key, text);
                text.push_str(between[1]);
                dump(value, between, text);
            }
            text.push('}');
        }
        Value::Array(list) => {
            text.push('[');
            for (number, value) in list.iter().enumerate() {
                if number > 0 {
                    text.push_str(between[0]);
                }
                dump(value, between, text);
            }
            text.push(']');
        }
        Value::String(words) => string(words, text),
        other => text.push_str(&other.to_string()),
    }
}

/// A string of JSON, in which all but printable ASCII is escaped.
fn string(words: &str, text: &mut String) {
    let quoted = Value::from(words).to_string();
    for letter in quoted.chars() {
        if letter.is_ascii() && letter != '\u{7f}' {
            text.push(letter);
            continue;
        }
        let mut units = [0; 2];
        for unit in letter.encode_utf16(&mut units) {
            text.push_str("\\u");
            text.push_str(&hex(&unit.to_be_bytes()));
        }
    }
}
