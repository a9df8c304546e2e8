//! `/files/aa/bb/<sha256>/<file name>`: distribution files, and with `.metadata` behind it the core
//! metadata of a wheel (PEP 658, 714). What was published never changes.

use std::ops::Range;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::TryStreamExt;
use http::header::{
    ACCEPT_RANGES, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE,
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_RANGE, RANGE,
};
use http::{HeaderMap, HeaderValue, StatusCode};
use tilsit_index_store::{Reading, StoreError};
use tilsit_packaging::name::ProjectName;
use tilsit_simple_api::Sha256Digest;

use crate::access;
use crate::application::Application;
use crate::conditional;
use crate::range::{RangeRequest, parse_range};
use crate::recent::SmallFile;
use crate::response::{Failure, Refusal};

/// The largest file that is kept in memory for a while.
const SMALL_MAX_BYTES: u64 = 64 * 1024;
/// The ending of the URL of a file's metadata (PEP 658).
const METADATA: &str = ".metadata";

/// What the answer says of a file.
struct About {
    etag: String,
    content_type: &'static str,
    reading: Reading,
}

/// A file, a part of it, or its metadata. What is kept and not in the database is not published.
pub(crate) async fn download(
    State(application): State<Application>,
    Path((first, second, sha256, file_name)): Path<(String, String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let missing = || Refusal::not_found(format!("there is no file `{file_name}` here"));
    let sha256: Sha256Digest = sha256.parse().map_err(|_| missing())?;
    let digits = sha256.to_string();
    if digits[..2] != first || digits[2..4] != second {
        return Err(missing().into());
    }
    let base = file_name.strip_suffix(METADATA);
    // Read before the database is: what changes in between counts as a change.
    let generation = application.store.generation();
    let key = format!("{digits}/{file_name}");
    if let Some((file, own)) = application.files.find_confirmed(&key, generation) {
        let about = About {
            etag: format!("\"{}\"", file.sha256),
            content_type: content_type(&file_name),
            reading: access::check(&application, &headers, &file.project, own).await?,
        };
        return Ok(in_memory(&application, &file.bytes, &about, &headers));
    }
    let served = application
        .store
        .served_file(base.unwrap_or(&file_name))
        .await?
        .filter(|served| served.record.sha256 == sha256)
        .ok_or_else(missing)?;
    let project: ProjectName = served.project.parse().map_err(|_| missing())?;
    let own = served.reading;
    let reading = access::check(&application, &headers, &project, own).await?;
    if served.is_quarantined {
        let text = format!("the project `{project}` is quarantined: its files are held back");
        return Err(Refusal::new(StatusCode::FORBIDDEN, text).into());
    }
    let record = served.record;
    let sha256 = match base {
        None => sha256,
        Some(_) => record.metadata_sha256.ok_or_else(missing)?,
    };
    let about = About {
        etag: format!("\"{sha256}\""),
        content_type: content_type(&file_name),
        reading,
    };
    let kept = (&record.sha256, &*file_name);
    if base.is_none() && record.size_bytes > SMALL_MAX_BYTES {
        let size = record.size_bytes;
        return Ok(streamed(&application, (kept, size), &about, &headers).await?);
    }
    let bytes = small(&application, &key, (kept, sha256, project)).await?;
    application.files.confirm(&key, generation, own);
    Ok(in_memory(&application, &bytes, &about, &headers))
}

/// The bytes of a small file or of metadata, whose digest it is, from memory or for the next time
/// into it. What was published never changes, so that what is there under its digest is what is kept.
async fn small(
    application: &Application,
    key: &str,
    ((of_file, name), sha256, project): ((&Sha256Digest, &str), Sha256Digest, ProjectName),
) -> Result<Bytes, StoreError> {
    let key = key.to_owned();
    if let Some(file) = application.files.find(&key, |file| file.sha256 == sha256) {
        return Ok(file.bytes);
    }
    let blobs = application.store.blobs();
    let bytes = blobs.read_all(of_file, name).await?;
    let file = SmallFile {
        project,
        sha256,
        bytes,
    };
    application.files.keep(key, file.clone());
    Ok(file.bytes)
}

/// A small file that everybody may read, when it is known without a look at the database; `path` is
/// what comes after `/files/`.
pub(crate) fn at_once(
    application: &Application,
    headers: &HeaderMap,
    path: &str,
) -> Option<Response> {
    let (first, rest) = path.split_once('/')?;
    let (second, key) = rest.split_once('/')?;
    if key.get(..2)? != first || key.get(2..4)? != second {
        return None;
    }
    let generation = application.store.generation();
    let (file, own) = application.files.find_confirmed(key, generation)?;
    if !access::is_known_public(application, own) {
        return None;
    }
    let about = About {
        etag: format!("\"{}\"", file.sha256),
        content_type: content_type(key),
        reading: Reading::Public,
    };
    Some(in_memory(application, &file.bytes, &about, headers))
}

fn in_memory(
    application: &Application,
    bytes: &Bytes,
    about: &About,
    headers: &HeaderMap,
) -> Response {
    if conditional::is_current(headers, &about.etag) {
        return dressed(StatusCode::NOT_MODIFIED.into_response(), about);
    }
    let range = requested_range(headers, &about.etag, bytes.len() as u64);
    let (mut response, part) = begin(range, bytes.len() as u64);
    if let Some(part) = part {
        // A part lies in the bytes, whose number is a `usize`.
        let place = |byte: u64| usize::try_from(byte).unwrap_or(bytes.len());
        let body = bytes.slice(place(part.start)..place(part.end));
        application.metrics.downloaded(body.len());
        *response.body_mut() = Body::from(body);
    }
    dressed(response, about)
}

/// A file of this size, from where it is kept.
async fn streamed(
    application: &Application,
    ((sha256, file_name), size): ((&Sha256Digest, &str), u64),
    about: &About,
    headers: &HeaderMap,
) -> Result<Response, StoreError> {
    if conditional::is_current(headers, &about.etag) {
        let response = StatusCode::NOT_MODIFIED.into_response();
        return Ok(dressed(response, about));
    }
    let range = requested_range(headers, &about.etag, size);
    let (mut response, part) = begin(range, size);
    if let Some(part) = part {
        let blobs = application.store.blobs();
        let metrics = application.metrics.clone();
        // An error in the middle breaks the connection off, so that the client sees that bytes are
        // missing.
        let bytes = blobs.read(sha256, file_name, part).await?;
        let bytes = bytes.inspect_ok(move |chunk| metrics.downloaded(chunk.len()));
        *response.body_mut() = Body::from_stream(bytes);
    }
    Ok(dressed(response, about))
}

/// The answer with what every answer about a file has.
fn dressed(mut response: Response, about: &About) -> Response {
    let headers = response.headers_mut();
    let immutable = match about.reading {
        Reading::Public => "public, max-age=31536000, immutable",
        Reading::SignedIn | Reading::People => "private, max-age=31536000, immutable",
    };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(immutable));
    headers.insert(
        ETAG,
        HeaderValue::from_str(&about.etag).expect("hexadecimal digits in quotes"),
    );
    if about.reading == Reading::Public {
        // Installers inside a browser read from other origins; there is nothing secret here.
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    }
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(about.content_type));
    // Whatever a file pretends to be, a browser must not run it in our name.
    let sandbox = HeaderValue::from_static("default-src 'none'; sandbox");
    headers.insert(CONTENT_SECURITY_POLICY, sandbox);
    response
}

