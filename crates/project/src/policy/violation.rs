//! What breaks a rule.

use jiff::Timestamp;
use tilsit_packaging::name::{NamePattern, ProjectName};

/// A distribution that breaks a rule. Versions have a space in front, or are empty.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Violation {
    /// It is not old enough.
    #[error("`{name}`{version} is too new: `{file}` was uploaded {uploaded}, and not {age} ago")]
    TooNew {
        /// The project.
        name: ProjectName,
        /// Its version.
        version: String,
        /// The file.
        file: String,
        /// When it was uploaded.
        uploaded: Timestamp,
        /// What the rule says.
        age: String,
    },
    /// It is not known how old it is.
    #[error("`{name}`{version} may be too new: nobody says when `{file}` was uploaded")]
    NoUploadTime {
        /// The project.
        name: ProjectName,
        /// Its version.
        version: String,
        /// The file.
        file: String,
    },
    /// It would have to be built.
    #[error("`{name}`{version} would have to be built of `{what}`")]
    Sdist {
        /// The project.
        name: ProjectName,
        /// Its version.
        version: String,
        /// Of what.
        what: String,
    },
    /// It comes from elsewhere than it may.
    #[error(
        "`{name}`{version} comes from {found}, and `{pattern}` may come from `{allowed}` alone"
    )]
    Index {
        /// The project.
        name: ProjectName,
        /// Its version.
        version: String,
        /// Where it comes from.
        found: String,
        /// The pattern of the rule.
        pattern: NamePattern,
        /// What the rule allows.
        allowed: String,
    },
    /// It is forbidden.
    #[error("`{name}`{version} is forbidden{}", .reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}")))]
    Forbidden {
        /// The project.
        name: ProjectName,
        /// Its version.
        version: String,
        /// Why.
        reason: Option<String>,
    },
    /// Its licence is none of those that are taken.
    #[error("the licence of `{name}` {version}, {license}, is not among those that are allowed")]
    License {
        /// The project.
        name: ProjectName,
        /// Its version.
        version: String,
        /// The licence.
        license: String,
    },
    /// What it says of its licence leaves it open.
    #[error("the licence of `{name}` {version} is not known: its metadata says `{words}`")]
    UnclearLicense {
        /// The project.
        name: ProjectName,
        /// Its version.
        version: String,
        /// What it says.
        words: String,
    },
    /// It says nothing of its licence.
    #[error("the licence of `{name}` {version} is not known: its metadata says nothing of it")]
    NoLicense {
        /// The project.
        name: ProjectName,
        /// Its version.
        version: String,
    },
}

impl Violation {
    /// The key of the rule.
    pub fn rule(&self) -> &'static str {
        match self {
            Self::TooNew { .. } | Self::NoUploadTime { .. } => "minimum-age",
            Self::Sdist { .. } => "no-sdists",
            Self::Index { .. } => "indexes",
            Self::Forbidden { .. } => "forbidden",
            Self::License { .. } | Self::UnclearLicense { .. } | Self::NoLicense { .. } => {
                "licenses"
            }
        }
    }

    /// The project.
    pub fn name(&self) -> &ProjectName {
        match self {
            Self::TooNew { name, .. }
            | Self::NoUploadTime { name, .. }
            | Self::Sdist { name, .. }
            | Self::Index { name, .. }
            | Self::Forbidden { name, .. }
            | Self::License { name, .. }
            | Self::UnclearLicense { name, .. }
            | Self::NoLicense { name, .. } => name,
        }
    }
}
