//! What the server tells its caller while it runs: the caller logs, prints or counts it.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use serde_json::{Value, json};

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
        /// The request's name, which the answer has as `X-Request-Id`.
        id: String,
        /// Where it came from.
        client: Option<IpAddr>,
        /// The user whom it turned out to be from.
        user: Option<String>,
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
        /// The request's name.
        id: String,
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

impl ServerEvent {
    /// The event for programs that read logs: its name as `event`, how bad it is as `level`, and all
    /// that it says.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Listening { address } => {
                json!({ "level": "info", "event": "listening", "address": address.to_string() })
            }
            Self::NoUsers { url } => {
                json!({ "level": "warn", "event": "no-users", "invitation": url })
            }
            Self::Answered {
                id,
                client,
                user,
                method,
                path,
                status,
                took,
            } => json!({
                "level": "info",
                "event": "request",
                "request": id,
                "client": client.map(|client| client.to_string()),
                "user": user,
                "method": method,
                "path": path,
                "status": status,
                "ms": (milliseconds(*took) * 1000.0).round() / 1000.0,
            }),
            Self::Failed {
                id,
                method,
                path,
                reason,
            } => json!({
                "level": "error",
                "event": "failed",
                "request": id,
                "method": method,
                "path": path,
                "reason": reason,
            }),
            Self::Upload { file_name, stage } => {
                let stage = match stage {
                    UploadStage::Stored => "stored",
                    UploadStage::Published => "published",
                };
                json!({ "level": "info", "event": "upload", "file": file_name, "stage": stage })
            }
            Self::SearchBehind { reason } => {
                json!({ "level": "error", "event": "search-behind", "reason": reason })
            }
            Self::Stopping => json!({ "level": "info", "event": "stopping" }),
        }
    }
}

fn milliseconds(took: Duration) -> f64 {
    took.as_secs_f64() * 1000.0
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
                user,
                ..
            } => {
                let milliseconds = milliseconds(*took);
                write!(formatter, "{status} {method} {path} {milliseconds:.1} ms")?;
                match user {
                    Some(user) => write!(formatter, " {user}"),
                    None => Ok(()),
                }
            }
            Self::Failed {
                method,
                path,
                reason,
                ..
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
