//! Pages, metadata and files from package indexes, with an HTTP cache, retries and credentials; and
//! the tokens of an account there.
//!
//! [`IndexClient`] is plain blocking code for its callers. Underneath is one asynchronous runtime,
//! which starts at the first request that needs the network, as do TLS and the reading of
//! certificates: a command that finds everything in its caches pays for none of it.
//!
//! ```no_run
//! use std::sync::Arc;
//! use tilsit_index_client::{ClientOptions, IndexClient, RemoteFile};
//!
//! let clock = Arc::new(|| jiff::Timestamp::UNIX_EPOCH);
//! let client = IndexClient::new(ClientOptions::new(clock, "example/1.0"));
//! let index = "https://index.example/simple/".parse().unwrap();
//! let page = client.project_page(&index, &"flask".parse().unwrap()).unwrap();
//! let newest = page.compact().releases().last().unwrap();
//! let files = client.release_files(&page, &newest).unwrap();
//! let file = RemoteFile::of_page(page.compact().about(), &files[0]).unwrap();
//! println!("{}", file.url);
//! ```
//!
//! # Specifications
//! The simple repository API (see `tilsit-simple-api`), RFC 9110 (ranges, `Retry-After`), RFC 9111 for
//! a private cache, RFC 7617 (Basic), RFC 7578 (multipart), RFC 9457 (problems), the format
//! of netrc.
//!
//! # On disk
//! Below the cache folder of [`ClientOptions::cache`]:
//!
//! | path | what | written by |
//! |---|---|---|
//! | `pages-v2/<2 hex>/<30 hex>` | a page in compact form, with its validators | [`http_cache`] |
//! | `metadata-v1/segment`, `metadata-v1/lock` | slim metadata of files, appended | [`metadata_cache`] |
//!
//! And where the caller says: the file of logins (`credentials.toml`) with its lock, [`login_file`].
//!
//! # Invariants
//! - Nothing is read from the environment, save that the system's certificates are found the system's
//!   own way (`SSL_CERT_FILE` and `SSL_CERT_DIR` among it).
//! - Credentials never leave their origin, are never followed through a redirect, and appear in no
//!   error, display or debug output.
//! - Every body has a bound, also after decompression.
//! - Without encryption only this machine and trusted hosts are asked.
//! - A file takes its path only once its hash is checked.

pub mod account;
pub mod batch;
pub mod client;
pub mod compact_page;
pub mod credentials;
pub mod download;
pub mod error;
pub mod http_cache;
pub mod index_url;
pub mod login_file;
pub mod logins;
pub mod metadata;
pub mod metadata_cache;
pub mod netrc;
pub mod options;
pub mod page_record;
pub mod pages;
pub mod passwords;
pub mod redacted;
pub mod remote_file;
pub mod search;
pub mod slim_metadata;
pub mod upload;

mod digest;
mod local;
mod retry;
mod tls;
mod transport;

pub use account::{AccountError, Verdict};
pub use batch::{Batch, Fetched};
pub use client::{IndexClient, KeepError};
pub use compact_page::{CompactFile, CompactPage, CompactRelease, CompactYanked, Text};
pub use credentials::{Credential, Credentials};
pub use digest::HashMismatch;
pub use download::{DownloadError, DownloadEvent, Downloaded};
pub use error::HttpError;
pub use http_cache::{PAGES, forget_pages};
pub use index_url::{IndexUrl, IndexUrlError};
pub use login_file::{KeptLogins, LoginFile, LoginFileError};
pub use logins::{Login, Logins, LoginsError, PlaceError, place_of};
pub use metadata::MetadataError;
pub use metadata_cache::{METADATA, forget_metadata};
pub use netrc::{Netrc, NetrcError};
pub use options::{Certificates, ClientOptions, Clock, Limits, Proxies, Refresh, Timeouts};
pub use pages::{Page, PageError};
pub use passwords::{PasswordProgram, ProgramError};
pub use redacted::{RedactedUrl, Secret};
pub use remote_file::RemoteFile;
pub use search::SearchError;
pub use slim_metadata::{SlimMetadata, SlimMetadataError};
pub use upload::{Upload, UploadError, Uploaded};
