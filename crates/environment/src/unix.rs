//! What is particular to Unix: names of programs and folders, file identity, the running system.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

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
    let parts = [name.sysname(), name.release(), name.version(), name.machine()];
    parts.map(|part| part.to_string_lossy()).join(" ")
}

/// Folders where interpreters are, beside those of the search path.
pub(crate) fn usual_folders() -> Vec<PathBuf> {
    ["/usr/local/bin", "/usr/bin", "/bin", "/opt/homebrew/bin"]
        .map(PathBuf::from)
        .to_vec()
}

/// Whether the path is a program that may be started.
pub(crate) fn is_program(path: &Path) -> bool {
    tilsit_files::metadata(path)
        .is_ok_and(|metadata| metadata.is_file() && tilsit_files::is_executable(path, &metadata))
}
