//! Shims of pyenv, asdf and mise: what they are, and which interpreter they would run.
//!
//! A shim is a script (or a link to the manager) that starts a shell to choose a version, which
//! costs more than a whole resolution. Here its text is recognised, and the choice is made from
//! the same sources: the manager's variable, the version files from the working folder upward,
//! the global file. Nothing is run. Only the forms that name installed versions are understood;
//! anything else resolves to nothing, and the search goes on.

use std::path::{Path, PathBuf};

/// A kind of shim, with what its text says of its manager.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shim {
    /// pyenv's, with the root that the script exports.
    Pyenv {
        /// The pyenv root: holds `versions/` and `version`.
        root: Option<PathBuf>,
    },
    /// asdf's, with the versions that the script lists.
    Asdf {
        /// Installed versions that have the program.
        versions: Vec<String>,
    },
    /// mise's (or rtx's): a link to the program itself.
    Mise,
}

/// What the environment and the folders say about versions; read by the caller's context.
#[derive(Clone, Debug, Default)]
pub struct ShimVariables {
    /// `PYENV_ROOT`.
    pub pyenv_root: Option<PathBuf>,
    /// `PYENV_VERSION`: versions separated by colons.
    pub pyenv_version: Option<String>,
    /// `ASDF_DATA_DIR`.
    pub asdf_data_dir: Option<PathBuf>,
    /// `ASDF_PYTHON_VERSION`: versions separated by spaces.
    pub asdf_python_version: Option<String>,
    /// `MISE_DATA_DIR`.
    pub mise_data_dir: Option<PathBuf>,
    /// `MISE_PYTHON_VERSION`: versions separated by spaces.
    pub mise_python_version: Option<String>,
}

impl Shim {
    /// Recognises a shim by the text of a file found on the search path.
    pub fn from_text(text: &str) -> Option<Self> {
        if !text.starts_with("#!") {
            return None;
        }
        let versions: Vec<String> = text
            .lines()
            .filter_map(|line| line.strip_prefix("# asdf-plugin: python "))
            .map(|version| version.trim().to_owned())
            .collect();
        if !versions.is_empty() {
            return Some(Self::Asdf { versions });
        }
        let runs_pyenv = text
            .lines()
            .any(|line| line.starts_with("exec ") && line.contains("pyenv\" exec "));
        runs_pyenv.then(|| Self::Pyenv {
            root: text
                .lines()
                .find_map(|line| line.strip_prefix("export PYENV_ROOT="))
                .map(|root| PathBuf::from(root.trim().trim_matches(['"', '\'']))),
        })
    }

    /// Recognises a shim that is a link: the name of the file that it leads to.
    pub fn from_link_target(target: &Path) -> Option<Self> {
        let name = target.file_stem()?;
        (name == "mise" || name == "rtx").then_some(Self::Mise)
    }
}

/// The versions in a `.python-version` (or pyenv's `version`): one on a line or separated by
/// blanks or colons, `#` starts a comment.
pub fn parse_python_version_file(text: &str) -> Vec<&str> {
    text.lines()
        .filter_map(|line| line.split('#').next())
        .flat_map(|line| line.split(|c: char| c.is_whitespace() || c == ':'))
        .filter(|version| is_version_name(version))
        .collect()
}

/// The Python versions in a `.tool-versions` of asdf or mise.
pub fn parse_tool_versions(text: &str) -> Vec<&str> {
    text.lines()
        .filter_map(|line| line.split('#').next())
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            (words.next()? == "python").then_some(words)
        })
        .flatten()
        .filter(|version| is_version_name(version))
        .collect()
}

/// The Python versions in a `mise.toml`: `python = "3.12"`, a list of such, or tables with
/// `version`.
pub fn parse_mise_tools(text: &str) -> Vec<String> {
    let Ok(document) = text.parse::<toml::Table>() else {
        return Vec::new();
    };
    let tools = document.get("tools").and_then(toml::Value::as_table);
    let Some(python) = tools.and_then(|tools| tools.get("python")) else {
        return Vec::new();
    };
    let one = std::slice::from_ref(python);
    let wanted = python.as_array().map_or(one, Vec::as_slice);
    wanted
        .iter()
        .map(|value| value.get("version").unwrap_or(value))
        .filter_map(toml::Value::as_str)
        .filter(|version| is_version_name(version))
        .map(str::to_owned)
        .collect()
}

/// Whether a word can be the name of a folder below `versions/`, and not a path that climbs.
fn is_version_name(word: &str) -> bool {
    !word.is_empty() && !word.starts_with('.') && !word.contains(['/', '\\', '\0'])
}

/// Chooses among `installed` the version that a manager means by `wanted`.
///
/// pyenv takes the exact name, then the name without `python-`, then the newest `wanted.*`.
pub fn choose_version<'a>(wanted: &str, installed: &'a [String]) -> Option<&'a str> {
    let bare = wanted.strip_prefix("python-").unwrap_or(wanted);
    let exact = |name: &str| installed.iter().find(|version| *version == name);
    if let Some(version) = exact(wanted).or_else(|| exact(bare)) {
        return Some(version);
    }
    let prefix = format!("{bare}.");
    let mut newest: Option<(&'a String, Vec<u64>)> = None;
    for version in installed {
        let Some(rest) = version.strip_prefix(&prefix) else {
            continue;
        };
        // Letters name pre-releases and variants such as `3.13.0t`, which are asked for in full.
        let Some(parts) = numbers(rest) else { continue };
        if newest.as_ref().is_none_or(|(_, best)| parts > *best) {
            newest = Some((version, parts));
        }
    }
    newest.map(|(version, _)| version.as_str())
}

/// The dotted numbers of `text`, or none if anything else is in it.
fn numbers(text: &str) -> Option<Vec<u64>> {
    text.split('.').map(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests;
