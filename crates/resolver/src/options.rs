//! What the caller asks for: requirements with the place they were written, and how to choose.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use tilsit_packaging::marker::{Marker, MarkerEnvironment};
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::requirement::Requirement;
use tilsit_packaging::specifier::VersionSpecifiers;
use tilsit_packaging::version::Version;

use crate::scope;

/// A requirement, constraint or override of the user, and where it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootRequirement {
    /// What is required.
    pub requirement: Requirement,
    /// Where the user wrote it.
    pub origin: Origin,
}

impl RootRequirement {
    /// A requirement that was written at `origin`.
    pub fn new(requirement: Requirement, origin: impl Into<Origin>) -> Self {
        Self {
            requirement,
            origin: origin.into(),
        }
    }
}

/// Where the user wrote a line, in words for an explanation: ``requirements.in, line 3``,
/// ``the command line``. May be empty when there is nothing to say.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(Arc<str>);

impl Origin {
    /// The words.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Origin {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Origin {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// When a pre-release may be chosen. The names are those of uv ≥ 0.12.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PrereleaseMode {
    /// The best stable release that fits; a pre-release only where no stable release fits all
    /// that is required, whoever requires it.
    #[default]
    IfNecessary,
    /// As `IfNecessary` for the projects that the user requires with a pre-release in the
    /// specifier (`a>=2.0b1`); never for any other.
    Explicit,
    /// Pre-releases are releases like any other.
    Allow,
    /// Never.
    Disallow,
}

/// Which of the candidates that fit is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ResolutionMode {
    /// The newest.
    #[default]
    Highest,
    /// The oldest.
    Lowest,
    /// The oldest of what the user requires, the newest of everything else.
    LowestDirect,
}

/// What a resolution is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// One interpreter on one machine. Its `python_full_version` is held against
    /// `Requires-Python`.
    Environment(MarkerEnvironment),
    /// Many at once.
    Universal(Universal),
}

/// The environments of a universal resolution.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Universal {
    /// The versions of Python.
    pub requires_python: VersionSpecifiers,
    /// The environments among them, each resolved by itself from the start; none means all.
    pub environments: Vec<Marker>,
}

impl Universal {
    /// All environments that the resolution is for, on the platforms that there are.
    pub fn world(&self) -> Marker {
        let whole = scope::universe(self);
        let named = self.environments.iter();
        let named = named.fold(Marker::FALSE, |named, environment| {
            named.or(environment.without_extras())
        });
        if self.environments.is_empty() {
            whole
        } else {
            whole.and(named)
        }
    }
}

/// Versions to choose where they fit, the best first: those of a lock or of the installed set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preferences(BTreeMap<ProjectName, Vec<(Marker, Version)>>);

impl Preferences {
    /// Prefers a version everywhere.
    pub fn add(&mut self, name: ProjectName, version: Version) {
        self.add_where(name, version, Marker::TRUE);
    }

    /// Prefers a version in the environments in which a marker holds.
    pub fn add_where(&mut self, name: ProjectName, version: Version, marker: Marker) {
        self.0.entry(name).or_default().push((marker, version));
    }

    /// The versions of a project, and where each is preferred.
    pub fn of(&self, name: &ProjectName) -> &[(Marker, Version)] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }
}

impl FromIterator<(ProjectName, Version)> for Preferences {
    fn from_iter<I: IntoIterator<Item = (ProjectName, Version)>>(versions: I) -> Self {
        let mut preferences = Self::default();
        for (name, version) in versions {
            preferences.add(name, version);
        }
        preferences
    }
}

/// How to resolve.
#[derive(Debug, Clone)]
pub struct ResolverOptions {
    /// For which environments.
    pub target: Target,
    /// When a pre-release may be chosen.
    pub prereleases: PrereleaseMode,
    /// The same for single projects.
    pub prereleases_of: BTreeMap<ProjectName, PrereleaseMode>,
    /// Which of the candidates that fit is chosen.
    pub resolution: ResolutionMode,
    /// Projects that count as required by the user, besides those of his lines: what the projects
    /// require that he works on.
    pub direct: BTreeSet<ProjectName>,
    /// Versions to choose where they fit. A yanked version that is preferred may stay.
    pub preferences: Preferences,
    /// Requirements that stand in the place of every requirement on the same project.
    pub overrides: Vec<RootRequirement>,
}

impl ResolverOptions {
    /// The newest stable releases for one environment, without preferences or overrides.
    pub fn new(environment: MarkerEnvironment) -> Self {
        Self::for_target(Target::Environment(environment))
    }

    /// The newest stable releases for a target, without preferences or overrides.
    pub fn for_target(target: Target) -> Self {
        Self {
            target,
            prereleases: PrereleaseMode::default(),
            prereleases_of: BTreeMap::new(),
            resolution: ResolutionMode::default(),
            direct: BTreeSet::new(),
            preferences: Preferences::default(),
            overrides: Vec::new(),
        }
    }
}
