//! TOML as the locks of other tools are written: texts always in double quotes.

use std::fmt::Write as _;

/// A text in quotes.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            control if control.is_control() => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(control));
            }
            plain => quoted.push(plain),
        }
    }
    quoted.push('"');
    quoted
}

/// A key, in quotes where it has to be.
pub(crate) fn key(name: &str) -> String {
    let is_bare = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
    if name.chars().all(is_bare) {
        name.to_owned()
    } else {
        quoted(name)
    }
}

/// `{ key = value, … }`
pub(crate) fn inline(entries: &[(&str, String)]) -> String {
    let entries = entries.iter();
    let entries: Vec<String> = entries
        .map(|(key, value)| format!("{key} = {value}"))
        .collect();
    format!("{{ {} }}", entries.join(", "))
}

/// A list of values, each on a line of its own.
pub(crate) fn lines(values: &[String]) -> String {
    let rows = values.iter().map(|value| format!("    {value},\n"));
    format!("[\n{}]", rows.collect::<String>())
}
