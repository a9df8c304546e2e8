//! From wheels and an environment to an [`InstallPlan`]: a value that says what will be done.
//!
//! The plan is made from the wheels' manifests alone: no directory is walked. It holds for each
//! file where it comes from and where it goes, the text of every script, and RECORD. `--dry-run`
//! prints it; [`crate::apply()`] carries it out and decides nothing.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::{FxBuildHasher, FxHashSet};
use tilsit_dist::dist_info::{InstalledDistribution, InstalledForm};
use tilsit_dist::wheel::Scheme;
use tilsit_environment::{Environment, InstallPaths};
use tilsit_files::FileError;
use tilsit_packaging::direct_url::DirectUrl;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::record::RecordError;
use tilsit_packaging::version::Version;

use crate::manifest::{FileKind, Manifest, ManifestFile};
use crate::removal::{LegacyError, Removal, Territory, plan_legacy_removal, plan_removal};
use crate::scripts;
use crate::store::StoredWheel;
use tilsit_files::threads;

mod conflicts;
mod display;
mod folders;
mod rewrites;
mod tree;
mod writes;

pub use tree::PlannedSplit;

/// How files get from the store into an environment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LinkMode {
    /// Copies that share their blocks until one of the two is written to.
    Clone,
    /// A second name for the same file.
    #[default]
    Hardlink,
    /// A copy of the bytes.
    Copy,
    /// A symbolic link for each folder of one wheel alone where that is safe, else a second name for
    /// each file.
    Tree,
}

impl LinkMode {
    /// How single files are placed.
    pub(crate) fn of_files(self) -> tilsit_files::LinkMode {
        match self {
            Self::Clone => tilsit_files::LinkMode::Clone,
            Self::Hardlink | Self::Tree => tilsit_files::LinkMode::Hardlink,
            Self::Copy => tilsit_files::LinkMode::Copy,
        }
    }
}

/// A wheel to install.
#[derive(Clone, Debug)]
pub struct WheelToInstall {
    /// The unpacked wheel.
    pub stored: StoredWheel,
    /// Whether the user asked for it by name (REQUESTED).
    pub is_requested: bool,
    /// Where it is from, if not from an index (`direct_url.json`).
    pub direct_url: Option<DirectUrl>,
    /// Its compiled modules, if they are to be placed too ([`crate::compile()`]).
    pub compiled: Option<Arc<Manifest>>,
}

/// How to plan.
#[derive(Clone, Debug)]
pub struct PlanOptions {
    /// How files get from the store into the environment.
    pub link_mode: LinkMode,
    /// What INSTALLER says.
    pub installer: String,
    /// Whether a distribution that is installed in the same version is installed again.
    pub reinstall: bool,
}

impl Default for PlanOptions {
    fn default() -> Self {
        Self {
            link_mode: LinkMode::default(),
            installer: "tilsit".to_owned(),
            reinstall: false,
        }
    }
}

/// What will be done to an environment.
#[derive(Clone, Debug)]
pub struct InstallPlan {
    /// The folder that holds the environment's metadata: `purelib`.
    pub site_packages: PathBuf,
    /// What is installed already in the wanted version.
    pub unchanged: Vec<(ProjectName, Version)>,
    /// What is taken out first.
    pub removals: Vec<Removal>,
    /// Files of others that are written anew: search paths without the lines that go.
    pub rewrites: Vec<PlannedWrite>,
    /// Links of earlier installations that become folders.
    pub splits: Vec<PlannedSplit>,
    /// What is put in.
    pub installs: Vec<PlannedWheel>,
    /// The folders to make, parents first, each once; those that are there already stay.
    pub folders: Vec<PathBuf>,
    /// Paths that two wheels put different files at; the later wheel wins.
    pub conflicts: Vec<Conflict>,
    /// How files get from the store into the environment.
    pub link_mode: LinkMode,
}

