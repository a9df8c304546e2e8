//! A project's page: its files, versions and status, as the index states them.
//!
//! Texts are kept as written (a name, a URL, a `requires-python`): a page may have thousands of files
//! of which a client looks at a handful, so that each is parsed when it is looked at.

use std::borrow::Cow;

use jiff::Timestamp;
use tilsit_packaging::file_name::{DistributionFileName, FileNameError};
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::version::Version;
use url::Url;

use crate::api_version::ApiVersion;
use crate::file_url::{self, FileUrlError};
use crate::hashes::Hashes;

/// One project's page of a Simple API (PEP 503, 691).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectPage {
    /// The version of the API that the page says it speaks.
    pub api_version: ApiVersion,
    /// The project's name as the page says it; on an HTML page, the last folder of its URL.
    pub name: String,
    /// The serial of the project's last change (`_last-serial`, an extension of PyPI).
    pub last_serial: Option<u64>,
    /// Whether the project is active, archived, quarantined or deprecated (PEP 792).
    pub status: ProjectStatus,
    /// The versions that have files (PEP 700); empty when the index does not say.
    pub versions: Vec<String>,
    /// The files, in the index's order.
    pub files: Vec<File>,
    /// Entries that cannot be taken as files, with the reason.
    pub unusable: Vec<UnusableFile>,
    /// The reserved namespaces that the name falls under (PEP 752); `None` when the index knows no
    /// namespaces.
    pub namespaces: Option<Vec<Namespace>>,
    /// What relative URLs are relative to; `None` for a page that an index made for itself.
    pub base: Option<Url>,
}

impl ProjectPage {
    /// An empty, active page, as an index starts one.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            api_version: ApiVersion::WITH_STATUS,
            name: name.into(),
            last_serial: None,
            status: ProjectStatus::default(),
            versions: Vec::new(),
            files: Vec::new(),
            unusable: Vec::new(),
            namespaces: None,
            base: None,
        }
    }

    /// Where a file of this page is, resolved against the page.
    ///
    /// # Errors
    /// When the URL cannot be resolved or is of another kind than `http` and `https`.
    pub fn file_url(&self, file: &File) -> Result<Url, FileUrlError> {
        file_url::resolve(self.base.as_ref(), &file.url)
    }

    /// Where the metadata of a file is (PEP 658): beside the file, with `.metadata` at the end.
    ///
    /// # Errors
    /// As [`ProjectPage::file_url`].
    pub fn metadata_url(&self, file: &File) -> Result<Url, FileUrlError> {
        let mut url = self.file_url(file)?;
        let path = format!("{}.metadata", url.path());
        url.set_path(&path);
        Ok(url)
    }

    /// Sorts the files by version, then by name, and the versions by version: the canonical order.
    /// What is no version stands first.
    pub fn sort(&mut self) {
        let project = self.name.parse::<ProjectName>().ok();
        self.files.sort_by_cached_key(|file| {
            let parsed = match &project {
                Some(project) => file.distribution_of(project),
                None => file.distribution(),
            };
            let version = parsed.ok().map(|name| name.version().clone());
            (version, file.name.clone())
        });
        self.versions
            .sort_by_cached_key(|version| (version.parse::<Version>().ok(), version.clone()));
    }
}

/// A distribution file as a page lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The file's name; never with a folder in it.
    pub name: Box<str>,
    /// The file's URL as written, without its fragment: absolute or relative to the page.
    pub url: Box<str>,
    /// The file's hashes.
    pub hashes: Hashes,
    /// The Python versions that the file is for, as written (PEP 345).
    pub requires_python: Option<Box<str>>,
    /// The file's size in bytes (PEP 700).
    pub size_bytes: Option<u64>,
    /// When the file was uploaded (PEP 700).
    pub upload_time: Option<Timestamp>,
    /// Whether the file is yanked (PEP 592).
    pub yanked: Yanked,
    /// Whether the file's metadata can be had beside it (PEP 658, 714).
    pub core_metadata: CoreMetadataFile,
    /// Where the file's attestations are (PEP 740).
    pub provenance: Option<Box<str>>,
}

impl File {
    /// A file with only a name and a URL.
    pub fn new(name: impl Into<Box<str>>, url: impl Into<Box<str>>) -> Self {
        Self {
            name: name.into(),
            url: url.into(),
            hashes: Hashes::default(),
            requires_python: None,
            size_bytes: None,
            upload_time: None,
            yanked: Yanked::No,
            core_metadata: CoreMetadataFile::No,
            provenance: None,
        }
    }

    /// What the file's name says: a wheel or an sdist, of which version, for which systems.
    ///
    /// # Errors
    /// When the name is not that of a distribution file; a client leaves such a file out.
    pub fn distribution(&self) -> Result<DistributionFileName, FileNameError> {
        self.name.parse()
    }

