//! From a uv.lock to a lock of ours: the same packages, with the markers and requirements that the
//! ways between them come to.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use tilsit_packaging::marker::Marker;
use tilsit_packaging::name::{ExtraName, GroupName, ProjectName};
use tilsit_packaging::pylock::{
    ArchiveSource, DirectorySource, DistributionFile, Package, PackageSource, Pylock, VcsSource,
};
use tilsit_packaging::requirement::{Requirement, RequirementSource};
use tilsit_packaging::specifier::VersionSpecifier;
use tilsit_packaging::version::Version;
use tilsit_resolver::Universal;

use super::asked::{Asked, Says};
use super::source::{LockedSource, Repository};
use super::{FilePlace, LockedDependency, LockedFile, LockedPackage, UvLock, UvLockError};
use crate::inputs::{ExtraNames, extra_marker, group_marker};
use crate::lock::UV;
use crate::lock::{Goal, Lock, LockedMember, OwnTable, Stop, Way, relative, walk, with_requires};
use crate::settings::{ConflictItem, ConflictKind};
use crate::workspace::Workspace;

impl Asked {
    /// The Pythons and environments.
    pub(super) fn universal(&self) -> Universal {
        Universal {
            requires_python: self.requires_python.clone(),
            environments: self.environments.clone(),
        }
    }

    /// All that may be asked for: of what conflicts one at a time.
    pub(super) fn whole(&self, extras: &ExtraNames) -> Marker {
        let mut whole = self.universal().world();
        for set in &self.conflicts {
            let items: Vec<Marker> = set.iter().map(|item| item_marker(item, extras)).collect();
            for (place, item) in items.iter().enumerate() {
                for other in &items[place + 1..] {
                    whole = whole.and(item.and(*other).not());
                }
            }
        }
        whole
    }
}

fn item_marker(item: &ConflictItem, extras: &ExtraNames) -> Marker {
    match (&item.kind, &item.package) {
        (ConflictKind::Extra(extra), Some(package)) => extra_marker(extras.in_lock(package, extra)),
        (ConflictKind::Extra(extra), None) => extra_marker(extra),
        (ConflictKind::Group(group), _) => group_marker(group),
    }
}

impl UvLock {
    /// The lock in our form; the workspace tells which groups are installed when nobody says which.
    ///
    /// # Errors
    /// When a package of it is of a kind that ours cannot hold.
    pub fn lock(&self, workspace: &Workspace, extras: &ExtraNames) -> Result<Lock, UvLockError> {
        let members = self.members();
        let whole = self.asked.whole(extras);
        let markers = self.reached(&members, extras);
        let mut packages = Vec::with_capacity(self.packages.len());
        for (locked, marker) in self.packages.iter().zip(markers) {
            let marker = marker.and(whole);
            if marker.is_false() {
                continue;
            }
            let marker = marker.simplify_within(whole);
            let is_member = members.contains(&locked.name);
            let package = self.package(locked, marker, is_member)?;
            packages.extend(package.map(|package| as_ours(package, is_member, &workspace.root)));
        }
        let says = members.iter().copied().filter_map(|name| {
            let says = self.asked.locals.get(name)?.says.as_ref()?;
            Some((name, says))
        });
        let says: BTreeMap<&ProjectName, &Says> = says.collect();
        let groups = says.values().flat_map(|says| says.groups.requires.keys());
        let groups: BTreeSet<&GroupName> =
            groups.chain(self.asked.groups.requires.keys()).collect();
        let named = says.iter().flat_map(|(name, says)| {
            let named = says.extras.iter();
            named.map(|extra| extras.in_lock(name, extra).clone())
        });
        let named: BTreeSet<ExtraName> = named.collect();
        let default_groups = workspace.default_groups().into_iter();
        Ok(Lock {
            pylock: Pylock {
                lock_version: Version::from_release(&[1, 0]),
                environments: self.asked.environments.clone(),
                requires_python: Some(self.asked.requires_python.clone()),
                extras: named.into_iter().collect(),
                default_groups: default_groups.filter(|one| groups.contains(one)).collect(),
                dependency_groups: groups.into_iter().cloned().collect(),
                created_by: UV.to_owned(),
                packages,
                tool: toml::Table::new(),
            },
            own: Some(OwnTable {
                forks: self.forks.clone(),
                members: members
                    .iter()
                    .filter_map(|name| {
                        let member = self.member(name, says.get(name)?, extras)?;
                        Some(((*name).clone(), member))
                    })
                    .collect(),
                groups: requirements(&self.asked.groups.requires),
                ..OwnTable::default()
            }),
            is_edited: false,
        })
    }

    /// The projects that share the lock: those that it names, or the one in its folder.
    fn members(&self) -> BTreeSet<&ProjectName> {
        if !self.asked.members.is_empty() {
            return self.asked.members.iter().collect();
        }
        let locals = self.asked.locals.iter();
        let here = locals.filter(|(_, local)| local.source.folder() == Some("."));
        here.map(|(name, _)| name).collect()
    }

