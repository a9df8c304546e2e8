//! flit's table of metadata, from before there was `[project]`. flit refuses to read both: what was
//! taken over is taken out.

use tilsit_packaging::name::ExtraName;
use toml::{Table, Value};

use super::metadata::{is_readme, license, list, people};
use super::{Collector, ImportError, Item, What, tool_table};
use crate::edit::List;

/// The tables that go.
pub(super) const TABLES: [&str; 3] = ["metadata", "scripts", "entrypoints"];

/// What builds a project whose metadata is in `[project]`.
pub(super) const BACKEND: &str = "flit_core>=3.2,<4";

/// Reads `[tool.flit]`.
pub(super) fn read(file: &str, text: &str, main: &List) -> Result<Vec<Item>, ImportError> {
    let table = tool_table(file, text, "flit")?.unwrap_or_default();
    items(file, &table, main)
}

/// What the tables `metadata`, `scripts` and `entrypoints` say.
pub(super) fn items(file: &str, table: &Table, main: &List) -> Result<Vec<Item>, ImportError> {
    let Some(metadata) = table.get("metadata").and_then(Value::as_table) else {
        return Err(ImportError::NoTable {
            file: file.to_owned(),
            kind: "flit's metadata",
        });
    };
    let mut out = Collector::new(file);
    for (key, value) in metadata {
        field(key, value, metadata, main, &mut out);
    }
    let key = "tool.flit.metadata.module";
    for field in ["version", "description"] {
        out.add(key, None, What::Dynamic(field));
    }
    let entries = |key: &str| table.get(key).and_then(Value::as_table);
    for (name, object) in entries("scripts").into_iter().flatten() {
        let what = What::key(&["project", "scripts"], name, object.clone());
        out.add("tool.flit.scripts", None, what);
    }
    for (group, points) in entries("entrypoints").into_iter().flatten() {
        for (name, object) in points.as_table().into_iter().flatten() {
            let path = ["project", "entry-points", group];
            let what = What::key(&path, name, object.clone());
            out.add(format!("tool.flit.entrypoints.{group}"), None, what);
        }
    }
    let what = What::BuildRequirement(BACKEND.to_owned());
    out.add("tool.flit.metadata", None, what);
    Ok(out.items)
}

fn field(key: &str, value: &Value, all: &Table, main: &List, out: &mut Collector<'_>) {
    let shown = format!("tool.flit.metadata.{key}");
    let text = value.as_str();
    let texts = || {
        value
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
    };
    let person = |name: &str, email: &str| {
        let text = |key: &str| all.get(key).and_then(Value::as_str);
        Value::Array(people(text(name), text(email)))
    };
    match (key, text) {
        ("module", Some(module)) => {
            let name = all.get("dist-name").and_then(Value::as_str);
            if name.is_some_and(|name| name != module) {
                let what = What::key(&["tool", "flit", "module"], "name", module);
                out.add(&shown, None, what);
            }
            out.project(&shown, None, "name", name.unwrap_or(module));
        }
        ("dist-name", _) => out.add(shown, None, What::Stays("it is `project.name`".to_owned())),
        ("author", _) => out.project(&shown, None, "authors", person("author", "author-email")),
        ("maintainer", _) => {
            let people = person("maintainer", "maintainer-email");
            out.project(&shown, None, "maintainers", people);
        }
        ("author-email" | "maintainer-email", _) => {
            out.add(shown, None, What::Stays("it goes with the name".to_owned()));
        }
        ("home-page", Some(url)) => {
            out.add(
                shown,
                None,
                What::key(&["project", "urls"], "Homepage", url),
            );
        }
        ("urls", _) => {
            for (label, url) in value.as_table().into_iter().flatten() {
                let what = What::key(&["project", "urls"], label, url.clone());
                out.add(&shown, None, what);
            }
        }
        ("description-file", Some(file)) if is_readme(file) => {
            out.project(&shown, None, "readme", file);
        }
        ("requires-python", Some(text)) => out.project(&shown, None, "requires-python", text),
        ("license", Some(text)) => out.project(&shown, None, "license", license(text)),
        ("keywords", Some(text)) => {
            let separator = if text.contains(',') { ',' } else { ' ' };
            let words = text.split(separator).map(str::trim);
            let words = list(words.filter(|word| !word.is_empty()));
            out.project(&shown, None, "keywords", words);
        }
        ("classifiers", _) => out.project(&shown, None, "classifiers", list(texts())),
        ("requires" | "dev-requires" | "requires-extra", _) => {
            requirements(key, value, main, out);
        }
        _ => out.add(
            shown,
            None,
            What::LeftOut("`[project]` has no such key".to_owned()),
        ),
    }
}

/// The lists of requirements.
fn requirements(key: &str, value: &Value, main: &List, out: &mut Collector<'_>) {
    let shown = format!("tool.flit.metadata.{key}");
    let texts = |value: &Value| -> Vec<String> {
        let texts = value.as_array().into_iter().flatten();
        texts
            .filter_map(|text| text.as_str().map(str::to_owned))
            .collect()
    };
    if key != "requires-extra" {
        let dev = super::group("dev").filter(|_| key == "dev-requires");
        let list = dev.map_or_else(|| main.clone(), List::Group);
        for text in texts(value) {
            out.requirement(&shown, None, &list, &text);
        }
        return;
    }
    for (extra, listed) in value.as_table().into_iter().flatten() {
        let Ok(extra) = extra.parse::<ExtraName>() else {
            let why = format!("no extra can be called `{extra}`");
            out.add(&shown, None, What::LeftOut(why));
            continue;
        };
        for text in texts(listed) {
            out.requirement(&shown, None, &List::Extra(extra.clone()), &text);
        }
    }
}
