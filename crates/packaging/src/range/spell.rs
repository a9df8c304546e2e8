//! From a set of versions back to specifiers, and to words for people.

use std::fmt;

use super::from_specifier::{behind_prefix, first_development};
use super::{Cut, Side, VersionRange};
use crate::specifier::{Operator, VersionSpecifier, VersionSpecifiers};
use crate::version::{Version, VersionParts};

impl Cut {
    /// Specifiers for the versions above the cut, as exact as they can be said.
    pub(crate) fn lower_specifiers(&self) -> Vec<VersionSpecifier> {
        above(self).unwrap_or_else(|| {
            vec![comparison(
                Operator::Greater,
                &self.version().without_local(),
            )]
        })
    }

    /// The version without post-releases of its own that this cut lies behind.
    pub(crate) fn is_behind_final(&self) -> Option<Version> {
        let base = behind_whose_locals(self.version())?;
        (self.side() == Side::Before && base == base.base()).then_some(base)
    }

    /// Specifiers for the versions below the cut, as exact as they can be said.
    pub(crate) fn upper_specifiers(&self) -> Vec<VersionSpecifier> {
        below(self).unwrap_or_else(|| {
            vec![comparison(
                Operator::LessEqual,
                &self.version().without_local(),
            )]
        })
    }

    /// What lies up to another cut if it is one version with its local versions, or one prefix.
    pub(crate) fn one_version_or_prefix(&self, upper: &Cut) -> Option<(Version, bool)> {
        one_version_or_prefix(self, upper)
    }
}

impl VersionRange {
    /// The set as specifiers that must all hold, if it can be said so exactly.
    ///
    /// The gaps between stretches must be single versions or prefixes (`!=1.3`, `!=1.4.*`).
    pub fn to_specifiers(&self) -> Option<VersionSpecifiers> {
        if self.is_empty() {
            return None;
        }
        let stretches: Vec<_> = self.stretches().collect();
        let (lower, upper) = (stretches.first()?.0, stretches.last()?.1);
        let mut specifiers = match (lower, upper) {
            (Some(lower), Some(upper)) => match one_version_or_prefix(lower, upper) {
                Some((version, is_prefix)) => vec![equality(Operator::Equal, &version, is_prefix)],
                None => [above(lower)?, below(upper)?].concat(),
            },
            (Some(lower), None) => above(lower)?,
            (None, Some(upper)) => below(upper)?,
            (None, None) => Vec::new(),
        };
        for pair in stretches.windows(2) {
            let (version, is_prefix) = one_version_or_prefix(pair[0].1?, pair[1].0?)?;
            specifiers.push(equality(Operator::NotEqual, &version, is_prefix));
        }
        let specifiers: VersionSpecifiers = specifiers.into_iter().collect();
        // The spelling is a guess for some cuts; it is given only if it means the same set.
        (VersionRange::from(&specifiers) == *self).then_some(specifiers)
    }
}

/// What lies between two cuts if it is one version with its local versions, or one prefix.
fn one_version_or_prefix(lower: &Cut, upper: &Cut) -> Option<(Version, bool)> {
    let version = lower.version();
    if lower.side() != Side::Before {
        return None;
    }
    let behind = if version.is_local() {
        Cut::after(version.clone())
    } else {
        Cut::after_locals(version.clone())
    };
    if *upper == behind {
        return Some((version.clone(), false));
    }
    let is_prefix = version.dev() == Some(0) && version.pre().is_none() && version.post().is_none();
    let base = version.base();
    // Trailing zeros of a release do not count in a cut, so the length of the prefix is in the upper one.
    let length = upper.version().release().len();
    let lengths = [base.release().len(), length];
    lengths
        .into_iter()
        .filter(|_| is_prefix)
        .find_map(|length| {
            let mut parts = base.to_parts();
            parts.release.resize(length, 0);
            let prefix = Version::from_parts(parts);
            let behind = behind_prefix(prefix.epoch(), &prefix.release());
            (behind.as_ref() == Some(upper) && prefix == base).then_some((prefix, true))
        })
}

fn equality(operator: Operator, version: &Version, is_prefix: bool) -> VersionSpecifier {
    if is_prefix {
        VersionSpecifier::prefix(operator == Operator::Equal, version)
    } else {
        comparison(operator, version)
    }
}

