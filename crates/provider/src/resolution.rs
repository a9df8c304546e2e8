//! The answer: the releases, their files and hashes, and who required them.

use std::collections::BTreeSet;
use std::sync::Arc;

use tilsit_index_client::{IndexUrl, RemoteFile};
use tilsit_packaging::marker::Marker;
use tilsit_packaging::name::{ExtraName, ProjectName};
use tilsit_packaging::requirement::Requirement;
use tilsit_packaging::specifier::VersionSpecifiers;
use tilsit_packaging::version::Version;
use tilsit_resolver::{Dependency, Notice, RequiredBy};
use tilsit_simple_api::ProjectStatus;

/// The releases that are required; in each environment one for each project.
#[derive(Debug, Clone)]
pub struct Resolution {
    /// The chosen releases, sorted by name and version.
    pub pins: Vec<Pin>,
    /// The parts of the world that were answered apart, in a universal resolution that was divided.
    pub forks: Vec<Marker>,
    /// What their indexes say of chosen projects that are not simply active (PEP 792).
    pub statuses: Vec<(ProjectName, ProjectStatus)>,
    /// What the user should hear of, although there is an answer.
    pub notices: Vec<Notice>,
}

impl Resolution {
    /// The chosen release of a project; of several any one.
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
    /// The environments that it is for; all, for one environment.
    pub marker: Marker,
    /// The extras that are required of it.
    pub extras: BTreeSet<ExtraName>,
    /// Each requirement that led here, those of the user first.
    pub required_by: Vec<RequiredBy>,
    /// What it requires in turn, as its metadata says.
    pub requires: Vec<Requirement>,
    /// The pins that it requires in turn, and where.
    pub dependencies: Vec<Dependency>,
    /// The file to install here; in a universal resolution the one whose metadata was read.
    pub file: PinnedFile,
    /// In a universal resolution all files that may be taken, in the order of their page.
    pub files: Vec<PinnedFile>,
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
