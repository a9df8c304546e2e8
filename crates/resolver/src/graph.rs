//! From solved searches to the resolution: pins, and the edges between them.
//!
//! Each search answers for its scope. What a scope needs where is found by following the edges from
//! the user, with the markers on the way; the same release chosen in several scopes is one pin, in
//! force where any of them needs it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashMap;
use tilsit_packaging::marker::Marker;
use tilsit_packaging::name::ExtraName;
use tilsit_packaging::range::{Cut, Side, VersionRange};
use tilsit_packaging::requirement::Requirement;
use tilsit_packaging::version::{Version, VersionParts};

use crate::facts::Facts;
use crate::needs::{Need, release};
use crate::options::{Preferences, Target};
use crate::package::Package;
use crate::policy::Policy;
use crate::question::Release;
use crate::resolution::{Dependency, Notice, Pin, RequiredBy, Requirer, Resolution};
use crate::scope::universe;
use crate::search::Search;

/// What was chosen so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Graph {
    pins: BTreeMap<Release, Draft>,
    notices: Vec<Notice>,
    scopes: Vec<Marker>,
}

#[derive(Debug, Clone)]
struct Draft {
    marker: Marker,
    extras: BTreeSet<ExtraName>,
    required_by: Vec<(Requirer, Arc<Requirement>)>,
    edges: BTreeMap<Edge, Conditions>,
}

/// The extra that requires, what it requires, and with which extras.
type Edge = (Option<ExtraName>, Release, Vec<ExtraName>);

#[derive(Debug, Clone, Copy)]
struct Conditions {
    /// As it is written.
    written: Marker,
    /// Within the scopes in which it leads to this release.
    exact: Marker,
}

/// A decided package of one search.
struct Node<'a> {
    package: &'a Package,
    release: Option<Release>,
    needs: &'a [Need],
    marker: Marker,
}

impl Graph {
    /// Takes in the decisions of a solved search.
    pub(crate) fn add(&mut self, policy: &Policy, facts: &Facts, search: &Search) {
        let scope = policy.scope.marker();
        self.scopes.push(scope);
        let mut nodes: Vec<Node<'_>> = search
            .decisions()
            .map(|(package, place, needs)| Node {
                package,
                release: release(facts, package, place),
                needs,
                marker: Marker::FALSE,
            })
            .collect();
        let places: FxHashMap<&Package, usize> = nodes
            .iter()
            .enumerate()
            .map(|(place, node)| (node.package, place))
            .collect();
        reach(&mut nodes, &places, scope);
        for node in nodes.iter().filter(|node| !node.marker.is_false()) {
            self.add_node(facts, node);
        }
        for node in &nodes {
            for need in node.needs {
                let target = Package::Project(need.requirement.name.clone());
                let target = places.get(&target).and_then(|&place| nodes.get(place));
                let condition = node.marker.and(need.marker);
                if let Some(to) = target.and_then(|target| target.release.clone())
                    && !condition.is_false()
                {
                    self.add_edge(node, need, to, need.marker.and(scope));
                }
            }
        }
    }

    fn add_node(&mut self, facts: &Facts, node: &Node<'_>) {
        let Some(release) = &node.release else {
            return;
        };
        let draft = self.pins.entry(release.clone()).or_insert_with(|| Draft {
            marker: Marker::FALSE,
            extras: BTreeSet::new(),
            required_by: Vec::new(),
            edges: BTreeMap::new(),
        });
        draft.marker = draft.marker.or(node.marker);
        let mut notice = None;
        match node.package {
            Package::User => {}
            Package::Project(name) => {
                let mut usable = facts.project(name).into_iter().flat_map(|it| &it.usable);
                let chosen = usable.find(|it| it.version == release.version && it.url.is_none());
                notice = chosen
                    .filter(|_| release.url.is_none())
                    .and_then(|chosen| chosen.yanked.clone())
                    .map(|yanked| Notice::Yanked {
                        release: release.clone(),
                        yanked,
                    });
            }
            Package::Extra(_, extra) => {
                let provided = facts.metadata(release).map(|it| &it.provides_extra);
                if provided.is_some_and(|provided| provided.contains(extra)) {
                    draft.extras.insert(extra.clone());
                } else {
                    notice = Some(Notice::UnknownExtra {
                        release: release.clone(),
                        extra: extra.clone(),
                    });
                }
            }
        }
        self.notices
            .extend(notice.filter(|notice| !self.notices.contains(notice)));
    }

