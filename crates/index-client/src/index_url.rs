//! The URL of an index, with its credentials held apart.

use std::fmt;
use std::str::FromStr;

use percent_encoding::percent_decode_str;
use tilsit_packaging::name::ProjectName;
use url::Url;

use crate::credentials::Credential;
use crate::redacted::RedactedUrl;

/// The root of a Simple API, such as `https://index.example/simple/`.
///
/// A user and password in the text are taken out of the URL at once, so that no later step can show
/// them: [`IndexUrl::url`] and the display are without.
#[derive(Clone, PartialEq, Eq)]
pub struct IndexUrl {
    url: Url,
    credential: Option<Credential>,
}

/// Why a text is not the URL of an index.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IndexUrlError {
    /// Not a URL. The text is not shown: it may hold a password.
    #[error("the index URL is malformed: {0}")]
    Syntax(String),
    /// Another kind of URL than those that can be read.
    #[error("`{url}` is a `{scheme}` URL; an index is at an `https`, `http` or `file` URL")]
    Scheme {
        /// The URL.
        url: RedactedUrl,
        /// Its kind.
        scheme: String,
    },
}

impl FromStr for IndexUrl {
    type Err = IndexUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url =
            Url::parse(text.trim()).map_err(|error| IndexUrlError::Syntax(error.to_string()))?;
        Self::new(url)
    }
}

impl IndexUrl {
    /// Takes a URL as that of an index.
    ///
    /// # Errors
    /// When it is neither `http`, `https` nor `file`.
    pub fn new(mut url: Url) -> Result<Self, IndexUrlError> {
        if !matches!(url.scheme(), "http" | "https" | "file") {
            let scheme = url.scheme().to_owned();
            return Err(IndexUrlError::Scheme {
                url: RedactedUrl::from(&url),
                scheme,
            });
        }
        let credential = take_credential(&mut url);
        url.set_fragment(None);
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        Ok(Self { url, credential })
    }

    /// The URL without credentials; its path ends with a slash.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The user and password that stood in the URL.
    pub fn credential(&self) -> Option<&Credential> {
        self.credential.as_ref()
    }

    /// The URL of a project's page (PEP 503: the normalised name as a folder).
    pub fn project(&self, name: &ProjectName) -> Url {
        let mut url = self.url.clone();
        url.set_path(&format!("{}{}/", url.path(), name.as_str()));
        url
    }

    /// The same index with these credentials.
    #[must_use]
    pub fn with_credential(self, credential: Credential) -> Self {
        Self {
            credential: Some(credential),
            ..self
        }
    }
}

/// Takes user and password out of a URL, percent-decoded.
pub(crate) fn take_credential(url: &mut Url) -> Option<Credential> {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let user = decoded(url.username());
    let password = url.password().map(decoded);
    if user.is_empty() && password.is_none() {
        return None;
    }
    // Neither can fail for a URL that had a user.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    Some(Credential::new(user, password.unwrap_or_default()))
}

impl fmt::Display for IndexUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&RedactedUrl::from(&self.url), formatter)
    }
}

impl fmt::Debug for IndexUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "IndexUrl({self})")
    }
}

#[cfg(test)]
mod tests;
