//! From resolutions to a lock.

mod place;

pub(crate) use place::relative;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

use tilsit_files::threads;
use tilsit_packaging::direct_url::DirectUrl;
use tilsit_packaging::file_name::WheelFileName;
use tilsit_packaging::marker::Marker;
use tilsit_packaging::name::{ExtraName, ProjectName};
use tilsit_packaging::pylock::{DistributionFile, Package, PackageSource, Pylock};
use tilsit_packaging::range::VersionRange;
use tilsit_packaging::requirement::{Requirement, RequirementSource};
use tilsit_packaging::specifier::VersionSpecifiers;
use tilsit_packaging::version::Version;
use tilsit_provider::options::is_for_pythons;
use tilsit_provider::{Pin, PinnedFile, Resolution};
use tilsit_resolver::Release;

use super::own::{LockedMember, OwnTable, with_requires};
use super::reach::{reach, release};
use super::{Lock, own};
use crate::inputs::Inputs;
use crate::locks::{LockForm, LockKind};
use crate::workspace::{Member, Workspace};

/// The lock version that is written.
const LOCK_VERSION: [u64; 2] = [1, 0];

/// What stands at the URLs of requirements, by URL; members need not be among them.
pub type Origins = BTreeMap<String, DirectUrl>;

/// The resolution of one world.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// The world: see [`crate::inputs::World`].
    pub world: Marker,
    /// What was found for it.
    pub resolution: &'a Resolution,
}

/// All that a lock is made of.
#[derive(Clone, Copy, Debug)]
pub struct Assembly<'a> {
    /// The projects.
    pub workspace: &'a Workspace,
    /// What was asked.
    pub inputs: &'a Inputs,
    /// The answers, one for each world.
    pub answers: &'a [Answer<'a>],
    /// What stands at URLs.
    pub origins: &'a Origins,
    /// The URLs of folders that are installed as they stand.
    pub editables: &'a BTreeSet<String>,
    /// A digest of all that the lock is made of.
    pub fingerprint: &'a str,
}

/// What cannot be locked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AssemblyError {
    /// Nobody says what the file must be.
    #[error("no hash is known of `{file}` of `{name}`, so that it cannot be locked")]
    NoHash {
        /// The project.
        name: ProjectName,
        /// The file.
        file: String,
    },
    /// What stands at the URL of a requirement is not known.
    #[error("it is not known what `{name}` at `{url}` is, so that it cannot be locked")]
    NoOrigin {
        /// The project.
        name: ProjectName,
        /// The URL.
        url: String,
    },
}

/// A pin of one or more worlds.
struct Draft<'a> {
    pin: &'a Pin,
    marker: Marker,
    extras: BTreeSet<&'a ExtraName>,
    targets: BTreeSet<&'a Release>,
}

