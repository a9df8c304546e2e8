//! `/health` and `/health/ready`: whether the process lives, and whether it can do its work.

use axum::extract::State;
use http::StatusCode;
use tilsit_index_store::StoreError;

use crate::application::Application;
use crate::response::{Failure, InternalError, Refusal};

/// The process answers. It says no more, so that nobody restarts it because a database is away.
pub(crate) async fn live() -> &'static str {
    "ok\n"
}

/// The database answers, and a file can be written where uploads go and read where files are kept.
pub(crate) async fn ready(State(application): State<Application>) -> Result<&'static str, Failure> {
    let database = application.store.check().await;
    let files = application.store.blobs().check().await;
    let mut troubles = Vec::new();
    if let Err(error) = &database {
        troubles.push(("the database does not answer", InternalError::new(error)));
    }
    if let Err(error) = &files {
        troubles.push((trouble_with_files(error), InternalError::new(error)));
    }
    if troubles.is_empty() {
        return Ok("ready\n");
    }
    let told: Vec<&str> = troubles.iter().map(|(told, _)| *told).collect();
    let reasons: Vec<String> = troubles.into_iter().map(|(_, why)| why.0).collect();
    Err(Failure::Outside {
        told: Refusal::new(StatusCode::SERVICE_UNAVAILABLE, told.join(", and ")),
        reason: InternalError(reasons.join("; ")),
    })
}

fn trouble_with_files(error: &StoreError) -> &'static str {
    match error {
        StoreError::File(_) => "no file can be written",
        _ => "the file store does not answer",
    }
}
