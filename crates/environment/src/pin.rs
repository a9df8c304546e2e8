//! The Python that a project asks for: `.python-version`, as pyenv, uv and others write it.
//!
//! The nearest file from a folder upward counts; the first of its lines that names a Python does.
//! `.python-versions`, of projects that are tested with several, is read where there is no
//! `.python-version`. A file with the name of an environment of pyenv means that environment.

use std::path::{Path, PathBuf};

use tilsit_files::FileError;

use crate::discovery::Surroundings;
use crate::request::{PythonRequest, RequestError};

/// The names of the files, the stronger first.
const NAMES: [&str; 2] = [".python-version", ".python-versions"];

/// What a project asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// The file that says so.
    pub path: PathBuf,
    /// The Python.
    pub request: PythonRequest,
}

/// Why a pin could not be read.
#[derive(Debug, thiserror::Error)]
pub enum PinError {
    /// The file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file asks for something that no Python is.
    #[error("`{}` does not name a Python", .path.display())]
    Request {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: RequestError,
    },
}

/// The pin that counts in the working folder; none when there is no file, or it names nothing.
///
/// # Errors
/// When the file cannot be read, or names what no Python is.
pub fn find(surroundings: &Surroundings) -> Result<Option<Pin>, PinError> {
    for folder in surroundings.working_folder.ancestors() {
        for name in NAMES {
            let path = folder.join(name);
            // Most folders have none: opening is the cheapest question.
            let text = match tilsit_files::read_to_string(&path) {
                Ok(text) => text,
                Err(error) if error.is_not_found() => continue,
                Err(error) => return Err(error.into()),
            };
            return of_text(&text, &path, surroundings);
        }
    }
    Ok(None)
}

fn of_text(text: &str, path: &Path, surroundings: &Surroundings) -> Result<Option<Pin>, PinError> {
    let Some(wanted) = parse(text).into_iter().next() else {
        return Ok(None);
    };
    let request: PythonRequest = wanted.parse().map_err(|source| PinError::Request {
        path: path.to_path_buf(),
        source,
    })?;
    let request = match request {
        PythonRequest::Name(name) => match environment_of_pyenv(&name, surroundings) {
            Some(folder) => PythonRequest::Path(folder),
            // `system`, or the environment of a machine that is not this one.
            None => return Ok(None),
        },
        PythonRequest::Path(relative) => {
            let folder = path.parent().unwrap_or(Path::new(""));
            PythonRequest::Path(folder.join(relative))
        }
        request => request,
    };
    Ok(Some(Pin {
        path: path.to_path_buf(),
        request,
    }))
}

fn environment_of_pyenv(name: &str, surroundings: &Surroundings) -> Option<PathBuf> {
    let folder = surroundings.pyenv_root()?.join("versions").join(name);
    folder.is_dir().then_some(folder)
}

/// What the lines of a pin ask for, in order. Names and versions may stand on one line, separated
/// by blanks or colons, as pyenv takes them; a range or a path has a line of its own.
pub fn parse(text: &str) -> Vec<&str> {
    let lines = text.trim_start_matches('\u{feff}').lines();
    lines
        .filter_map(|line| line.split('#').next())
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .flat_map(|line| {
            let is_whole = line.contains(['<', '>', '=', '!', '~', '/', '\\']);
            let separator = move |c: char| !is_whole && (c.is_whitespace() || c == ':');
            line.split(separator)
        })
        .filter(|word| !word.is_empty())
        .collect()
}

/// Writes `.python-version` into `folder` and returns its path.
///
/// # Errors
/// When it cannot be written.
pub fn write(folder: &Path, request: &PythonRequest) -> Result<PathBuf, PinError> {
    let path = folder.join(NAMES[0]);
    let text = format!("{request}\n");
    tilsit_files::write_atomic(&path, text, tilsit_files::Durability::Fast)?;
    Ok(path)
}

/// Removes the pin of `folder` itself; says whether there was one.
///
/// # Errors
/// When it cannot be removed.
pub fn remove(folder: &Path) -> Result<Option<PathBuf>, PinError> {
    for name in NAMES {
        let path = folder.join(name);
        if tilsit_files::remove_file_if_exists(&path)? {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests;
