//! Every route. The path of a URL is the path of its handler below `handlers/`.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;

use crate::application::Application;
use crate::handlers::{
    account, administer, files, health, home, json_api, legacy, manage, project, search, simple,
    static_files, user,
};
use crate::headers;
use crate::response::Failure;

/// The largest form that a page of ours sends.
const FORM_MAX_BYTES: usize = 64 * 1024;

/// The server's routes with all that surrounds them.
pub(crate) fn router(application: Application) -> Router {
    let upload_max = application.limits.file_size_max_bytes
        + u64::try_from(application.limits.form_size_max_bytes).unwrap_or(u64::MAX)
        + 1024 * 1024;
    let upload_max = usize::try_from(upload_max).unwrap_or(usize::MAX);
    Router::new()
        .merge(for_everybody())
        .merge(for_the_signed_in())
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
        // For mirrors, updaters and auditors.
        .route("/pypi/{project}/json", get(json_api::project))
        .route("/pypi/{project}/json/", get(json_api::project))
        .route("/pypi/{project}/{version}/json", get(json_api::release))
        .route("/pypi/{project}/{version}/json/", get(json_api::release))
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

/// Pages that are the same for everybody.
fn for_everybody() -> Router<Application> {
    Router::new()
        .route("/", get(home::show))
        .route("/project/{project}", get(project::add_slash))
        .route("/project/{project}/", get(project::show_latest))
        .route(
            "/project/{project}/{version}",
            get(project::add_slash_to_version),
        )
        .route("/project/{project}/{version}/", get(project::show_version))
        .route("/user/{user}/", get(user::show))
        .route("/search/", get(search::show))
        .layer(from_fn(headers::failures_as_pages))
}

/// Pages of one's own, which nobody keeps.
fn for_the_signed_in() -> Router<Application> {
    Router::new()
        .route("/account/", get(account::show))
        .route(
            "/account/login/",
            get(account::show_sign_in).post(account::sign_in),
        )
        .route("/account/logout/", post(account::sign_out))
        .route(
            "/account/register/",
            get(account::show_register).post(account::register),
        )
        .route("/account/password/", post(account::change_password))
        .route("/account/token/", post(account::create_token))
        .route("/account/token/revoke/", post(account::revoke_token))
        .route("/manage/", get(administer::show))
        .route("/manage/invite/", post(administer::invite))
        .route("/manage/settings/", post(administer::change_settings))
        .route("/manage/user/", post(administer::change_user))
        .route("/manage/project/{project}/", get(manage::show))
        .route("/manage/project/{project}/yank/", post(manage::yank))
        .route("/manage/project/{project}/delete/", post(manage::delete))
        .route(
            "/manage/project/{project}/status/",
            post(manage::change_status),
        )
        .route(
            "/manage/project/{project}/reading/",
            post(manage::change_reading),
        )
        .route("/manage/project/{project}/role/", post(manage::change_role))
        .layer(DefaultBodyLimit::max(FORM_MAX_BYTES))
        .layer(from_fn(headers::failures_as_pages))
        .layer(from_fn(headers::never_kept))
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
