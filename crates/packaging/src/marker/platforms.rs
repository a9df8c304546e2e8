//! What the variables of a platform say of each other on every Python there is.
//!
//! The specification lets `sys_platform`, `os_name` and `platform_system` have any values at once.
//! Pythons do not: where `platform_system` is `Windows`, `sys_platform` is `win32` and `os_name` is
//! `nt`, and nowhere else. Values that are not in the table (`freebsd14`, `cygwin`, `java`) may go
//! with any others that are not in it.

use std::sync::LazyLock;

use super::algebra::{Builder, Operation};
use super::diagram::Key;
use super::{Marker, MarkerVariable};

/// A `sys_platform`, its `os_name`, and the values of `platform_system` that go with it alone.
///
/// From CPython's `configure.ac` (`MACHDEP`), `Lib/os.py` and `platform.system()`; PEP 730 for iOS,
/// PEP 738 for Android.
const PLATFORMS: &[(&str, &str, &[&str])] = &[
    ("aix", "posix", &["AIX"]),
    ("android", "posix", &["Android"]),
    ("darwin", "posix", &["Darwin"]),
    ("emscripten", "posix", &["Emscripten"]),
    ("ios", "posix", &["iOS", "iPadOS"]),
    ("linux", "posix", &["Linux"]),
    ("win32", "nt", &["Windows"]),
];

static KNOWN: LazyLock<Marker> = LazyLock::new(|| Builder::unlimited(known));

pub(super) fn platforms() -> Marker {
    *KNOWN
}

fn known(builder: &mut Builder) -> Marker {
    let (nt, windows) = (
        one_of(builder, MarkerVariable::OsName, &["nt"]),
        one_of(builder, MarkerVariable::SysPlatform, &["win32"]),
    );
    let mut known = implies(builder, nt, windows);
    for (platform, os, systems) in PLATFORMS {
        let platform = one_of(builder, MarkerVariable::SysPlatform, &[platform]);
        let os = one_of(builder, MarkerVariable::OsName, &[os]);
        let system = one_of(builder, MarkerVariable::PlatformSystem, systems);
        for (left, right) in [(platform, os), (platform, system), (system, platform)] {
            let fact = implies(builder, left, right);
            known = builder.apply(Operation::And, known, fact);
        }
    }
    known
}

fn one_of(builder: &mut Builder, variable: MarkerVariable, values: &[&str]) -> Marker {
    let key = Key {
        variable,
        test: None,
    };
    let cases = values.iter().map(|value| ((*value).into(), Marker::TRUE));
    builder.texts(key, cases.collect(), Marker::FALSE)
}

fn implies(builder: &mut Builder, left: Marker, right: Marker) -> Marker {
    let not_left = builder.not(left);
    builder.apply(Operation::Or, not_left, right)
}
