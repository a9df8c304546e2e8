//! Versions and their order.
//!
//! Follows the specification "Version specifiers" (PEP 440): every spelling that pypa/packaging
//! takes is taken, and [`Display`](fmt::Display) gives the normal form. Numbers are limited to
//! 64 bits, save those of a local label, which may have any length.
//!
//! Nearly all versions in the world fit into twelve bytes whose order is the order of the versions
//! (see `packed`): they are parsed, copied, compared and hashed without allocating. The others
//! share an allocation. What a requirement asks of a version is in [`specifier`](crate::specifier).

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;
use std::sync::Arc;

use smallvec::SmallVec;

use crate::text::serde_as_string;

mod bump;
mod order;
mod packed;
mod parse;

#[cfg(test)]
mod tests;

pub use bump::Bump;
pub(crate) use order::{compare_releases, suffix_key};
use packed::Packed;
pub(crate) use parse::parse_prefix;
pub use parse::{VersionError, VersionFault};

/// A version in the sense of PEP 440.
///
/// Order and equality are those of the specification: `1.0` equals `1.0.0`, although each keeps
/// the number of release segments that it was written with.
///
/// ```
/// use tilsit_packaging::version::Version;
///
/// let version: Version = "v1.0-Beta.2".parse()?;
/// assert_eq!(version.to_string(), "1.0b2");
/// assert!(version < "1.0.0".parse()?);
/// # Ok::<(), tilsit_packaging::version::VersionError>(())
/// ```
#[derive(Clone)]
pub struct Version(Form);

#[derive(Clone)]
enum Form {
    Packed(Packed),
    Full(Arc<Full>),
}

/// The parts of a version that does not fit into the packed form.
#[derive(Clone)]
struct Full {
    parts: VersionParts,
    /// The packed form of the same place in the order (trailing zeros dropped), if there is one.
    packed: Option<Packed>,
}

/// The parts of a version, for taking one apart and putting one together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VersionParts {
    /// The epoch, 0 if none is written.
    pub epoch: u64,
    /// The release segments, at least one.
    pub release: SmallVec<[u64; 4]>,
    /// The pre-release, such as `rc1`.
    pub pre: Option<(PreReleaseKind, u64)>,
    /// The number of the post-release.
    pub post: Option<u64>,
    /// The number of the development release.
    pub dev: Option<u64>,
    /// The segments of the local label, empty if there is none.
    pub local: Vec<LocalSegment>,
}

/// The three kinds of pre-releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PreReleaseKind {
    /// `a`, also spelled `alpha`.
    Alpha,
    /// `b`, also spelled `beta`.
    Beta,
    /// `rc`, also spelled `c`, `pre` and `preview`.
    Candidate,
}

impl PreReleaseKind {
    /// The normal spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            PreReleaseKind::Alpha => "a",
            PreReleaseKind::Beta => "b",
            PreReleaseKind::Candidate => "rc",
        }
    }
}

/// A segment of a local label; texts sort before numbers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LocalSegment {
    /// A segment with at least one letter, in lower case.
    Text(Box<str>),
    /// A segment of digits.
    Number(LocalNumber),
}

/// A number in a local label, of any size: commit hashes of digits alone occur.
///
/// Holds the digits without leading zeros; more digits are more, and equally many compare as text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LocalNumber(Box<str>);

impl LocalNumber {
    fn new(digits: &str) -> Self {
        let digits = digits.trim_start_matches('0');
        LocalNumber(if digits.is_empty() { "0" } else { digits }.into())
    }

    /// The digits without leading zeros.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PartialOrd for LocalNumber {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for LocalNumber {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0
            .len()
            .cmp(&other.0.len())
            .then_with(|| self.0.cmp(&other.0))
    }
}

impl fmt::Display for LocalSegment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LocalSegment::Text(text) => formatter.write_str(text),
            LocalSegment::Number(number) => formatter.write_str(&number.0),
        }
    }
}

/// The release segments of a version; behaves as a slice.
#[derive(Debug, Clone, Copy)]
pub enum Release<'a> {
    /// Unpacked segments and how many of them count.
    Unpacked([u64; 4], u8),
    /// Segments stored as they are.
    Stored(&'a [u64]),
}

impl Deref for Release<'_> {
    type Target = [u64];

    fn deref(&self) -> &[u64] {
        match self {
            Release::Unpacked(segments, length) => &segments[..usize::from(*length)],
            Release::Stored(segments) => segments,
        }
    }
}

impl Version {
    /// A version of release segments alone.
    ///
    /// # Panics
    /// When `release` is empty.
    pub fn from_release(release: &[u64]) -> Self {
        Self::from_parts(VersionParts {
            release: release.into(),
            ..VersionParts::default()
        })
    }

