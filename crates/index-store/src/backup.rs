//! A copy of a whole index while it is used, and an index made of such a copy.
//!
//! Files never change, and the database names only files that are kept whole. So the database is
//! copied first, as of one moment (`VACUUM INTO`), and after it the files that this copy names. The
//! copy of the database gets its name last: a backup with `index.sqlite3` is a finished one.
//!
//! | path in a backup | what |
//! |---|---|
//! | `index.sqlite3` | the database as of the moment when the backup began |
//! | `index.sqlite3.new` | the same while files are still being copied |
//! | `files/aa/bb/<sha256>/<file name>` | the files, with metadata beside wheels, as in a data folder |
//!
//! Files that lie in a store of objects are copied into the folder as well, and an index that is made
//! of it has them in its folder.
//!
//! A backup into the folder of an earlier one copies only what is new, and replaces the database.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use tilsit_files::{FileError, LinkMode, TemporaryFolder};
use tilsit_simple_api::Sha256Digest;

use crate::audit::{MISSING, problem, problem_of_metadata};
use crate::blobs::{Blobs, FolderBlobs, Placed, make_readable, synchronise};
use crate::database::Database;
use crate::dialect::Dialect;
use crate::error::{Doing, StoreError};
use crate::files::digest;
use crate::store::IndexStore;

const DATABASE: &str = "index.sqlite3";
const UNFINISHED: &str = "index.sqlite3.new";
/// A file that is named by the copied database and deleted before it is copied makes the copy begin
/// anew; so often at most.
const ATTEMPTS: usize = 5;

/// What a backup or a restored index holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BackupReport {
    /// How many distribution files it has.
    pub files: usize,
    /// How many of them were not there before.
    pub placed: usize,
    /// The serial of its last change.
    pub serial: u64,
}

/// A file that a database names.
#[derive(Debug)]
struct NamedFile {
    file_name: String,
    sha256: Sha256Digest,
    size_bytes: u64,
    metadata_sha256: Option<Sha256Digest>,
}

/// What is told after each file: how many are done, of how many. It may stop the work.
type OnFile<'a> = &'a mut dyn FnMut(usize, usize) -> ControlFlow<()>;

impl IndexStore {
    /// Makes or renews the backup in `destination`, an absolute path.
    ///
    /// # Errors
    /// When the database is not SQLite, something cannot be read or written, or the callback stops
    /// it. An earlier backup in the folder stays what it was, then.
    pub async fn backup(
        &self,
        destination: &Path,
        mode: LinkMode,
        on_file: OnFile<'_>,
    ) -> Result<BackupReport, StoreError> {
        if self.database.dialect != Dialect::Sqlite {
            return Err(StoreError::NotSqlite);
        }
        tilsit_files::create_dir_all(destination)?;
        let copy = FolderBlobs::below(destination);
        let unfinished = destination.join(UNFINISHED);
        let mut vanished = String::new();
        for _ in 0..ATTEMPTS {
            self.copy_database(&unfinished).await?;
            let (files, serial) = named_by(&unfinished).await?;
            match copy_files(self.blobs(), &copy, &files, mode, on_file).await? {
                Copied::Vanished(file) => vanished = file,
                Copied::All { placed } => {
                    let done = destination.join(DATABASE);
                    synchronise(&unfinished)?;
                    tilsit_files::rename(&unfinished, &done)?;
                    synchronise(destination)?;
                    return Ok(BackupReport {
                        files: files.len(),
                        placed,
                        serial,
                    });
                }
            }
        }
        Err(StoreError::KeepsChanging(vanished))
    }

    async fn copy_database(&self, path: &Path) -> Result<(), StoreError> {
        remove_database(path)?;
        let text = path
            .to_str()
            .ok_or_else(|| StoreError::DataFolder(path.display().to_string()))?;
        sqlx::query("VACUUM INTO $1")
            .bind(text)
            .execute(self.database.reader())
            .await
            .doing("copy itself")?;
        Ok(())
    }
}

