//! `/simple/<project>/`: one project's files (PEP 503, 691, 700, 714).

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::header::LOCATION;
use http::{HeaderMap, HeaderValue, StatusCode};
use tilsit_index_store::Reading;
use tilsit_packaging::name::ProjectName;
use tilsit_simple_api::{MediaType, to_html, to_json};

use super::{LAST_SERIAL, rendered, requested, respond};
use crate::access;
use crate::application::Application;
use crate::recent::PageKey;
use crate::response::{Failure, Refusal};

/// `/simple/Name` is `/simple/name/`.
pub(crate) async fn add_slash(Path(project): Path<String>) -> Result<Response, Failure> {
    let name = parse(&project)?;
    Ok(moved(&format!("{name}/")))
}

/// The page of a project that everybody may read, when it is known without a look at the database.
pub(crate) fn at_once(
    application: &Application,
    headers: &HeaderMap,
    project: &str,
) -> Option<Response> {
    let key = requested(headers, Some(project)).ok()?;
    let generation = application.store.generation();
    let (page, own) = application.pages.find_confirmed(&key, generation)?;
    let is_public = access::is_known_public(application, own);
    is_public.then(|| respond(headers, &key, &page, Reading::Public))
}

/// The project's page; under another spelling of the name, the way to the normalised one.
pub(crate) async fn page(
    State(application): State<Application>,
    Path(project): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let name = parse(&project)?;
    if name.as_str() != project {
        return Ok(moved(&format!("../{name}/")));
    }
    let key = requested(&headers, Some(name.as_str()))?;
    // Read before the database is: what changes in between counts as a change.
    let generation = application.store.generation();
    if let Some((page, own)) = application.pages.find_confirmed(&key, generation) {
        let reading = access::check(&application, &headers, &name, own).await?;
        return Ok(respond(&headers, &key, &page, reading));
    }
    let missing = || Refusal::not_found(format!("there is no project `{name}` here"));
    let head = application.store.page_head(&name).await?;
    if head.is_none()
        && let Some(response) = from_behind(&application, &headers, &key, &name).await?
    {
        return Ok(response);
    }
    let own = head.and_then(|head| head.reading);
    let reading = access::check(&application, &headers, &name, own).await?;
    let serial = head.ok_or_else(missing)?.serial;
    if let Some(page) = application.pages.find(&key, |page| page.serial == serial) {
        application.pages.confirm(&key, generation, own);
        return Ok(respond(&headers, &key, &page, reading));
    }
    let page = application.store.page(&name).await?.ok_or_else(missing)?;
    let body = match key.media_type {
        MediaType::JsonV1 => page.json.into_bytes(),
        MediaType::Html | MediaType::HtmlV1 => html(&page.json)?,
    };
    let page = rendered(&key, page.serial, body);
    application.pages.keep(key.clone(), page.clone());
    Ok(respond(&headers, &key, &page, reading))
}

/// The page of the index behind this one, when there is one and the name is not this index's own.
async fn from_behind(
    application: &Application,
    headers: &HeaderMap,
    key: &PageKey,
    name: &ProjectName,
) -> Result<Option<Response>, Failure> {
    let Some(fallback) = &application.fallback else {
        return Ok(None);
    };
    // Who may not read this index learns nothing through it.
    let audience = access::audience(application, headers).await?;
    if application.store.is_own_name(name).await? {
        return Ok(None);
    }
    let Some(page) = fallback.page(name).await? else {
        return Ok(None);
    };
    let body = match key.media_type {
        MediaType::JsonV1 => to_json(&page),
        MediaType::Html | MediaType::HtmlV1 => to_html(&page),
    };
    let mut response = respond(headers, key, &rendered(key, 0, body), audience.default);
    // It is of no change of this index.
    response.headers_mut().remove(LAST_SERIAL);
    Ok(Some(response))
}

fn html(json: &str) -> Result<Vec<u8>, Failure> {
    let page = tilsit_simple_api::parse_json(json.as_bytes(), None)
        .map_err(|error| Failure::internal(format!("a stored page cannot be read: {error}")))?;
    Ok(to_html(&page))
}

/// What cannot be a name is no project.
fn parse(project: &str) -> Result<ProjectName, Refusal> {
    project
        .parse()
        .map_err(|_| Refusal::not_found(format!("`{project}` cannot be a project's name")))
}

/// 301: older clients know nothing of 308. The location is relative, and only normalised names
/// get into it.
fn moved(location: &str) -> Response {
    let location = HeaderValue::from_str(location).expect("a normalised name is plain ASCII");
    (StatusCode::MOVED_PERMANENTLY, [(LOCATION, location)]).into_response()
}
