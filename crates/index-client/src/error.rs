//! Why a request failed: what every operation of the client can meet on the way.

use std::time::Duration;

use crate::redacted::RedactedUrl;

/// Why a request failed.
///
/// No message shows a user, a password or the query of a URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HttpError {
    /// The client may only use its cache, and the answer is not there.
    #[error("`{url}` is not in the cache, and the client is offline")]
    Offline {
        /// What was wanted.
        url: RedactedUrl,
    },
    /// No connection.
    #[error("cannot connect to `{url}`: {reason}")]
    Connect {
        /// What was wanted.
        url: RedactedUrl,
        /// The deepest cause.
        reason: String,
    },
    /// Connected, but no answer in time.
    #[error("`{url}` did not answer in time")]
    Timeout {
        /// What was wanted.
        url: RedactedUrl,
    },
    /// The connection broke.
    #[error("the answer of `{url}` broke off: {reason}")]
    Broken {
        /// What was wanted.
        url: RedactedUrl,
        /// The deepest cause.
        reason: String,
    },
    /// There is no such thing (404, 410).
    #[error("`{url}` does not exist (status {status})")]
    NotFound {
        /// What was wanted.
        url: RedactedUrl,
        /// The HTTP status.
        status: u16,
    },
    /// The server wants other credentials, or any (401, 403, 407).
    #[error("`{url}` refused {} (status {status}){}", refused(*.sent), after_colon(.text.as_deref()))]
    Credentials {
        /// What was wanted.
        url: RedactedUrl,
        /// The HTTP status.
        status: u16,
        /// Whether credentials were sent.
        sent: bool,
        /// The start of the answer's text.
        text: Option<String>,
    },
    /// Any other status that is not success.
    #[error("`{url}` answered with status {status}{}", after_colon(.text.as_deref()))]
    Status {
        /// What was wanted.
        url: RedactedUrl,
        /// The HTTP status.
        status: u16,
        /// The start of the answer's text.
        text: Option<String>,
        /// How long the server asked to wait.
        retry_after: Option<Duration>,
    },
    /// A redirect that is not followed.
    #[error("`{url}` redirects {reason}")]
    Redirect {
        /// Where the redirect stood.
        url: RedactedUrl,
        /// Why it is not followed.
        reason: String,
    },
    /// Anybody between here and the server could change the answer.
    #[error("`{url}` is not encrypted, and its host is not one that is trusted without")]
    Insecure {
        /// What was wanted.
        url: RedactedUrl,
    },
    /// The answer is larger than the limit.
    #[error("the answer of `{url}` is larger than the limit of {max_bytes} bytes")]
    TooLarge {
        /// What was wanted.
        url: RedactedUrl,
        /// The limit.
        max_bytes: u64,
    },
    /// The client cannot be set up: certificates, proxies.
    #[error("the HTTP client cannot start: {0}")]
    Setup(String),
}

fn refused(sent: bool) -> &'static str {
    if sent {
        "the credentials"
    } else {
        "an answer without credentials"
    }
}

fn after_colon(text: Option<&str>) -> String {
    text.map(|text| format!(": {text}")).unwrap_or_default()
}

impl HttpError {
    /// Whether the thing does not exist.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::NotFound { .. })
    }

    /// Whether credentials are missing or wrong.
    pub fn is_credentials(&self) -> bool {
        matches!(self, Self::Credentials { .. })
    }

    /// The HTTP status of the answer, where there was one that is not a success.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::NotFound { status, .. }
            | Self::Credentials { status, .. }
            | Self::Status { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Whether the fault may pass, so that another try makes sense.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            Self::Connect { .. } | Self::Timeout { .. } | Self::Broken { .. } => true,
            Self::Status { status, .. } => {
                matches!(status, 408 | 425 | 429 | 500 | 502 | 503 | 504)
            }
            _ => false,
        }
    }

    /// How long the server asked to wait.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}
