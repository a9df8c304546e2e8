//! Values as TOML writes them.

use std::fmt::Write as _;

use tilsit_packaging::marker::Marker;
use tilsit_packaging::requirement::Requirement;
use tilsit_packaging::specifier::{VersionSpecifier, VersionSpecifiers};
use toml_edit::{Item, Table, Value};

/// The quotes of a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quote {
    /// `"…"`, with escapes.
    Double,
    /// `'…'`, without.
    Single,
}

impl Quote {
    /// The quotes of a string that is written.
    pub(super) fn of(written: &str) -> Self {
        if written.starts_with('\'') {
            Self::Single
        } else {
            Self::Double
        }
    }

    /// The quotes of most strings of a document.
    pub(super) fn usual(text: &str, root: &Table) -> Self {
        let mut surplus = 0_i64;
        for (_, item) in root {
            count(text, item, &mut surplus);
        }
        if surplus > 0 {
            Self::Single
        } else {
            Self::Double
        }
    }
}

/// Counts strings in single quotes up and those in double quotes down.
fn count(text: &str, item: &Item, surplus: &mut i64) {
    match item {
        Item::None => {}
        Item::Value(value) => count_value(text, value, surplus),
        Item::Table(table) => table
            .iter()
            .for_each(|(_, item)| count(text, item, surplus)),
        Item::ArrayOfTables(tables) => tables
            .iter()
            .flat_map(Table::iter)
            .for_each(|(_, item)| count(text, item, surplus)),
    }
}

fn count_value(text: &str, value: &Value, surplus: &mut i64) {
    match value {
        Value::String(string) => {
            let written = string.span().map_or("", |span| &text[span]);
            *surplus += match Quote::of(written) {
                Quote::Single => 1,
                Quote::Double => -1,
            };
        }
        Value::Array(array) => array
            .iter()
            .for_each(|value| count_value(text, value, surplus)),
        Value::InlineTable(table) => table
            .iter()
            .for_each(|(_, value)| count_value(text, value, surplus)),
        _ => {}
    }
}

/// A string, in these quotes if it can be.
pub(super) fn string(text: &str, quote: Quote) -> String {
    let can_be_single = !text.contains('\'') && !text.contains(|c: char| c.is_control());
    let wants_escapes = text.contains(['"', '\\']);
    if can_be_single && (quote == Quote::Single || wants_escapes) {
        return format!("'{text}'");
    }
    let mut written = String::from('"');
    for letter in text.chars() {
        match letter {
            '"' => written.push_str("\\\""),
            '\\' => written.push_str("\\\\"),
            '\n' => written.push_str("\\n"),
            '\r' => written.push_str("\\r"),
            '\t' => written.push_str("\\t"),
            letter if letter.is_control() => {
                let _ = write!(written, "\\u{:04X}", u32::from(letter));
            }
            letter => written.push(letter),
        }
    }
    written.push('"');
    written
}

/// The text of a requirement, its specifiers from the lowest version to the highest, its marker in the
/// other quotes, so that nothing has to be escaped.
pub(super) fn requirement(requirement: &Requirement, quote: Quote) -> String {
    let mut text = match requirement.specifiers() {
        None => Requirement {
            marker: Marker::TRUE,
            ..requirement.clone()
        }
        .to_string(),
        Some(specifiers) => {
            let named = Requirement {
                extras: requirement.extras.clone(),
                ..Requirement::any(requirement.name.clone())
            };
            format!("{named}{}", ordered(specifiers))
        }
    };
    if !requirement.marker.is_true() {
        // A URL would swallow a semicolon that follows it at once.
        let gap = if requirement.url().is_some() { " " } else { "" };
        let _ = write!(text, "{gap}; {}", marker(requirement.marker, quote));
    }
    text
}

/// Specifiers from the lowest version to the highest.
pub(crate) fn ordered(specifiers: &VersionSpecifiers) -> String {
    let mut specifiers: Vec<&VersionSpecifier> = specifiers.iter().collect();
    specifiers.sort_by_key(|specifier| specifier.version());
    let specifiers: Vec<String> = specifiers.iter().map(ToString::to_string).collect();
    specifiers.join(",")
}

/// A marker, its values in the other quotes.
pub(super) fn marker(marker: Marker, quote: Quote) -> String {
    let text = marker.to_string();
    if quote == Quote::Double && !text.contains('\'') {
        text.replace('"', "'")
    } else {
        text
    }
}

/// A key, in quotes if it must be.
pub(super) fn key(key: &str) -> String {
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if !key.is_empty() && key.bytes().all(is_bare) {
        key.to_owned()
    } else {
        string(key, Quote::Double)
    }
}
