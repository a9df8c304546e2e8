//! Sets of versions with union, intersection and complement: what a resolver calculates with.
//!
//! A set is the list of the places on the line of all versions at which membership changes
//! ([`Cut`]), and whether it holds the least versions. Since the places are between versions, the
//! fine print of PEP 440 needs no exceptions later: `<1.0` ends before the pre-releases of 1.0,
//! `>1.0` starts behind its post-releases and local versions, `==1.0` spans the local versions.
//! Sets with the same members are equal. The policy for pre-releases is no part of a set; it is
//! in [`specifier`](crate::specifier).

use std::cmp::Ordering;
use std::fmt;

use smallvec::SmallVec;

use crate::specifier::{VersionSpecifier, VersionSpecifiers};
use crate::version::Version;

mod cut;
mod from_specifier;
mod spell;

#[cfg(test)]
mod tests;

pub use cut::{Cut, Side};

/// A set of versions.
///
/// ```
/// use tilsit_packaging::range::VersionRange;
/// use tilsit_packaging::specifier::VersionSpecifiers;
///
/// let wanted = VersionRange::from(&">=1.0,<2".parse::<VersionSpecifiers>()?);
/// assert!(wanted.contains(&"1.5+local".parse()?));
/// assert!(!wanted.contains(&"2.0rc1".parse()?));
/// assert_eq!(wanted.complement().complement(), wanted);
/// assert_eq!(wanted.to_string(), ">=1.0,<2");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VersionRange {
    /// Whether the versions before the first cut are members.
    holds_least: bool,
    /// Where membership changes; strictly increasing.
    cuts: SmallVec<[Cut; 2]>,
}

/// A stretch of members without a gap, between two cuts; `None` is without bound.
pub type Stretch<'a> = (Option<&'a Cut>, Option<&'a Cut>);

impl VersionRange {
    /// The set without members.
    pub fn empty() -> Self {
        Self {
            holds_least: false,
            cuts: SmallVec::new(),
        }
    }

    /// The set of all versions.
    pub fn full() -> Self {
        Self {
            holds_least: true,
            cuts: SmallVec::new(),
        }
    }

    /// The set of this one version; another local label is another version.
    pub fn singleton(version: Version) -> Self {
        Self::between(
            Some(Cut::before(version.clone())),
            Some(Cut::after(version)),
        )
    }

    /// The versions above the first cut and below the second; `None` is without bound.
    pub fn between(lower: Option<Cut>, upper: Option<Cut>) -> Self {
        let lower = lower.filter(|cut| !cut.is_least());
        match (lower, upper) {
            (None, None) => Self::full(),
            (Some(lower), None) => Self {
                holds_least: false,
                cuts: SmallVec::from_iter([lower]),
            },
            (None, Some(upper)) if upper.is_least() => Self::empty(),
            (None, Some(upper)) => Self {
                holds_least: true,
                cuts: SmallVec::from_iter([upper]),
            },
            (Some(lower), Some(upper)) if lower < upper => Self {
                holds_least: false,
                cuts: SmallVec::from_iter([lower, upper]),
            },
            _ => Self::empty(),
        }
    }

    /// Whether there is no member.
    pub fn is_empty(&self) -> bool {
        !self.holds_least && self.cuts.is_empty()
    }

    /// Whether every version is a member.
    pub fn is_full(&self) -> bool {
        self.holds_least && self.cuts.is_empty()
    }

    /// Whether the version is a member.
    pub fn contains(&self, version: &Version) -> bool {
        let below = match self.cuts.len() {
            0 => 0,
            // A scan is quicker than bisection for the few cuts that most sets have.
            1..=4 => self
                .cuts
                .iter()
                .take_while(|cut| cut.is_below(version))
                .count(),
            _ => self.cuts.partition_point(|cut| cut.is_below(version)),
        };
        self.holds_least != (below % 2 == 1)
    }

    /// Whether there is a member that is no pre-release.
    pub fn holds_a_release(&self) -> bool {
        self.stretches().any(|(lower, upper)| {
            match lower.map_or_else(|| Some(Version::from_release(&[0])), Cut::release_above) {
                Some(release) => upper.is_none_or(|upper| !upper.is_below(&release)),
                // Right above the cut releases lie as close as one likes.
                None => true,
            }
        })
    }

    /// The versions that are no members.
    pub fn complement(&self) -> Self {
        Self {
            holds_least: !self.holds_least,
            cuts: self.cuts.clone(),
        }
    }

    /// The members of both.
    pub fn intersection(&self, other: &Self) -> Self {
        self.combine(other, |left, right| left && right)
    }

    /// The members of either.
    pub fn union(&self, other: &Self) -> Self {
        self.combine(other, |left, right| left || right)
    }

    /// The members that the other set does not have.
    pub fn difference(&self, other: &Self) -> Self {
        self.combine(other, |left, right| left && !right)
    }

    /// Whether no version is a member of both.
    pub fn is_disjoint(&self, other: &Self) -> bool {
        self.never(other, |left, right| left && right)
    }

