//! Logins that were kept for later: which user and token go to which part of which server.
//!
//! A login is bound to an origin (scheme, host, port) and to a folder there, and goes nowhere else.
//! The folder is that of a whole index: its pages, its files and its upload API lie below it.
//!
//! The file that keeps them (`credentials.toml`) is TOML:
//!
//! ```toml
//! [[login]]
//! url = "https://index.example/team/"
//! username = "__token__"
//! password = "tlst-…"
//! user = "anna"
//! made = true
//! ```
//!
//! `user` is whose token it is, `made` says that it was made for this file alone, so that it may be
//! revoked when it goes. Without `password` a program of the system keeps the secret.

use std::fmt;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use url::Url;

use crate::credentials::Credential;
use crate::index_url::take_credential;
use crate::redacted::RedactedUrl;

#[cfg(test)]
mod tests;

/// What the file says to who opens it.
const HEAD: &str = "\
# Written by `tilsit login` and `tilsit logout`. Whoever reads this file can act as you:
# keep it to yourself.
";
/// The folders of an index that people name it by; what is kept is for what lies around them.
const PARTS_OF_AN_INDEX: [&str; 3] = ["simple", "+simple", "legacy"];

/// A login that was kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    place: Url,
    credential: Credential,
    /// Whose token it is, where that is known and not the user of the credential.
    pub user: Option<String>,
    /// Whether the token was made for this file alone.
    pub is_made: bool,
}

/// Why a URL is no place that a login could be for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// Nothing is shown to servers of another kind.
    #[error("`{0}` is neither an `https` nor an `http` URL, so that nobody signs in there")]
    Scheme(RedactedUrl),
}

/// The part of a server that a URL of an index stands for: the folder that its pages, files and
/// upload API lie in. User, password, query and fragment go.
///
/// # Errors
/// When it is neither an `https` nor an `http` URL.
pub fn place_of(url: &Url) -> Result<Url, PlaceError> {
    let mut place = folder_at(url)?;
    let path = place.path().trim_end_matches('/');
    if let Some((folder, last)) = path.rsplit_once('/')
        && PARTS_OF_AN_INDEX.contains(&last)
    {
        let folder = format!("{folder}/");
        place.set_path(&folder);
    }
    Ok(place)
}

/// The folder of a server that a URL names.
fn folder_at(url: &Url) -> Result<Url, PlaceError> {
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(PlaceError::Scheme(RedactedUrl::from(url)));
    }
    let mut folder = url.clone();
    let _ = take_credential(&mut folder);
    folder.set_query(None);
    folder.set_fragment(None);
    if !folder.path().ends_with('/') {
        folder.set_path(&format!("{}/", url.path()));
    }
    Ok(folder)
}

impl Login {
    /// A login for a place ([`place_of`]). A credential without a password is one whose password a
    /// program keeps.
    ///
    /// # Errors
    /// As [`place_of`].
    pub fn new(place: &Url, credential: Credential) -> Result<Self, PlaceError> {
        Ok(Self {
            // Not once more a part less: that would widen where the password goes.
            place: folder_at(place)?,
            credential,
            user: None,
            is_made: false,
        })
    }

    /// What it is for: a folder of an origin. Its path ends with a slash.
    pub fn place(&self) -> &Url {
        &self.place
    }

    /// The user, and the password or token.
    pub fn credential(&self) -> &Credential {
        &self.credential
    }

    /// The same with another password; empty when a program keeps it.
    #[must_use]
    pub fn with_password(self, password: &str) -> Self {
        Self {
            credential: Credential::new(self.credential.user(), password),
            ..self
        }
    }

    /// Whether a program of the system keeps the password.
    pub fn is_kept_elsewhere(&self) -> bool {
        self.credential.password().reveal().is_empty()
    }

    /// The person, for people.
    pub fn person(&self) -> &str {
        self.user.as_deref().unwrap_or(self.credential.user())
    }

