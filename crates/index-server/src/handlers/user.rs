//! `/user/<name>/`: a user's projects, for everybody.

use axum::extract::{Path, State};
use axum::response::Response;
use tilsit_index_store::{StoreError, UserName};

use crate::application::Application;
use crate::response::{Failure, Refusal};
use crate::templates::people::UserPage;
use crate::templates::{day, page};

/// The page.
pub(crate) async fn show(
    State(application): State<Application>,
    Path(user): Path<String>,
) -> Result<Response, Failure> {
    let missing = || Refusal::not_found(format!("There is no user “{user}” here."));
    let name: UserName = user.parse().map_err(|_| missing())?;
    let store = &application.store;
    let record = match store.user_record(&name).await {
        Ok(record) => record,
        Err(StoreError::NoSuchUser(_)) => return Err(missing().into()),
        Err(error) => return Err(error.into()),
    };
    let projects = store.projects_of(&name).await?;
    page(&UserPage {
        root: "../../",
        name: record.name,
        since: day(record.created),
        projects: projects
            .into_iter()
            .map(|(name, role)| (name, role.as_str()))
            .collect(),
    })
}