/// A wheel and its place.
#[derive(Clone, Debug)]
pub struct PlannedWheel {
    /// The project.
    pub name: ProjectName,
    /// The version.
    pub version: Version,
    /// The unpacked wheel's folder.
    pub tree: PathBuf,
    /// The wheel's files, by their number in the manifest, that are linked as they are.
    links: Vec<u32>,
    /// The wheel's folders that become links, by their paths inside it.
    linked_folders: FxHashSet<String>,
    /// The compiled modules that are placed.
    compiled: Option<Arc<Manifest>>,
    /// Files that are made for this environment.
    pub writes: Vec<PlannedWrite>,
    /// How many files are reached through links to their folders.
    behind_links: usize,
    /// Whether another wheel of the plan may put a file at one of its paths.
    shares_paths: bool,
    manifest: Arc<Manifest>,
    targets: Arc<Targets>,
}

/// A file that is linked from the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedLink {
    /// The file in the store.
    pub source: PathBuf,
    /// Its path in the environment.
    pub destination: PathBuf,
    /// Whether it is a program.
    pub is_program: bool,
}

/// A file that is made for this environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedWrite {
    /// Where it goes.
    pub destination: PathBuf,
    /// What is in it.
    pub contents: Vec<u8>,
    /// Whether it is a program.
    pub is_program: bool,
}

/// Two wheels that put different files at one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The path.
    pub path: PathBuf,
    /// The wheel that is overwritten.
    pub first: ProjectName,
    /// The wheel whose file stays.
    pub second: ProjectName,
}

/// Where the parts of one wheel go.
#[derive(Clone, Debug)]
struct Targets {
    root: PathBuf,
    purelib: PathBuf,
    platlib: PathBuf,
    headers: PathBuf,
    scripts: PathBuf,
    data: PathBuf,
}

impl Targets {
    fn of(manifest: &Manifest, paths: &InstallPaths) -> Self {
        let root = if manifest.root_is_purelib {
            &paths.purelib
        } else {
            &paths.platlib
        };
        Self {
            root: root.clone(),
            purelib: paths.purelib.clone(),
            platlib: paths.platlib.clone(),
            headers: paths.headers.join(manifest.name.as_str()),
            scripts: paths.scripts.clone(),
            data: paths.data.clone(),
        }
    }

    fn folder(&self, scheme: Scheme) -> &Path {
        match scheme {
            Scheme::Purelib => &self.purelib,
            Scheme::Platlib => &self.platlib,
            Scheme::Headers => &self.headers,
            Scheme::Scripts => &self.scripts,
            Scheme::Data => &self.data,
        }
    }

    /// Whether a path in the folder for data lies in one of the other folders.
    fn is_of_others(&self, inside: &str) -> bool {
        let others = [&self.purelib, &self.platlib, &self.headers, &self.scripts];
        let path = self.data.join(inside);
        others.iter().any(|other| path.starts_with(other))
    }
}

impl PlannedWheel {
    /// Its METADATA in the store.
    pub fn metadata_path(&self) -> PathBuf {
        self.tree.join(&self.manifest.dist_info).join("METADATA")
    }

    fn of(wheel: &WheelToInstall, targets: Arc<Targets>, linked: FxHashSet<String>) -> Self {
        let manifest = &wheel.stored.manifest;
        Self {
            name: manifest.name.clone(),
            version: manifest.version.clone(),
            tree: wheel.stored.tree.clone(),
            links: Vec::with_capacity(manifest.files.len()),
            linked_folders: linked,
            compiled: wheel.compiled.clone(),
            writes: Vec::new(),
            behind_links: 0,
            shares_paths: false,
            manifest: Arc::clone(manifest),
            targets,
        }
    }

