//! Tests of this module's parent, `marker`.

use super::{EnvironmentValues, Marker, MarkerEnvironment, MarkerExpression, MarkerVariable};
use crate::name::ExtraName;
use crate::range::VersionRange;
use crate::specifier::VersionSpecifiers;

fn marker(text: &str) -> Marker {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

fn range(text: &str) -> VersionRange {
    VersionRange::from(&text.parse::<VersionSpecifiers>().unwrap())
}

fn extra(text: &str) -> ExtraName {
    text.parse().unwrap()
}

pub(super) fn environment(python: &str, platform: &str, release: &str) -> MarkerEnvironment {
    let short: Vec<&str> = python.split('.').take(2).collect();
    let (os, system) = if platform == "win32" {
        ("nt", "Windows")
    } else {
        ("posix", "Linux")
    };
    MarkerEnvironment::new(EnvironmentValues {
        implementation_name: "cpython".into(),
        implementation_version: python.into(),
        os_name: os.into(),
        platform_machine: "x86_64".into(),
        platform_python_implementation: "CPython".into(),
        platform_release: release.into(),
        platform_system: system.into(),
        platform_version: "#1 SMP".into(),
        python_full_version: python.into(),
        python_version: short.join("."),
        sys_platform: platform.into(),
    })
    .unwrap()
}

fn environments() -> Vec<MarkerEnvironment> {
    let mut all = Vec::new();
    for python in [
        "2.7.18", "3.7.0", "3.8.0rc1", "3.8.0", "3.8.5", "3.9.1+", "3.10.0a1", "3.12.4", "4.0.0",
    ] {
        for platform in ["linux", "win32", "darwin"] {
            for release in ["5.15.0", "5.15.0-91-generic", "10", "6.1.post1"] {
                all.push(environment(python, platform, release));
            }
        }
    }
    all
}

/// Markers in all forms.
pub(super) const MARKERS: &[&str] = &[
    "python_version >= '3.8'",
    "python_version > '3.8'",
    "python_version <= '3.8'",
    "python_version < '3.8'",
    "python_version == '3.8'",
    "python_version != '3.8'",
    "python_version ~= '3.8'",
    "python_version === '3.8'",
    "python_version == '3.*'",
    "python_version != '3.8.*'",
    "python_version >= '3.8.1'",
    "python_version < '3.8.1'",
    "python_version == '3.8.1'",
    "python_version >= '3.8.*'",
    "python_version == 'three'",
    "python_version != 'three'",
    "python_version in '2.7, 3.8, 3.12'",
    "python_version not in '2.7 3.8'",
    "'3' in python_version",
    "'3.8' <= python_version",
    "'3.8' > python_version",
    "'3.8' == python_version",
    "'3.8' != python_version",
    "'3.8' ~= python_version",
    "python_full_version >= '3.8.5'",
    "python_full_version > '3.8.0'",
    "python_full_version <= '3.8.0'",
    "python_full_version < '3.8.0'",
    "python_full_version == '3.8.*'",
    "python_full_version != '3.8.5'",
    "python_full_version === '3.8.5'",
    "python_full_version ~= '3.8.1'",
    "python_full_version == '3.8.0rc1'",
    "'3.8.0' < python_full_version",
    "'3.8.0rc1' >= python_full_version",
    "'3.8.0' != python_full_version",
    "'3.8.0' == python_full_version",
    "python_full_version in '3.8.5 3.12.4'",
    "implementation_version >= '3.8'",
    "platform_release >= '5.15'",
    "platform_release != '10'",
    "platform_release == '5.15.0-91-generic'",
    "platform_release != '5.15.0-91-generic'",
    "platform_release > '6.1'",
    "platform_release === '10'",
    "'10' != platform_release",
    "'-generic' in platform_release",
    "platform_release in '10 11'",
    "sys_platform == 'linux'",
    "sys_platform != 'linux'",
    "sys_platform >= 'linux'",
    "sys_platform < 'win32'",
    "'linux' == sys_platform",
    "sys_platform in 'linux win32'",
    "sys_platform not in 'linux win32'",
    "'win' in sys_platform",
    "os_name ~= 'posix'",
    "os_name === 'posix'",
    "os_name == 'it\\'s'",
    "platform_machine == 'a\"b'",
    "extra == 'Foo_Bar'",
    "extra != 'foo-bar'",
    "extra == ''",
    "extra in 'foo-bar baz'",
    "'foo' in extra",
    "'a' in extras",
    "'a' not in extras",
    "'dev' in dependency_groups",
    "extra == os_name",
    "os_name == 'posix' and python_version >= '3.8' or sys_platform == 'win32' and python_version < '3.10'",
    "(os_name == 'posix' or os_name == 'nt') and (python_version == '3.8' or python_version == '2.7')",
    "sys_platform == 'linux' or sys_platform in 'linux darwin'",
    "extra == 'a' and extra == 'b' or extra == 'c' and platform_release >= '5'",
    "os_name == 'posix' or platform_release >= '5'",
    "python_version >= '3.8' and python_version < '3.12' and python_version != '3.10' and sys_platform != 'win32' and sys_platform != 'darwin'",
];

fn valid() -> impl Iterator<Item = &'static str> {
    MARKERS.iter().copied().filter(|text| !text.contains("\\'"))
}