fn comparison(operator: Operator, version: &Version) -> VersionSpecifier {
    VersionSpecifier::new(operator, version.clone())
        .expect("cuts that are spelled have no local label")
}

/// The specifiers for the versions above a cut.
fn above(cut: &Cut) -> Option<Vec<VersionSpecifier>> {
    let version = cut.version();
    if version.is_local() {
        return None;
    }
    match cut.side() {
        Side::Before => Some(vec![comparison(Operator::GreaterEqual, version)]),
        Side::AfterPosts | Side::AfterLocals => Some(vec![comparison(Operator::Greater, version)]),
        Side::After => None,
    }
}

/// The specifiers for the versions below a cut.
fn below(cut: &Cut) -> Option<Vec<VersionSpecifier>> {
    let version = cut.version();
    if version.is_local() || cut.side() != Side::Before {
        return None;
    }
    if let Some(base) = whose_first_development(version) {
        return Some(vec![comparison(Operator::Less, &base)]);
    }
    if let Some(base) = behind_whose_locals(version) {
        return Some(vec![comparison(Operator::LessEqual, &base)]);
    }
    if version.is_prerelease() {
        return Some(vec![comparison(Operator::Less, version)]);
    }
    // Up to a final release, its pre-releases included.
    Some(vec![
        comparison(Operator::LessEqual, version),
        comparison(Operator::NotEqual, version),
    ])
}

/// `1.0` for `1.0.dev0`.
fn whose_first_development(version: &Version) -> Option<Version> {
    let parts = version.to_parts();
    let base = Version::from_parts(VersionParts {
        dev: None,
        ..parts.clone()
    });
    let is_first = parts.dev == Some(0) && parts.pre.is_none() && parts.post.is_none();
    (is_first && first_development(&base) == *version).then_some(base)
}

/// `1.0` for `1.0.post0.dev0`, `1.0.post1` for `1.0.post2.dev0`.
fn behind_whose_locals(version: &Version) -> Option<Version> {
    let parts = version.to_parts();
    if parts.dev != Some(0) {
        return None;
    }
    let post = parts.post?;
    Some(Version::from_parts(VersionParts {
        post: post.checked_sub(1),
        dev: None,
        ..parts
    }))
}

/// Writes the set for people; unlike [`VersionRange::to_specifiers`] it need not be exact.
pub(super) fn display(range: &VersionRange, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    if range.is_empty() {
        return formatter.write_str("no version");
    }
    for (place, (lower, upper)) in range.stretches().enumerate() {
        if place > 0 {
            formatter.write_str(" | ")?;
        }
        match (lower, upper) {
            (None, None) => formatter.write_str("*")?,
            (Some(lower), Some(upper)) => {
                if let Some((version, is_prefix)) = one_version_or_prefix(lower, upper) {
                    write!(
                        formatter,
                        "=={version}{}",
                        if is_prefix { ".*" } else { "" }
                    )?;
                } else if *upper == Cut::after(lower.version().clone()) {
                    write!(formatter, "=={}", lower.version())?;
                } else {
                    display_lower(lower, formatter)?;
                    formatter.write_str(",")?;
                    display_upper(upper, formatter)?;
                }
            }
            (Some(lower), None) => display_lower(lower, formatter)?,
            (None, Some(upper)) => display_upper(upper, formatter)?,
        }
    }
    Ok(())
}

fn display_lower(cut: &Cut, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    let version = cut.version();
    match behind_whose_locals(version) {
        Some(base) => write!(formatter, ">{base}"),
        None if cut.side() == Side::Before => {
            write!(
                formatter,
                ">={}",
                whose_first_development(version).as_ref().unwrap_or(version)
            )
        }
        None => write!(formatter, ">{version}"),
    }
}

fn display_upper(cut: &Cut, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    let version = cut.version();
    match (
        behind_whose_locals(version),
        whose_first_development(version),
    ) {
        (Some(base), _) => write!(formatter, "<={base}"),
        (None, Some(base)) => write!(formatter, "<{base}"),
        (None, None) if cut.side() == Side::Before => write!(formatter, "<{version}"),
        (None, None) => write!(formatter, "<={version}"),
    }
}
