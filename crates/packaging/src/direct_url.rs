//! `direct_url.json`: where an installed distribution came from, if not from an index.
//!
//! Follows "Recording the Direct URL Origin of installed distributions" (PEP 610) and "Direct URL
//! Data Structure". Unknown keys are ignored, as the specification asks of readers.
//!
//! `subdirectory` is only data here: who uses it as a path has to confine it.

mod python_json;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

/// The origin of a distribution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectUrl {
    /// The URL, perhaps with credentials: see [`DirectUrl::without_credentials`].
    pub url: String,
    /// What stands at the URL.
    pub origin: Origin,
    /// The folder of the project below the root of the archive, repository or folder.
    pub subdirectory: Option<String>,
}

/// What stands at a direct URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// `archive_info`: an sdist or a wheel.
    Archive {
        /// Hex digests by algorithm; the deprecated `hash` is merged in.
        hashes: BTreeMap<String, String>,
    },
    /// `vcs_info`: a repository.
    Vcs {
        /// `git`, `hg`, `bzr`, `svn` or another tool.
        vcs: String,
        /// The commit that was installed.
        commit_id: String,
        /// The branch, tag or other reference that was asked for.
        requested_revision: Option<String>,
    },
    /// `dir_info`: a folder on this machine.
    Directory {
        /// Whether changes in the folder show without a new install; absent counts as no.
        editable: Option<bool>,
    },
}

/// Why a text is no direct URL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DirectUrlError {
    /// The text is not JSON.
    #[error("direct_url.json is not JSON (line {line}, column {column}): {reason}")]
    Json {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
        /// What the JSON reader says.
        reason: String,
    },
    /// A key is not there.
    #[error("direct_url.json has no `{key}`")]
    Missing {
        /// The path of the key, as `vcs_info.commit_id`.
        key: String,
    },
    /// A value has another type.
    #[error("direct_url.json: `{key}` is {found}, not {expected}")]
    Type {
        /// The path of the key.
        key: String,
        /// The type it should have.
        expected: &'static str,
        /// The type it has.
        found: &'static str,
    },
    /// Other than exactly one of the three kinds of origin is there.
    #[error(
        "direct_url.json must have exactly one of `archive_info`, `vcs_info` and `dir_info`, not {found}"
    )]
    Origin {
        /// How many there are.
        found: usize,
    },
    /// The URL of a folder is not an absolute `file:` URL.
    #[error("direct_url.json: `{url}` is not an absolute `file:` URL, as `dir_info` demands")]
    DirectoryUrl {
        /// The URL.
        url: String,
    },
    /// The deprecated `archive_info.hash` is not `algorithm=digest`.
    #[error("direct_url.json: `archive_info.hash` is `{value}`, not `<algorithm>=<digest>`")]
    LegacyHash {
        /// The value.
        value: String,
    },
    /// `archive_info.hash` and `archive_info.hashes` disagree.
    #[error(
        "direct_url.json: `archive_info.hash` and `archive_info.hashes` disagree on `{algorithm}`"
    )]
    HashesDisagree {
        /// The algorithm of `hash`.
        algorithm: String,
    },
}

/// How [`DirectUrl::to_json`] writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DirectUrlFormat {
    /// Also write the deprecated `archive_info.hash`, for readers of before 2023.
    pub legacy_hash: bool,
}

impl DirectUrl {
    /// Reads `direct_url.json`.
    ///
    /// # Errors
    /// [`DirectUrlError`], with the key's path.
    ///
    /// ```
    /// use tilsit_packaging::direct_url::{DirectUrl, Origin};
    /// let json = br#"{"url": "file:///projects/mine", "dir_info": {"editable": true}}"#;
    /// let direct_url = DirectUrl::parse(json)?;
    /// assert_eq!(direct_url.origin, Origin::Directory { editable: Some(true) });
    /// # Ok::<(), tilsit_packaging::direct_url::DirectUrlError>(())
    /// ```
    pub fn parse(bytes: &[u8]) -> Result<DirectUrl, DirectUrlError> {
        let value: Value = serde_json::from_slice(bytes).map_err(|error| DirectUrlError::Json {
            line: error.line(),
            column: error.column(),
            reason: error.to_string(),
        })?;
        let root = Object::root(&value)?;
        let direct_url = DirectUrl {
            url: root.required_string("url")?,
            origin: origin(&root)?,
            subdirectory: root.string("subdirectory")?,
        };
        direct_url.check()?;
        Ok(direct_url)
    }

