//! The set of versions that a specifier means.

use smallvec::SmallVec;

use super::{Cut, VersionRange};
use crate::specifier::{Operator, VersionSpecifier};
use crate::version::{Version, VersionParts};

/// The members are those that [`VersionSpecifier::contains`] accepts; only `===` compares texts,
/// which versions do not have: it stands for the version that its text spells, or for none.
pub(super) fn range(specifier: &VersionSpecifier) -> VersionRange {
    let Some(version) = specifier.version() else {
        let version = specifier.text().and_then(|text| text.parse().ok());
        return version.map_or_else(VersionRange::empty, VersionRange::singleton);
    };
    match specifier.operator() {
        Operator::Equal if specifier.is_prefix() => prefix(version),
        Operator::NotEqual if specifier.is_prefix() => prefix(version).complement(),
        Operator::Equal => equal(version),
        Operator::NotEqual => equal(version).complement(),
        Operator::GreaterEqual => VersionRange::between(Some(Cut::before(version.clone())), None),
        Operator::LessEqual => {
            VersionRange::between(None, Some(Cut::after_locals(version.clone())))
        }
        Operator::Greater => {
            let is_plain = version.dev().is_none() && version.post().is_none();
            let cut = if is_plain {
                Cut::after_posts
            } else {
                Cut::after_locals
            };
            VersionRange::between(Some(cut(version.clone())), None)
        }
        Operator::Less => {
            let first = if version.is_prerelease() {
                version.clone()
            } else {
                first_development(version)
            };
            VersionRange::between(None, Some(Cut::before(first)))
        }
        Operator::Compatible => {
            let release = version.release();
            let prefix = &release[..release.len() - 1];
            VersionRange::between(
                Some(Cut::before(version.clone())),
                behind_prefix(version.epoch(), prefix),
            )
        }
        Operator::Arbitrary => unreachable!("`===` has no version"),
    }
}

fn equal(version: &Version) -> VersionRange {
    let behind = if version.is_local() {
        Cut::after
    } else {
        Cut::after_locals
    };
    VersionRange::between(
        Some(Cut::before(version.clone())),
        Some(behind(version.clone())),
    )
}

fn prefix(version: &Version) -> VersionRange {
    let lower = Cut::before(first_development(version));
    VersionRange::between(
        Some(lower),
        behind_prefix(version.epoch(), &version.release()),
    )
}

/// The least version of the same release (and post-release): `1.0` gives `1.0.dev0`.
pub(super) fn first_development(version: &Version) -> Version {
    Version::from_parts(VersionParts {
        dev: Some(0),
        ..version.to_parts()
    })
}

/// The place behind all versions whose release starts with the prefix: `1.2` gives `1.3.dev0`.
///
/// A segment that cannot grow hands over to the one before it, and the first one to the epoch.
pub(super) fn behind_prefix(epoch: u64, prefix: &[u64]) -> Option<Cut> {
    let mut release: SmallVec<[u64; 4]> = SmallVec::from_slice(prefix);
    let parts = |epoch, release| VersionParts {
        epoch,
        release,
        dev: Some(0),
        ..VersionParts::default()
    };
    while let Some(last) = release.pop() {
        if let Some(next) = last.checked_add(1) {
            release.push(next);
            return Some(Cut::before(Version::from_parts(parts(epoch, release))));
        }
    }
    let epoch = epoch.checked_add(1)?;
    Some(Cut::before(Version::from_parts(parts(
        epoch,
        SmallVec::from_iter([0]),
    ))))
}
