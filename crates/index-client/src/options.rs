//! What a client is given: nothing is read from the environment.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tilsit_packaging::name::ProjectName;

use crate::credentials::Credentials;
use crate::passwords::PasswordProgram;

/// Tells the time: passed in, so that tests can move it.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// How a client reaches its indexes.
#[derive(Clone)]
pub struct ClientOptions {
    /// The folder for pages and metadata; `None` keeps nothing.
    pub cache: Option<PathBuf>,
    /// Tells the time, for the freshness of pages.
    pub clock: Clock,
    /// The `User-Agent` header.
    pub user_agent: String,
    /// Which certificates are trusted.
    pub certificates: Certificates,
    /// A client certificate with its private key, as PEM.
    pub client_certificate: Option<Vec<u8>>,
    /// The proxies.
    pub proxies: Proxies,
    /// How long to wait for what.
    pub timeouts: Timeouts,
    /// How often a request is tried again after a fault that may pass.
    pub retries: u32,
    /// Users and passwords.
    pub credentials: Arc<Credentials>,
    /// Programs that are asked for the password of a user who has none.
    pub password_programs: Vec<PasswordProgram>,
    /// Hosts (`host` or `host:port`) whose certificate is not checked, and which may be reached
    /// without encryption, as pip's `trusted-host`. Hosts of this machine may always be.
    pub trusted_hosts: Vec<String>,
    /// Answer from the cache only.
    pub offline: bool,
    /// Which pages are asked for again although the cached ones are fresh.
    pub refresh: Refresh,
    /// What is refused for being too large.
    pub limits: Limits,
}

impl ClientOptions {
    /// The defaults, with the system's certificates and without a cache.
    pub fn new(clock: Clock, user_agent: impl Into<String>) -> Self {
        Self {
            cache: None,
            clock,
            user_agent: user_agent.into(),
            certificates: Certificates::System,
            client_certificate: None,
            proxies: Proxies::default(),
            timeouts: Timeouts::default(),
            retries: 3,
            credentials: Arc::default(),
            password_programs: Vec::new(),
            trusted_hosts: Vec::new(),
            offline: false,
            refresh: Refresh::No,
            limits: Limits::default(),
        }
    }
}

/// Which certificates are trusted.
#[derive(Clone, Debug)]
pub enum Certificates {
    /// Those of the system.
    System,
    /// Those of a file, of a folder, or of both, as OpenSSL's `SSL_CERT_FILE` and `SSL_CERT_DIR`.
    Files {
        /// A file with certificates as PEM.
        file: Option<PathBuf>,
        /// A folder with such files.
        folder: Option<PathBuf>,
    },
    /// Exactly these, as PEM.
    Pem(Vec<u8>),
}

/// The proxies, as URLs (`http`, `https`, `socks5`; with user and password if need be).
#[derive(Clone, Default)]
pub struct Proxies {
    /// For `http` URLs.
    pub http: Option<String>,
    /// For `https` URLs.
    pub https: Option<String>,
    /// For both, where there is none of its own.
    pub all: Option<String>,
    /// Hosts reached without a proxy, separated by commas, as in `NO_PROXY`.
    pub none_for: Option<String>,
}

/// How long to wait.
#[derive(Clone, Debug)]
pub struct Timeouts {
    /// For a connection.
    pub connect: Duration,
    /// For the next bytes of an answer.
    pub read: Duration,
    /// For a page or metadata as a whole.
    pub small_body: Duration,
    /// For the next piece of a file that is worth waiting for: bytes that only trickle in count as
    /// none.
    pub stall: Duration,
    /// Before the first repetition; doubled for each further one.
    pub first_retry: Duration,
    /// The longest pause before a repetition, whatever the server asks for.
    pub longest_retry: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            read: Duration::from_secs(30),
            small_body: Duration::from_mins(5),
            stall: Duration::from_mins(1),
            first_retry: Duration::from_millis(250),
            longest_retry: Duration::from_mins(1),
        }
    }
}

/// Which pages are asked for again although they are fresh.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Refresh {
    /// None.
    #[default]
    No,
    /// All.
    All,
    /// Those of these projects.
    Projects(BTreeSet<ProjectName>),
}

impl Refresh {
    pub(crate) fn includes(&self, name: &ProjectName) -> bool {
        match self {
            Self::No => false,
            Self::All => true,
            Self::Projects(names) => names.contains(name),
        }
    }
}

/// What is refused for being too large, after decompression.
#[derive(Clone, Debug)]
pub struct Limits {
    /// A page. The largest on PyPI are below 50 MB.
    pub page_max_bytes: u64,
    /// A metadata file. The largest on PyPI are a few MB.
    pub metadata_max_bytes: u64,
    /// A distribution file whose size the index does not state.
    pub file_max_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            page_max_bytes: 256 << 20,
            metadata_max_bytes: 32 << 20,
            file_max_bytes: 16 << 30,
        }
    }
}
