//! uv.lock, written: keys, order and spacing as uv has them, so that a lock of uv's that answers a
//! project comes out as it was.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use jiff::Timestamp;
use tilsit_packaging::marker::Marker;
use tilsit_packaging::name::{ExtraName, GroupName, ProjectName};
use tilsit_packaging::pylock::{
    ArchiveSource, DistributionFile, Package, PackageSource, VcsSource,
};
use tilsit_packaging::range::VersionRange;
use tilsit_packaging::specifier::VersionSpecifiers;
use tilsit_packaging::version::Version;
use tilsit_provider::Pin;

use super::asked::{Asked, Asking, Options, Says, Terms};
use super::marker::{self, NoNames};
use super::read::LockNames;
use super::source::{LockedSource, repository_url};
use super::wish::{Wish, WishPlace, in_order};
use super::{LockedDependency, LockedPackage, REVISION, UvLock, UvLockError, VERSION};
use crate::inputs::{ExtraNames, extra_marker, group_marker};
use crate::lock::{Edge, Graph, Lock, Node, Through};
use crate::settings::{ConflictItem, ConflictKind, DefaultGroups};
use crate::toml_text::{inline, key, lines, quoted};
use crate::workspace::Workspace;

/// What stands for the moment where a span decides.
const NO_MOMENT: &str = "0001-01-01T00:00:00Z";

/// What is said of it.
const NO_MOMENT_WORDS: &str = "This has no effect and is included for backwards compatibility when \
                               using relative exclude-newer values.";

/// What a lock of uv's is made of.
#[derive(Clone, Copy, Debug)]
pub struct Writing<'a> {
    /// The projects.
    pub workspace: &'a Workspace,
    /// What else the project says.
    pub terms: &'a Terms,
    /// What the lock answers.
    pub asked: &'a Asked,
    /// The lock in our form.
    pub lock: &'a Lock,
    /// What was resolved for it, which knows what our form does not hold.
    pub pins: &'a [Pin],
    /// The names that extras of members have in our form.
    pub extras: &'a ExtraNames,
    /// The lock that was there, whose words are kept.
    pub before: Option<&'a UvLock>,
}

/// A package by what tells it from others, in uv's order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Id {
    name: ProjectName,
    version: Option<Version>,
    source: LockedSource,
}

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

