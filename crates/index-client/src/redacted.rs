//! URLs and passwords as they may be shown: without what only their owner may know.

use std::fmt;

use url::Url;

/// A URL for people: without user, password, query and fragment.
///
/// The query goes too, since the URLs of signed downloads carry their permission there.
#[derive(Clone, PartialEq, Eq)]
pub struct RedactedUrl(Box<str>);

impl From<&Url> for RedactedUrl {
    fn from(url: &Url) -> Self {
        let mut shown = url.clone();
        // Both fail only on URLs that cannot have a user, which then have none to hide.
        let _ = shown.set_username("");
        let _ = shown.set_password(None);
        shown.set_fragment(None);
        if shown.query().is_some() {
            shown.set_query(Some("…"));
        }
        Self(shown.as_str().replace("%E2%80%A6", "…").into())
    }
}

impl RedactedUrl {
    /// A place that has no URL.
    pub(crate) fn unparsed(place: &str) -> Self {
        Self(place.into())
    }
}

impl fmt::Display for RedactedUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for RedactedUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}", self.0)
    }
}

/// A password or token, which no form of printing shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Box<str>);

impl Secret {
    /// Takes a password.
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// The password itself, for the one place that sends it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(****)")
    }
}
