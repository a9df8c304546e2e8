//! The bytes of distribution files, in a local folder, addressed by their SHA-256.
//!
//! An upload arrives in a folder of its own below `incoming/`; when it is checked, its metadata is
//! put beside it, everything is synchronised, and the folder is renamed to
//! `files/aa/bb/<sha256>`: file and metadata appear together. The path below `files/` is also the
//! path of the file's URL, so that any web server can serve the folder as it is.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tilsit_files::{FileError, Operation, TemporaryFolder};
use tilsit_simple_api::Sha256Digest;

#[cfg(test)]
mod tests;

/// The file's name while it arrives, when its real one is not yet checked.
const CONTENT: &str = "content";
/// An upload of this age is not under way any more.
const ABANDONED_AFTER: Duration = Duration::from_hours(24);

/// The folder of all files.
#[derive(Debug, Clone)]
pub struct Blobs {
    files: PathBuf,
    incoming: PathBuf,
}

/// A file that is just arriving; gone when dropped, unless kept.
#[derive(Debug)]
pub struct IncomingFile {
    folder: TemporaryFolder,
    path: PathBuf,
}

impl IncomingFile {
    /// Where the bytes are to be written to, and can be read from until the file is kept.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the file its name, in its own folder, for readers that go by the name.
    ///
    /// `file_name` must be a checked file name without any folder.
    ///
    /// # Errors
    /// When it cannot be renamed.
    pub fn rename(&mut self, file_name: &str) -> Result<(), FileError> {
        let named = self.folder.path().join(file_name);
        tilsit_files::rename(&self.path, &named)?;
        self.path = named;
        Ok(())
    }
}

impl Blobs {
    /// The folders below `data`, made when they are missing.
    ///
    /// # Errors
    /// When they cannot be made.
    pub(crate) fn open(data: &Path) -> Result<Self, FileError> {
        let blobs = Self::below(data);
        tilsit_files::create_dir_all(&blobs.files)?;
        tilsit_files::create_dir_all(&blobs.incoming)?;
        Ok(blobs)
    }

    /// The folders below `data`, whether they are there or not.
    pub(crate) fn below(data: &Path) -> Self {
        Self {
            files: data.join("files"),
            incoming: data.join("incoming"),
        }
    }

    /// The folder with all files.
    pub(crate) fn folder_of_all(&self) -> &Path {
        &self.files
    }

    /// Where a file is, whether it is there or not.
    pub fn path(&self, sha256: &Sha256Digest, file_name: &str) -> PathBuf {
        self.folder(sha256).join(file_name)
    }

    /// Where the core metadata of a wheel is.
    pub fn metadata_path(&self, sha256: &Sha256Digest, file_name: &str) -> PathBuf {
        self.folder(sha256).join(format!("{file_name}.metadata"))
    }

    /// Makes room for a file that is about to arrive.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn receive(&self) -> Result<IncomingFile, FileError> {
        let folder = TemporaryFolder::create_in(&self.incoming)?;
        let path = folder.path().join(CONTENT);
        Ok(IncomingFile { folder, path })
    }

    /// Gives an arrived file its final place, with its core metadata beside it; all on disk when
    /// this returns. It is not visible to anybody until a transaction names it.
    ///
    /// `file_name` must be a checked file name without any folder.
    ///
    /// # Errors
    /// When the disk refuses; a part that is already in place is harmless.
    pub fn keep(
        &self,
        incoming: IncomingFile,
        sha256: &Sha256Digest,
        file_name: &str,
        metadata: Option<&[u8]>,
    ) -> Result<(), FileError> {
        let folder = incoming.folder.path();
        let named = folder.join(file_name);
        tilsit_files::rename(&incoming.path, &named)?;
        synchronise(&named)?;
        let mut names = vec![file_name.to_owned()];
        if let Some(bytes) = metadata {
            let name = format!("{file_name}.metadata");
            let path = folder.join(&name);
            tilsit_files::write(&path, bytes)?;
            synchronise(&path)?;
            names.push(name);
        }
        let destination = self.folder(sha256);
        self.create_parents(&destination)?;
        make_readable(folder)?;
        synchronise(folder)?;
        if tilsit_files::exists(&destination)? {
            // These bytes came before: an upload that was cut before its transaction, or the same
            // content under another name. Equal names hold equal bytes, so replacing is safe.
            for name in names {
                tilsit_files::rename(folder.join(&name), destination.join(&name))?;
            }
            return synchronise(&destination);
        }
        match incoming.folder.move_to(&destination) {
            // Another upload of the same bytes was faster.
            Err(_) if self.path(sha256, file_name).is_file() => Ok(()),
            Err(error) => Err(error),
            Ok(()) => synchronise(destination.parent().unwrap_or(&self.files)),
        }
    }

    /// Removes a file that the database does not name any more, and its metadata; does nothing when
    /// it is gone already.
    ///
    /// # Errors
    /// When something cannot be removed.
    pub(crate) fn remove(&self, sha256: &Sha256Digest, file_name: &str) -> Result<(), FileError> {
        let folder = self.folder(sha256);
        tilsit_files::remove_file_if_exists(self.path(sha256, file_name))?;
        tilsit_files::remove_file_if_exists(self.metadata_path(sha256, file_name))?;
        // The same bytes may be there under another name.
        match tilsit_files::read_dir(&folder) {
            Ok(entries) if entries.is_empty() => tilsit_files::remove_dir(&folder),
            Err(error) if !error.is_not_found() => Err(error),
            _ => Ok(()),
        }
    }

    /// Removes what uploads left behind that were cut long before `now`; returns how many.
    ///
    /// # Errors
    /// When the folder cannot be read or something in it cannot be removed.
    pub(crate) fn remove_abandoned(&self, now: SystemTime) -> Result<usize, FileError> {
        let mut removed = 0;
        for entry in tilsit_files::read_dir(&self.incoming)? {
            let changed = tilsit_files::metadata(&entry.path)?.modified();
            let age = changed.ok().and_then(|time| now.duration_since(time).ok());
            if age.is_some_and(|age| age > ABANDONED_AFTER) {
                tilsit_files::remove_dir_all(&entry.path)?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    fn folder(&self, sha256: &Sha256Digest) -> PathBuf {
        let digits = sha256.to_string();
        self.files
            .join(&digits[..2])
            .join(&digits[2..4])
            .join(&digits)
    }

    /// Makes `files/aa/bb`, synchronising the folder above each that was missing.
    fn create_parents(&self, destination: &Path) -> Result<(), FileError> {
        let Some(second) = destination.parent() else {
            return Ok(());
        };
        if tilsit_files::exists(second)? {
            return Ok(());
        }
        tilsit_files::create_dir_all(second)?;
        if let Some(first) = second.parent() {
            synchronise(first)?;
        }
        synchronise(&self.files)
    }
}

/// Flushes a file, or the names in a folder, to the disk.
pub(crate) fn synchronise(path: &Path) -> Result<(), FileError> {
    if cfg!(not(unix)) && path.is_dir() {
        // Windows has no such call for folders; its file systems keep a journal of names.
        return Ok(());
    }
    File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(|source| FileError::new(Operation::Sync, path, source))
}

/// Lets other users read the folder, as a web server in front may run as another one.
#[cfg(unix)]
pub(crate) fn make_readable(folder: &Path) -> Result<(), FileError> {
    use std::os::unix::fs::PermissionsExt;
    tilsit_files::set_permissions(folder, std::fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
pub(crate) fn make_readable(_folder: &Path) -> Result<(), FileError> {
    Ok(())
}
