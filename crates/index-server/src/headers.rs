//! What happens around every request: security headers on the answer, and a word to the event sink.

use std::time::Instant;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use http::{HeaderValue, StatusCode};

use crate::application::Application;
use crate::event::ServerEvent;
use crate::response::{Failure, InternalError, Refusal};
use crate::templates::failure_page;
use crate::visitor::to_sign_in;

/// Pages may load our style sheet and inline images from data; nothing runs, nothing frames them.
const CONTENT_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; \
    base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The same for a project's page, whose description may show images from elsewhere on the web. The
/// other site learns the reader's address, but not which page is read.
pub(crate) const PROJECT_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self' data: https:; base-uri 'none'; \
     form-action 'self'; frame-ancestors 'none'",
);

/// Sets the headers that every answer has, unless the handler chose stricter ones.
pub(crate) async fn secure(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers
        .entry(CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(CONTENT_POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    response
}

/// Turns what went wrong into a page for people; who is not known is sent to sign in.
pub(crate) async fn failures_as_pages(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let response = next.run(request).await;
    let Some(refusal) = response.extensions().get::<Refusal>() else {
        return response;
    };
    if refusal.status == StatusCode::UNAUTHORIZED {
        return to_sign_in(&path);
    }
    let inside = response.extensions().get::<InternalError>().cloned();
    let failure = match inside {
        Some(error) => Failure::Internal(error),
        None => Failure::Refused(refusal.clone()),
    };
    failure_page(failure, &path)
}

/// Keeps pages of one's own out of every cache.
pub(crate) async fn never_kept(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Reports each answer, and what went wrong inside.
pub(crate) async fn report(
    State(application): State<Application>,
    request: Request,
    next: Next,
) -> Response {
    let began = Instant::now();
    let method = request.method().to_string();
    let path = request.uri().path().to_owned();
    let response = next.run(request).await;
    if let Some(InternalError(reason)) = response.extensions().get() {
        application.tell(&ServerEvent::Failed {
            method: method.clone(),
            path: path.clone(),
            reason: reason.clone(),
        });
    }
    application.tell(&ServerEvent::Answered {
        method,
        path,
        status: response.status().as_u16(),
        took: began.elapsed(),
    });
    response
}
