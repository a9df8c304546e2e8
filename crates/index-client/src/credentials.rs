//! Which user and password go to which URL.
//!
//! A credential belongs to an origin (scheme, host, port), and there to a folder: of several that
//! fit, the one with the longest folder counts. A redirect to another origin is looked up anew, so
//! that a credential never leaves its origin.
//!
//! In this order: what was given for this run (in URLs, variables, options), logins that were kept,
//! what was given for another folder of the origin, netrc by host.

use std::fmt;
use std::sync::RwLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::{Origin, Url};

use crate::index_url::IndexUrl;
use crate::logins::{Login, Logins};
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
    logins: Logins,
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
    /// Only what files hold: logins that were kept, and the entries of a netrc file.
    pub fn from_files(logins: Logins, netrc: Netrc) -> Self {
        Self {
            places: RwLock::default(),
            logins,
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
    /// gets the origin's credential when there is only one and no login is kept for the URL: files
    /// often lie beside their index. A user without a password takes that of a login or of the netrc
    /// file, if either has one for the user.
    pub fn for_url(&self, url: &Url) -> Option<Credential> {
        self.find(url).map(|found| found.credential)
    }

    pub(crate) fn find(&self, url: &Url) -> Option<Found> {
        let kept = self.of_files(url);
        let given = match self.given(url) {
            Given::Here(found) => Some(found),
            Given::Beside(found) if self.logins.for_url(url).is_none() => Some(found),
            Given::Beside(_) | Given::Nothing => None,
        };
        let Some(given) = given else {
            return kept.into_iter().next();
        };
        if given.credential.password.reveal().is_empty() {
            let of_user = |kept: &Found| kept.credential.user == given.credential.user;
            return Some(kept.into_iter().find(of_user).unwrap_or(given));
        }
        Some(given)
    }

    /// The login that was kept for a URL.
    pub fn login_for(&self, url: &Url) -> Option<&Login> {
        self.logins.for_url(url)
    }

    /// What the files have for a URL, the stronger first.
    fn of_files(&self, url: &Url) -> Vec<Found> {
        let login = self.logins.for_url(url).map(|login| Found {
            credential: login.credential().clone(),
            place: login.place().clone(),
        });
        let netrc = url.host_str().and_then(|host| self.netrc.for_host(host));
        let netrc = netrc.map(|credential| Found {
            credential: credential.clone(),
            place: url.clone(),
        });
        login.into_iter().chain(netrc).collect()
    }

    /// What was given in this run for a URL.
    fn given(&self, url: &Url) -> Given {
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
            return Given::Here(found(place));
        }
        match (of_origin.next(), of_origin.next()) {
            (Some(only), None) => Given::Beside(found(only)),
            _ => Given::Nothing,
        }
    }
}

/// What was given for a URL in this run.
enum Given {
    /// For a folder that the URL lies in.
    Here(Found),
    /// For another folder, the only one of the origin.
    Beside(Found),
    Nothing,
}

#[cfg(test)]
mod tests;
