//! A project of another tool, read to become one of `[project]`, `[dependency-groups]` and
//! `[tool.tilsit]`.
//!
//! Each form is one module. It reads text and gives [`Item`]s: a key of the foreign file, and what it is
//! in the words of pyproject.toml, or why it is nothing there. [`write()`] puts them into the text of a
//! pyproject.toml and says of each where it went. The versions of a foreign lock are [`Pin`]s, which the
//! first lock keeps where it can.
//!
//! Nothing is run here, and nothing is guessed: what only running a setup.py would tell is named.

mod built;
mod conda;
mod finding;
mod flit;
mod flit_ini;
mod hatch;
mod metadata;
mod pdm;
mod pins;
mod pipfile;
mod poetry;
mod requirements;
mod setuptools;
#[cfg(test)]
mod tests;
mod uv;
mod write;
mod yaml;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use tilsit_files::FileError;
use tilsit_packaging::marker::Marker;
use tilsit_packaging::name::{GroupName, ProjectName};
use tilsit_packaging::requirement::Requirement;
use toml::Value;

pub use built::built;
pub use conda::environment_yml;
pub use finding::{Candidate, Kind, find};
pub use pins::{Kept, Pin, PinFate, kept, lock_of};
pub use write::{Defaults, Fate, Outcome, Written, write};

use crate::edit::{List, Location, Source};
use crate::foreign_locks::ForeignLock;

/// The largest file of another tool that is read.
const SIZE_MAX_BYTES: usize = 4 * 1024 * 1024;

/// Where something is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The file, from the project's folder.
    pub file: String,
    /// The key in it.
    pub key: String,
    /// The line, counted from 1, where it is known.
    pub line: Option<usize>,
}

/// One key of a foreign file.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Where it stands.
    pub origin: Origin,
    /// What it is.
    pub what: What,
}

/// What a key is in pyproject.toml.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// A key of a table.
    Key {
        /// The keys that lead to the table.
        table: Vec<String>,
        /// The key.
        key: String,
        /// Its value.
        value: Value,
    },
    /// A text in a list of `[tool.tilsit]`.
    Entry {
        /// The key of the list.
        key: String,
        /// The text.
        text: String,
    },
    /// A key of `[project]` that is filled in when the project is built.
    Dynamic(&'static str),
    /// A requirement.
    Requirement(Box<Listed>),
    /// A group that has all that another one has.
    Include {
        /// The group.
        group: GroupName,
        /// The other one.
        included: GroupName,
    },
    /// An index.
    Index(Index),
    /// The place that a project comes from.
    Source {
        /// The project.
        name: ProjectName,
        /// The place.
        location: Location,
    },
    /// A requirement for building.
    BuildRequirement(String),
    /// A version that the lock keeps where it can: why it is no more than that.
    Pinned(String),
    /// It stays where it is, and counts there: why.
    Stays(String),
    /// It is left out: why.
    LeftOut(String),
}

/// A requirement in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// The list.
    pub list: List,
    /// What is required.
    pub requirement: Requirement,
    /// Its text, if it can be written as it is.
    pub text: Option<String>,
    /// Where the project comes from.
    pub source: Option<Source>,
}

/// An index of a foreign file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Index {
    /// Its name; told by its host where nothing is said.
    pub name: Option<String>,
    /// Its URL.
    pub url: String,
    /// Whether it takes the place of the default one.
    pub is_default: bool,
    /// Whether it is asked for the projects only whose source it is.
    pub is_explicit: bool,
}

/// All that was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Foreign {
    /// What the files say.
    pub items: Vec<Item>,
    /// The versions that a lock has.
    pub pins: Vec<Pin>,
}

