//! Version managers on the disk: their shims resolved to programs, and the versions they keep.

use std::path::{Path, PathBuf};

use super::{Source, Surroundings, upward};
use crate::shim::{Shim, choose_version, parse_python_version_file, parse_tool_versions};
use crate::system;

/// The largest file that can be a shim.
const SHIM_SIZE_MAX_BYTES: u64 = 16 << 10;

/// What a program of the search path turned out to be.
pub(super) enum Resolved {
    /// No shim.
    NoShim,
    /// A shim for these programs; for none, when the manager would refuse to run it.
    Programs(Vec<PathBuf>),
}

/// Resolves `program`, if it is a shim, to what the manager would run under `name`.
pub(super) fn resolve(program: &Path, name: &str, surroundings: &Surroundings) -> Resolved {
    let Some(shim) = recognise(program) else {
        return Resolved::NoShim;
    };
    let folder = program.parent().and_then(Path::parent);
    let found = match shim {
        Shim::Pyenv { root } => {
            let root = root.or_else(|| pyenv_root(surroundings));
            root.map(|root| pyenv_programs(&root, name, surroundings))
        }
        Shim::Asdf { versions } => {
            let data = surroundings.shims.asdf_data_dir.clone();
            let data = data.or_else(|| folder.map(Path::to_path_buf));
            let wanted = asdf_wanted(surroundings).unwrap_or(versions);
            data.map(|data| programs_of(&data.join("installs/python"), &wanted, name))
        }
        Shim::Mise => {
            let data = surroundings.shims.mise_data_dir.clone();
            let data = data.or_else(|| folder.map(Path::to_path_buf));
            let wanted = mise_wanted(surroundings);
            data.map(|data| programs_of(&data.join("installs/python"), &wanted, name))
        }
    };
    Resolved::Programs(found.unwrap_or_default())
}

fn recognise(program: &Path) -> Option<Shim> {
    let metadata = tilsit_files::metadata(program).ok()?;
    if metadata.len() <= SHIM_SIZE_MAX_BYTES {
        let bytes = tilsit_files::read(program).ok()?;
        return Shim::from_text(std::str::from_utf8(&bytes).ok()?);
    }
    Shim::from_link_target(&tilsit_files::canonicalize(program).ok()?)
}

/// Where version managers and uv keep interpreters.
pub(super) fn roots(surroundings: &Surroundings) -> Vec<(PathBuf, Source)> {
    let shims = &surroundings.shims;
    let home = surroundings.home.as_ref();
    let asdf = shims.asdf_data_dir.clone();
    let asdf = asdf.or_else(|| home.map(|home| home.join(".asdf")));
    let mise = shims.mise_data_dir.clone();
    let mise = mise.or_else(|| home.map(|home| home.join(".local/share/mise")));
    let installs = |root: Option<PathBuf>| root.map(|root| root.join("installs/python"));
    [
        (pyenv_root(surroundings), Source::Pyenv),
        (installs(asdf), Source::Asdf),
        (installs(mise), Source::Mise),
        (uv_folder(surroundings), Source::Uv),
    ]
    .into_iter()
    .filter_map(|(root, source)| Some((root?, source)))
    .collect()
}

/// pyenv's root: named, or the usual place.
pub(super) fn pyenv_root(surroundings: &Surroundings) -> Option<PathBuf> {
    let usual = || surroundings.home.as_ref().map(|home| home.join(".pyenv"));
    let root = surroundings.shims.pyenv_root.clone().or_else(usual)?;
    Some(root).filter(|root| root.is_dir())
}

/// The folder of uv's Pythons: named, or the usual place.
fn uv_folder(surroundings: &Surroundings) -> Option<PathBuf> {
    let home = surroundings.home.as_ref();
    let usual = || home.map(|home| home.join(".local/share/uv/python"));
    surroundings.uv_python_dir.clone().or_else(usual)
}

