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
use crate::metrics::Metrics;
use crate::range::{RangeRequest, parse_range};
use crate::recent::SmallFile;
use crate::response::{Failure, Refusal};

/// The largest file that is kept in memory for a while.
const SMALL_MAX_BYTES: u64 = 64 * 1024;
/// The ending of the URL of a file's metadata (PEP 658).
const METADATA: &str = ".metadata";

/// A file that was asked for, and how it is read.
struct Found {
    content: Content,
    sha256: Sha256Digest,
    content_type: &'static str,
    reading: Reading,
}

/// Where the bytes are.
enum Content {
    InMemory(Bytes),
    Kept { file_name: String, size: u64 },
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
    let content_type = match base {
        None => "application/octet-stream",
        Some(_) => "text/plain; charset=utf-8",
    };
    // Read before the database is: what changes in between counts as a change.
    let generation = application.store.generation();
    let key = format!("{digits}/{file_name}");
    if let Some((file, own)) = application.files.find_confirmed(&key, generation) {
        let found = Found {
            content: Content::InMemory(file.bytes),
            sha256: file.sha256,
            content_type,
            reading: access::check(&application, &headers, &file.project, own).await?,
        };
        return answer(&application, found, &headers).await;
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
    let (size, sha256) = match base {
        None => (Some(record.size_bytes), sha256),
        Some(_) => (None, record.metadata_sha256.ok_or_else(missing)?),
    };
    let kept = (&record.sha256, &*file_name);
    let content = match size {
        Some(size) if size > SMALL_MAX_BYTES => Content::Kept { file_name, size },
        _ => {
            let bytes = small(&application, &key, (kept, sha256, project)).await?;
            application.files.confirm(&key, generation, own);
            Content::InMemory(bytes)
        }
    };
    let found = Found {
        content,
        sha256,
        content_type,
        reading,
    };
    answer(&application, found, &headers).await
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

async fn answer(
    application: &Application,
    found: Found,
    headers: &HeaderMap,
) -> Result<Response, Failure> {
    let etag = format!("\"{}\"", found.sha256);
    let mut response = if conditional::is_current(headers, &etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        match found.content {
            Content::InMemory(bytes) => {
                let range = requested_range(headers, &etag, bytes.len() as u64);
                in_memory(&application.metrics, &bytes, range)
            }
            Content::Kept { file_name, size } => {
                let range = requested_range(headers, &etag, size);
                send(application, (&found.sha256, &file_name), (range, size)).await?
            }
        }
    };
    let headers = response.headers_mut();
    let immutable = match found.reading {
        Reading::Public => "public, max-age=31536000, immutable",
        Reading::SignedIn | Reading::People => "private, max-age=31536000, immutable",
    };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(immutable));
    headers.insert(
        ETAG,
        HeaderValue::from_str(&etag).expect("hexadecimal digits in quotes"),
    );
    if found.reading == Reading::Public {
        // Installers inside a browser read from other origins; there is nothing secret here.
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    }
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(found.content_type));
    // Whatever a file pretends to be, a browser must not run it in our name.
    let sandbox = HeaderValue::from_static("default-src 'none'; sandbox");
    headers.insert(CONTENT_SECURITY_POLICY, sandbox);
    Ok(response)
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

fn in_memory(metrics: &Metrics, bytes: &Bytes, range: RangeRequest) -> Response {
    let (mut response, part) = begin(range, bytes.len() as u64);
    if let Some(part) = part {
        // A part lies in the bytes, whose number is a `usize`.
        let place = |byte: u64| usize::try_from(byte).unwrap_or(bytes.len());
        let body = bytes.slice(place(part.start)..place(part.end));
        metrics.downloaded(body.len());
        *response.body_mut() = Body::from(body);
    }
    response
}

async fn send(
    application: &Application,
    (sha256, file_name): (&Sha256Digest, &str),
    (range, size): (RangeRequest, u64),
) -> Result<Response, StoreError> {
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
    Ok(response)
}

fn set_content_range(response: &mut Response, value: &str) {
    let value = HeaderValue::from_str(value).expect("digits and signs are plain ASCII");
    response.headers_mut().insert(CONTENT_RANGE, value);
}
