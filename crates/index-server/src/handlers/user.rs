//! `/user/<name>/`: a user's projects, for everybody.

use axum::extract::{Path, State};
use axum::response::Response;
use http::HeaderMap;
use tilsit_index_store::{StoreError, UserName};

use crate::access;
use crate::application::Application;
use crate::response::{Failure, Refusal};
use crate::templates::people::UserPage;
use crate::templates::{day, page};

/// The page.
pub(crate) async fn show(
    State(application): State<Application>,
    Path(user): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let missing = || Refusal::not_found(format!("There is no user “{user}” here."));
    let name: UserName = user.parse().map_err(|_| missing())?;
    let store = &application.store;
    let record = match store.user_record(&name).await {
        Ok(record) => record,
        Err(StoreError::NoSuchUser(_)) => return Err(missing().into()),
        Err(error) => return Err(error.into()),
    };
    let audience = access::audience(&application, &headers).await?;
    let mut projects = Vec::new();
    for (project, role) in store.projects_of(&name).await? {
        let parsed = project
            .parse()
            .map_err(|error| Failure::internal(format!("a stored name: {error}")))?;
        if store.is_visible(&parsed, audience).await? {
            projects.push((project, role.as_str()));
        }
    }
    page(&UserPage {
        root: "../../",
        name: record.name,
        since: day(record.created),
        projects,
    })
}
