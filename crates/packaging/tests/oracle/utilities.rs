//! The items of `test_utils.py`.

use crate::{Deviation, check};

const DEVIATIONS: &[Deviation] = &[
    (
        "parse_wheel_filename",
        "foo_bár",
        "names of projects are ASCII (core metadata)",
    ),
    (
        "parse_wheel_filename",
        "foo-1.0-200-py3-none-any-junk.whl",
        "the last part is a variant label (PEP 825)",
    ),
];

#[test]
fn utilities() {
    check("test_utils", &[], DEVIATIONS);
}
