//! The items of `test_version.py`.

use crate::{Deviation, Exclusion, check};

const EXCLUSIONS: &[Exclusion] = &[];

const DEVIATIONS: &[Deviation] = &[];

#[test]
fn versions() {
    check("test_version", EXCLUSIONS, DEVIATIONS);
}
