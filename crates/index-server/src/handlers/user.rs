//! `/user/<name>/`: a user's projects, for everybody.

use std::collections::HashSet;

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
    let visible = store.visible_projects(audience).await?;
    let visible: HashSet<String> = visible.into_iter().map(|one| one.name).collect();
    let mut projects = store.projects_of(&name).await?;
    projects.retain(|(project, _)| visible.contains(project));
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