#[test]
fn the_meaning_holds_where_the_expression_does() {
    let wanted: [&[ExtraName]; 3] = [&[], &[extra("foo-bar")], &[extra("b")]];
    for text in valid() {
        let expression: MarkerExpression = text.parse().unwrap();
        let meaning = marker(text);
        for environment in environments() {
            // A local version makes no specifier with `<`, so it is compared as text there.
            if text.starts_with('\'') && environment.python_full_version().is_local() {
                continue;
            }
            for extras in wanted {
                let mut values = environment.dictionary();
                let name = extras.first().map_or("", ExtraName::as_str);
                values.insert("extra".into(), super::Value::Text(name.into()));
                let names = extras.iter().map(ToString::to_string).collect();
                values.insert("extras".into(), super::Value::Names(names));
                values.insert(
                    "dependency_groups".into(),
                    super::Value::Names(["dev".to_owned()].into()),
                );
                let expected = expression
                    .evaluate(&values, super::Context::Metadata)
                    .unwrap_or(false);
                let found = meaning.evaluate_with(&environment, extras, &["dev".parse().unwrap()]);
                assert_eq!(
                    found,
                    expected,
                    "{text} with {extras:?} in {:?}",
                    environment.values()
                );
            }
        }
    }
}

#[test]
fn operations_hold_where_they_should() {
    let environments = environments();
    for left in valid().map(marker) {
        for right in valid().map(marker) {
            let (both, either) = (left.and(right), left.or(right));
            assert_eq!(both, right.and(left));
            assert_eq!(
                left.not().or(right.not()),
                both.not(),
                "{left:?} and {right:?}"
            );
            assert_eq!(
                both == left,
                left.implies(right),
                "{left:?} implies {right:?}"
            );
            for environment in environments.iter().step_by(7) {
                let (in_left, in_right) = (
                    left.evaluate(environment, &[]),
                    right.evaluate(environment, &[]),
                );
                assert_eq!(both.evaluate(environment, &[]), in_left && in_right);
                assert_eq!(either.evaluate(environment, &[]), in_left || in_right);
            }
        }
    }
}

#[test]
fn display_parses_to_the_same_meaning() {
    for text in valid() {
        let meaning = marker(text);
        let shown = meaning.to_string();
        assert_eq!(marker(&shown), meaning, "{text} is shown as {shown}");
    }
}

