//! The items of `test_tags.py`, `test_manylinux.py` and `test_musllinux.py`.

use crate::{Deviation, Exclusion, check, reason};

const EXCLUSIONS: &[Exclusion] = &[
    ("TestTag::test_hashing", reason::PYTHON),
    ("TestTag::test_repr", reason::PYTHON),
    ("TestTag::test_str", reason::UNIT),
    ("TestTag::test_attribute_access", reason::UNIT),
    ("TestInterpreterVersion::", reason::DETECTION),
    (
        "TestMacOSPlatforms::test_version_detection",
        reason::DETECTION,
    ),
    ("TestMacOSPlatforms::test_arch_detection", reason::DETECTION),
    (
        "TestIOSPlatforms::test_version_detection",
        reason::DETECTION,
    ),
    (
        "TestIOSPlatforms::test_multiarch_detection",
        reason::DETECTION,
    ),
    ("TestAndroidPlatforms::test_detection", reason::DETECTION),
    (
        "TestManylinuxPlatform::test_get_config_var",
        reason::DETECTION,
    ),
    (
        "TestManylinuxPlatform::test_linux_not_linux",
        reason::DETECTION,
    ),
    ("TestBitness::", reason::DETECTION),
    (
        "test_pickle_tag_setstate_rejects_invalid_state",
        reason::PICKLE,
    ),
    ("test_platform_tags", reason::DETECTION),
    (
        "TestPurePythonTags::test_empty_python_version",
        reason::TYPES,
    ),
];

const DEVIATIONS: &[Deviation] = &[(
    "sys_tags",
    "\"implementation\":\"generic\"",
    "the test puts a stand-in in the place of the lists that make it up",
)];

const MANYLINUX_EXCLUSIONS: &[Exclusion] = &[
    ("test_module_declaration", reason::DETECTION),
    (
        "test_is_manylinux_compatible_glibc_support",
        reason::DETECTION,
    ),
    ("test_glibc_version_string", reason::DETECTION),
    ("test_parse_elf_bad_executable", reason::DETECTION),
];

#[test]
fn tags() {
    check("test_tags", EXCLUSIONS, DEVIATIONS);
}

#[test]
fn manylinux() {
    check("test_manylinux", MANYLINUX_EXCLUSIONS, &[]);
}

#[test]
fn musllinux() {
    check(
        "test_musllinux",
        &[("test_get_musl_version", reason::DETECTION)],
        &[],
    );
}
