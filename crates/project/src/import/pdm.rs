//! pdm's own table: groups for development, sources, scripts, rules for resolving; the versions of
//! pdm.lock are kept. What the project needs pdm keeps in `[project]`.

use toml::{Table, Value};

use tilsit_packaging::requirements_file::{Target, parse_editable};

use super::requirements::joined;
use super::{Collector, ImportError, Index, Item, Listed, What, group, tool_table};
use crate::edit::{List, Location, Source};

/// The name of pdm's own source, which another one of that name replaces.
const DEFAULT: &str = "pypi";

/// Reads `[tool.pdm]` and pdm.lock.
pub(super) fn read(file: &str, text: &str) -> Result<Vec<Item>, ImportError> {
    let Some(table) = tool_table(file, text, "pdm")? else {
        return Err(ImportError::NoTable {
            file: file.to_owned(),
            kind: "pdm",
        });
    };
    let mut out = Collector::new(file);
    for (key, value) in &table {
        let shown = format!("tool.pdm.{key}");
        match (&**key, value) {
            ("dev-dependencies", Value::Table(groups)) => {
                for (name, texts) in groups {
                    development(&format!("{shown}.{name}"), name, texts, &mut out);
                }
            }
            ("source", Value::Array(sources)) => {
                for source in sources.iter().filter_map(Value::as_table) {
                    self::source(source, &mut out);
                }
            }
            ("scripts", Value::Table(scripts)) => {
                for (name, script) in scripts {
                    let what = match task(script) {
                        Some(task) => What::key(&["tool", "tilsit", "tasks"], name, task),
                        None => What::LeftOut("only pdm runs a script of this form".to_owned()),
                    };
                    out.add(format!("{shown}.{name}"), None, what);
                }
            }
            ("distribution", Value::Boolean(is_built)) => {
                let what = What::key(&["tool", "tilsit"], "package", *is_built);
                out.add(shown, None, what);
            }
            ("resolution", Value::Table(rules)) => resolution(&shown, rules, &mut out),
            ("version" | "build", _) => {
                let why = "pdm's build backend reads it here";
                out.add(shown, None, What::Stays(why.to_owned()));
            }
            _ => {
                let why = "it tells pdm how to work";
                out.add(shown, None, What::LeftOut(why.to_owned()));
            }
        }
    }
    Ok(out.items)
}

fn development(key: &str, name: &str, texts: &Value, out: &mut Collector<'_>) {
    let Some(list) = group(name).map(List::Group) else {
        let why = format!("no group can be called `{name}`");
        return out.add(key, None, What::LeftOut(why));
    };
    let texts = texts.as_array().into_iter().flatten();
    for text in texts.filter_map(Value::as_str) {
        match text.strip_prefix("-e ") {
            None => out.requirement(key, None, &list, text),
            Some(target) => out.add(key, None, editable(target.trim(), &list)),
        }
    }
}

/// `file:///${PROJECT_ROOT}/folder#egg=name`
fn editable(text: &str, list: &List) -> What {
    let path = text
        .strip_prefix("file:///${PROJECT_ROOT}/")
        .or_else(|| text.strip_prefix("./"));
    let path = path.map(|path| path.split('#').next().unwrap_or_default());
    let name = match parse_editable(text) {
        Ok(Target::Url(target)) => target.name,
        _ => None,
    };
    let (Some(path), Some(name)) = (path, name) else {
        return What::LeftOut(format!("`{text}` is no folder here with a name"));
    };
    let requirement = tilsit_packaging::requirement::Requirement::any(name);
    let location = Location::Path {
        path: joined("", path),
        editable: Some(true),
    };
    What::Requirement(Box::new(Listed {
        list: list.clone(),
        requirement,
        text: None,
        source: Some(Source::of(location)),
    }))
}

fn source(source: &Table, out: &mut Collector<'_>) {
    let text = |key: &str| source.get(key).and_then(Value::as_str);
    let name = text("name");
    let key = format!("tool.pdm.source {}", name.unwrap_or_default());
    let Some(url) = text("url").filter(|_| text("type") != Some("find_links")) else {
        let what = match text("url") {
            Some(url) => What::setting("find-links", url),
            None => What::LeftOut("it has no URL".to_owned()),
        };
        return out.add(key, None, what);
    };
    if url.contains('$') {
        let why = "its URL has variables in it: `tilsit login` keeps what is secret";
        return out.add(key, None, What::LeftOut(why.to_owned()));
    }
    let only = source.get("include_packages").and_then(Value::as_array);
    let index = Index {
        name: name.map(str::to_owned),
        url: url.to_owned(),
        is_default: name == Some(DEFAULT),
        is_explicit: only.is_some_and(|only| !only.is_empty()),
    };
    out.add(&key, None, What::Index(index));
    for pattern in only.into_iter().flatten().filter_map(Value::as_str) {
        let key = format!("{key} include_packages");
        let what = match (pattern.parse(), name) {
            (Ok(project), Some(name)) => What::Source {
                name: project,
                location: Location::Index(name.to_owned()),
            },
            _ => What::LeftOut(format!("`{pattern}` names no single project")),
        };
        out.add(key, None, what);
    }
}

fn task(script: &Value) -> Option<Value> {
    let is_plain = |text: &str| !text.contains("{args:") && !text.contains("{pdm}");
    match script {
        Value::String(text) => is_plain(text).then(|| script.clone()),
        Value::Table(table) => {
            let mut task = Table::new();
            for (key, value) in table {
                match (&**key, value) {
                    ("cmd" | "call", Value::String(text)) if is_plain(text) => {
                        task.insert(key.clone(), value.clone());
                    }
                    ("env", Value::Table(_)) | ("help", _) => {
                        task.insert(key.clone(), value.clone());
                    }
                    ("working_dir", _) => {
                        task.insert("cwd".to_owned(), value.clone());
                    }
                    ("composite", Value::Array(_)) if table.len() == 1 => {
                        return Some(value.clone());
                    }
                    _ => return None,
                }
            }
            Some(Value::Table(task))
        }
        _ => None,
    }
}

fn resolution(key: &str, rules: &Table, out: &mut Collector<'_>) {
    for (rule, value) in rules {
        let key = format!("{key}.{rule}");
        match (&**rule, value) {
            ("overrides", Value::Table(overrides)) => {
                for (name, version) in overrides {
                    let version = version.as_str().unwrap_or_default();
                    let is_bare = version.starts_with(|first: char| first.is_ascii_digit());
                    let text = match (version, is_bare) {
                        ("*", _) => name.clone(),
                        (version, true) => format!("{name}=={version}"),
                        (version, false) => format!("{name}{version}"),
                    };
                    out.add(&key, None, What::setting("override-dependencies", text));
                }
            }
            ("allow-prereleases", Value::Boolean(true)) => {
                out.add(key, None, What::key(&["tool", "tilsit"], "pre", true));
            }
            _ => {
                let why = "there is no such rule here";
                out.add(key, None, What::LeftOut(why.to_owned()));
            }
        }
    }
}
