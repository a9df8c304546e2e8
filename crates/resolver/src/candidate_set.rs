//! Sets of candidates of one project, by their place in the project's sorted list of candidates.
//!
//! The solver core reasons over sets of versions. Here a set holds the places (0 is the oldest
//! usable candidate) as half-open segments, together with the number of candidates there are, so
//! that the algebra is exact: the complement of "all but the newest" is "the newest", and never an
//! interval that holds no release. What a specifier means is decided where it is turned into a set
//! (see `facts`), so this file knows nothing of PEP 440.

use std::fmt;

use pubgrub::VersionSet;
use smallvec::{SmallVec, smallvec};

#[cfg(test)]
mod tests;

/// The place of a candidate among the `count` usable candidates of its project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    pub(crate) index: u32,
    pub(crate) count: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "#{} of {}", self.index, self.count)
    }
}

type Segment = (u32, u32);

/// A set of the candidates of one project.
///
/// Canonical: the empty set and the full set do not carry the count, and every other set has at
/// least one candidate in it and one outside, in segments that are sorted and do not touch.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct CandidateSet {
    count: u32,
    segments: SmallVec<[Segment; 2]>,
}

impl CandidateSet {
    /// The set of the places for which `contains` says yes.
    pub(crate) fn from_places(count: u32, contains: impl Fn(u32) -> bool) -> Self {
        let mut segments: SmallVec<[Segment; 2]> = SmallVec::new();
        for index in (0..count).filter(|&index| contains(index)) {
            match segments.last_mut() {
                Some(last) if last.1 == index => last.1 = index + 1,
                _ => segments.push((index, index + 1)),
            }
        }
        Self::canonical(count, segments)
    }

    /// The set of these stretches of places, which are in order and may be empty or touch.
    pub(crate) fn from_segments(count: u32, stretches: impl Iterator<Item = Segment>) -> Self {
        let mut segments: SmallVec<[Segment; 2]> = SmallVec::new();
        for (start, end) in stretches.filter(|(start, end)| start < end) {
            match segments.last_mut() {
                Some(last) if last.1 == start => last.1 = end,
                _ => segments.push((start, end)),
            }
        }
        Self::canonical(count, segments)
    }

    fn canonical(count: u32, segments: SmallVec<[Segment; 2]>) -> Self {
        if segments.is_empty() {
            Self::empty()
        } else if segments.as_slice() == [(0, count)] {
            Self::full()
        } else {
            Self { count, segments }
        }
    }

    /// Whether nothing is in the set.
    pub(crate) fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    fn is_full(&self) -> bool {
        self.count == 0 && !self.segments.is_empty()
    }

    /// How many of `count` candidates are in the set.
    pub(crate) fn len(&self, count: u32) -> u32 {
        self.segments_within(count)
            .map(|(start, end)| end - start)
            .sum()
    }

    /// The places in the set, oldest first, for a project with `count` candidates.
    pub(crate) fn places(&self, count: u32) -> impl DoubleEndedIterator<Item = u32> + '_ {
        self.segments_within(count)
            .flat_map(|(start, end)| start..end)
    }

    fn segments_within(&self, count: u32) -> impl DoubleEndedIterator<Item = Segment> + '_ {
        self.segments
            .iter()
            .map(move |&(start, end)| (start.min(count), end.min(count)))
    }

    /// The number of candidates of the project that both sets belong to.
    fn shared_count(&self, other: &Self) -> u32 {
        debug_assert!(
            self.count == 0 || other.count == 0 || self.count == other.count,
            "both sets are of one project"
        );
        self.count.max(other.count)
    }
}

impl VersionSet for CandidateSet {
    type V = Place;

    fn empty() -> Self {
        Self {
            count: 0,
            segments: SmallVec::new(),
        }
    }

    fn full() -> Self {
        Self {
            count: 0,
            segments: smallvec![(0, u32::MAX)],
        }
    }

    fn singleton(place: Place) -> Self {
        Self::canonical(place.count, smallvec![(place.index, place.index + 1)])
    }

    fn complement(&self) -> Self {
        if self.is_empty() {
            return Self::full();
        }
        if self.is_full() {
            return Self::empty();
        }
        let mut segments = SmallVec::new();
        let mut start = 0;
        for &(from, to) in &self.segments {
            if start < from {
                segments.push((start, from));
            }
            start = to;
        }
        if start < self.count {
            segments.push((start, self.count));
        }
        Self::canonical(self.count, segments)
    }

    fn intersection(&self, other: &Self) -> Self {
        if self.is_full() || other.is_empty() {
            return other.clone();
        }
        if other.is_full() || self.is_empty() {
            return self.clone();
        }
        let mut segments = SmallVec::new();
        let (mut left, mut right) = (self.segments.iter(), other.segments.iter());
        let (mut one, mut two) = (left.next(), right.next());
        while let (Some(&a), Some(&b)) = (one, two) {
            let (start, end) = (a.0.max(b.0), a.1.min(b.1));
            if start < end {
                segments.push((start, end));
            }
            if a.1 <= b.1 {
                one = left.next();
            } else {
                two = right.next();
            }
        }
        Self::canonical(self.shared_count(other), segments)
    }

    fn contains(&self, place: &Place) -> bool {
        let after = self
            .segments
            .partition_point(|&(start, _)| start <= place.index);
        after > 0 && place.index < self.segments[after - 1].1
    }

    fn is_disjoint(&self, other: &Self) -> bool {
        let (mut left, mut right) = (self.segments.iter(), other.segments.iter());
        let (mut one, mut two) = (left.next(), right.next());
        while let (Some(&a), Some(&b)) = (one, two) {
            if a.0.max(b.0) < a.1.min(b.1) {
                return false;
            }
            if a.1 <= b.1 {
                one = left.next();
            } else {
                two = right.next();
            }
        }
        true
    }

    fn subset_of(&self, other: &Self) -> bool {
        if self.is_full() {
            return other.is_full();
        }
        let mut right = other.segments.iter().peekable();
        self.segments.iter().all(|&(start, end)| {
            while right.next_if(|segment| segment.1 <= start).is_some() {}
            right
                .peek()
                .is_some_and(|segment| segment.0 <= start && end <= segment.1)
        })
    }
}

impl fmt::Display for CandidateSet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return formatter.write_str("none");
        }
        if self.is_full() {
            return formatter.write_str("all");
        }
        for (position, (start, end)) in self.segments.iter().enumerate() {
            let separator = if position == 0 { "" } else { "," };
            write!(formatter, "{separator}#{start}..{end}")?;
        }
        write!(formatter, " of {}", self.count)
    }
}
