//! uv.lock, written: keys, order and spacing as uv has them, so that a lock of uv's that answers a
//! project comes out as it was.

mod body;
mod tables;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use tilsit_packaging::marker::Marker;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::pylock::{ArchiveSource, Package, PackageSource, VcsSource};
use tilsit_packaging::range::VersionRange;
use tilsit_packaging::version::Version;
use tilsit_provider::Pin;

use self::body::Body;
pub(super) use self::tables::NO_MOMENT;
use self::tables::{conflict, default_groups, group_pythons, line, list, options, others, tables};
use super::asked::{Asked, Terms};
use super::marker::{self, NoNames};
use super::source::{LockedSource, repository_url};
use super::wish::{Wish, WishPlace, in_order};
use super::{REVISION, UvLock, UvLockError, VERSION};
use crate::inputs::ExtraNames;
use crate::lock::{Graph, Lock};
use crate::toml_text::{key, lines, quoted};
use crate::workspace::Workspace;

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
        if !manifest.is_empty() {
            let _ = write!(text, "\n[manifest]\n{manifest}");
        }
        if !asked.groups.requires.is_empty() {
            text.push_str("\n[manifest.dependency-groups]\n");
            for (group, wishes) in &asked.groups.requires {
                line(text, &key(group.as_str()), &list(&tables(wishes)));
            }
        }
        group_pythons("manifest", &asked.groups.pythons, text);
        others(&asked.others, text);
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
            PackageSource::Distributions { sdist, wheels } => {
                let file = sdist.iter().chain(wheels).next();
                let place = file.and_then(|file| file.url.as_ref().or(file.path.as_ref()));
                let folder = place.and_then(|place| place.rsplit_once('/'));
                let folder = folder.map_or(".", |(folder, _)| folder);
                let index = package.index.as_deref();
                LockedSource::Registry(
                    index.map_or_else(|| folder.to_owned(), |url| self.index(url)),
                )
            }
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
