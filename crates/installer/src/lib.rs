//! Wheels into an environment and out of it again: plan, link, scripts, RECORD.
//!
//! Three values follow each other: a [`StoredWheel`] is a wheel unpacked once
//! and described by its [`manifest`]; an [`InstallPlan`] says for every file where it comes from
//! and goes; [`Applied`] says what was done. Planning walks no directory, applying
//! decides nothing, and a failure in the middle leaves the environment as it was.
//!
//! ```no_run
//! use std::ops::ControlFlow;
//! use std::path::Path;
//! use tilsit_environment::{Environment, Interpreter};
//! use tilsit_installer::{LockedEnvironment, PlanOptions, WheelStore, WheelToInstall};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let environment = Environment::of(Interpreter::at(Path::new(".venv"), None)?);
//! let wheel = Path::new("flask-3.1.0-py3-none-any.whl");
//! let store = WheelStore::in_cache(Path::new("/home/me/.cache/tilsit"));
//! let stored = store.add(wheel, &tilsit_installer::store::sha256_of(wheel)?)?;
//!
//! let locked = LockedEnvironment::lock(&environment, || ())?;
//! let installed = environment.installed()?.distributions;
//! let wheels = [WheelToInstall { stored, is_requested: true, direct_url: None, compiled: None }];
//! let plan = tilsit_installer::plan(&environment, &wheels, &installed, &PlanOptions::default())?;
//! print!("{plan}");
//! tilsit_installer::apply(&plan, &locked, &mut |_| ControlFlow::Continue(()))?;
//! # Ok(())
//! # }
//! ```
//!
//! # On disk
//!
//! | file | written and read by |
//! |---|---|
//! | `wheels/<sha256>/tree`, `wheels/<sha256>/manifest` in the cache folder | [`store`], [`manifest`] |
//! | downloads on their way, in the temporary folder | [`fetch()`] |
//! | the files of wheels, programs, RECORD, INSTALLER, REQUESTED, `direct_url.json` | [`plan()`], [`apply()`] |
//! | `wheels/<sha256>/compiled-<python>`, `wheels/<sha256>/sealed` in the cache folder | [`compile()`], [`store`] |
//! | `roots/<sha256 of the path>` in the cache folder | [`roots`] |
//! | `.tilsit-change` in `site-packages`, while a change goes on | [`journal`] |
//! | `.lock` in the environment | [`apply()`] |
//!
//! # Invariants
//!
//! - Nothing outside of the environment's own folders is removed, whatever RECORD says.
//! - A file of the store is never opened for writing again: replacing in an environment is a new
//!   file or link, never a change of the old one.
//! - An environment is changed by one process at a time, and as a whole or not at all.
//! - Which versions are installed is decided by others.

pub mod apply;
pub mod compile;
pub mod fetch;
pub mod journal;
pub mod manifest;
pub mod place;
pub mod plan;
pub mod prune;
pub mod removal;
pub mod roots;
pub mod scripts;
pub mod store;
pub mod verify;

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use unix as system;
#[cfg(windows)]
use windows as system;

pub use apply::{Applied, ApplyError, Event, LockedEnvironment, apply};
pub use compile::compile;
pub use fetch::{FetchError, FetchEvent, fetch};
pub use plan::{
    InstallPlan, LinkMode, PlanError, PlanOptions, WheelToInstall, plan, plan_uninstall,
};
pub use store::{StoredWheel, WheelStore, remove_store};
