//! In which order projects are decided.
//!
//! Certain things first: a URL, then a project of which one candidate is left. Projects that keep
//! being rejected move forward, and those that keep causing it move back, with a backtrack to
//! before the culprit; this is what ends chains like boto3 and urllib3 early. Otherwise the order
//! in which projects were first required, so that the user's own come first.

use std::cmp::Reverse;

use rustc_hash::FxHashMap;

use crate::package::{Core, Package};

/// How early a package is decided; the greatest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Priority {
    /// Keeps causing conflicts that others suffer from.
    ConflictLate,
    /// Nothing is known.
    Ordinary,
    /// Keeps being rejected for what others have decided.
    ConflictEarly,
    /// One candidate is left.
    Single,
    /// One candidate is left, and it is behind a URL.
    Url,
    /// The user.
    User,
}

/// How often a package may be part of a conflict before its place in the order changes.
const CONFLICTS_BEFORE_MOVE: u32 = 5;

type Id = pubgrub::Id<Package>;
type PackagePriority = <Core as pubgrub::DependencyProvider>::Priority;

/// The order of packages as experience has shaped it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Order {
    first_required: FxHashMap<Package, u32>,
    moved: FxHashMap<Id, Priority>,
    affected: FxHashMap<Id, u32>,
    culprit: FxHashMap<Id, u32>,
}

impl Order {
    /// Remembers that the package is required; the first time counts.
    pub(crate) fn require(&mut self, package: &Package) {
        let next = u32::try_from(self.first_required.len()).expect("fewer than 2^32 projects");
        // An extra stands beside its project.
        let key = match package.project() {
            Some(name) => Package::Project(name.clone()),
            None => Package::User,
        };
        self.first_required.entry(key).or_insert(next);
    }

    /// The priority of a package of which `left` candidates are left.
    pub(crate) fn priority(
        &self,
        id: Id,
        package: &Package,
        left: u32,
        has_url: bool,
    ) -> PackagePriority {
        let Some(name) = package.project() else {
            return (Priority::User, Reverse(0), false);
        };
        let class = match self.moved.get(&id) {
            _ if left <= 1 && has_url => Priority::Url,
            _ if left <= 1 => Priority::Single,
            Some(&moved) => moved,
            None => Priority::Ordinary,
        };
        let order = self
            .first_required
            .get(&Package::Project(name.clone()))
            .copied()
            .unwrap_or(u32::MAX);
        (class, Reverse(order), package.extra().is_some())
    }

    /// Counts a conflict: the candidate of `affected` was rejected for what was decided of the
    /// others. Returns the packages before whose decision the solver should go back, now that the
    /// order has changed.
    pub(crate) fn conflict(&mut self, affected: Id, others: impl Iterator<Item = Id>) -> Vec<Id> {
        let mut back = Vec::new();
        if self.count(affected, false) {
            self.moved.insert(affected, Priority::ConflictEarly);
        }
        for other in others.filter(|&other| other != affected) {
            if self.count(other, true) {
                self.moved.insert(other, Priority::ConflictLate);
                back.push(other);
            }
        }
        back
    }

    /// Counts, and says whether it was time to move.
    fn count(&mut self, id: Id, culprit: bool) -> bool {
        let counts = if culprit {
            &mut self.culprit
        } else {
            &mut self.affected
        };
        let count = counts.entry(id).or_insert(0);
        *count += 1;
        if *count < CONFLICTS_BEFORE_MOVE {
            return false;
        }
        *count = 0;
        true
    }
}
