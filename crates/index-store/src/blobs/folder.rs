//! Files in a local folder.
//!
//! When an upload is checked, its metadata is put beside it in its own folder, the folder is renamed
//! to `files/aa/bb/<sha256>`, so that file and metadata appear together, and everything is
//! synchronised before a transaction names it. The path below `files/` is also the path of the file's URL, so that any web server can
//! serve the folder as it is.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures_util::future::try_join_all;
use futures_util::stream::{self, StreamExt};
use sha2::{Digest, Sha256};
use tilsit_files::{FileError, LinkMode, Operation};
use tilsit_simple_api::Sha256Digest;
use tokio::io::AsyncReadExt;

use super::incoming::IncomingFile;
use super::{BlobStream, Placed, blocking, metadata_name, relative_folder};
use crate::error::StoreError;

#[cfg(test)]
mod tests;

/// How much of a file is read at a time.
const CHUNK_BYTES: usize = 256 * 1024;

/// The folder of all files.
#[derive(Debug, Clone)]
pub(crate) struct FolderBlobs {
    files: PathBuf,
}

impl FolderBlobs {
    /// The folder below `data`, made when it is missing.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(super) fn open(data: &Path) -> Result<Self, FileError> {
        let folder = Self::below(data);
        tilsit_files::create_dir_all(&folder.files)?;
        Ok(folder)
    }

    /// The folder below `data`, whether it is there or not.
    pub(crate) fn below(data: &Path) -> Self {
        Self {
            files: data.join("files"),
        }
    }

    /// Where a file is, whether it is there or not.
    pub(crate) fn path(&self, sha256: &Sha256Digest, name: &str) -> PathBuf {
        self.folder(sha256).join(name)
    }

    /// Where the core metadata of a wheel is.
    pub(crate) fn metadata_path(&self, sha256: &Sha256Digest, file_name: &str) -> PathBuf {
        self.path(sha256, &metadata_name(file_name))
    }

    /// Gives an arrived file its final place, with its core metadata beside it; all on disk when
    /// this returns. It is not visible to anybody until a transaction names it.
    ///
    /// `file_name` must be a checked file name without any folder.
    ///
    /// # Errors
    /// When the disk refuses; a part that is already in place is harmless.
    pub(super) async fn keep(
        &self,
        incoming: IncomingFile,
        (sha256, file_name): (&Sha256Digest, &str),
        metadata: Option<Vec<u8>>,
    ) -> Result<(), StoreError> {
        let (this, sha256, file_name) = (self.clone(), *sha256, file_name.to_owned());
        let moved = move || this.put(incoming, &sha256, &file_name, metadata.as_deref());
        let changed = blocking(moved).await??;
        // At the same time: then a disk flushes its cache once or twice for all of them.
        let synchronised = changed.into_iter().map(|path| async {
            Ok::<_, StoreError>(blocking(move || synchronise(&path)).await??)
        });
        try_join_all(synchronised).await.map(|_| ())
    }

    /// Moves an arrived file and its metadata to their place, together; gives the files and folders
    /// that may not be on disk yet.
    fn put(
        &self,
        incoming: IncomingFile,
        sha256: &Sha256Digest,
        file_name: &str,
        metadata: Option<&[u8]>,
    ) -> Result<Vec<PathBuf>, FileError> {
        let (folder, path) = incoming.into_parts();
        tilsit_files::rename(&path, folder.path().join(file_name))?;
        let mut names = vec![file_name.to_owned()];
        if let Some(bytes) = metadata {
            let name = metadata_name(file_name);
            tilsit_files::write(folder.path().join(&name), bytes)?;
            names.push(name);
        }
        make_readable(folder.path())?;
        let destination = self.folder(sha256);
        tilsit_files::create_dir_all(destination.parent().unwrap_or(&self.files))?;
        match tilsit_files::rename(folder.path(), &destination) {
            Ok(()) => {
                // It has left its temporary path: there is nothing to remove any more.
                let _ = folder.keep();
            }
            Err(error) if !tilsit_files::exists(&destination)? => return Err(error),
            // These bytes came before: an upload that was cut before its transaction, another one
            // that is not done yet, or the same content under another name. Equal names hold equal
            // bytes, so replacing is safe.
            Err(_) => {
                for name in &names {
                    tilsit_files::rename(folder.path().join(name), destination.join(name))?;
                }
            }
        }
        let mut changed: Vec<_> = names.iter().map(|name| destination.join(name)).collect();
        let above = destination.ancestors();
        changed.extend(
            above
                .take_while(|path| path.starts_with(&self.files))
                .map(Path::to_path_buf),
        );
        Ok(changed)
    }

    /// The bytes of a part of a file, from an open file: what cannot be opened is known before the
    /// first of them.
    ///
    /// # Errors
    /// When the file is not there or cannot be read.
    pub(super) async fn read(
        &self,
        (sha256, name): (&Sha256Digest, &str),
        part: Range<u64>,
    ) -> Result<BlobStream, FileError> {
        let path = self.path(sha256, name);
        let opened = tokio::task::spawn_blocking({
            let path = path.clone();
            move || open_at(&path, part.start)
        });
        let file = opened
            .await
            .map_err(|error| FileError::new(Operation::Open, &path, error.into()))??;
        let beginning = (tokio::fs::File::from_std(file), path, part.end - part.start);
        let chunks = stream::try_unfold(beginning, |(mut file, path, left)| async move {
            if left == 0 {
                return Ok(None);
            }
            let failed = |source| StoreError::from(FileError::new(Operation::Read, &path, source));
            let wanted = usize::try_from(left).map_or(CHUNK_BYTES, |left| left.min(CHUNK_BYTES));
            let mut chunk = vec![0; wanted];
            let read = file.read(&mut chunk).await.map_err(failed)?;
            if read == 0 {
                return Err(failed(std::io::ErrorKind::UnexpectedEof.into()));
            }
            chunk.truncate(read);
            let left = left - read as u64;
            Ok(Some((Bytes::from(chunk), (file, path, left))))
        });
        Ok(chunks.boxed())
    }

    /// The whole of a small file.
    ///
    /// # Errors
    /// When it is not there or cannot be read.
    pub(super) async fn read_all(
        &self,
        sha256: &Sha256Digest,
        name: &str,
    ) -> Result<Bytes, FileError> {
        let path = self.path(sha256, name);
        let read = tokio::fs::read(&path).await;
        read.map(Bytes::from)
            .map_err(|source| FileError::new(Operation::Read, &path, source))
    }

    /// Puts the kept file at `to`, whole or not at all, with its folders. What has the right size
    /// counts as the same: `size_bytes` where it is known, else that of the kept file.
    ///
    /// # Errors
    /// When `to` cannot be written.
    pub(super) fn place(
        &self,
        (sha256, name): (&Sha256Digest, &str),
        size_bytes: Option<u64>,
        (to, mode): (&Path, LinkMode),
    ) -> Result<Placed, FileError> {
        let from = self.path(sha256, name);
        match place(&from, to, size_bytes, mode) {
            Err(error) if error.is_not_found() && !tilsit_files::exists(&from)? => {
                Ok(Placed::Missing)
            }
            placed => placed,
        }
    }

    /// The size and the digest of what is there, if anything is.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn measure(
        &self,
        sha256: &Sha256Digest,
        name: &str,
    ) -> Result<Option<(u64, Sha256Digest)>, FileError> {
        let path = self.path(sha256, name);
        let mut file = match open_at(&path, 0) {
            Ok(file) => file,
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => return Err(error),
        };
        let (mut hasher, mut size) = (Sha256::new(), 0);
        let mut chunk = vec![0; CHUNK_BYTES];
        loop {
            let read = file.read(&mut chunk);
            let read = read.map_err(|source| FileError::new(Operation::Read, &path, source))?;
            if read == 0 {
                return Ok(Some((size, Sha256Digest(hasher.finalize().into()))));
            }
            size += read as u64;
            hasher.update(&chunk[..read]);
        }
    }

    /// Removes a file that the database does not name any more, and its metadata; does nothing when
    /// it is gone already.
    ///
    /// # Errors
    /// When something cannot be removed.
    pub(super) fn remove(&self, sha256: &Sha256Digest, file_name: &str) -> Result<(), FileError> {
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

    /// The files whose relative names are not among `named`.
    ///
    /// # Errors
    /// When a folder cannot be read.
    pub(super) fn others(&self, named: &HashSet<String>) -> Result<Vec<String>, FileError> {
        let named: HashSet<PathBuf> = named.iter().map(|name| self.files.join(name)).collect();
        let mut found = Vec::new();
        let mut waiting = vec![self.files.clone()];
        while let Some(folder) = waiting.pop() {
            for entry in tilsit_files::read_dir(&folder)? {
                if entry.kind == tilsit_files::FileKind::Folder {
                    waiting.push(entry.path);
                } else if !named.contains(&entry.path) {
                    found.push(entry.path.display().to_string());
                }
            }
        }
        found.sort();
        Ok(found)
    }

    fn folder(&self, sha256: &Sha256Digest) -> PathBuf {
        self.files.join(relative_folder(sha256))
    }
}

