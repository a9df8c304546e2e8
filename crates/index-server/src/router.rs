//! Every route, with its description. The path of a URL is the path of its handler below
//! `handlers/`.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;

use crate::application::Application;
use crate::handlers::{
    account, administer, description, files, health, home, json_api, legacy, manage, metrics,
    project, search, simple, static_files, tokens, user, well_known,
};
use crate::headers;
use crate::openapi::operations as is;
use crate::response::Failure;
use crate::routes::Routes;

/// The largest form that a page of ours sends.
const FORM_MAX_BYTES: usize = 64 * 1024;

/// The server's routes with all that surrounds them.
pub(crate) fn router(application: Application) -> Router {
    let upload_max = application.limits.file_size_max_bytes
        + u64::try_from(application.limits.form_size_max_bytes).unwrap_or(u64::MAX)
        + 1024 * 1024;
    routes(usize::try_from(upload_max).unwrap_or(usize::MAX))
        .router
        .fallback(home::not_found)
        .layer(CatchPanicLayer::custom(on_panic))
        .layer(from_fn_with_state(
            application.clone(),
            headers::limit_wrong_credentials,
        ))
        .layer(from_fn(headers::secure))
        .layer(from_fn_with_state(application.clone(), headers::report))
        .with_state(application)
}

/// Every route; an upload may have so many bytes.
pub(crate) fn routes(upload_max_bytes: usize) -> Routes {
    for_everybody()
        .merge(for_the_signed_in())
        .merge(for_programs(upload_max_bytes))
        .merge(for_token_keepers())
        .merge(for_operators())
        .get("/static/style.css", &is::STYLE, static_files::style)
        .get(
            "/static/copy.js",
            &is::COPY_SCRIPT,
            static_files::copy_script,
        )
}

/// What installers, mirrors, updaters, auditors and uploaders speak to.
fn for_programs(upload_max_bytes: usize) -> Routes {
    Routes::default()
        .post("/legacy/", &is::UPLOAD, legacy::upload)
        .around(|router| router.layer(DefaultBodyLimit::max(upload_max_bytes)))
        .post("/legacy", &is::UPLOAD_ADD_SLASH, legacy::add_slash)
        .get("/simple", &is::SIMPLE_ADD_SLASH, simple::add_slash)
        .get("/simple/", &is::SIMPLE_LIST, simple::list)
        .get(
            "/simple/{project}",
            &is::SIMPLE_PROJECT_ADD_SLASH,
            simple::project::add_slash,
        )
        .get(
            "/simple/{project}/",
            &is::SIMPLE_PROJECT,
            simple::project::page,
        )
        .get(
            "/files/{first}/{second}/{sha256}/{file_name}",
            &is::DOWNLOAD,
            files::download,
        )
        .get("/pypi/{project}/json", &is::JSON_PROJECT, json_api::project)
        .get(
            "/pypi/{project}/json/",
            &is::JSON_PROJECT_SLASH,
            json_api::project,
        )
        .get(
            "/pypi/{project}/{version}/json",
            &is::JSON_RELEASE,
            json_api::release,
        )
        .get(
            "/pypi/{project}/{version}/json/",
            &is::JSON_RELEASE_SLASH,
            json_api::release,
        )
}

/// What programs keep tokens with, such as `tilsit login`.
fn for_token_keepers() -> Routes {
    Routes::default()
        .get("/api/v1/token", &is::TOKEN_ABOUT, tokens::about)
        .get("/api/v1/tokens", &is::TOKEN_LIST, tokens::list)
        .post("/api/v1/tokens", &is::TOKEN_MAKE, tokens::create)
        .delete("/api/v1/tokens/{id}", &is::TOKEN_END, tokens::revoke)
        .around(|router| {
            router
                .layer(DefaultBodyLimit::max(FORM_MAX_BYTES))
                .layer(from_fn(headers::failures_as_problems))
                .layer(from_fn(headers::never_kept))
        })
}

/// What looks after the server itself.
fn for_operators() -> Routes {
    Routes::default()
        .get("/health", &is::HEALTH, health::live)
        .get("/health/ready", &is::READY, health::ready)
        .get("/metrics", &is::METRICS, metrics::show)
        .get("/robots.txt", &is::ROBOTS, well_known::robots)
        .get(
            "/.well-known/security.txt",
            &is::SECURITY,
            well_known::security,
        )
        .get(
            "/.well-known/change-password",
            &is::CHANGE_PASSWORD_URL,
            well_known::change_password,
        )
        .get("/openapi.json", &is::DOCUMENT, description::show)
}

/// Pages that are the same for everybody.
fn for_everybody() -> Routes {
    Routes::default()
        .get("/", &is::HOME, home::show)
        .get(
            "/project/{project}",
            &is::PROJECT_ADD_SLASH,
            project::add_slash,
        )
        .get("/project/{project}/", &is::PROJECT, project::show_latest)
        .get(
            "/project/{project}/{version}",
            &is::RELEASE_ADD_SLASH,
            project::add_slash_to_version,
        )
        .get(
            "/project/{project}/{version}/",
            &is::RELEASE,
            project::show_version,
        )
        .get("/user/{user}/", &is::USER, user::show)
        .get("/search/", &is::SEARCH, search::show)
        .around(|router| router.layer(from_fn(headers::failures_as_pages)))
}

/// Pages of one's own, which nobody keeps.
fn for_the_signed_in() -> Routes {
    Routes::default()
        .get("/account/", &is::ACCOUNT, account::show)
        .get("/account/login/", &is::SHOW_SIGN_IN, account::show_sign_in)
        .post("/account/login/", &is::SIGN_IN, account::sign_in)
        .post("/account/logout/", &is::SIGN_OUT, account::sign_out)
        .get(
            "/account/register/",
            &is::SHOW_REGISTER,
            account::show_register,
        )
        .post("/account/register/", &is::REGISTER, account::register)
        .post(
            "/account/password/",
            &is::CHANGE_PASSWORD,
            account::change_password,
        )
        .post("/account/token/", &is::CREATE_TOKEN, account::create_token)
        .post(
            "/account/token/revoke/",
            &is::REVOKE_TOKEN,
            account::revoke_token,
        )
        .merge(for_managers())
        .around(|router| {
            router
                .layer(DefaultBodyLimit::max(FORM_MAX_BYTES))
                .layer(from_fn(headers::failures_as_pages))
                .layer(from_fn(headers::never_kept))
        })
}

fn for_managers() -> Routes {
    Routes::default()
        .get("/manage/", &is::ADMINISTER, administer::show)
        .post("/manage/invite/", &is::INVITE, administer::invite)
        .post(
            "/manage/settings/",
            &is::CHANGE_SETTINGS,
            administer::change_settings,
        )
        .post(
            "/manage/names/",
            &is::CHANGE_NAMES,
            administer::change_names,
        )
        .post("/manage/user/", &is::CHANGE_USER, administer::change_user)
        .get(
            "/manage/project/{project}/",
            &is::MANAGE_PROJECT,
            manage::show,
        )
        .post("/manage/project/{project}/yank/", &is::YANK, manage::yank)
        .post(
            "/manage/project/{project}/delete/",
            &is::DELETE,
            manage::delete,
        )
        .post(
            "/manage/project/{project}/status/",
            &is::CHANGE_STATUS,
            manage::change_status,
        )
        .post(
            "/manage/project/{project}/reading/",
            &is::CHANGE_READING,
            manage::change_reading,
        )
        .post(
            "/manage/project/{project}/role/",
            &is::CHANGE_ROLE,
            manage::change_role,
        )
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
