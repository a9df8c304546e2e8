//! What modules for the stable ABI want of Python: only what every Python has that the wheel is for.
//!
//! Follows "C API and ABI stability" of CPython's documentation. The table says since when each symbol
//! is part of the stable ABI. Modules for Linux are looked into; those of other systems are not.

use std::collections::{BTreeMap, BTreeSet};

use tilsit_archive::ReadAt;
use tilsit_elf::{Elf, Symbol, SymbolKind};

use super::and_others;
use super::tags::Compiled;
use crate::finding::Finding;
use crate::rule::Rule;
use crate::wheel::{Wheel, WheelEntry, WheelFault};

const TABLE: &str = include_str!("stable_abi.txt");

/// A version of Python, without its last part.
type Minor = (u32, u32);

/// Since when each symbol is part of the stable ABI.
fn table() -> BTreeMap<&'static str, Minor> {
    let mut since = (3, 2);
    let mut table = BTreeMap::new();
    for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
        match minor(line) {
            Some(version) => since = version,
            None => table.extend(line.split_ascii_whitespace().map(|name| (name, since))),
        }
    }
    table
}

fn minor(text: &str) -> Option<Minor> {
    let (major, minor) = text.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// The oldest Python that the tags name.
fn oldest<S: ReadAt>(wheel: &Wheel<S>) -> Option<Minor> {
    let tags = &wheel.file_name().tags;
    if !tags.abis().any(|abi| abi == "abi3") {
        return None;
    }
    let interpreters = tags
        .interpreters()
        .filter_map(|tag| tag.strip_prefix("cp3"));
    let minors = interpreters.filter_map(|minor| minor.parse().ok());
    minors.min().map(|minor| (3, minor))
}

/// Checks the modules of a wheel for the stable ABI; `compiled` says for each file what it is.
pub(super) fn check<S: ReadAt>(
    wheel: &Wheel<S>,
    compiled: &[Option<Compiled>],
) -> Result<Vec<Finding>, WheelFault> {
    let Some(oldest) = oldest(wheel) else {
        return Ok(Vec::new());
    };
    let table = table();
    let mut findings = Vec::new();
    let files = wheel.files().iter().zip(compiled);
    for (file, _) in files.filter(|(_, kind)| **kind == Some(Compiled::Elf)) {
        let mut contents = Vec::new();
        let mut reader = wheel.reader();
        let read = reader.stream(file, &mut |piece| contents.extend_from_slice(piece));
        read.map_err(|error| *error.fault)?;
        if let Ok(elf) = Elf::parse(&contents)
            && is_module(&elf, file)
        {
            findings.extend(wanted(&elf, &table, oldest, &file.name));
        }
    }
    Ok(findings)
}

/// Whether the file is a module, and one for the stable ABI: others may lie beside it.
fn is_module(elf: &Elf<'_>, file: &WheelEntry) -> bool {
    let name = file.name.rsplit('/').next().unwrap_or_default();
    let (module, suffix) = name.split_once('.').unwrap_or((name, ""));
    let function = format!("PyInit_{module}");
    let is_it = |symbol: Symbol<'_>| {
        symbol.name == function.as_bytes()
            && symbol.is_defined
            && symbol.kind == SymbolKind::Function
    };
    !suffix.starts_with("cpython-") && elf.symbols().any(is_it)
}

/// What the module wants that an older Python, or any, need not have.
fn wanted(elf: &Elf<'_>, table: &BTreeMap<&str, Minor>, oldest: Minor, path: &str) -> Vec<Finding> {
    let (mut foreign, mut newer) = (BTreeSet::new(), BTreeMap::new());
    for symbol in elf.symbols() {
        let Ok(name) = std::str::from_utf8(symbol.name) else {
            continue;
        };
        // One that is wanted weakly is asked for before it is used.
        if symbol.is_defined
            || symbol.is_weak
            || !(name.starts_with("Py") || name.starts_with("_Py"))
        {
            continue;
        }
        match table.get(name) {
            None => {
                foreign.insert(name);
            }
            Some(since) if *since > oldest => {
                newer.insert(name, *since);
            }
            Some(_) => {}
        }
    }
    let finding = |reason| Finding::new(Rule::StableAbi, "", path, reason);
    let foreign_count = foreign.len();
    let foreign = foreign.into_iter().next().map(|name| {
        let shown = and_others(name, foreign_count);
        finding(format!(
            "wants {shown} of Python, not part of the stable ABI"
        ))
    });
    let newer_count = newer.len();
    let newest = newer.into_iter().max_by_key(|(_, since)| *since);
    let newer = newest.map(|(name, (major, minor))| {
        let shown = and_others(name, newer_count);
        let (_, own) = oldest;
        finding(format!(
            "wants {shown} of Python {major}.{minor}, and the wheel is for 3.{own} too"
        ))
    });
    foreign.into_iter().chain(newer).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_says_since_when() {
        let table = table();
        assert!(table.len() > 900, "{}", table.len());
        for (name, since) in [
            ("PyLong_FromLong", Some((3, 2))),
            ("PyModule_AddType", Some((3, 10))),
            ("PyBuffer_Release", Some((3, 11))),
            ("_Py_Dealloc", Some((3, 2))),
            ("PyUnicode_AsUTF8", None),
            ("3.2", None),
        ] {
            assert_eq!(table.get(name).copied(), since, "{name}");
        }
    }
}
