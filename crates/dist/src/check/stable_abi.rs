//! What modules for the stable ABI want of Python: only what every Python has that the wheel is for.
//!
//! Follows "C API and ABI stability" of CPython's documentation. The table says since when each symbol
//! is part of the stable ABI.

use std::collections::{BTreeMap, BTreeSet};

use tilsit_archive::ReadAt;
use tilsit_binaries::{MachO, Part, Pe};
use tilsit_elf::{Elf, Symbol, SymbolKind};

use super::and_others;
use super::tags::Compiled;
use crate::finding::Finding;
use crate::rule::Rule;
use crate::wheel::{Wheel, WheelFault};

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
    for (file, kind) in wheel.files().iter().zip(compiled) {
        let read = match kind {
            Some(Compiled::Elf) => of_elf,
            Some(Compiled::MachO) => of_mach_o,
            Some(Compiled::Pe) => of_pe,
            Some(Compiled::Archive) | None => continue,
        };
        let Some(function) = module_function(&file.name) else {
            continue;
        };
        let mut contents = Vec::new();
        let mut reader = wheel.reader();
        let streamed = reader.stream(file, &mut |piece| contents.extend_from_slice(piece));
        streamed.map_err(|error| *error.fault)?;
        if let Some(wants) = read(&contents, function.as_bytes()) {
            findings.extend(judge(&wants, &table, oldest, &file.name));
        }
    }
    Ok(findings)
}

/// The function that makes a file of this name a module for the stable ABI; none where it is one for
/// one Python: such may lie beside.
fn module_function(path: &str) -> Option<String> {
    let name = path.rsplit('/').next()?;
    let (module, suffix) = name.split_once('.').unwrap_or((name, ""));
    let is_for_one = ["cpython-", "cp3"]
        .iter()
        .any(|start| suffix.starts_with(start));
    (!is_for_one).then(|| format!("PyInit_{module}"))
}

/// What a module wants of Python.
#[derive(Default)]
struct Wants {
    /// The names that the stable ABI has, or should have.
    names: BTreeSet<String>,
    /// A library of one Python that it needs.
    library: Option<String>,
}

impl Wants {
    fn add(&mut self, name: &[u8]) {
        if let Ok(name) = std::str::from_utf8(name)
            && (name.starts_with("Py") || name.starts_with("_Py"))
        {
            self.names.insert(name.to_owned());
        }
    }
}

/// What a file for Linux wants, if it is a module. What is wanted weakly is asked for before it is used.
fn of_elf(file: &[u8], function: &[u8]) -> Option<Wants> {
    let elf = Elf::parse(file).ok()?;
    let is_start = |symbol: Symbol<'_>| {
        symbol.name == function && symbol.is_defined && symbol.kind == SymbolKind::Function
    };
    elf.symbols().any(is_start).then_some(())?;
    let mut wants = Wants::default();
    for symbol in elf
        .symbols()
        .filter(|symbol| !symbol.is_defined && !symbol.is_weak)
    {
        wants.add(symbol.name);
    }
    Some(wants)
}

/// The same for macOS, of the parts for all machines. Names have one `_` more there.
fn of_mach_o(file: &[u8], function: &[u8]) -> Option<Wants> {
    let parts = MachO::parse(file).ok()?.parts;
    let mut symbols = parts.iter().flat_map(Part::symbols);
    let is_start = |name: &[u8]| name.strip_prefix(b"_") == Some(function);
    symbols
        .any(|symbol| symbol.is_defined && is_start(symbol.name))
        .then_some(())?;
    let mut wants = Wants::default();
    let symbols = parts.iter().flat_map(Part::symbols);
    for symbol in symbols.filter(|symbol| !symbol.is_defined && !symbol.is_weak) {
        wants.add(symbol.name.strip_prefix(b"_").unwrap_or_default());
    }
    Some(wants)
}

/// The same for Windows, where the library has to be that of the stable ABI too.
fn of_pe(file: &[u8], function: &[u8]) -> Option<Wants> {
    let pe = Pe::parse(file).ok()?;
    pe.exports.contains(&function).then_some(())?;
    let mut wants = Wants::default();
    for import in &pe.imports {
        let library = import.library.to_ascii_lowercase();
        let Some(version) = library.strip_prefix("python3") else {
            continue;
        };
        if version.starts_with(|character: char| character.is_ascii_digit()) {
            wants.library = Some(library);
        }
        for name in &import.names {
            wants.add(name);
        }
    }
    Some(wants)
}

/// What the module wants that an older Python, or any, need not have.
fn judge(wants: &Wants, table: &BTreeMap<&str, Minor>, oldest: Minor, path: &str) -> Vec<Finding> {
    let (mut foreign, mut newer) = (BTreeSet::new(), BTreeMap::new());
    for name in &wants.names {
        match table.get(name.as_str()) {
            None => {
                foreign.insert(name.as_str());
            }
            Some(since) if *since > oldest => {
                newer.insert(name.as_str(), *since);
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
    let library = wants.library.as_ref();
    let library =
        library.map(|library| finding(format!("needs `{library}`, the library of one Python")));
    foreign.into_iter().chain(newer).chain(library).collect()
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
