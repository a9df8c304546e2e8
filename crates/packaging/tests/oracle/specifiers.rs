//! The items of `test_specifiers.py`.

use crate::{Deviation, Exclusion, check, reason};

const EXCLUSIONS: &[Exclusion] = &[
    ("test_pickle_setstate_rejects_invalid_state", reason::PICKLE),
    (
        "test_pickle_specifier_setstate_rejects_malformed_legacy_state",
        reason::PICKLE,
    ),
    (
        "test_pickle_specifierset_setstate_rejects_malformed_legacy_state",
        reason::PICKLE,
    ),
    (
        "test_specifierset_contains_reads_cached_bounds",
        reason::CACHE,
    ),
];

const DEVIATIONS: &[Deviation] = &[
    (
        "SpecifierSet",
        "111111111111111111111111111111111111111111111111111111111111",
        "numbers above 2^64 are refused when they are parsed, not when they are compared",
    ),
    (
        "contains",
        "\"own\":null,\"prereleases\":null,\"result\":false,\"specifiers\":\">=1.0,!=1.5,<3.0\"",
        "the test puts other bounds into the cache",
    ),
];

#[test]
fn specifiers() {
    check("test_specifiers", EXCLUSIONS, DEVIATIONS);
}