    /// Checks what the types can not say: a folder has an absolute `file:` URL.
    ///
    /// # Errors
    /// [`DirectUrlError::DirectoryUrl`].
    pub fn check(&self) -> Result<(), DirectUrlError> {
        if matches!(self.origin, Origin::Directory { .. }) && !is_absolute_file_url(&self.url) {
            return Err(DirectUrlError::DirectoryUrl {
                url: self.url.clone(),
            });
        }
        Ok(())
    }

    /// The same origin with user and password taken out of the URL, unless they are only names of
    /// environment variables (`${USER}:${PASSWORD}`) or one of `harmless`, normally `git`.
    pub fn without_credentials(&self, harmless: &[&str]) -> DirectUrl {
        DirectUrl {
            url: strip_credentials(&self.url, harmless),
            ..self.clone()
        }
    }

    /// The JSON text, without spaces, keys in a fixed order.
    pub fn to_json(&self, format: DirectUrlFormat) -> String {
        let mut written = Written {
            url: &self.url,
            archive_info: None,
            vcs_info: None,
            dir_info: None,
            subdirectory: self.subdirectory.as_deref(),
        };
        match &self.origin {
            Origin::Archive { hashes } => {
                let legacy = format.legacy_hash.then(|| legacy_hash(hashes)).flatten();
                written.archive_info = Some(WrittenArchive {
                    hash: legacy.map(|(algorithm, digest)| format!("{algorithm}={digest}")),
                    hashes,
                });
            }
            Origin::Vcs {
                vcs,
                commit_id,
                requested_revision,
            } => {
                written.vcs_info = Some(WrittenVcs {
                    vcs,
                    commit_id,
                    requested_revision: requested_revision.as_deref(),
                });
            }
            Origin::Directory { editable } => {
                written.dir_info = Some(WrittenDirectory {
                    editable: *editable,
                });
            }
        }
        serde_json::to_string(&written).expect("strings and booleans are JSON")
    }
}

impl DirectUrl {
    /// The file's text, byte by byte as pip writes it: keys sorted, spaces behind `,` and `:`, the
    /// deprecated hash too.
    ///
    /// ```
    /// use tilsit_packaging::direct_url::DirectUrl;
    /// let direct_url = DirectUrl::parse(br#"{"url":"file:///a","dir_info":{"editable":true}}"#)?;
    /// assert_eq!(direct_url.to_file(), r#"{"dir_info": {"editable": true}, "url": "file:///a"}"#);
    /// # Ok::<(), tilsit_packaging::direct_url::DirectUrlError>(())
    /// ```
    pub fn to_file(&self) -> String {
        let json = self.to_json(DirectUrlFormat { legacy_hash: true });
        let value: Value = serde_json::from_str(&json).expect("it was written as JSON");
        python_json::dumps(&value)
    }
}

/// The file's keys in the order they are written.
#[derive(Serialize)]
struct Written<'a> {
    url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    archive_info: Option<WrittenArchive<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vcs_info: Option<WrittenVcs<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dir_info: Option<WrittenDirectory>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subdirectory: Option<&'a str>,
}

#[derive(Serialize)]
struct WrittenArchive<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    hash: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    hashes: &'a BTreeMap<String, String>,
}

#[derive(Serialize)]
struct WrittenVcs<'a> {
    vcs: &'a str,
    commit_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    requested_revision: Option<&'a str>,
}

#[derive(Serialize)]
struct WrittenDirectory {
    #[serde(skip_serializing_if = "Option::is_none")]
    editable: Option<bool>,
}

/// A URL with user and password taken out of its authority, unless they are harmless: see
/// [`DirectUrl::without_credentials`].
pub fn strip_credentials(url: &str, harmless: &[&str]) -> String {
    let Some(scheme_end) = url.find("://") else {
        return url.to_owned();
    };
    let start = scheme_end + 3;
    let end = url[start..]
        .find(['/', '?', '#'])
        .map_or(url.len(), |length| start + length);
    let Some(at) = url[start..end].rfind('@') else {
        return url.to_owned();
    };
    let credentials = &url[start..start + at];
    if harmless.contains(&credentials) || are_variables(credentials) {
        return url.to_owned();
    }
    format!("{}{}", &url[..start], &url[start + at + 1..])
}

/// Whether credentials are one or two names of environment variables and nothing else.
fn are_variables(credentials: &str) -> bool {
    let is_variable = |text: &str| {
        text.strip_prefix("${")
            .and_then(|text| text.strip_suffix('}'))
            .is_some_and(|name| {
                !name.is_empty()
                    && name
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
            })
    };
    match credentials.split_once(':') {
        Some((user, password)) => is_variable(user) && is_variable(password),
        None => is_variable(credentials),
    }
}