/// The versions below a manager's root, newest first, with their folders.
pub(super) fn versions_newest_first(root: &Path) -> Vec<(String, PathBuf)> {
    let versions = root.join("versions");
    let folder = if versions.is_dir() { &versions } else { root };
    let mut found: Vec<(String, PathBuf)> = folder_names(folder)
        .into_iter()
        .filter(|name| !name.starts_with('.'))
        .map(|name| {
            let path = folder.join(&name);
            // uv's folders are `cpython-3.12.1-linux-x86_64-gnu`.
            let version = name.strip_prefix("cpython-").unwrap_or(&name);
            let version = version.split('-').next().unwrap_or(version);
            (version.to_owned(), path)
        })
        .collect();
    let numbers = |version: &str| -> Vec<u64> {
        version
            .split(|c: char| !c.is_ascii_digit())
            .filter_map(|part| part.parse().ok())
            .collect()
    };
    found.sort_by_key(|(version, _)| std::cmp::Reverse(numbers(version)));
    found
}

fn folder_names(folder: &Path) -> Vec<String> {
    let entries = tilsit_files::read_dir(folder).unwrap_or_default();
    entries
        .into_iter()
        .filter_map(|entry| entry.name.into_string().ok())
        .collect()
}

/// What pyenv would run: the first of the wanted versions that has the program. `system` is left
/// to the rest of the search path.
fn pyenv_programs(root: &Path, name: &str, surroundings: &Surroundings) -> Vec<PathBuf> {
    programs_of(
        &root.join("versions"),
        &pyenv_wanted(root, surroundings),
        name,
    )
}

fn programs_of(versions: &Path, wanted: &[String], name: &str) -> Vec<PathBuf> {
    let installed = folder_names(versions);
    wanted
        .iter()
        .filter_map(|version| choose_version(version, &installed))
        .map(|version| versions.join(version).join("bin").join(name))
        .filter(|program| system::is_program(program))
        .collect()
}

/// The versions that pyenv would take: its variable, the version files upward, the global file.
fn pyenv_wanted(root: &Path, surroundings: &Surroundings) -> Vec<String> {
    if let Some(versions) = &surroundings.shims.pyenv_version {
        return owned(parse_python_version_file(versions));
    }
    let files = upward(&surroundings.working_folder).map(|folder| folder.join(".python-version"));
    files
        .chain([root.join("version")])
        .find_map(|path| tilsit_files::read_to_string(path).ok())
        .map(|text| owned(parse_python_version_file(&text)))
        .unwrap_or_default()
}

/// The versions that asdf was told to take, if it was.
fn asdf_wanted(surroundings: &Surroundings) -> Option<Vec<String>> {
    if let Some(versions) = &surroundings.shims.asdf_python_version {
        return Some(owned(parse_python_version_file(versions)));
    }
    let folders = upward(&surroundings.working_folder).chain(surroundings.home.as_deref());
    folders
        .filter_map(|folder| tilsit_files::read_to_string(folder.join(".tool-versions")).ok())
        .map(|text| owned(parse_tool_versions(&text)))
        .find(|versions| !versions.is_empty())
}

/// The versions that mise was told to take. Its TOML files are read for `[tools] python = "…"`.
fn mise_wanted(surroundings: &Surroundings) -> Vec<String> {
    if let Some(versions) = &surroundings.shims.mise_python_version {
        return owned(parse_python_version_file(versions));
    }
    let global = surroundings
        .home
        .as_ref()
        .map(|home| home.join(".config/mise/config.toml"));
    upward(&surroundings.working_folder)
        .flat_map(|folder| {
            [
                ".mise.toml",
                "mise.toml",
                ".config/mise.toml",
                ".tool-versions",
            ]
            .map(|name| folder.join(name))
        })
        .chain(global)
        .filter_map(|path| {
            let text = tilsit_files::read_to_string(&path).ok()?;
            let is_toml = path.extension().is_some_and(|suffix| suffix == "toml");
            Some(if is_toml {
                crate::shim::parse_mise_tools(&text)
            } else {
                owned(parse_tool_versions(&text))
            })
        })
        .find(|versions| !versions.is_empty())
        .unwrap_or_default()
}

fn owned(words: Vec<&str>) -> Vec<String> {
    words.into_iter().map(str::to_owned).collect()
}
