//! The items of `test_ranges.py`.

use crate::{Exclusion, check, reason};

const EXCLUSIONS: &[Exclusion] = &[
    (
        "TestConstruction::test_cannot_construct_directly",
        reason::PYTHON,
    ),
    (
        "TestConstruction::test_empty_with_prereleases",
        reason::POLICY,
    ),
    (
        "TestConstruction::test_full_with_prereleases",
        reason::POLICY,
    ),
    ("TestConstruction::test_singleton_invalid", reason::TYPES),
];

#[test]
fn ranges() {
    check("test_ranges", EXCLUSIONS, &[]);
}
