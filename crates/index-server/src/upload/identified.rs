//! The first stage: who uploads. Settled from the request's head.

use axum::body::Body;
use axum::extract::Request;
use futures_util::StreamExt;
use http::header::AUTHORIZATION;
use http::{HeaderMap, StatusCode};
use tilsit_index_store::{AuthenticatedToken, TokenPermission, TokenScope};

use crate::access;
use crate::application::Application;
use crate::credentials::{Credentials, parse_basic};
use crate::notes;
use crate::response::{Failure, Refusal};

/// How much of a refused request's body is read and thrown away. A client that is still sending
/// when the connection closes never reads why it was refused.
const DISCARDED_MAX_BYTES: usize = 16 * 1024 * 1024;

/// An upload of somebody we know; its body is still unread.
pub(super) struct IdentifiedUpload {
    /// Who, and what with.
    pub(super) uploader: AuthenticatedToken,
    /// The request.
    pub(super) request: Request,
}

/// Finds out who uploads.
pub(super) async fn identify(
    application: &Application,
    request: Request,
) -> Result<IdentifiedUpload, Failure> {
    let uploader = uploader(application, request.headers()).await;
    match uploader.and_then(|uploader| within_limit(application, uploader)) {
        Ok(uploader) => Ok(IdentifiedUpload { uploader, request }),
        Err(failure) => {
            discard(request.into_body()).await;
            Err(failure)
        }
    }
}

/// Counts the upload among the uploader's.
fn within_limit(
    application: &Application,
    uploader: AuthenticatedToken,
) -> Result<AuthenticatedToken, Failure> {
    notes::user(&uploader.user_name);
    let key = uploader.user_name.to_ascii_lowercase();
    let counted = application.uploads.count(&key, application.now());
    counted.map_err(|wait| {
        let max = application.limits.uploads_per_minute_max;
        let text = format!("a user may begin {max} uploads in a minute, and this is one more");
        Refusal::too_many(text, wait)
    })?;
    Ok(uploader)
}

async fn uploader(
    application: &Application,
    headers: &HeaderMap,
) -> Result<AuthenticatedToken, Failure> {
    let header = headers.get(AUTHORIZATION).ok_or_else(|| {
        unknown(
            "uploads need credentials: the user `__token__` with an API token as password, \
             or a user name with its password",
        )
    })?;
    let credentials =
        parse_basic(header.as_bytes()).map_err(|error| unknown(&error.to_string()))?;
    match credentials {
        Credentials::Token(token) => {
            let found = application
                .store
                .authenticate(&token, application.now())
                .await?;
            Ok(found.ok_or_else(|| unknown("the token is unknown, revoked or expired"))?)
        }
        Credentials::Password {
            user: name,
            password,
        } => {
            let found = access::sign_in(application, &name, &password).await?;
            let user = found.ok_or_else(|| unknown("the user name or the password is wrong"))?;
            Ok(AuthenticatedToken {
                user,
                user_name: name,
                scope: TokenScope::User,
                permission: TokenPermission::Publish,
            })
        }
    }
}

fn unknown(text: &str) -> Refusal {
    Refusal::new(StatusCode::UNAUTHORIZED, text)
}

/// Reads and forgets what a refused client still sends, up to a bound.
pub(crate) async fn discard(body: Body) {
    let mut chunks = body.into_data_stream();
    let mut left = DISCARDED_MAX_BYTES;
    while let Some(Ok(chunk)) = chunks.next().await {
        if chunk.len() > left {
            return;
        }
        left -= chunk.len();
    }
}
