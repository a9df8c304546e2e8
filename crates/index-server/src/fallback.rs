//! Another index behind this one (`serve --fallback`): asked for the pages of names that are not this
//! index's own, and for nothing else.
//!
//! A name is this index's own once it had a project here, also a private or deleted one, or once an
//! administrator keeps it: nobody elsewhere can then put a project of that name before its users.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use tilsit_index_client::{IndexClient, IndexUrl, PageError};
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::version::Version;
use tilsit_simple_api::ProjectPage;
use tokio::sync::Semaphore;

use crate::response::{Failure, InternalError, Refusal};

/// So many pages are fetched at once; further ones wait, so that a slow index behind never takes the
/// threads that this one's own work needs.
const FETCHES_MAX: usize = 16;
/// How long a reader waits for a page, all tries together.
const WAIT_MAX: Duration = Duration::from_secs(30);

/// The index behind this one, and how it is reached.
#[derive(Clone)]
pub struct Fallback {
    client: IndexClient,
    index: IndexUrl,
    slots: Arc<Semaphore>,
}

impl Fallback {
    /// The Simple API at this URL.
    pub fn new(client: IndexClient, index: IndexUrl) -> Self {
        Self {
            client,
            index,
            slots: Arc::new(Semaphore::new(FETCHES_MAX)),
        }
    }

    /// A project's page, with URLs that lead to the index behind; none when it has no such project.
    pub(crate) async fn page(&self, name: &ProjectName) -> Result<Option<ProjectPage>, Failure> {
        let fetched = tokio::time::timeout(WAIT_MAX, self.fetch(name.clone())).await;
        match fetched {
            Ok(Ok(page)) => Ok(Some(page)),
            Ok(Err(error)) if error.is_not_found() => Ok(None),
            Ok(Err(error)) => Err(away(name, InternalError::new(&error))),
            Err(_) => {
                let seconds = WAIT_MAX.as_secs();
                let text = format!("`{}` gave no answer in {seconds} s", self.index);
                Err(away(name, InternalError(text)))
            }
        }
    }

    async fn fetch(&self, name: ProjectName) -> Result<ProjectPage, PageError> {
        let slot = Arc::clone(&self.slots).acquire_owned().await;
        let (client, index) = (self.client.clone(), self.index.clone());
        let fetched = tokio::task::spawn_blocking(move || {
            // Held until the answer is there, also when nobody waits for it any more.
            let _slot = slot;
            let page = client.project_page(&index, &name)?;
            client.whole_page(&page).map(|page| ours(page, &name))
        });
        // A panic there is one here, where it is reported.
        fetched
            .await
            .unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
    }
}

/// The page as this index shows it: under the name that was asked for, its files where they are. What
/// has no address that can be followed is left out.
fn ours(mut page: ProjectPage, name: &ProjectName) -> ProjectPage {
    let mut files = std::mem::take(&mut page.files);
    files.retain_mut(|file| match page.file_url(file) {
        Ok(url) => {
            file.url = url.as_str().into();
            true
        }
        Err(_) => false,
    });
    page.files = files;
    if page.versions.is_empty() {
        page.versions = versions(&page, name);
    }
    page.name = name.to_string();
    page.base = None;
    // Its serials are not this index's.
    page.last_serial = None;
    page
}

/// The versions that have files, in their order.
fn versions(page: &ProjectPage, name: &ProjectName) -> Vec<String> {
    let parsed = page.files.iter().map(|file| file.distribution_of(name));
    let versions = parsed.filter_map(|file| Some(file.ok()?.version().clone()));
    let versions: BTreeSet<Version> = versions.collect();
    versions.iter().map(ToString::to_string).collect()
}

fn away(name: &ProjectName, reason: InternalError) -> Failure {
    let text = format!(
        "the project `{name}` is not of this index, and the index behind it cannot be asked at present"
    );
    Failure::Outside {
        told: Refusal::new(StatusCode::BAD_GATEWAY, text),
        reason,
    }
}

impl fmt::Debug for Fallback {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Fallback({})", self.index)
    }
}