impl Assembly<'_> {
    /// The lock.
    ///
    /// # Errors
    /// When the hash or the origin of something is not known.
    pub fn lock(&self) -> Result<Lock, AssemblyError> {
        let drafts = self.drafts();
        let whole = self.inputs.whole();
        let all: Vec<&Draft<'_>> = drafts.values().collect();
        let made = threads::map(&all, |draft| self.package(draft, whole));
        let mut packages = Vec::with_capacity(all.len());
        for (draft, package) in all.into_iter().zip(made) {
            packages.extend(package?.map(|package| (draft, package)));
        }
        packages.sort_by_cached_key(|(_, package)| {
            let version = package.version.clone();
            (package.name.clone(), version, package.marker.to_string())
        });
        let named = Named::of(&packages);
        let edges: Vec<Vec<toml::Table>> = packages
            .iter()
            .map(|(draft, _)| {
                draft
                    .targets
                    .iter()
                    .filter_map(|target| named.table(target))
            })
            .map(Iterator::collect)
            .collect();
        let packages = packages.into_iter().zip(edges);
        let packages = packages.map(|((_, package), dependencies)| Package {
            dependencies,
            ..package
        });
        let workspace = self.workspace;
        Ok(Lock {
            pylock: Pylock {
                lock_version: Version::from_release(&LOCK_VERSION),
                environments: self.inputs.universal.environments.clone(),
                requires_python: Some(self.inputs.universal.requires_python.clone()),
                extras: self.inputs.extras.all(),
                dependency_groups: workspace.groups().into_iter().cloned().collect(),
                default_groups: workspace.default_groups(),
                created_by: own::TOOL.to_owned(),
                packages: packages.collect(),
                tool: toml::Table::new(),
            },
            own: Some(OwnTable {
                fingerprint: self.fingerprint.to_owned(),
                digest: String::new(),
                forks: self.forks(whole),
                script: match &workspace.lock {
                    LockKind::Script(file) => Some(file.clone()),
                    LockKind::Project | LockKind::Named(..) => None,
                },
                members: self.members(&drafts),
                groups: workspace
                    .root_groups
                    .iter()
                    .map(|(name, list)| (name.clone(), list.iter().map(without_url).collect()))
                    .collect(),
            }),
            is_edited: false,
        })
    }

    /// The parts that were resolved apart, without those of worlds that were resolved as a whole.
    fn forks(&self, whole: Marker) -> Vec<Marker> {
        let divided = self.answers.iter();
        let divided = divided.filter(|answer| answer.resolution.forks.len() > 1);
        let forks = divided.flat_map(|answer| {
            let forks = answer.resolution.forks.iter();
            forks.map(|fork| fork.and(answer.world).simplify_within(whole))
        });
        forks.collect()
    }

    /// The pins of all worlds, those that are the same joined.
    fn drafts(&self) -> BTreeMap<Release, Draft<'_>> {
        let mut drafts: BTreeMap<Release, Draft<'_>> = BTreeMap::new();
        for answer in self.answers {
            let pins = &answer.resolution.pins;
            let reached = reach(pins, &self.inputs.roots, answer.world);
            for (pin, marker) in pins.iter().zip(reached) {
                if marker.is_false() {
                    continue;
                }
                let draft = drafts.entry(release(pin)).or_insert_with(|| Draft {
                    pin,
                    marker: Marker::FALSE,
                    extras: BTreeSet::new(),
                    targets: BTreeSet::new(),
                });
                draft.marker = draft.marker.or(marker);
                draft.extras.extend(&pin.extras);
                draft
                    .targets
                    .extend(pin.dependencies.iter().map(|edge| &edge.release));
            }
        }
        drafts
    }

    /// One package; none for a member that is not installed itself.
    fn package(&self, draft: &Draft<'_>, whole: Marker) -> Result<Option<Package>, AssemblyError> {
        let pin = draft.pin;
        let marker = draft.marker.simplify_within(whole);
        let mut package = Package {
            name: pin.name.clone(),
            version: Some(pin.version.clone()),
            marker,
            requires_python: None,
            dependencies: Vec::new(),
            source: PackageSource::Distributions {
                sdist: None,
                wheels: Vec::new(),
            },
            index: pin.index.as_ref().map(|index| index.url().to_string()),
            attestation_identities: Vec::new(),
            tool: toml::Table::new(),
        };
        match &pin.url {
            None => {
                let (sdist, wheels) = self.distributions(pin, draft.marker.and(whole))?;
                package.source = PackageSource::Distributions { sdist, wheels };
                // pipenv states it with each project.
                if self.workspace.pipfile.is_some() {
                    package
                        .requires_python
                        .clone_from(&pin.file.requires_python);
                }
            }
            Some(url) => match self.member(pin) {
                Some(member) if !member.is_package => return Ok(None),
                Some(member) => {
                    package.version.clone_from(&member.project.version);
                    package.source = self.directory(url, &member.folder);
                }
                None => {
                    let origin = self.origins.get(&**url);
                    let origin = origin.ok_or_else(|| AssemblyError::NoOrigin {
                        name: pin.name.clone(),
                        url: url.to_string(),
                    })?;
                    package.source = self.at_url(pin, url, origin)?;
                    if matches!(package.source, PackageSource::Directory(_)) {
                        package.version = None;
                    }
                }
            },
        }
        let requires = requires(draft, whole);
        if !requires.is_empty() && self.member(pin).is_none() {
            package.tool = with_requires(&requires);
        }
        Ok(Some(package))
    }

    /// The member that a pin is.
    fn member(&self, pin: &Pin) -> Option<&Member> {
        let member = self.workspace.members.get(&pin.name)?;
        (pin.url.as_deref() == Some(member.url().as_str())).then_some(member)
    }

    /// The files of a release that may be of use somewhere where it is wanted.
    fn distributions(
        &self,
        pin: &Pin,
        marker: Marker,
    ) -> Result<(Option<DistributionFile>, Vec<DistributionFile>), AssemblyError> {
        let files: &[PinnedFile] = match &pin.files[..] {
            [] => std::slice::from_ref(&pin.file),
            files => files,
        };
        let mut wanted = Wanted::by(marker);
        // uv keeps files for all Pythons of the project.
        if let LockForm::Uv = self.workspace.lock_form() {
            wanted.pythons = VersionRange::from(&self.inputs.universal.requires_python);
        }
        let mut sdist: Option<&PinnedFile> = None;
        let mut wheels = Vec::new();
        for file in files {
            if !file.is_wheel {
                // Of several the one that the standard wants today.
                let is_tar = |file: &PinnedFile| file.remote.name.ends_with(".tar.gz");
                if sdist.is_none_or(|known| !is_tar(known) && is_tar(file)) {
                    sdist = Some(file);
                }
            } else if wanted.includes(&file.remote.name) {
                wheels.push(self.file(pin, file)?);
            }
        }
        wheels.sort_by_cached_key(DistributionFile::file_name);
        let sdist = sdist.map(|file| self.file(pin, file)).transpose()?;
        Ok((sdist, wheels))
    }

    /// The members, with what each requires.
    fn members(
        &self,
        drafts: &BTreeMap<Release, Draft<'_>>,
    ) -> BTreeMap<ProjectName, LockedMember> {
        let mut members = BTreeMap::new();
        for draft in drafts.values() {
            let Some(member) = self.member(draft.pin) else {
                continue;
            };
            let mut locked = LockedMember {
                path: self.relative(&member.folder),
                is_package: member.is_package,
                ..LockedMember::default()
            };
            for extra in member.extras() {
                let in_lock = self.inputs.extras.in_lock(&member.name, extra);
                let named = (in_lock.clone(), Vec::new());
                locked.extras.insert(extra.clone(), named);
            }
            for requirement in &draft.pin.requires {
                locked.add(requirement);
            }
            for (group, requirements) in &member.groups {
                let requirements = requirements.iter().map(without_url).collect();
                locked.groups.insert(group.clone(), requirements);
            }
            members.insert(member.name.clone(), locked);
        }
        members
    }

    /// A path from the lock's folder, with `/`.
    fn relative(&self, path: &Path) -> String {
        place::relative(path, &self.workspace.root)
    }
}

