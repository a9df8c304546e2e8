//! What is told of a wheel.

use std::collections::BTreeMap;

use tilsit_repair::{Audit, AuditOptions, RepairError, audit};
use tilsit_testing::TestElf;

use crate::{MACHINES, elf, in_folder, module, wheel, write};

fn overall(audit: &Audit) -> &str {
    &audit.policies.all()[audit.overall].name
}

#[test]
fn every_machine_has_its_policies() {
    for (machine, .., loader) in MACHINES {
        let needed = ["libc.so.6", loader];
        let versions = [
            ("libc.so.6", &[("GLIBC_2.38", 0)][..]),
            // The loader's are not counted.
            (loader, &[("GLIBC_2.999", 0)]),
        ];
        let file = module(machine, &needed, &versions).to_bytes();
        for platform in [
            format!("linux_{machine}"),
            format!("manylinux_2_39_{machine}"),
        ] {
            let wheel = wheel(&platform, &[("own.so", &file)]);
            let audit = audit(&wheel, &AuditOptions::default()).unwrap();
            assert_eq!(overall(&audit), format!("manylinux_2_38_{machine}"));
            assert!(
                audit.notes.is_empty() && audit.to_json()["external_libs"] == serde_json::json!({})
            );
        }
    }
}

#[test]
fn musl_is_told_from_glibc() {
    for (needed, name, platform, tag) in [
        (
            &["libc.musl-x86_64.so.1"][..],
            "own.so",
            "linux_x86_64",
            "musllinux_1_2_x86_64",
        ),
        (
            &[],
            "own.so",
            "musllinux_1_1_x86_64",
            "musllinux_1_2_x86_64",
        ),
        (
            &["libc.so"],
            "own.so",
            "musllinux_1_1_x86_64",
            "musllinux_1_2_x86_64",
        ),
        (
            &[],
            "own.cpython-312-x86_64-linux-musl.so",
            "linux_x86_64",
            "musllinux_1_2_x86_64",
        ),
        (
            &[],
            "own.cpython-312-x86_64-linux-gnu.so",
            "linux_x86_64",
            "manylinux_2_5_x86_64",
        ),
    ] {
        let file = module("x86_64", needed, &[]).to_bytes();
        let wheel = wheel(platform, &[(name, &file)]);
        let audit = audit(&wheel, &AuditOptions::default()).unwrap();
        assert_eq!(overall(&audit), tag, "{name} {needed:?}");
    }
    let file = module("x86_64", &[], &[]).to_bytes();
    let unknown = wheel("linux_x86_64", &[("own.so", &file)]);
    let error = audit(&unknown, &AuditOptions::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`own.so` does not tell which C library it was compiled for"
    );
    let needed = ["libc.so.6", "libc.musl-x86_64.so.1"];
    let file = module("x86_64", &needed, &[]).to_bytes();
    let both = wheel("linux_x86_64", &[("own.so", &file)]);
    let error = audit(&both, &AuditOptions::default()).unwrap_err();
    assert_eq!(error.to_string(), "`own.so` needs both glibc and musl");
}

#[test]
fn symbols_and_instructions_count() {
    let own = |symbols| TestElf {
        symbols,
        ..module("x86_64", &["libc.so.6", "libz.so.1"], &[])
    };
    let forbidden = own(&[
        ("PyInit_own", true),
        ("__issignaling", false),
        ("z_errmsg", false),
    ]);
    let traps = own(&[("PyInit_own", true), ("PyFPE_jbuf", false)]);
    let narrow = own(&[("initown", true), ("PyUnicodeUCS2_Decode", false)]);
    // Python 3 has no narrow builds.
    let wide = own(&[("PyInit_own", true), ("PyUnicodeUCS2_Decode", false)]);
    let newer = TestElf {
        isa_needed: Some(7),
        ..own(&[("PyInit_own", true)])
    };
    for (file, tag) in [
        (&forbidden, "linux_x86_64"),
        (&traps, "linux_x86_64"),
        (&narrow, "linux_x86_64"),
        (&wide, "manylinux_2_5_x86_64"),
        (&newer, "linux_x86_64"),
    ] {
        let file = file.to_bytes();
        let wheel = wheel("linux_x86_64", &[("own.so", &file)]);
        let audit = audit(&wheel, &AuditOptions::default()).unwrap();
        assert_eq!(overall(&audit), tag);
    }
    let file = forbidden.to_bytes();
    let blocked = wheel("linux_x86_64", &[("own.so", &file)]);
    let json = audit(&blocked, &AuditOptions::default()).unwrap().to_json();
    let symbols = serde_json::json!({ "libc.so.6": ["__issignaling"], "libz.so.1": ["z_errmsg"] });
    let upgrades = &json["policy_upgrades"];
    assert_eq!(
        upgrades["manylinux_2_17_x86_64"]["blacklisted_symbols"],
        symbols
    );
    let file = newer.to_bytes();
    let wheel = wheel("linux_x86_64", &[("own.so", &file)]);
    assert_eq!(
        audit(&wheel, &AuditOptions::default()).unwrap().to_json()["unsupported_isa"],
        true
    );
    let unchecked = AuditOptions {
        disable_isa_check: true,
        ..AuditOptions::default()
    };
    assert_eq!(
        overall(&audit(&wheel, &unchecked).unwrap()),
        "manylinux_2_5_x86_64"
    );
}

