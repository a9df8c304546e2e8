//! Every route. The path of a URL is the path of its handler below `handlers/`.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;

use crate::application::Application;
use crate::handlers::{files, health, home, legacy, project, simple, static_files};
use crate::headers;
use crate::response::Failure;

/// The server's routes with all that surrounds them.
pub(crate) fn router(application: Application) -> Router {
    let upload_max = application.limits.file_size_max_bytes
        + u64::try_from(application.limits.form_size_max_bytes).unwrap_or(u64::MAX)
        + 1024 * 1024;
    let upload_max = usize::try_from(upload_max).unwrap_or(usize::MAX);
    Router::new()
        // For people.
        .route("/", get(home::show))
        .route("/project/{project}", get(project::add_slash))
        .route("/project/{project}/", get(project::show_latest))
        .route(
            "/project/{project}/{version}",
            get(project::add_slash_to_version),
        )
        .route("/project/{project}/{version}/", get(project::show_version))
        .route("/static/style.css", get(static_files::style))
        // For installers.
        .route("/simple", get(simple::add_slash))
        .route("/simple/", get(simple::list))
        .route("/simple/{project}", get(simple::project::add_slash))
        .route("/simple/{project}/", get(simple::project::page))
        .route(
            "/files/{first}/{second}/{sha256}/{file_name}",
            get(files::download),
        )
        // For uploaders.
        .route(
            "/legacy/",
            post(legacy::upload).layer(DefaultBodyLimit::max(upload_max)),
        )
        .route("/legacy", post(legacy::add_slash))
        // For operators.
        .route("/health", get(health::check))
        .fallback(home::not_found)
        .layer(CatchPanicLayer::custom(on_panic))
        .layer(from_fn(headers::secure))
        .layer(from_fn_with_state(application.clone(), headers::report))
        .with_state(application)
}

/// A panic is a bug of ours: told to the log, not to the client.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the layer hands over the panic's value"
)]
fn on_panic(panic: Box<dyn std::any::Any + Send + 'static>) -> Response {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("of an unknown kind");
    Failure::internal(format!("panic: {text}")).into_response()
}
