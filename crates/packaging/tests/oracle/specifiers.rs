//! The items of `test_specifiers.py`.

use crate::{Deviation, Exclusion, check};

const EXCLUSIONS: &[Exclusion] = &[];

const DEVIATIONS: &[Deviation] = &[];

#[test]
fn specifiers() {
    check("test_specifiers", EXCLUSIONS, DEVIATIONS);
}
