//! What the caller asks for: requirements with the place they were written, and how to choose.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use tilsit_packaging::marker::MarkerEnvironment;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::requirement::Requirement;
use tilsit_packaging::version::Version;

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

/// How to resolve.
#[derive(Debug, Clone)]
pub struct ResolverOptions {
    /// The environment for which markers are evaluated; its `python_full_version` is held against
    /// `Requires-Python`.
    pub environment: MarkerEnvironment,
    /// When a pre-release may be chosen.
    pub prereleases: PrereleaseMode,
    /// Which of the candidates that fit is chosen.
    pub resolution: ResolutionMode,
    /// Versions to choose where they fit: those of a lock or of the installed set. A yanked
    /// version that is preferred may stay.
    pub preferences: BTreeMap<ProjectName, Version>,
    /// Requirements that stand in the place of every requirement on the same project.
    pub overrides: Vec<RootRequirement>,
}

impl ResolverOptions {
    /// The newest stable releases for one environment, without preferences or overrides.
    pub fn new(environment: MarkerEnvironment) -> Self {
        Self {
            environment,
            prereleases: PrereleaseMode::default(),
            resolution: ResolutionMode::default(),
            preferences: BTreeMap::new(),
            overrides: Vec::new(),
        }
    }
}
