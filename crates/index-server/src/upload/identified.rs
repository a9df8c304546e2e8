//! The first stage: who uploads. Settled from the request's head.

use axum::body::Body;
use axum::extract::Request;
use futures_util::StreamExt;
use tilsit_index_store::AuthenticatedToken;

use crate::application::Application;
use crate::holder;
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
    let holder = holder::identify(application, request.headers(), "uploads").await;
    match holder.and_then(|holder| within_limit(application, holder.who)) {
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