    fn add_edge(&mut self, from: &Node<'_>, need: &Need, to: Release, exact: Marker) {
        let requirer = match (from.package, &need.origin) {
            (Package::User, Some(origin)) => Requirer::User(origin.clone()),
            (Package::User, None) => unreachable!("a line of the user has an origin"),
            (Package::Project(name), _) => Requirer::Project(name.clone(), None),
            (Package::Extra(name, extra), _) => {
                Requirer::Project(name.clone(), Some(extra.clone()))
            }
        };
        if let Some(target) = self.pins.get_mut(&to) {
            let requirement = Arc::clone(&need.requirement);
            target.required_by.push((requirer, requirement));
        }
        let Some(source) = from
            .release
            .as_ref()
            .and_then(|release| self.pins.get_mut(release))
        else {
            return;
        };
        let extra = from.package.extra().cloned();
        let conditions = source
            .edges
            .entry((extra, to, need.requirement.extras.clone()))
            .or_insert(Conditions {
                written: Marker::FALSE,
                exact: Marker::FALSE,
            });
        conditions.written = conditions.written.or(need.marker);
        conditions.exact = conditions.exact.or(exact);
    }

    /// What was chosen in the search that was taken in last, for those that follow.
    pub(crate) fn prefer_chosen(search: &Search, facts: &Facts, preferences: &mut Preferences) {
        for (package, place, _) in search.decisions() {
            if let (Package::Project(_), Some(release)) = (package, release(facts, package, place))
                && release.url.is_none()
                && !preferences
                    .of(&release.name)
                    .iter()
                    .any(|(_, version)| *version == release.version)
            {
                preferences.add(release.name, release.version);
            }
        }
    }

    /// The resolution, once every scope has an answer.
    pub(crate) fn finish(self, target: &Target) -> Resolution {
        let world = match target {
            Target::Environment(_) => Marker::TRUE,
            Target::Universal(universal) => universe(universal),
        };
        let whole = (self.scopes.iter()).fold(Marker::FALSE, |whole, scope| whole.or(*scope));
        let mut short = Simplifier {
            world,
            whole,
            without_patches: without_patch_prereleases(&self.scopes),
            done: FxHashMap::default(),
        };
        let pin = |(release, draft): (Release, Draft)| {
            let dependency = |((for_extra, to, extras), conditions): (Edge, Conditions)| {
                let Conditions { written, exact } = conditions;
                let exact = exact.and(draft.marker);
                let marker = if draft.marker.implies(exact) {
                    Marker::TRUE
                } else if written.and(draft.marker) == exact {
                    written
                } else {
                    exact
                };
                Dependency {
                    release: to,
                    extras,
                    for_extra,
                    marker: short.simplified(marker),
                }
            };
            let dependencies = draft.edges.into_iter().map(dependency).collect();
            Pin {
                name: release.name,
                version: release.version,
                url: release.url,
                marker: short.simplified(draft.marker),
                extras: draft.extras,
                required_by: each_once(draft.required_by),
                dependencies,
            }
        };
        let pins = self.pins.into_iter().map(pin).collect();
        let mut notices = self.notices;
        notices.sort_by_key(|notice| match notice {
            Notice::UnknownExtra { release, .. } | Notice::Yanked { release, .. } => {
                release.clone()
            }
        });
        let forks = if self.scopes.len() > 1 {
            let scopes = self.scopes.iter();
            scopes.map(|scope| short.simplified(*scope)).collect()
        } else {
            Vec::new()
        };
        Resolution {
            pins,
            forks,
            notices,
        }
    }
}