    /// The files that are linked as they are in the store.
    pub fn links(&self) -> impl ExactSizeIterator<Item = PlannedLink> + '_ {
        self.linked_files().map(|file| PlannedLink {
            source: self.tree.join(&file.path),
            destination: self.targets.folder(file.scheme).join(file.inside()),
            is_program: file.kind == FileKind::Program,
        })
    }

    /// The folder that the wheel's root goes to.
    pub(crate) fn root(&self) -> &Path {
        &self.targets.root
    }

    /// The links to whole folders.
    pub fn folder_links(&self) -> impl Iterator<Item = PlannedLink> + '_ {
        self.linked_folders.iter().map(|folder| PlannedLink {
            source: self.tree.join(folder),
            destination: self.targets.root.join(folder),
            is_program: false,
        })
    }

    /// The compiled modules that are linked as they are in the store.
    pub fn compiled_links(&self) -> impl Iterator<Item = PlannedLink> + '_ {
        self.compiled_files().map(|file| PlannedLink {
            source: self.tree.join(&file.path),
            destination: self.targets.folder(file.scheme).join(file.inside()),
            is_program: false,
        })
    }

    /// The paths that are made in folders of this kind.
    pub(crate) fn made_in(&self, is_such: &dyn Fn(&Path) -> bool) -> Vec<PathBuf> {
        let mut paths = Vec::new();
        // Files are sorted: those of one folder follow each other.
        let mut last: Option<(Scheme, &str, bool)> = None;
        for file in self.linked_files().chain(self.compiled_files()) {
            let (scheme, folder) = (file.scheme, file.folder());
            let target = self.targets.folder(scheme);
            let taken = match last {
                Some((of, same, taken)) if of == scheme && same == folder => taken,
                _ if folder.is_empty() => is_such(target),
                _ => is_such(&target.join(folder)),
            };
            last = Some((scheme, folder, taken));
            if taken {
                paths.push(target.join(file.inside()));
            }
        }
        let links = self.folder_links().map(|link| link.destination);
        let written = self.writes.iter().map(|write| write.destination.clone());
        let others = links.chain(written);
        paths.extend(others.filter(|path| path.parent().is_some_and(is_such)));
        paths
    }

    /// Whether another wheel of the plan may put a file at one of its paths.
    pub(crate) fn shares_paths(&self) -> bool {
        self.shares_paths
    }

    /// Whether files that are copied keep their time, which compiled modules refer to.
    pub(crate) fn keeps_times(&self) -> bool {
        self.compiled.is_some()
    }

    fn compiled_files(&self) -> impl Iterator<Item = &ManifestFile> {
        let files = self.compiled.iter().flat_map(|compiled| &compiled.files);
        files.filter(|file| !self.is_in_linked_folder(file))
    }

    fn is_in_linked_folder(&self, file: &ManifestFile) -> bool {
        !self.linked_folders.is_empty()
            && file.inside_start == 0
            && tree::outer_folders(&file.path).any(|folder| self.linked_folders.contains(folder))
    }

    /// How many files the distribution has in the environment.
    pub fn file_count(&self) -> usize {
        self.links.len() + self.writes.len() + self.behind_links
    }

    fn linked_files(&self) -> impl ExactSizeIterator<Item = &ManifestFile> {
        let files = &self.manifest.files;
        self.links.iter().map(|number| &files[*number as usize])
    }
}

/// Why no plan could be made.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// A file or folder could not be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// An installed distribution does not say what belongs to it.
    #[error(
        "cannot tell which files belong to `{name}` {version}, installed in `{}`: {reason}",
        .path.display()
    )]
    NoRecord {
        /// The project.
        name: ProjectName,
        /// The installed version.
        version: Version,
        /// Its metadata.
        path: PathBuf,
        /// Why not.
        reason: Box<LegacyError>,
    },
    /// An installed distribution whose files nobody knows.
    #[error("cannot uninstall `{name}` {version}: {reason}")]
    Distutils {
        /// The project.
        name: ProjectName,
        /// The installed version.
        version: Version,
        /// Why not.
        reason: Box<LegacyError>,
    },
    /// RECORD of a distribution whose link must be split is malformed.
    #[error("cannot use `{}`: {reason}", .path.display())]
    Split {
        /// RECORD.
        path: PathBuf,
        /// What is wrong with it.
        reason: RecordError,
    },
    /// Two wheels of one project.
    #[error("`{name}` is to be installed in two versions, {first} and {second}")]
    Twice {
        /// The project.
        name: ProjectName,
        /// One version.
        first: Version,
        /// The other.
        second: Version,
    },
}

