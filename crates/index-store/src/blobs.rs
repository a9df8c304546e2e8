//! The bytes of distribution files and of their core metadata, addressed by SHA-256: in a local
//! folder (`blobs/folder.rs`), or in a store that speaks the S3 protocol (`blobs/objects.rs`).
//!
//! Wherever they are kept, an upload arrives on the server's own disk first (`blobs/incoming.rs`)
//! and is kept when it is checked. What is kept is visible to nobody until a transaction names it,
//! and never changes.

use std::collections::HashSet;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use tilsit_files::{FileError, LinkMode};
use tilsit_simple_api::Sha256Digest;

use crate::error::StoreError;
use incoming::Incoming;
use objects::ObjectBlobs;

mod folder;
mod incoming;
mod objects;

pub(crate) use folder::{FolderBlobs, make_readable, synchronise};
pub use incoming::IncomingFile;
pub use objects::{S3Location, S3LocationError, S3Options};

/// The bytes of a part of a file, as they come. An error is the end; so is a file that has fewer
/// bytes than were asked for.
pub type BlobStream = BoxStream<'static, Result<Bytes, StoreError>>;

/// What became of a file that is put to another place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placed {
    /// It is there now.
    New,
    /// It was there already.
    AlreadyThere,
    /// It is not kept, or no more.
    Missing,
}

/// All files of an index. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Blobs {
    incoming: Incoming,
    place: Place,
}

#[derive(Debug, Clone)]
enum Place {
    Folder(FolderBlobs),
    Objects(ObjectBlobs),
}

/// The name under which the core metadata of a wheel is kept beside it.
fn metadata_name(file_name: &str) -> String {
    format!("{file_name}.metadata")
}

/// The name of a file's folder below the place of all files.
fn relative_folder(sha256: &Sha256Digest) -> String {
    let digits = sha256.to_string();
    format!("{}/{}/{digits}", &digits[..2], &digits[2..4])
}

/// The name of a file below the place of all files, with slashes; also the path of its URL.
fn relative_name(sha256: &Sha256Digest, name: &str) -> String {
    format!("{}/{name}", relative_folder(sha256))
}

impl Blobs {
    /// The folders below `data`, made when they are missing; files in the store `s3` instead, if
    /// one is given, which is not asked for anything yet.
    ///
    /// # Errors
    /// When the folders cannot be made, or the store's options make no sense.
    pub(crate) fn open(data: &Path, s3: Option<&S3Options>) -> Result<Self, StoreError> {
        let place = match s3 {
            None => Place::Folder(FolderBlobs::open(data)?),
            Some(options) => Place::Objects(ObjectBlobs::open(options)?),
        };
        Ok(Self {
            incoming: Incoming::open(data)?,
            place,
        })
    }

    /// The folders below `data`, whether they are there or not.
    pub(crate) fn below(data: &Path) -> Self {
        Self {
            incoming: Incoming::below(data),
            place: Place::Folder(FolderBlobs::below(data)),
        }
    }

    /// Where a file is in the local folder, whether it is there or not; none where files are kept
    /// elsewhere.
    pub fn path(&self, sha256: &Sha256Digest, name: &str) -> Option<PathBuf> {
        match &self.place {
            Place::Folder(folder) => Some(folder.path(sha256, name)),
            Place::Objects(_) => None,
        }
    }

