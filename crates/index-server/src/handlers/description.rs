//! `/openapi.json`: every route, described for programs.

use std::sync::LazyLock;

use axum::response::{IntoResponse, Response};
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, ETAG};
use http::{HeaderMap, HeaderValue, StatusCode};
use sha2::{Digest, Sha256};
use tilsit_simple_api::Sha256Digest;

use crate::conditional;
use crate::openapi::document;
use crate::router::routes;

struct Document {
    text: String,
    etag: HeaderValue,
}

/// Made when it is asked for first, from the same table as the router.
static DOCUMENT: LazyLock<Document> = LazyLock::new(|| {
    let text = document(&routes(0).described).to_string();
    let digest = Sha256Digest(Sha256::digest(&text).into()).to_string();
    let etag = format!("\"{}\"", &digest[..32]);
    Document {
        etag: HeaderValue::from_str(&etag).expect("hexadecimal digits in quotes"),
        text,
    }
});

/// The document.
pub(crate) async fn show(headers: HeaderMap) -> Response {
    let etag = DOCUMENT.etag.to_str().unwrap_or_default();
    let mut response = if conditional::is_current(&headers, etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(CONTENT_TYPE, "application/json")], DOCUMENT.text.as_str()).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(ETAG, DOCUMENT.etag.clone());
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    // Readers of such documents run in browsers, from other origins; there is nothing secret here.
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}
