//! Tests of this module's parent, `tag`.

use super::interpreter::{
    CpythonBuild, Interpreter, PythonVersion, abi_of_extension_suffix, compatible_tags,
    cpython_abis, cpython_tags, generic_tags,
};
use super::platform::{
    Libc, Linux, android, emscripten, ios, linux, mac, mac_architecture, manylinux, musllinux,
    normalize, parse_glibc_version, parse_musl_version,
};
use super::{CompatibleTags, Tag, TagSet};

fn shown(tags: &[Tag]) -> Vec<String> {
    tags.iter().map(Tag::to_string).collect()
}

#[test]
fn tag_sets() {
    let set: TagSet = "py2.py3-none-any".parse().unwrap();
    assert_eq!(
        set.iter().map(|tag| tag.to_string()).collect::<Vec<_>>(),
        ["py2-none-any", "py3-none-any"]
    );
    assert!(set.is_pure() && set.is_sorted());
    assert_eq!(
        "CP313-ABI3-Win_AMD64"
            .parse::<TagSet>()
            .unwrap()
            .to_string(),
        "cp313-abi3-win_amd64"
    );
    assert!(!"py3.py2-none-any".parse::<TagSet>().unwrap().is_sorted());
    assert_eq!(
        "cp313-cp313t-any".parse::<Tag>().unwrap(),
        Tag::new("cp313", "CP313t", "any")
    );
    assert_eq!(
        TagSet::new(&["py2", "py3"], &["none"], &["any"]).unwrap(),
        set
    );
    let many = format!(
        "{}-none-{}",
        vec!["py3"; 65].join("."),
        vec!["any"; 64].join(".")
    );
    for (text, message) in [
        (
            "py3-none",
            "`py3-none` is not a tag: it has not three parts parted by `-`",
        ),
        (
            "py3-none-any-x",
            "`py3-none-any-x` is not a tag: it has not three parts parted by `-`",
        ),
        (
            "py3.-none-any",
            "`py3.-none-any` is not a tag: a part of it is empty",
        ),
        ("--", "`--` is not a tag: a part of it is empty"),
        (
            "2.7-none-any",
            "`2.7-none-any` is not a tag: `2` is no interpreter",
        ),
        (
            &many,
            &format!("`{many}` stands for 4160 tags, which is more than 4096"),
        ),
    ] {
        assert_eq!(text.parse::<TagSet>().unwrap_err().to_string(), message);
    }
    assert!("py2.py3-none-any".parse::<Tag>().is_err());
}

#[test]
fn tags_of_cpython() {
    let tags = cpython_tags(
        PythonVersion::new(3, 4),
        &["cp34m", "abi3", "none"],
        &["p", "q"],
    );
    assert_eq!(
        shown(&tags),
        [
            "cp34-cp34m-p",
            "cp34-cp34m-q",
            "cp34-abi3-p",
            "cp34-abi3-q",
            "cp34-none-p",
            "cp34-none-q",
            "cp33-abi3-p",
            "cp33-abi3-q",
            "cp32-abi3-p",
            "cp32-abi3-q",
        ]
    );
    let tags = cpython_tags(PythonVersion::new(3, 15), &["cp315t"], &["p"]);
    assert_eq!(
        shown(&tags)[..4],
        [
            "cp315-cp315t-p",
            "cp315-abi3t-p",
            "cp315-none-p",
            "cp314-abi3t-p"
        ]
    );
    let tags = cpython_tags(
        PythonVersion {
            major: 3,
            minor: None,
        },
        &["whatever"],
        &["p"],
    );
    assert_eq!(shown(&tags), ["cp3-whatever-p", "cp3-none-p"]);
}

#[test]
fn abis_of_cpython() {
    let plain = CpythonBuild::default();
    for (version, build, abis) in [
        ((3, 13), plain, vec!["cp313"]),
        (
            (3, 13),
            CpythonBuild {
                free_threaded: true,
                ..plain
            },
            vec!["cp313t"],
        ),
        (
            (3, 12),
            CpythonBuild {
                free_threaded: true,
                ..plain
            },
            vec!["cp312"],
        ),
        (
            (3, 13),
            CpythonBuild {
                free_threaded: true,
                debug: true,
                ..plain
            },
            vec!["cp313td", "cp313t"],
        ),
        (
            (3, 8),
            CpythonBuild {
                debug: true,
                ..plain
            },
            vec!["cp38d", "cp38"],
        ),
        ((3, 7), plain, vec!["cp37m"]),
        (
            (3, 7),
            CpythonBuild {
                debug: true,
                pymalloc: false,
                ..plain
            },
            vec!["cp37d"],
        ),
        ((3, 2), plain, vec!["cp32mu"]),
        (
            (2, 7),
            CpythonBuild {
                wide_unicode: false,
                ..plain
            },
            vec!["cp27m"],
        ),
    ] {
        assert_eq!(
            cpython_abis(PythonVersion::new(version.0, version.1), build),
            abis,
            "{version:?} {build:?}"
        );
    }
}

