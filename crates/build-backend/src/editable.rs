//! What leads to a project that stays where it is (PEP 660).
//!
//! A `.pth` file with the folders of the modules, where that is enough. Where `files` of the settings
//! puts modules elsewhere, a finder beside it knows them: Python up to 3.14 installs it by the line
//! `import …` of the `.pth` file, later ones by the `.start` file (PEP 829), which takes the line's
//! place. Files that are no modules are found only where they are. Extensions are compiled beside the
//! modules of their package, as `build_ext --inplace` does; a change in their source asks for a new
//! editable build.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::error::BuildError;
use crate::modules::{extension_root, module_files};
use crate::source_project::SourceProject;
use crate::wheel_contents::moved_files;

/// The files of the wheel that lead there: paths and texts.
pub(crate) fn links(project: &SourceProject) -> Result<Vec<(String, String)>, BuildError> {
    let top = tilsit_files::canonicalize(project.folder())?;
    let mut folders = BTreeSet::new();
    for (path, file) in module_files(project)? {
        // What of the file's path is in front of its path in the wheel.
        let root = file.path.strip_suffix(&path).unwrap_or_default();
        folders.insert(top.join(root.trim_end_matches('/')));
    }
    for extension in &project.settings().extensions {
        let root = extension_root(project, extension)?;
        folders.insert(top.join(root.trim_end_matches('/')));
    }
    let mut lines = Vec::new();
    for folder in &folders {
        lines.push(text_of(folder)?.to_owned());
    }
    let name = project.file_name();
    let modules = moved_modules(project, &top)?;
    if modules.is_empty() {
        return Ok(vec![(format!("_{name}.pth"), ended(&lines))]);
    }
    let finder = format!("_editable_finder_of_{name}");
    lines.push(format!("import {finder}; {finder}.install()"));
    Ok(vec![
        (format!("_{name}.pth"), ended(&lines)),
        (format!("_{name}.start"), format!("{finder}:install\n")),
        (format!("{finder}.py"), finder_source(&name, &modules)?),
    ])
}

/// Lines, each with its end.
fn ended(lines: &[String]) -> String {
    lines.join("\n") + "\n"
}

/// A module's file, and its folder if it is a package.
struct Moved {
    file: PathBuf,
    folder: Option<PathBuf>,
}

/// The modules that are elsewhere, by their dotted names.
fn moved_modules(
    project: &SourceProject,
    top: &Path,
) -> Result<BTreeMap<String, Moved>, BuildError> {
    let mut modules = BTreeMap::new();
    for (path, file) in moved_files(project)? {
        let Some(module) = path.strip_suffix(".py") else {
            continue;
        };
        let place = top.join(&file.path);
        let package = module.strip_suffix("/__init__");
        let moved = Moved {
            folder: package.and(place.parent()).map(Path::to_path_buf),
            file: place,
        };
        modules.insert(package.unwrap_or(module).replace('/', "."), moved);
    }
    Ok(modules)
}

fn finder_source(name: &str, modules: &BTreeMap<String, Moved>) -> Result<String, BuildError> {
    let mut table = Vec::new();
    for (module, moved) in modules {
        let folder = moved.folder.as_deref().map(literal).transpose()?;
        let folder = folder.unwrap_or_else(|| "None".to_owned());
        let file = literal(&moved.file)?;
        table.push(format!("    \"{module}\": ({file}, {folder}),"));
    }
    let table = ended(&table);
    Ok(format!(
        "\"\"\"Finds the modules of {name} that are elsewhere in its source tree.\"\"\"

import sys
from importlib.util import spec_from_file_location

MODULES = {{
{table}}}


class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name not in MODULES:
            return None
        file, folder = MODULES[name]
        folders = None if folder is None else [folder]
        return spec_from_file_location(name, file, submodule_search_locations=folders)


def install():
    if Finder not in sys.meta_path:
        sys.meta_path.append(Finder)
"
    ))
}

/// A path as a literal of Python.
fn literal(path: &Path) -> Result<String, BuildError> {
    let text = text_of(path)?.replace('\\', "\\\\").replace('"', "\\\"");
    Ok(format!("\"{text}\""))
}

/// A path that can stand on a line.
fn text_of(path: &Path) -> Result<&str, BuildError> {
    let text = path.to_str().filter(|text| !text.contains(['\n', '\r']));
    text.ok_or_else(|| BuildError::Path {
        path: path.to_path_buf(),
        reason: "a `.pth` file cannot hold its path".to_owned(),
    })
}
