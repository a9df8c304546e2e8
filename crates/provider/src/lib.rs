//! Answers the resolver's questions from package indexes, and says which files the answer means.
//!
//! [`resolve()`] drives a `tilsit_resolver::Resolver`: each question about a project's versions becomes
//! a page of an index, each about a release's requirements becomes metadata, all fetched side by
//! side. It gives back a [`Resolution`]: for each project the version, the file to install here, the
//! hashes of all files of the release, and who required it.
//!
//! # Rules
//! - **Indexes**: the first that has the project speaks for it, unless another strategy is asked
//!   for; 401 and 403 end the search for it. Files of `find-links` are added to those of the index.
//!   A project that is pinned to an index comes from there or from nowhere.
//! - **Files**: a wheel counts when its tags fit, an sdist when its metadata can be had. A file is
//!   left out by `requires-python`, by the cut-off date, by `--no-binary` and `--only-binary`. Of the
//!   wheels the one with the best tags is chosen, then the highest build tag; a wheel goes before an
//!   sdist; a file that is not yanked before one that is.
//! - **Sdists**: their metadata is taken where it is static (2.2 or newer, nothing decisive dynamic);
//!   anything else goes to the [`MetadataBuilder`], as does what a URL names and is no wheel. A walk
//!   back into releases that must be built is told, and ends after a few in vain.
//! - **Pre-releases and yanked versions** are reported as they are; which to take is the resolver's
//!   decision.
//!
//! # Invariants
//! - The same pages and metadata give the same resolution, in whatever order they come.
//! - No clock, no environment: tags, markers and the cut-off date are passed in.

pub mod builder;
pub mod installed;
pub mod options;
pub mod platform;
pub mod releases;
pub mod resolution;
pub mod resolve;

mod metadata;
mod pages;
mod provider;
mod sdist;

pub use builder::{BuildRefusal, BuildSource, MetadataBuilder, NoBuilder};
pub use installed::InstalledRelease;
pub use options::{
    CutOff, FilePolicy, ForbiddenReleases, FormatControl, IndexStrategy, ResolveOptions, Sources,
    Tags,
};
pub use platform::{Platform, PlatformError, elsewhere};
pub use releases::{Release, ReleaseFile, Releases};
pub use resolution::{Pin, PinnedFile, Resolution};
pub use resolve::{ResolveError, ResolveEvent, Resolving, resolve, versions};
