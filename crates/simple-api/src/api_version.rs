//! The version of the Simple API that a page speaks (PEP 629).

use std::fmt;
use std::str::FromStr;

/// The version of the Simple API, such as `1.4`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ApiVersion {
    /// A page of another major version than 1 cannot be read.
    pub major: u32,
    /// A higher minor version only adds keys.
    pub minor: u32,
}

impl ApiVersion {
    /// What a page without a version speaks (PEP 629).
    pub const FIRST: Self = Self { major: 1, minor: 0 };
    /// The last version of the HTML form, frozen by PEP 833.
    pub const HTML: Self = Self { major: 1, minor: 4 };
    /// The version with upload times, sizes, provenance and project status (PEP 700, 740, 792).
    pub const WITH_STATUS: Self = Self { major: 1, minor: 4 };
    /// The version with namespaces (PEP 752).
    pub const WITH_NAMESPACES: Self = Self { major: 1, minor: 5 };

    /// Whether a client of version 1 can read a page of this version.
    pub fn is_readable(self) -> bool {
        self.major == 1
    }
}

/// A text that is not a version of the Simple API.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a version of the Simple API (two numbers with a dot)")]
pub struct ApiVersionError(pub String);

impl FromStr for ApiVersion {
    type Err = ApiVersionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || ApiVersionError(text.chars().take(40).collect());
        let (major, minor) = text.trim().split_once('.').ok_or_else(error)?;
        let number = |part: &str| {
            let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            digits
                .then(|| part.parse().ok())
                .flatten()
                .ok_or_else(error)
        };
        Ok(Self {
            major: number(major)?,
            minor: number(minor)?,
        })
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.major, self.minor)
    }
}
