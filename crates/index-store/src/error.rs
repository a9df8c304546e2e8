//! What can go wrong in the store for reasons that are not the caller's.

use std::path::PathBuf;

use tilsit_files::FileError;

/// The database or the disk does not do what it should.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused or is not there.
    #[error("the database failed to {operation}")]
    Database {
        /// What was being done.
        operation: &'static str,
        /// What the database said.
        source: sqlx::Error,
    },
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The store of objects refused or is not there.
    #[error("the file store `{store}` failed to {operation} `{key}`")]
    Objects {
        /// The store, as `s3://…`.
        store: String,
        /// What was being done.
        operation: &'static str,
        /// The object's name; empty when it is about all of them.
        key: String,
        /// What the store said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// An object that the database names is not there.
    #[error("the file store `{store}` has no `{key}`")]
    ObjectMissing {
        /// The store, as `s3://…`.
        store: String,
        /// The object's name.
        key: String,
    },
    /// An object has fewer bytes than the database says.
    #[error("the file store `{store}` has `{key}` with {found} bytes, which are too few")]
    ObjectSize {
        /// The store, as `s3://…`.
        store: String,
        /// The object's name.
        key: String,
        /// How many bytes it has.
        found: u64,
    },
    /// The options of the store of objects make no sense.
    #[error("the file store `{store}` cannot be used: {reason}")]
    ObjectOptions {
        /// The store, as `s3://…`.
        store: String,
        /// What is wrong.
        reason: String,
    },
    /// Files were deleted, and their bytes could not be removed. Nobody names them any more.
    #[error("what was deleted is gone from the index, but its bytes are left")]
    BytesLeft(#[source] Box<StoreError>),
    /// The database was written by a newer version of this program.
    #[error(
        "the database has schema version {found}, newer than the newest known here, {newest_known}"
    )]
    SchemaTooNew {
        /// The version found.
        found: i64,
        /// The newest version that this program knows.
        newest_known: i64,
    },
    /// The data folder's path cannot be written as a URL.
    #[error("the data folder `{0}` is not an absolute path")]
    DataFolder(String),
    /// The system gives no random bytes.
    #[error("the system gives no random bytes")]
    Random(#[source] getrandom::Error),
    /// A password cannot be hashed.
    #[error("the password cannot be hashed: {0}")]
    PasswordHash(String),
    /// A user of this name is there already.
    #[error("there is already a user `{0}`")]
    UserExists(String),
    /// There is no such user.
    #[error("there is no user `{0}`")]
    NoSuchUser(String),
    /// A password is empty.
    #[error("the password is empty")]
    EmptyPassword,
    /// A password is longer than any that is taken.
    #[error("the password has more than 4096 bytes")]
    LongPassword,
    /// What the database holds makes no sense.
    #[error("the database holds {what} that makes no sense: `{value}`")]
    Corrupt {
        /// What was read.
        what: &'static str,
        /// The value.
        value: String,
    },
    /// The database is none whose backup is made here.
    #[error("the database is PostgreSQL, whose backups `pg_dump` makes")]
    NotSqlite,
    /// There is something where a restored index is to be.
    #[error("the folder `{}` is not empty", .0.display())]
    NotEmpty(PathBuf),
    /// A folder is no finished backup.
    #[error("`{}` is no finished backup: it has no `index.sqlite3`", .0.display())]
    NoBackup(PathBuf),
    /// A backup lacks a file, or has it with other bytes.
    #[error("the backup's file `{file}`: {problem}")]
    DamagedBackup {
        /// The file.
        file: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// Files vanish faster than they are copied.
    #[error("files were deleted again and again while the backup was made, last `{0}`")]
    KeepsChanging(String),
    /// The caller's callback said to stop.
    #[error("stopped before the end")]
    Stopped,
    /// The store's own thread pool is gone.
    #[error("the work was given up because the program is stopping")]
    Stopping,
}

/// Names the operation in a database error.
pub(crate) trait Doing<T> {
    /// Turns a database error into a [`StoreError`] that says what was being done.
    fn doing(self, operation: &'static str) -> Result<T, StoreError>;
}

impl<T> Doing<T> for Result<T, sqlx::Error> {
    fn doing(self, operation: &'static str) -> Result<T, StoreError> {
        self.map_err(|source| StoreError::Database { operation, source })
    }
}
