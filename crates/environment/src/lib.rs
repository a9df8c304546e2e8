//! Find Python interpreters, create virtual environments, read what is installed in them.
//!
//! An interpreter is asked once: [`probe`] runs a small script in it and remembers the answer, so
//! that the next command spawns no Python. [`discovery`] looks for interpreters where people have
//! them and sees through the shims of version managers; [`venv`] makes environments; an
//! [`Environment`] tells what is installed. [`pip_configuration`] and [`default_index`] read what
//! pip is told, so that a user of pip need not say it again.
//!
//! ```no_run
//! use tilsit_environment::{Scope, Surroundings, discovery, venv};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let surroundings = Surroundings {
//!     working_folder: "/home/me/project".into(),
//!     path_folders: vec!["/usr/bin".into()],
//!     ..Surroundings::default()
//! };
//! let found = discovery::find(&">=3.10".parse()?, Scope::Base, &surroundings)?;
//! let root = surroundings.working_folder.join(".venv");
//! let python = venv::create(&found.interpreter, &root, &venv::VenvOptions::default())?;
//! println!("{}", python.install_paths().purelib.display());
//! # Ok(())
//! # }
//! ```
//!
//! # On disk
//!
//! | file | written and read by |
//! |---|---|
//! | `<digest>.json` in the cache folder for interpreters | [`probe`] |
//! | `pyvenv.cfg` in an environment | [`pyvenv_cfg`], [`venv`] |
//! | `bin/activate*`, links to the base, `.gitignore`, `CACHEDIR.TAG` in an environment | [`venv`] |
//! | `.python-version`, `.python-versions` of a project | [`pin`] |
//! | `build-details.json` beside an interpreter's library | read by [`build_details`] |
//! | files of environment variables | read by [`env_file`] |
//! | pip's configuration files | read by [`pip_configuration`] |
//! | pip's sources, installed or in a bundled wheel | read by [`default_index`] |
//!
//! # Invariants
//!
//! - The environment's variables, the working folder and the cache folder are passed in.
//! - Only [`probe`] starts a process: the interpreter itself. Shims are never run.
//! - An environment's base is never another environment.
//! - No package index is named in the source.

pub mod build_details;
pub mod default_index;
pub mod discovery;
pub mod env_file;
pub mod environment;
pub mod graph;
mod install_paths;
pub mod interpreter;
pub mod pin;
pub mod pip_configuration;
pub mod probe;
pub mod pyvenv_cfg;
pub mod request;
pub mod shim;
pub mod venv;

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use unix as system;
#[cfg(windows)]
use windows as system;

pub use discovery::{Found, Scope, Source, Surroundings};
pub use environment::Environment;
pub use graph::InstalledGraph;
pub use interpreter::{InstallPaths, Interpreter, InterpreterError};
pub use request::PythonRequest;