/// Makes an index of a backup, in `data`, which is missing or empty. Each file's digest is looked
/// at; the folder appears whole or not at all.
///
/// # Errors
/// When `data` has something in it, the backup is unfinished or damaged, something cannot be read or
/// written, or the callback stops it.
pub async fn restore(
    backup: &Path,
    data: &Path,
    mode: LinkMode,
    on_file: OnFile<'_>,
) -> Result<BackupReport, StoreError> {
    let database = backup.join(DATABASE);
    if !tilsit_files::exists(&database)? {
        return Err(StoreError::NoBackup(backup.to_path_buf()));
    }
    let is_there = tilsit_files::exists(data)?;
    if is_there && !tilsit_files::read_dir(data)?.is_empty() {
        return Err(StoreError::NotEmpty(data.to_path_buf()));
    }
    let parent = data.parent().unwrap_or(data);
    tilsit_files::create_dir_all(parent)?;
    let folder = TemporaryFolder::create_in(parent)?;
    let copied = folder.path().join(DATABASE);
    // The backup's own is not opened: that would write beside it.
    tilsit_files::copy(&database, &copied)?;
    let (files, serial) = named_by(&copied).await?;
    let (from, to) = (Blobs::below(backup), FolderBlobs::below(folder.path()));
    check_files(&from, &files).await?;
    let placed = match copy_files(&from, &to, &files, mode, on_file).await? {
        Copied::All { placed } => placed,
        Copied::Vanished(file) => {
            let problem = MISSING;
            return Err(StoreError::DamagedBackup { file, problem });
        }
    };
    synchronise(&copied)?;
    make_readable(folder.path())?;
    if is_there {
        tilsit_files::remove_dir(data)?;
    }
    folder.move_to(data)?;
    synchronise(parent)?;
    Ok(BackupReport {
        files: files.len(),
        placed,
        serial,
    })
}

/// The files that a database names, and its last serial.
async fn named_by(path: &Path) -> Result<(Vec<NamedFile>, u64), StoreError> {
    let database = Database::open_sqlite(path).await?;
    let found = read_named(&database).await;
    // Folds the write-ahead log into the file and removes it.
    database.close().await;
    found
}

async fn read_named(database: &Database) -> Result<(Vec<NamedFile>, u64), StoreError> {
    let rows: Vec<(String, String, i64, Option<String>)> = sqlx::query_as(
        "SELECT file_name, sha256, size_bytes, metadata_sha256 FROM files ORDER BY file_name",
    )
    .fetch_all(database.reader())
    .await
    .doing("list the files")?;
    let serial: i64 = sqlx::query_scalar("SELECT value FROM counters WHERE name = 'serial'")
        .fetch_one(database.reader())
        .await
        .doing("read the last serial")?;
    let files = rows
        .into_iter()
        .map(|(file_name, sha256, size, metadata)| {
            Ok(NamedFile {
                file_name,
                sha256: digest(sha256)?,
                size_bytes: size.cast_unsigned(),
                metadata_sha256: metadata.map(digest).transpose()?,
            })
        })
        .collect::<Result<_, StoreError>>()?;
    Ok((files, serial.cast_unsigned()))
}

enum Copied {
    All { placed: usize },
    Vanished(String),
}

async fn copy_files(
    from: &Blobs,
    to: &FolderBlobs,
    files: &[NamedFile],
    mode: LinkMode,
    on_file: OnFile<'_>,
) -> Result<Copied, StoreError> {
    let mut placed = 0;
    for (at, file) in files.iter().enumerate() {
        match copy_file(from, to, file, mode).await? {
            Placed::New => placed += 1,
            Placed::AlreadyThere => {}
            Placed::Missing => return Ok(Copied::Vanished(file.file_name.clone())),
        }
        if on_file(at + 1, files.len()).is_break() {
            return Err(StoreError::Stopped);
        }
    }
    Ok(Copied::All { placed })
}

/// The file comes last: where it is, its metadata is too.
async fn copy_file(
    from: &Blobs,
    to: &FolderBlobs,
    file: &NamedFile,
    mode: LinkMode,
) -> Result<Placed, StoreError> {
    let blob = (&file.sha256, &*file.file_name);
    if file.metadata_sha256.is_some() {
        let path = to.metadata_path(blob.0, blob.1);
        if from.place_metadata(blob, (&path, mode)).await? == Placed::Missing {
            return Ok(Placed::Missing);
        }
    }
    let path = to.path(blob.0, blob.1);
    from.place(blob, Some(file.size_bytes), (&path, mode)).await
}

/// Every file's bytes, against the database.
async fn check_files(blobs: &Blobs, files: &[NamedFile]) -> Result<(), StoreError> {
    for file in files {
        let (sha256, name) = (&file.sha256, &*file.file_name);
        let own = blobs.measure(sha256, name).await?;
        let mut found = problem(own, Some(file.size_bytes), sha256);
        if let (None, Some(digest)) = (found, &file.metadata_sha256) {
            let measured = blobs.measure_metadata(sha256, name).await?;
            found = problem_of_metadata(problem(measured, None, digest));
        }
        if let Some(problem) = found {
            let file = file.file_name.clone();
            return Err(StoreError::DamagedBackup { file, problem });
        }
    }
    Ok(())
}

/// Removes a database that was left unfinished, with what SQLite writes beside it.
fn remove_database(path: &Path) -> Result<(), FileError> {
    for end in ["", "-wal", "-shm", "-journal"] {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        tilsit_files::remove_file_if_exists(PathBuf::from(name))?;
    }
    Ok(())
}
