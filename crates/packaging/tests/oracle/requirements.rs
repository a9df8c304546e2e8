//! The items of `test_requirements.py`.

use crate::{Deviation, Exclusion, check};

const EXCLUSIONS: &[Exclusion] = &[];

const DEVIATIONS: &[Deviation] = &[];

#[test]
fn requirements() {
    check("test_requirements", EXCLUSIONS, DEVIATIONS);
}
