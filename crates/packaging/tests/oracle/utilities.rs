//! The items of `test_utils.py`.

use crate::{Deviation, Exclusion, check};

const EXCLUSIONS: &[Exclusion] = &[];

const DEVIATIONS: &[Deviation] = &[];

#[test]
fn utilities() {
    check("test_utils", EXCLUSIONS, DEVIATIONS);
}
