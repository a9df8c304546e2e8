//! How a request ends badly: a refusal that the client is told of, or a failure inside that it is
//! not.
//!
//! A refusal's text is the body and, cut to one line, the reason phrase of the status line too:
//! upload tools show the one or the other.

use std::error::Error;
use std::fmt::Write;

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use hyper::ext::ReasonPhrase;
use jiff::SignedDuration;
use tilsit_files::FileError;
use tilsit_index_store::StoreError;

use crate::search::SearchError;

#[cfg(test)]
mod tests;

/// The longest reason phrase; the body has the whole text.
const REASON_MAX_CHARACTERS: usize = 300;
/// What a client is told of a failure inside.
const INTERNAL_TEXT: &str = "the index failed to answer; its log says why";
/// What a client is told when files cannot be read or written.
const FILE_STORE_TEXT: &str = "the index's file store does not answer; try again in a while";
/// What a client is told whose deletion is done, save for the bytes.
const BYTES_LEFT_TEXT: &str =
    "it is deleted, but the bytes could not be removed from where files are kept";
/// When to come again.
const FILE_STORE_WAIT: SignedDuration = SignedDuration::from_secs(10);

/// The end of a request that goes wrong.
#[derive(Debug)]
pub(crate) enum Failure {
    /// For a reason of the client's.
    Refused(Refusal),
    /// For a reason of the server's.
    Internal(InternalError),
    /// For a reason of what the server depends on, of which the client is told this much.
    Outside {
        told: Refusal,
        reason: InternalError,
    },
}

/// What a client is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) text: String,
    /// When to come again.
    pub(crate) retry_after: Option<SignedDuration>,
}

/// What went wrong inside, with its causes; goes with the response to the layer that reports it.
#[derive(Debug, Clone)]
pub(crate) struct InternalError(pub(crate) String);

impl Refusal {
    pub(crate) fn new(status: StatusCode, text: impl Into<String>) -> Self {
        Self {
            status,
            text: text.into(),
            retry_after: None,
        }
    }

    /// There was too much of something.
    pub(crate) fn too_many(text: impl Into<String>, wait: SignedDuration) -> Self {
        Self {
            retry_after: Some(wait),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, text)
        }
    }

    pub(crate) fn bad_request(text: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, text)
    }

    pub(crate) fn not_found(text: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, text)
    }
}

impl InternalError {
    pub(crate) fn new(error: &dyn Error) -> Self {
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            let _ = write!(text, ": {cause}");
            source = cause.source();
        }
        Self(text)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let reason = InternalError::new(&error);
        let (text, retry_after) = match error {
            StoreError::Objects { .. } => (FILE_STORE_TEXT, Some(FILE_STORE_WAIT)),
            StoreError::BytesLeft(_) => (BYTES_LEFT_TEXT, None),
            _ => return Self::Internal(reason),
        };
        let told = Refusal {
            retry_after,
            ..Refusal::new(StatusCode::SERVICE_UNAVAILABLE, text)
        };
        Self::Outside { told, reason }
    }
}

impl From<FileError> for Failure {
    fn from(error: FileError) -> Self {
        Self::Internal(InternalError::new(&error))
    }
}

impl From<SearchError> for Failure {
    fn from(error: SearchError) -> Self {
        Self::Internal(InternalError::new(&error))
    }
}

impl From<askama::Error> for Failure {
    fn from(error: askama::Error) -> Self {
        Self::Internal(InternalError::new(&error))
    }
}

impl Failure {
    /// A failure inside that has no error type of its own.
    pub(crate) fn internal(text: impl Into<String>) -> Self {
        Self::Internal(InternalError(text.into()))
    }

    /// What the client is told.
    pub(crate) fn public(&self) -> Refusal {
        match self {
            Self::Refused(refusal) => refusal.clone(),
            Self::Outside { told, .. } => told.clone(),
            Self::Internal(_) => Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, INTERNAL_TEXT),
        }
    }

    /// The answer with this body, carrying what the log should have.
    pub(crate) fn respond_with(self, body: impl IntoResponse) -> Response {
        let refusal = self.public();
        let mut response = body.into_response();
        *response.status_mut() = refusal.status;
        let extensions = response.extensions_mut();
        if let Some(reason) = reason_phrase(&refusal.text) {
            extensions.insert(reason);
        }
        if let Self::Internal(error) | Self::Outside { reason: error, .. } = self {
            extensions.insert(error);
        }
        extensions.insert(refusal.clone());
        if let Some(wait) = refusal.retry_after {
            // Whole seconds, the begun one as well: who comes too early is refused again.
            let seconds = u64::try_from(wait.as_secs()).unwrap_or(0) + 1;
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        if refusal.status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Basic realm=\"index\", charset=\"UTF-8\"");
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let text = format!("{}\n", self.public().text);
        let plain = HeaderValue::from_static("text/plain; charset=utf-8");
        self.respond_with(([(CONTENT_TYPE, plain)], text))
    }
}

/// One line of printable ASCII, as the status line demands; other characters become `?`.
fn reason_phrase(text: &str) -> Option<ReasonPhrase> {
    let line: Vec<u8> = text
        .chars()
        .take(REASON_MAX_CHARACTERS)
        .map(|character| match character {
            '\n' | '\r' | '\t' => b' ',
            ' '..='~' => u8::try_from(character).unwrap_or(b'?'),
            _ => b'?',
        })
        .collect();
    ReasonPhrase::try_from(line).ok()
}
