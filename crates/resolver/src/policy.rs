//! The user's requirements, constraints and options, and what they say about single candidates, in
//! the environments that a search is for.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use tilsit_packaging::marker::Marker;
use tilsit_packaging::name::{ExtraName, ProjectName};
use tilsit_packaging::requirement::{Requirement, RequirementSource};
use tilsit_packaging::specifier::Operator;
use tilsit_packaging::version::Version;

use crate::candidate_set::{CandidateSet, Place};
use crate::facts::{ProjectFacts, Refusal, admits};
use crate::options::{
    Preferences, PrereleaseMode, ResolutionMode, ResolverOptions, RootRequirement,
};
use crate::question::Candidate;
use crate::scope::{Cover, Scope};

/// Where lines of the user speak of each project.
#[derive(Debug, Clone, Default)]
struct Places(FxHashMap<ProjectName, Vec<usize>>);

impl Places {
    fn of(lines: &[RootRequirement]) -> Self {
        let mut places = Self::default();
        for (place, line) in lines.iter().enumerate() {
            let known = places.0.entry(line.requirement.name.clone());
            known.or_default().push(place);
        }
        places
    }

    /// The lines among these that speak of a project.
    fn among<'a>(
        &'a self,
        lines: &'a [RootRequirement],
        name: &ProjectName,
    ) -> impl Iterator<Item = (usize, &'a RootRequirement)> + use<'a> {
        let places = self.0.get(name).map_or(&[][..], Vec::as_slice);
        places.iter().map(|&place| (place, &lines[place]))
    }
}

/// Where the user's lines speak of each project, in whatever scope.
#[derive(Debug)]
struct AllPlaces {
    requirements: Places,
    constraints: Places,
    overrides: Places,
}

/// What does not change while an answer for a scope is sought.
#[derive(Debug, Clone)]
pub(crate) struct Policy {
    pub(crate) requirements: Arc<[RootRequirement]>,
    /// The requirements in them.
    pub(crate) shared_requirements: Arc<[Arc<Requirement>]>,
    all_constraints: Arc<[RootRequirement]>,
    places: Arc<AllPlaces>,
    pub(crate) options: Arc<ResolverOptions>,
    /// The environments that the answer is for.
    pub(crate) scope: Scope,
    /// The constraints that hold in the whole scope.
    pub(crate) constraints: Vec<RootRequirement>,
    places_of_constraints: Places,
    /// What was chosen for other parts of the world, the latest part first.
    elsewhere: Preferences,
}

impl Policy {
    pub(crate) fn new(
        requirements: Vec<RootRequirement>,
        constraints: Vec<RootRequirement>,
        options: ResolverOptions,
        scope: Scope,
    ) -> Self {
        let places = AllPlaces {
            requirements: Places::of(&requirements),
            constraints: Places::of(&constraints),
            overrides: Places::of(&options.overrides),
        };
        let shared = requirements.iter().map(|line| &line.requirement);
        Self {
            shared_requirements: shared.cloned().map(Arc::new).collect(),
            requirements: requirements.into(),
            all_constraints: constraints.into(),
            places: Arc::new(places),
            options: Arc::new(options),
            scope: scope.clone(),
            constraints: Vec::new(),
            places_of_constraints: Places::default(),
            elsewhere: Preferences::default(),
        }
        .under(scope, Preferences::default())
    }

    /// The same in another scope, with what was chosen elsewhere.
    pub(crate) fn under(&self, scope: Scope, elsewhere: Preferences) -> Self {
        let holds = |line: &&RootRequirement| scope.cover(line.requirement.marker) == Cover::All;
        let constraints: Vec<RootRequirement> =
            self.all_constraints.iter().filter(holds).cloned().collect();
        Self {
            requirements: Arc::clone(&self.requirements),
            shared_requirements: Arc::clone(&self.shared_requirements),
            all_constraints: Arc::clone(&self.all_constraints),
            places: Arc::clone(&self.places),
            options: Arc::clone(&self.options),
            places_of_constraints: Places::of(&constraints),
            constraints,
            scope,
            elsewhere,
        }
    }

    /// Whether the requirement applies somewhere in the scope, without extras or for one.
    pub(crate) fn applies(&self, requirement: &Requirement, extra: Option<&ExtraName>) -> bool {
        self.scope.condition(requirement, extra).is_some()
    }

