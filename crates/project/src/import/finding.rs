//! What a folder has of other tools, and of what kind a named file is.

use std::collections::BTreeSet;
use std::path::Path;

use tilsit_packaging::name::GroupName;
use toml::{Table, Value};

use super::flit_ini::FLIT_INI;
use super::setuptools::{SETUP_CFG, SETUP_PY};
use super::{ImportError, group};
use crate::pipfile::PIPFILE;
use crate::workspace::PYPROJECT;

/// A kind of foreign project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// setup.py and setup.cfg
    Setuptools,
    /// `[tool.flit.metadata]`
    Flit,
    /// `[tool.poetry]` and poetry.lock
    Poetry,
    /// `[tool.pdm]` and pdm.lock
    Pdm,
    /// `[tool.uv]` and uv.lock
    Uv,
    /// `[tool.hatch.envs]`
    Hatch,
    /// Pipfile and Pipfile.lock
    Pipfile,
    /// Requirements files
    Requirements,
    /// conda's environment.yml
    Conda,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 9] = [
        Self::Setuptools,
        Self::Flit,
        Self::Poetry,
        Self::Pdm,
        Self::Uv,
        Self::Hatch,
        Self::Pipfile,
        Self::Requirements,
        Self::Conda,
    ];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Setuptools => "setuptools",
            Self::Flit => "flit",
            Self::Poetry => "poetry",
            Self::Pdm => "pdm",
            Self::Uv => "uv",
            Self::Hatch => "hatch",
            Self::Pipfile => "pipenv",
            Self::Requirements => "requirements",
            Self::Conda => "conda",
        }
    }
}

/// Something to import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// What it is.
    pub kind: Kind,
    /// The file, from the project's folder, with `/`.
    pub file: String,
    /// The group that gets what it lists; the project where there is none.
    pub group: Option<GroupName>,
    /// What was compiled from it.
    pub lock: Option<String>,
}

impl Candidate {
    fn of(kind: Kind, file: &str) -> Self {
        Self {
            kind,
            file: file.to_owned(),
            group: None,
            lock: None,
        }
    }

    /// Whether it says what the project itself needs.
    fn is_main(&self) -> bool {
        let of_project = matches!(
            self.kind,
            Kind::Poetry
                | Kind::Setuptools
                | Kind::Flit
                | Kind::Pipfile
                | Kind::Requirements
                | Kind::Conda
        );
        of_project && self.group.is_none()
    }
}

/// The names of requirements files that say what the project itself needs.
const MAIN: [&str; 9] = [
    "",
    "base",
    "common",
    "core",
    "install",
    "main",
    "prod",
    "production",
    "runtime",
];

/// The tables of tools in a pyproject.toml, by the keys that lead to them.
const TABLES: [(Kind, &[&str]); 5] = [
    (Kind::Flit, &["flit", "metadata"]),
    (Kind::Poetry, &["poetry"]),
    (Kind::Pdm, &["pdm"]),
    (Kind::Uv, &["uv"]),
    (Kind::Hatch, &["hatch", "envs"]),
];