/// Which wheels may be of use where a marker holds.
struct Wanted {
    pythons: VersionRange,
    /// By the word that the names of the platforms of a system have.
    systems: [(&'static str, bool); 3],
}

impl Wanted {
    fn by(marker: Marker) -> Self {
        let is_there =
            |(word, system): &(&'static str, Marker)| (*word, !system.is_disjoint(marker));
        Self {
            pythons: marker.python_range(),
            systems: SYSTEMS.each_ref().map(is_there),
        }
    }

    fn includes(&self, file: &str) -> bool {
        let Ok(name) = file.parse::<WheelFileName>() else {
            return true;
        };
        let is_for_a_python = name.tags.interpreters().any(|interpreter| {
            let mut abis = name.tags.abis();
            abis.any(|abi| is_for_pythons(interpreter, abi, &self.pythons))
        });
        let is_for_a_system = name.tags.platforms().any(|platform| {
            let mut systems = self.systems.iter();
            let known = systems.find(|(word, _)| platform.contains(word));
            known.is_none_or(|(_, is_there)| *is_there)
        });
        is_for_a_python && is_for_a_system
    }
}

/// The systems that names of platforms tell apart.
static SYSTEMS: LazyLock<[(&str, Marker); 3]> = LazyLock::new(|| {
    let system = |name: &str| {
        let marker = format!("sys_platform == '{name}'");
        marker.parse().expect("the text is a marker")
    };
    [
        ("linux", system("linux")),
        ("macosx", system("darwin")),
        ("win", system("win32")),
    ]
});

/// What a pin requires, as far as that led to other pins; without URLs, for what they mean is in the
/// lock.
fn requires(draft: &Draft<'_>, whole: Marker) -> Vec<Requirement> {
    let extras: Vec<ExtraName> = draft.extras.iter().map(|extra| (*extra).clone()).collect();
    let leads_on = |requirement: &&Requirement| {
        let names_pin = draft
            .targets
            .iter()
            .any(|target| target.name == requirement.name);
        let marker = requirement.marker.with_extras(&extras);
        names_pin && !marker.is_disjoint(whole)
    };
    let requires = draft.pin.requires.iter().filter(leads_on);
    requires.map(without_url).collect()
}

/// A requirement without the place that it names.
pub(crate) fn without_url(requirement: &Requirement) -> Requirement {
    match requirement.source {
        RequirementSource::Specifiers(_) => requirement.clone(),
        RequirementSource::Url(_) => Requirement {
            source: RequirementSource::Specifiers(VersionSpecifiers::any()),
            ..requirement.clone()
        },
    }
}

/// The packages of a lock, to be named in it.
struct Named<'a> {
    releases: BTreeMap<Release, &'a Package>,
    names: BTreeMap<&'a ProjectName, Vec<&'a Package>>,
}

impl<'a> Named<'a> {
    fn of(packages: &'a [(&Draft<'_>, Package)]) -> Self {
        let mut named = Self {
            releases: BTreeMap::new(),
            names: BTreeMap::new(),
        };
        for (draft, package) in packages {
            named.releases.insert(release(draft.pin), package);
            named.names.entry(&package.name).or_default().push(package);
        }
        named
    }

    /// A package by the least that tells it from the others.
    fn table(&self, target: &Release) -> Option<toml::Table> {
        let package = *self.releases.get(target)?;
        let text = |text: String| toml::Value::String(text);
        let mut table = toml::Table::new();
        table.insert("name".to_owned(), text(package.name.to_string()));
        let all = &self.names[&package.name];
        if all.len() < 2 {
            return Some(table);
        }
        if let Some(version) = &package.version {
            table.insert("version".to_owned(), text(version.to_string()));
        }
        let same_version = all.iter().filter(|other| other.version == package.version);
        if same_version.count() > 1 {
            table.insert("marker".to_owned(), text(package.marker.to_string()));
        }
        Some(table)
    }
}
