//! The index server's database and file blobs, on SQLite or PostgreSQL.
//!
//! One set of queries serves both databases: SQL in their common subset, times as integer
//! microseconds, JSON as text. What differs is in [`dialect`](crate#invariants). Time is always
//! passed in. HTTP, status codes and pages for people are the server's business.
//!
//! ```no_run
//! # async fn example(now: jiff::Timestamp) -> Result<(), Box<dyn std::error::Error>> {
//! use tilsit_index_store::{IndexStore, NewToken, StoreOptions, TokenScope};
//!
//! let store = IndexStore::open(&StoreOptions::in_folder("/srv/index"), now).await?;
//! let user = store.create_user(&"alice".parse()?, "a long password", now).await?;
//! let new = NewToken::new(TokenScope::User, "laptop");
//! let token = store.create_token(user, &new, now).await?;
//! println!("{token}"); // shown once; only its hash is kept
//! # Ok(())
//! # }
//! ```
//!
//! # On disk
//!
//! | path in the data folder | what | written by |
//! |---|---|---|
//! | `index.sqlite3` (with `-wal`, `-shm`) | the database, unless a PostgreSQL URL is given | `database.rs` |
//! | `files/aa/bb/<sha256>/<file name>` | a distribution file, never changed | `blobs/folder.rs` |
//! | `files/aa/bb/<sha256>/<file name>.metadata` | the core metadata of that wheel (PEP 658) | `blobs/folder.rs` |
//! | `incoming/` | uploads under way, one folder each; emptied of old ones at start | `blobs/incoming.rs` |
//!
//! With [`StoreOptions::blobs`] there is no `files/`: the same names are objects in an S3-compatible
//! store, below its prefix (`blobs/objects.rs`).
//!
//! # Invariants
//!
//! - A file is durable under its final name before the transaction that makes it
//!   visible begins; nothing is stored while a transaction is open.
//! - Rows, event, serial and the project's canonical JSON page change in one transaction. Serials
//!   are handed out under a row lock at its end, so that they become visible in their order.
//! - The SQL of the two databases differs only where `Dialect` says so.
//! - Passwords are kept as argon2id hashes, tokens as SHA-256 of 256 random bits.
//! - A published file's name and bytes never change, and a deleted file's name is never given again.
//! - Whether an actor may do something is asked inside the transaction that does it.

mod accounts;
mod audit;
mod backup;
mod blobs;
mod blocking;
mod database;
mod dependents;
mod dialect;
mod error;
mod events;
mod files;
mod invitations;
mod manage;
mod migrations;
mod names;
mod pages;
mod projects;
mod publish;
mod reading;
mod secret;
mod sessions;
mod settings;
mod store;
mod token_text;
mod tokens;
mod users;

pub use accounts::{UserId, UserName, UserNameError};
pub use audit::{Audit, Finding};
pub use backup::{BackupReport, restore};
pub use blobs::{BlobStream, Blobs, IncomingFile, Placed, S3Location, S3LocationError, S3Options};
pub use blocking::BlockingStore;
pub use dependents::Dependent;
pub use error::StoreError;
pub use events::Event;
pub use files::FileRecord;
pub use invitations::RegistrationError;
pub use manage::{Actor, DeletedFile, ManageError};
pub use names::{NamePattern, NamePatternError, NewNameError};
pub use pages::{ProjectSerial, StoredPage, file_url};
pub use projects::{ProjectAccess, ProjectRecord, ReleaseRecord, Role};
pub use publish::{NewFile, Publication, PublishError};
pub use reading::{Audience, PageHead, ServedFile};
pub use secret::{Secret, SecretError};
pub use sessions::SessionUser;
pub use settings::{IndexSettings, NewProjects, NewProjectsError, Reading, ReadingError};
pub use store::{IndexStore, StoreOptions};
pub use token_text::{TokenText, TokenTextError};
pub use tokens::{AuthenticatedToken, NewToken, TokenPermission, TokenRecord, TokenScope};
pub use users::UserRecord;
