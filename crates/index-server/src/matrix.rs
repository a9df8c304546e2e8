//! The wheels of a release as a matrix of Python × platform, from their file names alone.
//!
//! What a tag means is told by the specification "Platform compatibility tags"; what is not known is
//! shown as it is written. A wheel stands in each cell that one of its tags names, so that a reader
//! finds the own Python and the own machine in one look.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use tilsit_packaging::file_name::WheelFileName;

#[cfg(test)]
mod tests;

/// Wheels by Python and platform.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Matrix {
    /// The upper line of the heads.
    pub(crate) systems: Vec<System>,
    pub(crate) rows: Vec<Row>,
}

/// A system, and the architectures for which there are wheels.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct System {
    pub(crate) name: String,
    /// Empty when the system is not parted by them.
    pub(crate) architectures: Vec<String>,
}

/// What there is for one Python.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) python: String,
    pub(crate) cells: Vec<Cell>,
}

/// The wheels for one Python on one platform.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) wheels: Vec<CellWheel>,
}

/// A wheel in a cell.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CellWheel {
    /// Which of the files it is.
    pub(crate) file: usize,
    /// From which version of the system on it runs, such as `2.17+`; `yes` when none is named.
    pub(crate) needs: String,
}

/// A row's place and name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Python {
    kind: u8,
    version: Reverse<(u32, u32)>,
    name: String,
}

/// A column's place and name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Platform {
    kind: u8,
    system: String,
    architecture: String,
}

/// The version of a system that a wheel needs at least.
type Needed = Option<(u32, u32)>;

/// The matrix of the wheels among some files; none when a single cell would hold them, or one wheel is
/// all there is.
pub(crate) fn matrix<'a>(file_names: impl IntoIterator<Item = &'a str>) -> Option<Matrix> {
    let mut cells: BTreeMap<(Python, Platform), BTreeMap<usize, Needed>> = BTreeMap::new();
    let mut wheels = BTreeSet::new();
    for (file, name) in file_names.into_iter().enumerate() {
        let Ok(wheel) = name.parse::<WheelFileName>() else {
            continue;
        };
        wheels.insert(file);
        for python in pythons(&wheel) {
            for (platform, needed) in wheel.tags.platforms().flat_map(platforms) {
                let cell = cells.entry((python.clone(), platform)).or_default();
                // Several tags of a wheel: the least that it needs counts.
                let least = cell.entry(file).or_insert(needed);
                *least = (*least).min(needed);
            }
        }
    }
    if wheels.len() < 2 || cells.len() < 2 {
        return None;
    }
    let columns: BTreeSet<&Platform> = cells.keys().map(|(_, platform)| platform).collect();
    let pythons: BTreeSet<&Python> = cells.keys().map(|(python, _)| python).collect();
    let row = |python: &Python| Row {
        python: python.name.clone(),
        cells: columns
            .iter()
            .map(|&platform| cell(cells.get(&(python.clone(), platform.clone()))))
            .collect(),
    };
    Some(Matrix {
        rows: pythons.into_iter().map(row).collect(),
        systems: systems(&columns),
    })
}

fn cell(wheels: Option<&BTreeMap<usize, Needed>>) -> Cell {
    let wheels = wheels.into_iter().flatten();
    let wheels = wheels.map(|(&file, needed)| CellWheel {
        file,
        needs: needed.map_or_else(
            || "yes".to_owned(),
            |(major, minor)| format!("{major}.{minor}+"),
        ),
    });
    Cell {
        wheels: wheels.collect(),
    }
}

fn systems(columns: &BTreeSet<&Platform>) -> Vec<System> {
    let mut systems: Vec<System> = Vec::new();
    for platform in columns {
        if systems.last().map(|system| &system.name) != Some(&platform.system) {
            systems.push(System {
                name: platform.system.clone(),
                architectures: Vec::new(),
            });
        }
        if let Some(system) = systems.last_mut()
            && !platform.architecture.is_empty()
        {
            system.architectures.push(platform.architecture.clone());
        }
    }
    systems
}

/// The rows that a wheel stands in.
fn pythons(wheel: &WheelFileName) -> BTreeSet<Python> {
    let mut found = BTreeSet::new();
    for interpreter in wheel.tags.interpreters() {
        let abis = wheel.tags.abis().filter(|abi| fits(interpreter, abi));
        found.extend(abis.map(|abi| python(interpreter, abi)));
    }
    found
}

/// Whether an interpreter can have an ABI: of `cp312.cp313-cp312.cp313` only two pairs mean anything.
fn fits(interpreter: &str, abi: &str) -> bool {
    let is_version = |text: &str| text.starts_with("cp") && text[2..].starts_with(char::is_numeric);
    if !is_version(interpreter) || !is_version(abi) {
        return true;
    }
    abi.strip_prefix(interpreter)
        .is_some_and(|rest| !rest.starts_with(char::is_numeric))
}

