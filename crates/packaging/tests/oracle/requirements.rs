//! The items of `test_requirements.py`.

use crate::{Exclusion, check, reason};

const EXCLUSIONS: &[Exclusion] = &[(
    "test_pickle_requirement_setstate_rejects_invalid_state",
    reason::PICKLE,
)];

#[test]
fn requirements() {
    check("test_requirements", EXCLUSIONS, &[]);
}
