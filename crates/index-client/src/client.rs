//! The client: plain blocking calls over one runtime that starts at the first request.

use std::future::Future;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use tilsit_packaging::name::ProjectName;
use tilsit_simple_api::ProjectPage;
use tokio::runtime::{Builder, Runtime};
use url::Url;

use crate::error::HttpError;
use crate::http_cache::HttpCache;
use crate::index_url::{IndexUrl, take_credential};
use crate::metadata_cache::MetadataCache;
use crate::options::ClientOptions;
use crate::pages::{Page, PageError};
use crate::passwords::ProgramError;
use crate::redacted::Secret;
use crate::transport::Transport;

/// A client of any number of indexes. Cloning gives another handle on the same connections.
#[derive(Clone)]
pub struct IndexClient {
    inner: Arc<Inner>,
}

struct Inner {
    parts: Arc<Parts>,
    runtime: OnceLock<Runtime>,
}

/// What requests share; they run on the runtime and must not hold it.
pub(crate) struct Parts {
    pub(crate) transport: Transport,
    pub(crate) pages: Option<HttpCache>,
    pub(crate) metadata: Option<MetadataCache>,
}

/// Why no program keeps a password, or forgets it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeepError {
    /// There is none.
    #[error("no program that keeps passwords is there")]
    NoProgram,
    /// It failed.
    #[error(transparent)]
    Program(#[from] ProgramError),
    /// The client cannot start.
    #[error(transparent)]
    Http(#[from] HttpError),
}

impl Parts {
    pub(crate) fn options(&self) -> &ClientOptions {
        &self.transport.options
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Requests whose answers nobody waits for any more are let go.
            runtime.shutdown_background();
        }
        if let Some(cache) = &self.parts.metadata {
            // A cache that cannot be written makes a slower client, not a failing one.
            let _ = cache.flush();
        }
    }
}

impl IndexClient {
    /// A client with these options. Nothing is opened, read or started yet.
    pub fn new(options: ClientOptions) -> Self {
        let pages = options.cache.as_deref().map(HttpCache::new);
        let metadata = options.cache.as_deref().map(MetadataCache::new);
        let transport = Transport::new(options);
        let parts = Parts {
            transport,
            pages,
            metadata,
        };
        Self {
            inner: Arc::new(Inner {
                parts: Arc::new(parts),
                runtime: OnceLock::new(),
            }),
        }
    }

    /// The options that the client was made with.
    pub fn options(&self) -> &ClientOptions {
        self.inner.parts.options()
    }

    /// The cache folder.
    pub fn cache(&self) -> Option<&Path> {
        self.options().cache.as_deref()
    }

    /// A project's page on an index: from the cache while it is fresh, else asked for again.
    ///
    /// # Errors
    /// When the index cannot be reached, has no such project ([`PageError::is_not_found`]), wants
    /// credentials, or answers with something that is no page.
    pub fn project_page(
        &self,
        index: &IndexUrl,
        name: &ProjectName,
    ) -> Result<Arc<Page>, PageError> {
        let parts = &self.inner.parts;
        if let Some(page) = parts.page_at_hand(index, name)? {
            return Ok(page);
        }
        let (parts, index, name) = (Arc::clone(parts), index.clone(), name.clone());
        self.wait(async move { parts.fetch_page(&index, &name).await })?
    }

    /// The files that a folder or page lists, whatever their projects (`--find-links`). A `file` URL
    /// may name a folder or an HTML file.
    ///
    /// # Errors
    /// As [`IndexClient::project_page`].
    pub fn find_links(&self, location: &Url) -> Result<Arc<ProjectPage>, PageError> {
        if location.scheme() == "file" {
            return crate::local::find_links(location).map(Arc::new);
        }
        let (parts, mut url) = (Arc::clone(&self.inner.parts), location.clone());
        if let Some(credential) = take_credential(&mut url) {
            self.options().credentials.add(&url, credential);
        }
        let page = self.wait(async move { parts.fetch_links(url).await })??;
        self.whole_page(&page).map(Arc::new)
    }

    /// The password that the programs of the options keep for a user at a URL. Each is asked once.
    ///
    /// # Errors
    /// When the client cannot start.
    pub fn kept_password(&self, url: &Url, user: &str) -> Result<Option<Secret>, HttpError> {
        if self.options().password_programs.is_empty() {
            return Ok(None);
        }
        let parts = self.parts();
        let (url, user) = (url.clone(), user.to_owned());
        self.wait(async move { parts.transport.kept_password(&url, &user).await })
    }

    /// Has the first of the programs keep the password of a user at a URL.
    ///
    /// # Errors
    /// When there is no program, or it fails.
    pub fn keep_password(&self, url: &Url, user: &str, password: &Secret) -> Result<(), KeepError> {
        if self.options().password_programs.is_empty() {
            return Err(KeepError::NoProgram);
        }
        let (parts, url, user) = (self.parts(), url.clone(), user.to_owned());
        let password = password.clone();
        Ok(self.wait(async move {
            let transport = &parts.transport;
            let programs = &transport.options.password_programs;
            let keep = transport.passwords();
            keep.keep(programs, (&url, &user), &password).await
        })??)
    }

    /// Has the programs forget the password of a user at a URL.
    ///
    /// # Errors
    /// When there is no program, or none of them had it.
    pub fn forget_password(&self, url: &Url, user: &str) -> Result<(), KeepError> {
        if self.options().password_programs.is_empty() {
            return Err(KeepError::NoProgram);
        }
        let (parts, url, user) = (self.parts(), url.clone(), user.to_owned());
        Ok(self.wait(async move {
            let transport = &parts.transport;
            let programs = &transport.options.password_programs;
            transport.passwords().forget(programs, (&url, &user)).await
        })??)
    }

    pub(crate) fn parts(&self) -> Arc<Parts> {
        Arc::clone(&self.inner.parts)
    }

    /// Starts a request; the runtime starts with the first.
    pub(crate) fn spawn<F>(
        &self,
        future: F,
    ) -> Result<tokio::task::JoinHandle<F::Output>, HttpError>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        Ok(self.runtime()?.spawn(future))
    }

    /// Runs a request to its end.
    pub(crate) fn wait<F>(&self, future: F) -> Result<F::Output, HttpError>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let runtime = self.runtime()?;
        let task = runtime.spawn(future);
        runtime
            .block_on(task)
            .map_err(|error| HttpError::Setup(format!("a request ended early: {error}")))
    }

    pub(crate) fn runtime(&self) -> Result<&Runtime, HttpError> {
        if let Some(runtime) = self.inner.runtime.get() {
            return Ok(runtime);
        }
        let runtime = Builder::new_multi_thread()
            // Two: one reads the network while another hashes or writes what came.
            .worker_threads(2)
            .max_blocking_threads(4)
            .thread_name("tilsit-index-client")
            .enable_all()
            .build()
            .map_err(|error| HttpError::Setup(format!("no thread for requests: {error}")))?;
        Ok(self.inner.runtime.get_or_init(|| runtime))
    }
}
