//! What the modules of a source tree use that is gone: `pkg_resources`.

use std::path::Path;

use tilsit_files::FileError;

use super::setup::at;
use crate::finding::Finding;
use crate::rule::Rule;

/// As many modules are looked at, and no deeper.
const FILES_MAX: usize = 10_000;
const DEPTH_MAX: usize = 20;

/// Folders that are not the project's own code.
const PASSED_OVER: [&str; 6] = [
    "build",
    "dist",
    "node_modules",
    "venv",
    "env",
    "__pycache__",
];

/// Looks at each module of the tree, in the order of their paths.
pub(super) fn check(folder: &Path) -> Result<Vec<Finding>, FileError> {
    let mut findings = Vec::new();
    let mut left = FILES_MAX;
    walk(folder, "", DEPTH_MAX, &mut |name, path| {
        if left > 0 && path.extension().is_some_and(|ending| ending == "py") {
            left -= 1;
            let bytes = tilsit_files::read(path)?;
            findings.extend(check_module(name, &String::from_utf8_lossy(&bytes)));
        }
        Ok(())
    })?;
    Ok(findings)
}

fn walk(
    folder: &Path,
    above: &str,
    depth: usize,
    look: &mut dyn FnMut(&str, &Path) -> Result<(), FileError>,
) -> Result<(), FileError> {
    let mut entries = tilsit_files::read_dir(folder)?;
    entries.sort_by(|one, other| one.path.cmp(&other.path));
    for entry in entries {
        let name = entry
            .path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let Ok(metadata) = tilsit_files::symlink_metadata(&entry.path) else {
            continue;
        };
        if metadata.is_file() {
            look(&format!("{above}{name}"), &entry.path)?;
        } else if metadata.is_dir()
            && depth > 0
            && !name.starts_with('.')
            && !PASSED_OVER.contains(&&*name)
            && !entry.path.join("pyvenv.cfg").exists()
        {
            walk(&entry.path, &format!("{above}{name}/"), depth - 1, look)?;
        }
    }
    Ok(())
}

/// The first line of a module that imports `pkg_resources`.
pub(super) fn check_module(name: &str, text: &str) -> Option<Finding> {
    if !text.contains("pkg_resources") {
        return None;
    }
    let lines = lines_of_code(text);
    let (line, _) = lines.into_iter().find(|(_, code)| {
        let code = code.trim_start();
        let imported = code
            .strip_prefix("import ")
            .or_else(|| code.strip_prefix("from "));
        imported.is_some_and(|rest| rest.trim_start().starts_with("pkg_resources"))
    })?;
    let reason = "is not in setuptools since version 82: `importlib.metadata` and `importlib.resources` have what it had";
    Some(at(
        Rule::PkgResources,
        name,
        line,
        "pkg_resources",
        reason.to_owned(),
    ))
}

/// The lines of a Python text with their numbers from 1, without what stands in strings and comments.
pub(super) fn lines_of_code(text: &str) -> Vec<(usize, String)> {
    let mut lines = vec![(1, String::new())];
    let mut inside: Option<&str> = None;
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let mut taken = letter.len_utf8();
        match (letter, inside) {
            ('\n', end) => {
                let next = lines.len() + 1;
                lines.push((next, String::new()));
                // A string of one line that was not closed is a fault of the text; it ends here.
                inside = end.filter(|end| end.len() == 3);
            }
            ('\\', Some(_)) if !rest[1..].starts_with('\n') => {
                taken += rest[1..].chars().next().map_or(0, char::len_utf8);
            }
            (_, Some(end)) if rest.starts_with(end) => {
                taken = end.len();
                inside = None;
            }
            ('"' | '\'', None) => {
                let ends = ["\"\"\"", "'''", "\"", "'"];
                let end = ends.into_iter().find(|end| rest.starts_with(end));
                taken = end.map_or(1, str::len);
                inside = end;
            }
            ('#', None) => taken = rest.find('\n').unwrap_or(rest.len()),
            (_, None) => {
                if let Some((_, line)) = lines.last_mut() {
                    line.push(letter);
                }
            }
            _ => {}
        }
        rest = &rest[taken..];
    }
    lines
}
