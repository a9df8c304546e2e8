//! Poetry's tables: what they say of the project goes to `[project]`, groups to `[dependency-groups]`,
//! sources to indexes; the versions of poetry.lock are kept. The tables stay, for Poetry and for
//! poetry-core, which builds by `packages` and `include`.

use tilsit_packaging::name::GroupName;
use toml::{Table, Value};

use super::metadata::{is_readme, is_version, license, list, person};
use super::pipfile::location;
use super::{Collector, ImportError, Index, Item, Listed, What, invalid, tool_table};
use crate::edit::{List, Location, Source, ordered};
use crate::poetry::{Dependency, Priority, Tables};

/// What a group is called that is installed where nobody says which.
const DEV: &str = "dev";

/// Reads `[tool.poetry]` and poetry.lock.
pub(super) fn read(file: &str, text: &str, main: &List) -> Result<Vec<Item>, ImportError> {
    let tables = Tables::read(text).map_err(|error| invalid(file, error))?;
    let raw = tool_table(file, text, "poetry")?;
    let (Some(tables), Some(raw)) = (tables, raw) else {
        return Err(ImportError::NoTable {
            file: file.to_owned(),
            kind: "Poetry",
        });
    };
    let whole: Table = text.parse().map_err(|error| invalid(file, error))?;
    let is_stated = whole.contains_key("project");
    let mut out = Collector::new(file);
    for (key, value) in &raw {
        field(key, value, is_stated, &mut out);
    }
    if let Some(pythons) = tables.requires_python.as_ref().filter(|_| !is_stated) {
        let key = "tool.poetry.dependencies.python";
        out.project(key, None, "requires-python", ordered(pythons));
    }
    if !is_stated {
        let key = "tool.poetry.dependencies";
        dependencies(key, main, &tables.dependencies, &mut out);
        for (extra, listed) in &tables.extras {
            let key = format!("tool.poetry.extras.{extra}");
            dependencies(&key, &List::Extra(extra.clone()), listed, &mut out);
        }
    }
    for (group, listed) in &tables.groups {
        let key = format!("tool.poetry.group.{group}");
        let list = List::Group(group.clone());
        dependencies(&key, &list, &listed.dependencies, &mut out);
    }
    default_groups(&tables, &mut out);
    sources(&tables, &mut out);
    Ok(out.items)
}

fn field(key: &str, value: &Value, is_stated: bool, out: &mut Collector<'_>) {
    let shown = format!("tool.poetry.{key}");
    let text = value.as_str();
    let people = || {
        let people = value.as_array().into_iter().flatten();
        let people = people.filter_map(|one| addressed(one.as_str()?));
        Value::Array(people.collect())
    };
    let read_below = [
        "dependencies",
        "dev-dependencies",
        "group",
        "extras",
        "source",
    ];
    if read_below.contains(&key) {
        return;
    }
    if is_stated && !matches!(key, "package-mode") {
        let why = "`[project]` is there, and poetry-core reads this here";
        return out.add(shown, None, What::Stays(why.to_owned()));
    }
    match (key, text) {
        ("name", Some(text)) => out.project(&shown, None, "name", text),
        ("version", Some(text)) if is_version(text) => out.project(&shown, None, "version", text),
        ("description", Some(text)) if !text.is_empty() => {
            out.project(&shown, None, "description", text);
        }
        ("readme", Some(file)) if is_readme(file) => out.project(&shown, None, "readme", file),
        ("readme", _) => out.add(shown, None, What::Dynamic("readme")),
        ("license", Some(text)) => out.project(&shown, None, "license", license(text)),
        ("authors" | "maintainers", _) => out.project(&shown, None, key, people()),
        ("keywords" | "classifiers", _) => {
            let texts = value.as_array().into_iter().flatten();
            let texts = list(texts.filter_map(Value::as_str));
            out.project(&shown, None, key, texts);
        }
        ("homepage" | "repository" | "documentation", Some(url)) => {
            let label = match key {
                "homepage" => "Homepage",
                "repository" => "Repository",
                _ => "Documentation",
            };
            out.add(shown, None, What::key(&["project", "urls"], label, url));
        }
        ("urls", _) => {
            for (label, url) in value.as_table().into_iter().flatten() {
                let what = What::key(&["project", "urls"], label, url.clone());
                out.add(&shown, None, what);
            }
        }
        ("scripts" | "plugins", _) => commands(key, value, out),
        ("package-mode", _) => {
            let what = What::key(&["tool", "tilsit"], "package", value.clone());
            out.add(shown, None, what);
        }
        ("packages" | "include" | "exclude" | "build", _) => {
            let why = "poetry-core builds by it, and goes on reading it here";
            out.add(shown, None, What::Stays(why.to_owned()));
        }
        _ => {
            let why = "it tells Poetry how to work, or says nothing";
            out.add(shown, None, What::LeftOut(why.to_owned()));
        }
    }
}