    /// As [`File::distribution`], for a file on the page of a project: only the project tells where
    /// the name of an old sdist ends.
    ///
    /// # Errors
    /// When the name is not that of a distribution file of the project.
    pub fn distribution_of(
        &self,
        project: &ProjectName,
    ) -> Result<DistributionFileName, FileNameError> {
        DistributionFileName::parse_for(&self.name, project)
    }
}

/// A file as it is read from a page, with texts that lie in the page where they can.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileParts<'a> {
    /// See [`File::name`].
    pub name: Cow<'a, str>,
    /// See [`File::url`].
    pub url: Cow<'a, str>,
    /// See [`File::hashes`].
    pub hashes: Hashes,
    /// See [`File::requires_python`].
    pub requires_python: Option<Cow<'a, str>>,
    /// See [`File::size_bytes`].
    pub size_bytes: Option<u64>,
    /// See [`File::upload_time`].
    pub upload_time: Option<Timestamp>,
    /// See [`File::yanked`].
    pub yanked: Yanked,
    /// See [`File::core_metadata`].
    pub core_metadata: CoreMetadataFile,
    /// See [`File::provenance`].
    pub provenance: Option<Cow<'a, str>>,
}

impl From<FileParts<'_>> for File {
    fn from(parts: FileParts<'_>) -> Self {
        let owned = |text: Cow<'_, str>| Box::<str>::from(text);
        Self {
            name: owned(parts.name),
            url: owned(parts.url),
            hashes: parts.hashes,
            requires_python: parts.requires_python.map(owned),
            size_bytes: parts.size_bytes,
            upload_time: parts.upload_time,
            yanked: parts.yanked,
            core_metadata: parts.core_metadata,
            provenance: parts.provenance.map(owned),
        }
    }
}

impl<'a> From<&'a File> for FileParts<'a> {
    fn from(file: &'a File) -> Self {
        Self {
            name: (&*file.name).into(),
            url: (&*file.url).into(),
            hashes: file.hashes.clone(),
            requires_python: file.requires_python.as_deref().map(Cow::Borrowed),
            size_bytes: file.size_bytes,
            upload_time: file.upload_time,
            yanked: file.yanked.clone(),
            core_metadata: file.core_metadata.clone(),
            provenance: file.provenance.as_deref().map(Cow::Borrowed),
        }
    }
}

/// Takes the files of a page one by one, in the page's order.
pub trait FileSink {
    /// The files so far do not count: the page is read again.
    fn start_over(&mut self);
    /// Takes one file.
    fn take(&mut self, file: FileParts<'_>);
}

impl FileSink for Vec<File> {
    fn start_over(&mut self) {
        self.clear();
    }

    fn take(&mut self, file: FileParts<'_>) {
        self.push(file.into());
    }
}

/// An entry of a page that cannot be taken as a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnusableFile {
    /// The name, or the link when there is no name.
    pub name: String,
    /// Why it cannot be taken.
    pub reason: String,
}

/// Whether a file is yanked: to be taken only where its version is asked for exactly (PEP 592).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Yanked {
    /// Not yanked.
    #[default]
    No,
    /// Yanked, with the reason that was given.
    Yes(Option<Box<str>>),
}

impl Yanked {
    /// Whether the file is yanked.
    pub fn is_yanked(&self) -> bool {
        matches!(self, Self::Yes(_))
    }
}

/// Whether the metadata of a file can be had beside it (PEP 658, 714).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum CoreMetadataFile {
    /// It cannot.
    #[default]
    No,
    /// It can; no hash is stated.
    Yes,
    /// It can, and must have these hashes.
    Hashed(Hashes),
}

impl CoreMetadataFile {
    /// Whether there is such a file.
    pub fn is_available(&self) -> bool {
        !matches!(self, Self::No)
    }
}

/// A project's status with the reason for it (PEP 792).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProjectStatus {
    /// The status.
    pub state: ProjectState,
    /// Why, in the words of the index.
    pub reason: Option<String>,
}

/// A project's status (PEP 792).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ProjectState {
    /// Files can be uploaded and downloaded.
    #[default]
    Active,
    /// Files can only be downloaded.
    Archived,
    /// Held back by the index: neither uploads nor downloads.
    Quarantined,
    /// Like active, but its makers say that it is obsolete.
    Deprecated,
    /// A status that is not in the specification; to be treated as active.
    Other(String),
}

impl ProjectState {
    /// The status as a page writes it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Active => "active",
            Self::Archived => "archived",
            Self::Quarantined => "quarantined",
            Self::Deprecated => "deprecated",
            Self::Other(text) => text,
        }
    }
}

impl From<&str> for ProjectState {
    fn from(text: &str) -> Self {
        match text.trim().to_ascii_lowercase().as_str() {
            "active" | "" => Self::Active,
            "archived" => Self::Archived,
            "quarantined" => Self::Quarantined,
            "deprecated" => Self::Deprecated,
            _ => Self::Other(text.to_owned()),
        }
    }
}

/// A reserved namespace that a project's name falls under (PEP 752).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Namespace {
    /// The namespace's name.
    pub name: String,
    /// Whether the project belongs to the namespace's owner.
    pub owned: bool,
}
