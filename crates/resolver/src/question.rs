//! What the resolver asks, and what it is answered.
//!
//! The resolver does no I/O: it names what it wants to know, and whoever drives it finds out from
//! an index, a cache or a table in memory.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use tilsit_packaging::name::{ExtraName, ProjectName};
use tilsit_packaging::requirement::Requirement;
use tilsit_packaging::specifier::VersionSpecifiers;
use tilsit_packaging::version::Version;

/// One release: of an index, or the one behind a URL that a requirement names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Release {
    /// The project.
    pub name: ProjectName,
    /// Its version.
    pub version: Version,
    /// The URL of the requirement `name @ URL`; `None` for a release of an index.
    pub url: Option<Arc<str>>,
}

/// Something the resolver wants to know.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Question {
    /// Which versions of the project are there?
    Versions(ProjectName),
    /// Which version is behind the URL that a requirement names for the project?
    Url(ProjectName, Arc<str>),
    /// What does the release require?
    Dependencies(Release),
}

/// The questions that are open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wants {
    /// Without the answers to all of these the resolver cannot go on. They may come one by one:
    /// the rest is asked again.
    pub needed: Vec<Question>,
    /// Answers that will probably be needed soon, most probable first; each is named once. They
    /// may be found out meanwhile and given at any time, or be left alone: nothing but speed
    /// depends on them.
    pub ahead: Vec<Question>,
}

/// The answer to a [`Question`].
#[derive(Debug, Clone)]
pub enum Answer {
    /// To [`Question::Versions`].
    Versions(ProjectName, Versions),
    /// To [`Question::Url`].
    Url(ProjectName, Arc<str>, UrlTarget),
    /// To [`Question::Dependencies`].
    Dependencies(Release, Dependencies),
}

/// The versions of a project.
#[derive(Debug, Clone)]
pub enum Versions {
    /// All of them, in any order, also those that cannot be used: an explanation names them.
    Found(Vec<Candidate>),
    /// No index has the project.
    NotFound,
    /// The index refused to say (401, 403). In words: the index and the status.
    Forbidden(String),
    /// It cannot be known now, for example offline and not in the cache. In words: why.
    Unavailable(String),
}

/// One version of a project.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The version.
    pub version: Version,
    /// `Requires-Python` as the index states it; the resolver compares.
    pub requires_python: Option<Arc<VersionSpecifiers>>,
    /// `Some` if the version is yanked (PEP 592), with the reason that its maintainer gave.
    pub yanked: Option<Yanked>,
    /// `Some` if the version cannot be used for a reason that the provider knows.
    pub unusable: Option<Unusable>,
    /// Of the versions that fit, those of the lowest tier are tried first.
    pub tier: u32,
}

impl Candidate {
    /// A version that nothing speaks against.
    pub fn new(version: Version) -> Self {
        Self {
            version,
            requires_python: None,
            yanked: None,
            unusable: None,
            tier: 0,
        }
    }
}

/// That a version is yanked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Yanked {
    /// The maintainer's reason, if one was given.
    pub reason: Option<String>,
}

/// What is behind a URL.
#[derive(Debug, Clone)]
pub enum UrlTarget {
    /// This version of the project.
    Found(Version),
    /// Nothing that can be used.
    Unusable(Unusable),
}

/// What a release requires.
#[derive(Debug, Clone)]
pub enum Dependencies {
    /// As its metadata says.
    Found(Metadata),
    /// It cannot be known, so the release cannot be used.
    Unusable(Unusable),
}

/// The part of a release's core metadata that decides.
#[derive(Debug, Clone, Default)]
pub struct Metadata {
    /// `Requires-Dist`.
    pub requires: Vec<Requirement>,
    /// `Provides-Extra`.
    pub provides_extra: Vec<ExtraName>,
    /// `Requires-Python`.
    pub requires_python: Option<Arc<VersionSpecifiers>>,
}

/// Why a version cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unusable {
    /// Its wheels are for other interpreters or platforms, and there is no source distribution.
    /// In words: what the wheels are for (`cp39, win_amd64`), or empty.
    NoMatchingWheel(Words),
    /// Only a source distribution is there, and building is not allowed.
    BuildNotAllowed,
    /// Only wheels are there, and wheels are not allowed.
    WheelNotAllowed,
    /// It has no files.
    NoFiles,
    /// It was uploaded after the cut-off date. In words: when.
    TooNew(String),
    /// There is a cut-off date, and the index does not say when it was uploaded.
    NoUploadTime,
    /// Its metadata cannot be read, found or built. In words: why.
    NoMetadata(String),
    /// Something else. In words, as the rest of "`a` 1.0 …" (`is quarantined`).
    Other(String),
}

/// Words for people, made when somebody reads them: of the thousands of releases with the same fault
/// most are never spoken of. Two are equal when they read the same.
#[derive(Clone)]
pub struct Words(Arc<dyn fmt::Display + Send + Sync>);

impl Words {
    /// The words that a value shows.
    pub fn of(value: impl fmt::Display + Send + Sync + 'static) -> Self {
        Self(Arc::new(value))
    }
}

impl fmt::Display for Words {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to_string(), formatter)
    }
}

impl PartialEq for Words {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Words {}

impl PartialOrd for Words {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Words {
    fn cmp(&self, other: &Self) -> Ordering {
        self.to_string().cmp(&other.to_string())
    }
}

impl Hash for Words {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.to_string().hash(state);
    }
}
