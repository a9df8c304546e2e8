//! Carries out an [`InstallPlan`], as one change: all of it, or the environment as it was.
//!
//! The environment is locked, a change that an earlier run left half done is undone, then old
//! files move aside, folders are made (each once), files are linked from the store, scripts and
//! RECORD are written, and the change is committed. An error or a cancel on the way undoes it.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;
use tilsit_environment::Environment;
use tilsit_files::{FileError, LinkMode, LockFile, LockKind};
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::version::Version;

use crate::journal::{self, Change, Journal};
use crate::plan::{InstallPlan, PlannedWheel, PlannedWrite};

/// What happens while a plan is carried out.
#[derive(Clone, Debug)]
pub enum Event<'a> {
    /// Distributions are moved aside.
    Removing {
        /// How many.
        count: usize,
    },
    /// A distribution is in place.
    Installed {
        /// The project.
        name: &'a ProjectName,
        /// The version.
        version: &'a Version,
        /// How many files it has.
        files: usize,
    },
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Applied {
    /// How files really got into the environment: the wanted mode, or a copy where the file
    /// system does not allow it.
    pub link_mode: LinkMode,
    /// How many files were placed or made.
    pub files: usize,
    /// Whether a change of an earlier run was undone first.
    pub undone_before: bool,
}

/// Why a plan was not carried out. The environment is then as it was before.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// A file could not be placed.
    #[error(transparent)]
    File(#[from] FileError),
    /// The callback asked to stop.
    #[error("cancelled; the environment is as it was")]
    Cancelled,
    /// It failed, and undoing it failed too.
    #[error(
        "the environment could not be made as it was (the next command tries again): {undoing}"
    )]
    Undo {
        /// Why it failed.
        source: Box<ApplyError>,
        /// Why undoing it failed.
        undoing: FileError,
    },
}

/// An environment that only this process changes. A change that an earlier run left half done is
/// undone when the lock is taken, so plan after taking it.
#[derive(Debug)]
pub struct LockedEnvironment {
    site_packages: PathBuf,
    undone: bool,
    _lock: LockFile,
}

impl LockedEnvironment {
    /// Locks the environment; `waiting` is called when another process holds it.
    ///
    /// # Errors
    /// When the lock cannot be taken, or a half-done change not be undone.
    pub fn lock(environment: &Environment, waiting: impl FnOnce()) -> Result<Self, FileError> {
        let site_packages = environment.paths().purelib.clone();
        tilsit_files::create_dir_all(&site_packages)?;
        // Where uv has its lock as well; outside of a virtual environment beside the packages.
        let path = match environment.interpreter().virtual_environment() {
            Some(virtual_environment) => virtual_environment.root.join(".lock"),
            None => site_packages.join(".tilsit.lock"),
        };
        let lock = LockFile::acquire_saying(path, LockKind::Exclusive, waiting)?;
        let undone = journal::undo(&site_packages)?;
        Ok(Self {
            site_packages,
            undone,
            _lock: lock,
        })
    }
}

