//! Names of platforms, and what the interpreters there take.

use tilsit_resolver::in_memory::linux;

use super::*;

fn own() -> CompatibleTags {
    let names = platform::linux(&Linux {
        machine: "x86_64",
        is_32bit: false,
        libc: Libc::Glibc {
            major: 2,
            minor: 36,
        },
        has_manylinux_abi: true,
    });
    Interpreter {
        implementation: "cpython",
        version: (3, 12),
        version_without_dot: None,
        abis: &["cp312".to_owned()],
        platforms: &names,
    }
    .tags()
}

fn takes(tags: &CompatibleTags, tag: &str) -> bool {
    let tag: Tag = tag.parse().unwrap();
    tags.iter().any(|other| *other == tag)
}

#[test]
fn names_of_platforms() {
    for (name, variables, taken, refused) in [
        (
            "linux",
            "posix linux Linux x86_64",
            "cp312-cp312-manylinux_2_28_x86_64",
            "cp312-cp312-manylinux_2_29_x86_64",
        ),
        (
            "macos",
            "posix darwin Darwin arm64",
            "cp312-cp312-macosx_11_0_arm64",
            "cp312-cp312-macosx_14_0_arm64",
        ),
        (
            "windows",
            "nt win32 Windows AMD64",
            "cp312-abi3-win_amd64",
            "cp312-abi3-win_arm64",
        ),
        (
            "x86_64-apple-darwin",
            "posix darwin Darwin x86_64",
            "cp312-cp312-macosx_10_9_x86_64",
            "cp312-cp312-macosx_11_0_arm64",
        ),
        (
            "aarch64-unknown-linux-musl",
            "posix linux Linux aarch64",
            "cp312-cp312-musllinux_1_2_aarch64",
            "cp312-cp312-manylinux_2_17_aarch64",
        ),
        (
            "x86_64-manylinux2014",
            "posix linux Linux x86_64",
            "cp312-cp312-manylinux1_x86_64",
            "cp312-cp312-manylinux_2_18_x86_64",
        ),
        (
            "aarch64-manylinux_2_31",
            "posix linux Linux aarch64",
            "cp312-cp312-manylinux_2_31_aarch64",
            "cp312-cp312-manylinux_2_32_aarch64",
        ),
        (
            "aarch64-pc-windows-msvc",
            "nt win32 Windows ARM64",
            "py3-none-win_arm64",
            "py3-none-win_amd64",
        ),
    ] {
        let platform: Platform = name.parse().unwrap();
        let (environment, tags) =
            elsewhere(&linux("3.12.4"), &own(), None, Some(&platform)).unwrap();
        let values = environment.values();
        let shown = [
            &values.os_name,
            &values.sys_platform,
            &values.platform_system,
            &values.platform_machine,
        ];
        assert_eq!(shown.map(String::as_str).join(" "), variables, "{name}");
        assert!(takes(&tags, taken), "{name}: {taken}");
        assert!(!takes(&tags, refused), "{name}: {refused}");
        assert_eq!(values.python_full_version, "3.12.4");
    }
}

#[test]
fn what_is_no_platform() {
    for text in [
        "",
        "beos",
        "x86_64",
        "x86_64-",
        "vax-unknown-linux-gnu",
        "x86_64-manylinux_2",
    ] {
        let error = text.parse::<Platform>().unwrap_err();
        assert!(error.to_string().contains(&format!("`{text}`")));
    }
}

#[test]
fn another_version_of_python_on_this_system() {
    let python = "3.9".parse().unwrap();
    let (environment, tags) = elsewhere(&linux("3.12.4"), &own(), Some(&python), None).unwrap();
    assert_eq!(environment.values().python_full_version, "3.9.0");
    assert_eq!(environment.values().implementation_version, "3.9.0");
    assert!(takes(&tags, "cp39-cp39-manylinux_2_36_x86_64"));
    assert!(takes(&tags, "cp38-abi3-manylinux_2_36_x86_64"));
    assert!(!takes(&tags, "cp312-cp312-manylinux_2_36_x86_64"));
    let python = "3.7.9".parse().unwrap();
    let (environment, tags) = elsewhere(&linux("3.12.4"), &own(), Some(&python), None).unwrap();
    assert_eq!(environment.values().python_full_version, "3.7.9");
    assert!(takes(&tags, "cp37-cp37m-linux_x86_64"));
}

#[test]
fn nothing_else_changes_nothing() {
    let (environment, tags) = elsewhere(&linux("3.12.4"), &own(), None, None).unwrap();
    assert_eq!(environment, linux("3.12.4"));
    let shown = |tags: &CompatibleTags| tags.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(shown(&tags), shown(&own()));
}