#[test]
fn display_is_short() {
    for (text, shown) in [
        ("python_version >= '3.8'", r#"python_version >= "3.8""#),
        ("python_version == '3.8'", r#"python_version == "3.8""#),
        ("python_version != '3.8'", r#"python_version != "3.8""#),
        ("python_version > '3.8'", r#"python_version >= "3.9""#),
        (
            "python_version >= '3.8' or python_version < '3.8'",
            r#"python_version >= "0""#,
        ),
        (
            "python_version < '3.8' and python_version > '3.8'",
            r#"python_version < "0""#,
        ),
        (
            "python_full_version >= '3.8.5'",
            r#"python_full_version >= "3.8.5""#,
        ),
        (
            "python_full_version > '3.8.5'",
            r#"python_full_version > "3.8.5""#,
        ),
        (
            "python_full_version <= '3.8.5'",
            r#"python_full_version <= "3.8.5""#,
        ),
        (
            "python_full_version < '3.8.5'",
            r#"python_full_version < "3.8.5""#,
        ),
        (
            "python_full_version != '3.8.5'",
            r#"python_full_version != "3.8.5""#,
        ),
        (
            "python_version in '2.7 3.8'",
            r#"python_version == "2.7" or python_version == "3.8""#,
        ),
        ("sys_platform == 'linux'", r#"sys_platform == "linux""#),
        (
            "sys_platform != 'linux' and sys_platform != 'win32'",
            r#"sys_platform != "linux" and sys_platform != "win32""#,
        ),
        (
            "sys_platform == 'linux' or sys_platform != 'linux'",
            r#"python_version >= "0""#,
        ),
        (
            "sys_platform == 'linux' or sys_platform == 'win32' and os_name == 'nt'",
            r#"sys_platform == "linux" or sys_platform == "win32" and os_name == "nt""#,
        ),
        (
            "os_name == 'posix' or os_name == 'nt' and python_version >= '3'",
            r#"os_name == "posix" or python_version >= "3" and os_name == "nt""#,
        ),
        (
            "(os_name == 'a' or os_name == 'b') and extra == 'x'",
            r#"(os_name == "a" or os_name == "b") and extra == "x""#,
        ),
        (
            "extra == 'a' or extra != 'a' and extra == 'b'",
            r#"extra == "a" or extra == "b""#,
        ),
        (
            "python_version >= '3.8' and python_version < '3.12' and python_version != '3.10'",
            r#"python_version >= "3.8" and python_version < "3.12" and python_version != "3.10""#,
        ),
    ] {
        assert_eq!(marker(text).to_string(), shown, "{text}");
    }
}

#[test]
fn relations() {
    for (left, right, disjoint, implies) in [
        (
            "python_version >= '3.9'",
            "python_version < '3.9'",
            true,
            false,
        ),
        (
            "python_full_version >= '3.9.1'",
            "python_version >= '3.9'",
            false,
            true,
        ),
        (
            "python_version >= '3.9'",
            "python_full_version >= '3.8.5'",
            false,
            true,
        ),
        (
            "python_version == '3.9'",
            "python_full_version < '3.9.0a1'",
            false,
            false,
        ),
        (
            "sys_platform == 'linux'",
            "sys_platform == 'win32'",
            true,
            false,
        ),
        (
            "sys_platform == 'linux'",
            "sys_platform in 'linux win32'",
            false,
            true,
        ),
        (
            "sys_platform == 'darwin'",
            "sys_platform in 'linux win32'",
            true,
            false,
        ),
        ("sys_platform == 'linux'", "os_name == 'nt'", false, false),
        ("extra == 'a'", "extra != 'a'", true, false),
        ("extra == 'a' and extra == 'b'", "extra == 'a'", false, true),
        (
            "os_name == 'posix' and extra == 'a'",
            "os_name != 'nt'",
            false,
            true,
        ),
    ] {
        assert_eq!(
            marker(left).is_disjoint(marker(right)),
            disjoint,
            "{left} and {right}"
        );
        assert_eq!(
            marker(left).implies(marker(right)),
            implies,
            "{left} implies {right}"
        );
    }
}

#[test]
fn requires_python_makes_markers_shorter() {
    for (text, requires, shorter) in [
        ("python_version >= '3.8'", ">=3.9", "python_version >= '0'"),
        ("python_version < '3.8'", ">=3.9", "python_version < '0'"),
        (
            "python_version >= '3.8' and python_version < '3.11'",
            ">=3.9",
            "python_version < '3.11'",
        ),
        (
            "python_version >= '3.10' and os_name == 'nt'",
            ">=3.9",
            "python_version >= '3.10' and os_name == 'nt'",
        ),
        (
            "python_version >= '3.8' and os_name == 'nt'",
            ">=3.8",
            "os_name == 'nt'",
        ),
        (
            "python_full_version < '3.10'",
            ">=3.9,<3.12",
            "python_full_version < '3.10'",
        ),
        ("os_name == 'nt'", ">=3.9", "os_name == 'nt'"),
    ] {
        let (meaning, requires) = (marker(text), range(requires));
        let pythons = Marker::python(&requires);
        let found = meaning.simplify_within(pythons);
        assert_eq!(found, marker(shorter), "{text} under {requires}: {found}");
        assert_eq!(found.and(pythons), meaning.and(pythons));
    }
    assert_eq!(
        marker("python_version >= '3.8' and os_name == 'nt'").python_range(),
        range(">=3.8.dev0")
    );
    assert_eq!(
        marker("os_name == 'nt'").python_range(),
        VersionRange::full()
    );
}

#[test]
fn known_values_make_markers_shorter() {
    use MarkerVariable::{Extra, OsName, PythonFullVersion, PythonVersion, SysPlatform};
    for (text, variable, value, rest) in [
        (
            "sys_platform == 'linux' and os_name == 'posix'",
            SysPlatform,
            "linux",
            "os_name == 'posix'",
        ),
        (
            "sys_platform in 'linux win32' or os_name == 'posix'",
            SysPlatform,
            "win32",
            "python_version >= '0'",
        ),
        (
            "python_version >= '3.8' and os_name == 'nt'",
            PythonFullVersion,
            "3.8.1",
            "os_name == 'nt'",
        ),
        (
            "python_version >= '3.8' and os_name == 'nt'",
            PythonVersion,
            "3.7",
            "python_version < '0'",
        ),
        (
            "os_name == 'nt' and sys_platform == 'win32'",
            OsName,
            "nt",
            "sys_platform == 'win32'",
        ),
        ("extra == 'a' and extra == 'b'", Extra, "a", "extra == 'b'"),
    ] {
        assert_eq!(marker(text).assume(variable, value), marker(rest), "{text}");
    }
}

#[test]
fn extras() {
    let both = marker("extra == 'a' and os_name == 'nt' or extra == 'b' and python_version >= '3'");
    assert_eq!(both.with_extras(&[extra("A")]), marker("os_name == 'nt'"));
    assert_eq!(both.with_extras(&[]), Marker::FALSE);
    assert_eq!(
        both.without_extras(),
        marker("os_name == 'nt' or python_version >= '3'")
    );
    assert!(both.names_extras() && !both.without_extras().names_extras());
    let linux = environment("3.12.0", "linux", "6.1");
    assert!(both.evaluate_any_extra(&linux));
    assert!(
        both.evaluate(&linux, &[extra("a"), extra("b")]) && !both.evaluate(&linux, &[extra("a")])
    );
    assert!(marker("extra != 'a'").evaluate(&linux, &[]));
    assert!(!marker("extra != 'a'").evaluate(&linux, &[extra("a"), extra("b")]));
}

#[test]
fn expressions_display_as_written() {
    for (text, shown) in [
        ("python_version=='2.7'", r#"python_version == "2.7""#),
        (r#"'a"' == os_name"#, r#"'a"' == os_name"#),
        ("((os.name == 'x'))", r#"os_name == "x""#),
        (
            "python_implementation == 'x' and (os_name == 'a' or (os_name == 'b'))",
            r#"platform_python_implementation == "x" and (os_name == "a" or os_name == "b")"#,
        ),
        (
            "os_name == 'a' and os_name == 'b' or os_name == 'c'",
            r#"os_name == "a" and os_name == "b" or os_name == "c""#,
        ),
        ("os_name  not   in'x'", r#"os_name not in "x""#),
        ("'A_b' == extra", r#""a-b" == extra"#),
        (r"os_name == 'a\x41\101\q\\'", r#"os_name == "aAA\\q\\""#),
        (r#"os_name == 'a\x27"'"#, r#"os_name == 'a\x27"'"#),
    ] {
        let expression: MarkerExpression = text.parse().unwrap();
        assert_eq!(expression.to_string(), shown);
        assert_eq!(shown.parse::<MarkerExpression>().unwrap(), expression);
    }
}

#[test]
fn faults_say_where() {
    let faults: Vec<String> = [
        "",
        "python_version",
        "python_versions >= '3'",
        "python_version >= 3",
        "python_version >= '3",
        r"os_name == 'C:\'",
        r"os_name == '\x'",
        "(os_name == 'a'",
        "(os_name == 'a' x)",
        "os_name == 'a' os_name",
        "os_name not 'a'",
        "os_name not in",
        "os_name == 'a' and",
        "os_name = 'a'",
        "os_name == 'a'\n",
        "os_name == 'a')",
    ]
    .iter()
    .map(|text| text.parse::<Marker>().unwrap_err().to_string())
    .collect();
    insta::assert_snapshot!(faults.join("\n"), @r"
`` is not a marker: a marker variable or a quoted text is missing at byte 0
`python_version` is not a marker: a comparison operator (`<`, `<=`, `==`, `!=`, `>=`, `>`, `~=`, `===`, `in`, `not in`) is missing at byte 14
`python_versions >= '3'` is not a marker: `python_versions` is no marker variable at byte 0
`python_version >= 3` is not a marker: `3` is no marker variable at byte 18
`python_version >= '3` is not a marker: the quoted text is not valid at byte 18
`os_name == 'C:\'` is not a marker: the quoted text is not valid at byte 11
`os_name == '\x'` is not a marker: the quoted text is not valid at byte 11
`(os_name == 'a'` is not a marker: the parenthesis is not closed at byte 0
`(os_name == 'a' x)` is not a marker: `and`, `or` or the end is expected, not `x` at byte 16
`os_name == 'a' os_name` is not a marker: `and`, `or` or the end is expected, not `o` at byte 15
`os_name not 'a'` is not a marker: `in` is missing behind `not` at byte 12
`os_name not in` is not a marker: a marker variable or a quoted text is missing at byte 14
`os_name == 'a' and` is not a marker: a marker variable or a quoted text is missing at byte 18
`os_name = 'a'` is not a marker: a comparison operator (`<`, `<=`, `==`, `!=`, `>=`, `>`, `~=`, `===`, `in`, `not in`) is missing at byte 8
`os_name == 'a'
` is not a marker: `and`, `or` or the end is expected, not `\n` at byte 14
`os_name == 'a')` is not a marker: `and`, `or` or the end is expected, not `)` at byte 14
");
    let deep = format!("{}os_name == 'a'{}", "(".repeat(1000), ")".repeat(1000));
    assert_eq!(
        deep.parse::<Marker>().unwrap_err().fault,
        super::MarkerFault::TooDeep
    );
    let long = vec!["os_name == 'a'"; 501].join(" or ");
    assert_eq!(
        long.parse::<Marker>().unwrap_err().fault,
        super::MarkerFault::TooComplex
    );
    let digits = "8".repeat(30);
    assert_eq!(
        format!("python_version in '{digits}.{digits}'")
            .parse::<Marker>()
            .unwrap_err()
            .fault,
        super::MarkerFault::TooComplex
    );
    // (e0 and f0) or (e1 and f1) … doubles with each pair when all `e` are asked before all `f`.
    let pairs: Vec<String> = (0..40)
        .map(|place| format!("'e{place}' in extras and 'f{place}' in dependency_groups"))
        .collect();
    assert_eq!(
        pairs.join(" or ").parse::<Marker>().unwrap_err().fault,
        super::MarkerFault::TooComplex
    );
}

#[test]
fn environments_agree_with_themselves() {
    let values = environment("3.12.1", "linux", "6").values().clone();
    let text = serde_json::to_string(&values).unwrap();
    let back: MarkerEnvironment = serde_json::from_str(&text).unwrap();
    assert_eq!(back.values(), &values);
    let wrong = EnvironmentValues {
        python_version: "3.11".into(),
        ..values.clone()
    };
    assert_eq!(
        MarkerEnvironment::new(wrong).unwrap_err().to_string(),
        "`python_version` is `3.11`, but `python_full_version` is `3.12.1`"
    );
    let wrong = EnvironmentValues {
        python_full_version: "three".into(),
        ..values
    };
    assert!(MarkerEnvironment::new(wrong).is_err());
}

#[test]
fn what_is_known_of_platforms_makes_markers_shorter() {
    for (text, shorter) in [
        ("platform_system == 'Windows'", "sys_platform == 'win32'"),
        ("platform_system != 'Linux'", "sys_platform != 'linux'"),
        ("os_name == 'nt'", "sys_platform == 'win32'"),
        (
            "sys_platform == 'win32' or os_name == 'nt' or platform_system == 'Windows'",
            "sys_platform == 'win32'",
        ),
        (
            "sys_platform == 'win32' and platform_system == 'Darwin'",
            "python_version < '0'",
        ),
        (
            "os_name == 'posix' and sys_platform == 'darwin'",
            "sys_platform == 'darwin'",
        ),
        (
            "os_name == 'posix' or sys_platform == 'win32'",
            "os_name == 'posix' or sys_platform == 'win32'",
        ),
        ("platform_system == 'Java'", "platform_system == 'Java'"),
        ("os_name == 'java'", "os_name == 'java'"),
        ("sys_platform == 'cygwin'", "sys_platform == 'cygwin'"),
        (
            "platform_system in 'Linux Darwin' and sys_platform == 'linux'",
            "sys_platform == 'linux'",
        ),
        (
            "python_version >= '3.8' and platform_system == 'Darwin' and platform_machine == 'arm64'",
            "python_version >= '3.8' and sys_platform == 'darwin' and platform_machine == 'arm64'",
        ),
    ] {
        let found = marker(text).simplify_within(Marker::platforms());
        assert_eq!(found, marker(shorter), "{text}: {found}");
    }
}

#[test]
fn what_is_known_of_platforms_holds_on_those_that_there_are() {
    for (platform, os, system) in [
        ("linux", "posix", "Linux"),
        ("darwin", "posix", "Darwin"),
        ("win32", "nt", "Windows"),
        ("cygwin", "posix", "CYGWIN_NT-10.0-19045"),
        ("freebsd14", "posix", "FreeBSD"),
        ("sunos5", "posix", "SunOS"),
        ("ios", "posix", "iPadOS"),
        ("wasi", "posix", "wasi"),
        ("java1.8.0_392", "java", "Java"),
    ] {
        let whole = Marker::platforms()
            .assume(MarkerVariable::SysPlatform, platform)
            .assume(MarkerVariable::OsName, os)
            .assume(MarkerVariable::PlatformSystem, system);
        assert!(whole.is_true(), "{platform}: {whole}");
    }
    let known = Marker::platforms();
    assert!(
        known
            .assume(MarkerVariable::OsName, "nt")
            .implies(marker("sys_platform == 'win32'"))
    );
}

#[test]
fn a_shorter_marker_agrees_within_its_world() {
    let worlds = [
        Marker::platforms(),
        Marker::platforms().and(marker(
            "python_version >= '3.8' and python_version < '3.12'",
        )),
        marker("sys_platform == 'linux' or platform_release >= '5'"),
        marker("os_name != 'nt' and 'win' not in sys_platform"),
        Marker::FALSE,
    ];
    for meaning in valid().map(marker) {
        for world in worlds {
            let shorter = meaning.simplify_within(world);
            assert_eq!(
                shorter.and(world),
                meaning.and(world),
                "{meaning} within {world}: {shorter}"
            );
            assert_eq!(
                shorter.simplify_within(world),
                shorter,
                "{meaning} within {world}"
            );
        }
    }
}