    /// Where each package is wanted, over extras and groups.
    fn reached(&self, members: &BTreeSet<&ProjectName>, extras: &ExtraNames) -> Vec<Marker> {
        let stops: Vec<Stop<'_>> = self.packages.iter().map(LockedPackage::stop).collect();
        let mut starts = Vec::new();
        for (place, package) in self.packages.iter().enumerate() {
            if !members.contains(&package.name) {
                for wish in self
                    .asked
                    .groups
                    .requires
                    .iter()
                    .flat_map(|(group, wishes)| {
                        let named = wishes.iter().filter(|wish| wish.name == package.name);
                        named.map(move |wish| (group, wish))
                    })
                {
                    let (group, wish) = wish;
                    starts.push(Goal {
                        place,
                        extras: &wish.extras,
                        marker: group_marker(group).and(wish.marker),
                    });
                }
                continue;
            }
            let itself = Goal {
                place,
                extras: &[],
                marker: Marker::TRUE,
            };
            starts.push(itself);
            starts.extend(package.extras.keys().map(|extra| Goal {
                extras: std::slice::from_ref(extra),
                marker: extra_marker(extras.in_lock(&package.name, extra)),
                ..itself
            }));
            for (group, dependencies) in &package.groups {
                starts.extend(dependencies.iter().map(|one| Goal {
                    marker: group_marker(group).and(one.marker),
                    ..one.goal()
                }));
            }
        }
        walk(&stops, &starts)
    }

    /// One package; none for a member that is not installed itself.
    fn package(
        &self,
        locked: &LockedPackage,
        marker: Marker,
        is_member: bool,
    ) -> Result<Option<Package>, UvLockError> {
        let source = match locked.place() {
            Ok(Some(source)) => source,
            Ok(None) if is_member => return Ok(None),
            Ok(None) => {
                let reason = "it is a folder that is not installed itself and no member (`package \
                              = false`), which is not followed";
                return Err(locked.wrong(reason.to_owned()));
            }
            Err(reason) => return Err(locked.wrong(reason)),
        };
        let index = match &locked.source {
            LockedSource::Registry(url) if url.contains("://") => Some(url.clone()),
            _ => None,
        };
        let requires = if is_member {
            Vec::new()
        } else {
            self.requires(locked)
        };
        Ok(Some(Package {
            name: locked.name.clone(),
            version: locked.version.clone(),
            marker,
            requires_python: None,
            dependencies: Vec::new(),
            source,
            index,
            attestation_identities: Vec::new(),
            tool: match &requires[..] {
                [] => toml::Table::new(),
                requires => with_requires(requires),
            },
        }))
    }

    /// What a package requires, as far as the ways tell: a version is said where there are several.
    fn requires(&self, locked: &LockedPackage) -> Vec<Requirement> {
        let of = |one: &LockedDependency, condition: Marker| {
            let to = &self.packages[one.place];
            let mut same = self.packages.iter().filter(|other| other.name == to.name);
            let is_one_of_several = same.nth(1).is_some();
            let version = to.version.clone().filter(|_| is_one_of_several);
            let specifiers = version.map(|version| VersionSpecifier::equal(version).into());
            Requirement {
                name: to.name.clone(),
                extras: one.extras.clone(),
                source: RequirementSource::Specifiers(specifiers.unwrap_or_default()),
                // What of extras and groups of the project opens the way is said by the other.
                marker: one.marker.without_extras().and(condition),
            }
        };
        let plain = locked.dependencies.iter();
        let mut requires: Vec<Requirement> = plain.map(|one| of(one, Marker::TRUE)).collect();
        for (extra, dependencies) in &locked.extras {
            let condition: Marker = format!("extra == '{extra}'")
                .parse()
                .expect("a normal name stands in quotes");
            requires.extend(dependencies.iter().map(|one| of(one, condition)));
        }
        requires
    }

    fn member(&self, name: &ProjectName, says: &Says, extras: &ExtraNames) -> Option<LockedMember> {
        let source = &self.asked.locals.get(name)?.source;
        let mut member = LockedMember {
            path: source.folder()?.to_owned(),
            is_package: !matches!(source, LockedSource::Virtual(_)),
            ..LockedMember::default()
        };
        for extra in &says.extras {
            let in_lock = extras.in_lock(name, extra).clone();
            member.extras.insert(extra.clone(), (in_lock, Vec::new()));
        }
        for wish in &says.requires {
            member.add(&wish.requirement());
        }
        member.groups = requirements(&says.groups.requires);
        Some(member)
    }
}

