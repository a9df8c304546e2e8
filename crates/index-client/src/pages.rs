//! Projects' pages: from the cache while fresh, else asked for with the validators of the cached one.

use std::sync::{Arc, Mutex, OnceLock};

use reqwest::StatusCode;
use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, AGE, CACHE_CONTROL, CONTENT_TYPE, DATE, ETAG, EXPIRES, HeaderMap,
    HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED,
};
use tilsit_files::FileError;
use tilsit_packaging::name::{self, ProjectName};
use tilsit_simple_api::{
    File, FileSink as _, HtmlPageError, JsonPageError, MediaType, ProjectPage, parse_html_into,
    parse_json_into,
};
use url::Url;

use crate::client::{IndexClient, Parts};
use crate::compact_page::{Builder, CompactPage, CompactRelease};
use crate::error::HttpError;
use crate::http_cache::{CacheHeaders, CachedDetails, CachedPage, lifetime};
use crate::index_url::IndexUrl;
use crate::local;
use crate::page_record::About;
use crate::redacted::RedactedUrl;
use crate::transport::{Ask, Fetched};

/// Why there is no page.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum PageError {
    /// The index does not answer with a page.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// A local index cannot be read.
    #[error(transparent)]
    File(Arc<FileError>),
    /// The URL of a local index is not that of a folder or file.
    #[error("`{0}` names no local file")]
    NotLocal(RedactedUrl),
    /// The answer is of another kind than a page.
    #[error("`{url}` answered with `{content_type}`, which is no page of a package index")]
    ContentType {
        /// Where the answer came from.
        url: RedactedUrl,
        /// What it says it is.
        content_type: String,
    },
    /// The answer is no HTML page of a Simple API.
    #[error("`{url}`: {source}")]
    Html {
        /// Where the answer came from.
        url: RedactedUrl,
        /// Why.
        source: HtmlPageError,
    },
    /// The answer is no JSON page of a Simple API.
    #[error("`{url}`: {source}")]
    Json {
        /// Where the answer came from.
        url: RedactedUrl,
        /// Why.
        source: JsonPageError,
    },
    /// What the cache has of a page is damaged, and the page is another one by now.
    #[error(
        "the cached page of `{0}` is damaged, and the index has another one by now; the next try takes that"
    )]
    Damaged(RedactedUrl),
    /// The page is another project's.
    #[error("`{url}` is the page of `{found}`, not of `{wanted}`")]
    OtherProject {
        /// Where the answer came from.
        url: RedactedUrl,
        /// Whose page it says it is.
        found: String,
        /// Whose page was asked for.
        wanted: ProjectName,
    },
}

impl PageError {
    /// Whether the index has no such project.
    pub fn is_not_found(&self) -> bool {
        match self {
            Self::Http(error) => error.is_not_found(),
            Self::File(error) => error.is_not_found(),
            _ => false,
        }
    }

    /// Whether credentials are missing or wrong.
    pub fn is_credentials(&self) -> bool {
        matches!(self, Self::Http(error) if error.is_credentials())
    }
}

impl From<FileError> for PageError {
    fn from(error: FileError) -> Self {
        Self::File(Arc::new(error))
    }
}

/// A project's page: its releases at hand, their files in full when they are asked for
/// ([`IndexClient::release_files`]).
#[derive(Debug)]
pub struct Page {
    compact: CompactPage,
    details: Details,
    /// Where it was asked for, and whose it is: to ask again.
    url: Url,
    name: Option<ProjectName>,
    /// The files of the release that was asked for last: its metadata and its hashes are wanted one
    /// after the other.
    last: Mutex<Option<(CompactRelease, Arc<[File]>)>>,
    /// The page that was fetched since the cached one turned out to be damaged.
    mended: OnceLock<Arc<Page>>,
}

#[derive(Debug)]
enum Details {
    Here(Vec<u8>),
    Cached(CachedDetails),
}

impl Page {
    fn new(compact: CompactPage, details: Details, url: Url, name: Option<ProjectName>) -> Self {
        Self {
            compact,
            details,
            url,
            name,
            last: Mutex::default(),
            mended: OnceLock::new(),
        }
    }