/// Carries out the plan.
///
/// # Errors
/// When a file cannot be placed or the callback breaks; the environment is then as it was.
pub fn apply(
    plan: &InstallPlan,
    locked: &LockedEnvironment,
    on_event: &mut dyn FnMut(Event<'_>) -> ControlFlow<()>,
) -> Result<Applied, ApplyError> {
    let change = Change::begin(&locked.site_packages, journal_of(plan)?)?;
    match carry_out(plan, &change, on_event) {
        Ok(mut applied) => {
            change.commit()?;
            applied.undone_before = locked.undone;
            remove_empty_folders(plan);
            Ok(applied)
        }
        Err(error) => match change.undo() {
            Ok(()) => Err(error),
            Err(undoing) => Err(ApplyError::Undo {
                source: Box::new(error),
                undoing,
            }),
        },
    }
}

fn journal_of(plan: &InstallPlan) -> Result<Journal, FileError> {
    let rewritten = plan.rewrites.iter().map(|write| write.destination.clone());
    let installed = plan.installs.iter().flat_map(destinations);
    let made: Vec<PathBuf> = rewritten.clone().chain(installed).collect();
    // Two distributions may claim one file; it moves once.
    let mut moved: BTreeSet<PathBuf> = BTreeSet::new();
    for removal in &plan.removals {
        moved.extend(removal.files.iter().cloned());
    }
    moved.extend(rewritten);
    moved.extend(obstacles(plan, &made)?);
    Ok(Journal {
        moved: moved.into_iter().collect(),
        made,
        folders: plan.folders.clone(),
    })
}

fn destinations(wheel: &PlannedWheel) -> impl Iterator<Item = PathBuf> {
    let linked = wheel.links().map(|link| link.destination);
    let written = wheel.writes.iter().map(|write| write.destination.clone());
    linked.chain(written)
}

/// What lies where files are to be made. Most folders are new, so that few files are looked at.
fn obstacles(plan: &InstallPlan, made: &[PathBuf]) -> Result<Vec<PathBuf>, FileError> {
    let mut old_folders: FxHashSet<&Path> = FxHashSet::default();
    let mut new_folders: FxHashSet<&Path> = FxHashSet::default();
    for folder in &plan.folders {
        let is_new = folder.parent().is_some_and(|up| new_folders.contains(up))
            || !tilsit_files::exists(folder)?;
        let known = if is_new {
            &mut new_folders
        } else {
            &mut old_folders
        };
        known.insert(folder);
    }
    let mut found = Vec::new();
    for path in made {
        let in_old = path.parent().is_some_and(|up| old_folders.contains(up));
        if in_old && tilsit_files::exists(path)? {
            found.push(path.clone());
        }
    }
    Ok(found)
}

fn carry_out(
    plan: &InstallPlan,
    change: &Change,
    on_event: &mut dyn FnMut(Event<'_>) -> ControlFlow<()>,
) -> Result<Applied, ApplyError> {
    if !plan.removals.is_empty() {
        say(
            on_event,
            Event::Removing {
                count: plan.removals.len(),
            },
        )?;
    }
    change.move_aside()?;
    for folder in &plan.folders {
        make_folder(folder)?;
    }
    for write in &plan.rewrites {
        make_file(write)?;
    }
    let mut applied = Applied {
        link_mode: plan.link_mode,
        files: 0,
        undone_before: false,
    };
    for wheel in &plan.installs {
        place(wheel, &mut applied)?;
        say(
            on_event,
            Event::Installed {
                name: &wheel.name,
                version: &wheel.version,
                files: wheel.file_count(),
            },
        )?;
    }
    Ok(applied)
}

fn say(
    on_event: &mut dyn FnMut(Event<'_>) -> ControlFlow<()>,
    event: Event<'_>,
) -> Result<(), ApplyError> {
    match on_event(event) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(ApplyError::Cancelled),
    }
}

/// Makes a folder whose parent is mostly made already.
fn make_folder(folder: &Path) -> Result<(), FileError> {
    match tilsit_files::create_dir(folder) {
        Ok(()) => Ok(()),
        Err(error) if error.is_already_there() || error.is_not_found() => {
            tilsit_files::create_dir_all(folder)
        }
        Err(error) => Err(error),
    }
}

/// Places the files of one wheel.
///
/// What lay in the way is moved aside already: a file that is there is another wheel's of this
/// plan, over which the later one wins.
fn place(wheel: &PlannedWheel, applied: &mut Applied) -> Result<(), FileError> {
    for link in wheel.links() {
        let (from, to) = (link.source, link.destination);
        let placed = match tilsit_files::link_or_copy(&from, &to, applied.link_mode) {
            Err(error) if error.is_already_there() => {
                tilsit_files::remove_file(&to)?;
                tilsit_files::link_or_copy(&from, &to, applied.link_mode)
            }
            placed => placed,
        };
        // A mode that failed once fails for every file.
        applied.link_mode = placed?;
        applied.files += 1;
    }
    for write in &wheel.writes {
        make_file(write)?;
        applied.files += 1;
    }
    Ok(())
}

fn make_file(write: &PlannedWrite) -> Result<(), FileError> {
    let to = &write.destination;
    // Never through a link into the store.
    tilsit_files::remove_file_if_exists(to)?;
    tilsit_files::write(to, &write.contents)?;
    if write.is_program {
        tilsit_files::set_executable(to)?;
    }
    Ok(())
}

/// Removes the folders that the removals left empty. That one cannot be removed is no matter.
fn remove_empty_folders(plan: &InstallPlan) {
    for folder in plan.removals.iter().flat_map(|removal| &removal.folders) {
        let _ = tilsit_files::remove_dir(folder);
    }
}
