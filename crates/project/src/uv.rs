//! uv.lock, read and written: what uv has locked, with the places and hashes of all files, so that
//! nothing is asked for where it is read.
//!
//! Follows what uv 0.13 writes: version 1 of the form, revision 5. A newer version is refused; newer
//! revisions can be read, for that is what revisions promise, and are not overwritten.

mod asked;
mod locked;
mod marker;
mod read;
mod source;
mod wish;
mod write;

use std::collections::BTreeMap;

use jiff::Timestamp;
use tilsit_packaging::marker::Marker;
use tilsit_packaging::name::{ExtraName, GroupName, ProjectName};
use tilsit_packaging::version::Version;

pub use asked::{Asked, Groups, Local, Options, Says, Terms, without_secrets};
pub use source::LockedSource;
pub use wish::{Wish, WishPlace};
pub use write::Writing;

/// The lock of a project.
pub const UV_LOCK: &str = "uv.lock";

/// The largest lock that is read.
const SIZE_MAX_BYTES: usize = 64 * 1024 * 1024;

/// The version of the form.
const VERSION: u64 = 1;

/// What was added to the version since.
const REVISION: u64 = 5;

/// A uv.lock.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UvLock {
    /// Its revision.
    pub revision: u64,
    /// What it answers.
    pub asked: Asked,
    /// `resolution-markers`: the parts of the world that were resolved apart.
    pub forks: Vec<Marker>,
    /// The packages, in their order.
    pub packages: Vec<LockedPackage>,
}

/// One package.
#[derive(Clone, Debug, PartialEq)]
pub struct LockedPackage {
    /// Its name.
    pub name: ProjectName,
    /// Its version; none where only a build tells it.
    pub version: Option<Version>,
    /// Where it is from.
    pub source: LockedSource,
    /// What it leads to.
    pub dependencies: Vec<LockedDependency>,
    /// What its extras lead to besides.
    pub extras: BTreeMap<ExtraName, Vec<LockedDependency>>,
    /// What its groups lead to.
    pub groups: BTreeMap<GroupName, Vec<LockedDependency>>,
    /// The source distribution.
    pub sdist: Option<LockedFile>,
    /// The wheels.
    pub wheels: Vec<LockedFile>,
}

/// A way from a package to another.
#[derive(Clone, Debug, PartialEq)]
pub struct LockedDependency {
    /// The place of the other among the packages.
    pub place: usize,
    /// The extras wanted of it.
    pub extras: Vec<ExtraName>,
    /// Where it counts; with extras and groups as ours names them.
    pub marker: Marker,
    /// The same as it is written.
    pub words: Option<String>,
}

/// A file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LockedFile {
    /// The URL, or the path, or the name of the file of a package that is one.
    pub place: FilePlace,
    /// `sha256:…`
    pub hash: Option<String>,
    /// The size in bytes.
    pub size_bytes: Option<u64>,
    /// When it was uploaded.
    pub upload_time: Option<Timestamp>,
}

/// Where a file is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum FilePlace {
    /// The place is that of the package.
    #[default]
    Same,
    /// At a URL.
    Url(String),
    /// At a path, from the folder that is the index.
    Path(String),
    /// The place is that of the package, and this is its name.
    Name(String),
}

/// Why a uv.lock cannot be read, used or made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UvLockError {
    /// It is too large to be one.
    #[error("it has {0} bytes, and {SIZE_MAX_BYTES} are the most")]
    Size(usize),
    /// Two versions of it were merged and not decided.
    #[error("it has an undecided merge in line {0}")]
    Merge(usize),
    /// It is not in the form that such a lock has.
    #[error("{0}")]
    Form(String),
    /// It is of a form that is not known.
    #[error("it has version {0} of the form, and {VERSION} is the newest that is known")]
    Version(u64),
    /// A newer uv has written it.
    #[error(
        "it was written by a newer uv, with revision {0} of the form, and {REVISION} is the newest \
         that can be written"
    )]
    Revision(u64),
    /// A package cannot be understood.
    #[error("the package `{name}` of it: {reason}")]
    Package {
        /// Its name.
        name: String,
        /// Why.
        reason: String,
    },
    /// The form cannot hold a package.
    #[error("`{name}` cannot stand in it: {reason}")]
    Unwritable {
        /// The project.
        name: ProjectName,
        /// Why.
        reason: String,
    },
}

#[cfg(test)]
mod tests;
