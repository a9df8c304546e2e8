//! `/simple/`: the list of all projects (PEP 503, 691), and what both Simple API pages share.

pub(crate) mod project;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use http::header::{
    ACCEPT, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG,
    HeaderName, VARY,
};
use http::{HeaderMap, HeaderValue, StatusCode};
use sha2::{Digest, Sha256};
use tilsit_index_store::Reading;
use tilsit_simple_api::{
    ListedProject, MediaType, ProjectList, Sha256Digest, list_to_html, list_to_json,
};

use crate::access;
use crate::application::Application;
use crate::compression;
use crate::conditional;
use crate::recent::{PageKey, RenderedPage};
use crate::response::{Failure, Refusal};

const LAST_SERIAL: HeaderName = HeaderName::from_static("x-pypi-last-serial");

/// `/simple` is `/simple/`.
pub(crate) async fn add_slash() -> Redirect {
    Redirect::permanent("simple/")
}

/// The list of all projects.
pub(crate) async fn list(
    State(application): State<Application>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let key = requested(&headers, None)?;
    let audience = access::audience(&application, &headers).await?;
    // Lists of single readers are made for them alone.
    let reading = match audience.user {
        None => Reading::Public,
        Some(_) => Reading::People,
    };
    let serial = application.store.last_serial().await?;
    if reading == Reading::Public
        && let Some(page) = application.pages.find(&key, |page| page.serial == serial)
    {
        return Ok(respond(&headers, &key, &page, reading));
    }
    let mut list = ProjectList::new(
        application
            .store
            .visible_projects(audience)
            .await?
            .into_iter()
            .map(|project| ListedProject {
                name: project.name.into(),
                last_serial: Some(project.serial),
            })
            .collect(),
    );
    list.last_serial = Some(serial);
    let body = match key.media_type {
        MediaType::JsonV1 => list_to_json(&list),
        MediaType::Html | MediaType::HtmlV1 => list_to_html(&list),
    };
    let page = rendered(&key, serial, body);
    if reading == Reading::Public {
        application.pages.keep(key.clone(), page.clone());
    }
    Ok(respond(&headers, &key, &page, reading))
}

/// Which page in which form a request asks for.
pub(crate) fn requested(headers: &HeaderMap, project: Option<&str>) -> Result<PageKey, Refusal> {
    let accept: Option<Vec<&str>> = headers
        .get_all(ACCEPT)
        .iter()
        .map(|value| value.to_str().ok())
        .collect();
    let accept = accept.map(|values| values.join(",")).unwrap_or_default();
    let media_type = tilsit_simple_api::negotiate(Some(&accept))
        .map_err(|error| Refusal::new(StatusCode::NOT_ACCEPTABLE, error.to_string()))?;
    Ok(PageKey {
        project: project.map(str::to_owned),
        media_type,
        takes_gzip: compression::takes_gzip(headers),
    })
}

/// Packs a page as the client takes it.
pub(crate) fn rendered(key: &PageKey, serial: u64, mut body: Vec<u8>) -> RenderedPage {
    let is_gzip = key.takes_gzip && body.len() >= compression::WORTH_BYTES;
    if is_gzip {
        body = compression::gzip(&body);
    }
    let digest = Sha256Digest(Sha256::digest(&body).into()).to_string();
    RenderedPage {
        serial,
        etag: format!("\"{}\"", &digest[..32]),
        is_gzip,
        body: body.into(),
    }
}

/// The page, or 304 when the client has it already.
pub(crate) fn respond(
    headers: &HeaderMap,
    key: &PageKey,
    page: &RenderedPage,
    reading: Reading,
) -> Response {
    let current = conditional::is_current(headers, &page.etag);
    let mut response = if current {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Body::from(page.body.clone()).into_response()
    };
    let headers = response.headers_mut();
    let etag = HeaderValue::from_str(&page.etag).expect("hexadecimal digits in quotes");
    headers.insert(ETAG, etag);
    if reading == Reading::Public {
        // Installers inside a browser read from other origins; there is nothing secret here.
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    }
    headers.insert(VARY, HeaderValue::from_static("Accept, Accept-Encoding"));
    // To be asked about again each time: an upload is to be seen as soon as it is answered.
    let caching = match reading {
        Reading::Public => "no-cache",
        Reading::SignedIn | Reading::People => "private, no-cache",
    };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(caching));
    headers.insert(LAST_SERIAL, page.serial.into());
    if !current {
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static(content_type(key.media_type)),
        );
        if page.is_gzip {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
    }
    response
}

fn content_type(media_type: MediaType) -> &'static str {
    match media_type {
        MediaType::JsonV1 => "application/vnd.pypi.simple.v1+json",
        MediaType::HtmlV1 => "application/vnd.pypi.simple.v1+html; charset=utf-8",
        MediaType::Html => "text/html; charset=utf-8",
    }
}
