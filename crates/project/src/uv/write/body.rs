//! The packages of a uv.lock, written.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use tilsit_packaging::marker::Marker;
use tilsit_packaging::name::{ExtraName, ProjectName};

use super::tables::{default_groups, files, group_pythons, line, metadata, source};
use super::{Id, Writing};
use crate::inputs::{extra_marker, group_marker};
use crate::lock::{Edge, Graph, Node, Through};
use crate::toml_text::{inline, key, lines, quoted};
use crate::uv::asked::{Asking, Says};
use crate::uv::read::LockNames;
use crate::uv::{LockedDependency, LockedPackage, marker};

/// Ways from one thing to others: by place, for each extra, and under no extra for the package itself.
type Ways = BTreeMap<usize, BTreeMap<Option<ExtraName>, Way>>;

/// A way from one thing to another.
#[derive(Clone, Copy, Debug)]
struct Way {
    /// Where it counts.
    marker: Marker,
    /// The same as it was said.
    said: Marker,
}

impl Way {
    /// The marker where `here` holds; in the words that were said if these say all, for ours may name
    /// another variable that means the same on every system.
    fn within(self, here: Marker, plain: Marker) -> Marker {
        let shortest = self.marker.simplify_within(here);
        let said = marker::by_sys_platform(self.said).simplify_within(plain);
        if !shortest.is_true() && said.and(here) == self.marker.and(here) {
            said
        } else {
            shortest
        }
    }
}

/// The packages, being written.
pub(super) struct Body<'a> {
    pub(super) writing: &'a Writing<'a>,
    pub(super) graph: &'a Graph<'a>,
    /// All that may be asked for.
    pub(super) whole: Marker,
    /// What tells each node of the graph from the others.
    pub(super) ids: Vec<Option<Id>>,
    /// The parts of the world that were resolved apart.
    pub(super) forks: Vec<Marker>,
}

