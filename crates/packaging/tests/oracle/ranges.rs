//! The items of `test_ranges.py`.

use crate::{Deviation, Exclusion, check};

const EXCLUSIONS: &[Exclusion] = &[];

const DEVIATIONS: &[Deviation] = &[];

#[test]
fn ranges() {
    check("test_ranges", EXCLUSIONS, DEVIATIONS);
}
