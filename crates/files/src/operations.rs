//! The plain operations of `std::fs`, with the path in the error and folders listed in order.

use std::ffi::OsString;
use std::fs::{self, File, Metadata, Permissions};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::error::{FileError, Operation};
use crate::system;

#[cfg(test)]
mod tests;

fn on<T>(operation: Operation, path: &Path, result: std::io::Result<T>) -> Result<T, FileError> {
    result.map_err(|source| FileError::new(operation, path, source))
}

fn between<T>(
    operation: Operation,
    from: &Path,
    to: &Path,
    result: std::io::Result<T>,
) -> Result<T, FileError> {
    result.map_err(|source| FileError::between(operation, from, to, source))
}

/// Reads a whole file.
///
/// # Errors
/// When the file cannot be opened or read.
pub fn read(path: impl AsRef<Path>) -> Result<Vec<u8>, FileError> {
    let path = path.as_ref();
    on(Operation::Read, path, fs::read(path))
}

/// The start of a file, piece by piece until it is enough, or the whole file.
///
/// # Errors
/// When it cannot be read.
pub fn read_start(
    path: impl AsRef<Path>,
    is_enough: impl Fn(&[u8]) -> bool,
) -> Result<Vec<u8>, FileError> {
    const PIECE_BYTES: usize = 8 << 10;
    let path = path.as_ref();
    let failed = |source| FileError::new(Operation::Read, path, source);
    let mut file = File::open(path).map_err(failed)?;
    let mut start = Vec::new();
    loop {
        let length = start.len();
        start.resize(length + PIECE_BYTES, 0);
        let more = file.read(&mut start[length..]).map_err(failed)?;
        start.truncate(length + more);
        if more == 0 || is_enough(&start) {
            return Ok(start);
        }
    }
}

/// Reads a whole file of UTF-8 text.
///
/// # Errors
/// When the file cannot be opened or read, or is not UTF-8.
pub fn read_to_string(path: impl AsRef<Path>) -> Result<String, FileError> {
    let path = path.as_ref();
    on(Operation::Read, path, fs::read_to_string(path))
}

/// Writes a file in place. Readers may see it half written: see
/// [`write_atomic`](crate::write_atomic).
///
/// # Errors
/// When the file cannot be created or written.
pub fn write(path: impl AsRef<Path>, contents: impl AsRef<[u8]>) -> Result<(), FileError> {
    let path = path.as_ref();
    on(Operation::Write, path, fs::write(path, contents))
}

/// Opens a file for reading.
///
/// # Errors
/// When the file cannot be opened.
pub fn open(path: impl AsRef<Path>) -> Result<File, FileError> {
    let path = path.as_ref();
    on(Operation::Open, path, File::open(path))
}

/// Creates or empties a file, open for writing.
///
/// # Errors
/// When the file cannot be created.
pub fn create(path: impl AsRef<Path>) -> Result<File, FileError> {
    let path = path.as_ref();
    on(Operation::Create, path, File::create(path))
}

/// Creates a file that must not be there yet, open for writing.
///
/// # Errors
/// When the path is taken or the file cannot be created.
pub fn create_new(path: impl AsRef<Path>) -> Result<File, FileError> {
    let path = path.as_ref();
    on(Operation::Create, path, File::create_new(path))
}

/// Makes one folder, which must not be there yet.
///
/// # Errors
/// When the path is taken, its parent is missing, or the folder cannot be made.
pub fn create_dir(path: impl AsRef<Path>) -> Result<(), FileError> {
    let path = path.as_ref();
    on(Operation::CreateFolder, path, fs::create_dir(path))
}

/// Makes a folder and its parents; one that is there already is fine.
///
/// # Errors
/// When a folder on the way cannot be made or is a file.
pub fn create_dir_all(path: impl AsRef<Path>) -> Result<(), FileError> {
    let path = path.as_ref();
    on(Operation::CreateFolder, path, fs::create_dir_all(path))
}

/// Moves a path, replacing a file at the destination.
///
/// # Errors
/// When the path cannot be moved; also across file systems.
pub fn rename(from: impl AsRef<Path>, to: impl AsRef<Path>) -> Result<(), FileError> {
    let (from, to) = (from.as_ref(), to.as_ref());
    between(Operation::Rename, from, to, fs::rename(from, to))
}

