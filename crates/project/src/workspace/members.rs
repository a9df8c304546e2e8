//! The folders that the patterns of a workspace mean.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};

use super::{PYPROJECT, WorkspaceError};
use crate::settings::WorkspaceTable;

/// Folders that no `**` goes into.
const PASSED_OVER: [&str; 3] = ["node_modules", "__pycache__", "venv"];

/// How deep `**` goes.
const DEPTH_MAX: usize = 32;

/// The folders of the members, sorted. A pattern without a wildcard names a folder that must be
/// there; others mean the folders that have a pyproject.toml.
pub(super) fn folders(root: &Path, table: &WorkspaceTable) -> Result<Vec<PathBuf>, WorkspaceError> {
    let excluded = excluded(root, table)?;
    let mut found = BTreeSet::new();
    for pattern in &table.members {
        let parts: Vec<&str> = parts(pattern).collect();
        if parts.iter().any(|part| is_wild(part)) {
            let mut folders = Vec::new();
            expand(root, &parts, 0, &mut folders, &|reason| {
                wrong(root, pattern, reason)
            })?;
            let has_project = |folder: &PathBuf| folder.join(PYPROJECT).is_file();
            found.extend(folders.into_iter().filter(has_project));
        } else {
            found.insert(
                parts
                    .iter()
                    .fold(root.to_path_buf(), |path, part| path.join(part)),
            );
        }
    }
    found.retain(|folder| !excluded.iter().any(|pattern| pattern.is_match(folder)));
    Ok(found.into_iter().collect())
}

/// Whether a folder is one of the members.
pub(super) fn includes(
    root: &Path,
    table: &WorkspaceTable,
    folder: &Path,
) -> Result<bool, WorkspaceError> {
    let matches = |patterns: &[GlobMatcher]| patterns.iter().any(|one| one.is_match(folder));
    let members = table.members.iter();
    let members = members.map(|pattern| matcher(root, pattern));
    let members = members.collect::<Result<Vec<_>, _>>()?;
    Ok(matches(&members) && !matches(&excluded(root, table)?))
}

fn excluded(root: &Path, table: &WorkspaceTable) -> Result<Vec<GlobMatcher>, WorkspaceError> {
    let patterns = table.exclude.iter();
    patterns.map(|pattern| matcher(root, pattern)).collect()
}

fn parts(pattern: &str) -> impl Iterator<Item = &str> {
    pattern
        .split(['/', std::path::MAIN_SEPARATOR])
        .filter(|part| !part.is_empty() && *part != ".")
}

fn is_wild(part: &str) -> bool {
    part.contains(['*', '?', '[', '{'])
}

/// A matcher of whole paths; what the root's own path has is no wildcard.
fn matcher(root: &Path, pattern: &str) -> Result<GlobMatcher, WorkspaceError> {
    let root_text = globset::escape(&root.to_string_lossy());
    let parts: Vec<&str> = parts(pattern).collect();
    let whole = format!("{root_text}/{}", parts.join("/"));
    glob(&whole).map_err(|reason| wrong(root, pattern, reason))
}

fn glob(pattern: &str) -> Result<GlobMatcher, String> {
    let glob = GlobBuilder::new(pattern).literal_separator(true).build();
    glob.map(|glob| glob.compile_matcher())
        .map_err(|error| error.kind().to_string())
}

fn wrong(root: &Path, pattern: &str, reason: String) -> WorkspaceError {
    WorkspaceError::Pattern {
        path: root.join(PYPROJECT),
        pattern: pattern.to_owned(),
        reason,
    }
}

fn expand(
    folder: &Path,
    parts: &[&str],
    depth: usize,
    found: &mut Vec<PathBuf>,
    wrong: &dyn Fn(String) -> WorkspaceError,
) -> Result<(), WorkspaceError> {
    let Some((part, rest)) = parts.split_first() else {
        found.push(folder.to_path_buf());
        return Ok(());
    };
    if !is_wild(part) {
        return expand(&folder.join(part), rest, depth, found, wrong);
    }
    if *part == "**" {
        expand(folder, rest, depth, found, wrong)?;
        if depth < DEPTH_MAX {
            for (name, path) in below(folder)? {
                if !PASSED_OVER.contains(&name.as_str()) {
                    expand(&path, parts, depth + 1, found, wrong)?;
                }
            }
        }
        return Ok(());
    }
    let matcher = glob(part).map_err(wrong)?;
    for (name, path) in below(folder)? {
        if matcher.is_match(&name) {
            expand(&path, rest, depth, found, wrong)?;
        }
    }
    Ok(())
}

/// The folders in a folder, without hidden ones; none where there is no such folder.
fn below(folder: &Path) -> Result<Vec<(String, PathBuf)>, WorkspaceError> {
    let entries = match tilsit_files::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.is_not_found() => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let mut folders = Vec::new();
    for entry in entries {
        let Some(name) = entry.name.to_str() else {
            continue;
        };
        // A linked folder is one as any other; `**` cannot run in circles, for it goes so deep only.
        if !name.starts_with('.') && entry.path.is_dir() {
            folders.push((name.to_owned(), entry.path.clone()));
        }
    }
    Ok(folders)
}