    /// Puts a version together.
    ///
    /// # Panics
    /// When the release is empty.
    pub fn from_parts(parts: VersionParts) -> Self {
        assert!(
            !parts.release.is_empty(),
            "a version has at least one release segment"
        );
        let packed = Packed::from_parts(&parts);
        match packed {
            Some(packed) if packed.segments() == parts.release.len() => {
                Version(Form::Packed(packed))
            }
            _ => Version(Form::Full(Arc::new(Full { parts, packed }))),
        }
    }

    /// Takes the version apart.
    pub fn to_parts(&self) -> VersionParts {
        match &self.0 {
            Form::Packed(packed) => packed.to_parts(),
            Form::Full(full) => full.parts.clone(),
        }
    }

    /// The epoch, 0 if none is written.
    pub fn epoch(&self) -> u64 {
        match &self.0 {
            Form::Packed(_) => 0,
            Form::Full(full) => full.parts.epoch,
        }
    }

    /// The release segments as written, trailing zeros included.
    pub fn release(&self) -> Release<'_> {
        match &self.0 {
            Form::Packed(packed) => packed.release(),
            Form::Full(full) => Release::Stored(&full.parts.release),
        }
    }

    /// The pre-release, such as `rc` 1.
    pub fn pre(&self) -> Option<(PreReleaseKind, u64)> {
        match &self.0 {
            Form::Packed(packed) => packed.pre(),
            Form::Full(full) => full.parts.pre,
        }
    }

    /// The number of the post-release.
    pub fn post(&self) -> Option<u64> {
        match &self.0 {
            Form::Packed(packed) => packed.post(),
            Form::Full(full) => full.parts.post,
        }
    }

    /// The number of the development release.
    pub fn dev(&self) -> Option<u64> {
        match &self.0 {
            Form::Packed(packed) => packed.dev(),
            Form::Full(full) => full.parts.dev,
        }
    }

    /// The segments of the local label, empty if there is none.
    pub fn local(&self) -> &[LocalSegment] {
        match &self.0 {
            Form::Packed(_) => &[],
            Form::Full(full) => &full.parts.local,
        }
    }

    /// Whether this is a pre-release or a development release.
    pub fn is_prerelease(&self) -> bool {
        match &self.0 {
            Form::Packed(packed) => packed.is_prerelease(),
            Form::Full(full) => full.parts.pre.is_some() || full.parts.dev.is_some(),
        }
    }

    /// Whether this is a post-release.
    pub fn is_postrelease(&self) -> bool {
        self.post().is_some()
    }

    /// Whether this is a development release.
    pub fn is_devrelease(&self) -> bool {
        self.dev().is_some()
    }

    /// Whether there is a local label.
    pub fn is_local(&self) -> bool {
        !self.local().is_empty()
    }

    /// The first release segment.
    pub fn major(&self) -> u64 {
        self.release()[0]
    }

    /// The second release segment, or 0.
    pub fn minor(&self) -> u64 {
        self.release().get(1).copied().unwrap_or(0)
    }

    /// The third release segment, or 0.
    pub fn micro(&self) -> u64 {
        self.release().get(2).copied().unwrap_or(0)
    }

    /// The version without its local label.
    pub fn without_local(&self) -> Version {
        if !self.is_local() {
            return self.clone();
        }
        Self::from_parts(VersionParts {
            local: Vec::new(),
            ..self.to_parts()
        })
    }

    /// Epoch and release alone.
    pub fn base(&self) -> Version {
        Self::from_parts(VersionParts {
            epoch: self.epoch(),
            release: self.release().iter().copied().collect(),
            ..VersionParts::default()
        })
    }

    /// The same version with trailing zeros of the release taken away: `1.0.0` becomes `1`.
    pub fn trimmed(&self) -> Version {
        let length = trimmed_length(&self.release()).max(1);
        if length == self.release().len() {
            return self.clone();
        }
        let mut parts = self.to_parts();
        parts.release.truncate(length);
        Self::from_parts(parts)
    }
}

/// How many segments are left when trailing zeros are dropped; 0 for `0.0`.
pub(crate) fn trimmed_length(release: &[u64]) -> usize {
    release
        .iter()
        .rposition(|&segment| segment != 0)
        .map_or(0, |last| last + 1)
}

impl FromStr for Version {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, VersionError> {
        parse::parse(text)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.epoch() != 0 {
            write!(formatter, "{}!", self.epoch())?;
        }
        for (place, segment) in self.release().iter().enumerate() {
            if place > 0 {
                formatter.write_str(".")?;
            }
            write!(formatter, "{segment}")?;
        }
        if let Some((kind, number)) = self.pre() {
            write!(formatter, "{}{number}", kind.as_str())?;
        }
        if let Some(number) = self.post() {
            write!(formatter, ".post{number}")?;
        }
        if let Some(number) = self.dev() {
            write!(formatter, ".dev{number}")?;
        }
        for (place, segment) in self.local().iter().enumerate() {
            formatter.write_str(if place == 0 { "+" } else { "." })?;
            write!(formatter, "{segment}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Version({self})")
    }
}

serde_as_string!(Version);
