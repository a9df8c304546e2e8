//! Looking after the environments and scripts that `run` keeps.

use std::path::Path;
use std::time::SystemTime;

use jiff::Timestamp;
use tilsit_files::{FileError, FileKind, LockFile, LockKind};

use super::SCRIPTS;
use super::answers::Answers;
use super::kept::COMPLETE;

/// Takes out the environments that were not used since a moment (an answer is found out again each
/// day that it is used), those whose Python is gone, what broken runs left, and old scripts from
/// URLs. Gives how many environments went.
///
/// # Errors
/// When something cannot be looked at or removed.
pub(crate) fn prune(cache_folder: &Path, since: Timestamp) -> Result<usize, FileError> {
    let folder = cache_folder.join(SCRIPTS);
    let used = Answers::in_folder(folder.join("answers")).environments_since(since)?;
    let mut removed = 0;
    for entry in folders(&folder)? {
        let name = entry.file_name().unwrap_or_default().to_string_lossy();
        if name == "answers" || name == "urls" {
            continue;
        }
        let is_used = used.contains(&*name) && has_python(&entry) && entry.join(COMPLETE).is_file();
        if !is_used {
            removed += usize::from(remove(&entry)?);
        }
    }
    for script in folders(&folder.join("urls"))? {
        let changed = tilsit_files::metadata(&script)?.modified();
        if changed.is_ok_and(|changed| changed < SystemTime::from(since)) {
            tilsit_files::remove_dir_all(&script)?;
        }
    }
    Ok(removed)
}

/// Takes out the environment that holds this `site-packages`, if it is one of `run`; says whether it
/// was one.
///
/// # Errors
/// When it cannot be removed.
pub(crate) fn remove_of(cache_folder: &Path, site_packages: &Path) -> Result<bool, FileError> {
    let folder = cache_folder.join(SCRIPTS);
    let Ok(inside) = site_packages.strip_prefix(&folder) else {
        return Ok(false);
    };
    match inside.components().next() {
        Some(name) => remove(&folder.join(name)),
        None => Ok(false),
    }
}

/// Removes an environment, unless it is being made.
fn remove(environment: &Path) -> Result<bool, FileError> {
    let lock = LockFile::try_acquire(environment.with_extension("lock"), LockKind::Exclusive)?;
    if lock.is_none() {
        return Ok(false);
    }
    // Without the mark it counts as not there, however far this comes.
    tilsit_files::remove_file_if_exists(environment.join(COMPLETE))?;
    tilsit_files::remove_dir_all(environment)?;
    Ok(true)
}

/// Whether the Python of an environment is still there.
fn has_python(environment: &Path) -> bool {
    let program = if cfg!(windows) {
        "Scripts/python.exe"
    } else {
        "bin/python"
    };
    environment.join(program).is_file()
}

fn folders(folder: &Path) -> Result<Vec<std::path::PathBuf>, FileError> {
    let entries = match tilsit_files::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.is_not_found() => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let folders = entries
        .into_iter()
        .filter(|entry| entry.kind == FileKind::Folder);
    Ok(folders.map(|entry| entry.path).collect())
}
