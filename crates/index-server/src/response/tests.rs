//! What of a failure a client is told.

use axum::response::IntoResponse;
use http::StatusCode;
use http::header::WWW_AUTHENTICATE;
use hyper::ext::ReasonPhrase;

use super::{Failure, InternalError, Refusal};

#[test]
fn a_refusal_is_told_in_the_reason_as_one_plain_line() {
    let refusal = Refusal::bad_request("a\r\nSet-Cookie: x=é\u{1b}[2J");
    let response = Failure::from(refusal).into_response();
    let reason = response
        .extensions()
        .get::<ReasonPhrase>()
        .expect("a reason");
    assert_eq!(reason.as_bytes(), b"a  Set-Cookie: x=??[2J");
    assert!(response.headers().get(WWW_AUTHENTICATE).is_none());
}

#[test]
fn a_failure_inside_is_not_told() {
    let failure = Failure::internal("the password of the database is x");
    let refusal = failure.public();
    assert_eq!(refusal.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!refusal.text.contains("password"));
    let response = failure.into_response();
    let error = response
        .extensions()
        .get::<InternalError>()
        .expect("for the log");
    assert_eq!(error.0, "the password of the database is x");
}

#[test]
fn who_is_not_known_is_asked() {
    let refusal = Refusal::new(StatusCode::UNAUTHORIZED, "who are you?");
    let response = Failure::from(refusal).into_response();
    assert!(response.headers().contains_key(WWW_AUTHENTICATE));
}
