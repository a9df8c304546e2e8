//! The versions of a foreign lock: kept by the first lock of ours where they can be, and afterwards
//! compared with it.

use std::collections::{BTreeMap, BTreeSet};

use tilsit_packaging::marker::Marker;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::pylock::{Package, PackageSource, Pylock};
use tilsit_packaging::version::Version;

use crate::export::hashes;
use crate::lock::{Graph, Lock};

/// A locked version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// The project.
    pub name: ProjectName,
    /// The version.
    pub version: Version,
    /// Where it is for.
    pub marker: Marker,
    /// `sha256:…` of its files; none where the lock has none.
    pub hashes: BTreeSet<String>,
}

/// What became of a pin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The project.
    pub name: ProjectName,
    /// The version that was locked.
    pub version: Version,
    /// What became of it.
    pub fate: PinFate,
}

/// What became of a pin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PinFate {
    /// It is locked here too.
    Same,
    /// Other versions are.
    Other {
        /// They.
        versions: Vec<Version>,
        /// Who asks for others: `flask 3.1 requires werkzeug>=3.1`.
        why: Option<String>,
    },
    /// Nothing needs the project.
    Gone,
    /// It comes from a folder, repository or file.
    Placed,
    /// The version is locked here too, and none of its files is one of those.
    OtherFiles,
}

/// The pins as a lock without files, whose versions are kept where they fit. What `before` locks of other
/// projects is kept too.
pub fn lock_of(pins: &[Pin], before: Option<&Lock>) -> Lock {
    let mut packages: Vec<Package> = pins.iter().map(package).collect();
    let is_pinned = |package: &&Package| !pins.iter().any(|pin| pin.name == package.name);
    let before = before.iter().flat_map(|lock| &lock.pylock.packages);
    packages.extend(before.filter(is_pinned).cloned());
    Lock {
        pylock: Pylock {
            lock_version: Version::from_release(&[1, 0]),
            environments: Vec::new(),
            requires_python: None,
            extras: Vec::new(),
            dependency_groups: Vec::new(),
            default_groups: Vec::new(),
            created_by: String::new(),
            packages,
            tool: toml::Table::new(),
        },
        own: None,
        is_edited: false,
    }
}

fn package(pin: &Pin) -> Package {
    Package {
        name: pin.name.clone(),
        version: Some(pin.version.clone()),
        marker: pin.marker,
        requires_python: None,
        dependencies: Vec::new(),
        source: PackageSource::Distributions {
            sdist: None,
            wheels: Vec::new(),
        },
        index: None,
        attestation_identities: Vec::new(),
        tool: toml::Table::new(),
    }
}

/// What became of each pin in a lock, each project once and by name.
pub fn kept(pins: &[Pin], lock: &Lock) -> Vec<Kept> {
    let graph = lock.whole_graph();
    let mut kept: BTreeMap<(&ProjectName, &Version), Kept> = BTreeMap::new();
    for pin in pins {
        kept.entry((&pin.name, &pin.version))
            .or_insert_with(|| Kept {
                name: pin.name.clone(),
                version: pin.version.clone(),
                fate: fate(pin, pins, lock, &graph),
            });
    }
    kept.into_values().collect()
}

fn fate(pin: &Pin, pins: &[Pin], lock: &Lock, graph: &Graph<'_>) -> PinFate {
    let packages = lock.pylock.packages.iter();
    let packages: Vec<&Package> = packages.filter(|one| one.name == pin.name).collect();
    if packages.is_empty() {
        return PinFate::Gone;
    }
    let is_placed =
        |package: &&Package| !matches!(package.source, PackageSource::Distributions { .. });
    if packages.iter().all(is_placed) {
        return PinFate::Placed;
    }
    let same = packages
        .iter()
        .find(|package| package.version.as_ref() == Some(&pin.version));
    let Some(package) = same else {
        let versions = packages.iter().filter_map(|one| one.version.clone());
        return PinFate::Other {
            versions: versions.collect(),
            why: who_excludes(pin, graph),
        };
    };
    // Other locks may name one file of several in each of their entries.
    let stated = pins.iter().filter(|other| other.name == pin.name);
    let stated = stated.flat_map(|other| &other.hashes);
    // Older digests are not what our lock has.
    let stated = stated.filter(|hash| hash.starts_with("sha256:"));
    let stated: BTreeSet<&String> = stated.collect();
    let found = hashes(&package.source);
    if stated.is_empty() || found.iter().any(|hash| stated.contains(hash)) {
        PinFate::Same
    } else {
        PinFate::OtherFiles
    }
}

/// Who requires the project in other versions.
fn who_excludes(pin: &Pin, graph: &Graph<'_>) -> Option<String> {
    graph.edges.iter().find_map(|edge| {
        let requirement = edge.requirement.as_ref()?;
        let specifiers = requirement.specifiers()?;
        let is_it = requirement.name == pin.name && !specifiers.contains(&pin.version);
        is_it.then(|| format!("{} requires `{requirement}`", graph.words(edge)))
    })
}