/// A package as ours would lock it: of a folder only its build tells the version, and what is on this
/// machine is named by its path.
fn as_ours(mut package: Package, is_member: bool, root: &Path) -> Package {
    match &mut package.source {
        PackageSource::Directory(_) if !is_member => package.version = None,
        PackageSource::Vcs(vcs) => {
            let url = vcs.url.as_deref().and_then(|url| url::Url::parse(url).ok());
            let file = url.filter(|url| url.scheme() == "file");
            if let Some(path) = file.and_then(|url| url.to_file_path().ok()) {
                vcs.path = Some(relative(&path, root));
                vcs.url = None;
            }
        }
        _ => {}
    }
    package
}

fn requirements(
    groups: &BTreeMap<GroupName, Vec<super::Wish>>,
) -> BTreeMap<GroupName, Vec<Requirement>> {
    let groups = groups.iter().map(|(group, wishes)| {
        let requirements = wishes.iter().map(super::Wish::requirement);
        (group.clone(), requirements.collect())
    });
    groups.collect()
}

impl LockedDependency {
    fn goal(&self) -> Goal<'_> {
        Goal {
            place: self.place,
            extras: &self.extras,
            marker: self.marker,
        }
    }
}

impl LockedPackage {
    fn wrong(&self, reason: String) -> UvLockError {
        UvLockError::Package {
            name: self.name.to_string(),
            reason,
        }
    }

    fn stop(&self) -> Stop<'_> {
        let plain = self.dependencies.iter().map(|one| Way {
            from: None,
            to: one.goal(),
        });
        let of_extras = self.extras.iter().flat_map(|(extra, list)| {
            list.iter().map(move |one| Way {
                from: Some(extra),
                to: one.goal(),
            })
        });
        Stop {
            limit: Marker::TRUE,
            ways: plain.chain(of_extras).collect(),
        }
    }

    /// Where it is; none for a folder that is not installed.
    fn place(&self) -> Result<Option<PackageSource>, String> {
        Ok(Some(match &self.source {
            LockedSource::Virtual(_) => return Ok(None),
            LockedSource::Directory(path) => directory(path, None),
            LockedSource::Editable(path) => directory(path, Some(true)),
            LockedSource::Git(text) => {
                let repository = Repository::read(text);
                PackageSource::Vcs(VcsSource {
                    kind: "git".to_owned(),
                    url: Some(repository.url),
                    path: None,
                    requested_revision: repository.reference,
                    commit_id: repository.commit.ok_or("its source names no commit")?,
                    subdirectory: repository.subdirectory,
                })
            }
            LockedSource::Url(url, subdirectory) => {
                self.archive((Some(url.clone()), None), subdirectory.clone())?
            }
            LockedSource::Path(path) => self.archive((None, Some(path.clone())), None)?,
            LockedSource::Registry(place) => {
                let file = |file: &LockedFile| file.distribution(place);
                let wheels = self.wheels.iter().map(file);
                PackageSource::Distributions {
                    sdist: self.sdist.as_ref().map(file).transpose()?,
                    wheels: wheels.collect::<Result<_, _>>()?,
                }
            }
        }))
    }

    fn archive(
        &self,
        (url, path): (Option<String>, Option<String>),
        subdirectory: Option<String>,
    ) -> Result<PackageSource, String> {
        let file = self.wheels.first().or(self.sdist.as_ref());
        let file = file.ok_or("it has no file")?;
        Ok(PackageSource::Archive(ArchiveSource {
            url,
            path,
            size_bytes: file.size_bytes,
            upload_time: file.upload_time,
            hashes: file.hashes()?,
            subdirectory,
        }))
    }
}

fn directory(path: &str, editable: Option<bool>) -> PackageSource {
    PackageSource::Directory(DirectorySource {
        path: path.to_owned(),
        editable,
        subdirectory: None,
    })
}

impl LockedFile {
    fn hashes(&self) -> Result<BTreeMap<String, String>, String> {
        let stated = self.hash.iter().map(|hash| {
            let parts = hash.split_once(':');
            let (algorithm, digest) = parts.ok_or_else(|| format!("`{hash}` is no hash"))?;
            Ok((algorithm.to_owned(), digest.to_owned()))
        });
        stated.collect()
    }

    /// A file of an index, or of a folder of files.
    fn distribution(&self, index: &str) -> Result<DistributionFile, String> {
        let (url, path) = match &self.place {
            FilePlace::Url(url) => (Some(url.clone()), None),
            FilePlace::Path(path) if index.is_empty() || index == "." => (None, Some(path.clone())),
            FilePlace::Path(path) => (
                None,
                Some(format!("{}/{path}", index.trim_end_matches('/'))),
            ),
            FilePlace::Same | FilePlace::Name(_) => {
                return Err("a file of it has neither a `url` nor a `path`".to_owned());
            }
        };
        Ok(DistributionFile {
            name: None,
            upload_time: self.upload_time,
            url,
            path,
            size_bytes: self.size_bytes,
            hashes: self.hashes()?,
        })
    }
}