    /// Whether each member is a member of the other.
    pub fn is_subset_of(&self, other: &Self) -> bool {
        self.never(other, |left, right| left && !right)
    }

    /// The stretches of members, in their order.
    pub fn stretches(&self) -> impl Iterator<Item = Stretch<'_>> {
        let first = self.holds_least.then_some((None, self.cuts.first()));
        let rest = &self.cuts[usize::from(self.holds_least).min(self.cuts.len())..];
        first
            .into_iter()
            .chain(rest.chunks(2).map(|pair| (pair.first(), pair.get(1))))
    }

    /// The cuts at which membership changes, in their order.
    pub fn cuts(&self) -> &[Cut] {
        &self.cuts
    }

    /// Whether the versions before the first cut are members.
    pub fn holds_least(&self) -> bool {
        self.holds_least
    }

    /// A set with fewer cuts that holds the same ones of the given versions, which are sorted.
    ///
    /// For words to people: of `>=1.1,<1.3 | >=1.4` nothing but `>=1.1` is left if there is no 1.3.
    pub fn simplify<'v>(&self, versions: impl Iterator<Item = &'v Version>) -> Self {
        let known: Vec<(&Version, bool)> = versions
            .map(|version| (version, self.contains(version)))
            .collect();
        let (Some(first), Some(last)) = (known.first(), known.last()) else {
            return self.clone();
        };
        if known.iter().all(|(_, inside)| !inside) {
            return self.clone();
        }
        // Of the own cuts those stay that part two neighbours with different membership, and the
        // outermost ones if the outermost known versions are held.
        let mut cuts: SmallVec<[Cut; 2]> = SmallVec::new();
        let holds_least = first.1 && self.holds_least;
        if first.1 && !self.holds_least {
            cuts.extend(self.cuts.first().cloned());
        }
        for pair in known.windows(2) {
            let ((left, left_inside), (right, right_inside)) = (pair[0], pair[1]);
            if left_inside != right_inside {
                let parts = |cut: &&Cut| !cut.is_below(left) && cut.is_below(right);
                cuts.extend(self.cuts.iter().find(parts).cloned());
            }
        }
        let holds_greatest = self.holds_least != (self.cuts.len() % 2 == 1);
        if last.1 && !holds_greatest {
            cuts.extend(self.cuts.last().cloned());
        }
        Self { holds_least, cuts }
    }

    /// Merges two lists of cuts under an operation on membership.
    fn combine(&self, other: &Self, operation: impl Fn(bool, bool) -> bool) -> Self {
        let holds_least = operation(self.holds_least, other.holds_least);
        let mut result = Self {
            holds_least,
            cuts: SmallVec::new(),
        };
        let mut inside = holds_least;
        self.walk(other, |cut, left, right| {
            if operation(left, right) != inside {
                inside = !inside;
                result.cuts.push(cut.clone());
            }
            true
        });
        result
    }

    /// Whether the operation holds nowhere.
    fn never(&self, other: &Self, operation: impl Fn(bool, bool) -> bool) -> bool {
        let mut held = operation(self.holds_least, other.holds_least);
        if !held {
            self.walk(other, |_, left, right| {
                held = operation(left, right);
                !held
            });
        }
        !held
    }

    /// Visits the cuts of both sets in order, with the membership behind each; stops at `false`.
    fn walk(&self, other: &Self, mut visit: impl FnMut(&Cut, bool, bool) -> bool) {
        let (mut left, mut right) = (self.holds_least, other.holds_least);
        let (mut left_cuts, mut right_cuts) = (self.cuts.as_slice(), other.cuts.as_slice());
        loop {
            let order = match (left_cuts.first(), right_cuts.first()) {
                (None, None) => return,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(left_cut), Some(right_cut)) => left_cut.cmp(right_cut),
            };
            let cut = if order == Ordering::Greater {
                &right_cuts[0]
            } else {
                &left_cuts[0]
            };
            if order != Ordering::Greater {
                left = !left;
                left_cuts = &left_cuts[1..];
            }
            if order != Ordering::Less {
                right = !right;
                right_cuts = &right_cuts[1..];
            }
            if !visit(cut, left, right) {
                return;
            }
        }
    }
}

impl Default for VersionRange {
    fn default() -> Self {
        Self::full()
    }
}

impl From<&VersionSpecifier> for VersionRange {
    fn from(specifier: &VersionSpecifier) -> Self {
        from_specifier::range(specifier)
    }
}

impl From<&VersionSpecifiers> for VersionRange {
    fn from(specifiers: &VersionSpecifiers) -> Self {
        let mut ranges = specifiers.iter().map(Self::from);
        let first = ranges.next().unwrap_or_else(Self::full);
        ranges.fold(first, |left, right| left.intersection(&right))
    }
}

/// Words for people: stretches as specifiers, joined by ` | `; `*` is every version.
impl fmt::Display for VersionRange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        spell::display(self, formatter)
    }
}
