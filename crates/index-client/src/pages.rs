//! Projects' pages: from the cache while fresh, else asked for with the validators of the cached one.

use std::sync::Arc;

use reqwest::StatusCode;
use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, AGE, CACHE_CONTROL, CONTENT_TYPE, DATE, ETAG, EXPIRES, HeaderMap,
    HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED,
};
use tilsit_files::FileError;
use tilsit_packaging::name::{self, ProjectName};
use tilsit_simple_api::{
    HtmlPageError, JsonPageError, MediaType, ProjectPage, parse_html, parse_json,
};
use url::Url;

use crate::client::Parts;
use crate::error::HttpError;
use crate::http_cache::{About, CacheHeaders, CachedPage, lifetime};
use crate::index_url::IndexUrl;
use crate::local;
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

impl Parts {
    /// A page that needs no request: of a local index, or in the cache and fresh.
    pub(crate) fn page_at_hand(
        &self,
        index: &IndexUrl,
        name: &ProjectName,
    ) -> Result<Option<Arc<ProjectPage>>, PageError> {
        let url = index.project(name);
        if url.scheme() == "file" {
            return local::project_page(&url).map(|page| Some(Arc::new(page)));
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
        match parse(&cached.about, &cached.body, Some(name)) {
            Ok(page) => Ok(Some(Arc::new(page))),
            Err(error) if options.offline => Err(error),
            // What cannot be read is fetched again.
            Err(_) => Ok(None),
        }
    }

    /// Asks the index for a page, telling it which one is in the cache.
    pub(crate) async fn fetch_page(
        self: &Arc<Self>,
        index: &IndexUrl,
        name: &ProjectName,
    ) -> Result<Arc<ProjectPage>, PageError> {
        self.options().credentials.add_index(index);
        self.fetch_cached(&index.project(name), Some(name)).await
    }

    /// Asks for a page of links, which is of no one project.
    pub(crate) async fn fetch_links(
        self: &Arc<Self>,
        url: &Url,
    ) -> Result<Arc<ProjectPage>, PageError> {
        self.fetch_cached(url, None).await
    }

    async fn fetch_cached(
        self: &Arc<Self>,
        url: &Url,
        name: Option<&ProjectName>,
    ) -> Result<Arc<ProjectPage>, PageError> {
        let cached = {
            let (parts, url) = (Arc::clone(self), url.clone());
            off_the_loop(move || parts.cached(&url)).await?
        };
        let usable = cached
            .map(|(page, _)| page)
            .filter(|page| page.about.has_validator());
        let ask = question(url, usable.as_ref().map(|page| &page.about));
        let mut fetched = self
            .transport
            .fetch(&ask, self.options().limits.page_max_bytes)
            .await?;
        if fetched.status == StatusCode::NOT_MODIFIED {
            let found = usable.and_then(|mut cached| {
                let known = cached.about.fresh_seconds;
                cached.about.fresh_seconds = freshness(&fetched.headers, Some(known))?;
                let is_new = cached.about.fresh_seconds != known;
                Some((cached, is_new))
            });
            if let Some((cached, is_new)) = found {
                return self.keep(url.clone(), cached, name.cloned(), is_new).await;
            }
            // A server that answers so without being asked to: the question is put plainly.
            let plain = question(url, None);
            fetched = self
                .transport
                .fetch(&plain, self.options().limits.page_max_bytes)
                .await?;
        }
        let page = CachedPage {
            about: about(url, &fetched),
            body: fetched.body,
        };
        let keep = may_keep(&fetched.headers);
        self.keep(url.clone(), page, name.cloned(), keep).await
    }

    /// Parses a page, and keeps it once it is known to be one; `is_new` when what the cache has
    /// differs.
    async fn keep(
        self: &Arc<Self>,
        url: Url,
        page: CachedPage,
        name: Option<ProjectName>,
        is_new: bool,
    ) -> Result<Arc<ProjectPage>, PageError> {
        let parts = Arc::clone(self);
        let done = off_the_loop(move || {
            let parsed = parse(&page.about, &page.body, name.as_ref())?;
            if let Some(cache) = &parts.pages {
                let now = (parts.options().clock)();
                if is_new {
                    // A cache that cannot be written makes a slower client, not a failing one.
                    let _ = cache.store(&url, &page, now);
                } else {
                    cache.checked(&url, now);
                }
            }
            Ok(Arc::new(parsed))
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
        ..About::default()
    }
}

fn may_keep(headers: &HeaderMap) -> bool {
    freshness(headers, None).is_some()
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

fn parse(about: &About, body: &[u8], name: Option<&ProjectName>) -> Result<ProjectPage, PageError> {
    let url: Url = about
        .final_url
        .parse()
        .map_err(|_| PageError::ContentType {
            url: RedactedUrl::unparsed("the cache"),
            content_type: about.content_type.clone(),
        })?;
    let shown = || RedactedUrl::from(&url);
    let media_type = MediaType::from_content_type(&about.content_type);
    let page = match media_type {
        Some(MediaType::JsonV1) => {
            parse_json(body, Some(&url)).map_err(|source| PageError::Json {
                url: shown(),
                source,
            })?
        }
        Some(_) => parse_html(body, &url).map_err(|source| PageError::Html {
            url: shown(),
            source,
        })?,
        None => {
            let content_type = about.content_type.chars().take(100).collect();
            return Err(PageError::ContentType {
                url: shown(),
                content_type,
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
    Ok(page)
}
