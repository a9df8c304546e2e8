//! What is particular to Windows: names of programs and folders, file identity.
//!
//! Not yet compiled or tried on Windows.

use std::os::windows::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tilsit_files::FileError;

use crate::discovery::Surroundings;
use crate::interpreter::Interpreter;

/// The folder of programs below an environment's root.
pub(crate) const SCRIPTS_FOLDER: &str = "Scripts";

/// What a program's file name ends in.
pub(crate) const PROGRAM_SUFFIX: &str = ".exe";

/// Whether two looks at a path saw the same, unchanged file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FileIdentity {
    size: u64,
    created: u64,
    modified: u64,
}

/// The identity of a file.
pub(crate) fn identity(metadata: &std::fs::Metadata) -> FileIdentity {
    FileIdentity {
        size: metadata.file_size(),
        created: metadata.creation_time(),
        modified: metadata.last_write_time(),
    }
}

/// The running system. Windows' own version is not told apart here: a new one asks for a new
/// probe only when the interpreter changes.
pub(crate) fn release() -> String {
    "windows".to_owned()
}

/// Folders where interpreters are, beside those of the search path: what the installers of
/// python.org leave (`Programs\Python\Python312`, `Python312`), where the launcher `py` looks too,
/// and the folders of the newer Python install manager (`Python\pythoncore-3.14-64`) and its links
/// (`Python\bin`).
pub(crate) fn usual_folders(surroundings: &Surroundings) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in &surroundings.program_folders {
        found.push(folder.join("Python").join("bin"));
        for parent in [
            folder.join("Programs").join("Python"),
            folder.join("Python"),
            folder.clone(),
        ] {
            let entries = tilsit_files::read_dir(&parent).unwrap_or_default();
            let mut versions: Vec<PathBuf> = entries
                .into_iter()
                .filter(|entry| {
                    let name = entry.name.to_string_lossy().to_lowercase();
                    name.starts_with("python3") || name.starts_with("pythoncore-")
                })
                .map(|entry| entry.path)
                .collect();
            // The newest first: `Python39` is shorter than `Python310`.
            versions.sort_by_key(|path| (path.as_os_str().len(), path.clone()));
            found.extend(versions.into_iter().rev());
        }
    }
    found
}

/// Whether the path is a program that may be started.
pub(crate) fn is_program(path: &Path) -> bool {
    tilsit_files::metadata(path).is_ok_and(|metadata| metadata.is_file())
}

/// Places an environment's programs: copies of the launchers that come with the base.
pub(crate) fn place_programs(base: &Interpreter, root: &Path) -> Result<(), FileError> {
    let scripts = root.join(SCRIPTS_FOLDER);
    let launchers = base
        .probe()
        .paths
        .stdlib
        .join("venv")
        .join("scripts")
        .join("nt");
    for name in ["python.exe", "pythonw.exe"] {
        tilsit_files::copy(launchers.join(name), scripts.join(name))?;
    }
    Ok(())
}