fn place(
    from: &Path,
    to: &Path,
    size_bytes: Option<u64>,
    mode: LinkMode,
) -> Result<Placed, FileError> {
    let size_bytes = match size_bytes {
        Some(size) => size,
        None => tilsit_files::metadata(from)?.len(),
    };
    if has_size(to, size_bytes)? {
        return Ok(Placed::AlreadyThere);
    }
    let beside = begin_beside(to)?;
    if tilsit_files::link_or_copy(from, &beside, mode)? == LinkMode::Copy {
        synchronise(&beside)?;
    }
    tilsit_files::rename(&beside, to)?;
    Ok(Placed::New)
}

/// Whether a file is there and has this size.
pub(super) fn has_size(path: &Path, size_bytes: u64) -> Result<bool, FileError> {
    match tilsit_files::metadata(path) {
        Ok(metadata) => Ok(metadata.len() == size_bytes),
        Err(error) if error.is_not_found() => Ok(false),
        Err(error) => Err(error),
    }
}

/// The path where the file `to` is written before it gets its name; nothing is there.
pub(super) fn begin_beside(to: &Path) -> Result<PathBuf, FileError> {
    tilsit_files::create_dir_all(to.parent().unwrap_or(to))?;
    let beside = to.with_added_extension("new");
    tilsit_files::remove_file_if_exists(&beside)?;
    Ok(beside)
}

fn open_at(path: &Path, start: u64) -> Result<File, FileError> {
    let mut file =
        File::open(path).map_err(|source| FileError::new(Operation::Open, path, source))?;
    if start > 0 {
        file.seek(SeekFrom::Start(start))
            .map_err(|source| FileError::new(Operation::Read, path, source))?;
    }
    Ok(file)
}

/// Flushes a file, or the names in a folder, to the disk.
pub(crate) fn synchronise(path: &Path) -> Result<(), FileError> {
    if cfg!(not(unix)) && path.is_dir() {
        // Windows has no such call for folders; its file systems keep a journal of names.
        return Ok(());
    }
    // Windows synchronises only what is open for writing.
    OpenOptions::new()
        .read(true)
        .write(cfg!(not(unix)))
        .open(path)
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