fn python(interpreter: &str, abi: &str) -> Python {
    let digits = interpreter.find(|character: char| character.is_ascii_digit());
    let (prefix, digits) = interpreter.split_at(digits.unwrap_or(interpreter.len()));
    let known = match prefix {
        "py" => Some((0, "Python")),
        "cp" => Some((2, "CPython")),
        "pp" => Some((3, "PyPy")),
        "graalpy" => Some((4, "GraalPy")),
        _ => None,
    };
    let version: Option<u32> = digits.get(..1).and_then(|major| major.parse().ok());
    let minor = digits.get(1..).filter(|minor| !minor.is_empty());
    let minor: Option<Option<u32>> = minor.map(|minor| minor.parse().ok());
    let ((kind, name), major, minor) = match (known, version, minor) {
        (Some(known), Some(major), None) => (known, major, None),
        (Some(known), Some(major), Some(Some(minor))) => (known, major, Some(minor)),
        _ => {
            return Python {
                kind: u8::MAX,
                version: Reverse((0, 0)),
                name: format!("{interpreter}-{abi}"),
            };
        }
    };
    let number = minor.map_or_else(|| major.to_string(), |minor| format!("{major}.{minor}"));
    let is_cpython = prefix == "cp";
    let (kind, number) = match abi {
        // The stable ABI, and what is for no certain ABI, are for later Pythons too.
        "abi3" if is_cpython => (1, format!("{number}+")),
        "abi3t" if is_cpython => (1, format!("{number}+ free-threaded")),
        "none" if prefix == "py" && minor.is_some() => (kind, format!("{number}+")),
        _ => (kind, format!("{number}{}", flags(interpreter, abi))),
    };
    Python {
        kind,
        version: Reverse((major, minor.unwrap_or(0))),
        name: format!("{name} {number}"),
    }
}

/// What an ABI says beyond its interpreter's version.
fn flags(interpreter: &str, abi: &str) -> String {
    match abi.strip_prefix(interpreter) {
        Some("t") => " free-threaded".to_owned(),
        Some("d") => " debug".to_owned(),
        // Of Python 2 and 3.7: how wide characters are, and how memory is had.
        Some(flags) if !flags.is_empty() && interpreter.starts_with("cp") => format!(" {flags}"),
        _ => String::new(),
    }
}

/// The names from before PEP 600, and the glibc that each stands for.
const LEGACY: [(&str, (u32, u32)); 3] = [
    ("manylinux1_", (2, 5)),
    ("manylinux2010_", (2, 12)),
    ("manylinux2014_", (2, 17)),
];

/// The columns that a platform stands for, and what it needs there.
fn platforms(tag: &str) -> Vec<(Platform, Needed)> {
    let column = |kind, system: &str, architecture: &str| Platform {
        kind,
        system: system.to_owned(),
        architecture: architecture.to_owned(),
    };
    for (prefix, glibc) in LEGACY {
        if let Some(architecture) = tag.strip_prefix(prefix) {
            return vec![(column(1, "Linux (glibc)", architecture), Some(glibc))];
        }
    }
    let versioned = [
        ("manylinux_", 1, "Linux (glibc)"),
        ("musllinux_", 2, "Linux (musl)"),
        ("macosx_", 4, "macOS"),
        ("ios_", 6, "iOS"),
        ("pyodide_", 8, "Pyodide"),
    ];
    for (prefix, kind, system) in versioned {
        let Some((version, architecture)) = tag.strip_prefix(prefix).and_then(version_and_rest)
        else {
            continue;
        };
        let architectures = match architecture {
            "universal2" => &["arm64", "x86_64"][..],
            _ => &[architecture],
        };
        let of = |architecture: &&str| (column(kind, system, architecture), Some(version));
        return architectures.iter().map(of).collect();
    }
    let plain = match tag {
        "any" => column(0, "Any platform", ""),
        "win32" => column(5, "Windows", "x86"),
        "win_amd64" => column(5, "Windows", "x86_64"),
        "win_arm64" => column(5, "Windows", "arm64"),
        _ => match tag.split_once('_') {
            Some(("linux", architecture)) => column(3, "Linux", architecture),
            Some(("android", rest)) => {
                let (level, architecture) = rest.split_once('_').unwrap_or((rest, ""));
                let needed = level.parse().ok().map(|level| (level, 0));
                return vec![(column(7, "Android", architecture), needed)];
            }
            _ => column(u8::MAX, tag, ""),
        },
    };
    vec![(plain, None)]
}

/// `2_28_x86_64` is for `x86_64` from 2.28 on.
fn version_and_rest(text: &str) -> Option<((u32, u32), &str)> {
    let mut parts = text.splitn(3, '_');
    let major = parts.next()?.parse().ok()?;
    let minor = parts.next()?.parse().ok()?;
    Some(((major, minor), parts.next().unwrap_or_default()))
}
