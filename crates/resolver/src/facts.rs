//! What has been answered so far, and what follows from it under the user's options.
//!
//! A project's candidates are those that can be used at all, sorted, oldest first; the others are
//! kept with the reason, for explanations only. A specifier becomes a set of candidates here, once.

use std::fmt;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use tilsit_packaging::marker::Marker;
use tilsit_packaging::name::{ExtraName, ProjectName};
use tilsit_packaging::range::{Cut, VersionRange};
use tilsit_packaging::requirement::{Requirement, RequirementSource};
use tilsit_packaging::specifier::VersionSpecifiers;
use tilsit_packaging::version::Version;

use crate::candidate_set::CandidateSet;
use crate::policy::Policy;
use crate::question::{
    Answer, Candidate, Dependencies, Metadata, Release, Unusable, UrlTarget, Versions, Yanked,
};
use crate::scope::{Cover, condition};

/// Why a candidate is not one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It is for other Pythons.
    Python(Arc<VersionSpecifiers>),
    /// The provider cannot use it.
    Unusable(Unusable),
    /// It is yanked, and not pinned.
    Yanked(Yanked),
    /// It is a pre-release, and those are not allowed.
    Prerelease,
    /// A constraint of the user excludes it; the place of the constraint in the policy.
    Constraint(usize),
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{self:?}")
    }
}

/// A candidate that can be used.
#[derive(Debug, Clone)]
pub(crate) struct Usable {
    pub(crate) version: Version,
    pub(crate) url: Option<Arc<str>>,
    pub(crate) yanked: Option<Yanked>,
    /// Where it can be used, if it is for a part of the scope only.
    pub(crate) only: Option<Marker>,
    /// Those of the lowest tier are tried first.
    pub(crate) tier: u32,
}

/// Whether the index has the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Presence {
    Found,
    /// The user named a URL for it, so no index was asked.
    UrlOnly,
    NotFound,
    Forbidden(String),
    Unavailable(String),
}

/// The candidates of one project.
#[derive(Debug, Clone)]
pub(crate) struct ProjectFacts {
    pub(crate) presence: Presence,
    /// Sorted by version, oldest first; behind a URL after the same version of an index.
    pub(crate) usable: Vec<Usable>,
    /// Sorted by version, oldest first.
    pub(crate) refused: Vec<(Version, Refusal)>,
    /// URLs that yield nothing usable.
    pub(crate) refused_urls: Vec<(Arc<str>, Unusable)>,
    sets: FxHashMap<RequirementSource, CandidateSet>,
    /// Where all this holds: in the scope that it was found out for, and in all parts of it unless
    /// something was said of a part.
    scope: Marker,
    is_same_in_parts: bool,
}

impl ProjectFacts {
    /// How many candidates there are.
    pub(crate) fn count(&self) -> u32 {
        u32::try_from(self.usable.len()).expect("fewer than 2^32 versions of a project")
    }

    /// The candidates that a requirement admits.
    pub(crate) fn set(&mut self, source: &RequirementSource) -> CandidateSet {
        if let Some(set) = self.sets.get(source) {
            return set.clone();
        }
        let set = self.compute_set(source);
        self.sets.insert(source.clone(), set.clone());
        set
    }

    /// As [`Self::set`], without remembering.
    pub(crate) fn compute_set(&self, source: &RequirementSource) -> CandidateSet {
        match source {
            RequirementSource::Specifiers(specifiers) if has_texts(specifiers) => {
                self.set_where(|candidate| specifiers.contains(&candidate.version))
            }
            RequirementSource::Specifiers(specifiers) => self.set_within(specifiers),
            RequirementSource::Url(url) => {
                self.set_where(|candidate| candidate.url.as_deref() == Some(url.as_str()))
            }
        }
    }

    fn set_where(&self, contains: impl Fn(&Usable) -> bool) -> CandidateSet {
        CandidateSet::from_places(self.count(), |index| contains(&self.usable[index as usize]))
    }

