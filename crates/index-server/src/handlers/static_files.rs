//! `/static/`: what pages for people need besides themselves.

use std::sync::LazyLock;

use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use http::{HeaderMap, HeaderValue, StatusCode};
use sha2::{Digest, Sha256};
use tilsit_simple_api::Sha256Digest;

use crate::conditional;

/// The one style sheet.
const STYLE: &str = include_str!("../../static/style.css");

static STYLE_ETAG: LazyLock<String> = LazyLock::new(|| {
    let digest = Sha256Digest(Sha256::digest(STYLE).into()).to_string();
    format!("\"{}\"", &digest[..32])
});

/// The style sheet. Asked about again each time, so that pages of a newer server never stand in an
/// older one's clothes.
pub(crate) async fn style(headers: HeaderMap) -> Response {
    let mut response = if conditional::is_current(&headers, &STYLE_ETAG) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(CONTENT_TYPE, "text/css; charset=utf-8")], STYLE).into_response()
    };
    let headers = response.headers_mut();
    let etag = HeaderValue::from_str(&STYLE_ETAG).expect("hexadecimal digits in quotes");
    headers.insert(ETAG, etag);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}
