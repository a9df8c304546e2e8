//! An upload, from the request to the project's page, as stages: each function takes one to the
//! next, and nothing skips one.
//!
//! ```text
//! request ─ identified ─▶ IdentifiedUpload ─ received ─▶ ReceivedUpload ─ authorized ─▶
//! AuthorizedUpload ─ checked ─▶ CheckedUpload ─ stored ─▶ StoredFile ─ published ─▶ PublishedFile
//! ```
//!
//! Who the client is stands in the request's head, so it is settled before the first byte of the
//! body is read: a stranger fills no disk. The rest follows the legacy upload API as PyPI has it,
//! except that metadata is read from the file and a form that says otherwise is refused.

mod authorized;
mod checked;
mod form_fields;
mod identified;
mod metadata_agreement;
mod published;
mod received;
mod stored;

use axum::extract::Request;

use crate::application::Application;
use crate::response::Failure;

pub(crate) use authorized::permitted;
pub(crate) use identified::discard;
pub(crate) use published::PublishedFile;

/// Takes a request through all stages.
pub(crate) async fn run(
    application: &Application,
    request: Request,
) -> Result<PublishedFile, Failure> {
    let at = |stage| move |failure| counted(application, stage, failure);
    let identified = identified::identify(application, request)
        .await
        .map_err(at("identified"))?;
    let received = received::receive(application, identified)
        .await
        .map_err(at("received"))?;
    let authorized = authorized::authorize(application, received)
        .await
        .map_err(at("authorized"))?;
    let checked = checked::check(authorized).await.map_err(at("checked"))?;
    let stored = stored::store(application, checked)
        .await
        .map_err(at("stored"))?;
    let published = published::publish(application, stored)
        .await
        .map_err(at("published"))?;
    application.metrics.upload_taken(published.is_new());
    Ok(published)
}

/// Counts an upload that does not reach a stage.
fn counted(application: &Application, stage: &'static str, failure: Failure) -> Failure {
    let status = failure.public().status;
    application.metrics.upload_refused(stage, status);
    failure
}
