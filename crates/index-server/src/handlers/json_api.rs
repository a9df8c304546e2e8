//! `/pypi/<project>/json` and `/pypi/<project>/<version>/json`: the JSON API that mirrors, updaters
//! and auditors read. Everything in it comes from the files' own metadata.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, HeaderName};
use http::{HeaderMap, HeaderValue};
use serde_json::{Map, Value, json};
use tilsit_index_store::{FileRecord, Reading, ReleaseRecord, file_url};
use tilsit_packaging::metadata::CoreMetadata;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::version::Version;
use tilsit_simple_api::upload::FileType;

use crate::access;
use crate::application::Application;
use crate::handlers::project::{newest, versions};
use crate::response::{Failure, Refusal};
use crate::site::Site;

const LAST_SERIAL: HeaderName = HeaderName::from_static("x-pypi-last-serial");

/// The newest release, with the files of all.
pub(crate) async fn project(
    State(application): State<Application>,
    Path(project): Path<String>,
    site: Site,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    show(&application, (&site, &headers), &project, None).await
}

/// One release.
pub(crate) async fn release(
    State(application): State<Application>,
    Path((project, version)): Path<(String, String)>,
    site: Site,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    show(&application, (&site, &headers), &project, Some(&version)).await
}

async fn show(
    application: &Application,
    (site, headers): (&Site, &HeaderMap),
    project: &str,
    version: Option<&str>,
) -> Result<Response, Failure> {
    let missing = || Refusal::not_found(format!("there is no project `{project}` here"));
    let name: ProjectName = project.parse().map_err(|_| missing())?;
    let store = &application.store;
    let head = store.page_head(&name).await?;
    let own = head.and_then(|head| head.reading);
    let reading = access::check(application, headers, &name, own).await?;
    let serial = head.ok_or_else(missing)?.serial;
    let page = store.page(&name).await?.ok_or_else(missing)?;
    let listed = tilsit_simple_api::parse_json(page.json.as_bytes(), None)
        .map_err(|error| Failure::internal(format!("a stored page cannot be read: {error}")))?;
    let versions = versions(&listed);
    let no_release = || {
        let shown = version.unwrap_or("of any version");
        Refusal::not_found(format!("the project `{name}` has no release {shown}"))
    };
    let wanted = match version {
        None => newest(&versions).cloned(),
        Some(text) => {
            let wanted = text.parse::<Version>().ok();
            let mut listed = versions.iter();
            wanted.and_then(|wanted| listed.find(|version| **version == wanted).cloned())
        }
    };
    let wanted = wanted.ok_or_else(no_release)?;
    let record = store
        .release(&name, &wanted)
        .await?
        .ok_or_else(no_release)?;
    let files = store.project_files(&name).await?;
    let people = store.people(&name).await?;
    let url = site.to_string();
    let of_release = |version: &str| {
        let files = files.iter().filter(|(of, _)| of == version);
        let files = files.map(|(_, file)| shown_file(file, &url));
        files.collect::<Vec<Value>>()
    };
    let own_files = files.iter().filter(|(of, _)| *of == record.version);
    let yanked = yank(own_files.map(|(_, file)| file));
    let mut answer = json!({
        "info": info(&record, &name, &url, yanked)?,
        "last_serial": serial,
        "ownership": {
            "roles": people
                .iter()
                .map(|(user, role)| json!({ "role": role.as_str(), "user": user }))
                .collect::<Vec<Value>>(),
            "organization": null,
        },
        "urls": of_release(&record.version),
        "vulnerabilities": [],
    });
    if version.is_none() {
        let releases = versions.iter().map(ToString::to_string);
        let releases: BTreeMap<String, Vec<Value>> = releases
            .map(|version| {
                let files = of_release(&version);
                (version, files)
            })
            .collect();
        answer["releases"] = json!(releases);
    }
    Ok(respond(&answer, serial, reading))
}

fn respond(answer: &Value, serial: u64, reading: Reading) -> Response {
    let mut response = Body::from(answer.to_string()).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(LAST_SERIAL, serial.into());
    let caching = match reading {
        Reading::Public => "no-cache",
        Reading::SignedIn | Reading::People => "private, no-cache",
    };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(caching));
    if reading == Reading::Public {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    }
    response
}