/// Plans the installation of `wheels` in `environment`, where `installed` is what is there.
///
/// Another version of a wheel's project goes; the same version stays as it is, unless
/// [`PlanOptions::reinstall`] or a `direct_url` asks for it.
///
/// # Errors
/// When two wheels are of one project, a script's text cannot be read from the store, or an
/// installed distribution does not say which files belong to it.
pub fn plan(
    environment: &Environment,
    wheels: &[WheelToInstall],
    installed: &[InstalledDistribution],
    options: &PlanOptions,
) -> Result<InstallPlan, PlanError> {
    let present = Present {
        installed,
        extra: &[],
    };
    plan_beside(environment, wheels, present, options)
}

/// What is in an environment already.
#[derive(Clone, Copy, Debug)]
pub struct Present<'a> {
    /// Everything that is installed.
    pub installed: &'a [InstalledDistribution],
    /// What of it goes whatever comes.
    pub extra: &'a [&'a InstalledDistribution],
}

/// Plans the installation of `wheels`, and the removal of what is extra besides.
///
/// # Errors
/// As [`plan()`].
pub fn plan_beside(
    environment: &Environment,
    wheels: &[WheelToInstall],
    present: Present<'_>,
    options: &PlanOptions,
) -> Result<InstallPlan, PlanError> {
    let installed = present.installed;
    let mut removed: Vec<&InstalledDistribution> = present.extra.to_vec();
    let (mut unchanged, mut wanted) = (Vec::new(), Vec::new());
    for wheel in wheels {
        let manifest = &wheel.stored.manifest;
        let mut found = installed.iter().filter(|there| there.name == manifest.name);
        let is_there = found.clone().any(|there| there.version == manifest.version);
        let is_one = found.clone().count() == 1;
        if is_there && is_one && !options.reinstall && wheel.direct_url.is_none() {
            unchanged.push((manifest.name.clone(), manifest.version.clone()));
        } else {
            removed.extend(found.by_ref());
            wanted.push(wheel);
        }
    }
    let removals = removals(environment, &removed)?;
    plan_changes(environment, &wanted, removals, unchanged, options)
}

/// Plans the removal of installed distributions.
///
/// # Errors
/// When one does not say which files belong to it.
pub fn plan_uninstall(
    environment: &Environment,
    distributions: &[&InstalledDistribution],
) -> Result<InstallPlan, PlanError> {
    let removals = removals(environment, distributions)?;
    let options = PlanOptions::default();
    plan_changes(environment, &[], removals, Vec::new(), &options)
}

/// Plans the installation of `wheels` after removals that the caller has planned.
///
/// # Errors
/// When two wheels are of one project, or a script's text cannot be read from the store.
pub fn plan_with_removals(
    environment: &Environment,
    wheels: &[WheelToInstall],
    removals: Vec<Removal>,
    options: &PlanOptions,
) -> Result<InstallPlan, PlanError> {
    let wheels: Vec<&WheelToInstall> = wheels.iter().collect();
    plan_changes(environment, &wheels, removals, Vec::new(), options)
}

fn removals(
    environment: &Environment,
    distributions: &[&InstalledDistribution],
) -> Result<Vec<Removal>, PlanError> {
    let territory = territory(environment);
    distributions
        .iter()
        .map(|distribution| removal(distribution, environment, &territory))
        .collect()
}

fn removal(
    distribution: &InstalledDistribution,
    environment: &Environment,
    territory: &Territory,
) -> Result<Removal, PlanError> {
    let named = |reason: LegacyError| match reason {
        LegacyError::File(error) => PlanError::File(error),
        LegacyError::Distutils => PlanError::Distutils {
            name: distribution.name.clone(),
            version: distribution.version.clone(),
            reason: Box::new(reason),
        },
        reason => PlanError::NoRecord {
            name: distribution.name.clone(),
            version: distribution.version.clone(),
            path: distribution.path.clone(),
            reason: Box::new(reason),
        },
    };
    let record = match distribution.form {
        InstalledForm::DistInfo => distribution.record().map_err(|error| named(error.into()))?,
        _ => None,
    };
    let Some(record) = record else {
        let scripts = &environment.paths().scripts;
        return plan_legacy_removal(distribution, scripts, territory).map_err(named);
    };
    let site_packages = distribution.path.parent().unwrap_or(Path::new(""));
    let release = (&distribution.name, &distribution.version);
    Ok(plan_removal(release, site_packages, &record, territory)?)
}

