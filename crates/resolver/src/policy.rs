//! The user's requirements, constraints and options, and what they say about single candidates.

use std::sync::Arc;

use tilsit_packaging::name::{ExtraName, ProjectName};
use tilsit_packaging::requirement::{Requirement, RequirementSource};
use tilsit_packaging::specifier::{Operator, VersionSpecifier, VersionSpecifiers};
use tilsit_packaging::version::Version;

use crate::candidate_set::{CandidateSet, Place};
use crate::facts::{ProjectFacts, Refusal, admits};
use crate::options::{PrereleaseMode, ResolutionMode, ResolverOptions, RootRequirement};
use crate::question::Candidate;

/// What does not change while a resolution is sought.
#[derive(Debug)]
pub(crate) struct Policy {
    pub(crate) requirements: Vec<RootRequirement>,
    pub(crate) constraints: Vec<RootRequirement>,
    pub(crate) options: ResolverOptions,
    /// The Python's version without pre-release: a release candidate counts as its release.
    python: Version,
}

impl Policy {
    pub(crate) fn new(
        requirements: Vec<RootRequirement>,
        constraints: Vec<RootRequirement>,
        options: ResolverOptions,
    ) -> Self {
        let python = options.environment.python_full_version().base();
        let mut policy = Self {
            requirements,
            constraints: Vec::new(),
            options,
            python,
        };
        policy.constraints = constraints
            .into_iter()
            .filter(|line| policy.applies(&line.requirement, None))
            .collect();
        policy
    }

    /// Whether the requirement's marker holds here, without extras or for one.
    ///
    /// A requirement that holds without extras belongs to the project itself, and is not repeated
    /// for its extras.
    pub(crate) fn applies(&self, requirement: &Requirement, extra: Option<&ExtraName>) -> bool {
        let environment = &self.options.environment;
        match extra {
            None => requirement.marker.evaluate(environment, &[]),
            Some(extra) => {
                requirement
                    .marker
                    .evaluate(environment, std::slice::from_ref(extra))
                    && !requirement.marker.evaluate(environment, &[])
            }
        }
    }

    /// Whether this Python is among those.
    ///
    /// An upper bound within this Python's major version does not count, as with uv: such bounds
    /// are guesses about Pythons yet to come, and to heed them means to fall back to old releases
    /// that forgot to guess. `<3` on Python 3 counts.
    pub(crate) fn python_fits(&self, requires_python: Option<&VersionSpecifiers>) -> bool {
        let fits = |specifier: &VersionSpecifier| {
            let is_guess = matches!(specifier.operator(), Operator::Less | Operator::LessEqual)
                && specifier
                    .version()
                    .is_some_and(|bound| *bound > Version::from_release(&[self.python.major()]));
            is_guess || specifier.contains(&self.python)
        };
        requires_python.is_none_or(|specifiers| specifiers.iter().all(fits))
    }

    /// All lines of the user that speak of the project, here.
    fn lines_about(&self, name: &ProjectName) -> impl Iterator<Item = &RootRequirement> {
        self.requirements
            .iter()
            .chain(&self.options.overrides)
            .chain(&self.constraints)
            .filter(move |line| line.requirement.name == *name)
            .filter(|line| self.applies(&line.requirement, None))
    }

    /// The requirements that stand in the place of all others on the project, if any.
    pub(crate) fn overrides(&self, name: &ProjectName) -> impl Iterator<Item = &RootRequirement> {
        self.options
            .overrides
            .iter()
            .filter(move |line| line.requirement.name == *name)
    }

    /// The URL that the user names for the project, and in which line.
    pub(crate) fn user_url(&self, name: &ProjectName) -> Option<(&RootRequirement, &str)> {
        self.lines_about(name)
            .find_map(|line| match &line.requirement.source {
                RequirementSource::Url(url) => Some((line, url.as_str())),
                RequirementSource::Specifiers(_) => None,
            })
    }

    /// Whether the user himself requires the project.
    fn is_direct(&self, name: &ProjectName) -> bool {
        self.requirements
            .iter()
            .any(|line| line.requirement.name == *name)
    }

    /// The constraint that excludes a version, as its place among the constraints.
    pub(crate) fn excluding_constraint(
        &self,
        name: &ProjectName,
        version: &Version,
    ) -> Option<usize> {
        self.constraints.iter().position(|line| {
            line.requirement.name == *name
                && matches!(line.requirement.source, RequirementSource::Specifiers(_))
                && !admits(&line.requirement, version)
        })
    }

