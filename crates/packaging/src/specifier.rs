//! Version specifiers: what a requirement asks of a version.
//!
//! Follows the specification "Version specifiers" (PEP 440), as pypa/packaging 26.3 reads it.
//! [`VersionSpecifiers::contains`] is containment alone; pre-releases are a question of policy
//! that [`Prereleases`] answers where one is asked for. Sets of versions with complement and union
//! are in [`range`](crate::range).

use std::fmt;
use std::str::FromStr;

use smallvec::SmallVec;

use crate::range::VersionRange;
use crate::text::serde_as_string;
use crate::version::{Version, trimmed_length};

mod filter;
mod parse;

#[cfg(test)]
mod tests;

pub use filter::{Candidate, Prereleases};
pub(crate) use parse::parse_prefix;
pub use parse::{SpecifierError, SpecifierFault};

/// The comparison operators, in the order in which they sort in the normal form of a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operator {
    /// `!=`: another version.
    NotEqual,
    /// `<`: before the version, and no pre-release of it.
    Less,
    /// `<=`: at most the version.
    LessEqual,
    /// `==`: this version.
    Equal,
    /// `===`: this text.
    Arbitrary,
    /// `>`: after the version, and no post-release or local version of it.
    Greater,
    /// `>=`: at least the version.
    GreaterEqual,
    /// `~=`: at least the version, with the same release but for the last segment.
    Compatible,
}

impl Operator {
    /// The operator as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Operator::NotEqual => "!=",
            Operator::Less => "<",
            Operator::LessEqual => "<=",
            Operator::Equal => "==",
            Operator::Arbitrary => "===",
            Operator::Greater => ">",
            Operator::GreaterEqual => ">=",
            Operator::Compatible => "~=",
        }
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// One comparison, such as `>=1.0` or `==2.*`.
///
/// Equality follows pypa/packaging: `==1.0` equals `==1`, but `~=1.0` does not equal `~=1.0.0`,
/// nor `==1.0.*` `==1.*`.
#[derive(Debug, Clone)]
pub struct VersionSpecifier {
    operator: Operator,
    operand: Operand,
}

#[derive(Debug, Clone)]
enum Operand {
    /// A version.
    Version(Version),
    /// All versions that start with this release: `1.2.*`.
    Prefix(Version),
    /// The text behind `===`.
    Text(Box<str>),
}

impl VersionSpecifier {
    /// A comparison with a version.
    ///
    /// # Errors
    /// When the operator cannot stand before the version: `~=` needs two release segments, and only
    /// `==`, `!=` and `===` take a local label.
    pub fn new(operator: Operator, version: Version) -> Result<Self, SpecifierFault> {
        if operator == Operator::Arbitrary {
            return Ok(Self {
                operator,
                operand: Operand::Text(version.to_string().into()),
            });
        }
        parse::check_operand(operator, &version)?;
        Ok(Self {
            operator,
            operand: Operand::Version(version),
        })
    }

    /// `==` with this very version.
    pub fn equal(version: Version) -> Self {
        Self {
            operator: Operator::Equal,
            operand: Operand::Version(version),
        }
    }

    /// `==` or `!=` with all versions that start with this release.
    ///
    /// # Panics
    /// When the version is more than an epoch and a release.
    pub fn prefix(equal: bool, version: &Version) -> Self {
        let base = version.base();
        assert!(
            base == *version,
            "a prefix is an epoch and a release: `{version}`"
        );
        let operator = if equal {
            Operator::Equal
        } else {
            Operator::NotEqual
        };
        Self {
            operator,
            operand: Operand::Prefix(base),
        }
    }

    /// The operator.
    pub fn operator(&self) -> Operator {
        self.operator
    }

    /// The version behind the operator; for `==1.2.*` it is `1.2`, for `===` there is none.
    pub fn version(&self) -> Option<&Version> {
        match &self.operand {
            Operand::Version(version) | Operand::Prefix(version) => Some(version),
            Operand::Text(_) => None,
        }
    }