    /// The candidates are sorted, so it is enough to find where the stretches of the range begin and
    /// end.
    fn set_within(&self, specifiers: &VersionSpecifiers) -> CandidateSet {
        let range = VersionRange::from(specifiers);
        let count = self.count();
        let place = |cut: &Cut| {
            let is_before = |candidate: &Usable| !cut.is_below(&candidate.version);
            let place = self.usable.partition_point(is_before);
            u32::try_from(place).expect("no place is behind the last candidate")
        };
        let stretches = range.stretches();
        let segments = stretches.map(|(lower, upper)| {
            let (start, end) = (lower.map(&place), upper.map(&place));
            (start.unwrap_or(0), end.unwrap_or(count))
        });
        CandidateSet::from_segments(count, segments)
    }
}

/// Whether a comparison is one of texts, which no range of versions stands for.
fn has_texts(specifiers: &VersionSpecifiers) -> bool {
    specifiers.iter().any(|one| one.text().is_some())
}

/// What a release requires.
#[derive(Debug, Clone)]
struct KnownDependencies {
    answer: Arc<Dependencies>,
    /// What applies somewhere, by itself or for one extra.
    conditions: Vec<(Option<ExtraName>, Conditions)>,
}

/// Requirements, and where each applies.
pub(crate) type Conditions = Arc<[(Arc<Requirement>, Marker)]>;

/// Everything that has been answered.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    versions: FxHashMap<ProjectName, Arc<Versions>>,
    urls: FxHashMap<ProjectName, Vec<(Arc<str>, UrlTarget)>>,
    dependencies: FxHashMap<Release, KnownDependencies>,
    projects: FxHashMap<ProjectName, ProjectFacts>,
}

impl Facts {
    /// Takes in an answer. Returns the project if its candidates, already in use, are others now:
    /// whoever holds sets of them must start afresh.
    pub(crate) fn learn(&mut self, answer: Answer) -> Option<ProjectName> {
        match answer {
            Answer::Versions(name, versions) => {
                self.versions.entry(name).or_insert(Arc::new(versions));
                None
            }
            Answer::Url(name, url, target) => {
                let known = self.urls.entry(name.clone()).or_default();
                if known.iter().any(|(other, _)| *other == url) {
                    return None;
                }
                known.push((url, target));
                self.projects.remove(&name).map(|_| name)
            }
            Answer::Dependencies(release, dependencies) => {
                let known = self.dependencies.entry(release);
                known.or_insert_with(|| KnownDependencies {
                    answer: Arc::new(dependencies),
                    conditions: Vec::new(),
                });
                None
            }
        }
    }

    /// Forgets what followed from the answers in another scope and may not hold in this one.
    pub(crate) fn enter_scope(&mut self, scope: Marker) {
        self.projects
            .retain(|_, facts| facts.is_same_in_parts && scope.implies(facts.scope));
    }

    /// Whether the versions of a project are known.
    pub(crate) fn knows_versions(&self, name: &ProjectName) -> bool {
        self.versions.contains_key(name)
    }

    /// Whether it is known what is behind a URL.
    pub(crate) fn knows_url(&self, name: &ProjectName, url: &str) -> bool {
        self.urls
            .get(name)
            .is_some_and(|known| known.iter().any(|(other, _)| &**other == url))
    }

    /// What a release requires, if it is known.
    pub(crate) fn dependencies(&self, release: &Release) -> Option<&Arc<Dependencies>> {
        self.dependencies.get(release).map(|known| &known.answer)
    }

    /// Which of the requirements of a release apply somewhere, by itself or for one extra, and where:
    /// the same in all scopes.
    pub(crate) fn conditions(
        &mut self,
        release: &Release,
        extra: Option<&ExtraName>,
    ) -> Conditions {
        let Some(known) = self.dependencies.get_mut(release) else {
            return Arc::default();
        };
        let mut conditions = known.conditions.iter();
        if let Some((_, found)) = conditions.find(|(other, _)| other.as_ref() == extra) {
            return Arc::clone(found);
        }
        let Dependencies::Found(metadata) = known.answer.as_ref() else {
            return Arc::default();
        };
        let all = metadata.requires.iter();
        let all = all.map(|one| (one, condition(one.marker, extra)));
        let applying = all.filter(|(_, marker)| !marker.is_false());
        let found: Conditions = applying
            .map(|(one, marker)| (Arc::new(one.clone()), marker))
            .collect();
        known.conditions.push((extra.cloned(), Arc::clone(&found)));
        found
    }

