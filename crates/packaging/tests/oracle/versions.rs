//! The items of `test_version.py`.

use crate::{Exclusion, check, reason};

const EXCLUSIONS: &[Exclusion] = &[
    (
        "TestVersion::test_non_string_versions_raise_invalid_version",
        reason::TYPES,
    ),
    ("test_from_parts_rejects_non_str_pre_letter", reason::TYPES),
    ("test_pickle_setstate_rejects_invalid_state", reason::PICKLE),
    ("test_structures_shim_repr", reason::PYTHON),
];

#[test]
fn versions() {
    check("test_version", EXCLUSIONS, &[]);
}