    /// The files of a project among those of a page of links.
    pub fn of_links(links: &ProjectPage, name: &ProjectName) -> Self {
        let mut builder = Builder::new(Some(name.clone()));
        for file in &links.files {
            if file.distribution_of(name).is_ok() {
                builder.take(file.into());
            }
        }
        let mut about = ProjectPage::new(name.as_str());
        about.base.clone_from(&links.base);
        let url = links.base.clone();
        let url = url.unwrap_or_else(|| Url::parse("about:blank").expect("it is a URL"));
        let (compact, details) = builder.finish(about);
        Self::new(compact, Details::Here(details), url, Some(name.clone()))
    }

    /// The releases, and what decides about their files.
    pub fn compact(&self) -> &CompactPage {
        &self.compact
    }

    /// The files of a release; `None` if the details are damaged.
    fn files(&self, release: &CompactRelease) -> Option<Arc<[File]>> {
        let mut last = self
            .last
            .lock()
            .expect("no thread panics while it holds the lock");
        if let Some((known, files)) = &*last
            && known == release
        {
            return Some(Arc::clone(files));
        }
        let block = release.block();
        let files: Arc<[File]> = match &self.details {
            Details::Here(details) => {
                let block = usize::try_from(block.start).ok()?..usize::try_from(block.end).ok()?;
                self.compact.details(release, details.get(block)?)?
            }
            Details::Cached(details) => {
                let block = details.read(&block).ok()?;
                self.compact.details(release, &block)?
            }
        }
        .into();
        *last = Some((*release, Arc::clone(&files)));
        Some(files)
    }
}

impl IndexClient {
    /// The files of a release in full, in the order of [`CompactPage::files`].
    ///
    /// # Errors
    /// When the cache is damaged and the page cannot be had again, or is another one by now.
    pub fn release_files(
        &self,
        page: &Page,
        release: &CompactRelease,
    ) -> Result<Arc<[File]>, PageError> {
        if let Some(files) = page.files(release) {
            return Ok(files);
        }
        let mended = self.mended(page)?;
        let found = mended.compact.same_release(&page.compact, release);
        found
            .and_then(|release| mended.files(&release))
            .ok_or_else(|| PageError::Damaged(RedactedUrl::from(&page.url)))
    }

    /// The page with all its files.
    ///
    /// # Errors
    /// As [`IndexClient::release_files`].
    pub fn whole_page(&self, page: &Page) -> Result<ProjectPage, PageError> {
        let all = |page: &Page| {
            let mut whole = page.compact.about().clone();
            for release in page.compact.blocks() {
                whole.files.extend(page.files(&release)?.iter().cloned());
            }
            Some(whole)
        };
        if let Some(whole) = all(page) {
            return Ok(whole);
        }
        all(&*self.mended(page)?).ok_or_else(|| PageError::Damaged(RedactedUrl::from(&page.url)))
    }

    /// The page as the index has it now, in the place of a damaged one.
    fn mended(&self, page: &Page) -> Result<Arc<Page>, PageError> {
        if let Some(mended) = page.mended.get() {
            return Ok(Arc::clone(mended));
        }
        let (parts, url, name) = (self.parts(), page.url.clone(), page.name.clone());
        let mended = self.wait(async move { parts.fetch_anew(&url, name).await })??;
        Ok(Arc::clone(page.mended.get_or_init(|| mended)))
    }
}

impl Parts {
    /// A page that needs no request: of a local index, or in the cache and fresh.
    pub(crate) fn page_at_hand(
        &self,
        index: &IndexUrl,
        name: &ProjectName,
    ) -> Result<Option<Arc<Page>>, PageError> {
        let url = index.project(name);
        if url.scheme() == "file" {
            let mut builder = Builder::new(Some(name.clone()));
            let about = local::project_page(&url, &mut builder)?;
            let (compact, details) = builder.finish(about);
            let page = Page::new(compact, Details::Here(details), url, Some(name.clone()));
            return Ok(Some(Arc::new(page)));
        }
        let options = self.options();
        let Some((cached, age)) = self.cached(&url) else {
            let offline = HttpError::Offline {
                url: RedactedUrl::from(&url),
            };
            return if options.offline {
                Err(offline.into())
            } else {
                Ok(None)
            };
        };
        let fresh = age < cached.about.fresh_seconds && !options.refresh.includes(name);
        if !fresh && !options.offline {
            return Ok(None);
        }
        let details = Details::Cached(cached.details);
        let page = Page::new(cached.page, details, url, Some(name.clone()));
        Ok(Some(Arc::new(page)))
    }

