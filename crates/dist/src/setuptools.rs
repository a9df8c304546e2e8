//! What a source tree says to setuptools: setup.py and setup.cfg, read and never run.
//!
//! [`setup_py()`] and [`setup_cfg()`] give each key with its line; `import` makes a pyproject.toml of
//! them. [`stated()`] goes further: it says what the metadata of the wheel will be, where nothing but
//! literals decides it, and why it cannot say so elsewhere. Who builds the tree, and with what, is for
//! the caller to know.

pub mod ini;

mod setup_cfg;
mod setup_py;
mod stated;
mod tree;

pub use setup_cfg::{Elsewhere, Said, setup_cfg};
pub use setup_py::{Argument, Literal, SetupPyError, assigned, setup_py};
pub use stated::{NotStated, Stated, stated};
pub use tree::{Folder, Tree};

/// Build requirements that say nothing of a project's metadata: setuptools itself, what it needs or once
/// needed, and projects without an entry point by which setuptools would call them.
pub const SILENT_REQUIREMENTS: [&str; 6] =
    ["cython", "numpy", "packaging", "pip", "setuptools", "wheel"];