impl Writing<'_> {
    /// The text of the lock.
    ///
    /// # Errors
    /// When the form cannot hold a package, or the lock that was there is of a newer uv.
    pub fn text(&self) -> Result<String, UvLockError> {
        if let Some(before) = self.before
            && before.revision > REVISION
        {
            return Err(UvLockError::Revision(before.revision));
        }
        let mut text = String::new();
        self.head(&mut text);
        options(&self.asked.options, &mut text);
        self.manifest(&mut text);
        let graph = self.lock.conditional_graph();
        let body = Body {
            writing: self,
            whole: self.asked.whole(self.extras),
            ids: self.ids(&graph)?,
            forks: self.forks(),
            graph: &graph,
        };
        body.write(&mut text);
        Ok(text)
    }

    fn world(&self) -> Marker {
        Marker::python(&VersionRange::from(&self.asked.requires_python))
    }

    /// The same with the environments, and without what is known of systems.
    fn plain_world(&self) -> Marker {
        self.world().and(self.environments())
    }

    fn environments(&self) -> Marker {
        match &self.asked.environments[..] {
            [] => Marker::TRUE,
            named => named.iter().fold(Marker::FALSE, |all, one| all.or(*one)),
        }
    }

    /// The words of markers that are about Pythons and systems.
    fn words(&self, markers: &[Marker]) -> Vec<String> {
        let world = self.world();
        let simple = markers.iter().map(|marker| marker.simplify_within(world));
        let said = simple.filter(|marker| !marker.is_true());
        said.map(|marker| quoted(&marker::words(marker, &NoNames)))
            .collect()
    }

    fn head(&self, text: &mut String) {
        let asked = self.asked;
        line(text, "version", &VERSION.to_string());
        line(text, "revision", &REVISION.to_string());
        let pythons = in_order(&asked.requires_python, ", ");
        line(text, "requires-python", &quoted(&pythons));
        let markers = [
            ("resolution-markers", self.words(&self.forks())),
            ("supported-markers", self.words(&asked.environments)),
            ("required-markers", self.words(&asked.required)),
        ];
        for (key, markers) in markers {
            if !markers.is_empty() {
                line(text, key, &lines(&markers));
            }
        }
        if !asked.conflicts.is_empty() {
            let sets = asked.conflicts.iter();
            let sets = sets.map(|set| lines(&set.iter().map(conflict).collect::<Vec<_>>()));
            let sets: Vec<String> = sets.collect();
            line(text, "conflicts", &format!("[{}]", sets.join(", ")));
        }
    }

    fn manifest(&self, text: &mut String) {
        let asked = self.asked;
        let names = |names: &BTreeSet<ProjectName>| {
            let names = names.iter().map(|name| quoted(name.as_str()));
            names.collect::<Vec<_>>()
        };
        let mut manifest = String::new();
        if !asked.members.is_empty() {
            line(&mut manifest, "members", &lines(&names(&asked.members)));
        }
        let lists = [
            ("constraints", tables(&asked.constraints)),
            ("overrides", tables(&asked.overrides)),
            ("excludes", names(&asked.excludes)),
            ("build-constraints", tables(&asked.build_constraints)),
        ];
        for (key, values) in lists {
            if !values.is_empty() {
                line(&mut manifest, key, &list(&values));
            }
        }
        default_groups(&asked.groups.defaults, &mut manifest);
        if !asked.groups.requires.is_empty() {
            manifest.push_str("\n[manifest.dependency-groups]\n");
            for (group, wishes) in &asked.groups.requires {
                line(&mut manifest, &key(group.as_str()), &list(&tables(wishes)));
            }
        }
        group_pythons("manifest", &asked.groups.pythons, &mut manifest);
        if !manifest.is_empty() {
            let _ = write!(text, "\n[manifest]\n{manifest}");
        }
    }

    /// The parts of the world that were resolved apart. Together they are all of it, for uv takes no
    /// lock that leaves some out.
    fn forks(&self) -> Vec<Marker> {
        let world = self.asked.universal().world();
        let named = self.environments();
        let mut forks: Vec<Marker> = Vec::new();
        for fork in self.lock.own.iter().flat_map(|own| &own.forks) {
            let fork = fork.without_extras();
            let is_known = |known: &Marker| known.and(world) == fork.and(world);
            if !forks.iter().any(is_known) && !world.implies(fork) {
                forks.push(fork.and(named));
            }
        }
        if forks.is_empty() {
            return self.asked.environments.clone();
        }
        let rest = forks.iter().fold(world, |rest, fork| rest.and(fork.not()));
        if !rest.is_false() {
            forks.push(rest);
        }
        let before = self.before.map_or(&[][..], |before| &before.forks);
        let is_there = |one: &Marker| forks.iter().any(|fork| fork.and(world) == one.and(world));
        if before.len() == forks.len() && before.iter().all(is_there) {
            return before.to_vec();
        }
        forks
    }

    /// What tells each node of a graph from the others; none of the groups of a root.
    fn ids(&self, graph: &Graph<'_>) -> Result<Vec<Option<Id>>, UvLockError> {
        let ids = graph.nodes.iter().map(|node| {
            let Some(name) = node.name else {
                return Ok(None);
            };
            if let Some(local) = self.asked.locals.get(name) {
                return Ok(Some(Id {
                    name: name.clone(),
                    version: local.version.clone(),
                    source: local.source.clone(),
                }));
            }
            let package = node.package.map(|package| self.id(package)).transpose()?;
            Ok(package)
        });
        ids.collect()
    }

    fn id(&self, package: &Package) -> Result<Id, UvLockError> {
        let pin = self.pin(package);
        let version = package.version.as_ref().or(pin.map(|pin| &pin.version));
        Ok(Id {
            name: package.name.clone(),
            version: version.cloned(),
            source: self.source(package)?,
        })
    }

    fn pin(&self, package: &Package) -> Option<&Pin> {
        self.pins.iter().find(|pin| {
            let version = package.version.as_ref();
            pin.name == package.name && version.is_none_or(|version| pin.version == *version)
        })
    }

    fn source(&self, package: &Package) -> Result<LockedSource, UvLockError> {
        Ok(match &package.source {
            PackageSource::Distributions { sdist, wheels } => match &package.index {
                Some(url) => LockedSource::Registry(self.index(url)),
                None => {
                    let file = sdist.iter().chain(wheels).next();
                    let place = file.and_then(|file| file.url.as_ref().or(file.path.as_ref()));
                    let folder = place.and_then(|place| place.rsplit_once('/'));
                    LockedSource::Registry(folder.map_or(".", |(folder, _)| folder).to_owned())
                }
            },
            PackageSource::Directory(directory) => {
                let path = match &directory.subdirectory {
                    Some(folder) => format!("{}/{folder}", directory.path),
                    None => directory.path.clone(),
                };
                match directory.editable {
                    Some(true) => LockedSource::Editable(path),
                    _ => LockedSource::Directory(path),
                }
            }
            PackageSource::Archive(ArchiveSource {
                url: Some(url),
                subdirectory,
                ..
            }) => LockedSource::Url(url.clone(), subdirectory.clone()),
            PackageSource::Archive(archive) => {
                LockedSource::Path(archive.path.clone().unwrap_or_default())
            }
            PackageSource::Vcs(vcs) if vcs.kind == "git" => {
                LockedSource::Git(self.repository(&package.name, vcs))
            }
            PackageSource::Vcs(vcs) => {
                return Err(UvLockError::Unwritable {
                    name: package.name.clone(),
                    reason: format!("it is in a repository of {}", vcs.kind),
                });
            }
        })
    }

    /// A repository in the words of who asked for it, which say whether a tag or a branch is meant.
    fn repository(&self, name: &ProjectName, vcs: &VcsSource) -> String {
        let reference = vcs.requested_revision.as_deref();
        let url = match (&vcs.url, &vcs.path) {
            (Some(url), _) => url.clone(),
            (None, Some(path)) => {
                let path = crate::sources::plain(&self.workspace.root.join(path));
                crate::workspace::folder_url(&path)
            }
            (None, None) => String::new(),
        };
        let folder = vcs.subdirectory.as_deref();
        let kinds = ["tag", "branch", "rev"];
        let mut spellings = kinds.iter().map(|kind| {
            let named = reference.map(|name| (*kind, name));
            repository_url(&url, named, folder)
        });
        let stated: BTreeSet<&str> = self
            .all_wishes()
            .filter(|wish| wish.name == *name)
            .filter_map(|wish| match &wish.place {
                WishPlace::At("git", url, _) => Some(url.as_str()),
                _ => None,
            })
            .collect();
        let named = spellings.find(|spelling| stated.contains(spelling.as_str()));
        let plain = || repository_url(&url, reference.map(|name| ("rev", name)), folder);
        format!("{}#{}", named.unwrap_or_else(plain), vcs.commit_id)
    }

    fn all_wishes(&self) -> impl Iterator<Item = &Wish> {
        let says = self
            .asked
            .locals
            .values()
            .filter_map(|one| one.says.as_ref());
        let of_projects = says.flat_map(|says| {
            let groups = says.groups.requires.values().flatten();
            says.requires.iter().chain(groups)
        });
        of_projects.chain(self.asked.groups.requires.values().flatten())
    }

    /// The URL of an index, as it is written.
    fn index(&self, url: &str) -> String {
        let plain = |url: &str| url.trim_end_matches('/').to_owned();
        let mut written = self.terms.urls.iter();
        let written = written.find(|written| plain(written) == plain(url));
        written.cloned().unwrap_or_else(|| plain(url))
    }
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
struct Body<'a> {
    writing: &'a Writing<'a>,
    graph: &'a Graph<'a>,
    /// All that may be asked for.
    whole: Marker,
    ids: Vec<Option<Id>>,
    forks: Vec<Marker>,
}

