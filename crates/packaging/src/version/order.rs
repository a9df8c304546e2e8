//! Order, equality and hash of versions, in which trailing zeros of the release do not count.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use super::packed::Packed;
use super::{Form, LocalSegment, PreReleaseKind, Version, trimmed_length};

impl Version {
    /// The packed form of this version's place in the order, if it has one.
    #[inline]
    fn packed(&self) -> Option<Packed> {
        match &self.0 {
            Form::Packed(packed) => Some(*packed),
            Form::Full(full) => full.packed,
        }
    }
}

/// What orders versions of one release: pre-release, post-release and development release.
///
/// A development release alone sorts before every pre-release, a release without pre-release after
/// them; without post-release before every post-release; without development release after them.
pub(crate) type SuffixKey = ((u8, u64), Option<u64>, (bool, u64));

pub(crate) fn suffix_key(
    pre: Option<(PreReleaseKind, u64)>,
    post: Option<u64>,
    dev: Option<u64>,
) -> SuffixKey {
    let pre = match (pre, post, dev) {
        (None, None, Some(_)) => (0, 0),
        (Some((PreReleaseKind::Alpha, number)), ..) => (1, number),
        (Some((PreReleaseKind::Beta, number)), ..) => (2, number),
        (Some((PreReleaseKind::Candidate, number)), ..) => (3, number),
        (None, ..) => (4, 0),
    };
    (pre, post, (dev.is_none(), dev.unwrap_or(0)))
}

/// Compares versions part by part, whatever their form.
fn compare_parts(left: &Version, right: &Version) -> Ordering {
    compare_releases(left, right)
        .then_with(|| {
            suffix_key(left.pre(), left.post(), left.dev()).cmp(&suffix_key(
                right.pre(),
                right.post(),
                right.dev(),
            ))
        })
        .then_with(|| left.local().cmp(right.local()))
}

/// Compares epoch and release alone.
pub(crate) fn compare_releases(left: &Version, right: &Version) -> Ordering {
    let (left_release, right_release) = (left.release(), right.release());
    left.epoch().cmp(&right.epoch()).then_with(|| {
        left_release[..trimmed_length(&left_release)]
            .cmp(&right_release[..trimmed_length(&right_release)])
    })
}

impl PartialEq for Version {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        match (self.packed(), other.packed()) {
            (Some(left), Some(right)) => left == right,
            (None, None) => compare_parts(self, other) == Ordering::Equal,
            // What has a packed form equals only what has one too.
            _ => false,
        }
    }
}

impl Eq for Version {}

impl PartialOrd for Version {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.packed(), other.packed()) {
            (Some(left), Some(right)) => left.cmp(&right),
            _ => compare_parts(self, other),
        }
    }
}

impl Hash for Version {
    fn hash<H: Hasher>(&self, state: &mut H) {
        if let Some(packed) = self.packed() {
            return packed.hash(state);
        }
        let release = self.release();
        self.epoch().hash(state);
        release[..trimmed_length(&release)].hash(state);
        suffix_key(self.pre(), self.post(), self.dev()).hash(state);
        <[LocalSegment]>::hash(self.local(), state);
    }
}
