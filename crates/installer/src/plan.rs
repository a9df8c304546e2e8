//! From wheels and an environment to an [`InstallPlan`]: a value that says what will be done.
//!
//! The plan is made from the wheels' manifests alone: no directory is walked. It holds for each
//! file where it comes from and where it goes, the text of every script, and RECORD. `--dry-run`
//! prints it; [`crate::apply`] carries it out and decides nothing.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};
use tilsit_environment::{Environment, InstallPaths};
use tilsit_files::{FileError, LinkMode};
use tilsit_packaging::direct_url::DirectUrl;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::version::Version;

use crate::manifest::{FileKind, Manifest, WheelScheme};
use crate::removal::{Removal, Territory};
use crate::store::StoredWheel;

mod display;
mod writes;

/// A wheel to install.
#[derive(Clone, Debug)]
pub struct WheelToInstall {
    /// The unpacked wheel.
    pub stored: StoredWheel,
    /// Whether the user asked for it by name (REQUESTED).
    pub is_requested: bool,
    /// Where it is from, if not from an index (`direct_url.json`).
    pub direct_url: Option<DirectUrl>,
}

/// How to plan.
#[derive(Clone, Debug)]
pub struct PlanOptions {
    /// How files get from the store into the environment.
    pub link_mode: LinkMode,
    /// What INSTALLER says.
    pub installer: String,
}

impl Default for PlanOptions {
    fn default() -> Self {
        Self {
            link_mode: LinkMode::Hardlink,
            installer: "tilsit".to_owned(),
        }
    }
}

/// What will be done to an environment.
#[derive(Clone, Debug)]
pub struct InstallPlan {
    /// The folder that holds the environment's metadata: `purelib`.
    pub site_packages: PathBuf,
    /// What is taken out first.
    pub removals: Vec<Removal>,
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
    pub links: Vec<PlannedLink>,
    /// Files that are made for this environment.
    pub writes: Vec<PlannedWrite>,
    manifest: Arc<Manifest>,
    targets: Arc<Targets>,
}

/// A file that is linked from the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlannedLink {
    file: u32,
    scheme: WheelScheme,
    /// How many bytes of the path belong to the scheme's folder inside the wheel.
    skip: u32,
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

    fn folder(&self, scheme: WheelScheme) -> &Path {
        match scheme {
            WheelScheme::Root => &self.root,
            WheelScheme::Purelib => &self.purelib,
            WheelScheme::Platlib => &self.platlib,
            WheelScheme::Headers => &self.headers,
            WheelScheme::Scripts => &self.scripts,
            WheelScheme::Data => &self.data,
        }
    }
}

impl PlannedWheel {
    /// The path of a link's file in the store.
    pub fn source(&self, link: PlannedLink) -> PathBuf {
        self.tree
            .join(&self.manifest.files[link.file as usize].path)
    }

    /// The path that a link's file gets in the environment.
    pub fn destination(&self, link: PlannedLink) -> PathBuf {
        let path = &self.manifest.files[link.file as usize].path;
        self.targets
            .folder(link.scheme)
            .join(&path[link.skip as usize..])
    }

