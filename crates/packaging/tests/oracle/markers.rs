//! The items of `test_markers.py`.

use crate::{Deviation, Exclusion, check, reason};

const EXCLUSIONS: &[Exclusion] = &[
    ("TestNode::test_accepts_value", reason::PYTHON),
    ("TestNode::test_str", reason::PYTHON),
    ("TestNode::test_repr", reason::PYTHON),
    ("TestNode::test_base_class", reason::PYTHON),
    ("TestNode::test_value_serialize", reason::UNIT),
    ("TestDefaultEnvironment::", reason::DETECTION),
    ("test_pickle_", reason::PICKLE),
];

const DEVIATIONS: &[Deviation] = &[
    (
        "evaluate",
        "\\\"a\\\" <= \\\"a\\\"",
        "two texts have no meaning in a diagram, though the expression is evaluated alike",
    ),
    (
        "Marker",
        "(python_version >= \\\"3.6\\\" and os_name == \\\"posix\\\") and platform_system",
        "parentheses without need are not kept",
    ),
];

#[test]
fn markers() {
    check("test_markers", EXCLUSIONS, DEVIATIONS);
}