/// The reason of a release's yank, when all its files are yanked.
fn yank<'a>(mut files: impl Iterator<Item = &'a FileRecord>) -> Option<String> {
    let first = files.next()?.yanked.clone()?;
    files.all(|file| file.yanked.is_some()).then_some(first)
}

fn info(
    record: &ReleaseRecord,
    name: &ProjectName,
    url: &str,
    yanked: Option<String>,
) -> Result<Value, Failure> {
    let (metadata, _) = CoreMetadata::parse(record.core_metadata.as_bytes())
        .map_err(|error| Failure::internal(format!("stored metadata cannot be read: {error}")))?;
    let strings = |texts: &[String]| (!texts.is_empty()).then(|| texts.to_vec());
    let urls: Map<String, Value> = metadata
        .project_urls
        .iter()
        .map(|(label, url)| (label.clone(), url.clone().into()))
        .collect();
    let requires_dist: Vec<String> = metadata
        .requires_dist
        .iter()
        .map(ToString::to_string)
        .collect();
    let extras: Vec<String> = metadata
        .provides_extra
        .iter()
        .map(ToString::to_string)
        .collect();
    let dynamic: Vec<String> = metadata.dynamic.iter().map(ToString::to_string).collect();
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    Ok(json!({
        "author": text(&metadata.author),
        "author_email": text(&metadata.author_email),
        "bugtrack_url": null,
        "classifiers": metadata.classifiers,
        "description": text(&metadata.description),
        "description_content_type": metadata
            .description_content_type
            .as_ref()
            .map(ToString::to_string),
        "docs_url": null,
        "download_url": text(&metadata.download_url),
        "downloads": { "last_day": -1, "last_month": -1, "last_week": -1 },
        "dynamic": strings(&dynamic),
        "home_page": text(&metadata.home_page),
        "keywords": metadata.keywords.join(","),
        "license": metadata.license,
        "license_expression": metadata.license_expression.as_ref().map(ToString::to_string),
        "license_files": strings(&metadata.license_files),
        "maintainer": text(&metadata.maintainer),
        "maintainer_email": text(&metadata.maintainer_email),
        "name": metadata.name(),
        "package_url": format!("{url}project/{name}/"),
        "platform": metadata.platforms.first(),
        "project_url": format!("{url}project/{name}/"),
        "project_urls": (!urls.is_empty()).then_some(urls),
        "provides_extra": strings(&extras),
        "release_url": format!("{url}project/{name}/{}/", record.version),
        "requires_dist": strings(&requires_dist),
        "requires_python": metadata.requires_python.as_ref().map(ToString::to_string),
        "summary": text(&metadata.summary),
        "version": record.version,
        "yanked": yanked.is_some(),
        "yanked_reason": yanked.filter(|reason| !reason.is_empty()),
    }))
}

fn shown_file(file: &FileRecord, url: &str) -> Value {
    let uploaded = file.uploaded;
    let python = match file.kind {
        FileType::Sdist => "source",
        FileType::Wheel => python_tag(&file.file_name),
    };
    json!({
        "comment_text": null,
        "core-metadata": match &file.metadata_sha256 {
            Some(sha256) => json!({ "sha256": sha256.to_string() }),
            None => json!(false),
        },
        "digests": { "blake2b_256": file.blake2b_256, "sha256": file.sha256.to_string() },
        "downloads": -1,
        "filename": file.file_name,
        "has_sig": false,
        "packagetype": file.kind.as_str(),
        "python_version": python,
        "requires_python": file.requires_python,
        "size": file.size_bytes,
        "upload_time": uploaded.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
        "upload_time_iso_8601": uploaded.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string(),
        "url": format!("{url}{}", file_url(&file.sha256, &file.file_name)),
        "yanked": file.yanked.is_some(),
        "yanked_reason": file.yanked.clone().filter(|reason| !reason.is_empty()),
    })
}

/// The third part from the end of a wheel's name.
fn python_tag(file_name: &str) -> &str {
    file_name.rsplit('-').nth(2).unwrap_or_default()
}