impl Body<'_> {
    pub(super) fn write(&self, text: &mut String) {
        let mut order: Vec<(&Id, usize)> = self
            .ids
            .iter()
            .enumerate()
            .filter_map(|(place, id)| Some((id.as_ref()?, place)))
            .collect();
        order.sort_unstable();
        for (id, place) in order {
            self.package(id, place, text);
        }
    }

    fn package(&self, id: &Id, place: usize, text: &mut String) {
        let node = &self.graph.nodes[place];
        text.push_str("\n[[package]]\n");
        line(text, "name", &quoted(id.name.as_str()));
        if let Some(version) = &id.version {
            line(text, "version", &quoted(&version.to_string()));
        }
        line(text, "source", &source(&id.source));
        if self.is_one_of_several(&id.name) {
            let markers = self.writing.words(&self.forks_of(node));
            if !markers.is_empty() {
                line(text, "resolution-markers", &lines(&markers));
            }
        }
        let says = (id.source.may_change()).then(|| self.says(id, node));
        if let Some(says) = &says {
            default_groups(&says.groups.defaults, text);
        }
        let dependencies = self.dependencies(place, &Through::Project);
        if !dependencies.is_empty() {
            line(text, "dependencies", &lines(&dependencies));
        }
        if let Some(package) = node.package {
            files(package, &id.source, text);
        }
        let throughs: BTreeSet<&Through> = self
            .graph
            .edges
            .iter()
            .filter(|edge| edge.from == place)
            .map(|edge| &edge.through)
            .collect();
        let mut headings = BTreeSet::new();
        for through in throughs {
            let (heading, name) = match through {
                Through::Project => continue,
                Through::Extra(extra) => ("optional-dependencies", extra.as_str()),
                Through::Group(group) => ("dev-dependencies", group.as_str()),
            };
            let dependencies = self.dependencies(place, through);
            if dependencies.is_empty() {
                continue;
            }
            if headings.insert(heading) {
                let _ = writeln!(text, "\n[package.{heading}]");
            }
            line(text, &key(name), &lines(&dependencies));
        }
        if let Some(says) = &says {
            group_pythons("package", &says.groups.pythons, text);
            metadata(says, text);
        }
    }

    /// What a package on this machine says of what it requires.
    fn says(&self, id: &Id, node: &Node<'_>) -> Says {
        let writing = self.writing;
        let local = writing.asked.locals.get(&id.name);
        if let Some(says) = local.and_then(|local| local.says.clone()) {
            return says;
        }
        let pin = match node.package {
            Some(package) => writing.pin(package),
            None => writing.pins.iter().find(|pin| pin.name == id.name),
        };
        let asking = Asking::new(writing.workspace, writing.terms);
        let mut says = pin.map(|pin| asking.says_of(pin)).unwrap_or_default();
        if let Some(member) = writing.workspace.members.get(&id.name) {
            says.groups = asking.groups_of(member).unwrap_or_default();
        }
        says
    }

    /// The parts of the world that a package is wanted in.
    fn forks_of(&self, node: &Node<'_>) -> Vec<Marker> {
        let wanted = node.marker.without_extras();
        let world = self.graph.world;
        let forks = self.forks.iter().copied();
        let wanted = forks.filter(|fork| !fork.and(world).is_disjoint(wanted));
        wanted.collect()
    }

    fn is_one_of_several(&self, name: &ProjectName) -> bool {
        let same = self.ids.iter().flatten().filter(|id| id.name == *name);
        same.count() > 1
    }

    /// Where a package, or an extra or a group of it, is wanted.
    fn wanted(&self, place: usize, through: &Through) -> Marker {
        let node = &self.graph.nodes[place];
        let extras = self.writing.extras;
        match (through, node.is_root, node.name) {
            (Through::Project, false, _) => node.marker,
            (Through::Extra(extra), true, Some(member)) => {
                extra_marker(extras.in_lock(member, extra))
            }
            (Through::Group(group), _, _) => group_marker(group),
            (Through::Extra(extra), _, _) => {
                let names = |edge: &&Edge| {
                    let requirement = edge.requirement.as_ref();
                    edge.to == place && requirement.is_some_and(|one| one.extras.contains(extra))
                };
                let edges = self.graph.edges.iter().filter(names);
                edges.fold(Marker::FALSE, |any, edge| any.or(edge.marker))
            }
            (Through::Project, true, _) => Marker::TRUE,
        }
    }

    /// Where a package, or an extra or a group of it, leads to; what an extra names of its own project
    /// stands in its place.
    fn ways(&self, place: usize, through: &Through) -> Ways {
        let mut ways = Ways::new();
        let mut waiting = vec![through.clone()];
        let mut seen = BTreeSet::new();
        while let Some(through) = waiting.pop() {
            if seen.insert(through.clone()) {
                waiting.extend(self.add_ways(place, &through, &mut ways));
            }
        }
        ways
    }

    /// Adds ways, and gives what else of the package itself they start from.
    fn add_ways(&self, place: usize, through: &Through, ways: &mut Ways) -> Vec<Through> {
        let mut own = Vec::new();
        let is_meant = |edge: &&Edge| edge.from == place && edge.through == *through;
        for edge in self.graph.edges.iter().filter(is_meant) {
            if edge.to == place && matches!(through, Through::Extra(_)) {
                let named = edge.requirement.iter().flat_map(|one| &one.extras);
                own.extend(named.cloned().map(Through::Extra));
                continue;
            }
            let extras = edge.requirement.iter().flat_map(|one| &one.extras);
            let extras = extras.filter(|extra| self.has_extra(edge.to, extra));
            let extras = extras.cloned().map(Some);
            let to = ways.entry(edge.to).or_default();
            for extra in std::iter::once(None).chain(extras) {
                let said = edge.requirement.as_ref().map(|one| one.marker);
                let said = said.unwrap_or(Marker::TRUE).without_extras();
                let way = to.entry(extra).or_insert(Way {
                    marker: Marker::FALSE,
                    said: Marker::FALSE,
                });
                way.marker = way.marker.or(edge.marker);
                way.said = way.said.or(said);
            }
        }
        own
    }

    /// Whether an extra leads to anything, or is one of a member.
    fn has_extra(&self, place: usize, extra: &ExtraName) -> bool {
        let mut edges = self.graph.edges.iter();
        edges.any(|edge| {
            edge.from == place && matches!(&edge.through, Through::Extra(one) if one == extra)
        })
    }

    /// What the lock that was there has on a way.
    fn known(&self, from: &Id, through: &Through, to: &Id) -> Vec<&LockedDependency> {
        let Some(before) = self.writing.before else {
            return Vec::new();
        };
        let is_it = |package: &LockedPackage, id: &Id| {
            (&package.name, &package.version, &package.source)
                == (&id.name, &id.version, &id.source)
        };
        let mut packages = before.packages.iter();
        let Some(package) = packages.find(|package| is_it(package, from)) else {
            return Vec::new();
        };
        let dependencies = match through {
            Through::Project => Some(&package.dependencies),
            Through::Extra(extra) => package.extras.get(extra),
            Through::Group(group) => package.groups.get(group),
        };
        let dependencies = dependencies.into_iter().flatten();
        let same = dependencies.filter(|one| is_it(&before.packages[one.place], to));
        same.collect()
    }

    /// The words of the marker of a way; none where it counts always.
    fn words(&self, marker: Marker) -> Option<String> {
        let names = LockNames {
            extras: self.writing.extras,
            conflicts: &self.writing.asked.conflicts,
        };
        // Where nothing conflicts no extra decides where a way leads.
        let marker = if names.conflicts.is_empty() {
            marker.without_extras()
        } else {
            marker
        };
        (!marker.is_true()).then(|| marker::words(marker, &names))
    }

    /// The tables of what a package, or an extra or a group of it, leads to.
    fn dependencies(&self, place: usize, through: &Through) -> Vec<String> {
        let Some(from) = &self.ids[place] else {
            return Vec::new();
        };
        let wanted = self.wanted(place, through);
        let here = self.whole.and(wanted);
        let plain = self.writing.plain_world();
        let mut tables = Vec::new();
        for (to, by_extra) in self.ways(place, through) {
            let Some(id) = &self.ids[to] else { continue };
            let mut joined: Vec<(Option<String>, Vec<ExtraName>)> = Vec::new();
            for (extra, way) in by_extra {
                if way.marker.is_disjoint(here) {
                    continue;
                }
                let mut known = self.known(from, through, id).into_iter();
                let is_same =
                    |one: &&LockedDependency| one.marker.and(here) == way.marker.and(here);
                let words = match known.find(is_same) {
                    Some(known) => known.words.clone(),
                    None => self.words(way.within(here, wanted.and(plain))),
                };
                match joined.iter_mut().find(|(known, _)| *known == words) {
                    Some((_, extras)) => extras.extend(extra),
                    None => joined.push((words, extra.into_iter().collect())),
                }
            }
            tables.extend(
                joined
                    .into_iter()
                    .map(|(words, extras)| (id, extras, words)),
            );
        }
        tables.sort_unstable();
        let tables = tables.iter().map(|(id, extras, words)| {
            let mut entries = vec![("name", quoted(id.name.as_str()))];
            if self.is_one_of_several(&id.name) {
                let version = id.version.as_ref();
                entries.extend(version.map(|one| ("version", quoted(&one.to_string()))));
                entries.push(("source", source(&id.source)));
            }
            if !extras.is_empty() {
                let extras = extras.iter().map(|extra| quoted(extra.as_str()));
                let extras: Vec<String> = extras.collect();
                entries.push(("extra", format!("[{}]", extras.join(", "))));
            }
            entries.extend(words.iter().map(|words| ("marker", quoted(words))));
            inline(&entries)
        });
        tables.collect()
    }
}
