//! From a poetry.lock to a lock of ours: what it says of packages, with the files that indexes have.

use std::collections::BTreeMap;

use tilsit_packaging::marker::Marker;
use tilsit_packaging::pylock::{
    ArchiveSource, DirectorySource, DistributionFile, Package, PackageSource, Pylock, VcsSource,
};
use tilsit_packaging::specifier::VersionSpecifiers;
use tilsit_packaging::version::Version;

use super::lock::{LockedPackage, PoetryLock, PoetryLockError};
use crate::inputs::group_marker;
use crate::lock::{Lock, LockedMember, OwnTable, with_requires, without_url};
use crate::workspace::{Member, Workspace};

impl PoetryLock {
    /// The lock in our form, of a lock that has groups; `found` has the files of what is locked, as
    /// [`PoetryLock::questions`] asks for them.
    ///
    /// # Errors
    /// When an index does not have what is locked, or a place cannot be understood.
    pub fn lock(
        &self,
        workspace: &Workspace,
        requires_python: &VersionSpecifiers,
        found: &Lock,
    ) -> Result<Lock, PoetryLockError> {
        let mut packages = Vec::with_capacity(self.packages.len());
        for locked in &self.packages {
            let (source, index) = match locked.place()? {
                Some(source) => (source, None),
                None => locked.files(found)?,
            };
            let version = match source {
                // Of a folder only its build tells it.
                PackageSource::Directory(_) => None,
                _ => Some(locked.version.clone()),
            };
            packages.push(Package {
                name: locked.name.clone(),
                version,
                marker: locked.marker(),
                requires_python: None,
                dependencies: Vec::new(),
                source,
                index,
                attestation_identities: Vec::new(),
                tool: match &locked.requires[..] {
                    [] => toml::Table::new(),
                    requires => with_requires(requires),
                },
            });
        }
        let root = workspace.root_member();
        packages.extend(root.and_then(package));
        Ok(Lock {
            pylock: Pylock {
                lock_version: Version::from_release(&[1, 0]),
                environments: Vec::new(),
                requires_python: Some(requires_python.clone()),
                extras: root.into_iter().flat_map(Member::extras).cloned().collect(),
                dependency_groups: workspace.groups().into_iter().cloned().collect(),
                default_groups: workspace.default_groups(),
                created_by: "poetry".to_owned(),
                packages,
                tool: toml::Table::new(),
            },
            own: Some(OwnTable {
                members: root
                    .map(|root| (root.name.clone(), member(root)))
                    .into_iter()
                    .collect(),
                ..OwnTable::default()
            }),
            is_edited: false,
        })
    }

    /// Takes out of a lock the files that have none of the hashes stated here; for locks without groups,
    /// whose versions are resolved again.
    ///
    /// # Errors
    /// When a release of it is not locked here, or no file of one is left.
    pub fn restrict(&self, lock: &mut Lock) -> Result<(), PoetryLockError> {
        for package in &mut lock.pylock.packages {
            let is_of_index = matches!(package.source, PackageSource::Distributions { .. });
            let Some(version) = package.version.clone().filter(|_| is_of_index) else {
                continue;
            };
            let mut packages = self.packages.iter();
            let same = packages.find(|one| one.name == package.name && one.version == version);
            let same = same.ok_or_else(|| PoetryLockError::Unlocked {
                name: package.name.clone(),
                version,
            })?;
            same.keep_stated(&mut package.source)?;
        }
        Ok(())
    }
}

impl LockedPackage {
    /// Where it is wanted, over extras and groups.
    fn marker(&self) -> Marker {
        let groups = self.groups.iter();
        groups.fold(Marker::FALSE, |any, (group, marker)| {
            let context = group.as_ref().map_or(Marker::TRUE, group_marker);
            any.or(context.and(*marker))
        })
    }

