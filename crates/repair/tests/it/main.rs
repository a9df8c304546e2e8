//! Wheels with compiled code for every machine, audited and repaired.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod auditing;
mod compiled;
mod elsewhere;
mod repairing;

use std::path::{Path, PathBuf};

use tilsit_archive::Limits;
use tilsit_dist::wheel::Wheel;
use tilsit_repair::{AuditOptions, LibrarySearch, RepairOptions};
use tilsit_testing::{TestDistribution, TestElf};

/// The machines: name, number, flags, whether wide, whether the small end comes first, and the loader.
const MACHINES: [(&str, u16, u32, bool, bool, &str); 8] = [
    ("x86_64", 62, 0, true, true, "ld-linux-x86-64.so.2"),
    ("aarch64", 183, 0, true, true, "ld-linux-aarch64.so.1"),
    ("i686", 3, 0, false, true, "ld-linux.so.2"),
    (
        "armv7l",
        40,
        0x0500_0400,
        false,
        true,
        "ld-linux-armhf.so.3",
    ),
    ("ppc64le", 21, 2, true, true, "ld64.so.2"),
    ("s390x", 22, 0, true, false, "ld64.so.1"),
    ("riscv64", 243, 5, true, true, "ld-linux-riscv64-lp64d.so.1"),
    (
        "loongarch64",
        258,
        0x43,
        true,
        true,
        "ld-linux-loongarch-lp64d.so.1",
    ),
];

/// A file for a machine.
fn elf(machine: &str) -> TestElf<'static> {
    let mut machines = MACHINES.iter();
    let found = machines.find(|(name, ..)| *name == machine).unwrap();
    let (_, number, flags, is_wide, is_little_endian, _) = *found;
    TestElf {
        machine: number,
        flags,
        is_wide,
        is_little_endian,
        ..TestElf::default()
    }
}

/// A module of Python for a machine.
fn module<'a>(
    machine: &str,
    needed: &'a [&'a str],
    versions: &'a [(&'a str, &'a [(&'a str, u16)])],
) -> TestElf<'a> {
    TestElf {
        needed,
        versions,
        symbols: &[("PyInit_own", true)],
        ..elf(machine)
    }
}

/// A wheel `own` with these files.
fn wheel(platform: &str, files: &[(&str, &[u8])]) -> Wheel<Vec<u8>> {
    let mut made = TestDistribution::new("own", "1.0");
    made.tags = format!("cp311-cp311-{platform}");
    for (path, contents) in files {
        made = made.file(path, contents);
    }
    open(&made.wheel_name(), made.wheel())
}

fn open(name: &str, bytes: Vec<u8>) -> Wheel<Vec<u8>> {
    Wheel::from_source(name, bytes, &Limits::default()).unwrap()
}

/// Looks for libraries in this folder alone.
fn in_folder(folder: &Path) -> AuditOptions {
    AuditOptions {
        search: LibrarySearch {
            first: Vec::new(),
            instead: Some(vec![folder.to_path_buf()]),
        },
        ..AuditOptions::default()
    }
}

fn repair_options(folder: &Path, platform: &str) -> RepairOptions {
    RepairOptions {
        audit: in_folder(folder),
        platform: platform.to_owned(),
        only_platform: false,
        update_tags: true,
        strip: false,
        libraries_folder: ".libs".to_owned(),
        modified_seconds: 0,
        system: folder.to_path_buf(),
        level: None,
    }
}

/// Writes a library into a folder.
fn write(folder: &Path, name: &str, file: &TestElf<'_>) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, file.to_bytes()).unwrap();
    path
}
