//! Tags by what a program needs, and by the system it was compiled for.

use tilsit_testing::TestElf;

use super::{Needs, ProgramSystem, by_needs, platform};

const LOADER: &str = "/lib64/ld-linux-x86-64.so.2";

fn needs<'a>(libraries: &[&'a str], versions: &[&'a str]) -> Needs<'a> {
    Needs {
        machine: 62,
        loader: Some(LOADER),
        libraries: libraries.to_vec(),
        versions: versions.to_vec(),
    }
}

#[test]
fn the_newest_version_counts() {
    let libraries = ["libc.so.6", "libgcc_s.so.1", "ld-linux-x86-64.so.2"];
    for (versions, tag) in [
        (&[][..], Some("manylinux_2_17_x86_64")),
        (&["GLIBC_2.2.5"], Some("manylinux_2_17_x86_64")),
        (&["GLIBC_2.9", "GLIBC_2.34"], Some("manylinux_2_34_x86_64")),
        (&["GLIBC_2.34", "GLIBC_2.9"], Some("manylinux_2_34_x86_64")),
        (&["GLIBC_2.4", "GCC_4.2.0"], Some("manylinux_2_17_x86_64")),
        (&["GLIBC_ABI_DT_RELR"], Some("manylinux_2_36_x86_64")),
        (&["GLIBC_2.34", "GCC_14.0.0"], None),
        (&["GLIBC_PRIVATE"], None),
        (&["GLIBC_2"], None),
        (&["OTHER_1.0"], None),
    ] {
        let found = by_needs(&needs(&libraries, versions));
        assert_eq!(found.as_deref(), tag, "{versions:?}");
    }
}

#[test]
fn what_is_not_everywhere_is_no_manylinux() {
    assert_eq!(by_needs(&needs(&["libssl.so.3"], &[])), None);
    for (loader, tag) in [
        ("/lib/ld-linux-aarch64.so.1", Some("manylinux_2_17_aarch64")),
        ("/lib/ld-musl-aarch64.so.1", None),
        ("/nix/store/glibc/lib/ld-linux-aarch64.so.1", None),
    ] {
        let found = by_needs(&Needs {
            machine: 183,
            loader: Some(loader),
            ..Needs::default()
        });
        assert_eq!(found.as_deref(), tag, "{loader}");
    }
    let unknown = Needs {
        machine: 8,
        ..needs(&["libc.so.6"], &[])
    };
    assert_eq!(by_needs(&unknown), None);
}

#[test]
fn a_program_without_loader_runs_with_any_library() {
    let mut alone = Needs {
        machine: 62,
        ..Needs::default()
    };
    assert_eq!(
        by_needs(&alone).as_deref(),
        Some("manylinux_2_17_x86_64.musllinux_1_1_x86_64")
    );
    alone.libraries.push("libc.so.6");
    assert_eq!(by_needs(&alone), None);
}

#[test]
fn the_file_says_what_is_needed() {
    let system = ProgramSystem {
        os: "linux",
        machine: "x86_64",
        macos_oldest: None,
    };
    let program = TestElf {
        interpreter: Some(LOADER),
        needed: &["libc.so.6"],
        versions: &[("libc.so.6", &[("GLIBC_2.28", 0), ("GLIBC_2.39", 2)])],
        ..TestElf::default()
    };
    let tag = |program: &TestElf<'_>| platform(&program.to_bytes(), &system).unwrap();
    assert_eq!(tag(&program), "manylinux_2_28_x86_64");
    let other = TestElf {
        is_little_endian: false,
        ..program
    };
    assert_eq!(tag(&other), "linux_x86_64");
}

#[test]
fn other_systems() {
    for (os, machine, macos_oldest, tag) in [
        ("linux", "x86", None, Some("linux_i686")),
        ("linux", "s390x", None, Some("linux_s390x")),
        ("macos", "x86_64", None, Some("macosx_10_12_x86_64")),
        ("macos", "aarch64", None, Some("macosx_11_0_arm64")),
        ("macos", "aarch64", Some("13.3"), Some("macosx_13_3_arm64")),
        ("windows", "x86_64", None, Some("win_amd64")),
        ("windows", "x86", None, Some("win32")),
        ("windows", "aarch64", None, Some("win_arm64")),
        ("plan9", "x86_64", None, None),
    ] {
        let system = ProgramSystem {
            os,
            machine,
            macos_oldest,
        };
        assert_eq!(platform(b"", &system).as_deref(), tag, "{system:?}");
    }
}