/// Scripts, and entry points of other groups.
fn commands(key: &str, value: &Value, out: &mut Collector<'_>) {
    let entries = value.as_table().into_iter().flatten();
    if key == "scripts" {
        for (name, object) in entries {
            let what = match object.as_str() {
                Some(object) => What::key(&["project", "scripts"], name, object),
                None => What::Stays("poetry-core alone knows such a script".to_owned()),
            };
            out.add(format!("tool.poetry.scripts.{name}"), None, what);
        }
        return;
    }
    for (group, points) in entries {
        for (name, object) in points.as_table().into_iter().flatten() {
            let path = ["project", "entry-points", group];
            let what = What::key(&path, name, object.clone());
            out.add(format!("tool.poetry.plugins.{group}"), None, what);
        }
    }
}

/// `Ann <ann@x.example>`
fn addressed(text: &str) -> Option<Value> {
    match text.split_once('<') {
        Some((name, email)) => person(Some(name), Some(email.trim_end().trim_end_matches('>'))),
        None => person(Some(text), None),
    }
}

fn dependencies(key: &str, list: &List, all: &[Dependency], out: &mut Collector<'_>) {
    for dependency in all {
        let requirement = &dependency.requirement;
        let shown = format!("{key}.{}", requirement.name);
        let location = dependency.place.as_ref().map(location).or_else(|| {
            let index = dependency.index.as_ref()?;
            Some(Location::Index(index.clone()))
        });
        let listed = Listed {
            list: list.clone(),
            requirement: requirement.clone(),
            text: None,
            source: location.map(Source::of),
        };
        out.add(&shown, None, What::Requirement(Box::new(listed)));
        if dependency.is_narrowed {
            let why = "its alternatives have no form here: the newest is taken";
            out.add(&shown, None, What::LeftOut(why.to_owned()));
        }
        if dependency.allows_prereleases {
            let why = "a bound with a pre-release in it asks for such: `>=2.0rc1`";
            let key = format!("{shown}.allow-prereleases");
            out.add(key, None, What::LeftOut(why.to_owned()));
        }
    }
}

/// Poetry installs all groups that are not optional.
fn default_groups(tables: &Tables, out: &mut Collector<'_>) {
    let groups = tables.groups.iter().filter(|(_, group)| !group.is_optional);
    let groups: Vec<&GroupName> = groups.map(|(name, _)| name).collect();
    let is_usual = match groups[..] {
        [] => !tables.groups.keys().any(|group| group.as_str() == DEV),
        [one] => one.as_str() == DEV,
        _ => false,
    };
    if is_usual {
        return;
    }
    if groups.is_empty() {
        let none = Value::Array(Vec::new());
        let what = What::key(&["tool", "tilsit"], "default-groups", none);
        return out.add("tool.poetry.group", None, what);
    }
    for group in groups {
        let key = format!("tool.poetry.group.{group}");
        out.add(key, None, What::setting("default-groups", group.as_str()));
    }
}

fn sources(tables: &Tables, out: &mut Collector<'_>) {
    let is_default = |priority| priority == Priority::Primary;
    let mut primary = tables.sources.iter().filter(|one| is_default(one.priority));
    let first = primary.next().map(|one| one.name.clone());
    for source in &tables.sources {
        let key = format!("tool.poetry.source {}", source.name);
        let what = match &source.url {
            None => What::LeftOut("it is the default index, which is asked anyway".to_owned()),
            Some(url) => What::Index(Index {
                name: Some(source.name.clone()),
                url: url.clone(),
                is_default: first.as_ref() == Some(&source.name),
                is_explicit: source.priority == Priority::Explicit,
            }),
        };
        out.add(key, None, what);
    }
}
