//! That nothing has changed: a note in the cache of the state of every file that an answer depends
//! on, so that finding out that there is nothing to do reads none of them.
//!
//! A note is never needed: where it is missing or doubtful, all is looked at.

use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tilsit_environment::Environment;
use tilsit_files::Durability;
use tilsit_project::Workspace;
use tilsit_project::lock::PYLOCK;
use tilsit_project::pipfile::PIPFILE;
use tilsit_project::settings::SourcePlace;
use tilsit_project::uv::UV_LOCK;
use tilsit_project::workspace::PYPROJECT;
use tilsit_simple_api::Sha256Digest;

use crate::context::Context;
use crate::error::CommandError;
use crate::projects::Project;

/// The folder of the notes in the cache.
pub(crate) const STAMPS: &str = "projects-1";

/// A file that changed so shortly before it was noted may change again without its time showing it.
const DOUBTFUL: Duration = Duration::from_millis(20);

/// The files that say how a folder is built.
const OF_BUILDS: [&str; 3] = [PYPROJECT, "setup.py", "setup.cfg"];

/// What was found, and the files that it depends on.
#[derive(Debug, Deserialize, Serialize)]
struct Note<T> {
    found: T,
    files: Vec<File>,
}

/// A file, its state, and the moment before which it must have been changed last, in nanoseconds since
/// 1970: one that changed later may have been read before that.
#[derive(Debug, Deserialize, Serialize)]
struct File {
    path: PathBuf,
    state: State,
    before: u128,
}

/// The state of a file: when it was changed, in nanoseconds since 1970, and its size; nothing where
/// there is none.
type State = Option<(u128, u64)>;

/// The place of one note.
#[derive(Clone, Debug)]
pub(crate) struct Stamp(PathBuf);

impl Stamp {
    /// The note on a question.
    pub(crate) fn on(question: &str, context: &Context) -> Self {
        let digest = Sha256::digest(question.as_bytes());
        let name = Sha256Digest(digest.into()).to_string();
        Self(context.cache_folder.join(STAMPS).join(name))
    }

    /// What was found, if nothing has changed since.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Option<T> {
        let text = tilsit_files::read(&self.0).ok()?;
        let note: Note<T> = serde_json::from_slice(&text).ok()?;
        let is_same = |file: &File| {
            let now = state(&file.path);
            let is_doubtful = |(changed, _): (u128, u64)| {
                changed.saturating_add(DOUBTFUL.as_nanos()) > file.before
            };
            now == file.state && !now.is_some_and(is_doubtful)
        };
        note.files.iter().all(is_same).then_some(note.found)
    }

    /// Notes what was found since `began` out of the files `read`, and that it made `made`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn write<T: Serialize>(
        &self,
        found: T,
        (began, read): (Timestamp, Vec<PathBuf>),
        made: Vec<PathBuf>,
        context: &Context,
    ) -> Result<(), CommandError> {
        let noted = |before: Timestamp| {
            let before = nanoseconds(SystemTime::from(before));
            move |path: PathBuf| File {
                state: state(&path),
                path,
                before,
            }
        };
        let read = read.into_iter().map(noted(began));
        let made = made.into_iter().map(noted(context.now()));
        let note = Note {
            found,
            files: read.chain(made).collect(),
        };
        context.cache()?.bucket(STAMPS)?;
        let text = serde_json::to_vec(&note).unwrap_or_default();
        tilsit_files::write_atomic(&self.0, text, Durability::Fast)?;
        Ok(())
    }
}

fn state(path: &Path) -> State {
    let metadata = std::fs::metadata(path).ok()?;
    Some((nanoseconds(metadata.modified().ok()?), metadata.len()))
}

fn nanoseconds(time: SystemTime) -> u128 {
    time.duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_nanos()
}

/// The variables that decide where the environment of a project is, and its Python.
const OF_ENVIRONMENT: [&str; 12] = [
    "TILSIT_PYTHON",
    "UV_PYTHON",
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "TILSIT_PROJECT_ENVIRONMENT",
    "UV_PROJECT_ENVIRONMENT",
    "WORKON_HOME",
    "XDG_DATA_HOME",
    "PIPENV_VENV_IN_PROJECT",
    "PIPENV_CUSTOM_VENV_NAME",
    "PIPENV_PYTHON",
    "PIPENV_PIPFILE",
];

/// What a command in a project depends on besides its files: where it is given, its arguments, the
/// variables and the settings.
pub(crate) fn question(arguments: &dyn Debug, context: &Context) -> String {
    format!(
        "{} {arguments:?} {:?} {}",
        context.working_folder.display(),
        OF_ENVIRONMENT.map(|name| context.variables.path(name)),
        context.configuration.resolution_key(),
    )
}

/// The lock of a project, and where its environment would show that it was changed.
pub(crate) fn files_of_environment(project: &Project, environment: &Environment) -> Vec<PathBuf> {
    let packages = environment.site_packages();
    let packages = packages.into_iter().map(Path::to_path_buf);
    let others = [
        project.lock_path(),
        environment.root().join("pyvenv.cfg"),
        environment.interpreter().executable().to_path_buf(),
    ];
    packages.chain(others).collect()
}

/// The files that decide what a project asks for, seen from a folder: those of all members and of the
/// folders that their sources name, the folders in which there may be more members, and every place
/// on the way up where another project may come to stand.
pub(crate) fn files_of(workspace: &Workspace, from: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = from
        .ancestors()
        .map(|folder| folder.join(PYPROJECT))
        .collect();
    let pipfiles = from.ancestors().map(|folder| folder.join(PIPFILE));
    files.extend(pipfiles);
    let own = workspace.pipfile.as_ref();
    files.extend(own.map(|pipfile| workspace.root.join(&pipfile.file_name)));
    files.push(workspace.root.join(".python-version"));
    // Which lock there is decides which one is meant.
    files.extend([PYLOCK, UV_LOCK].map(|name| workspace.root.join(name)));
    let mut add_project = |folder: &Path| {
        files.extend(OF_BUILDS.iter().map(|name| folder.join(name)));
    };
    add_project(&workspace.root);
    for member in workspace.members.values() {
        add_project(&member.folder);
        for source in member.settings.sources.values().flatten() {
            if let SourcePlace::Path { path, .. } = &source.place {
                add_project(&member.folder.join(path));
            }
        }
    }
    let patterns = workspace.settings.workspace.iter();
    for pattern in patterns.flat_map(|table| &table.members) {
        let fixed = pattern
            .split('/')
            .take_while(|part| !part.contains(['*', '?', '[', '{']));
        files.push(fixed.fold(workspace.root.clone(), |path, part| path.join(part)));
    }
    files.sort_unstable();
    files.dedup();
    files
}
