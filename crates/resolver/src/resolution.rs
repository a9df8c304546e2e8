//! The answer: the releases that are chosen, where each is in force, and who required it.

use std::collections::BTreeSet;
use std::sync::Arc;

use tilsit_packaging::marker::Marker;
use tilsit_packaging::name::{ExtraName, ProjectName};
use tilsit_packaging::requirement::Requirement;
use tilsit_packaging::version::Version;

use crate::options::Origin;
use crate::question::{Release, Yanked};

/// The chosen releases: in each environment one version of each project that is required there.
#[derive(Debug, Clone)]
pub struct Resolution {
    /// The chosen releases, sorted by name and version. For one environment a project has one; in a
    /// universal resolution it may have several, whose markers exclude each other.
    pub pins: Vec<Pin>,
    /// The parts of the world that were answered apart, in a universal resolution that was divided.
    pub forks: Vec<Marker>,
    /// What the user should hear of, although there is an answer.
    pub notices: Vec<Notice>,
}

impl Resolution {
    /// The chosen release of a project; of several any one.
    pub fn pin(&self, name: &ProjectName) -> Option<&Pin> {
        self.pins
            .binary_search_by(|pin| pin.name.cmp(name))
            .ok()
            .map(|index| &self.pins[index])
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
    /// The environments that it is for; all, for one environment. Says nothing about Pythons that a
    /// universal resolution is not for.
    pub marker: Marker,
    /// The extras that are required of it.
    pub extras: BTreeSet<ExtraName>,
    /// Each requirement that led here, those of the user first.
    pub required_by: Vec<RequiredBy>,
    /// The releases that it requires in turn, sorted.
    pub dependencies: Vec<Dependency>,
}

/// An edge of the graph: which release a pin requires, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// What is required; a pin of the same resolution.
    pub release: Release,
    /// The extras that are required of it.
    pub extras: Vec<ExtraName>,
    /// The extra of the pin that requires it, if it is one.
    pub for_extra: Option<ExtraName>,
    /// Where the pin requires it: says nothing about environments that the pin is not for.
    pub marker: Marker,
}

impl Pin {
    /// The release, as questions name it.
    pub fn release(&self) -> Release {
        Release {
            name: self.name.clone(),
            version: self.version.clone(),
            url: self.url.clone(),
        }
    }
}

/// An edge of the graph: who required a pin, and in which words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequiredBy {
    /// Who.
    pub requirer: Requirer,
    /// The requirement as it was written, with its marker.
    pub requirement: Requirement,
}

/// Who states a requirement.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Requirer {
    /// The user, at this place.
    User(Origin),
    /// Another pin, by itself or for one of its extras.
    Project(ProjectName, Option<ExtraName>),
}

/// Something that is worth a word to the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// An extra was required that the release does not have. The rest is resolved without it.
    UnknownExtra {
        /// The release.
        release: Release,
        /// The extra.
        extra: ExtraName,
    },
    /// A yanked release was chosen, because it is pinned.
    Yanked {
        /// The release.
        release: Release,
        /// What its maintainer says.
        yanked: Yanked,
    },
}