/// Why something cannot be imported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// A file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// A file is not what it should be.
    #[error("`{file}`: {reason}")]
    Invalid {
        /// The file.
        file: String,
        /// Why, with the line where there is one.
        reason: String,
    },
    /// The folder has nothing of another tool.
    #[error("there is nothing to import in `{}`: no requirements file, Pipfile, environment.yml, setup.py, setup.cfg, and no table of another tool in a pyproject.toml", .0.display())]
    Nothing(PathBuf),
    /// A setup.py hands over what only running it would tell.
    #[error(
        "`{file}`: line {line} hands over arguments of `setup()` that only running it would tell"
    )]
    Computed {
        /// The file.
        file: String,
        /// The line.
        line: usize,
    },
    /// Several files say what the project needs.
    #[error("several files say what the project needs: {}", in_words(.0))]
    Ambiguous(Vec<String>),
    /// A file has a name and a text that nothing is known of.
    #[error("it is not known what `{0}` is")]
    Unknown(String),
    /// The pyproject.toml has none of the tables.
    #[error("`{file}` has no table of {kind}")]
    NoTable {
        /// The file.
        file: String,
        /// The tool.
        kind: &'static str,
    },
}

fn in_words(files: &[String]) -> String {
    let files: Vec<String> = files.iter().map(|file| format!("`{file}`")).collect();
    files.join(", ")
}

/// What reading may ask about the world outside of the files.
#[derive(Clone, Copy)]
pub struct World<'a> {
    /// The folder of the project.
    pub folder: &'a Path,
    /// The value of an environment variable.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// In place of the project itself, the group that gets what it needs.
    pub group: Option<&'a GroupName>,
}

