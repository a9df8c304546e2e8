//! The lock: `pylock.toml` (PEP 751) for all environments, with what that form has no place for in
//! `[tool.tilsit]`.
//!
//! What of it is installed where is said twice, and says the same: by the markers of packages, for
//! installers that know nothing but the standard, and by requirements, which ours walks when a part of
//! the workspace is wanted.

mod assemble;
mod difference;
mod environment;
mod graph;
mod own;
mod pins;
mod reach;
mod select;

pub use assemble::{Answer, Assembly, AssemblyError, Origins};
pub(crate) use assemble::{relative, without_url};
pub use difference::{Change, Difference};
pub use environment::EnvironmentLock;
pub use graph::{Edge, Graph, Node, Part, Through};
pub use own::{LockedMember, OwnTable, fingerprint_of, license_of, set_license};
pub(crate) use own::{named_extras, requires as requires_of, with_requires};
pub use pins::{PinError, pins};
pub(crate) use pins::{archive_url, repository};
pub(crate) use reach::{Goal, Stop, Way, walk};
pub use select::{Selection, SelectionError};

use std::path::{Path, PathBuf};

use tilsit_packaging::marker::Marker;
use tilsit_packaging::pylock::{PackageSource, Pylock, PylockError};
use tilsit_packaging::specifier::VersionSpecifiers;
use tilsit_resolver::{Preferences, Universal};

/// Who has made a lock that was read of a uv.lock.
pub(crate) const UV: &str = "uv";

/// The lock of a project.
pub const PYLOCK: &str = "pylock.toml";

/// A lock that was read, or made.
#[derive(Clone, Debug, PartialEq)]
pub struct Lock {
    /// What the standard says.
    pub pylock: Pylock,
    /// What ours says besides; none in a lock of another tool.
    pub own: Option<OwnTable>,
    /// Whether somebody else has changed it since it was written.
    pub is_edited: bool,
}

/// Why a lock cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// Two versions of the file were merged and not decided.
    #[error(
        "`{}` has an undecided merge in line {line}",
        .path.display()
    )]
    Merge {
        /// The file.
        path: PathBuf,
        /// The line of the first marker, counted from 1.
        line: usize,
    },
    /// The file breaks the specification.
    #[error("`{}`: {source}", .path.display())]
    Pylock {
        /// The file.
        path: PathBuf,
        /// Why.
        source: PylockError,
    },
    /// Our table in it is not as we write it.
    #[error("`{}`: `[tool.tilsit]` is not valid: {reason}", .path.display())]
    Own {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// It was written by a newer program.
    #[error(
        "`{}` was written by a newer tilsit: its `[tool.tilsit]` has version {version}, and {} is the \
         newest that is known",
        .path.display(), own::VERSION
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        version: u32,
    },
}

impl Lock {
    /// Reads a lock; `path` is what it is called in errors.
    ///
    /// # Errors
    /// When the text is no lock, or one of a newer program.
    pub fn parse(text: &str, path: &Path) -> Result<Self, LockError> {
        if let Some(line) = merge_marker(text) {
            let path = path.to_path_buf();
            return Err(LockError::Merge { path, line });
        }
        let (mut pylock, _) = Pylock::parse(text).map_err(|source| LockError::Pylock {
            path: path.to_path_buf(),
            source,
        })?;
        let own = match pylock.tool.remove(own::TOOL) {
            None => None,
            Some(table) => Some(OwnTable::read(table, path)?),
        };
        let digest = own.as_ref().map(|own| own.digest.as_str());
        let is_edited = digest.is_some_and(|digest| digest != own::digest_of(text));
        Ok(Self {
            pylock,
            own,
            is_edited,
        })
    }

    /// The text of the file: the same for the same lock everywhere.
    pub fn to_toml(&self) -> String {
        let mut text = self.pylock.to_toml();
        if let Some(own) = &self.own {
            own.write(&mut text);
        }
        text
    }

    /// The locked versions of a world, to be kept where they fit; without those of `upgraded`.
    pub fn preferences(&self, world: Marker, upgraded: &dyn Fn(&str) -> bool) -> Preferences {
        let mut preferences = Preferences::default();
        for package in &self.pylock.packages {
            let is_of_index = matches!(package.source, PackageSource::Distributions { .. });
            if let Some(version) = package.version.as_ref().filter(|_| is_of_index)
                && !upgraded(package.name.as_str())
            {
                let marker = package.marker.and(world).without_extras();
                preferences.add_where(package.name.clone(), version.clone(), marker);
            }
        }
        preferences
    }

    /// The environments to begin the next resolution of a world with: where this lock was divided, the
    /// same parts, and what they leave.
    pub fn environments(&self, world: Marker, universal: &Universal) -> Vec<Marker> {
        let forks = self.own.iter().flat_map(|own| &own.forks);
        let forks = forks.map(|fork| fork.and(world).without_extras());
        let mut environments: Vec<Marker> = forks.filter(|fork| !fork.is_false()).collect();
        if environments.is_empty() {
            return universal.environments.clone();
        }
        match &universal.environments[..] {
            [] => environments.push(Marker::TRUE),
            named => {
                // A part of an older lock may reach beyond what is asked for now.
                let all = named.iter().fold(Marker::FALSE, |all, one| all.or(*one));
                environments = environments.iter().map(|fork| fork.and(all)).collect();
                environments.extend(named);
            }
        }
        environments
    }

    /// Whether it says in which words packages require each other.
    pub fn states_requirements(&self) -> bool {
        self.own.is_some() && self.pylock.created_by != UV
    }

    /// The Pythons that it is for.
    pub fn requires_python(&self) -> Option<&VersionSpecifiers> {
        self.pylock.requires_python.as_ref()
    }
}

/// The line of the first marker of a merge that was not decided, counted from 1.
pub fn merge_marker(text: &str) -> Option<usize> {
    let is_marker = |line: &str| {
        ["<<<<<<< ", ">>>>>>> ", "||||||| "]
            .iter()
            .any(|marker| line.starts_with(marker))
    };
    let line = text.lines().position(is_marker)?;
    Some(line + 1)
}

#[cfg(test)]
mod tests;