/// What a folder has. `kind` leaves the others out.
///
/// # Errors
/// When there is nothing, several files say what the project needs, or a file cannot be read.
pub fn find(folder: &Path, kind: Option<Kind>) -> Result<Vec<Candidate>, ImportError> {
    let mut found = Vec::new();
    let has = |file: &str| tilsit_files::exists(folder.join(file));
    let mut states_project = false;
    if has(PYPROJECT)? {
        let text = tilsit_files::read_to_string(folder.join(PYPROJECT))?;
        let table: Table = text
            .parse()
            .map_err(|error| super::invalid(PYPROJECT, error))?;
        let dynamic = table.get("project").and_then(|table| table.get("dynamic"));
        let is_open = dynamic
            .and_then(Value::as_array)
            .is_some_and(|keys| keys.iter().any(|key| key.as_str() == Some("dependencies")));
        states_project = table.contains_key("project") && !is_open;
        found.extend(tables(&table, has("uv.lock")?, has("pdm.lock")?));
    }
    if has(SETUP_PY)? || has_metadata(folder)? {
        let file = if has(SETUP_PY)? { SETUP_PY } else { SETUP_CFG };
        found.push(Candidate::of(Kind::Setuptools, file));
    }
    if has(FLIT_INI)? {
        found.push(Candidate::of(Kind::Flit, FLIT_INI));
    }
    if has(PIPFILE)? {
        found.push(Candidate::of(Kind::Pipfile, PIPFILE));
    }
    found.extend(requirements(folder)?);
    for file in ["environment.yml", "environment.yaml"] {
        if has(file)? {
            found.push(Candidate::of(Kind::Conda, file));
        }
    }
    found.retain(|one| kind.is_none_or(|kind| kind == one.kind));
    let is_of_tool = |one: &Candidate| matches!(one.kind, Kind::Flit | Kind::Poetry);
    // A setup.py beside a `[project]` is what is left for the build, and beside the table of another
    // tool that tool's own.
    let is_stated = states_project || found.iter().any(is_of_tool);
    found.retain(|one| !is_stated || kind.is_some() || one.kind != Kind::Setuptools);
    // Poetry's table goes with `[project]`.
    let is_main = |one: &&Candidate| {
        let goes_with = states_project && one.kind == Kind::Poetry;
        one.is_main() && !goes_with
    };
    let mains: Vec<&Candidate> = found.iter().filter(is_main).collect();
    let kinds: BTreeSet<Kind> = mains.iter().map(|one| one.kind).collect();
    let is_ambiguous = kinds.len() > 1 || states_project && !kinds.is_empty();
    if is_ambiguous && kind.is_none() {
        let project = states_project.then(|| PYPROJECT.to_owned());
        let files = mains.iter().map(|one| one.file.clone());
        return Err(ImportError::Ambiguous(
            project.into_iter().chain(files).collect(),
        ));
    }
    if found.is_empty() {
        return Err(ImportError::Nothing(folder.to_path_buf()));
    }
    Ok(found)
}

/// What a named file is; several things, for a pyproject.toml.
///
/// # Errors
/// When nothing is known of it.
pub(super) fn named(
    folder: &Path,
    file: &str,
    kind: Option<Kind>,
) -> Result<Vec<Candidate>, ImportError> {
    let name = file.rsplit('/').next().unwrap_or_default();
    if name == PYPROJECT {
        let text = tilsit_files::read_to_string(folder.join(file))?;
        let table: Table = text.parse().map_err(|error| super::invalid(file, error))?;
        let mut found = tables(&table, true, true);
        found.retain(|one| kind.is_none_or(|kind| kind == one.kind));
        if found.is_empty() {
            return Err(ImportError::NoTable {
                file: file.to_owned(),
                kind: kind.map_or("a tool that is known here", Kind::name),
            });
        }
        return Ok(found);
    }
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    let told = match (name, ending) {
        (SETUP_PY | SETUP_CFG, _) => Some(Kind::Setuptools),
        (FLIT_INI, _) => Some(Kind::Flit),
        (PIPFILE, _) => Some(Kind::Pipfile),
        ("uv.lock", _) => Some(Kind::Uv),
        ("pdm.lock", _) => Some(Kind::Pdm),
        ("poetry.lock", _) => Some(Kind::Poetry),
        (_, Some("yml" | "yaml")) => Some(Kind::Conda),
        (_, Some("txt" | "in")) => Some(Kind::Requirements),
        _ => None,
    };
    let kind = kind.or(told);
    let kind = kind.ok_or_else(|| ImportError::Unknown(file.to_owned()))?;
    if kind == Kind::Requirements {
        let one = of_requirements(folder, file);
        return Ok(vec![one?]);
    }
    let file = match kind {
        Kind::Uv | Kind::Pdm | Kind::Poetry => PYPROJECT,
        _ => file,
    };
    Ok(vec![Candidate::of(kind, file)])
}