#[test]
fn abis_in_suffixes() {
    for (suffix, abi) in [
        (".cpython-310-x86_64-linux-gnu.so", Some("cp310")),
        (".cpython-313t-darwin.so", Some("cp313t")),
        (".cp310-win_amd64.pyd", Some("cp310")),
        (".pypy38-pp73-x86_64-linux-gnu.so", Some("pypy38_pp73")),
        (
            ".graalpy-38-native-x86_64-darwin.dylib",
            Some("graalpy_38_native"),
        ),
        (
            ".pyston-23-x86_64-linux-gnu.so",
            Some("pyston_23_x86_64_linux_gnu"),
        ),
        (".pyd", None),
        (".cpython-.so", None),
        ("..so", None),
        ("x", None),
    ] {
        assert_eq!(abi_of_extension_suffix(suffix).as_deref(), abi, "{suffix}");
    }
}

#[test]
fn other_tags() {
    assert_eq!(
        shown(&generic_tags("pp310", &["pypy310_pp73"], &["p"])),
        ["pp310-pypy310_pp73-p", "pp310-none-p"]
    );
    assert_eq!(
        shown(&compatible_tags(
            PythonVersion::new(3, 2),
            Some("cp32"),
            &["p"]
        )),
        [
            "py32-none-p",
            "py3-none-p",
            "py31-none-p",
            "py30-none-p",
            "cp32-none-any",
            "py32-none-any",
            "py3-none-any",
            "py31-none-any",
            "py30-none-any"
        ]
    );
}

#[test]
fn platforms_of_linux() {
    let intel = Linux {
        machine: "x86_64",
        is_32bit: false,
        libc: Libc::Glibc { major: 2, minor: 6 },
        has_manylinux_abi: true,
    };
    assert_eq!(
        linux(&intel),
        [
            "linux_x86_64",
            "manylinux_2_6_x86_64",
            "manylinux_2_5_x86_64",
            "manylinux1_x86_64"
        ]
    );
    assert_eq!(
        linux(&Linux {
            libc: Libc::Musl { major: 1, minor: 1 },
            ..intel
        }),
        [
            "linux_x86_64",
            "musllinux_1_1_x86_64",
            "musllinux_1_0_x86_64"
        ]
    );
    assert_eq!(
        linux(&Linux {
            is_32bit: true,
            ..intel
        })[..2],
        ["linux_i686", "manylinux_2_6_i686"]
    );
    assert_eq!(
        linux(&Linux {
            is_32bit: true,
            has_manylinux_abi: false,
            ..intel
        }),
        ["linux_i686"]
    );
}

#[test]
fn platforms_of_other_machines() {
    let intel = Linux {
        machine: "x86_64",
        is_32bit: false,
        libc: Libc::Glibc { major: 2, minor: 6 },
        has_manylinux_abi: true,
    };
    let arm = Linux {
        machine: "aarch64",
        is_32bit: true,
        libc: Libc::Glibc {
            major: 2,
            minor: 17,
        },
        has_manylinux_abi: true,
    };
    assert_eq!(
        linux(&arm),
        [
            "linux_armv8l",
            "linux_armv7l",
            "manylinux_2_17_armv8l",
            "manylinux2014_armv8l",
            "manylinux_2_17_armv7l",
            "manylinux2014_armv7l"
        ]
    );
    assert_eq!(
        linux(&Linux {
            machine: "sparc64",
            ..intel
        }),
        ["linux_sparc64"]
    );
    assert_eq!(manylinux(&["s390x"], (2, 16), |_, _, _| true), [""; 0]);
    assert_eq!(
        manylinux(&["x86_64"], (2, 6), |_, minor, _| minor != 6),
        ["manylinux_2_5_x86_64", "manylinux1_x86_64"]
    );
    assert_eq!(
        manylinux(&["x86_64"], (3, 1), |_, _, _| true)[..3],
        [
            "manylinux_3_1_x86_64",
            "manylinux_3_0_x86_64",
            "manylinux_2_50_x86_64"
        ]
    );
    assert_eq!(
        musllinux(&["a", "b"], (1, 0)),
        ["musllinux_1_0_a", "musllinux_1_0_b"]
    );
}