    /// Whether the version stands for all that start with it: `==1.2.*`.
    pub fn is_prefix(&self) -> bool {
        matches!(self.operand, Operand::Prefix(_))
    }

    /// The text behind `===`.
    pub fn text(&self) -> Option<&str> {
        match &self.operand {
            Operand::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether the version fulfils the comparison (PEP 440), pre-release or not.
    pub fn contains(&self, version: &Version) -> bool {
        let wanted = match &self.operand {
            Operand::Text(text) => return version.to_string().eq_ignore_ascii_case(text),
            Operand::Prefix(prefix) => {
                return starts_with(version, prefix.epoch(), &prefix.release())
                    == (self.operator == Operator::Equal);
            }
            Operand::Version(wanted) => wanted,
        };
        match self.operator {
            Operator::Equal => equals(version, wanted),
            Operator::NotEqual => !equals(version, wanted),
            Operator::GreaterEqual => version >= wanted,
            Operator::LessEqual => {
                version <= wanted || (version.is_local() && version.without_local() <= *wanted)
            }
            Operator::Less => version < wanted && !is_earlier_form(version, wanted),
            Operator::Greater => version > wanted && !is_later_form(version, wanted),
            Operator::Compatible => {
                let release = wanted.release();
                version >= wanted
                    && starts_with(version, wanted.epoch(), &release[..release.len() - 1])
            }
            Operator::Arbitrary => unreachable!("`===` has a text for operand"),
        }
    }

    /// What equality and hash look at.
    fn key(&self) -> (Operator, bool, Option<&Version>, Option<&str>, usize) {
        let counted_segments = match (&self.operand, self.operator) {
            (Operand::Prefix(version), _) | (Operand::Version(version), Operator::Compatible) => {
                version.release().len()
            }
            _ => 0,
        };
        (
            self.operator,
            self.is_prefix(),
            self.version(),
            self.text(),
            counted_segments,
        )
    }
}

/// `==`: a local label counts only where the specifier has one.
fn equals(version: &Version, wanted: &Version) -> bool {
    if version.is_local() && !wanted.is_local() {
        version.without_local() == *wanted
    } else {
        version == wanted
    }
}

/// Whether epoch and the first release segments are these; missing segments are zeros.
fn starts_with(version: &Version, epoch: u64, prefix: &[u64]) -> bool {
    let release = version.release();
    version.epoch() == epoch
        && prefix
            .iter()
            .enumerate()
            .all(|(place, &segment)| release.get(place).copied().unwrap_or(0) == segment)
}

fn same_release(left: &Version, right: &Version) -> bool {
    let (left_release, right_release) = (left.release(), right.release());
    left.epoch() == right.epoch()
        && left_release[..trimmed_length(&left_release)]
            == right_release[..trimmed_length(&right_release)]
}

/// Whether a lesser `version` is only a pre-release of `wanted`, which `<` excludes.
fn is_earlier_form(version: &Version, wanted: &Version) -> bool {
    if wanted.is_prerelease() || !version.is_prerelease() || !same_release(version, wanted) {
        return false;
    }
    wanted.post().is_none() || (version.pre().is_none() && version.post() == wanted.post())
}

/// Whether a greater `version` is only a post-release or a local version of `wanted`, which `>` excludes.
fn is_later_form(version: &Version, wanted: &Version) -> bool {
    if !same_release(version, wanted) || version.pre() != wanted.pre() {
        return false;
    }
    if wanted.dev().is_some() || wanted.post().is_some() {
        version.post() == wanted.post() && version.dev() == wanted.dev()
    } else {
        true
    }
}

impl PartialEq for VersionSpecifier {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for VersionSpecifier {}

impl std::hash::Hash for VersionSpecifier {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl FromStr for VersionSpecifier {
    type Err = SpecifierError;

    fn from_str(text: &str) -> Result<Self, SpecifierError> {
        parse::parse_one(text)
    }
}

impl fmt::Display for VersionSpecifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.operator.as_str())?;
        match &self.operand {
            Operand::Version(version) => write!(formatter, "{version}"),
            Operand::Prefix(version) => write!(formatter, "{version}.*"),
            Operand::Text(text) => formatter.write_str(text),
        }
    }
}

/// A set of comparisons that must all hold; without any, every version will do.
///
/// Kept sorted and without repetitions, so that the order of writing does not matter.
///
/// ```
/// use tilsit_packaging::specifier::VersionSpecifiers;
///
/// let specifiers: VersionSpecifiers = ">=1.0, != 1.3".parse()?;
/// assert_eq!(specifiers.to_string(), "!=1.3,>=1.0");
/// assert!(specifiers.contains(&"1.2".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct VersionSpecifiers(SmallVec<[VersionSpecifier; 2]>);

impl VersionSpecifiers {
    /// The set that every version fulfils.
    pub fn any() -> Self {
        Self::default()
    }