    /// Makes room for a file that is about to arrive.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn receive(&self) -> Result<IncomingFile, FileError> {
        self.incoming.receive()
    }

    /// Removes what uploads left behind that were cut long before `now`; returns how many.
    ///
    /// # Errors
    /// When the folder cannot be read or something in it cannot be removed.
    pub(crate) fn remove_abandoned(&self, now: SystemTime) -> Result<usize, FileError> {
        self.incoming.remove_abandoned(now)
    }

    /// Whether files can be read where they are kept, and received where they arrive.
    ///
    /// # Errors
    /// When they cannot.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.receive()?;
        match &self.place {
            Place::Folder(_) => Ok(()),
            Place::Objects(objects) => objects.check().await,
        }
    }

    /// Gives an arrived file its final place, with its core metadata beside it; durable when this
    /// returns. It is not visible to anybody until a transaction names it.
    ///
    /// `file_name` must be a checked file name without any folder.
    ///
    /// # Errors
    /// When the disk or the store refuses; a part that is already in place is harmless.
    pub async fn keep(
        &self,
        incoming: IncomingFile,
        (sha256, file_name): (&Sha256Digest, &str),
        metadata: Option<Vec<u8>>,
    ) -> Result<(), StoreError> {
        match &self.place {
            Place::Folder(folder) => folder.keep(incoming, (sha256, file_name), metadata).await,
            Place::Objects(objects) => objects.keep(incoming, (sha256, file_name), metadata).await,
        }
    }

    /// The bytes of a part of a kept file, or of its metadata: `name` is the last part of the URL.
    /// When this returns, the file was found.
    ///
    /// # Errors
    /// When it is not there or cannot be read.
    pub async fn read(
        &self,
        sha256: &Sha256Digest,
        name: &str,
        part: Range<u64>,
    ) -> Result<BlobStream, StoreError> {
        match &self.place {
            Place::Folder(folder) => Ok(folder.read((sha256, name), part).await?),
            Place::Objects(objects) => objects.read((sha256, name), part).await,
        }
    }

    /// The whole of a kept file that is small, or of metadata.
    ///
    /// # Errors
    /// When it is not there or cannot be read.
    pub async fn read_all(&self, sha256: &Sha256Digest, name: &str) -> Result<Bytes, StoreError> {
        match &self.place {
            Place::Folder(folder) => Ok(folder.read_all(sha256, name).await?),
            Place::Objects(objects) => objects.read_all(sha256, name).await,
        }
    }

    /// Puts a kept file at `to`, whole or not at all, with its folders; linked where the mode and
    /// the place of files allow. What has the right size there counts as the same, so that `to`
    /// must hold the digest; a size that is not known is asked for.
    ///
    /// # Errors
    /// When the file cannot be read or `to` cannot be written.
    pub async fn place(
        &self,
        (sha256, name): (&Sha256Digest, &str),
        size_bytes: Option<u64>,
        (to, mode): (&Path, LinkMode),
    ) -> Result<Placed, StoreError> {
        match &self.place {
            Place::Folder(folder) => {
                let (folder, sha256) = (folder.clone(), *sha256);
                let (name, to) = (name.to_owned(), to.to_path_buf());
                let placed =
                    blocking(move || folder.place((&sha256, &name), size_bytes, (&to, mode)));
                Ok(placed.await??)
            }
            Place::Objects(objects) => objects.place((sha256, name), size_bytes, to).await,
        }
    }

    /// The same of the core metadata of a wheel.
    ///
    /// # Errors
    /// As of [`Self::place`].
    pub async fn place_metadata(
        &self,
        (sha256, file_name): (&Sha256Digest, &str),
        to: (&Path, LinkMode),
    ) -> Result<Placed, StoreError> {
        self.place((sha256, &metadata_name(file_name)), None, to)
            .await
    }

    /// The size and the digest of what is kept under a name, if anything is. All of it is read.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) async fn measure(
        &self,
        sha256: &Sha256Digest,
        name: &str,
    ) -> Result<Option<(u64, Sha256Digest)>, StoreError> {
        match &self.place {
            Place::Folder(folder) => {
                let (folder, sha256, name) = (folder.clone(), *sha256, name.to_owned());
                Ok(blocking(move || folder.measure(&sha256, &name)).await??)
            }
            Place::Objects(objects) => objects.measure(sha256, name).await,
        }
    }

    /// The same of the core metadata of a wheel.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) async fn measure_metadata(
        &self,
        sha256: &Sha256Digest,
        file_name: &str,
    ) -> Result<Option<(u64, Sha256Digest)>, StoreError> {
        self.measure(sha256, &metadata_name(file_name)).await
    }

    /// Removes a file that the database does not name any more, and its metadata; does nothing when
    /// it is gone already.
    ///
    /// # Errors
    /// When something cannot be removed.
    pub(crate) async fn remove(
        &self,
        sha256: &Sha256Digest,
        file_name: &str,
    ) -> Result<(), StoreError> {
        match &self.place {
            Place::Folder(folder) => Ok(folder.remove(sha256, file_name)?),
            Place::Objects(objects) => objects.remove(sha256, file_name).await,
        }
    }

    /// Everything that is kept and belongs to none of these files, as places to show.
    ///
    /// # Errors
    /// When what is there cannot be listed.
    pub(crate) async fn others(&self, named: NamedBlobs) -> Result<Vec<String>, StoreError> {
        match &self.place {
            Place::Folder(folder) => {
                let folder = folder.clone();
                Ok(blocking(move || folder.others(&named.0)).await??)
            }
            Place::Objects(objects) => objects.others(&named.0).await,
        }
    }
}

/// The files that a database names, by their relative names.
#[derive(Debug, Default)]
pub(crate) struct NamedBlobs(HashSet<String>);

impl NamedBlobs {
    /// Adds a file, and its metadata if it has some.
    pub(crate) fn insert(&mut self, sha256: &Sha256Digest, file_name: &str, has_metadata: bool) {
        if has_metadata {
            self.0
                .insert(relative_name(sha256, &metadata_name(file_name)));
        }
        self.0.insert(relative_name(sha256, file_name));
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| StoreError::Stopping)
}
