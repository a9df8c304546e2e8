//! The text of a uv.lock, read.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Deserialize;
use tilsit_packaging::marker::{Marker, MarkerVariable};
use tilsit_packaging::name::{ExtraName, GroupName, ProjectName};
use tilsit_packaging::specifier::VersionSpecifiers;
use tilsit_packaging::version::Version;

use super::asked::{Asked, Groups, Local, Options, Says};
use super::marker::{self, Names};
use super::source::{LockedSource, RawSource};
use super::wish::{RawWish, Wish};
use super::{
    FilePlace, LockedDependency, LockedFile, LockedPackage, SIZE_MAX_BYTES, UvLock, UvLockError,
    VERSION,
};
use crate::inputs::ExtraNames;
use crate::settings::{ConflictItem, ConflictKind, DefaultGroups, Parsed, RawConflict, RawGroups};

/// What tells a package from others.
type Id = (ProjectName, Option<Version>, LockedSource);

/// The Pythons of groups.
type Pythons = BTreeMap<Parsed<GroupName>, Parsed<VersionSpecifiers>>;

#[derive(Deserialize)]
struct Versioned {
    version: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Raw {
    version: u64,
    #[serde(default)]
    revision: u64,
    requires_python: Parsed<VersionSpecifiers>,
    #[serde(default)]
    resolution_markers: Vec<String>,
    #[serde(default)]
    supported_markers: Vec<String>,
    #[serde(default)]
    required_markers: Vec<String>,
    #[serde(default)]
    conflicts: Vec<Vec<RawConflict>>,
    #[serde(default)]
    options: RawOptions,
    #[serde(default)]
    manifest: RawManifest,
    #[serde(default, rename = "package")]
    packages: Vec<RawPackage>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct RawOptions {
    resolution_mode: Option<String>,
    prerelease_mode: Option<String>,
    exclude_newer: Option<Parsed<Timestamp>>,
    exclude_newer_span: Option<String>,
    #[serde(flatten)]
    others: toml::Table,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct RawManifest {
    members: Vec<Parsed<ProjectName>>,
    constraints: Vec<RawWish>,
    overrides: Vec<RawWish>,
    excludes: Vec<Parsed<ProjectName>>,
    build_constraints: Vec<RawWish>,
    dependency_groups: BTreeMap<Parsed<GroupName>, Vec<RawWish>>,
    default_groups: Option<RawGroups>,
    group_requires_python: Pythons,
    #[serde(flatten)]
    others: toml::Table,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct RawPackage {
    name: Parsed<ProjectName>,
    version: Option<Parsed<Version>>,
    source: RawSource,
    #[serde(default)]
    dependencies: Vec<RawDependency>,
    #[serde(default)]
    optional_dependencies: BTreeMap<Parsed<ExtraName>, Vec<RawDependency>>,
    #[serde(default, alias = "dependency-groups")]
    dev_dependencies: BTreeMap<Parsed<GroupName>, Vec<RawDependency>>,
    default_groups: Option<RawGroups>,
    #[serde(default)]
    group_requires_python: Pythons,
    sdist: Option<RawFile>,
    #[serde(default)]
    wheels: Vec<RawFile>,
    #[serde(default)]
    metadata: RawMetadata,
}

#[derive(Deserialize)]
struct RawDependency {
    name: Parsed<ProjectName>,
    version: Option<Parsed<Version>>,
    source: Option<RawSource>,
    #[serde(default)]
    extra: Vec<Parsed<ExtraName>>,
    marker: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct RawFile {
    url: Option<String>,
    path: Option<String>,
    filename: Option<String>,
    hash: Option<String>,
    size: Option<u64>,
    upload_time: Option<Parsed<Timestamp>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct RawMetadata {
    requires_dist: Vec<RawWish>,
    provides_extras: Vec<Parsed<ExtraName>>,
    #[serde(alias = "dependency-groups")]
    requires_dev: BTreeMap<Parsed<GroupName>, Vec<RawWish>>,
}

/// The names in our lock, of a lock in which nothing conflicts but what it says itself.
pub(super) struct LockNames<'a> {
    pub(super) extras: &'a ExtraNames,
    pub(super) conflicts: &'a [Vec<ConflictItem>],
}

impl Names for LockNames<'_> {
    fn owner(&self, variable: MarkerVariable, name: &str) -> Option<ConflictItem> {
        let mut items = self.conflicts.iter().flatten();
        let is_it = |item: &&ConflictItem| match (&item.kind, &item.package) {
            (ConflictKind::Extra(extra), Some(package)) => {
                variable == MarkerVariable::Extras
                    && self.extras.in_lock(package, extra).as_str() == name
            }
            (ConflictKind::Group(group), _) => {
                variable == MarkerVariable::DependencyGroups && group.as_str() == name
            }
            _ => false,
        };
        items.find(is_it).cloned()
    }

    fn in_lock(&self, member: &ProjectName, extra: &ExtraName) -> ExtraName {
        self.extras.in_lock(member, extra).clone()
    }
}

impl UvLock {
    /// Reads a lock; `extras` is what extras of members are called in ours.
    ///
    /// # Errors
    /// When it is no lock of a version that is known.
    pub fn parse(text: &str, extras: &ExtraNames) -> Result<Self, UvLockError> {
        if text.len() > SIZE_MAX_BYTES {
            return Err(UvLockError::Size(text.len()));
        }
        let raw: Raw = toml::from_str(text).map_err(|error| {
            // One that is newer may have any form.
            match toml::from_str::<Versioned>(text) {
                Ok(Versioned { version }) if version != VERSION => UvLockError::Version(version),
                _ => UvLockError::Form(error.to_string().trim_end().to_owned()),
            }
        })?;
        if raw.version != VERSION {
            return Err(UvLockError::Version(raw.version));
        }
        raw.read(extras)
    }
}

impl Raw {
    fn read(self, extras: &ExtraNames) -> Result<UvLock, UvLockError> {
        let conflicts = self.conflicts.into_iter();
        let conflicts = conflicts.map(|set| set.into_iter().map(RawConflict::read).collect());
        let conflicts = conflicts.collect::<Result<Vec<Vec<ConflictItem>>, _>>();
        let conflicts = conflicts.map_err(|error| UvLockError::Form(error.to_string()))?;
        let names = LockNames {
            extras,
            conflicts: &conflicts,
        };
        let markers = |texts: Vec<String>| {
            let markers = texts.iter().map(|text| marker::read(text, &names));
            let markers = markers.collect::<Result<Vec<Marker>, _>>();
            markers.map_err(UvLockError::Form)
        };
        let ids = self.packages.iter().map(RawPackage::id);
        let ids = ids.collect::<Result<Vec<Id>, UvLockError>>()?;
        let mut places: BTreeMap<&ProjectName, Vec<usize>> = BTreeMap::new();
        for (place, (name, _, _)) in ids.iter().enumerate() {
            places.entry(name).or_default().push(place);
        }
        let reading = Reading {
            ids: &ids,
            places: &places,
            names: &names,
        };
        let mut packages = Vec::with_capacity(ids.len());
        let mut locals = BTreeMap::new();
        for (place, mut package) in self.packages.into_iter().enumerate() {
            let (name, version, source) = ids[place].clone();
            if source.folder().is_some() {
                let says = package.says()?;
                let local = Local {
                    version: version.clone(),
                    source: source.clone(),
                    says: Some(says),
                };
                locals.insert(name.clone(), local);
            }
            packages.push(reading.package(package, (name, version, source))?);
        }
        let manifest = self.manifest;
        let wishes = |list: Vec<RawWish>| wishes(list).map_err(UvLockError::Form);
        let said = (manifest.default_groups, manifest.group_requires_python);
        let groups = groups(manifest.dependency_groups, said).map_err(UvLockError::Form)?;
        let asked = Asked {
            requires_python: self.requires_python.0,
            environments: markers(self.supported_markers)?,
            required: markers(self.required_markers)?,
            options: self.options.read(),
            members: names_of(manifest.members),
            constraints: wishes(manifest.constraints)?,
            overrides: wishes(manifest.overrides)?,
            excludes: names_of(manifest.excludes),
            build_constraints: wishes(manifest.build_constraints)?,
            groups,
            locals,
            others: manifest.others,
            conflicts: Vec::new(),
        };
        let forks = markers(self.resolution_markers)?;
        Ok(UvLock {
            revision: self.revision,
            asked: Asked { conflicts, ..asked },
            forks,
            packages,
        })
    }
}

impl RawOptions {
    fn read(self) -> Options {
        Options {
            resolution: self.resolution_mode,
            prerelease: self.prerelease_mode,
            // Beside a span it says nothing.
            exclude_newer: self
                .exclude_newer
                .filter(|_| self.exclude_newer_span.is_none())
                .map(|Parsed(moment)| moment),
            exclude_newer_span: self.exclude_newer_span,
            others: self.others,
        }
    }
}

impl RawMetadata {
    fn read(self, said: (Option<RawGroups>, Pythons)) -> Result<Says, String> {
        let extras = self.provides_extras.into_iter();
        Ok(Says {
            requires: wishes(self.requires_dist)?,
            extras: extras.map(|Parsed(extra)| extra).collect(),
            groups: groups(self.requires_dev, said)?,
        })
    }
}

/// What is said of groups: what they require, which are installed by themselves, and their Pythons.
fn groups(
    requires: BTreeMap<Parsed<GroupName>, Vec<RawWish>>,
    (defaults, pythons): (Option<RawGroups>, Pythons),
) -> Result<Groups, String> {
    let requires = requires.into_iter();
    let requires = requires.map(|(Parsed(name), list)| Ok((name, wishes(list)?)));
    let defaults = defaults.map_or(Ok(DefaultGroups::Unsaid), RawGroups::read);
    let pythons = pythons.into_iter();
    Ok(Groups {
        requires: requires.collect::<Result<_, String>>()?,
        defaults: defaults.map_err(|error| error.to_string())?.unless_usual(),
        pythons: pythons
            .map(|(Parsed(group), Parsed(pythons))| (group, pythons))
            .collect(),
    })
}

impl RawPackage {
    fn id(&self) -> Result<Id, UvLockError> {
        let source = self.source.clone().read();
        let source = source.map_err(|reason| self.wrong(reason))?;
        let version = self.version.as_ref();
        let version = version.map(|Parsed(version)| version.clone());
        Ok((self.name.0.clone(), version, source))
    }

    /// What a project on this machine says.
    fn says(&mut self) -> Result<Says, UvLockError> {
        let metadata = std::mem::take(&mut self.metadata);
        let said = (
            self.default_groups.take(),
            std::mem::take(&mut self.group_requires_python),
        );
        metadata.read(said).map_err(|reason| self.wrong(reason))
    }

    fn wrong(&self, reason: String) -> UvLockError {
        UvLockError::Package {
            name: self.name.0.to_string(),
            reason,
        }
    }
}

impl RawFile {
    fn read(self) -> LockedFile {
        let place = match (self.url, self.path, self.filename) {
            (Some(url), _, _) => FilePlace::Url(url),
            (None, Some(path), _) => FilePlace::Path(path),
            (None, None, Some(name)) => FilePlace::Name(name),
            (None, None, None) => FilePlace::Same,
        };
        LockedFile {
            place,
            hash: self.hash,
            size_bytes: self.size,
            upload_time: self.upload_time.map(|Parsed(time)| time),
        }
    }
}

fn wishes(list: Vec<RawWish>) -> Result<Vec<Wish>, String> {
    list.into_iter().map(RawWish::read).collect()
}

fn names_of(list: Vec<Parsed<ProjectName>>) -> BTreeSet<ProjectName> {
    list.into_iter().map(|Parsed(name)| name).collect()
}

/// What is needed to find the packages that others lead to.
struct Reading<'a> {
    ids: &'a [Id],
    places: &'a BTreeMap<&'a ProjectName, Vec<usize>>,
    names: &'a LockNames<'a>,
}

impl Reading<'_> {
    fn package(
        &self,
        package: RawPackage,
        (name, version, source): Id,
    ) -> Result<LockedPackage, UvLockError> {
        let wrong = |reason: String| UvLockError::Package {
            name: name.to_string(),
            reason,
        };
        let all = |list: Vec<RawDependency>| {
            let read = list.into_iter().map(|one| self.dependency(one));
            read.collect::<Result<Vec<_>, _>>().map_err(wrong)
        };
        let extras = package.optional_dependencies.into_iter();
        let extras = extras.map(|(Parsed(extra), list)| Ok((extra, all(list)?)));
        let groups = package.dev_dependencies.into_iter();
        let groups = groups.map(|(Parsed(group), list)| Ok((group, all(list)?)));
        Ok(LockedPackage {
            dependencies: all(package.dependencies)?,
            extras: extras.collect::<Result<_, UvLockError>>()?,
            groups: groups.collect::<Result<_, UvLockError>>()?,
            sdist: package.sdist.map(RawFile::read),
            wheels: package.wheels.into_iter().map(RawFile::read).collect(),
            name,
            version,
            source,
        })
    }

    fn dependency(&self, raw: RawDependency) -> Result<LockedDependency, String> {
        let Parsed(name) = raw.name;
        let source = raw.source.map(RawSource::read).transpose()?;
        let version = raw.version.map(|Parsed(version)| version);
        let places = self.places.get(&name).into_iter().flatten().copied();
        let mut places = places.filter(|place| {
            let (_, other, other_source) = &self.ids[*place];
            version.is_none() || (version == *other && Some(other_source) == source.as_ref())
        });
        let place = match (places.next(), places.next()) {
            (Some(place), None) => place,
            (None, _) => return Err(format!("it leads to `{name}`, which is not locked so")),
            (Some(_), Some(_)) => {
                return Err(format!(
                    "it leads to `{name}`, and several are locked of that name"
                ));
            }
        };
        let words = raw.marker;
        let marker = words.as_deref().map(|text| marker::read(text, self.names));
        Ok(LockedDependency {
            place,
            extras: raw.extra.into_iter().map(|Parsed(extra)| extra).collect(),
            marker: marker.transpose()?.unwrap_or(Marker::TRUE),
            words,
        })
    }
}
