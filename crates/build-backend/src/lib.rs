//! A build backend: pyproject.toml and a source tree to an sdist and a wheel.
//!
//! For Python projects whose pyproject.toml says everything: a package or module by the
//! project's name (or its `import-names`) in `src/` or beside pyproject.toml, or what
//! `[tool.tilsit.build]` says ([`settings`]); with extension modules of C and C++ ([`extension`]). No
//! Python is started, save that one is asked how it was compiled, and no code of the project is run;
//! compilers do what the words of an extension say. Where version control tells the version, `git` is asked
//! ([`vcs_version`]).
//!
//! ```no_run
//! use std::path::Path;
//! use tilsit_build_backend::{BuildOptions, build_sdist, build_wheel_from_sdist};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let (source, out, temporary) = (Path::new("."), Path::new("dist"), Path::new("/tmp"));
//! let sdist = build_sdist(source, out, &BuildOptions::default())?;
//! let wheel = build_wheel_from_sdist(&sdist.path, out, temporary, &BuildOptions::default())?;
//! println!("{} with {} files", wheel.path.display(), wheel.files.len());
//! # Ok(())
//! # }
//! ```
//!
//! # On disk
//!
//! | file | written and read by |
//! |---|---|
//! | `pyproject.toml`, the readme, license files | read by [`source_project`], [`settings`] |
//! | the module that states the version, or a file with a pattern for it | read by [`static_version`], [`project_version`] |
//! | `.git`, `.git_archival.txt`, `.hg_archival.txt`, PKG-INFO of an sdist | asked and read by [`vcs_version`] |
//! | the file that tells the version (`version-file`) | written into distributions, and by [`SourceProject::build_editable`] into the source tree: [`vcs_version::template`] |
//! | files of requirements and classifiers | read by [`dynamic_fields`] |
//! | the files of the source tree | read by [`source_files`] |
//! | sources of extensions, the objects of them | read, written by [`extension`] |
//! | a compiled program that a wheel brings | read by [`program_wheel`], `tilsit-elf` |
//! | `*.whl`, `*.tar.gz` in the output folder | [`build`] |
//!
//! # Invariants
//!
//! - The bytes depend on the files' paths, contents and right to be executed, on the version, and on
//!   [`BuildOptions`]: not on the clock, the umask, the order on disk or the folder's name.
//! - The wheel of the tree, that of its sdist and that of an archive of a tagged commit are the same,
//!   byte by byte.
//! - A built file appears whole in the output folder, or not at all.
//! - Metadata that pyproject.toml calls dynamic is refused, never guessed, unless the project says who
//!   fills it in.
//! - A project that another backend builds in ways of its own is refused.
//! - The tag of a wheel with a program promises no more than the program's file bears out.

pub mod build;
mod declared_backend;
pub mod dynamic_fields;
pub mod editable;
pub mod error;
pub mod extension;
pub mod modules;
mod names;
pub mod program_platform;
pub mod program_wheel;
pub mod project_version;
pub mod settings;
pub mod source_files;
pub mod source_project;
pub mod static_version;
pub mod vcs_version;
pub mod wheel_contents;

pub use build::{BuildOptions, Built, build_sdist, build_wheel, build_wheel_from_sdist};
pub use error::BuildError;
pub use extension::config::CompilerConfig;
pub use extension::error::ExtensionError;
pub use extension::objects::{OBJECTS, prune as prune_objects};
pub use program_platform::ProgramSystem;
pub use program_wheel::{ProgramWheel, build_program_wheel};
pub use source_project::SourceProject;
