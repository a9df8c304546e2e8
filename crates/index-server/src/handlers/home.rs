//! `/`: what this index is, how to use it, and what was published last.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::ACCEPT;
use http::{HeaderMap, Uri};

use crate::access;
use crate::application::Application;
use crate::response::{Failure, Refusal};
use crate::site::Site;
use crate::templates::{HomePage, ListedProject, day, failure_page, page};

/// How many projects the home page shows.
const NEWEST: u32 = 20;

/// The home page.
pub(crate) async fn show(
    State(application): State<Application>,
    site: Site,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let audience = access::audience(&application, &headers).await?;
    let (project_count, file_count) = access::visible_counts(&application, audience).await?;
    let projects = application.store.newest_projects(audience, NEWEST).await?;
    page(&HomePage {
        root: "./",
        url: site.to_string(),
        project_count,
        project_word: if project_count == 1 {
            "project"
        } else {
            "projects"
        },
        file_count,
        file_word: if file_count == 1 { "file" } else { "files" },
        projects: projects
            .into_iter()
            .map(|project| ListedProject {
                name: project.name,
                display_name: project.display_name,
                summary: project.summary,
                date: day(project.updated),
            })
            .collect(),
    })
}

/// Any other path: a page for browsers, a line for programs.
pub(crate) async fn not_found(uri: Uri, headers: HeaderMap) -> Response {
    let failure = Failure::from(Refusal::not_found("There is no such page here."));
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    if accept.is_some_and(|accept| accept.contains("text/html")) {
        failure_page(failure, uri.path())
    } else {
        failure.into_response()
    }
}