    /// The comparisons, sorted.
    pub fn iter(&self) -> std::slice::Iter<'_, VersionSpecifier> {
        self.0.iter()
    }

    /// How many comparisons there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the version fulfils all comparisons (PEP 440), pre-release or not.
    pub fn contains(&self, version: &Version) -> bool {
        self.0.iter().all(|specifier| specifier.contains(version))
    }

    /// Whether any version or text can fulfil all comparisons.
    pub fn is_satisfiable(&self) -> bool {
        match self.only_text() {
            Some(text) => self.contains_with(text, Prereleases::Allow),
            None => !VersionRange::from(self).is_empty(),
        }
    }

    /// Whether something that is no pre-release can fulfil all comparisons.
    pub fn allows_a_release(&self) -> bool {
        match self.only_text() {
            Some(text) => self.contains_with(text, Prereleases::Refuse),
            None => VersionRange::from(self).holds_a_release(),
        }
    }

    /// The text of a `===`, which no other text can fulfil.
    fn only_text(&self) -> Option<&str> {
        self.iter().find_map(VersionSpecifier::text)
    }

    /// Both sets together.
    pub fn and(&self, other: &Self) -> Self {
        self.iter().chain(other.iter()).cloned().collect()
    }

    fn normalize(&mut self) {
        if self.0.len() > 1 {
            self.0.sort_by(|left, right| {
                let texts = || left.to_string().cmp(&right.to_string());
                left.operator.cmp(&right.operator).then_with(texts)
            });
            let mut kept: SmallVec<[VersionSpecifier; 2]> = SmallVec::new();
            for specifier in self.0.drain(..) {
                if !kept.contains(&specifier) {
                    kept.push(specifier);
                }
            }
            self.0 = kept;
        }
    }
}

impl FromIterator<VersionSpecifier> for VersionSpecifiers {
    fn from_iter<I: IntoIterator<Item = VersionSpecifier>>(specifiers: I) -> Self {
        let mut set = Self(specifiers.into_iter().collect());
        set.normalize();
        set
    }
}

impl From<VersionSpecifier> for VersionSpecifiers {
    fn from(specifier: VersionSpecifier) -> Self {
        Self(SmallVec::from_iter([specifier]))
    }
}

impl<'a> IntoIterator for &'a VersionSpecifiers {
    type Item = &'a VersionSpecifier;
    type IntoIter = std::slice::Iter<'a, VersionSpecifier>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl FromStr for VersionSpecifiers {
    type Err = SpecifierError;

    fn from_str(text: &str) -> Result<Self, SpecifierError> {
        parse::parse_set(text)
    }
}

impl fmt::Display for VersionSpecifiers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, specifier) in self.0.iter().enumerate() {
            if place > 0 {
                formatter.write_str(",")?;
            }
            write!(formatter, "{specifier}")?;
        }
        Ok(())
    }
}

serde_as_string!(VersionSpecifier);
serde_as_string!(VersionSpecifiers);