    /// The metadata of a release, if it is known and can be used.
    pub(crate) fn metadata(&self, release: &Release) -> Option<&Metadata> {
        match self.dependencies.get(release)?.answer.as_ref() {
            Dependencies::Found(metadata) => Some(metadata),
            Dependencies::Unusable(_) => None,
        }
    }

    /// The candidates of a project, once [`Self::prepare`] has seen it.
    pub(crate) fn project(&self, name: &ProjectName) -> Option<&ProjectFacts> {
        self.projects.get(name)
    }

    /// Makes the candidates of a project ready under the policy. All that is needed must be known:
    /// its versions, unless the user named a URL for it, and the URLs in `source`.
    pub(crate) fn prepare(&mut self, name: &ProjectName, policy: &Policy) -> &mut ProjectFacts {
        if !self.projects.contains_key(name) {
            let facts = self.judge(name, policy);
            self.projects.insert(name.clone(), facts);
        }
        self.projects
            .get_mut(name)
            .expect("the project was just made ready")
    }

    fn judge(&self, name: &ProjectName, policy: &Policy) -> ProjectFacts {
        let mut facts = ProjectFacts {
            presence: Presence::UrlOnly,
            usable: Vec::new(),
            refused: Vec::new(),
            refused_urls: Vec::new(),
            sets: FxHashMap::default(),
            scope: policy.scope.marker(),
            is_same_in_parts: !policy.speaks_of_part(name),
        };
        if policy.user_url(name).is_none() {
            facts.presence = match self.versions.get(name).map(AsRef::as_ref) {
                Some(Versions::Found(candidates)) => {
                    for candidate in candidates {
                        facts.judge_candidate(name, candidate, policy);
                    }
                    Presence::Found
                }
                Some(Versions::Forbidden(words)) => Presence::Forbidden(words.clone()),
                Some(Versions::Unavailable(words)) => Presence::Unavailable(words.clone()),
                Some(Versions::NotFound) | None => Presence::NotFound,
            };
        }
        for (url, target) in self.urls.get(name).into_iter().flatten() {
            match target {
                UrlTarget::Found(version) => {
                    match policy.excluding_constraint(name, version, Some(url)) {
                        Some(index) => facts
                            .refused
                            .push((version.clone(), Refusal::Constraint(index))),
                        None => facts.usable.push(Usable {
                            version: version.clone(),
                            url: Some(url.clone()),
                            yanked: None,
                            only: None,
                            tier: 0,
                        }),
                    }
                }
                UrlTarget::Unusable(reason) => {
                    facts.refused_urls.push((url.clone(), reason.clone()));
                }
            }
        }
        facts.sort();
        facts
    }
}

impl ProjectFacts {
    fn judge_candidate(&mut self, name: &ProjectName, candidate: &Candidate, policy: &Policy) {
        let version = candidate.version.clone();
        let pythons = candidate.requires_python.as_ref();
        let pythons = policy.scope.shared_python_cover(pythons);
        let only = match pythons {
            Cover::Part(marker) => Some(marker),
            Cover::All | Cover::Nothing => None,
        };
        self.is_same_in_parts &= only.is_none();
        match policy.refusal(name, candidate, pythons) {
            Some(refusal) => self.refused.push((version, refusal)),
            None => self.usable.push(Usable {
                version,
                url: None,
                yanked: candidate.yanked.clone(),
                tier: candidate.tier,
                only,
            }),
        }
    }

    fn sort(&mut self) {
        self.usable
            .sort_by(|a, b| (&a.version, &a.url).cmp(&(&b.version, &b.url)));
        self.usable
            .dedup_by(|a, b| a.version == b.version && a.url == b.url);
        self.refused.sort_by(|a, b| a.0.cmp(&b.0));
        self.refused.dedup_by(|a, b| a.0 == b.0);
    }
}

/// Whether a requirement admits a version by its specifiers.
pub(crate) fn admits(requirement: &Requirement, version: &Version) -> bool {
    match &requirement.source {
        RequirementSource::Specifiers(specifiers) => specifiers.contains(version),
        RequirementSource::Url(_) => false,
    }
}

#[cfg(test)]
mod tests;
