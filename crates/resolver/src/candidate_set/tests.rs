//! The algebra of sets, compared with plain bit masks.

use proptest::prelude::*;
use pubgrub::VersionSet;

use super::{CandidateSet, Place};

fn set(count: u32, mask: u32) -> CandidateSet {
    CandidateSet::from_places(count, |index| mask & (1 << index) != 0)
}

fn mask(count: u32, set: &CandidateSet) -> u32 {
    (0..count)
        .filter(|&index| set.contains(&Place { index, count }))
        .fold(0, |mask, index| mask | 1 << index)
}

#[test]
fn a_project_with_one_candidate_has_two_sets() {
    let only = CandidateSet::singleton(Place { index: 0, count: 1 });
    assert_eq!(only, CandidateSet::full());
    assert_eq!(only.complement(), CandidateSet::empty());
}

#[test]
fn a_project_without_candidates_has_the_empty_set() {
    assert_eq!(
        CandidateSet::from_places(0, |_| true),
        CandidateSet::empty()
    );
    assert_eq!(CandidateSet::full().len(0), 0);
}

proptest! {
    #[test]
    fn agrees_with_masks(count in 1u32..12, a in any::<u32>(), b in any::<u32>()) {
        let all = (1u32 << count) - 1;
        let (a, b) = (a & all, b & all);
        let (left, right) = (set(count, a), set(count, b));
        prop_assert_eq!(mask(count, &left), a);
        prop_assert_eq!(&left.complement(), &set(count, !a & all));
        prop_assert_eq!(&left.intersection(&right), &set(count, a & b));
        prop_assert_eq!(&left.union(&right), &set(count, a | b));
        prop_assert_eq!(left.is_disjoint(&right), a & b == 0);
        prop_assert_eq!(left.subset_of(&right), a & !b == 0);
        prop_assert_eq!(left.len(count), a.count_ones());
        prop_assert_eq!(left.places(count).count(), a.count_ones() as usize);
        prop_assert_eq!(left == right, a == b);
    }
}
