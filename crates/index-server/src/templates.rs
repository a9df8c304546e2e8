//! The pages for people as templates; every text in them is escaped by the template engine.
//!
//! `root` is the way from the page to the index's root, such as `../../`: pages work below any path.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;
use tilsit_index_store::Dependent;

use crate::matrix::Matrix;
use crate::response::Failure;

/// `/`
#[derive(Template)]
#[template(path = "home.html")]
pub(crate) struct HomePage {
    pub(crate) root: &'static str,
    pub(crate) url: String,
    pub(crate) project_count: u64,
    pub(crate) project_word: &'static str,
    pub(crate) file_count: u64,
    pub(crate) file_word: &'static str,
    pub(crate) projects: Vec<ListedProject>,
}

/// A project on the home page.
pub(crate) struct ListedProject {
    pub(crate) name: String,
    pub(crate) display_name: String,
    pub(crate) summary: Option<String>,
    pub(crate) date: String,
}

/// `/project/<project>/` and `/project/<project>/<version>/`
#[derive(Template)]
#[template(path = "project.html")]
pub(crate) struct ProjectPage {
    pub(crate) root: &'static str,
    pub(crate) url: String,
    pub(crate) name: String,
    pub(crate) normalized_name: String,
    pub(crate) version: String,
    /// The name, or name and version when it is not the newest.
    pub(crate) requirement: String,
    pub(crate) summary: Option<String>,
    /// The newest release, when this is not it.
    pub(crate) newer: Option<String>,
    /// A status that is not `active`, and its reason.
    pub(crate) status: Option<(String, String)>,
    /// Why files of the release are yanked; empty when none is.
    pub(crate) yanks: String,
    pub(crate) files: Vec<ListedFile>,
    /// Its wheels by Python and platform, where that helps.
    pub(crate) matrix: Option<Matrix>,
    /// Whether the list is long, and stands folded below the matrix.
    pub(crate) folds: bool,
    /// Clean HTML, made by the renderer; the one text that is not escaped here.
    pub(crate) description: Option<String>,
    /// What the renderer says of it.
    pub(crate) note: String,
    pub(crate) facts: Vec<(&'static str, String)>,
    pub(crate) links: Vec<Link>,
    pub(crate) dependencies: Vec<ShownDependency>,
    pub(crate) used_by: UsedBy,
    pub(crate) people: Vec<(String, &'static str)>,
    /// The newest first.
    pub(crate) releases: Vec<String>,
}

/// `/project/<project>/` of a project that offers nothing: held back, or with all files deleted.
#[derive(Template)]
#[template(path = "empty_project.html")]
pub(crate) struct EmptyProjectPage<'a> {
    pub(crate) root: &'static str,
    /// The normalised name.
    pub(crate) name: &'a str,
    pub(crate) status: Option<(String, String)>,
}

/// A file on the project's page.
pub(crate) struct ListedFile {
    pub(crate) name: String,
    /// From the index's root.
    pub(crate) url: String,
    pub(crate) sha256: String,
    pub(crate) target: String,
    pub(crate) size: String,
    pub(crate) date: String,
}

/// Something that a release requires.
pub(crate) struct ShownDependency {
    pub(crate) text: String,
    /// The project's normalised name, where it is here.
    pub(crate) name: Option<String>,
}

/// The projects that use a project.
pub(crate) struct UsedBy {
    /// The first of them, by name.
    pub(crate) projects: Vec<Dependent>,
    /// How many there are besides, in words.
    pub(crate) others: Option<String>,
}

/// A link that the project gives; the URL is of a kind that is safe to follow.
pub(crate) struct Link {
    pub(crate) label: String,
    pub(crate) url: String,
}

#[derive(Template)]
#[template(path = "failure.html")]
struct FailurePage {
    root: String,
    title: &'static str,
    text: String,
}

/// Renders a page.
pub(crate) fn page(template: &impl Template) -> Result<Response, Failure> {
    Ok(Html(template.render()?).into_response())
}

/// A failure as a page for people; `path` is the request's, to find the style sheet from there.
pub(crate) fn failure_page(failure: Failure, path: &str) -> Response {
    let refusal = failure.public();
    let depth = path.matches('/').count().saturating_sub(1);
    let page = FailurePage {
        root: if depth == 0 {
            "./".to_owned()
        } else {
            "../".repeat(depth)
        },
        title: match refusal.status {
            StatusCode::NOT_FOUND => "Not found",
            status if status.is_client_error() => "This did not work",
            _ => "The index has a problem",
        },
        text: refusal.text,
    };
    match page.render() {
        Ok(text) => failure.respond_with(Html(text)),
        Err(_) => failure.into_response(),
    }
}

/// A size for people: powers of 1000, three digits.
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    #[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
    let mut value = bytes as f64 / 1000.0;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    let digits = if value < 9.995 {
        2
    } else {
        usize::from(value < 99.95)
    };
    format!("{value:.digits$} {}", UNITS[unit])
}

/// The day of a time, in UTC.
pub(crate) fn day(time: jiff::Timestamp) -> String {
    time.strftime("%Y-%m-%d").to_string()
}

pub(crate) mod people;
pub(crate) mod search;
#[cfg(test)]
mod tests;