fn content_type(file_name: &str) -> &'static str {
    if file_name.ends_with(METADATA) {
        "text/plain; charset=utf-8"
    } else {
        "application/octet-stream"
    }
}

/// A range only counts when the file is the one that the client has a part of (RFC 9110, 13.1.5).
fn requested_range(headers: &HeaderMap, etag: &str, size: u64) -> RangeRequest {
    let other = headers.get(IF_RANGE).is_some_and(|value| value != etag);
    let range = headers.get(RANGE).and_then(|value| value.to_str().ok());
    match range {
        Some(range) if !other => parse_range(range, size),
        _ => RangeRequest::Whole,
    }
}

/// The answer to a request for a range of so many bytes, still without a body, and the range. None
/// where there is nothing of it.
fn begin(range: RangeRequest, size: u64) -> (Response, Option<Range<u64>>) {
    let (status, part) = match range {
        RangeRequest::Whole => (StatusCode::OK, 0..size),
        RangeRequest::Part(part) => (StatusCode::PARTIAL_CONTENT, part),
        RangeRequest::Unsatisfiable => {
            let mut response = StatusCode::RANGE_NOT_SATISFIABLE.into_response();
            set_content_range(&mut response, &format!("bytes */{size}"));
            return (response, None);
        }
    };
    let mut response = status.into_response();
    let length = HeaderValue::from(part.end - part.start);
    response.headers_mut().insert(CONTENT_LENGTH, length);
    if status == StatusCode::PARTIAL_CONTENT {
        let last = part.end - 1;
        let range = format!("bytes {}-{last}/{size}", part.start);
        set_content_range(&mut response, &range);
    }
    (response, Some(part))
}

fn set_content_range(response: &mut Response, value: &str) {
    let value = HeaderValue::from_str(value).expect("digits and signs are plain ASCII");
    response.headers_mut().insert(CONTENT_RANGE, value);
}