#[test]
fn libraries_are_followed_inside_and_outside() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let deep = TestElf {
        needed: &["libc.so.6"],
        versions: &[("libc.so.6", &[("GLIBC_2.31", 0)])],
        ..elf("x86_64")
    };
    let path = write(folder, "libdeep.so.2", &deep);
    write(folder, "libother.so", &elf("aarch64"));
    std::fs::write(folder.join("libscript.so"), "GROUP ( libdeep.so.2 )").unwrap();
    let inside = TestElf {
        needed: &["libdeep.so.2", "libc.so.6"],
        ..elf("x86_64")
    };
    let needed = ["libinside.so", "libother.so", "libscript.so", "libc.so.6"];
    let file = TestElf {
        runpath: Some("$ORIGIN/../own.libs:$ORIGIN/../../..:/nowhere"),
        ..module("x86_64", &needed, &[])
    };
    let (file, inside) = (file.to_bytes(), inside.to_bytes());
    let files: [(&str, &[u8]); 2] = [("own/own.so", &file), ("own.libs/libinside.so", &inside)];
    let wheel = wheel("linux_x86_64", &files);
    let audit = audit(&wheel, &in_folder(folder)).unwrap();
    let libraries = &audit.externals.last().unwrap().libraries;
    let expected = BTreeMap::from([
        ("libdeep.so.2".to_owned(), Some(path)),
        ("libother.so".to_owned(), None),
        ("libscript.so".to_owned(), None),
    ]);
    assert_eq!(*libraries, expected);
    assert_eq!(overall(&audit), "linux_x86_64");
    // What a library would bring into the wheel counts.
    assert_eq!(
        audit.policies.all()[audit.by_symbols].name,
        "manylinux_2_31_x86_64"
    );
    let without = AuditOptions {
        exclude: vec!["lib[so]*.so".to_owned(), "*/libdeep.so.*".to_owned()],
        ..in_folder(folder)
    };
    let audit = tilsit_repair::audit(&wheel, &without).unwrap();
    assert_eq!(overall(&audit), "manylinux_2_5_x86_64");
}

#[test]
fn what_is_no_use_is_refused_or_passed_over() {
    let options = AuditOptions::default();
    let pure = wheel("any", &[("own.so", b"#!/bin/sh\n")]);
    assert!(matches!(audit(&pure, &options), Err(RepairError::Pure(_))));
    let (good, other) = (
        module("x86_64", &["libc.so.6"], &[]).to_bytes(),
        elf("aarch64").to_bytes(),
    );
    let files: [(&str, &[u8]); 3] = [
        ("own.so", &good),
        ("data/other.so", &other),
        ("data/broken.so", b"\x7fELF\x02\x01and no more"),
    ];
    let mixed = wheel("linux_x86_64", &files);
    assert_eq!(
        audit(&mixed, &options).unwrap().notes,
        [
            "`data/broken.so` is no sound ELF file: its header is cut off",
            "`data/other.so` is for another machine, aarch64"
        ]
    );
    let foreign = wheel("linux_x86_64", &[("other.so", &other)]);
    assert_eq!(
        audit(&foreign, &options).unwrap_err().to_string(),
        "the wheel `own-1.0-cp311-cp311-linux_x86_64.whl` is for x86_64, and holds compiled code for \
         other machines only: `other.so`"
    );
    let placed = wheel("linux_x86_64", &[("own-1.0.data/purelib/own.so", &good)]);
    assert_eq!(
        audit(&placed, &options).unwrap_err().to_string(),
        "the wheel has compiled code in a folder for pure Python: `own-1.0.data/purelib/own.so`"
    );
}

/// A chain of libraries is as long as a wheel makes it, and followed without recursion; that each of
/// them has the rest of the chain for its libraries is too much at some length.
#[test]
fn a_long_chain_is_followed_and_a_longer_one_refused() {
    for (length, is_refused) in [(300, false), (800, true)] {
        let name = |number: usize| format!("lib{number}.so");
        let file = |number: usize| {
            let next = name(number + 1);
            let file = TestElf {
                needed: &[&next],
                rpath: Some("$ORIGIN"),
                ..elf("x86_64")
            };
            (name(number), file.to_bytes())
        };
        let files: Vec<(String, Vec<u8>)> = (0..length).map(file).collect();
        let paths = files
            .iter()
            .map(|(name, file)| (name.as_str(), file.as_slice()));
        let wheel = wheel("manylinux_2_28_x86_64", &paths.collect::<Vec<_>>());
        match audit(&wheel, &AuditOptions::default()) {
            Ok(audit) => {
                assert!(!is_refused);
                let last = name(length);
                let external = audit.externals.last().unwrap();
                assert!(external.libraries.keys().eq([&last]));
            }
            Err(error) => assert!(
                is_refused && matches!(error, RepairError::Tangled(_)),
                "{error}"
            ),
        }
    }
}

/// A library that is found only by the run path of the module that loads it.
#[test]
fn a_library_finds_what_its_module_finds() {
    let plain = |needed| {
        let file = TestElf {
            needed,
            ..elf("x86_64")
        };
        file.to_bytes()
    };
    let module = TestElf {
        rpath: Some("$ORIGIN/../own.libs"),
        ..module("x86_64", &["liba.so", "libc.so.6"], &[])
    };
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "libc.so.6", &elf("x86_64"));
    let (module, a) = (module.to_bytes(), plain(&["libb.so"]));
    let (b, other) = (plain(&[]), plain(&["libb.so"]));
    let mut files: Vec<(&str, &[u8])> = vec![
        ("own/own.so", &module),
        ("own.libs/liba.so", &a),
        ("own.libs/libb.so", &b),
    ];
    let found = |files: &[(&str, &[u8])]| {
        let wheel = wheel("linux_x86_64", files);
        let audit = audit(&wheel, &in_folder(folder.path())).unwrap();
        let libraries = audit.externals.last().unwrap().libraries.keys().cloned();
        libraries.collect::<Vec<String>>()
    };
    assert!(found(&files).is_empty());
    // No module loads this one.
    files.push(("own/tool", &other));
    assert_eq!(found(&files), ["libb.so"]);
}