fn plan_changes(
    environment: &Environment,
    wheels: &[&WheelToInstall],
    removals: Vec<Removal>,
    unchanged: Vec<(ProjectName, Version)>,
    options: &PlanOptions,
) -> Result<InstallPlan, PlanError> {
    check_once_each(wheels)?;
    let paths = environment.paths();
    let shebang = shebang_of(environment);
    let with_targets = wheels.iter().map(|wheel| {
        let targets = Targets::of(&wheel.stored.manifest, paths);
        (*wheel, Arc::new(targets))
    });
    let with_targets: Vec<(&WheelToInstall, Arc<Targets>)> = with_targets.collect();
    let claims = tree::Claims::of(&with_targets, &removals)?;
    let splits = claims.splits()?;
    let mut installs = Vec::with_capacity(wheels.len());
    let mut folders = folders::Folders::default();
    for split in &splits {
        folders.add(&split.link);
        for link in split.links() {
            folders.add_all(&split.link, link.destination.parent());
        }
    }
    let numbers: Vec<usize> = (0..wheels.len()).collect();
    let planned = threads::map(&numbers, |number| {
        let (wheel, targets) = &with_targets[*number];
        let linked = match options.link_mode {
            LinkMode::Tree => claims.linked(*number, &wheel.stored.manifest),
            _ => FxHashSet::default(),
        };
        let mut planned = PlannedWheel::of(wheel, Arc::clone(targets), linked);
        writes::place_files(&mut planned, wheel, &shebang, options)?;
        Ok::<PlannedWheel, PlanError>(planned)
    });
    for planned in planned {
        let planned = planned?;
        folders.add_wheel(&planned);
        for write in &planned.writes {
            folders.add(write.destination.parent().unwrap_or(Path::new("")));
        }
        installs.push(planned);
    }
    let mut rewrites = rewrites::without_lines(&removals)?;
    rewrites.extend(tree::records(&splits)?);
    Ok(InstallPlan {
        site_packages: paths.purelib.clone(),
        unchanged,
        rewrites,
        removals,
        splits,
        conflicts: conflicts::find(&mut installs),
        installs,
        folders: folders.list,
        link_mode: options.link_mode,
    })
}

/// The first lines of the environment's programs.
fn shebang_of(environment: &Environment) -> String {
    let interpreter = environment.interpreter();
    let python = interpreter.executable();
    let relocatable = interpreter
        .virtual_environment()
        .filter(|found| found.cfg.relocatable())
        .and_then(|_| python.file_name()?.to_str())
        .filter(|_| python.parent() == Some(&environment.paths().scripts));
    match relocatable {
        Some(program) => scripts::relocatable_shebang(program),
        None => scripts::shebang(python),
    }
}

/// The folders that an environment consists of.
pub fn territory(environment: &Environment) -> Territory {
    let paths = environment.paths();
    let folders = [
        &paths.purelib,
        &paths.platlib,
        &paths.scripts,
        &paths.data,
        &paths.headers,
    ];
    Territory::of(folders.map(PathBuf::as_path))
}

fn check_once_each(wheels: &[&WheelToInstall]) -> Result<(), PlanError> {
    let mut seen: HashMap<&ProjectName, &Version, FxBuildHasher> = HashMap::default();
    for wheel in wheels {
        let manifest = &wheel.stored.manifest;
        if let Some(first) = seen.insert(&manifest.name, &manifest.version) {
            return Err(PlanError::Twice {
                name: manifest.name.clone(),
                first: first.clone(),
                second: manifest.version.clone(),
            });
        }
    }
    Ok(())
}
