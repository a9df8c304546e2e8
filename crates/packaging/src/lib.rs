//! The packaging specifications as values: names, versions, specifiers, markers, requirements,
//! tags, metadata, lock files.
//!
//! Level 0 of the workspace: every other crate, client or server, speaks in these types, so that
//! no two parts can disagree about what a wheel, a version or a requirement is. The modules have
//! the field's own names.
//!
//! ```
//! use tilsit_packaging::specifier::VersionSpecifiers;
//! use tilsit_packaging::version::Version;
//!
//! let wanted: VersionSpecifiers = ">=2.8,<3".parse()?;
//! assert!(wanted.contains(&"2.31.0".parse::<Version>()?));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Invariants
//!
//! - No input or output of any kind: parsers are pure functions over text or bytes.
//! - What is displayed parses again to an equal value.
//! - Errors carry the place (a byte offset) and the reason, never a hint for a command line.
//! - Agrees with pypa/packaging on that project's own test cases; what differs on purpose is
//!   listed in `docs/design/packaging-deviations.md`.

pub mod file_name;
pub mod marker;
pub mod name;
pub mod range;
pub mod requirement;
pub mod specifier;
pub mod tag;
pub mod version;

mod spelling;
mod text;

// Formats of files, built on the values above.
pub mod dependency_groups;
pub mod direct_url;
pub mod entry_points;
pub mod headers;
pub mod inline_script;
pub mod license;
pub mod metadata;
pub mod problem;
pub mod pylock;
pub mod pyproject;
pub mod record;
pub mod requirements_file;

mod identifier;
mod path;
mod toml_reader;