/// Removes a file or a symbolic link (never what the link leads to).
///
/// # Errors
/// When the path is missing, a folder, or cannot be removed.
pub fn remove_file(path: impl AsRef<Path>) -> Result<(), FileError> {
    let path = path.as_ref();
    on(Operation::Remove, path, fs::remove_file(path))
}

/// Removes a file or symbolic link if it is there; says whether it was.
///
/// # Errors
/// When the path is there but cannot be removed.
pub fn remove_file_if_exists(path: impl AsRef<Path>) -> Result<bool, FileError> {
    match remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.is_not_found() => Ok(false),
        Err(error) => Err(error),
    }
}

/// Removes an empty folder.
///
/// # Errors
/// When the folder is missing, not empty, or cannot be removed.
pub fn remove_dir(path: impl AsRef<Path>) -> Result<(), FileError> {
    let path = path.as_ref();
    on(Operation::Remove, path, fs::remove_dir(path))
}

/// Removes a folder with all it holds, without following symbolic links.
///
/// # Errors
/// When the folder is missing or something in it cannot be removed.
pub fn remove_dir_all(path: impl AsRef<Path>) -> Result<(), FileError> {
    let path = path.as_ref();
    on(Operation::Remove, path, fs::remove_dir_all(path))
}

/// Makes `link` a second name of the file `original`.
///
/// # Errors
/// When the link cannot be made; also across file systems.
pub fn hard_link(original: impl AsRef<Path>, link: impl AsRef<Path>) -> Result<(), FileError> {
    let (original, link) = (original.as_ref(), link.as_ref());
    let result = fs::hard_link(original, link);
    between(Operation::HardLink, original, link, result)
}

/// Copies a file's bytes and mode, replacing the destination; returns the bytes copied.
///
/// # Errors
/// When the source cannot be read or the destination not written.
pub fn copy(from: impl AsRef<Path>, to: impl AsRef<Path>) -> Result<u64, FileError> {
    let (from, to) = (from.as_ref(), to.as_ref());
    between(Operation::Copy, from, to, fs::copy(from, to))
}

/// Gives a file the time of last change of another one.
///
/// # Errors
/// When the time cannot be read or set.
pub fn copy_modified(from: impl AsRef<Path>, to: impl AsRef<Path>) -> Result<(), FileError> {
    let (from, to) = (from.as_ref(), to.as_ref());
    let set = || {
        let modified = fs::metadata(from)?.modified()?;
        // Also a file that only its owner may read can be opened for this.
        File::open(to)?.set_modified(modified)
    };
    on(Operation::SetPermissions, to, set())
}

/// Makes `link` a symbolic link that holds `target` as written.
///
/// # Errors
/// When the link cannot be made (on Windows also for want of the right to).
pub fn symlink(target: impl AsRef<Path>, link: impl AsRef<Path>) -> Result<(), FileError> {
    let (target, link) = (target.as_ref(), link.as_ref());
    let result = system::symlink(target, link);
    between(Operation::Symlink, link, target, result)
}

/// What a symbolic link holds.
///
/// # Errors
/// When the path is missing or not a symbolic link.
pub fn read_link(path: impl AsRef<Path>) -> Result<PathBuf, FileError> {
    let path = path.as_ref();
    on(Operation::ReadLink, path, fs::read_link(path))
}

/// Kind, size and mode of what a path leads to, symbolic links followed.
///
/// # Errors
/// When the path is missing or not readable.
pub fn metadata(path: impl AsRef<Path>) -> Result<Metadata, FileError> {
    let path = path.as_ref();
    on(Operation::Inspect, path, fs::metadata(path))
}

/// Kind, size and mode of the path itself; a symbolic link is reported as one.
///
/// # Errors
/// When the path is missing or not readable.
pub fn symlink_metadata(path: impl AsRef<Path>) -> Result<Metadata, FileError> {
    let path = path.as_ref();
    on(Operation::Inspect, path, fs::symlink_metadata(path))
}

/// Whether something is at the path; a dangling symbolic link is something.
///
/// # Errors
/// When that cannot be told, for instance for want of rights on a parent.
pub fn exists(path: impl AsRef<Path>) -> Result<bool, FileError> {
    match symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.is_not_found() => Ok(false),
        Err(error) => Err(error),
    }
}

