//! `/health`: whether the server and its database answer.

use axum::extract::State;

use crate::application::Application;
use crate::response::Failure;

/// `ok`, when the database answers.
pub(crate) async fn check(State(application): State<Application>) -> Result<&'static str, Failure> {
    application.store.check().await?;
    Ok("ok\n")
}