    /// Why a candidate of an index cannot be used, if so.
    pub(crate) fn refusal(&self, name: &ProjectName, candidate: &Candidate) -> Option<Refusal> {
        let version = &candidate.version;
        if !self.python_fits(candidate.requires_python.as_ref()) {
            let specifiers = candidate.requires_python.clone().unwrap_or_default();
            return Some(Refusal::Python(specifiers));
        }
        if let Some(reason) = &candidate.unusable {
            return Some(Refusal::Unusable(reason.clone()));
        }
        if let Some(yanked) = &candidate.yanked
            && !self.is_pinned(name, version)
        {
            return Some(Refusal::Yanked(yanked.clone()));
        }
        if version.is_prerelease() && !self.admits_prereleases(name) {
            return Some(Refusal::Prerelease);
        }
        self.excluding_constraint(name, version)
            .map(Refusal::Constraint)
    }

    /// Whether the user, or a preference, names exactly this version (PEP 592: a yanked version
    /// is only for those).
    fn is_pinned(&self, name: &ProjectName, version: &Version) -> bool {
        self.options.preferences.get(name) == Some(version)
            || self
                .lines_about(name)
                .any(|line| match &line.requirement.source {
                    RequirementSource::Specifiers(specifiers) => specifiers.iter().any(|one| {
                        matches!(one.operator(), Operator::Equal | Operator::Arbitrary)
                            && !one.is_prefix()
                            && one.contains(version)
                    }),
                    RequirementSource::Url(_) => false,
                })
    }

    fn admits_prereleases(&self, name: &ProjectName) -> bool {
        match self.options.prereleases {
            PrereleaseMode::IfNecessary | PrereleaseMode::Allow => true,
            PrereleaseMode::Disallow => false,
            PrereleaseMode::Explicit => {
                self.options
                    .preferences
                    .get(name)
                    .is_some_and(Version::is_prerelease)
                    || self
                        .lines_about(name)
                        .any(|line| names_prerelease(&line.requirement))
            }
        }
    }

    /// Whether the oldest candidate of the project is the best.
    pub(crate) fn is_lowest(&self, name: &ProjectName) -> bool {
        match self.options.resolution {
            ResolutionMode::Highest => false,
            ResolutionMode::Lowest => true,
            ResolutionMode::LowestDirect => self.is_direct(name),
        }
    }

    /// The candidate to try first among those in the set.
    pub(crate) fn choose(
        &self,
        name: &ProjectName,
        facts: &ProjectFacts,
        set: &CandidateSet,
    ) -> Option<Place> {
        let count = facts.count();
        let usable = |index: u32| &facts.usable[index as usize];
        let place = |index| Place { index, count };
        if let Some(preferred) = self.options.preferences.get(name)
            && let Some(index) = set
                .places(count)
                .find(|&index| usable(index).version == *preferred)
        {
            return Some(place(index));
        }
        let lowest = self.is_lowest(name);
        let any_is_fine = self.options.prereleases == PrereleaseMode::Allow;
        // A release of an index before one that only another project's URL leads to, and a stable
        // one before a pre-release.
        let rank = |index: u32| {
            let candidate = usable(index);
            let prerelease = !any_is_fine && candidate.version.is_prerelease();
            (candidate.url.is_some(), prerelease)
        };
        let best = |places: &mut dyn Iterator<Item = u32>| {
            let mut best: Option<(u32, (bool, bool))> = None;
            for index in places {
                let rank = rank(index);
                if rank == (false, false) {
                    return Some(index);
                }
                if best.is_none_or(|(_, other)| rank < other) {
                    best = Some((index, rank));
                }
            }
            best.map(|(index, _)| index)
        };
        let index = if lowest {
            best(&mut set.places(count))
        } else {
            best(&mut set.places(count).rev())
        };
        index.map(place)
    }
}

/// Whether a requirement names a pre-release in a comparison that may admit one.
fn names_prerelease(requirement: &Requirement) -> bool {
    match &requirement.source {
        RequirementSource::Specifiers(specifiers) => specifiers.iter().any(|specifier| {
            specifier.operator() != Operator::NotEqual
                && specifier.version().is_some_and(Version::is_prerelease)
        }),
        RequirementSource::Url(_) => false,
    }
}

/// A URL as the resolver keeps it.
pub(crate) fn shared(url: &str) -> Arc<str> {
    Arc::from(url)
}