    /// The place of what no index has.
    fn place(&self) -> Result<Option<PackageSource>, PoetryLockError> {
        let wrong = |reason: &str| PoetryLockError::Package {
            name: self.name.to_string(),
            reason: reason.to_owned(),
        };
        let Some(source) = self.source.as_ref().filter(|_| !self.is_of_index()) else {
            return Ok(None);
        };
        let url = Some(source.url.clone());
        let (path, url) = match source.kind.as_str() {
            "file" => (url, None),
            _ => (None, url),
        };
        Ok(Some(match source.kind.as_str() {
            "git" => PackageSource::Vcs(VcsSource {
                kind: "git".to_owned(),
                url,
                path,
                requested_revision: source.reference.clone(),
                commit_id: source
                    .resolved
                    .clone()
                    .ok_or_else(|| wrong("its source has no `resolved_reference`"))?,
                subdirectory: source.subdirectory.clone(),
            }),
            "directory" => PackageSource::Directory(DirectorySource {
                path: source.url.clone(),
                editable: Some(self.is_editable),
                subdirectory: source.subdirectory.clone(),
            }),
            _ => {
                let mut hashes = BTreeMap::new();
                let stated = self.files.values().next();
                let stated = stated.ok_or_else(|| wrong("it has no hash"))?;
                let (algorithm, digest) = stated
                    .split_once(':')
                    .ok_or_else(|| wrong("its hash has no algorithm"))?;
                hashes.insert(algorithm.to_owned(), digest.to_owned());
                PackageSource::Archive(ArchiveSource {
                    url,
                    path,
                    size_bytes: None,
                    upload_time: None,
                    hashes,
                    subdirectory: source.subdirectory.clone(),
                })
            }
        }))
    }

    /// The files that an index has of it, as far as they are those that were locked.
    fn files(&self, found: &Lock) -> Result<(PackageSource, Option<String>), PoetryLockError> {
        let mut packages = found.pylock.packages.iter();
        let same = packages
            .find(|one| one.name == self.name && one.version.as_ref() == Some(&self.version));
        let same = same.ok_or_else(|| PoetryLockError::Missing {
            name: self.name.clone(),
            version: self.version.clone(),
        })?;
        let mut source = same.source.clone();
        self.keep_stated(&mut source)?;
        Ok((source, same.index.clone()))
    }

    /// Leaves of the files those with a hash that is stated.
    fn keep_stated(&self, source: &mut PackageSource) -> Result<(), PoetryLockError> {
        let PackageSource::Distributions { sdist, wheels } = source else {
            return Ok(());
        };
        let stated = self.hashes();
        let is_stated = |file: &DistributionFile| {
            let mut hashes = file.hashes.iter();
            hashes.any(|(name, digest)| stated.contains(&*format!("{name}:{digest}")))
        };
        wheels.retain(is_stated);
        if sdist.as_ref().is_some_and(|file| !is_stated(file)) {
            *sdist = None;
        }
        if wheels.is_empty() && sdist.is_none() {
            return Err(PoetryLockError::Hashes(self.name.clone()));
        }
        Ok(())
    }
}

/// The project itself, which Poetry's lock does not list.
fn package(member: &Member) -> Option<Package> {
    member.is_package.then(|| Package {
        name: member.name.clone(),
        version: member.project.version.clone(),
        marker: Marker::TRUE,
        requires_python: None,
        dependencies: Vec::new(),
        source: PackageSource::Directory(DirectorySource {
            path: ".".to_owned(),
            editable: Some(true),
            subdirectory: None,
        }),
        index: None,
        attestation_identities: Vec::new(),
        tool: toml::Table::new(),
    })
}

fn member(root: &Member) -> LockedMember {
    let extras = root.project.optional_dependencies.iter();
    let groups = root.groups.iter();
    LockedMember {
        path: ".".to_owned(),
        is_package: root.is_package,
        requires: root.project.dependencies.iter().map(without_url).collect(),
        extras: extras
            .map(|(extra, list)| {
                let list = list.iter().map(without_url).collect();
                (extra.clone(), (extra.clone(), list))
            })
            .collect(),
        groups: groups
            .map(|(group, list)| (group.clone(), list.iter().map(without_url).collect()))
            .collect(),
    }
}
