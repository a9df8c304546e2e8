//! Files of another index or of a folder, taken into this one: each goes through what an upload goes
//! through once it is received, and becomes visible by the same transaction.
//!
//! What is there already with the same bytes is skipped, so an import that was cut is begun again.

use std::fs::File;
use std::io::{Read, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use tilsit_files::{FileError, Operation};
use tilsit_index_store::{
    Actor, Blobs, IncomingFile, IndexStore, ManageError, NewFile, Publication, PublishError,
    StoreError, UserId,
};
use tilsit_packaging::file_name::DistributionFileName;
use tilsit_simple_api::upload::FileType;

use super::source::FoundFile;
use crate::distribution::{self, ArrivedFile, Claim, FileDigests, FileHasher, ReadError};

/// What is read of a file at once.
const CHUNK_BYTES: usize = 128 * 1024;

/// What became of a source's files.
#[derive(Debug, Default)]
pub struct ImportReport {
    /// How many are in the index now that were not.
    pub imported: usize,
    /// How many were there with the same bytes.
    pub skipped: usize,
    /// What was not taken.
    pub refused: Vec<RefusedFile>,
}

/// A file that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedFile {
    /// The file.
    pub path: PathBuf,
    /// Why, for people.
    pub reason: String,
}

/// Why an import ended early.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The index's database or disk fails.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The thread that looked at a file is gone.
    #[error("the work on `{}` was given up", .0.display())]
    GivenUp(PathBuf),
    /// The callback said to stop.
    #[error("stopped before everything was imported; begun again, the import goes on")]
    Stopped,
}

/// Takes the files into the index, as the user `owner`, who owns projects that are new. The callback
/// is called before each.
///
/// # Errors
/// When the index itself fails, or the callback stops it. What was imported before stays.
pub async fn import(
    store: &IndexStore,
    files: &[FoundFile],
    owner: UserId,
    now: Timestamp,
    on_file: &mut dyn FnMut(&FoundFile) -> ControlFlow<()>,
) -> Result<ImportReport, ImportError> {
    let mut report = ImportReport::default();
    for file in files {
        if on_file(file).is_break() {
            return Err(ImportError::Stopped);
        }
        match import_one(store, file, owner, now).await {
            Ok(Publication::Published { .. }) => report.imported += 1,
            Ok(Publication::AlreadyThere) => report.skipped += 1,
            Err(OneError::Refused(reason)) => report.refused.push(RefusedFile {
                path: file.path.clone(),
                reason,
            }),
            Err(OneError::Index(error)) => return Err(error),
        }
    }
    Ok(report)
}

/// Why one file is not imported.
enum OneError {
    /// Because of the file.
    Refused(String),
    /// Because of the index.
    Index(ImportError),
}

async fn import_one(
    store: &IndexStore,
    file: &FoundFile,
    owner: UserId,
    now: Timestamp,
) -> Result<Publication, OneError> {
    let known = match file.path.file_name().and_then(|name| name.to_str()) {
        Some(name) => store.file(name).await?,
        None => None,
    };
    let (blobs, found) = (store.blobs().clone(), file.clone());
    let known = known.map(|known| known.sha256);
    let work = move || {
        if let Some(known) = known
            && hashed(&found.path, None)?.sha256 == known
        {
            return Ok(None);
        }
        checked(&blobs, &found, owner).map(Some)
    };
    let given_up = |_| OneError::Index(ImportError::GivenUp(file.path.clone()));
    let Some((incoming, new_file)) = tokio::task::spawn_blocking(work)
        .await
        .map_err(given_up)??
    else {
        return Ok(Publication::AlreadyThere);
    };
    distribution::keep(store.blobs(), incoming, &new_file).await?;
    let publication = store.publish_file(&new_file, now).await?;
    if let Some(reason) = &file.yanked {
        let release = (&new_file.project, &new_file.version);
        let yanked = store.yank_release(Actor::COMMAND_LINE, release, Some(reason), now);
        yanked.await?;
    }
    Ok(publication)
}

/// Copies a file to where uploads arrive, and looks at it.
fn checked(
    blobs: &Blobs,
    found: &FoundFile,
    owner: UserId,
) -> Result<(IncomingFile, NewFile), OneError> {
    let name = found.path.file_name().unwrap_or_default();
    let name = name.to_str().ok_or_else(|| {
        OneError::Refused("its name is no text that an index can show".to_owned())
    })?;
    let claim = claimed_by(name)?;
    distribution::check_file_name(name, &claim).map_err(refused)?;
    let incoming = blobs.receive()?;
    let digests = hashed(&found.path, Some(&incoming))?;
    if found.sha256.is_some_and(|said| said != digests.sha256) {
        let text = format!(
            "its SHA-256 is {}, and is said to be another",
            digests.sha256
        );
        return Err(OneError::Refused(text));
    }
    let mut arrived = ArrivedFile {
        file_name: name.to_owned(),
        incoming,
        digests,
    };
    let description = distribution::read(&mut arrived, &claim)?;
    let uploaded = found.uploaded;
    Ok(distribution::new_file(
        arrived,
        claim,
        description,
        owner,
        uploaded,
    ))
}

/// Nobody fills in a form here: project and version are what the name says.
fn claimed_by(name: &str) -> Result<Claim, OneError> {
    let parsed: DistributionFileName = name.parse().map_err(refused)?;
    Ok(match parsed {
        DistributionFileName::Wheel(wheel) => Claim {
            project: wheel.name,
            version: wheel.version,
            kind: FileType::Wheel,
        },
        DistributionFileName::Sdist(sdist) => Claim {
            project: sdist.name,
            version: sdist.version,
            kind: FileType::Sdist,
        },
    })
}

/// Hashes a file and copies it, where there is a place for it.
fn hashed(path: &Path, copy: Option<&IncomingFile>) -> Result<FileDigests, OneError> {
    let unreadable = |source| refused(FileError::new(Operation::Read, path, source));
    let mut from = File::open(path).map_err(unreadable)?;
    let mut to = copy
        .map(|incoming| tilsit_files::create(incoming.path()))
        .transpose()?;
    let mut hasher = FileHasher::default();
    let mut buffer = vec![0; CHUNK_BYTES];
    loop {
        let count = from.read(&mut buffer).map_err(unreadable)?;
        let chunk = buffer.get(..count).unwrap_or_default();
        if chunk.is_empty() {
            return Ok(hasher.finish());
        }
        hasher.update(chunk);
        if let (Some(to), Some(incoming)) = (&mut to, copy) {
            to.write_all(chunk)
                .map_err(|source| FileError::new(Operation::Write, incoming.path(), source))?;
        }
    }
}

fn refused(error: impl std::error::Error) -> OneError {
    OneError::Refused(error.to_string())
}

/// The index's own disk.
impl From<FileError> for OneError {
    fn from(error: FileError) -> Self {
        StoreError::from(error).into()
    }
}

impl From<StoreError> for OneError {
    fn from(error: StoreError) -> Self {
        Self::Index(error.into())
    }
}

impl From<ReadError> for OneError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::NotTaken(error) => refused(error),
            ReadError::File(error) => error.into(),
        }
    }
}

impl From<PublishError> for OneError {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::Store(error) => error.into(),
            error => refused(error),
        }
    }
}

impl From<ManageError> for OneError {
    fn from(error: ManageError) -> Self {
        match error {
            ManageError::Store(error) => error.into(),
            error => refused(error),
        }
    }
}