impl World<'_> {
    /// Where what a file needs for running goes.
    fn main_list(&self) -> List {
        match self.group {
            Some(group) => List::Group(group.clone()),
            None => List::Project,
        }
    }

    fn read(&self, file: &str) -> Result<String, ImportError> {
        let text = tilsit_files::read_to_string(self.folder.join(file))?;
        if text.len() > SIZE_MAX_BYTES {
            let size = text.len();
            let reason = format!("it has {size} bytes, and {SIZE_MAX_BYTES} are the most");
            return Err(invalid(file, reason));
        }
        Ok(text)
    }

    fn read_if_there(&self, file: &str) -> Result<Option<String>, ImportError> {
        match self.read(file) {
            Ok(text) => Ok(Some(text)),
            Err(ImportError::File(error)) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Reads what was chosen, each with the lock that belongs to it.
///
/// # Errors
/// When a file cannot be read, or is not what it should be.
pub fn read(candidates: &[Candidate], world: World<'_>) -> Result<Foreign, ImportError> {
    let mut foreign = Foreign::default();
    for candidate in candidates {
        let world = World {
            group: candidate.group.as_ref().or(world.group),
            ..world
        };
        let file = candidate.file.as_str();
        match candidate.kind {
            Kind::Requirements => requirements::read(candidate, candidates, world, &mut foreign)?,
            Kind::Pipfile => pipfile::read(file, world, &mut foreign)?,
            Kind::Setuptools => setuptools::read(world, &mut foreign)?,
            Kind::Conda => {
                let items = environment_yml(file, &world.read(file)?, world.group)?;
                foreign.items.extend(items);
            }
            kind => {
                let items = of_pyproject(kind, file, &world.read(file)?, &world.main_list())?;
                foreign.items.extend(items);
            }
        }
        let lock = match candidate.kind {
            Kind::Poetry => Some(ForeignLock::Poetry),
            Kind::Pdm => Some(ForeignLock::Pdm),
            Kind::Uv => Some(ForeignLock::Uv),
            _ => None,
        };
        if let Some(lock) = lock {
            pins_of(lock, world, &mut foreign)?;
        }
    }
    Ok(foreign)
}

/// Reads the table of a tool in the text of a pyproject.toml; what it needs for running goes to `main`.
///
/// # Errors
/// When there is no such table, or it is not what it should be.
pub fn of_pyproject(
    kind: Kind,
    file: &str,
    text: &str,
    main: &List,
) -> Result<Vec<Item>, ImportError> {
    match kind {
        Kind::Poetry => poetry::read(file, text, main),
        Kind::Pdm => pdm::read(file, text),
        Kind::Uv => uv::read(file, text),
        Kind::Hatch => hatch::read(file, text),
        Kind::Flit if file.ends_with(flit_ini::FLIT_INI) => flit_ini::read(file, text, main),
        Kind::Flit => flit::read(file, text, main),
        Kind::Requirements | Kind::Pipfile | Kind::Conda | Kind::Setuptools => {
            let kind = kind.name();
            let file = file.to_owned();
            Err(ImportError::NoTable { file, kind })
        }
    }
}

fn invalid(file: &str, reason: impl std::fmt::Display) -> ImportError {
    ImportError::Invalid {
        file: file.to_owned(),
        reason: reason.to_string(),
    }
}

/// The versions of the lock of another tool, if it is there.
fn pins_of(kind: ForeignLock, world: World<'_>, foreign: &mut Foreign) -> Result<(), ImportError> {
    let file = kind.file_name();
    let text = match tilsit_files::read_to_string(world.folder.join(file)) {
        Ok(text) => text,
        Err(error) if error.is_not_found() => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let pins = kind.pins(&text).map_err(|error| invalid(file, error))?;
    let before = foreign.pins.len();
    for (name, versions) in pins {
        foreign.pins.extend(versions.into_iter().map(|version| Pin {
            name: name.clone(),
            version,
            marker: Marker::TRUE,
            hashes: BTreeSet::new(),
        }));
    }
    foreign.pinned(file, before);
    Ok(())
}

impl Foreign {
    /// Notes that the versions behind `before` come from a file.
    fn pinned(&mut self, file: &str, before: usize) {
        let count = self.pins.len() - before;
        let why = format!("versions that are kept where they can be: {count}");
        let mut out = Collector::new(file);
        out.add("", None, What::Pinned(why));
        self.items.append(&mut out.items);
    }
}

/// Collects what one file says.
struct Collector<'a> {
    file: &'a str,
    items: Vec<Item>,
}

impl<'a> Collector<'a> {
    fn new(file: &'a str) -> Self {
        let items = Vec::new();
        Self { file, items }
    }

    fn add(&mut self, key: impl Into<String>, line: Option<usize>, what: What) {
        let origin = Origin {
            file: self.file.to_owned(),
            key: key.into(),
            line,
        };
        self.items.push(Item { origin, what });
    }

    /// A requirement in its own words; one that is none is left out and named.
    fn requirement(&mut self, key: &str, line: Option<usize>, list: &List, text: &str) {
        let what = match text.parse::<Requirement>() {
            Ok(requirement) => What::Requirement(Box::new(Listed {
                list: list.clone(),
                requirement,
                text: Some(text.trim().to_owned()),
                source: None,
            })),
            Err(error) => What::LeftOut(format!("`{text}` is no requirement: {error}")),
        };
        self.add(key, line, what);
    }

    /// A key of `[project]`.
    fn project(&mut self, key: &str, line: Option<usize>, to: &str, value: impl Into<Value>) {
        let what = What::of_project(to, value);
        self.add(key, line, what);
    }
}

impl What {
    fn of_project(key: &str, value: impl Into<Value>) -> Self {
        Self::key(&["project"], key, value)
    }

    /// A text in a list of `[tool.tilsit]`.
    fn setting(key: &str, text: impl Into<String>) -> Self {
        Self::Entry {
            key: key.to_owned(),
            text: text.into(),
        }
    }

    fn key(table: &[&str], key: &str, value: impl Into<Value>) -> Self {
        Self::Key {
            table: table.iter().map(|&part| part.to_owned()).collect(),
            key: key.to_owned(),
            value: value.into(),
        }
    }
}

/// A group whose name is any text: what no name may have becomes `-`.
fn group(name: &str) -> Option<GroupName> {
    let name: String = name
        .chars()
        .map(|letter| match letter {
            letter if letter.is_ascii_alphanumeric() || "-_.".contains(letter) => letter,
            _ => '-',
        })
        .collect();
    name.trim_matches(['-', '_', '.']).parse().ok()
}

/// `[tool.NAME]` of a pyproject.toml.
fn tool_table(file: &str, text: &str, tool: &str) -> Result<Option<toml::Table>, ImportError> {
    let mut table: toml::Table = text.parse().map_err(|error| invalid(file, error))?;
    let tools = table.get_mut("tool").and_then(Value::as_table_mut);
    let found = tools.and_then(|tools| tools.remove(tool));
    match found {
        Some(Value::Table(table)) => Ok(Some(table)),
        _ => Ok(None),
    }
}