    /// Asks the index for a page, telling it which one is in the cache.
    pub(crate) async fn fetch_page(
        self: &Arc<Self>,
        index: &IndexUrl,
        name: &ProjectName,
    ) -> Result<Arc<Page>, PageError> {
        self.options().credentials.add_index(index);
        let url = index.project(name);
        self.fetch_cached(url, Some(name.clone())).await
    }

    /// Asks for a page of links, which is of no one project.
    pub(crate) async fn fetch_links(self: &Arc<Self>, url: Url) -> Result<Arc<Page>, PageError> {
        self.fetch_cached(url, None).await
    }

    async fn fetch_cached(
        self: &Arc<Self>,
        url: Url,
        name: Option<ProjectName>,
    ) -> Result<Arc<Page>, PageError> {
        let cached = {
            let (parts, url) = (Arc::clone(self), url.clone());
            off_the_loop(move || parts.cached(&url)).await?
        };
        let usable = cached
            .map(|(page, _)| page)
            .filter(|page| page.about.has_validator());
        let ask = question(&url, usable.as_ref().map(|page| &page.about));
        let limit = self.options().limits.page_max_bytes;
        let mut fetched = self.transport.fetch(&ask, limit).await?;
        if fetched.status == StatusCode::NOT_MODIFIED {
            if let Some(cached) = usable
                && let Some(fresh_seconds) =
                    freshness(&fetched.headers, Some(cached.about.fresh_seconds))
            {
                return self.unchanged(url, name, cached, fresh_seconds).await;
            }
            // A server that answers so without being asked to: the question is put plainly.
            fetched = self.transport.fetch(&question(&url, None), limit).await?;
        }
        self.keep(url, fetched, name, false).await
    }

    /// Asks for a page as if the cache did not have it, and holds all of it in memory.
    async fn fetch_anew(
        self: &Arc<Self>,
        url: &Url,
        name: Option<ProjectName>,
    ) -> Result<Arc<Page>, PageError> {
        if let Some(cache) = &self.pages {
            cache.forget(url);
        }
        let limit = self.options().limits.page_max_bytes;
        let fetched = self.transport.fetch(&question(url, None), limit).await?;
        self.keep(url.clone(), fetched, name, true).await
    }

    /// The cached page, which the index says is still the right one.
    async fn unchanged(
        self: &Arc<Self>,
        url: Url,
        name: Option<ProjectName>,
        mut cached: CachedPage,
        fresh_seconds: u64,
    ) -> Result<Arc<Page>, PageError> {
        let parts = Arc::clone(self);
        let done = off_the_loop(move || {
            let now = (parts.options().clock)();
            let known = std::mem::replace(&mut cached.about.fresh_seconds, fresh_seconds);
            let mut details = Details::Cached(cached.details);
            if let Some(cache) = &parts.pages {
                if known == fresh_seconds {
                    cache.checked(&url, now);
                } else if let Details::Cached(cached_details) = &details
                    && let Ok(bytes) = cached_details.read(&(0..u64::MAX))
                    && let Ok(kept) = cache.store(&cached.about, &cached.page, &bytes, now)
                {
                    details = Details::Cached(kept);
                }
            }
            Arc::new(Page::new(cached.page, details, url, name))
        });
        Ok(done.await?)
    }