/// Who requires a release, sorted; what was found in several scopes is told once.
fn each_once(mut all: Vec<(Requirer, Arc<Requirement>)>) -> Vec<RequiredBy> {
    all.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut kept: Vec<(Requirer, Arc<Requirement>)> = Vec::with_capacity(all.len());
    for (requirer, requirement) in all {
        let of_same = kept.iter().rev();
        let mut of_same = of_same.take_while(|(other, _)| *other == requirer);
        if of_same.all(|(_, other)| !Arc::ptr_eq(other, &requirement) && *other != requirement) {
            kept.push((requirer, requirement));
        }
    }
    let edges = kept.into_iter().map(|(requirer, requirement)| RequiredBy {
        requirer,
        requirement: Arc::unwrap_or_clone(requirement),
    });
    edges.collect()
}

/// Finds shorter words for markers within what a resolution is for.
struct Simplifier {
    world: Marker,
    /// Where there is an answer.
    whole: Marker,
    without_patches: Marker,
    done: FxHashMap<Marker, Marker>,
}

impl Simplifier {
    fn simplified(&mut self, marker: Marker) -> Marker {
        if let Some(&done) = self.done.get(&marker) {
            return done;
        }
        let short = self.compute(marker);
        self.done.insert(marker, short);
        short
    }

    fn compute(&self, marker: Marker) -> Marker {
        if self.whole.implies(marker) {
            return Marker::TRUE;
        }
        let exact = marker.simplify_within(self.world);
        if self.without_patches.is_true() {
            return exact;
        }
        let plain = marker.and(self.without_patches);
        let plain = plain.simplify_within(self.world);
        if plain.to_string().len() < exact.to_string().len() {
            plain
        } else {
            exact
        }
    }
}

/// All Pythons but the pre-releases of the patch versions at which scopes are divided.
///
/// The complement of `>= "3.11.5"` holds for 3.11.5rc1, and takes two comparisons to say so. CPython
/// has had no such release for years: `< "3.11.5"` is what people mean, and what others write.
fn without_patch_prereleases(scopes: &[Marker]) -> Marker {
    let mut marker = Marker::TRUE;
    for scope in scopes {
        for cut in scope.python_range().cuts() {
            let version = cut.version();
            if cut.side() == Side::Before && version.micro() > 0 && *version == version.base() {
                let first = Cut::before(Version::from_parts(VersionParts {
                    dev: Some(0),
                    ..version.to_parts()
                }));
                let prereleases = VersionRange::between(Some(first), Some(cut.clone()));
                marker = marker.and(Marker::python(&prereleases.complement()));
            }
        }
    }
    marker
}

/// Finds where in the scope each node is needed.
fn reach(nodes: &mut [Node<'_>], places: &FxHashMap<&Package, usize>, scope: Marker) {
    let mut changed: Vec<usize> = Vec::new();
    if let Some(&user) = places.get(&Package::User) {
        nodes[user].marker = scope;
        changed.push(user);
    }
    let targets: Vec<Vec<(usize, Marker)>> = nodes
        .iter()
        .map(|node| {
            let targets = targets(node).into_iter();
            let known =
                targets.filter_map(|(target, marker)| Some((*places.get(&target)?, marker)));
            known.collect()
        })
        .collect();
    while let Some(place) = changed.pop() {
        let from = nodes[place].marker;
        for &(target, condition) in &targets[place] {
            let reached = nodes[target].marker.or(from.and(condition));
            if reached != nodes[target].marker {
                nodes[target].marker = reached;
                changed.push(target);
            }
        }
    }
}

/// The packages that a node leads to, and where.
fn targets(node: &Node<'_>) -> Vec<(Package, Marker)> {
    let mut targets = Vec::new();
    if let Package::Extra(name, _) = node.package {
        targets.push((Package::Project(name.clone()), Marker::TRUE));
    }
    for need in node.needs {
        let requirement = &need.requirement;
        targets.push((Package::Project(requirement.name.clone()), need.marker));
        for extra in &requirement.extras {
            let extra = Package::Extra(requirement.name.clone(), extra.clone());
            targets.push((extra, need.marker));
        }
    }
    targets
}
