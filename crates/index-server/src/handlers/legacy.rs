//! `/legacy/`: the upload API that all tools speak. The stages are in `upload.rs`.

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect, Response};

use crate::application::Application;
use crate::response::Failure;
use crate::upload;

/// `/legacy` is `/legacy/`; 308 keeps the method and the body.
pub(crate) async fn add_slash() -> Redirect {
    Redirect::permanent("legacy/")
}

/// Takes a file and answers when its project's page lists it.
pub(crate) async fn upload(
    State(application): State<Application>,
    request: Request,
) -> Result<Response, Failure> {
    let published = upload::run(&application, request).await?;
    Ok(published.answer().into_response())
}
