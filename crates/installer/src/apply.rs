//! Carries out an [`InstallPlan`], as one change: all of it, or the environment as it was.
//!
//! The environment is locked, a change that an earlier run left half done is undone, then old
//! files move aside, folders are made (each once), files are linked from the store, scripts and
//! RECORD are written, and the change is committed. An error or a cancel on the way undoes it.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Sender, channel};

use rustc_hash::FxHashSet;
use tilsit_environment::Environment;
use tilsit_files::{FileError, LinkMode, LockFile, LockKind, Operation};
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::version::Version;

use crate::journal::{self, Change, Journal};
use crate::place::StoredPath;
use crate::plan::{InstallPlan, PlannedLink, PlannedWheel, PlannedWrite};
use crate::roots::Roots;
use crate::store;
use tilsit_files::threads::{self, Queue};

/// So few files are not worth a thread.
const FEW_FILES: usize = 512;

/// So many folders are made by one thread before it takes more.
const FOLDERS_AT_ONCE: usize = 64;

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
        let virtual_environment = environment.interpreter().virtual_environment();
        let root = virtual_environment.map(|found| &found.root);
        let path = match root.filter(|root| site_packages.starts_with(root)) {
            Some(root) => root.join(".lock"),
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

impl LockedEnvironment {
    /// Whether a change that an earlier run left half done was undone.
    pub fn undone(&self) -> bool {
        self.undone
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
    register_links(plan)?;
    let change = Change::begin(&locked.site_packages, journal_of(plan)?)?;
    match carry_out(plan, &change, on_event) {
        Ok(mut applied) => {
            change.commit()?;
            applied.undone_before = locked.undone;
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

/// Seals the wheels whose folders are linked, and writes down who links them, before it does.
fn register_links(plan: &InstallPlan) -> Result<(), FileError> {
    for wheel in &plan.installs {
        if wheel.folder_links().next().is_none() {
            continue;
        }
        let Some(place) = StoredPath::parse(&wheel.tree) else {
            continue;
        };
        let site_packages = wheel.root();
        Roots::of_store(&place.store).register(site_packages)?;
        store::seal(&place.entry())?;
    }
    Ok(())
}

/// What the change moves and makes.
///
/// Most folders are new, so that few files are looked at: what is made in a new folder goes with it
/// when the change is undone.
fn journal_of(plan: &InstallPlan) -> Result<Journal, FileError> {
    // Two distributions may claim one file; it moves once.
    let removed = plan.removals.iter().flat_map(|removal| &removal.files);
    let mut moved: BTreeSet<PathBuf> = removed.cloned().collect();
    moved.extend(plan.splits.iter().map(|split| split.link.clone()));
    moved.extend(plan.rewrites.iter().map(|write| write.destination.clone()));
    let mut folders: Vec<PathBuf> = Vec::new();
    let mut old: FxHashSet<&OsStr> = FxHashSet::default();
    let mut new: FxHashSet<&OsStr> = FxHashSet::default();
    for folder in &plan.folders {
        let text = folder.as_os_str();
        if folder
            .parent()
            .is_some_and(|up| new.contains(up.as_os_str()))
        {
            new.insert(text);
        } else if moved.contains(folder) || !tilsit_files::exists(folder)? {
            // A link that moves aside makes way for a folder; never look through it.
            new.insert(text);
            folders.push(folder.clone());
        } else {
            old.insert(text);
        }
    }
    let mut made: Vec<PathBuf> = Vec::new();
    let is_old = |folder: &Path| old.contains(folder.as_os_str());
    let in_old = plan
        .installs
        .iter()
        .flat_map(|wheel| wheel.made_in(&is_old));
    for path in in_old {
        if tilsit_files::exists(&path)? {
            moved.insert(path.clone());
        }
        made.push(path);
    }
    made.extend(plan.rewrites.iter().map(|write| write.destination.clone()));
    let emptied = plan.removals.iter().flat_map(|removal| &removal.folders);
    Ok(Journal {
        moved: moved.into_iter().collect(),
        made,
        folders,
        emptied: emptied.cloned().collect(),
    })
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
    let parts: Vec<&[PathBuf]> = plan.folders.chunks(FOLDERS_AT_ONCE).collect();
    let made = threads::map(&parts, |part| {
        part.iter().try_for_each(|folder| make_folder(folder))
    });
    made.into_iter().collect::<Result<(), FileError>>()?;
    for write in &plan.rewrites {
        make_file(write)?;
    }
    let mut applied = Applied {
        link_mode: plan.link_mode.of_files(),
        files: 0,
        undone_before: false,
    };
    for split in &plan.splits {
        for link in split.links() {
            place_file(&link, false, &mut applied)?;
        }
    }
    // Of wheels that share paths the later one wins: they go one after the other.
    let files: usize = plan.installs.iter().map(PlannedWheel::file_count).sum();
    let (mut apart, one_by_one): (Vec<_>, Vec<_>) = plan
        .installs
        .iter()
        .partition(|wheel| files > FEW_FILES && !wheel.shares_paths());
    // The largest first, so that the threads end together.
    apart.sort_by_key(|wheel| std::cmp::Reverse(wheel.file_count()));
    place_apart(&apart, &mut applied, on_event)?;
    for wheel in one_by_one {
        place(wheel, &mut applied)?;
        say(on_event, installed(wheel))?;
    }
    Ok(applied)
}

/// Places wheels that have no path in common, on all threads.
fn place_apart(
    wheels: &[&PlannedWheel],
    applied: &mut Applied,
    on_event: &mut dyn FnMut(Event<'_>) -> ControlFlow<()>,
) -> Result<(), ApplyError> {
    let queue = Queue::of(wheels.len());
    let (sender, placed) = channel();
    let none = Applied {
        files: 0,
        ..*applied
    };
    let work = |sender: Sender<usize>| {
        let mut applied = none;
        while let Some(number) = queue.next() {
            place(wheels[number], &mut applied).inspect_err(|_| queue.stop())?;
            // It fails when nobody wants to know any more.
            let _ = sender.send(number);
        }
        Ok::<Applied, FileError>(applied)
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads::count().min(wheels.len()))
            .map(|_| sender.clone())
            .map(|sender| scope.spawn(|| work(sender)))
            .collect();
        drop(sender);
        for number in placed {
            say(on_event, installed(wheels[number])).inspect_err(|_| queue.stop())?;
        }
        for worker in workers {
            let done = worker.join().expect("a worker does not panic")?;
            applied.files += done.files;
            if done.link_mode != none.link_mode {
                applied.link_mode = done.link_mode;
            }
        }
        Ok(())
    })
}

fn installed(wheel: &PlannedWheel) -> Event<'_> {
    Event::Installed {
        name: &wheel.name,
        version: &wheel.version,
        files: wheel.file_count(),
    }
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

/// Makes a folder whose parent is mostly made already: another thread may be about to make it.
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
    for link in wheel.folder_links() {
        tilsit_files::symlink(&link.source, &link.destination)?;
        applied.files += 1;
    }
    for link in wheel.links().chain(wheel.compiled_links()) {
        place_file(&link, wheel.keeps_times(), applied)?;
    }
    for write in &wheel.writes {
        make_file(write)?;
        applied.files += 1;
    }
    Ok(())
}

fn place_file(
    link: &PlannedLink,
    keeps_time: bool,
    applied: &mut Applied,
) -> Result<(), FileError> {
    let (from, to) = (&link.source, &link.destination);
    let placed = match tilsit_files::link_or_copy(from, to, applied.link_mode) {
        Err(error) if error.is_already_there() => {
            tilsit_files::remove_file(to)?;
            tilsit_files::link_or_copy(from, to, applied.link_mode)
        }
        placed => placed,
    };
    // A mode that failed once fails for every file.
    applied.link_mode = placed?;
    if keeps_time && applied.link_mode != LinkMode::Hardlink {
        tilsit_files::copy_modified(from, to)?;
    }
    applied.files += 1;
    Ok(())
}

fn make_file(write: &PlannedWrite) -> Result<(), FileError> {
    let to = &write.destination;
    // Never through a link into the store: what is there is another wheel's of this plan.
    let mut file = match tilsit_files::create_new(to) {
        Err(error) if error.is_already_there() => {
            tilsit_files::remove_file(to)?;
            tilsit_files::create_new(to)?
        }
        created => created?,
    };
    file.write_all(&write.contents)
        .map_err(|source| FileError::new(Operation::Write, to, source))?;
    if write.is_program {
        tilsit_files::set_executable(to)?;
    }
    Ok(())
}
