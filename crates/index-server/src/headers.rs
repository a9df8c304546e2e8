//! What happens around every request: security headers on the answer, and a word to the event sink.

use std::time::Instant;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderValue;
use http::header::{
    CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};

use crate::application::Application;
use crate::event::ServerEvent;
use crate::response::InternalError;

/// Pages may load our style sheet and inline images from data; nothing runs, nothing frames them.
const CONTENT_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; \
    base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

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
