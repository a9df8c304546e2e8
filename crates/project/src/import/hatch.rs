//! hatch's environments: what each needs besides the project becomes a group.

use toml::{Table, Value};

use super::{Collector, ImportError, Item, What, group, tool_table};
use crate::edit::List;

/// The environment that all others are made of, which is where one works.
const DEFAULT: &str = "default";

/// Reads `[tool.hatch.envs]`.
pub(super) fn read(file: &str, text: &str) -> Result<Vec<Item>, ImportError> {
    let Some(table) = tool_table(file, text, "hatch")? else {
        return Err(ImportError::NoTable {
            file: file.to_owned(),
            kind: "hatch",
        });
    };
    let mut out = Collector::new(file);
    let envs = table.get("envs").and_then(Value::as_table);
    for (name, env) in envs.into_iter().flatten() {
        let key = format!("tool.hatch.envs.{name}");
        match env.as_table() {
            Some(env) => environment(&key, name, env, &mut out),
            None => out.add(key, None, What::LeftOut("it is no table".to_owned())),
        }
    }
    Ok(out.items)
}

fn environment(key: &str, name: &str, env: &Table, out: &mut Collector<'_>) {
    // The group that is installed where nobody says which.
    let name = if name == DEFAULT { "dev" } else { name };
    let Some(group) = group(name) else {
        let why = format!("no group can be called `{name}`");
        return out.add(key, None, What::LeftOut(why));
    };
    let list = List::Group(group);
    for (what, value) in env {
        let key = format!("{key}.{what}");
        match (&**what, value) {
            ("dependencies" | "extra-dependencies", Value::Array(texts)) => {
                for text in texts {
                    match text.as_str() {
                        Some(text) => requirement(&key, &list, text, out),
                        None => out.add(&key, None, What::LeftOut("it is no text".to_owned())),
                    }
                }
            }
            ("scripts", Value::Table(scripts)) => {
                for (script, value) in scripts {
                    let key = format!("{key}.{script}");
                    out.add(key, None, task(name, script, value));
                }
            }
            ("features", Value::Array(features)) => {
                let extras: Vec<&str> = features.iter().filter_map(Value::as_str).collect();
                let options: Vec<String> = extras
                    .iter()
                    .map(|extra| format!("--extra {extra}"))
                    .collect();
                let why = format!(
                    "extras are chosen where they are wanted: `{}`",
                    options.join(" ")
                );
                out.add(key, None, What::LeftOut(why));
            }
            ("detached" | "skip-install" | "template", _) => {
                let why = "a group has what it lists, and `--only-group` leaves the project out";
                out.add(key, None, What::LeftOut(why.to_owned()));
            }
            ("matrix" | "overrides" | "python" | "env-vars" | "platforms", _) => {
                let why = "hatch makes several environments by it; a project here has one";
                out.add(key, None, What::LeftOut(why.to_owned()));
            }
            _ => {
                let why = "it tells hatch how to make its environment";
                out.add(key, None, What::LeftOut(why.to_owned()));
            }
        }
    }
}

fn requirement(key: &str, list: &List, text: &str, out: &mut Collector<'_>) {
    if text.contains('{') {
        let why = format!("`{text}` has what only hatch fills in");
        return out.add(key, None, What::LeftOut(why));
    }
    out.requirement(key, None, list, text);
}

/// A script as a task: of the environment that one works in, and where nothing in it is hatch's own.
fn task(env: &str, name: &str, value: &Value) -> What {
    if env != "dev" {
        let why =
            "a task runs in the project's one environment: write it with `--group`, if at all";
        return What::LeftOut(why.to_owned());
    }
    let is_plain = |text: &str| {
        let rest = text.replace("{args}", "");
        !rest.contains(['{', '&', '|', ';', '$', '>']) && !rest.starts_with(['-', '!'])
    };
    let commands = match value {
        Value::String(text) => vec![text.as_str()],
        Value::Array(texts) => texts.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if commands.is_empty() || !commands.iter().all(|text| is_plain(text)) {
        let why = "hatch fills something in, or a shell is needed: a task is split into words";
        return What::LeftOut(why.to_owned());
    }
    What::key(&["tool", "tilsit", "tasks"], name, value.clone())
}
