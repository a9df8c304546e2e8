//! Where a file set goes.

use tilsit_index_client::{Credential, IndexUrl};
use url::Url;

#[cfg(test)]
mod tests;

/// A repository: its upload URL, who uploads, and how its pages are found.
#[derive(Debug, Clone)]
pub struct Repository {
    /// The URL of the upload API.
    pub url: Url,
    /// Who uploads; without it, the client's credentials for the URL count.
    pub credential: Option<Credential>,
    /// The Simple API of the same index, to see which files it has.
    pub index: Option<IndexUrl>,
    /// Whether a file that the index has already is left out instead of being an error.
    pub skip_existing: bool,
    /// Whether what the index has is looked up before anything is sent, where its pages can be read:
    /// equal files are not sent again, and another file of the same name stops it all.
    pub resume: bool,
}

impl Repository {
    /// The repository at this upload URL. When its path ends with `legacy/`, its pages are taken to
    /// be beside it at `simple/`, as the specification of PyPI has it.
    pub fn at(url: Url) -> Self {
        Self {
            index: index_beside(&url),
            url,
            credential: None,
            skip_existing: false,
            resume: false,
        }
    }
}

fn index_beside(url: &Url) -> Option<IndexUrl> {
    let base = url.path().trim_end_matches('/').strip_suffix("/legacy")?;
    let mut index = url.clone();
    index.set_path(&format!("{base}/simple/"));
    index.set_query(None);
    IndexUrl::new(index).ok()
}
