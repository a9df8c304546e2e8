//! `tilsit config`: every setting, its value, and where it is from.

use std::fmt::Write as _;

use clap::Args;
use serde_json::{Value, json};

use crate::configuration::Listed;
use crate::context::Context;
use crate::report::Report;
use crate::terminal::DIM;

/// Show the settings and where they are from
///
/// Settings come from variables (`TILSIT_…`), `[tool.tilsit]` and `[tool.uv]` in the nearest
/// pyproject.toml, the user's tilsit.toml, and pip's variables and files, the strongest first.
/// Users and passwords are not shown.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Only this setting, as `index-url`
    key: Option<String>,
    /// Also the settings that nobody sets, and values that a stronger one hides
    #[arg(long)]
    all: bool,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Report {
    let mut listing = context.configuration.listing();
    if let Some(key) = &arguments.key {
        listing.retain(|listed| listed.key == *key);
    }
    let shown: Vec<&Listed> = listing
        .iter()
        .filter(|listed| arguments.all || listed.from.is_some() && !listed.overridden)
        .collect();
    let not_followed = context.configuration.not_followed();
    let mut text = String::new();
    let width = shown.iter().map(|listed| listed.key.len()).max();
    for listed in &shown {
        let value = in_words(&listed.value);
        let from = match (&listed.from, listed.overridden) {
            (Some(from), false) => format!("  {DIM}{from}{DIM:#}"),
            (Some(from), true) => format!("  {DIM}{from}, hidden{DIM:#}"),
            (None, _) => String::new(),
        };
        let (key, width) = (&listed.key, width.unwrap_or(0));
        writeln!(text, "{key:width$}  {value}{from}").expect("a text takes any text");
    }
    if arguments.key.is_none() {
        for setting in not_followed {
            let (key, from) = (&setting.key, &setting.from);
            let line = format_args!("`{key}` in {from} means nothing here");
            context.terminal.say(line);
        }
    }
    Report::new(
        text,
        json!({ "settings": shown, "not_followed": not_followed }),
    )
}

/// A value on one line.
fn in_words(value: &Value) -> String {
    match value {
        Value::Null => "(not set)".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(values) => {
            let values: Vec<String> = values.iter().map(in_words).collect();
            values.join(" ")
        }
        Value::Object(entries) => {
            let says = |value: &&Value| !matches!(value, Value::Null | Value::Bool(false));
            let entries = entries.iter().filter(|(_, value)| says(value));
            let entries = entries.map(|(key, value)| match value {
                Value::Object(_) => format!("{key}=({})", in_words(value)),
                _ => format!("{key}={}", in_words(value)),
            });
            entries.collect::<Vec<_>>().join(" ")
        }
        other => other.to_string(),
    }
}
