//! Opening the store: the database at its newest schema, and the place of files.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use jiff::Timestamp;

use crate::blobs::{Blobs, S3Options};
use crate::database::Database;
use crate::error::StoreError;
use crate::migrations;

/// Where an index is kept.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// The folder of uploads that arrive, and of the files and the SQLite database unless they are
    /// elsewhere; an absolute path.
    pub data: PathBuf,
    /// A PostgreSQL database instead of the SQLite file, as `postgres://…`.
    pub database_url: Option<String>,
    /// A store that speaks the S3 protocol for the files, instead of the folder.
    pub blobs: Option<S3Options>,
}

impl StoreOptions {
    /// Everything in one folder.
    pub fn in_folder(data: impl Into<PathBuf>) -> Self {
        Self {
            data: data.into(),
            database_url: None,
            blobs: None,
        }
    }
}

/// An open index: its database and files. Cheap to clone; clones share the connections.
#[derive(Debug, Clone)]
pub struct IndexStore {
    pub(crate) database: Database,
    blobs: Blobs,
    /// The last serial that was noticed.
    noticed: Arc<AtomicU64>,
}

impl IndexStore {
    /// Opens an index, makes it when it is not there, and brings it to the newest schema.
    ///
    /// # Errors
    /// When the folder or the database cannot be opened, or was written by a newer program.
    pub async fn open(options: &StoreOptions, now: Timestamp) -> Result<Self, StoreError> {
        let data: &Path = &options.data;
        let blobs = Blobs::open(data, options.blobs.as_ref())?;
        blobs.remove_abandoned(SystemTime::from(now))?;
        let database = match &options.database_url {
            Some(url) => Database::open_postgres(url).await?,
            None => Database::open_sqlite(&data.join("index.sqlite3")).await?,
        };
        migrations::migrate(&database, now).await?;
        Ok(Self {
            database,
            blobs,
            noticed: Arc::default(),
        })
    }

    /// The bytes of files.
    pub fn blobs(&self) -> &Blobs {
        &self.blobs
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.last_serial().await.map(|_| ())
    }

    /// How many connections to the database there are, and how many of them do nothing.
    pub fn connections(&self) -> (u32, usize) {
        self.database.connections()
    }

    /// A number that is another one after each change that this process made or noticed: what was read
    /// before and belongs to the same number is still so.
    pub fn generation(&self) -> u64 {
        self.database.generation.load(Ordering::Acquire)
    }

    /// Looks whether another process changed the index; to be called again and again by whoever
    /// trusts in [`IndexStore::generation`].
    ///
    /// # Errors
    /// When the database fails; everything counts as changed then.
    pub async fn notice_changes(&self) -> Result<(), StoreError> {
        let serial = self.last_serial().await;
        let is_known = match &serial {
            Ok(serial) => self.noticed.swap(*serial, Ordering::Relaxed) == *serial,
            Err(_) => false,
        };
        if !is_known {
            self.database.generation.fetch_add(1, Ordering::Release);
        }
        serial.map(|_| ())
    }

    /// Closes the connections; for SQLite this also folds the write-ahead log into the database.
    pub async fn close(&self) {
        self.database.close().await;
    }
}
