//! Why a project could not be built.

use std::path::{Path, PathBuf};

use tilsit_dist::sdist::{SdistError, SdistWriteError, UnpackError};
use tilsit_dist::wheel::WheelWriteError;
use tilsit_files::FileError;
use tilsit_packaging::problem::Problem;
use tilsit_packaging::pyproject::{CoreMetadataError, PyProjectError};

use crate::extension::error::ExtensionError;

/// Why a project could not be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// pyproject.toml is not as its specification says.
    #[error("cannot build `{}`: {source}", .folder.display())]
    PyProject {
        /// The project's folder.
        folder: PathBuf,
        /// What is wrong, and where.
        source: PyProjectError,
    },
    /// A key of pyproject.toml asks for what cannot be had.
    #[error("cannot build `{}`: pyproject.toml {problem}", .folder.display())]
    Key {
        /// The project's folder.
        folder: PathBuf,
        /// The key, its line, and what is wrong.
        problem: Problem,
    },
    /// No core metadata follows from pyproject.toml.
    #[error(transparent)]
    Metadata(#[from] CoreMetadataError),
    /// There is nothing to import.
    #[error(
        "cannot build `{}`: there is no module `{module}`; looked for {}",
        .folder.display(),
        list(.looked_for)
    )]
    NoModule {
        /// The project's folder.
        folder: PathBuf,
        /// The module.
        module: String,
        /// Where it could be.
        looked_for: Vec<String>,
    },
    /// A path that is not UTF-8, or a link that leads out of the project.
    #[error("cannot build with `{}`: {reason}", .path.display())]
    Path {
        /// The path.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The time for archives is not one.
    #[error("`SOURCE_DATE_EPOCH` is `{0}`, not a number of seconds since 1970")]
    Epoch(String),
    /// A program runs on a system for which wheels have no tag.
    #[error("there is no wheel tag for programs of `{os}` on `{machine}`")]
    NoPlatform {
        /// The system.
        os: String,
        /// The machine.
        machine: String,
    },
    /// An extension module could not be compiled.
    #[error("the extension `{name}` cannot be built: {source}")]
    Extension {
        /// Its dotted name.
        name: String,
        /// Why.
        source: ExtensionError,
    },
    /// A Python does not say how it was compiled.
    #[error(transparent)]
    Python(#[from] ExtensionError),
    /// The wheel could not be written.
    #[error(transparent)]
    Wheel(#[from] WheelWriteError),
    /// The sdist could not be written.
    #[error(transparent)]
    Sdist(#[from] SdistWriteError),
    /// The sdist to build from cannot be opened.
    #[error(transparent)]
    OpenSdist(#[from] SdistError),
    /// The sdist to build from cannot be unpacked.
    #[error(transparent)]
    UnpackSdist(#[from] UnpackError),
}

impl BuildError {
    /// A fault of a key of pyproject.toml, whose text is `text`.
    pub(crate) fn key(folder: &Path, text: &str, key: &str, reason: impl Into<String>) -> Self {
        Self::Key {
            folder: folder.to_path_buf(),
            problem: Problem {
                line: line_of(text, key),
                column: None,
                subject: key.to_owned(),
                reason: reason.into(),
            },
        }
    }
}

/// The line that a key such as `project.readme` stands on, where that can be seen.
fn line_of(text: &str, key: &str) -> Option<usize> {
    let (table, name) = key.rsplit_once('.')?;
    let mut in_table = false;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(header) = line.strip_prefix('[') {
            in_table = header.trim_end_matches(']').trim() == table;
        }
        let written = line.split(['=', '.']).next().unwrap_or_default().trim();
        if in_table && written.trim_matches(['"', '\'']) == name {
            return Some(index + 1);
        }
    }
    None
}

fn list(paths: &[String]) -> String {
    let quoted: Vec<String> = paths.iter().map(|path| format!("`{path}`")).collect();
    quoted.join(", ")
}
