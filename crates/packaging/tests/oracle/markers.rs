//! The items of `test_markers.py`.

use crate::{Deviation, Exclusion, check};

const EXCLUSIONS: &[Exclusion] = &[];

const DEVIATIONS: &[Deviation] = &[];

#[test]
fn markers() {
    check("test_markers", EXCLUSIONS, DEVIATIONS);
}
