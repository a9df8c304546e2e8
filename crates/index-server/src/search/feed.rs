//! Keeps the search index after the database: projects that changed since the index's serial are
//! read anew.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tilsit_index_store::{IndexStore, Reading, StoreError};
use tilsit_packaging::metadata::CoreMetadata;
use tilsit_packaging::name::ProjectName;

use super::{Entry, SearchError, SearchIndex};
use crate::application::EventSink;
use crate::event::ServerEvent;
use crate::handlers::project::{newest, versions};
use crate::response::InternalError;

/// How often the database is asked for changes.
const PAUSE: Duration = Duration::from_secs(1);
/// How many events are read at once.
const EVENTS_AT_ONCE: u32 = 1000;

#[derive(Debug, thiserror::Error)]
enum FeedError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Search(#[from] SearchError),
    #[error("the work was given up because the server is stopping")]
    Stopping,
}

/// Follows the database until the server stops.
pub(crate) async fn follow(store: IndexStore, search: Arc<SearchIndex>, events: EventSink) {
    if !search.is_writer() {
        return;
    }
    let mut told = None;
    loop {
        let failed = catch_up(&store, &search).await.err();
        let reason = failed.map(|error| InternalError::new(&error).0);
        // The same trouble is told once, not each second.
        if reason != told
            && let Some(reason) = reason.clone()
        {
            events(&ServerEvent::SearchBehind { reason });
        }
        told = reason;
        tokio::time::sleep(PAUSE).await;
    }
}

/// Reads what changed since the index's serial.
async fn catch_up(store: &IndexStore, search: &Arc<SearchIndex>) -> Result<(), FeedError> {
    let mut serial = search.serial()?;
    while store.last_serial().await? > serial {
        let changes = store.events_since(serial, EVENTS_AT_ONCE).await?;
        let Some(last) = changes.last() else {
            return Ok(());
        };
        serial = last.serial;
        let projects: BTreeSet<String> = changes
            .into_iter()
            .filter_map(|event| event.project)
            .collect();
        let mut entries = Vec::with_capacity(projects.len());
        for project in projects {
            let entry = entry(store, &project).await?;
            entries.push((project, entry));
        }
        let search = Arc::clone(search);
        tokio::task::spawn_blocking(move || search.update(&entries, serial))
            .await
            .map_err(|_| FeedError::Stopping)??;
    }
    Ok(())
}

/// What the index is to know of a project; none when it offers nothing.
async fn entry(store: &IndexStore, project: &str) -> Result<Option<Entry>, StoreError> {
    let Ok(name) = project.parse::<ProjectName>() else {
        return Ok(None);
    };
    let Some(page) = store.page(&name).await? else {
        return Ok(None);
    };
    let Ok(listed) = tilsit_simple_api::parse_json(page.json.as_bytes(), None) else {
        return Ok(None);
    };
    let versions = versions(&listed);
    let Some(version) = newest(&versions) else {
        return Ok(None);
    };
    let Some(release) = store.release(&name, version).await? else {
        return Ok(None);
    };
    let Ok((metadata, _)) = CoreMetadata::parse(release.core_metadata.as_bytes()) else {
        return Ok(None);
    };
    let reading = store.project_reading(&name).await?;
    let licence = metadata.license_expression.as_ref();
    Ok(Some(Entry {
        name: name.to_string(),
        display_name: metadata.name().to_owned(),
        version: release.version,
        summary: metadata.summary.unwrap_or_default(),
        keywords: metadata.keywords.join(" "),
        description: metadata.description.unwrap_or_default(),
        licence: licence
            .map(ToString::to_string)
            .or_else(|| licence_of(&metadata.classifiers)),
        classifiers: metadata.classifiers,
        updated_us: release.created.as_microsecond(),
        reading: reading.map_or("", Reading::as_str),
    }))
}

/// The last part of the first classifier about licences.
fn licence_of(classifiers: &[String]) -> Option<String> {
    let mut licences = classifiers
        .iter()
        .filter(|text| text.starts_with("License :: "));
    let (_, last) = licences.next()?.rsplit_once(" :: ")?;
    Some(last.to_owned())
}
