//! `/static/`: what pages for people need besides themselves.

use std::sync::LazyLock;

use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use http::{HeaderMap, HeaderValue, StatusCode};
use sha2::{Digest, Sha256};
use tilsit_simple_api::Sha256Digest;

use crate::conditional;

/// A file that is part of the program.
struct StaticFile {
    text: &'static str,
    media_type: &'static str,
    etag: LazyLock<String>,
}

/// The one style sheet.
static STYLE: StaticFile = StaticFile {
    text: include_str!("../../static/style.css"),
    media_type: "text/css; charset=utf-8",
    etag: LazyLock::new(|| etag(STYLE.text)),
};

/// What copies the install line and digests.
static COPY_SCRIPT: StaticFile = StaticFile {
    text: include_str!("../../static/copy.js"),
    media_type: "text/javascript; charset=utf-8",
    etag: LazyLock::new(|| etag(COPY_SCRIPT.text)),
};

fn etag(text: &str) -> String {
    let digest = Sha256Digest(Sha256::digest(text).into()).to_string();
    format!("\"{}\"", &digest[..32])
}

impl StaticFile {
    /// Asked about again each time, so that pages of a newer server never stand in an older one's
    /// clothes.
    fn respond(&self, headers: &HeaderMap) -> Response {
        let mut response = if conditional::is_current(headers, &self.etag) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            ([(CONTENT_TYPE, self.media_type)], self.text).into_response()
        };
        let headers = response.headers_mut();
        let etag = HeaderValue::from_str(&self.etag).expect("hexadecimal digits in quotes");
        headers.insert(ETAG, etag);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        response
    }
}

/// The style sheet.
pub(crate) async fn style(headers: HeaderMap) -> Response {
    STYLE.respond(&headers)
}

/// The script of buttons that copy.
pub(crate) async fn copy_script(headers: HeaderMap) -> Response {
    COPY_SCRIPT.respond(&headers)
}
