//! The answer: the releases, their files and hashes, and who required them.

use std::collections::BTreeSet;
use std::sync::Arc;

use tilsit_index_client::{IndexUrl, RemoteFile};
use tilsit_packaging::name::{ExtraName, ProjectName};
use tilsit_packaging::requirement::Requirement;
use tilsit_packaging::specifier::VersionSpecifiers;
use tilsit_packaging::version::Version;
use tilsit_resolver::{Notice, RequiredBy};

/// One release for each project that is required, sorted by name.
#[derive(Debug, Clone)]
pub struct Resolution {
    /// The chosen releases.
    pub pins: Vec<Pin>,
    /// What the user should hear of, although there is an answer.
    pub notices: Vec<Notice>,
}

impl Resolution {
    /// The chosen release of a project.
    pub fn pin(&self, name: &ProjectName) -> Option<&Pin> {
        let place = self.pins.binary_search_by(|pin| pin.name.cmp(name));
        place.ok().map(|place| &self.pins[place])
    }
}

/// A chosen release.
#[derive(Debug, Clone)]
pub struct Pin {
    /// The project.
    pub name: ProjectName,
    /// The version.
    pub version: Version,
    /// The URL, if a requirement named one.
    pub url: Option<Arc<str>>,
    /// The extras that are required of it.
    pub extras: BTreeSet<ExtraName>,
    /// Each requirement that led here, those of the user first.
    pub required_by: Vec<RequiredBy>,
    /// What it requires in turn, as its metadata says.
    pub requires: Vec<Requirement>,
    /// The file to install here.
    pub file: PinnedFile,
    /// The hashes of all files of the release, as `algorithm:digest`, sorted.
    pub hashes: Vec<String>,
    /// The index that it comes from; `None` for a URL or a file of `find-links` alone.
    pub index: Option<IndexUrl>,
}

/// The file of a release to install here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinnedFile {
    /// Where it is, and what must be true of it.
    pub remote: RemoteFile,
    /// Whether it is a wheel; else it has to be built first.
    pub is_wheel: bool,
    /// The Python versions that it is for.
    pub requires_python: Option<VersionSpecifiers>,
}
