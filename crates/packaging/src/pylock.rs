//! pylock.toml: the lock file that all installers can read.
//!
//! Follows "pylock.toml Specification" (PEP 751), lock version 1.0. Reads and checks, writes in one
//! fixed order and form, and selects what to install in an environment. Paths and URLs are data:
//! who opens them decides whether they are allowed.

mod package;
mod read;
mod select;
#[cfg(test)]
mod tests;
mod write;

pub use self::package::{
    ArchiveSource, AttestationIdentity, DirectorySource, DistributionFile, Package, PackageSource,
    VcsSource,
};
pub use self::select::{SelectError, SelectOptions, Selected, SelectedSource};
use crate::marker::Marker;
use crate::name::{ExtraName, GroupName};
use crate::problem::Problem;
use crate::specifier::VersionSpecifiers;
use crate::version::Version;

/// A lock file.
#[derive(Clone, Debug, PartialEq)]
pub struct Pylock {
    /// `lock-version`: 1.0, or a later 1.x of which only what 1.0 has is read.
    pub lock_version: Version,
    /// `environments`: the environments the file is for, if it says so.
    pub environments: Vec<Marker>,
    /// `requires-python`
    pub requires_python: Option<VersionSpecifiers>,
    /// `extras`
    pub extras: Vec<ExtraName>,
    /// `dependency-groups`
    pub dependency_groups: Vec<GroupName>,
    /// `default-groups`: the groups to install when nobody says which.
    pub default_groups: Vec<GroupName>,
    /// `created-by`: the name of the tool that wrote the file.
    pub created_by: String,
    /// `packages`
    pub packages: Vec<Package>,
    /// `tool`, as it is.
    pub tool: toml::Table,
}

/// Why a lock file could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PylockError {
    /// The text is not TOML.
    #[error("the lock file is not valid TOML: {0}")]
    Toml(Problem),
    /// The lock version is not 1.x.
    #[error("the lock file has version {version}, but only 1.x is supported")]
    Unsupported {
        /// The version.
        version: Version,
    },
    /// The file breaks the specification.
    #[error("the lock file is not valid: {0}")]
    Invalid(Problem),
}

impl Pylock {
    /// Reads a lock file. Unknown keys and a later 1.x version are problems.
    ///
    /// # Errors
    /// [`PylockError`], for the first fault.
    ///
    /// ```
    /// use tilsit_packaging::pylock::Pylock;
    /// let text = "lock-version = '1.0'\ncreated-by = 'tilsit'\npackages = []\n";
    /// let (pylock, problems) = Pylock::parse(text)?;
    /// assert_eq!((pylock.packages.len(), problems.len()), (0, 0));
    /// # Ok::<(), tilsit_packaging::pylock::PylockError>(())
    /// ```
    pub fn parse(text: &str) -> Result<(Pylock, Vec<Problem>), PylockError> {
        read::read(text)
    }

    /// The file's text: keys in the order of the specification, one line a file, the same for the
    /// same value everywhere.
    pub fn to_toml(&self) -> String {
        write::write(self)
    }
}

/// Whether a file's name is one that lock files have: `pylock.toml` or `pylock.<name>.toml`.
pub fn is_pylock_file_name(name: &str) -> bool {
    let middle = name
        .strip_prefix("pylock.")
        .and_then(|name| name.strip_suffix(".toml"));
    name == "pylock.toml"
        || middle.is_some_and(|middle| !middle.is_empty() && !middle.contains('.'))
}