    fn covers(&self, url: &Url) -> bool {
        self.place.origin() == url.origin() && url.path().starts_with(self.place.path())
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = RedactedUrl::from(&self.place);
        write!(formatter, "Login({place}, {:?})", self.credential)
    }
}

/// All logins that were kept; one at most for each place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Logins(Vec<Login>);

/// Why a file of logins cannot be read. It shows no word of the file: any could be a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LoginsError {
    /// Not TOML, or of other keys.
    #[error("line {line}: expected tables `[[login]]` with the texts `url` and `username`")]
    Syntax {
        /// The line, from 1.
        line: usize,
    },
    /// A URL that no login can be for.
    #[error("line {line}: `url` is not an `https` or `http` URL")]
    Url {
        /// The line, from 1.
        line: usize,
    },
}

#[derive(Deserialize)]
struct ReadFile {
    #[serde(default)]
    login: Vec<ReadLogin>,
}

#[derive(Deserialize)]
struct ReadLogin {
    url: Spanned<String>,
    username: String,
    #[serde(default)]
    password: String,
    user: Option<String>,
    #[serde(default)]
    made: bool,
}

#[derive(Serialize)]
struct WrittenFile<'a> {
    login: Vec<WrittenLogin<'a>>,
}

#[derive(Serialize)]
struct WrittenLogin<'a> {
    url: &'a str,
    username: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    made: bool,
}

impl Logins {
    /// Reads the text of the file. Of two logins for one place the last counts; keys that are not
    /// known are passed over.
    ///
    /// # Errors
    /// With the line, when it is not of the form above.
    pub fn parse(text: &str) -> Result<Self, LoginsError> {
        let line_at = |offset: usize| {
            let before = text.as_bytes().iter().take(offset);
            before.filter(|byte| **byte == b'\n').count() + 1
        };
        let file: ReadFile = toml::from_str(text).map_err(|error| LoginsError::Syntax {
            line: line_at(error.span().map_or(0, |span| span.start)),
        })?;
        let mut logins = Self::default();
        for read in file.login {
            let line = line_at(read.url.span().start);
            let url = Url::parse(read.url.get_ref()).map_err(|_| LoginsError::Url { line })?;
            let credential = Credential::new(read.username, read.password);
            let login = Login::new(&url, credential).map_err(|_| LoginsError::Url { line })?;
            logins.put(Login {
                user: read.user,
                is_made: read.made,
                ..login
            });
        }
        Ok(logins)
    }

    /// The text of the file.
    pub fn to_text(&self) -> String {
        let login = self.0.iter().map(|login| WrittenLogin {
            url: login.place.as_str(),
            username: login.credential.user(),
            password: Some(login.credential.password().reveal()).filter(|text| !text.is_empty()),
            user: login.user.as_deref(),
            made: login.is_made,
        });
        let file = WrittenFile {
            login: login.collect(),
        };
        if file.login.is_empty() {
            return HEAD.to_owned();
        }
        let text = toml::to_string(&file).expect("texts and truth values are TOML");
        format!("{HEAD}\n{text}")
    }

    /// Every login.
    pub fn iter(&self) -> impl Iterator<Item = &Login> {
        self.0.iter()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The login for a URL: of those in whose folder it lies the one with the longest.
    pub fn for_url(&self, url: &Url) -> Option<&Login> {
        let covering = self.0.iter().filter(|login| login.covers(url));
        covering.max_by_key(|login| login.place.path().len())
    }

    /// The login for exactly this place.
    pub fn at(&self, place: &Url) -> Option<&Login> {
        self.0.iter().find(|login| login.place == *place)
    }

    /// Puts a login in, and takes out the one that was at its place.
    pub fn put(&mut self, login: Login) -> Option<Login> {
        let former = self.take(&login.place);
        self.0.push(login);
        former
    }

    /// Takes out the login at exactly this place.
    pub fn take(&mut self, place: &Url) -> Option<Login> {
        let at = self.0.iter().position(|login| login.place == *place)?;
        Some(self.0.remove(at))
    }
}