/// Whether a URL has scheme `file` and a path that starts at a root.
fn is_absolute_file_url(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once(':') else {
        return false;
    };
    let path = match rest.strip_prefix("//") {
        Some(authority) => &authority[authority.find(['/', '?', '#']).unwrap_or(authority.len())..],
        None => rest,
    };
    scheme.eq_ignore_ascii_case("file") && path.starts_with('/')
}

/// The one hash for the deprecated field: sha256 if it is there, else the first that the form
/// `algorithm=digest` can hold.
fn legacy_hash(hashes: &BTreeMap<String, String>) -> Option<(&String, &String)> {
    let mut writable = hashes
        .iter()
        .filter(|(algorithm, _)| !algorithm.contains('='));
    hashes.get_key_value("sha256").or_else(|| writable.next())
}

fn origin(root: &Object<'_>) -> Result<Origin, DirectUrlError> {
    let archive = root.object("archive_info")?;
    let vcs = root.object("vcs_info")?;
    let directory = root.object("dir_info")?;
    match (archive, vcs, directory) {
        (Some(archive), None, None) => Ok(Origin::Archive {
            hashes: archive_hashes(&archive)?,
        }),
        (None, Some(vcs), None) => Ok(Origin::Vcs {
            vcs: vcs.required_string("vcs")?,
            commit_id: vcs.required_string("commit_id")?,
            requested_revision: vcs.string("requested_revision")?,
        }),
        (None, None, Some(directory)) => Ok(Origin::Directory {
            editable: directory.boolean("editable")?,
        }),
        (archive, vcs, directory) => Err(DirectUrlError::Origin {
            found: [archive, vcs, directory].iter().flatten().count(),
        }),
    }
}

fn archive_hashes(archive: &Object<'_>) -> Result<BTreeMap<String, String>, DirectUrlError> {
    let mut hashes = None;
    if let Some(object) = archive.object("hashes")? {
        let names = object.map.keys();
        let pairs = names.map(|name| Ok((name.clone(), object.required_string(name)?)));
        hashes = Some(pairs.collect::<Result<BTreeMap<_, _>, DirectUrlError>>()?);
    }
    let Some(legacy) = archive.string("hash")? else {
        return Ok(hashes.unwrap_or_default());
    };
    let Some((algorithm, digest)) = legacy.split_once('=') else {
        return Err(DirectUrlError::LegacyHash { value: legacy });
    };
    match hashes {
        None => Ok(BTreeMap::from([(algorithm.to_owned(), digest.to_owned())])),
        Some(hashes) if hashes.get(algorithm).is_some_and(|found| found == digest) => Ok(hashes),
        Some(_) => Err(DirectUrlError::HashesDisagree {
            algorithm: algorithm.to_owned(),
        }),
    }
}

/// A JSON object and the path of keys to it, for messages.
struct Object<'a> {
    map: &'a Map<String, Value>,
    path: String,
}

impl<'a> Object<'a> {
    fn root(value: &'a Value) -> Result<Object<'a>, DirectUrlError> {
        let map = value.as_object().ok_or_else(|| DirectUrlError::Type {
            key: String::from("the whole text"),
            expected: "an object",
            found: type_name(value),
        })?;
        Ok(Object {
            map,
            path: String::new(),
        })
    }

    /// The value of a key; `null` counts as absent.
    fn value<T>(
        &self,
        key: &str,
        expected: &'static str,
        convert: impl Fn(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, DirectUrlError> {
        match self.map.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => match convert(value) {
                Some(converted) => Ok(Some(converted)),
                None => Err(DirectUrlError::Type {
                    key: format!("{}{key}", self.path),
                    expected,
                    found: type_name(value),
                }),
            },
        }
    }

    fn string(&self, key: &str) -> Result<Option<String>, DirectUrlError> {
        self.value(key, "a string", |value| value.as_str().map(str::to_owned))
    }

    fn required_string(&self, key: &str) -> Result<String, DirectUrlError> {
        self.string(key)?.ok_or_else(|| DirectUrlError::Missing {
            key: format!("{}{key}", self.path),
        })
    }

    fn boolean(&self, key: &str) -> Result<Option<bool>, DirectUrlError> {
        self.value(key, "a boolean", Value::as_bool)
    }

    fn object(&self, key: &str) -> Result<Option<Object<'a>>, DirectUrlError> {
        let map = self.value(key, "an object", Value::as_object)?;
        Ok(map.map(|map| Object {
            map,
            path: format!("{}{key}.", self.path),
        }))
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
