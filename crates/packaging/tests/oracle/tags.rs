//! The items of `test_tags.py`, `test_manylinux.py` and `test_musllinux.py`.

use crate::{Deviation, Exclusion, check};

const EXCLUSIONS: &[Exclusion] = &[];

const DEVIATIONS: &[Deviation] = &[];

#[test]
fn tags() {
    check("test_tags", EXCLUSIONS, DEVIATIONS);
}

#[test]
fn manylinux() {
    check("test_manylinux", &[], &[]);
}

#[test]
fn musllinux() {
    check("test_musllinux", &[], &[]);
}