    /// Whether a link's file is a program.
    pub fn is_program(&self, link: PlannedLink) -> bool {
        self.manifest.files[link.file as usize].kind == FileKind::Program
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
        reason: String,
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
    /// A part of a wheel that no file name can hold in this environment.
    #[error("the wheel of `{name}` has a file `{path}` that belongs nowhere")]
    NoPlace {
        /// The project.
        name: ProjectName,
        /// The path inside the wheel.
        path: String,
    },
}

/// Plans the removal of `removals` and the installation of `wheels` in `environment`.
///
/// `removals` come from [`crate::removal::plan_removal`]; those whose project is installed anew
/// belong in it as well.
///
/// # Errors
/// When two wheels are of one project, or a script's text cannot be read from the store.
pub fn plan_with_removals(
    environment: &Environment,
    wheels: &[WheelToInstall],
    removals: Vec<Removal>,
    options: &PlanOptions,
) -> Result<InstallPlan, PlanError> {
    check_once_each(wheels)?;
    let paths = environment.paths();
    let python = environment.interpreter().executable();
    let mut installs = Vec::with_capacity(wheels.len());
    let mut folders = Folders::default();
    for wheel in wheels {
        let manifest = &wheel.stored.manifest;
        let targets = Arc::new(Targets::of(manifest, paths));
        folders.add_wheel(manifest, &targets);
        let mut planned = PlannedWheel {
            name: manifest.name.clone(),
            version: manifest.version.clone(),
            tree: wheel.stored.tree.clone(),
            links: Vec::with_capacity(manifest.files.len()),
            writes: Vec::new(),
            manifest: Arc::clone(manifest),
            targets,
        };
        writes::place_files(&mut planned, wheel, python, options)?;
        for write in &planned.writes {
            folders.add(write.destination.parent().unwrap_or(Path::new("")));
        }
        installs.push(planned);
    }
    let conflicts = conflicts(&installs);
    Ok(InstallPlan {
        site_packages: paths.purelib.clone(),
        removals,
        installs,
        folders: folders.list,
        conflicts,
        link_mode: options.link_mode,
    })
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

fn check_once_each(wheels: &[WheelToInstall]) -> Result<(), PlanError> {
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

/// The folders to make, each once, parents first.
#[derive(Default)]
struct Folders {
    list: Vec<PathBuf>,
    known: FxHashSet<PathBuf>,
}

impl Folders {
    fn add_wheel(&mut self, manifest: &Manifest, targets: &Targets) {
        let data = manifest.dist_info.strip_suffix(".dist-info").unwrap_or("");
        for folder in &manifest.folders {
            let is_data = folder
                .strip_prefix(data)
                .is_some_and(|rest| rest == ".data" || rest.starts_with(".data/"));
            let (scheme, inside) = manifest.scheme_of(folder);
            if is_data && scheme == WheelScheme::Root {
                continue;
            }
            let target = targets.folder(scheme);
            if inside.is_empty() {
                self.add(target);
            } else {
                self.add(&target.join(inside));
            }
        }
        self.add(&targets.root);
    }

    fn add(&mut self, folder: &Path) {
        if self.known.contains(folder) {
            return;
        }
        self.known.insert(folder.to_path_buf());
        self.list.push(folder.to_path_buf());
    }
}

/// Paths that two wheels put different files at.
fn conflicts(installs: &[PlannedWheel]) -> Vec<Conflict> {
    let mut owners: FxHashMap<(&Path, &str), (usize, PlannedLink)> = FxHashMap::default();
    let total = installs.iter().map(|wheel| wheel.links.len()).sum();
    owners.reserve(total);
    let mut conflicts = Vec::new();
    for (number, wheel) in installs.iter().enumerate() {
        for link in &wheel.links {
            let file = &wheel.manifest.files[link.file as usize];
            let target = wheel.targets.folder(link.scheme);
            let key = (target, &file.path[link.skip as usize..]);
            let Some((first, other)) = owners.insert(key, (number, *link)) else {
                continue;
            };
            let first = &installs[first];
            if first.manifest.files[other.file as usize].hash != file.hash {
                conflicts.push(Conflict {
                    path: wheel.destination(*link),
                    first: first.name.clone(),
                    second: wheel.name.clone(),
                });
            }
        }
        for write in &wheel.writes {
            let rivals = installs[..number].iter().flat_map(|other| {
                let same = other
                    .writes
                    .iter()
                    .filter(|theirs| theirs.destination == write.destination)
                    .filter(|theirs| theirs.contents != write.contents);
                same.map(|_| other.name.clone())
            });
            conflicts.extend(rivals.map(|first| Conflict {
                path: write.destination.clone(),
                first,
                second: wheel.name.clone(),
            }));
        }
    }
    conflicts
}
