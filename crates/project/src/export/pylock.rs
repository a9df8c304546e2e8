//! A lock for others: only what is wanted, without what ours says besides.

use std::collections::BTreeSet;

use tilsit_packaging::pylock::{Package, Pylock};

use super::Folders;
use crate::lock::{Lock, Part};

/// The parts as a `pylock.toml` without extras and groups.
pub fn pylock(lock: &Lock, parts: &[Part<'_>], folders: Folders<'_>) -> Pylock {
    let names: BTreeSet<&str> = parts
        .iter()
        .map(|part| part.package.name.as_str())
        .collect();
    let packages = parts.iter().map(|part| {
        let mut package = Package {
            marker: part.marker,
            source: folders.source(&part.package.source),
            tool: toml::Table::new(),
            ..part.package.clone()
        };
        // It says which package of the file is meant, and that may have been left out.
        package.dependencies.retain(|table| {
            let name = table.get("name").and_then(toml::Value::as_str);
            name.is_some_and(|name| names.contains(name))
        });
        for table in &mut package.dependencies {
            // The markers of what it means may be others now.
            table.remove("marker");
        }
        package
    });
    Pylock {
        extras: Vec::new(),
        dependency_groups: Vec::new(),
        default_groups: Vec::new(),
        created_by: "tilsit".to_owned(),
        packages: packages.collect(),
        tool: toml::Table::new(),
        ..lock.pylock.clone()
    }
}
