//! The packages of the solver core: the user's requirements, projects, and extras as virtual
//! packages.

use std::cmp::Reverse;
use std::convert::Infallible;
use std::fmt;

use pubgrub::{Dependencies, DependencyProvider, PackageResolutionStatistics};
use tilsit_packaging::name::{ExtraName, ProjectName};

use crate::candidate_set::{CandidateSet, Place};
use crate::facts::Refusal;
use crate::priority::Priority;

/// What the solver core chooses a candidate for.
///
/// An extra is a package of its own with the candidates of its project: its candidate requires
/// the same candidate of the project, and what the extra adds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Package {
    /// The user; has one candidate, which requires what the user requires.
    User,
    /// A project without its extras.
    Project(ProjectName),
    /// One extra of a project.
    Extra(ProjectName, ExtraName),
}

impl Package {
    /// The project, unless it is the user.
    pub(crate) fn project(&self) -> Option<&ProjectName> {
        match self {
            Package::User => None,
            Package::Project(name) | Package::Extra(name, _) => Some(name),
        }
    }

    /// The extra, if it is one.
    pub(crate) fn extra(&self) -> Option<&ExtraName> {
        match self {
            Package::Extra(_, extra) => Some(extra),
            Package::User | Package::Project(_) => None,
        }
    }
}

impl fmt::Display for Package {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Package::User => formatter.write_str("the user"),
            Package::Project(name) => write!(formatter, "{name}"),
            Package::Extra(name, extra) => write!(formatter, "{name}[{extra}]"),
        }
    }
}

/// The types that the solver core works with.
///
/// The core's callbacks are not used: the resolver drives the core's state itself, because an
/// answer may not be there yet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Core;

const DRIVEN: &str = "the resolver drives the state of the solver core itself";

impl DependencyProvider for Core {
    type P = Package;
    type V = Place;
    type VS = CandidateSet;
    type Priority = (Priority, Reverse<u32>, bool);
    type M = Refusal;
    type Err = Infallible;

    fn prioritize(
        &self,
        _: &Package,
        _: &CandidateSet,
        _: &PackageResolutionStatistics,
    ) -> Self::Priority {
        unreachable!("{DRIVEN}")
    }

    fn choose_version(&self, _: &Package, _: &CandidateSet) -> Result<Option<Place>, Infallible> {
        unreachable!("{DRIVEN}")
    }

    fn get_dependencies(
        &self,
        _: &Package,
        _: &Place,
    ) -> Result<Dependencies<Package, CandidateSet, Refusal>, Infallible> {
        unreachable!("{DRIVEN}")
    }
}
