//! The packed form of a version: twelve bytes whose order is the order of the versions.
//!
//! Holds versions without epoch and local label, of up to four release segments and at most one
//! of pre-release, post-release and development release, where each number fits its place:
//!
//! | part | bits | greatest |
//! |---|---|---|
//! | first release segment | 14 | 16,383 |
//! | second, third | 12 each | 4,095 |
//! | fourth | 26 | 67,108,863 (a date such as 20261121 fits) |
//! | kind of suffix | 3 | see [`Suffix`] |
//! | number of the suffix | 29 | 536,870,911 |
//!
//! The number of release segments stands beside and takes no part in order, equality and hash.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use smallvec::SmallVec;

use super::{PreReleaseKind, Release, VersionParts, trimmed_length};

const RELEASE_BITS: [u32; 4] = [14, 12, 12, 26];
const RELEASE_SHIFTS: [u32; 4] = [50, 38, 26, 0];
const NUMBER_BITS: u32 = 29;

/// A version in twelve bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Packed {
    release: u64,
    suffix: u32,
    segments: Segments,
}

/// How many release segments are written; an enum, so that the unused values tell the forms of a
/// version apart without another word.
#[derive(Debug, Clone, Copy)]
#[repr(u8)]
enum Segments {
    One = 1,
    Two = 2,
    Three = 3,
    Four = 4,
}

/// The kinds of suffix in their order; the value stands in the upper bits of the suffix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Suffix {
    Dev = 0,
    Alpha = 1,
    Beta = 2,
    Candidate = 3,
    None = 4,
    Post = 5,
}

impl Packed {
    /// A release of up to four segments, or `None` when a segment is too large.
    #[inline]
    pub(super) fn from_release(segments: &[u64]) -> Option<Self> {
        let mut release = 0;
        if segments.len() > 4 {
            return None;
        }
        for (place, &segment) in segments.iter().enumerate() {
            if segment >> RELEASE_BITS[place] != 0 {
                return None;
            }
            release |= segment << RELEASE_SHIFTS[place];
        }
        let segments = match segments.len() {
            1 => Segments::One,
            2 => Segments::Two,
            3 => Segments::Three,
            4 => Segments::Four,
            _ => return None,
        };
        Some(Packed {
            release,
            suffix: suffix_bits(Suffix::None, 0)?,
            segments,
        })
    }

    /// The same release with a suffix, or `None` when the number is too large.
    #[inline]
    pub(super) fn with_suffix(self, suffix: Suffix, number: u64) -> Option<Self> {
        Some(Packed {
            suffix: suffix_bits(suffix, number)?,
            ..self
        })
    }

    /// The place of a version in the order, with at most four segments; `None` if it has no packed form.
    pub(super) fn from_parts(parts: &VersionParts) -> Option<Self> {
        if parts.epoch != 0 || !parts.local.is_empty() {
            return None;
        }
        let length = trimmed_length(&parts.release).max(parts.release.len().min(4));
        let packed = Self::from_release(&parts.release[..length])?;
        match (parts.pre, parts.post, parts.dev) {
            (None, None, None) => Some(packed),
            (Some((kind, number)), None, None) => packed.with_suffix(kind.into(), number),
            (None, Some(number), None) => packed.with_suffix(Suffix::Post, number),
            (None, None, Some(number)) => packed.with_suffix(Suffix::Dev, number),
            _ => None,
        }
    }

    pub(super) fn to_parts(self) -> VersionParts {
        VersionParts {
            epoch: 0,
            release: SmallVec::from_slice(&self.release()),
            pre: self.pre(),
            post: self.post(),
            dev: self.dev(),
            local: Vec::new(),
        }
    }

    #[inline]
    pub(super) fn segments(self) -> usize {
        self.segments as usize
    }

    #[inline]
    pub(super) fn release(self) -> Release<'static> {
        let segment = |place: usize| {
            (self.release >> RELEASE_SHIFTS[place]) & ((1 << RELEASE_BITS[place]) - 1)
        };
        Release::Unpacked(
            [segment(0), segment(1), segment(2), segment(3)],
            self.segments as u8,
        )
    }

    fn number_if(self, suffix: Suffix) -> Option<u64> {
        (self.suffix >> NUMBER_BITS == suffix as u32)
            .then_some(u64::from(self.suffix & ((1 << NUMBER_BITS) - 1)))
    }

    pub(super) fn pre(self) -> Option<(PreReleaseKind, u64)> {
        [
            PreReleaseKind::Alpha,
            PreReleaseKind::Beta,
            PreReleaseKind::Candidate,
        ]
        .into_iter()
        .find_map(|kind| Some((kind, self.number_if(kind.into())?)))
    }

    pub(super) fn post(self) -> Option<u64> {
        self.number_if(Suffix::Post)
    }

    pub(super) fn dev(self) -> Option<u64> {
        self.number_if(Suffix::Dev)
    }

    #[inline]
    pub(super) fn is_prerelease(self) -> bool {
        self.suffix >> NUMBER_BITS < Suffix::None as u32
    }
}

fn suffix_bits(suffix: Suffix, number: u64) -> Option<u32> {
    let number = u32::try_from(number)
        .ok()
        .filter(|number| number >> NUMBER_BITS == 0)?;
    Some((suffix as u32) << NUMBER_BITS | number)
}

impl From<PreReleaseKind> for Suffix {
    fn from(kind: PreReleaseKind) -> Self {
        match kind {
            PreReleaseKind::Alpha => Suffix::Alpha,
            PreReleaseKind::Beta => Suffix::Beta,
            PreReleaseKind::Candidate => Suffix::Candidate,
        }
    }
}

impl PartialEq for Packed {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.release == other.release && self.suffix == other.suffix
    }
}

impl Eq for Packed {}

impl PartialOrd for Packed {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Packed {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        self.release
            .cmp(&other.release)
            .then(self.suffix.cmp(&other.suffix))
    }
}

impl Hash for Packed {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.release.hash(state);
        self.suffix.hash(state);
    }
}
