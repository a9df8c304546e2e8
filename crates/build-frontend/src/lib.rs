//! Builds with any backend: sdists, folders and repositories become metadata, wheels and sdists.
//!
//! A [`BuildFrontend`] calls the hooks of PEP 517 and PEP 660 in an isolated environment that has
//! what the project says it needs and nothing else. What is needed is resolved through
//! `tilsit-provider`, which may again ask this front end to build something: a project that is needed
//! to build itself is seen and named. What was built is kept in the
//! cache: by an archive's hash, a commit, or the state of a folder.
//!
//! Nothing is run where nothing must be: metadata that PKG-INFO, pyproject.toml, setup.cfg or setup.py
//! states for good is taken from there, and projects of our own backend are built in process.
//!
//! # On disk
//!
//! | file | written and read by |
//! |---|---|
//! | `built-v1/<key>` in the cache folder: `METADATA`, a wheel, `built.json`, `used` | [`frontend`] |
//! | `git-v1/<hash of the URL>` in the cache folder: a bare clone, its lock, `used` | [`git`] |
//! | `pyproject.toml`, `setup.py`, `setup.cfg`, `PKG-INFO` of a source tree | read by [`frontend`] |
//! | environments, source trees and requests of hooks in the temporary folder | [`frontend`], [`hook`] |
//!
//! # Invariants
//!
//! - Only `git`, `hg`, `svn`, `bzr` and the environment's Python are started, each in a process group of
//!   its own, with bounded output, and ended as a whole when the caller says so.
//! - A source tree of the cache is never built in: each build has its own copy. A folder of the user
//!   is built where it is, as its author does.
//! - Credentials of a URL go to git and the index client, and nowhere else.

pub mod cache_keys;
pub mod cibuildwheel;
pub mod diagnosis;
pub mod error;
pub mod frontend;
pub mod git;
pub mod hook;
pub mod process;
pub mod settings;
pub mod source;
pub mod upkeep;

mod aging;
mod building;
mod built_cache;
mod environment;
mod era;
mod folder_state;
mod project;
mod stated;
mod vcs;
mod work;

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use unix as system;
#[cfg(windows)]
use windows as system;

pub use built_cache::BUILT;
pub use diagnosis::Advice;
pub use error::{BackendFailure, BuildFailure, FailureReason};
pub use frontend::{BuildEvent, BuildFrontend, FrontendOptions, ObtainError, Obtained, OnEvent};
pub use git::work_tree::{WorkTree, check_out_to_stay};
pub use git::{GIT, GitError};
pub use hook::{Hook, Target};
pub use settings::{ConfigSettings, Isolation, Renewal};
pub use source::{ArchiveSource, FolderSource, GitSource, Source, SourceError, System, VcsSource};
