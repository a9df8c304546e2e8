//! What the server is told when it starts.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use jiff::Timestamp;
use tilsit_index_store::S3Options;

use crate::fallback::Fallback;
use crate::forwarded::TrustedProxies;

/// The size limits of uploads and of what is kept in memory.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The largest file that may be uploaded. PyPI's default is 100 MiB.
    pub file_size_max_bytes: u64,
    /// The largest single text field of an upload form.
    pub field_size_max_bytes: usize,
    /// All text fields of an upload form together.
    pub form_size_max_bytes: usize,
    /// How many fields an upload form may have.
    pub fields_max: usize,
    /// How much memory rendered pages and small files may take, half each.
    pub page_cache_max_bytes: usize,
    /// How many uploads one user may begin in a minute; 0 for any number.
    pub uploads_per_minute_max: u32,
    /// How many wrong credentials one address may show in five minutes; 0 for any number.
    pub wrong_credentials_max: u32,
    /// How long a client may pause while it sends an upload.
    pub upload_pause_max: Duration,
    /// How long open requests may go on once the server is asked to stop.
    pub stop_grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_size_max_bytes: 100 * 1024 * 1024,
            field_size_max_bytes: 8 * 1024 * 1024,
            form_size_max_bytes: 16 * 1024 * 1024,
            fields_max: 4096,
            page_cache_max_bytes: 64 * 1024 * 1024,
            uploads_per_minute_max: 600,
            wrong_credentials_max: 100,
            upload_pause_max: Duration::from_mins(1),
            stop_grace: Duration::from_secs(10),
        }
    }
}

/// Who may read `/metrics` besides administrators.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MetricsReaders {
    /// Programs of the same machine that come straight, through no proxy.
    #[default]
    Local,
    /// Nobody.
    Administrators,
    /// Everybody.
    Everybody,
}

/// A text that says no kind of readers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not `local`, `administrators` or `everybody`")]
pub struct MetricsReadersError(String);

impl FromStr for MetricsReaders {
    type Err = MetricsReadersError;

    fn from_str(text: &str) -> Result<Self, MetricsReadersError> {
        match text {
            "local" => Ok(Self::Local),
            "administrators" => Ok(Self::Administrators),
            "everybody" => Ok(Self::Everybody),
            _ => Err(MetricsReadersError(text.to_owned())),
        }
    }
}

/// What the server is told when it starts.
#[derive(Debug, Clone)]
pub struct ServeOptions {
    /// The folder of the index; made when it is not there.
    pub data: PathBuf,
    /// A PostgreSQL database instead of the SQLite file in the folder.
    pub database_url: Option<String>,
    /// A store that speaks the S3 protocol for the files, instead of the folder.
    pub blobs: Option<S3Options>,
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The index's address as its users see it, such as `https://index.example/`, for the lines to
    /// copy from pages and for cookies; without it, the address of the request.
    pub public_url: Option<String>,
    /// The path below which the index lies, such as `/pypi`, when the proxy leaves it on requests.
    pub root_path: Option<String>,
    /// The operator's own proxies, whose word counts for where a request comes from.
    pub proxies: TrustedProxies,
    /// The index that is asked for names that are not this index's own.
    pub fallback: Option<Fallback>,
    /// Who may read `/metrics` besides administrators.
    pub metrics: MetricsReaders,
    /// Whom to tell of a weakness of the index, as a `mailto:` or `https:` URL.
    pub security_contact: Option<String>,
    /// The limits.
    pub limits: Limits,
    /// Where the time is taken from.
    pub clock: fn() -> Timestamp,
}

impl ServeOptions {
    /// An index on SQLite with the usual limits.
    pub fn new(data: impl Into<PathBuf>, listen: SocketAddr, clock: fn() -> Timestamp) -> Self {
        Self {
            data: data.into(),
            database_url: None,
            blobs: None,
            listen,
            public_url: None,
            root_path: None,
            proxies: TrustedProxies::default(),
            fallback: None,
            metrics: MetricsReaders::default(),
            security_contact: None,
            limits: Limits::default(),
            clock,
        }
    }
}
