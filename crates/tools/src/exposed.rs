//! What a distribution offers to the user's shell: programs, manual pages, completions.
//!
//! RECORD names every file of an installed distribution. Programs lie in the environment's folder for
//! them; manual pages and completions come from a wheel's data and lie in `share`, where the programs
//! that read them look: `man/man<section>` for man, `bash-completion/completions`,
//! `zsh/site-functions` and `fish/vendor_completions.d` for the shells. The user's own data folder has
//! the same layout, so a file keeps its path below `share`.

use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};
use tilsit_dist::dist_info::{InstalledDistribution, InstalledError};

use crate::asked::Asked;
use crate::receipt::Link;

#[cfg(test)]
mod tests;

/// Where shells look for completions, below `share`.
const COMPLETIONS: [&str; 3] = [
    "bash-completion/completions",
    "zsh/site-functions",
    "fish/vendor_completions.d",
];

/// What something outside of an environment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A program.
    Program,
    /// A page of the manual.
    ManualPage,
    /// What a shell completes a program's options with.
    Completion,
}

/// A file of an environment that the shell is to see.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exposed {
    /// What it is.
    pub kind: Kind,
    /// The file in the environment.
    pub file: PathBuf,
    /// Its path below the folder of its kind.
    pub inside: PathBuf,
}

/// Where a user's shell looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkPlaces {
    /// The folder of programs.
    pub programs: PathBuf,
    /// The folder of data: that of manual pages and completions.
    pub data: PathBuf,
}

/// Where an environment has what may be exposed.
#[derive(Clone, Copy, Debug)]
pub struct Folders<'a> {
    /// The folder that holds `.dist-info`.
    pub packages: &'a Path,
    /// The folder of programs.
    pub scripts: &'a Path,
    /// The folder that data lie below.
    pub data: &'a Path,
}

/// What a distribution offers, sorted.
///
/// # Errors
/// When its RECORD cannot be read.
pub fn exposed(
    distribution: &InstalledDistribution,
    folders: Folders<'_>,
) -> Result<Vec<Exposed>, InstalledError> {
    let Some(record) = distribution.record()? else {
        return Ok(Vec::new());
    };
    let found = record.entries.iter().filter_map(|entry| {
        let file = normal(&folders.packages.join(&entry.path))?;
        classify(&file, folders)
    });
    let mut found: Vec<Exposed> = found.collect();
    found.sort();
    found.dedup();
    Ok(found)
}

fn classify(file: &Path, folders: Folders<'_>) -> Option<Exposed> {
    let exposed = |kind, inside: &Path| Exposed {
        kind,
        file: file.to_path_buf(),
        inside: inside.to_path_buf(),
    };
    if let Ok(inside) = file.strip_prefix(folders.scripts) {
        let is_direct = inside.components().count() == 1;
        return (is_direct && is_program(inside)).then(|| exposed(Kind::Program, inside));
    }
    let inside = file.strip_prefix(folders.data.join("share")).ok()?;
    let folder = inside.parent()?;
    let name = inside.file_name()?.to_str()?;
    if COMPLETIONS.iter().any(|known| folder == Path::new(known)) {
        return Some(exposed(Kind::Completion, inside));
    }
    let section = folder.strip_prefix("man").ok()?.to_str()?;
    let is_section = section.starts_with("man") && section.len() > 3 && !section.contains('/');
    (is_section && name.contains('.')).then(|| exposed(Kind::ManualPage, inside))
}

/// Whether a file in the folder of programs is one: on Windows its name says so.
fn is_program(name: &Path) -> bool {
    let suffix = name.extension().and_then(|suffix| suffix.to_str());
    if cfg!(windows) {
        suffix.is_some_and(|suffix| ["exe", "bat", "cmd"].contains(&suffix))
    } else {
        suffix != Some("pyc")
    }
}

/// A path without `..`, as RECORD has many; none where it climbs above the root.
pub(crate) fn normal(path: &Path) -> Option<PathBuf> {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                if !normal.pop() {
                    return None;
                }
            }
            Component::CurDir => {}
            other => normal.push(other),
        }
    }
    Some(normal)
}

impl LinkPlaces {
    /// The links for what a project of a tool offers. A tool with a suffix has its programs alone: a
    /// manual page or completion under another name would be found by nobody.
    pub fn links(&self, asked: &Asked, from: &str, exposed: &[Exposed]) -> Vec<Link> {
        let seen = exposed
            .iter()
            .filter(|one| asked.suffix.is_empty() || one.kind == Kind::Program);
        let links = seen.map(|one| Link {
            kind: one.kind,
            path: match one.kind {
                Kind::Program => self.programs.join(suffixed(&one.inside, &asked.suffix)),
                Kind::ManualPage | Kind::Completion => self.data.join(&one.inside),
            },
            target: one.file.clone(),
            from: from.to_owned(),
        });
        links.collect()
    }
}

/// `black@24` and, on Windows, `black@24.exe`.
fn suffixed(name: &Path, suffix: &str) -> PathBuf {
    if !cfg!(windows) {
        let mut name = name.as_os_str().to_owned();
        name.push(suffix);
        return name.into();
    }
    let mut stem = name.file_stem().unwrap_or_default().to_owned();
    stem.push(suffix);
    if let Some(extension) = name.extension() {
        stem.push(".");
        stem.push(extension);
    }
    stem.into()
}
