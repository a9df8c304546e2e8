//! What is particular to Unix: names of programs and folders, file identity, the running system.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tilsit_files::FileError;

use crate::discovery::Surroundings;
use crate::interpreter::Interpreter;

/// The folder of programs below an environment's root.
pub(crate) const SCRIPTS_FOLDER: &str = "bin";

/// What a program's file name ends in.
pub(crate) const PROGRAM_SUFFIX: &str = "";

/// Whether two looks at a path saw the same, unchanged file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FileIdentity {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

/// The identity of a file.
pub(crate) fn identity(metadata: &std::fs::Metadata) -> FileIdentity {
    FileIdentity {
        device: metadata.dev(),
        inode: metadata.ino(),
        size: metadata.size(),
        modified: (metadata.mtime(), metadata.mtime_nsec()),
        changed: (metadata.ctime(), metadata.ctime_nsec()),
    }
}

/// The running system: name, release, version and machine. The markers `platform_release` and
/// `platform_version` follow it, whatever the interpreter.
pub(crate) fn release() -> String {
    let name = rustix::system::uname();
    let parts = [
        name.sysname(),
        name.release(),
        name.version(),
        name.machine(),
    ];
    parts.map(|part| part.to_string_lossy()).join(" ")
}

/// Folders where interpreters are, beside those of the search path.
pub(crate) fn usual_folders(_: &Surroundings) -> Vec<PathBuf> {
    ["/usr/local/bin", "/usr/bin", "/bin", "/opt/homebrew/bin"]
        .map(PathBuf::from)
        .to_vec()
}

/// Whether the path is a program that may be started.
pub(crate) fn is_program(path: &Path) -> bool {
    tilsit_files::metadata(path)
        .is_ok_and(|metadata| metadata.is_file() && tilsit_files::is_executable(path, &metadata))
}

/// Places an environment's programs: links to the base, by the names that people type.
pub(crate) fn place_programs(base: &Interpreter, root: &Path) -> Result<(), FileError> {
    let scripts = root.join(SCRIPTS_FOLDER);
    let (major, minor) = base.major_minor();
    link_anew(base.base_executable(), &scripts.join("python"))?;
    let mut names = vec![format!("python{major}"), format!("python{major}.{minor}")];
    if base.implementation() != "cpython" {
        let name = base.implementation();
        names.extend([
            name.to_owned(),
            format!("{name}{major}"),
            format!("{name}{major}.{minor}"),
        ]);
    }
    if base.probe().abi.gil_disabled {
        names.push(format!("python{major}.{minor}t"));
    }
    for name in names {
        link_anew(Path::new("python"), &scripts.join(name))?;
    }
    Ok(())
}

fn link_anew(target: &Path, link: &Path) -> Result<(), FileError> {
    tilsit_files::remove_file_if_exists(link)?;
    tilsit_files::symlink(target, link)
}