impl Body<'_> {
    fn write(&self, text: &mut String) {
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

fn line(text: &mut String, key: &str, value: &str) {
    // To a string nothing can fail to be written.
    let _ = writeln!(text, "{key} = {value}");
}

/// A list: one value in a line, several each in its own.
fn list(values: &[String]) -> String {
    match values {
        [] => "[]".to_owned(),
        [one] => format!("[{one}]"),
        several => lines(several),
    }
}

fn tables(wishes: &[Wish]) -> Vec<String> {
    wishes.iter().map(Wish::to_toml).collect()
}

fn source(source: &LockedSource) -> String {
    let entries = source.entries().into_iter();
    let entries: Vec<(&str, String)> = entries.map(|(key, place)| (key, quoted(place))).collect();
    inline(&entries)
}

fn conflict(item: &ConflictItem) -> String {
    let package = item.package.as_ref();
    let mut entries: Vec<(&str, String)> = package
        .map(|name| ("package", quoted(name.as_str())))
        .into_iter()
        .collect();
    entries.push(match &item.kind {
        ConflictKind::Extra(extra) => ("extra", quoted(extra.as_str())),
        ConflictKind::Group(group) => ("group", quoted(group.as_str())),
    });
    inline(&entries)
}

fn options(options: &Options, text: &mut String) {
    let mut lines = String::new();
    if let Some(mode) = &options.resolution {
        line(&mut lines, "resolution-mode", &quoted(mode));
    }
    if let Some(mode) = &options.prerelease {
        line(&mut lines, "prerelease-mode", &quoted(mode));
    }
    if let Some(span) = &options.exclude_newer_span {
        let moment = format!("{} # {NO_MOMENT_WORDS}", quoted(NO_MOMENT));
        line(&mut lines, "exclude-newer", &moment);
        line(&mut lines, "exclude-newer-span", &quoted(span));
    } else if let Some(moment) = &options.exclude_newer {
        line(&mut lines, "exclude-newer", &quoted(&moment.to_string()));
    }
    if !lines.is_empty() {
        let _ = write!(text, "\n[options]\n{lines}");
    }
}

fn default_groups(defaults: &DefaultGroups, text: &mut String) {
    match defaults {
        DefaultGroups::Unsaid => {}
        DefaultGroups::All => line(text, "default-groups", &quoted("all")),
        DefaultGroups::Named(names) => {
            let names: Vec<String> = names.iter().map(|name| quoted(name.as_str())).collect();
            line(text, "default-groups", &format!("[{}]", names.join(", ")));
        }
    }
}

fn group_pythons(table: &str, pythons: &BTreeMap<GroupName, VersionSpecifiers>, text: &mut String) {
    if !pythons.is_empty() {
        let _ = writeln!(text, "\n[{table}.group-requires-python]");
    }
    for (group, pythons) in pythons {
        line(
            text,
            &key(group.as_str()),
            &quoted(&in_order(pythons, ", ")),
        );
    }
}

fn metadata(says: &Says, text: &mut String) {
    let has_groups = !says.groups.requires.is_empty();
    if says.requires.is_empty() && says.extras.is_empty() && !has_groups {
        return;
    }
    text.push_str("\n[package.metadata]\n");
    if !says.requires.is_empty() {
        line(text, "requires-dist", &list(&tables(&says.requires)));
    }
    if !says.extras.is_empty() {
        let extras = says.extras.iter().map(|extra| quoted(extra.as_str()));
        let extras: Vec<String> = extras.collect();
        line(text, "provides-extras", &format!("[{}]", extras.join(", ")));
    }
    if has_groups {
        text.push_str("\n[package.metadata.requires-dev]\n");
        for (group, wishes) in &says.groups.requires {
            line(text, &key(group.as_str()), &list(&tables(wishes)));
        }
    }
}

/// The files of a package.
fn files(package: &Package, from: &LockedSource, text: &mut String) {
    match &package.source {
        PackageSource::Distributions { sdist, wheels } => {
            if let Some(sdist) = sdist {
                line(text, "sdist", &file(sdist, from));
            }
            if !wheels.is_empty() {
                let wheels: Vec<String> = wheels.iter().map(|wheel| file(wheel, from)).collect();
                line(text, "wheels", &lines(&wheels));
            }
        }
        PackageSource::Archive(archive) => {
            let place = archive.url.as_ref().or(archive.path.as_ref());
            let place = place.map_or("", String::as_str);
            let is_wheel = place.split(['#', '?']).next().unwrap_or_default();
            let is_wheel = is_wheel.ends_with(".whl");
            let mut entries = Vec::new();
            if is_wheel {
                entries.push(match &archive.url {
                    Some(url) => ("url", quoted(url)),
                    None => (
                        "filename",
                        quoted(place.rsplit('/').next().unwrap_or(place)),
                    ),
                });
            }
            entries.extend(hash(&archive.hashes));
            let size = archive.size_bytes.filter(|_| archive.upload_time.is_some());
            entries.extend(size.map(|size| ("size", size.to_string())));
            let file = inline(&entries);
            match is_wheel {
                true => line(text, "wheels", &lines(&[file])),
                false => line(text, "sdist", &file),
            }
        }
        PackageSource::Directory(_) | PackageSource::Vcs(_) => {}
    }
}

fn file(file: &DistributionFile, from: &LockedSource) -> String {
    let mut entries = Vec::new();
    if let Some(url) = &file.url {
        entries.push(("url", quoted(url)));
    } else if let Some(path) = &file.path {
        let below = match from {
            LockedSource::Registry(folder) => path.strip_prefix(&format!("{folder}/")),
            _ => None,
        };
        entries.push(("path", quoted(below.unwrap_or(path))));
    }
    entries.extend(hash(&file.hashes));
    entries.extend(file.size_bytes.map(|size| ("size", size.to_string())));
    let uploaded = file.upload_time.map(in_milliseconds);
    entries.extend(uploaded.map(|time| ("upload-time", quoted(&time.to_string()))));
    inline(&entries)
}

fn hash(hashes: &BTreeMap<String, String>) -> Option<(&'static str, String)> {
    let sha256 = hashes.get_key_value("sha256");
    let (algorithm, digest) = sha256.or_else(|| hashes.iter().next())?;
    Some(("hash", quoted(&format!("{algorithm}:{digest}"))))
}

/// uv keeps no more of a moment.
fn in_milliseconds(time: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(time.as_millisecond()).unwrap_or(time)
}
