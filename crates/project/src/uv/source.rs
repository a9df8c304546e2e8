//! Where a package of a uv.lock is from: `source = { registry = "…" }` and its kin.

use serde::Deserialize;

/// A source. The order is the one in which uv lists packages of one version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LockedSource {
    /// `registry`: an index by its URL, or a folder of files by its path.
    Registry(String),
    /// `git`: the URL of a repository, with what was asked for behind `?` and the commit behind `#`.
    Git(String),
    /// `url`: a file, and the folder of the project in it.
    Url(String, Option<String>),
    /// `path`: a file.
    Path(String),
    /// `directory`: a folder.
    Directory(String),
    /// `editable`: a folder that is installed as it stands.
    Editable(String),
    /// `virtual`: a folder that is not installed.
    Virtual(String),
}

/// A repository as its URL says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Repository {
    /// The URL without what follows.
    pub(super) url: String,
    /// What was asked for: a tag, a branch or anything else.
    pub(super) reference: Option<String>,
    /// The folder of the project.
    pub(super) subdirectory: Option<String>,
    /// The commit.
    pub(super) commit: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct RawSource {
    registry: Option<String>,
    git: Option<String>,
    url: Option<String>,
    subdirectory: Option<String>,
    path: Option<String>,
    directory: Option<String>,
    editable: Option<String>,
    #[serde(rename = "virtual")]
    virtual_path: Option<String>,
}

impl RawSource {
    pub(super) fn read(self) -> Result<LockedSource, String> {
        let subdirectory = self.subdirectory;
        let kinds = [
            self.registry.map(LockedSource::Registry),
            self.git.map(LockedSource::Git),
            self.url.map(|url| LockedSource::Url(url, subdirectory)),
            self.path.map(LockedSource::Path),
            self.directory.map(LockedSource::Directory),
            self.editable.map(LockedSource::Editable),
            self.virtual_path.map(LockedSource::Virtual),
        ];
        let mut kinds = kinds.into_iter().flatten();
        match (kinds.next(), kinds.next()) {
            (Some(source), None) => Ok(source),
            (None, _) => Err("its source is of no kind that is known".to_owned()),
            (Some(_), Some(_)) => Err("its source is of several kinds".to_owned()),
        }
    }
}

impl LockedSource {
    /// The keys of the table that says it.
    pub(super) fn entries(&self) -> Vec<(&'static str, &str)> {
        match self {
            Self::Registry(place) => vec![("registry", place)],
            Self::Git(url) => vec![("git", url)],
            Self::Url(url, None) => vec![("url", url)],
            Self::Url(url, Some(folder)) => vec![("url", url), ("subdirectory", folder)],
            Self::Path(path) => vec![("path", path)],
            Self::Directory(path) => vec![("directory", path)],
            Self::Editable(path) => vec![("editable", path)],
            Self::Virtual(path) => vec![("virtual", path)],
        }
    }

    /// The folder on this machine that it is.
    pub fn folder(&self) -> Option<&str> {
        match self {
            Self::Directory(path) | Self::Editable(path) | Self::Virtual(path) => Some(path),
            _ => None,
        }
    }

    /// Whether what is there may change, so that the lock repeats what it requires.
    pub(super) fn may_change(&self) -> bool {
        !matches!(self, Self::Registry(_) | Self::Git(_))
    }
}

impl Repository {
    pub(super) fn read(text: &str) -> Self {
        let (rest, commit) = match text.split_once('#') {
            Some((rest, commit)) => (rest, Some(commit.to_owned())),
            None => (text, None),
        };
        let (url, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut read = Self {
            url: url.to_owned(),
            commit,
            ..Self::default()
        };
        for (key, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match &*key {
                "subdirectory" => read.subdirectory = Some(value.into_owned()),
                "rev" | "tag" | "branch" => read.reference = Some(value.into_owned()),
                _ => {}
            }
        }
        read
    }
}

/// The text of a repository's URL, as uv writes it.
pub(super) fn repository_url(
    url: &str,
    reference: Option<(&str, &str)>,
    subdirectory: Option<&str>,
) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if let Some(folder) = subdirectory {
        query.append_pair("subdirectory", folder);
    }
    if let Some((kind, name)) = reference {
        query.append_pair(kind, name);
    }
    let query = query.finish();
    let url = url.strip_prefix("git+").unwrap_or(url);
    let separator = if query.is_empty() { "" } else { "?" };
    format!("{url}{separator}{query}")
}