    /// The markers of the user's lines about the project that hold in a part of the scope only and
    /// change what is admitted: constraints, and (if asked) URLs.
    pub(crate) fn partial_lines(
        &self,
        name: &ProjectName,
        with_urls: bool,
    ) -> impl Iterator<Item = Marker> + '_ {
        let urls = self.requirements_about(name);
        let urls = urls.filter(move |line| with_urls && line.requirement.url().is_some());
        self.all_constraints_about(name)
            .chain(urls)
            .map(|line| line.requirement.marker)
            .filter(|marker| matches!(self.scope.cover(*marker), Cover::Part(_)))
    }

    /// Whether a line of the user, or a preference, speaks of the project in a part of the scope only.
    pub(crate) fn speaks_of_part(&self, name: &ProjectName) -> bool {
        let lines = self.requirements_about(name).chain(self.overrides(name));
        let lines = lines.chain(self.all_constraints_about(name));
        let preferences = self.options.preferences.of(name).iter();
        lines
            .map(|line| line.requirement.marker)
            .chain(preferences.map(|(marker, _)| *marker))
            .flat_map(|marker| [marker, marker.with_extras(&[])])
            .any(|marker| matches!(self.scope.cover(marker), Cover::Part(_)))
    }

    /// All lines of the user that speak of the project, here.
    fn lines_about(&self, name: &ProjectName) -> impl Iterator<Item = &RootRequirement> {
        let constraints = self.places_of_constraints.among(&self.constraints, name);
        self.requirements_about(name)
            .chain(self.overrides(name))
            .chain(constraints.map(|(_, line)| line))
            .filter(|line| self.applies(&line.requirement, None))
    }

    fn requirements_about<'a>(
        &'a self,
        name: &ProjectName,
    ) -> impl Iterator<Item = &'a RootRequirement> + use<'a> {
        let lines = self.places.requirements.among(&self.requirements, name);
        lines.map(|(_, line)| line)
    }

    fn all_constraints_about<'a>(
        &'a self,
        name: &ProjectName,
    ) -> impl Iterator<Item = &'a RootRequirement> + use<'a> {
        let lines = self.places.constraints.among(&self.all_constraints, name);
        lines.map(|(_, line)| line)
    }

    /// The requirements that stand in the place of all others on the project, if any.
    pub(crate) fn overrides(&self, name: &ProjectName) -> impl Iterator<Item = &RootRequirement> {
        let lines = self.places.overrides.among(&self.options.overrides, name);
        lines.map(|(_, line)| line)
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
        self.options.direct.contains(name) || self.requirements_about(name).next().is_some()
    }

    /// The constraint that excludes a version, or what is at a URL, as its place among the
    /// constraints. A constraint with a URL leaves nothing else.
    pub(crate) fn excluding_constraint(
        &self,
        name: &ProjectName,
        version: &Version,
        url: Option<&str>,
    ) -> Option<usize> {
        let lines = self.places_of_constraints.among(&self.constraints, name);
        let mut excluding = lines.filter(|(_, line)| match &line.requirement.source {
            RequirementSource::Specifiers(_) => !admits(&line.requirement, version),
            RequirementSource::Url(only) => url.is_some_and(|url| url != only),
        });
        excluding.next().map(|(place, _)| place)
    }

    /// Why a candidate of an index that is for these Pythons cannot be used, if so.
    pub(crate) fn refusal(
        &self,
        name: &ProjectName,
        candidate: &Candidate,
        pythons: Cover,
    ) -> Option<Refusal> {
        let version = &candidate.version;
        if pythons == Cover::Nothing {
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
        self.excluding_constraint(name, version, None)
            .map(Refusal::Constraint)
    }

    /// The versions that the user prefers, the best first.
    fn preferred(&self, name: &ProjectName) -> impl Iterator<Item = &Version> {
        let preferences = self.options.preferences.of(name).iter();
        preferences
            .filter(|(marker, _)| self.scope.cover(*marker) != Cover::Nothing)
            .map(|(_, version)| version)
    }

    /// Whether the user, or a preference, names exactly this version (PEP 592: a yanked version
    /// is only for those).
    fn is_pinned(&self, name: &ProjectName, version: &Version) -> bool {
        self.preferred(name).any(|preferred| preferred == version)
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

    fn prereleases(&self, name: &ProjectName) -> PrereleaseMode {
        let own = self.options.prereleases_of.get(name);
        own.copied().unwrap_or(self.options.prereleases)
    }

    fn admits_prereleases(&self, name: &ProjectName) -> bool {
        match self.prereleases(name) {
            PrereleaseMode::IfNecessary | PrereleaseMode::Allow => true,
            PrereleaseMode::Disallow => false,
            PrereleaseMode::Explicit => {
                self.preferred(name).any(Version::is_prerelease)
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
        let any_is_fine = self.prereleases(name) == PrereleaseMode::Allow;
        // Fewer versions in all are better than a newer one here and there.
        let elsewhere = self.elsewhere.of(name).iter().map(|(_, version)| version);
        let elsewhere = elsewhere.filter(|version| any_is_fine || !version.is_prerelease());
        for preferred in self.preferred(name).chain(elsewhere) {
            let mut places = set.places(count);
            if let Some(index) = places.find(|&index| usable(index).version == *preferred) {
                return Some(place(index));
            }
        }
        let lowest = self.is_lowest(name);
        // A release of an index before one that only another project's URL leads to, the tiers in
        // their order, and a stable one before a pre-release.
        let rank = |index: u32| {
            let candidate = usable(index);
            let prerelease = !any_is_fine && candidate.version.is_prerelease();
            (candidate.url.is_some(), candidate.tier, prerelease)
        };
        let best = |places: &mut dyn Iterator<Item = u32>| {
            let mut best: Option<(u32, (bool, u32, bool))> = None;
            for index in places {
                let rank = rank(index);
                if rank == (false, 0, false) {
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