impl Candidate {
    /// What a named file is; several things, for a pyproject.toml.
    ///
    /// # Errors
    /// When nothing is known of it.
    pub fn named(
        folder: &Path,
        file: &str,
        kind: Option<Kind>,
    ) -> Result<Vec<Candidate>, ImportError> {
        named(folder, file, kind)
    }
}

fn tables(table: &Table, has_uv_lock: bool, has_pdm_lock: bool) -> Vec<Candidate> {
    let tools = table.get("tool").and_then(Value::as_table);
    let is_there = |kind: Kind, path: &[&str]| {
        let mut value = tools.and_then(|tools| tools.get(path[0]));
        for key in &path[1..] {
            value = value.and_then(|value| value.get(key));
        }
        let is_table = value.is_some_and(Value::is_table);
        is_table
            || kind == Kind::Uv && has_uv_lock && table.contains_key("project")
            || kind == Kind::Pdm && has_pdm_lock && value.is_some()
    };
    let found = TABLES.iter().filter(|(kind, path)| is_there(*kind, path));
    found
        .map(|(kind, _)| Candidate::of(*kind, PYPROJECT))
        .collect()
}

/// Whether a setup.cfg is about a project, and not about tools alone.
fn has_metadata(folder: &Path) -> Result<bool, ImportError> {
    match tilsit_files::read_to_string(folder.join(SETUP_CFG)) {
        Ok(text) => Ok(text.lines().any(|line| line.trim_end() == "[metadata]")),
        Err(error) if error.is_not_found() => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// The requirements files of a folder: `requirements*.txt`, `*-requirements.txt`, those in
/// `requirements/`, and `.in` in the place of what was compiled from it.
fn requirements(folder: &Path) -> Result<Vec<Candidate>, ImportError> {
    let mut files = BTreeSet::new();
    for (below, prefix) in [("", ""), ("requirements", "requirements/")] {
        let Ok(entries) = std::fs::read_dir(folder.join(below)) else {
            continue;
        };
        for entry in entries.filter_map(Result::ok) {
            let name = entry.file_name().to_string_lossy().into_owned();
            let ending = name.rsplit_once('.').map(|(_, ending)| ending);
            let is_one = matches!(ending, Some("txt" | "in"));
            let is_named = !prefix.is_empty() || name.contains("requirements");
            if is_one && is_named && !name.contains("constraint") {
                files.insert(format!("{prefix}{name}"));
            }
        }
    }
    let is_compiled = |file: &&String| {
        let stem = file.strip_suffix(".txt");
        stem.is_none_or(|stem| !files.contains(&format!("{stem}.in")))
    };
    let named = files.iter().filter(is_compiled);
    named.map(|file| of_requirements(folder, file)).collect()
}

/// A requirements file: whose it is, and what was compiled from it or it was compiled from.
fn of_requirements(folder: &Path, file: &str) -> Result<Candidate, ImportError> {
    let stem = file
        .strip_suffix(".txt")
        .or_else(|| file.strip_suffix(".in"))
        .unwrap_or(file);
    let (input, compiled) = (format!("{stem}.in"), format!("{stem}.txt"));
    let has = |file: &str| tilsit_files::exists(folder.join(file));
    let has_input = has(&input)?;
    let has_compiled = has_input && has(&compiled)?;
    let name = stem.rsplit('/').next().unwrap_or_default();
    let name = name.replace("requirements", "").replace("requirement", "");
    let name = name.trim_matches(['-', '_', '.']);
    let is_main = MAIN.contains(&name.to_ascii_lowercase().as_str());
    Ok(Candidate {
        kind: Kind::Requirements,
        file: if has_input { input } else { file.to_owned() },
        group: group(name).filter(|_| !is_main),
        lock: has_compiled.then_some(compiled),
    })
}
