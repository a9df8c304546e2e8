//! Asking an index for projects by words (`/search/` beside its `/simple/`).

use reqwest::header::ACCEPT;
use std::sync::Arc;
use tilsit_simple_api::JsonPageError;
use tilsit_simple_api::search::SearchAnswer;
use url::Url;

use crate::client::IndexClient;
use crate::error::HttpError;
use crate::index_url::IndexUrl;
use crate::redacted::RedactedUrl;
use crate::transport::Ask;

/// The largest answer that is read: an index shows some dozens of projects a page.
const ANSWER_MAX_BYTES: u64 = 4 << 20;

/// Why an index found nothing out.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum SearchError {
    /// The index cannot be reached, or refuses.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The index has no search that programs can ask.
    #[error("`{0}` has no search that programs can ask")]
    NotOffered(RedactedUrl),
    /// The answer cannot be read.
    #[error("`{url}`: {source}")]
    Answer {
        /// Where the answer came from.
        url: RedactedUrl,
        /// Why.
        source: JsonPageError,
    },
}

impl IndexClient {
    /// Asks an index for the projects that fit `words`, the best first.
    ///
    /// # Errors
    /// When the index has no search for programs ([`SearchError::NotOffered`]), cannot be reached, or
    /// answers with something else.
    pub fn search(&self, index: &IndexUrl, words: &str) -> Result<SearchAnswer, SearchError> {
        let not_offered = || SearchError::NotOffered(RedactedUrl::from(index.url()));
        let url = search_url(index.url(), words).ok_or_else(not_offered)?;
        if self.options().offline {
            let url = RedactedUrl::from(&url);
            return Err(HttpError::Offline { url }.into());
        }
        let parts = self.parts();
        parts.options().credentials.add_index(index);
        let asked = Arc::clone(&parts);
        let fetched = self.wait(async move {
            let ask = Ask::new(url).header(ACCEPT, "application/json");
            asked.transport.fetch(&ask, ANSWER_MAX_BYTES).await
        })?;
        let fetched = match fetched {
            Err(error) if error.is_not_found() => return Err(not_offered()),
            fetched => fetched?,
        };
        let content_type = fetched.headers.get(reqwest::header::CONTENT_TYPE);
        let is_json = content_type
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.starts_with("application/json"));
        if !is_json {
            return Err(not_offered());
        }
        SearchAnswer::from_json(&fetched.body).map_err(|source| SearchError::Answer {
            url: RedactedUrl::from(&fetched.url),
            source,
        })
    }
}

/// `../search/?q=WORDS` of an index at `.../simple/`.
fn search_url(index: &Url, words: &str) -> Option<Url> {
    let has_a_neighbour = index.path().ends_with("/simple/") && index.scheme() != "file";
    let mut url = has_a_neighbour.then(|| index.join("../search/").ok())??;
    url.query_pairs_mut().clear().append_pair("q", words);
    Some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_search_stands_beside_the_pages() {
        for (index, search) in [
            (
                "https://index.example/simple/",
                Some("https://index.example/search/?q=a+b%26"),
            ),
            (
                "https://index.example/team/simple/?x=1",
                Some("https://index.example/team/search/?q=a+b%26"),
            ),
            ("https://index.example/pages/", None),
            ("file:///srv/simple/", None),
        ] {
            let url = search_url(&index.parse().unwrap(), "a b&");
            assert_eq!(url.as_ref().map(Url::as_str), search);
        }
    }
}