#[test]
fn platforms_of_other_systems() {
    assert_eq!(
        mac((10, 4), "ppc64"),
        [
            "macosx_10_4_ppc64",
            "macosx_10_4_fat64",
            "macosx_10_4_universal"
        ]
    );
    assert_eq!(
        mac((11, 2), "arm64")[..3],
        [
            "macosx_11_0_arm64",
            "macosx_11_0_universal2",
            "macosx_10_16_universal2"
        ]
    );
    assert_eq!(
        mac((14, 0), "arm64").last().unwrap(),
        "macosx_10_4_universal2"
    );
    assert_eq!(mac((12, 0), "x86_64")[6], "macosx_11_0_x86_64");
    assert_eq!(
        (
            mac_architecture("ppc64", true),
            mac_architecture("x86_64", true),
            mac_architecture("arm64", false)
        ),
        ("ppc", "i386", "arm64")
    );

    assert_eq!(
        ios((13, 1), "arm64-iphoneos")[..3],
        [
            "ios_13_1_arm64_iphoneos",
            "ios_13_0_arm64_iphoneos",
            "ios_12_9_arm64_iphoneos"
        ]
    );
    assert_eq!(ios((11, 4), "x"), [""; 0]);
    assert_eq!(
        android(18, "arm64-v8a"),
        [
            "android_18_arm64_v8a",
            "android_17_arm64_v8a",
            "android_16_arm64_v8a"
        ]
    );
    assert_eq!(
        emscripten(Some("2026_0"), "emscripten-4.0.9-wasm32"),
        ["pyemscripten_2026_0_wasm32", "emscripten_4_0_9_wasm32"]
    );
    assert_eq!(normalize("win-amd64"), "win_amd64");
}

#[test]
fn versions_of_c_libraries() {
    assert_eq!(parse_glibc_version("2.20-2014.11"), Some((2, 20)));
    assert_eq!(parse_glibc_version("2"), None);
    assert_eq!(
        parse_musl_version("musl libc (x86_64)\nVersion 1.2.2\nDynamic Program Loader\n"),
        Some((1, 2))
    );
    assert_eq!(parse_musl_version("invalid\nVersion 1.2.2"), None);
    assert_eq!(parse_musl_version("musl libc\nVersion 1"), None);
}

#[test]
fn wheels_are_ranked() {
    let platforms = linux(&Linux {
        machine: "x86_64",
        is_32bit: false,
        libc: Libc::Glibc {
            major: 2,
            minor: 28,
        },
        has_manylinux_abi: true,
    });
    let abis = cpython_abis(PythonVersion::new(3, 12), CpythonBuild::default());
    let interpreter = Interpreter {
        implementation: "cpython",
        version: (3, 12),
        version_without_dot: None,
        abis: &abis,
        platforms: &platforms,
    };
    let tags = interpreter.tags();
    assert_eq!(
        tags.iter().next().unwrap().to_string(),
        "cp312-cp312-linux_x86_64"
    );
    assert_eq!(tags.iter().last().unwrap().to_string(), "py30-none-any");
    let rank = |text: &str| tags.priority(&text.parse().unwrap());
    let best_first = [
        "cp312-cp312-manylinux_2_28_x86_64",
        "cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64",
        "cp312-abi3-manylinux_2_17_x86_64",
        "cp39-abi3-manylinux_2_28_x86_64",
        "py3-none-manylinux1_x86_64",
        "cp312-none-any",
        "py312-none-any",
        "py2.py3-none-any",
    ];
    let ranks: Vec<u32> = best_first.iter().map(|text| rank(text).unwrap()).collect();
    assert!(ranks.is_sorted(), "{ranks:?}");
    for text in [
        "cp311-cp311-linux_x86_64",
        "cp312-cp312-manylinux_2_29_x86_64",
        "cp312-cp312t-linux_x86_64",
        "py2-none-any",
        "cp312-cp312-win_amd64",
    ] {
        assert_eq!(rank(text), None, "{text}");
    }
    let pypy = Interpreter {
        implementation: "pypy",
        version: (3, 10),
        version_without_dot: Some("310"),
        abis: &["pypy310_pp73".into()],
        platforms: &platforms,
    };
    let pypy = pypy.tags();
    assert!(pypy.priority(&"pp310-pypy310_pp73-linux_x86_64".parse().unwrap()) == Some(0));
    assert!(pypy.priority(&"pp3-none-any".parse().unwrap()).is_some());
    assert_eq!(
        CompatibleTags::new([Tag::new("a", "b", "c"), Tag::new("A", "b", "c")]).len(),
        1
    );
}
