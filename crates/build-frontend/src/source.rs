//! What a URL leads to, when it is no wheel: an archive, a folder, or a repository. Pure, save that
//! [`Source::of_url`] looks whether a `file:` URL is a folder.

mod vcs;

use std::path::{Path, PathBuf};

use tilsit_index_client::{Credential, RedactedUrl, RemoteFile};
use tilsit_packaging::direct_url::strip_credentials;
use url::Url;

pub use vcs::{System, VcsSource};

/// Something to build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// An sdist of an index.
    Sdist(RemoteFile),
    /// An archive that a URL names.
    Archive(ArchiveSource),
    /// A folder on this machine.
    Folder(FolderSource),
    /// A commit of a git repository.
    Git(GitSource),
    /// A revision of a repository of another system.
    Vcs(VcsSource),
}

/// An archive at a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchiveSource {
    /// The file; its hash, if the URL's fragment has one.
    pub file: RemoteFile,
    /// The folder of the project in it.
    pub subdirectory: Option<String>,
}

/// A folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderSource {
    /// The project's folder.
    pub path: PathBuf,
    /// The URL, without fragment.
    pub url: String,
    /// Whether the folder itself is to be used, and not a copy (PEP 660).
    pub editable: bool,
}

/// A git repository and what of it is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitSource {
    /// The repository's URL for git, without `git+`, perhaps with credentials.
    pub repository: String,
    /// The branch, tag or commit; else what the repository's HEAD is.
    pub revision: Option<String>,
    /// The folder of the project in it.
    pub subdirectory: Option<String>,
}

/// Why a URL is nothing that can be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// It is no URL.
    #[error("`{url}` is not a valid URL: {reason}")]
    Malformed {
        /// The URL, without credentials.
        url: String,
        /// Why.
        reason: String,
    },
    /// Nothing is fetched by this scheme.
    #[error("`{url}` is at a `{scheme}` URL; {advice}")]
    Scheme {
        /// The URL, without credentials.
        url: String,
        /// The scheme.
        scheme: String,
        /// What would do.
        advice: &'static str,
    },
    /// `@` stands at the end with nothing behind it.
    #[error("`{0}` ends in `@` and names no branch, tag or commit")]
    EmptyRevision(String),
    /// A revision that git would take for an option.
    #[error("`{0}` is no name of a branch, tag or commit")]
    Revision(String),
    /// The folder leads out of the archive or repository.
    #[error("the subdirectory `{0}` is no folder inside of the project's source")]
    Subdirectory(String),
    /// Nothing is there.
    #[error("there is nothing at `{}`", .0.display())]
    NotThere(PathBuf),
}

impl Source {
    /// What a URL leads to. `editable` says what to do with a folder. Credentials of a file's URL are
    /// given back apart, for the client.
    ///
    /// # Errors
    /// When the URL is malformed or of a kind that is not known, or when a file is not there.
    pub fn of_url(url: &str, editable: bool) -> Result<(Self, Option<Credential>), SourceError> {
        if let Some(git) = GitSource::parse(url)? {
            return Ok((Self::Git(git), None));
        }
        if let Some(vcs) = VcsSource::parse(url)? {
            return Ok((Self::Vcs(vcs), None));
        }
        let parsed = parse(url)?;
        match parsed.scheme() {
            "http" | "https" => return archive(parsed),
            "file" => return local(parsed, editable),
            _ => {}
        }
        Err(SourceError::Scheme {
            url: shown(url),
            scheme: parsed.scheme().to_owned(),
            advice: "`https`, `http`, `file`, `git+…`, `hg+…`, `svn+…` and `bzr+…` URLs can be used",
        })
    }
}

impl GitSource {
    /// A `git+…` URL; none when it is another.
    ///
    /// # Errors
    /// When it is malformed.
    ///
    /// ```
    /// use tilsit_build_frontend::GitSource;
    /// let git = GitSource::parse("git+https://index.example/a.git@v1#subdirectory=b")?.unwrap();
    /// assert_eq!(git.repository, "https://index.example/a.git");
    /// assert_eq!(git.revision.as_deref(), Some("v1"));
    /// # Ok::<(), tilsit_build_frontend::SourceError>(())
    /// ```
    pub fn parse(url: &str) -> Result<Option<Self>, SourceError> {
        let Some(plain) = url.strip_prefix("git+") else {
            return Ok(None);
        };
        let parsed = parse(plain)?;
        if !["https", "http", "ssh", "git", "file"].contains(&parsed.scheme()) {
            return Err(SourceError::Scheme {
                url: shown(url),
                scheme: format!("git+{}", parsed.scheme()),
                advice: "`git+https`, `git+http`, `git+ssh`, `git+git` and `git+file` can be used",
            });
        }
        let parts = Parts::of(plain, &parsed, url)?;
        Ok(Some(Self {
            repository: parts.repository.to_owned(),
            revision: parts.revision.map(str::to_owned),
            subdirectory: parts.subdirectory,
        }))
    }