    /// Reads a page, and keeps it once it is known to be one.
    async fn keep(
        self: &Arc<Self>,
        url: Url,
        fetched: Fetched,
        name: Option<ProjectName>,
        in_memory: bool,
    ) -> Result<Arc<Page>, PageError> {
        let parts = Arc::clone(self);
        let done = off_the_loop(move || {
            let about = about(&url, &fetched);
            let (compact, details) = parse(&about, &fetched.body, name.as_ref())?;
            let cache = parts.pages.as_ref();
            let cache = cache.filter(|_| freshness(&fetched.headers, None).is_some());
            let now = (parts.options().clock)();
            // A cache that cannot be written makes a slower client, not a failing one.
            let kept = cache.and_then(|cache| cache.store(&about, &compact, &details, now).ok());
            let details = match kept {
                Some(kept) if !in_memory => Details::Cached(kept),
                _ => Details::Here(details),
            };
            Ok(Arc::new(Page::new(compact, details, url, name)))
        });
        done.await?
    }

    fn cached(&self, url: &Url) -> Option<(CachedPage, u64)> {
        self.pages.as_ref()?.load(url, (self.options().clock)())
    }
}

/// Work for the disk or the processor, away from the threads that read the network.
pub(crate) async fn off_the_loop<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, HttpError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| HttpError::Setup(format!("a request ended early: {error}")))
}

fn question(url: &Url, cached: Option<&About>) -> Ask {
    let mut ask = Ask::new(url.clone())
        .header(ACCEPT, tilsit_simple_api::ACCEPT)
        .header(ACCEPT_ENCODING, "gzip");
    if let Some(etag) = cached.and_then(|about| about.etag.as_deref()) {
        ask = ask.header(IF_NONE_MATCH, etag);
    }
    if let Some(date) = cached.and_then(|about| about.last_modified.as_deref()) {
        ask = ask.header(IF_MODIFIED_SINCE, date);
    }
    ask
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}

fn about(url: &Url, fetched: &Fetched) -> About {
    About {
        url: url.to_string(),
        final_url: fetched.url.to_string(),
        content_type: text(&fetched.headers, &CONTENT_TYPE).unwrap_or_default(),
        etag: text(&fetched.headers, &ETAG),
        last_modified: text(&fetched.headers, &LAST_MODIFIED),
        fresh_seconds: freshness(&fetched.headers, None).unwrap_or(0),
    }
}

/// For how long the answer is fresh; `known` for a `304`, which may say nothing about it.
fn freshness(headers: &HeaderMap, known: Option<u64>) -> Option<u64> {
    let one = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let control = headers.get_all(CACHE_CONTROL).iter();
    let headers = CacheHeaders {
        cache_control: control.filter_map(|value| value.to_str().ok()).collect(),
        age: one(&AGE),
        expires: one(&EXPIRES),
        date: one(&DATE),
        has_validator: headers.contains_key(ETAG) || headers.contains_key(LAST_MODIFIED),
    };
    if known.is_some() && headers.cache_control.is_empty() && headers.expires.is_none() {
        return known;
    }
    lifetime(&headers)
}

/// Reads a page of either form into the compact one.
fn parse(
    about: &About,
    body: &[u8],
    name: Option<&ProjectName>,
) -> Result<(CompactPage, Vec<u8>), PageError> {
    let content_type = || about.content_type.chars().take(100).collect();
    let url: Url = about
        .final_url
        .parse()
        .map_err(|_| PageError::ContentType {
            url: RedactedUrl::unparsed("the cache"),
            content_type: content_type(),
        })?;
    let shown = || RedactedUrl::from(&url);
    let mut builder = Builder::new(name.cloned());
    let media_type = MediaType::from_content_type(&about.content_type);
    let page = match media_type {
        Some(MediaType::JsonV1) => {
            parse_json_into(body, Some(&url), &mut builder).map_err(|source| PageError::Json {
                url: shown(),
                source,
            })?
        }
        Some(_) => parse_html_into(body, &url, &mut builder).map_err(|source| PageError::Html {
            url: shown(),
            source,
        })?,
        None => {
            return Err(PageError::ContentType {
                url: shown(),
                content_type: content_type(),
            });
        }
    };
    // An HTML page does not say whose it is; its name is only the folder that it came from.
    if let Some(wanted) = name
        && media_type == Some(MediaType::JsonV1)
        && *name::normalize(&page.name) != *wanted.as_str()
    {
        return Err(PageError::OtherProject {
            url: shown(),
            found: page.name,
            wanted: wanted.clone(),
        });
    }
    Ok(builder.finish(page))
}