/// The absolute path with every symbolic link resolved.
///
/// # Errors
/// When a part of the path is missing or not readable.
pub fn canonicalize(path: impl AsRef<Path>) -> Result<PathBuf, FileError> {
    let path = path.as_ref();
    on(Operation::Resolve, path, fs::canonicalize(path))
}

/// Sets a path's mode.
///
/// # Errors
/// When the path is missing or not ours.
pub fn set_permissions(path: impl AsRef<Path>, permissions: Permissions) -> Result<(), FileError> {
    let path = path.as_ref();
    let result = fs::set_permissions(path, permissions);
    on(Operation::SetPermissions, path, result)
}

/// Adds the right to execute wherever there is a right to read; does nothing on Windows.
///
/// # Errors
/// When the path is missing or not ours.
pub fn set_executable(path: impl AsRef<Path>) -> Result<(), FileError> {
    let path = path.as_ref();
    on(
        Operation::SetPermissions,
        path,
        system::set_executable(path),
    )
}

/// Takes away every right to write.
///
/// # Errors
/// When the path is missing or not ours.
pub fn set_read_only(path: impl AsRef<Path>) -> Result<(), FileError> {
    let path = path.as_ref();
    let mut permissions = metadata(path)?.permissions();
    permissions.set_readonly(true);
    set_permissions(path, permissions)
}

/// Gives the owner the right to write.
///
/// # Errors
/// When the path is missing or not ours.
pub fn set_owner_writable(path: impl AsRef<Path>) -> Result<(), FileError> {
    let path = path.as_ref();
    let result = system::set_owner_writable(path);
    on(Operation::SetPermissions, path, result)
}

/// Whether anybody may execute the file; on Windows, whether its name ends in `.exe` and the like.
pub fn is_executable(path: impl AsRef<Path>, metadata: &Metadata) -> bool {
    system::is_executable(path.as_ref(), metadata)
}

/// Whether others than its owner may read or change a file; on Windows, where the folder's rights
/// count, they are taken not to.
pub fn others_may_read(metadata: &Metadata) -> bool {
    system::others_may_read(metadata)
}

/// What an entry of a folder is; symbolic links are not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link, whatever it leads to.
    Symlink,
    /// A device, socket or pipe.
    Other,
}

impl From<fs::FileType> for FileKind {
    fn from(kind: fs::FileType) -> Self {
        if kind.is_file() {
            Self::File
        } else if kind.is_dir() {
            Self::Folder
        } else if kind.is_symlink() {
            Self::Symlink
        } else {
            Self::Other
        }
    }
}

/// One entry of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderEntry {
    /// The folder's path joined with the name.
    pub path: PathBuf,
    /// The name inside its folder.
    pub name: OsString,
    /// What it is.
    pub kind: FileKind,
}

/// Lists a folder, sorted by the bytes of the names, so that no result depends on the disk's order.
///
/// # Errors
/// When the folder cannot be listed.
pub fn read_dir(path: impl AsRef<Path>) -> Result<Vec<FolderEntry>, FileError> {
    let path = path.as_ref();
    let list = || {
        let mut entries = fs::read_dir(path)?
            .map(|entry| {
                let entry = entry?;
                Ok(FolderEntry {
                    path: entry.path(),
                    name: entry.file_name(),
                    kind: entry.file_type()?.into(),
                })
            })
            .collect::<std::io::Result<Vec<_>>>()?;
        entries.sort_unstable_by(|left, right| left.name.cmp(&right.name));
        Ok(entries)
    };
    on(Operation::ListFolder, path, list())
}

/// Everything below a folder, each folder before what it holds, sorted within each folder.
/// Symbolic links are listed and not followed.
///
/// # Errors
/// When a folder cannot be listed.
pub fn walk(root: impl AsRef<Path>) -> Result<Vec<FolderEntry>, FileError> {
    let mut found = Vec::new();
    let mut waiting = read_dir(root)?;
    waiting.reverse();
    while let Some(entry) = waiting.pop() {
        if entry.kind == FileKind::Folder {
            let inside = read_dir(&entry.path)?;
            waiting.extend(inside.into_iter().rev());
        }
        found.push(entry);
    }
    Ok(found)
}
