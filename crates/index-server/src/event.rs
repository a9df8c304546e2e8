//! What the server tells its caller while it runs: the caller logs, prints or counts it.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

/// How far an upload has come, named after the stage that is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UploadStage {
    /// Its bytes are on disk; nobody sees them yet.
    Stored,
    /// It is on the project's page.
    Published,
}

/// Something that happened.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ServerEvent {
    /// The server answers at this address.
    Listening {
        /// The address, with the port that was taken.
        address: SocketAddr,
    },
    /// The index has no users yet, so that nobody can publish. The first administrator makes an
    /// account there, once.
    NoUsers {
        /// The page for it, with the invitation: a secret.
        url: String,
    },
    /// A request was answered.
    Answered {
        /// The method.
        method: String,
        /// The path, without the query.
        path: String,
        /// The status of the answer.
        status: u16,
        /// How long the answer's head took.
        took: Duration,
    },
    /// A request could not be answered for a reason that is not the client's. The client was told
    /// no more than that.
    Failed {
        /// The method.
        method: String,
        /// The path, without the query.
        path: String,
        /// What went wrong, with its causes.
        reason: String,
    },
    /// An upload has reached a stage.
    Upload {
        /// The name of the file.
        file_name: String,
        /// The stage.
        stage: UploadStage,
    },
    /// The search index does not follow the database for a reason that will be tried again.
    SearchBehind {
        /// What went wrong, with its causes.
        reason: String,
    },
    /// The server was asked to stop, and takes no new requests.
    Stopping,
}

impl fmt::Display for ServerEvent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listening { address } => write!(formatter, "listening at http://{address}/"),
            Self::NoUsers { .. } => formatter.write_str("the index has no users yet"),
            Self::Answered {
                method,
                path,
                status,
                took,
            } => {
                let milliseconds = took.as_secs_f64() * 1000.0;
                write!(formatter, "{status} {method} {path} {milliseconds:.1} ms")
            }
            Self::Failed {
                method,
                path,
                reason,
            } => write!(formatter, "{method} {path} failed: {reason}"),
            Self::Upload { file_name, stage } => match stage {
                UploadStage::Stored => write!(formatter, "stored {file_name}"),
                UploadStage::Published => write!(formatter, "published {file_name}"),
            },
            Self::SearchBehind { reason } => write!(formatter, "search falls behind: {reason}"),
            Self::Stopping => formatter.write_str("stopping"),
        }
    }
}
