//! The version of core metadata itself.

use std::fmt;
use std::str::FromStr;

/// A version of the core metadata specification, as `2.4`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MetadataVersion {
    /// Readers must refuse a major version that they do not know.
    pub major: u8,
    /// Readers should go on, with a warning, at a minor version that they do not know.
    pub minor: u8,
}

impl MetadataVersion {
    /// The newest version known here.
    pub const NEWEST: MetadataVersion = MetadataVersion::new(2, 6);

    /// A version from its two numbers.
    pub const fn new(major: u8, minor: u8) -> Self {
        MetadataVersion { major, minor }
    }

    /// Whether the specification has this version: 1.0 to 1.2 and 2.1 to 2.6. Version 2.0 was
    /// withdrawn, but some tools wrote it.
    pub fn is_published(self) -> bool {
        matches!((self.major, self.minor), (1, 0..=2) | (2, 1..=6))
    }
}

impl fmt::Display for MetadataVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// The text is not two numbers with a dot between them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no metadata version: it should be two numbers, as `2.4`")]
pub struct MetadataVersionError(pub String);

impl FromStr for MetadataVersion {
    type Err = MetadataVersionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = |text: &str| {
            let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| text.parse().ok()).flatten()
        };
        text.split_once('.')
            .and_then(|(major, minor)| Some(MetadataVersion::new(number(major)?, number(minor)?)))
            .ok_or_else(|| MetadataVersionError(text.to_owned()))
    }
}