    /// The repository without credentials, as it may be shown and kept. The user `git` of SSH is none.
    pub fn public_url(&self) -> String {
        strip_credentials(&self.repository, &["git"])
    }
}

/// The parts of a repository's URL.
struct Parts<'a> {
    repository: &'a str,
    revision: Option<&'a str>,
    subdirectory: Option<String>,
}

impl<'a> Parts<'a> {
    /// Those of a URL without its system in front; `url` has it, for messages.
    fn of(plain: &'a str, parsed: &Url, url: &str) -> Result<Self, SourceError> {
        let subdirectory = subdirectory(parsed)?;
        // The text, not the parsed URL: what git is told is what the user wrote.
        let (plain, _) = plain.split_once('#').unwrap_or((plain, ""));
        let path_start = plain.find("://").map_or(0, |start| start + 3);
        let path_start = plain[path_start..]
            .find('/')
            .map_or(plain.len(), |slash| path_start + slash);
        let (repository, revision) = match plain[path_start..].rfind('@') {
            None => (plain, None),
            Some(at) => {
                let (repository, revision) = plain.split_at(path_start + at);
                (repository, Some(&revision[1..]))
            }
        };
        if revision == Some("") {
            return Err(SourceError::EmptyRevision(shown(url)));
        }
        // What git would take for an option, a pattern, or two references.
        let is_odd = |revision: &str| {
            let refused = |letter: char| {
                letter.is_whitespace() || letter.is_control() || ":*?[\\".contains(letter)
            };
            revision.starts_with(['-', '+']) || revision.contains(refused)
        };
        if let Some(revision) = revision.filter(|revision| is_odd(revision)) {
            return Err(SourceError::Revision(revision.to_owned()));
        }
        Ok(Self {
            repository,
            revision,
            subdirectory,
        })
    }
}

fn parse(url: &str) -> Result<Url, SourceError> {
    Url::parse(url).map_err(|error| SourceError::Malformed {
        url: shown(url),
        reason: match error {
            url::ParseError::InvalidPort => {
                "behind the host's `:` stands a port; a path begins with `/`".to_owned()
            }
            error => error.to_string(),
        },
    })
}

/// A URL as it may be shown.
fn shown(url: &str) -> String {
    strip_credentials(url, &["git"])
}

fn archive(url: Url) -> Result<(Source, Option<Credential>), SourceError> {
    let subdirectory = subdirectory(&url)?;
    let words = RedactedUrl::from(&url).to_string();
    let (file, credential) = RemoteFile::of_url(url).map_err(|error| SourceError::Malformed {
        url: words,
        reason: error.to_string(),
    })?;
    let archive = ArchiveSource { file, subdirectory };
    Ok((Source::Archive(archive), credential))
}

fn local(url: Url, editable: bool) -> Result<(Source, Option<Credential>), SourceError> {
    let malformed = || SourceError::Malformed {
        url: url.to_string(),
        reason: "it is not a path on this machine".to_owned(),
    };
    let path = url.to_file_path().map_err(|()| malformed())?;
    if path.is_file() {
        return archive(url);
    }
    if !path.is_dir() {
        return Err(SourceError::NotThere(path));
    }
    let inner = subdirectory(&url)?;
    let mut plain = url.clone();
    plain.set_fragment(None);
    let folder = FolderSource {
        path: inner.map_or_else(|| path.clone(), |inner| path.join(inner)),
        url: plain.to_string().trim_end_matches('/').to_owned(),
        editable,
    };
    Ok((Source::Folder(folder), None))
}

/// `#subdirectory=…`, which stays inside.
fn subdirectory(url: &Url) -> Result<Option<String>, SourceError> {
    let fragment = url.fragment().unwrap_or_default();
    let mut pairs = url::form_urlencoded::parse(fragment.as_bytes());
    let Some((_, value)) = pairs.find(|(key, _)| key == "subdirectory") else {
        return Ok(None);
    };
    let plain = value.trim_start_matches("./").trim_matches('/');
    if plain.is_empty() || plain == "." {
        return Ok(None);
    }
    match tilsit_files::check_relative(plain) {
        Ok(()) if !value.starts_with('/') => Ok(Some(plain.to_owned())),
        _ => Err(SourceError::Subdirectory(value.into_owned())),
    }
}

/// The folder of the project below the root of its source.
///
/// # Errors
/// When it is not there, or a link leads out.
pub(crate) fn project_folder(
    root: &Path,
    subdirectory: Option<&str>,
) -> Result<PathBuf, SourceError> {
    let Some(subdirectory) = subdirectory else {
        return Ok(root.to_path_buf());
    };
    let refused = || SourceError::Subdirectory(subdirectory.to_owned());
    let real_root = tilsit_files::canonicalize(root).map_err(|_| refused())?;
    let real = tilsit_files::canonicalize(root.join(subdirectory)).map_err(|_| refused())?;
    if !real.starts_with(&real_root) || !real.is_dir() {
        return Err(refused());
    }
    Ok(real)
}

#[cfg(test)]
mod tests;
