//! Which distribution files a command is about: those that are named, those in folders that are
//! named, or everything in `dist`.

use std::path::{Path, PathBuf};

use tilsit_dist::check::is_distribution;

use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;

/// The folder that builds write to.
const BUILT: &str = "dist";

/// The files; a folder stands for the distributions in it.
///
/// # Errors
/// When a folder cannot be read or has no distributions, or a file is not there.
pub(crate) fn find(named: &[PathBuf], context: &Context) -> Result<Vec<PathBuf>, CommandError> {
    if named.is_empty() {
        let built = context.resolve(Path::new(BUILT));
        let hint = "build first (`tilsit build`), or name the files";
        return in_folder(&built, context).map_err(|error| error.hint(hint));
    }
    let mut files = Vec::new();
    for path in named {
        let path = context.resolve(path);
        let metadata = tilsit_files::metadata(&path).map_err(|error| {
            if error.is_not_found() {
                return CommandError::from_error(Code::Usage, &error);
            }
            error.into()
        })?;
        if metadata.is_dir() {
            files.extend(in_folder(&path, context)?);
        } else {
            files.push(path);
        }
    }
    Ok(files)
}

fn in_folder(folder: &Path, context: &Context) -> Result<Vec<PathBuf>, CommandError> {
    let entries = tilsit_files::read_dir(folder)
        .map_err(|error| CommandError::from_error(Code::Usage, &error))?;
    let paths = entries.into_iter().map(|entry| entry.path);
    let mut found: Vec<PathBuf> = paths
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            is_distribution(&name)
        })
        .collect();
    found.sort();
    if found.is_empty() {
        let shown = context.show(folder);
        let message = format!("there are no distributions in `{shown}`");
        return Err(CommandError::new(Code::Usage, message));
    }
    Ok(found)
}
