//! Which user and password go to which URL.
//!
//! A credential belongs to an origin (scheme, host, port), and there to a folder: of several that
//! fit, the one with the longest folder counts. A redirect to another origin is looked up anew, so
//! that a credential never leaves its origin. After these, netrc is asked by host.

use std::fmt;
use std::sync::RwLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::{Origin, Url};

use crate::index_url::IndexUrl;
use crate::netrc::Netrc;
use crate::redacted::Secret;

/// A user and password (or token) for Basic authentication (RFC 7617).
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    user: Box<str>,
    password: Secret,
}

impl Credential {
    /// A user with a password.
    pub fn new(user: impl Into<Box<str>>, password: impl Into<Box<str>>) -> Self {
        Self {
            user: user.into(),
            password: Secret::new(password),
        }
    }

    /// The user.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The password, which does not print.
    pub fn password(&self) -> &Secret {
        &self.password
    }

    /// The value of the header `Authorization`.
    pub(crate) fn header(&self) -> String {
        let pair = format!("{}:{}", self.user, self.password.reveal());
        format!("Basic {}", STANDARD.encode(pair))
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Credential({}, ****)", self.user)
    }
}

/// All credentials that a client knows.
#[derive(Debug, Default)]
pub struct Credentials {
    places: RwLock<Vec<Place>>,
    netrc: Netrc,
}

#[derive(Debug, Clone)]
struct Place {
    url: Url,
    origin: Origin,
    folder: String,
    credential: Credential,
}

/// A credential with the place that it was given for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) credential: Credential,
    pub(crate) place: Url,
}

impl Credentials {
    /// Only the entries of a netrc file.
    pub fn from_netrc(netrc: Netrc) -> Self {
        Self {
            places: RwLock::default(),
            netrc,
        }
    }

    /// Adds a credential for a URL's origin, for the folder that the URL's path names.
    pub fn add(&self, url: &Url, credential: Credential) {
        let place = Place {
            url: url.clone(),
            origin: url.origin(),
            folder: url.path().to_owned(),
            credential,
        };
        let mut places = self
            .places
            .write()
            .expect("no thread panics while it holds the lock");
        places.retain(|known| known.origin != place.origin || known.folder != place.folder);
        places.push(place);
    }

    /// Adds the credential that stands in the URL of an index, if one does.
    pub fn add_index(&self, index: &IndexUrl) {
        if let Some(credential) = index.credential() {
            self.add(index.url(), credential.clone());
        }
    }

    /// The credential to send to a URL.
    ///
    /// Within an origin the longest folder that the URL lies in counts. A URL in none of the folders
    /// gets the origin's credential when there is only one: files often lie beside their index. A
    /// user without a password takes that of the netrc file, if it has one for the user.
    pub fn for_url(&self, url: &Url) -> Option<Credential> {
        self.find(url).map(|found| found.credential)
    }

    pub(crate) fn find(&self, url: &Url) -> Option<Found> {
        let of_host = || self.netrc.for_host(url.host_str()?);
        let Some(mut found) = self.of_places(url) else {
            return of_host().map(|credential| Found {
                credential: credential.clone(),
                place: url.clone(),
            });
        };
        if found.credential.password.reveal().is_empty()
            && let Some(credential) = of_host()
            && credential.user == found.credential.user
        {
            found.credential = credential.clone();
        }
        Some(found)
    }

    fn of_places(&self, url: &Url) -> Option<Found> {
        let origin = url.origin();
        let places = self
            .places
            .read()
            .expect("no thread panics while it holds the lock");
        let mut of_origin = places.iter().filter(|place| place.origin == origin);
        let found = |place: &Place| Found {
            credential: place.credential.clone(),
            place: place.url.clone(),
        };
        let within = of_origin
            .clone()
            .filter(|place| url.path().starts_with(&place.folder));
        if let Some(place) = within.max_by_key(|place| place.folder.len()) {
            return Some(found(place));
        }
        match (of_origin.next(), of_origin.next()) {
            (Some(only), None) => Some(found(only)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
