//! The folders of packages that a Python sees, in the order in which it looks into them: for lists
//! of what is there, which are longer than what an environment may change.

use std::path::{Path, PathBuf};

use tilsit_environment::Environment;

use crate::context::Context;
use crate::targets::user_base;

/// All of them: `PYTHONPATH`, the environment's own, the user's, those of the base, and what `.pth`
/// files add.
pub(crate) fn of(environment: &Environment, context: &Context) -> Vec<PathBuf> {
    let own = environment.site_packages().into_iter();
    let base = environment.also_seen().into_iter();
    let mut folders = python_path(context);
    folders.extend(own.map(Path::to_path_buf));
    folders.extend(of_user(environment, context));
    folders.extend(base.map(Path::to_path_buf));
    let added: Vec<PathBuf> = folders.iter().flat_map(|folder| added_in(folder)).collect();
    folders.extend(added);
    folders
}

/// The user's own packages (PEP 370), if this Python sees them.
pub(crate) fn of_user(environment: &Environment, context: &Context) -> Option<PathBuf> {
    let interpreter = environment.interpreter();
    let environment = interpreter.virtual_environment();
    if environment.is_some_and(|found| !found.cfg.system_site_packages()) {
        return None;
    }
    Some(interpreter.paths_below(&user_base(context)?).purelib)
}

/// The folders that the user adds to every Python's search path.
fn python_path(context: &Context) -> Vec<PathBuf> {
    let folders = context.variables.path("PYTHONPATH");
    let folders = folders.map(|folders| std::env::split_paths(folders).collect());
    let folders: Vec<PathBuf> = folders.unwrap_or_default();
    let named = folders
        .iter()
        .filter(|folder| !folder.as_os_str().is_empty());
    named.map(|folder| context.resolve(folder)).collect()
}

/// The folders that the `.pth` files of a folder add, as `site` reads them: lines that are code or
/// name nothing are passed over.
fn added_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = tilsit_files::read_dir(folder) else {
        return Vec::new();
    };
    let names = entries.into_iter().map(|entry| folder.join(entry.name));
    let mut files: Vec<PathBuf> = names
        .filter(|path| path.extension().is_some_and(|ending| ending == "pth"))
        .collect();
    files.sort();
    let texts = files
        .iter()
        .filter_map(|file| tilsit_files::read_to_string(file).ok());
    let mut added = Vec::new();
    for text in texts {
        let lines = text.lines().map(str::trim_end);
        let lines = lines.filter(|line| {
            let is_code = line.starts_with("import ") || line.starts_with("import\t");
            !line.is_empty() && !line.starts_with('#') && !is_code
        });
        added.extend(
            lines
                .map(|line| folder.join(line))
                .filter(|path| path.is_dir()),
        );
    }
    added
}
