//! From the solver core's proof to the links it rests on.
//!
//! A proof is a graph of derivations whose leaves are facts: a candidate needs something, or
//! cannot be used. The leaves suffice to see that there is no answer; how the core combined them
//! is of no use to a reader. The graph shares nodes, so each is visited once.

use std::collections::BTreeSet;
use std::sync::Arc;

use pubgrub::{DerivationTree, External, VersionSet};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::candidate_set::{CandidateSet, Place};
use crate::facts::{Facts, ProjectFacts, Refusal};
use crate::needs::{Need, needs};
use crate::package::Package;
use crate::policy::Policy;
use crate::search::Proof;

/// Candidates of a package that share a need.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    pub(crate) from: Package,
    pub(crate) places: BTreeSet<u32>,
    pub(crate) need: Need,
}

/// Candidates of a package that cannot be used after all.
#[derive(Debug, Clone)]
pub(crate) struct Refused {
    pub(crate) package: Package,
    pub(crate) places: BTreeSet<u32>,
    pub(crate) refusal: Refusal,
}

/// All that a proof rests on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Grounds {
    pub(crate) links: Vec<Link>,
    pub(crate) refused: Vec<Refused>,
    /// Where a link stands.
    known: FxHashMap<(Package, Need), usize>,
}

impl Grounds {
    /// The user's lines among them, in the order of writing.
    pub(crate) fn lines(&self) -> Vec<usize> {
        let lines: BTreeSet<usize> = self
            .links
            .iter()
            .filter_map(|link| link.need.line)
            .collect();
        lines.into_iter().collect()
    }
}

/// Who needs whom, and which candidates of it are admitted.
type Dependency = (Package, Package, CandidateSet);

/// The links that a proof rests on.
pub(crate) fn grounds(policy: &Policy, facts: &mut Facts, proof: &Proof) -> Grounds {
    let mut grounds = Grounds::default();
    // The core merges candidates with the same dependency one by one; the last merger is enough.
    let mut merged: Vec<(Dependency, CandidateSet)> = Vec::new();
    let mut known: FxHashMap<Dependency, usize> = FxHashMap::default();
    let mut seen: FxHashSet<*const Proof> = FxHashSet::default();
    let mut stack: Vec<&Proof> = vec![proof];
    while let Some(node) = stack.pop() {
        match node {
            DerivationTree::External(External::NotRoot(..) | External::NoVersions(..)) => {}
            DerivationTree::External(External::Custom(package, set, refusal)) => {
                add_refused(facts, &mut grounds, package, set, refusal);
            }
            DerivationTree::External(External::FromDependencyOf(from, set, to, admitted)) => {
                let dependency = (from.clone(), to.clone(), admitted.clone());
                let index = *known.entry(dependency.clone()).or_insert(merged.len());
                match merged.get_mut(index) {
                    Some((_, places)) => *places = places.union(set),
                    None => merged.push((dependency, set.clone())),
                }
            }
            DerivationTree::Derived(derived) => {
                for cause in [&derived.cause2, &derived.cause1] {
                    if seen.insert(Arc::as_ptr(cause)) {
                        stack.push(cause);
                    }
                }
            }
        }
    }
    for ((from, to, admitted), set) in &merged {
        let count = count(facts, from);
        for index in set.places(count) {
            let place = Place { index, count };
            add_needs(policy, facts, &mut grounds, from, place, (to, admitted));
        }
    }
    grounds
}

fn add_refused(
    facts: &Facts,
    grounds: &mut Grounds,
    package: &Package,
    set: &CandidateSet,
    refusal: &Refusal,
) {
    let places: BTreeSet<u32> = set.places(count(facts, package)).collect();
    match grounds
        .refused
        .iter_mut()
        .find(|other| other.package == *package && other.refusal == *refusal)
    {
        Some(other) => other.places.extend(places),
        None => grounds.refused.push(Refused {
            package: package.clone(),
            places,
            refusal: refusal.clone(),
        }),
    }
}

/// Adds the needs of one candidate that led to the dependency.
fn add_needs(
    policy: &Policy,
    facts: &mut Facts,
    grounds: &mut Grounds,
    from: &Package,
    place: Place,
    (to, admitted): (&Package, &CandidateSet),
) {
    let lines: Vec<usize> = (0..policy.requirements.len()).collect();
    let Ok(needs) = needs(policy, facts, &lines, from, place) else {
        return;
    };
    for need in needs {
        let requirement = &need.requirement;
        let is_target = to.project() == Some(&requirement.name)
            && to
                .extra()
                .is_none_or(|extra| requirement.extras.contains(extra));
        if !is_target {
            continue;
        }
        let set = facts
            .prepare(&requirement.name, policy)
            .set(&requirement.source);
        // The extras of the candidate's own project are narrowed to the candidate.
        if set != *admitted && from.project() != Some(&requirement.name) {
            continue;
        }
        let next = grounds.links.len();
        let known = grounds
            .known
            .entry((from.clone(), need.clone()))
            .or_insert(next);
        match grounds.links.get_mut(*known) {
            Some(link) => {
                link.places.insert(place.index);
            }
            None => grounds.links.push(Link {
                from: from.clone(),
                places: BTreeSet::from([place.index]),
                need,
            }),
        }
    }
}

fn count(facts: &Facts, package: &Package) -> u32 {
    match package.project() {
        None => 1,
        Some(name) => facts.project(name).map_or(0, ProjectFacts::count),
    }
}
