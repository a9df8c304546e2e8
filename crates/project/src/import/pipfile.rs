//! pipenv's Pipfile: categories become the project's requirements and groups, sources indexes, scripts
//! tasks; the versions of Pipfile.lock are kept.

use toml::Value;

use super::setuptools::name_in;
use super::{Collector, Foreign, ImportError, Index, Listed, Pin, What, World, invalid};
use crate::edit::{List, Location, Source, ordered};
use crate::pipfile::{PIPFILE_LOCK, Pipfile, PipfileLock};
use crate::settings::SourcePlace;

/// The group that `dev-packages` become.
const DEV: &str = "dev";

/// Reads a Pipfile and the lock beside it.
pub(super) fn read(file: &str, world: World<'_>, foreign: &mut Foreign) -> Result<(), ImportError> {
    let text = world.read(file)?;
    let pipfile = Pipfile::parse(&text).map_err(|error| invalid(file, error))?;
    let mut out = Collector::new(file);
    sources(&pipfile, &mut out);
    requires(&pipfile, &mut out);
    for (category, requirement, place, index) in pipfile.entries() {
        let key = format!("[{category}] {}", requirement.name);
        let list = match category {
            "packages" => world.main_list(),
            category => {
                let name = if category == "dev-packages" {
                    DEV
                } else {
                    category
                };
                // The reader has refused what is no name of a group.
                List::Group(name.parse().map_err(|error| invalid(file, error))?)
            }
        };
        let location = place.map(location).or_else(|| {
            let index = index?;
            Some(Location::Index(index.to_owned()))
        });
        let mut requirement = requirement.clone();
        if let Some(Location::Path { path, .. }) = &location {
            if path == "." {
                let why = "it is the project itself, which `tilsit sync` installs";
                out.add(key, None, What::LeftOut(why.to_owned()));
                continue;
            }
            // pipenv calls folders by a digest of their paths.
            let stated = name_in(&world.folder.join(path));
            if let Some(name) = stated.and_then(|name| name.parse().ok()) {
                requirement.name = name;
            }
        }
        let listed = Listed {
            list,
            requirement,
            text: None,
            source: location.map(Source::of),
        };
        out.add(key, None, What::Requirement(Box::new(listed)));
    }
    let table: toml::Table = text.parse().map_err(|error| invalid(file, error))?;
    others(&table, &mut out);
    foreign.items.append(&mut out.items);
    let lock = file.replace("Pipfile", PIPFILE_LOCK);
    if let Some(text) = world.read_if_there(&lock)? {
        let read = PipfileLock::parse(&text).map_err(|error| invalid(&lock, error))?;
        pins(&lock, &read, foreign);
    }
    Ok(())
}

fn sources(pipfile: &Pipfile, out: &mut Collector<'_>) {
    for (place, source) in pipfile.sources.iter().enumerate() {
        let name = source.name.as_deref();
        let key = format!("[[source]] {}", name.unwrap_or(&source.url));
        if source.url.contains('$') {
            let why = "its URL has variables in it: `tilsit login` keeps what is secret, and \
                       `[[tool.tilsit.index]]` takes the rest";
            out.add(key, None, What::LeftOut(why.to_owned()));
            continue;
        }
        let index = Index {
            name: name.map(str::to_owned),
            url: source.url.clone(),
            // As with pipenv, the first is the default one, and the others are for what names them.
            is_default: place == 0,
            is_explicit: place != 0,
        };
        out.add(key, None, What::Index(index));
    }
}

fn requires(pipfile: &Pipfile, out: &mut Collector<'_>) {
    let Some(specifiers) = &pipfile.requires_python else {
        return;
    };
    let text = ordered(specifiers);
    out.project("[requires]", None, "requires-python", text);
}

fn others(table: &toml::Table, out: &mut Collector<'_>) {
    let entries = |key: &str| table.get(key).and_then(Value::as_table);
    for (name, value) in entries("scripts").into_iter().flatten() {
        let task = match value {
            Value::Table(table) => table.get("call").map(|call| {
                let call = ("call".to_owned(), call.clone());
                Value::Table(toml::Table::from_iter([call]))
            }),
            value => Some(value.clone()),
        };
        let what = match task {
            Some(task) => What::key(&["tool", "tilsit", "tasks"], name, task),
            None => What::LeftOut("it is no command".to_owned()),
        };
        out.add(format!("[scripts] {name}"), None, what);
    }
    for (name, value) in entries("pipenv").into_iter().flatten() {
        let what = match (&**name, value) {
            ("allow_prereleases", Value::Boolean(true)) => {
                What::key(&["tool", "tilsit"], "pre", true)
            }
            _ => What::LeftOut("it tells pipenv how to work".to_owned()),
        };
        out.add(format!("[pipenv] {name}"), None, what);
    }
}

fn pins(file: &str, lock: &PipfileLock, foreign: &mut Foreign) {
    let entries = lock.categories.values().flatten();
    let pins = entries.filter_map(|entry| {
        Some(Pin {
            name: entry.requirement.name.clone(),
            version: entry.version.clone()?,
            marker: entry.requirement.marker,
            hashes: entry.hashes.clone(),
        })
    });
    let before = foreign.pins.len();
    foreign.pins.extend(pins);
    foreign.pinned(file, before);
}

/// A place as an edit writes it.
pub(super) fn location(place: &SourcePlace) -> Location {
    match place {
        SourcePlace::Workspace { .. } => Location::Workspace,
        SourcePlace::Path { path, editable } => Location::Path {
            path: path.trim_start_matches("./").to_owned(),
            editable: editable.filter(|editable| *editable),
        },
        SourcePlace::Git {
            url,
            reference,
            subdirectory,
        } => Location::Git {
            url: url.clone(),
            reference: reference.clone(),
            subdirectory: subdirectory.clone(),
        },
        SourcePlace::Url { url, subdirectory } => Location::Url {
            url: url.clone(),
            subdirectory: subdirectory.clone(),
        },
        SourcePlace::Index(index) => Location::Index(index.clone()),
    }
}
