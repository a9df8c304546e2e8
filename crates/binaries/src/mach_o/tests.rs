//! Files of all kinds are read; broken and hostile ones are refused.

use proptest::prelude::*;
use tilsit_testing::TestMachO;
use tilsit_testing::mach_o::{fat, fat_of};

use super::*;

const FULL: TestMachO<'_> = TestMachO {
    machine: TestMachO::X86_64,
    subtype: 3,
    is_little_endian: true,
    kind: 6,
    build: Some((1, [10, 13])),
    oldest: None,
    install_name: Some("@rpath/libown.dylib"),
    libraries: &["@loader_path/libother.dylib", "/usr/lib/libSystem.B.dylib"],
    weak_libraries: &["/usr/lib/libweak.dylib"],
    run_paths: &["@loader_path/lib", "/opt/lib"],
    symbols: &[("_PyInit_own", true), ("_PyLong_FromLong", false)],
};

fn one(file: &[u8]) -> Part<'_> {
    let mut parts = MachO::parse(file).unwrap().parts;
    assert_eq!(parts.len(), 1);
    parts.remove(0)
}

#[test]
fn a_file_for_one_machine() {
    for (machine, is_little_endian, read) in [
        (TestMachO::X86_64, true, Machine::X86_64),
        (TestMachO::ARM64, true, Machine::Arm64),
        (TestMachO::I386, true, Machine::I386),
        (TestMachO::PPC, false, Machine::Ppc),
        (0x0100_0012, false, Machine::Ppc64),
        (99, true, Machine::Other(99, 3)),
    ] {
        let made = TestMachO {
            machine,
            is_little_endian,
            ..FULL
        };
        let bytes = made.to_bytes();
        assert!(MachO::is_mach_o(&bytes));
        let part = one(&bytes);
        assert_eq!((part.machine, part.kind), (read, PartKind::Library));
        assert_eq!(part.install_name, Some("@rpath/libown.dylib"));
        let names: Vec<(&str, bool)> = part
            .libraries
            .iter()
            .map(|library| (library.name, library.is_weak))
            .collect();
        assert_eq!(names[0], ("@loader_path/libother.dylib", false));
        assert_eq!(names[2], ("/usr/lib/libweak.dylib", true));
        assert_eq!(part.run_paths, ["@loader_path/lib", "/opt/lib"]);
        let build = Build {
            system: System::MacOs,
            minimum: (10, 13, 0),
        };
        assert_eq!(part.builds, [build]);
        let symbols: Vec<Symbol<'_>> = part.symbols().collect();
        assert_eq!(symbols[0].name, b"_PyInit_own");
        assert!(symbols[0].is_defined && !symbols[1].is_defined && !symbols[1].is_weak);
    }
    let old = TestMachO {
        build: None,
        oldest: Some([10, 9]),
        ..FULL
    }
    .to_bytes();
    assert_eq!(one(&old).builds[0].minimum, (10, 9, 0));
    let signed = TestMachO {
        machine: TestMachO::ARM64,
        subtype: 0x8000_0002,
        ..FULL
    };
    assert_eq!(one(&signed.to_bytes()).machine, Machine::Arm64e);
    let phone = TestMachO {
        build: Some((7, [13, 0])),
        ..FULL
    };
    assert_eq!(
        one(&phone.to_bytes()).builds[0].system,
        System::IosSimulator
    );
}

#[test]
fn files_for_several_machines() {
    let arm = TestMachO {
        machine: TestMachO::ARM64,
        ..FULL
    };
    for is_wide in [false, true] {
        let file = fat(&[&FULL, &arm], is_wide);
        assert!(MachO::is_mach_o(&file[..8]));
        let machines = MachO::parse(&file).unwrap().parts;
        let machines: Vec<Machine> = machines.iter().map(|part| part.machine).collect();
        assert_eq!(machines, [Machine::X86_64, Machine::Arm64]);
        // One within another, which would be read for ever.
        let nested = fat_of(&[(7, file.clone())], is_wide);
        assert_eq!(
            refused(&nested),
            "its header is that of no file for one machine"
        );
    }
}

fn refused(file: &[u8]) -> String {
    let error = MachO::parse(file).unwrap_err();
    format!("{} {}", error.part, error.fault)
}

/// The file with a number in it changed.
fn with(file: &[u8], at: usize, number: u32) -> Vec<u8> {
    let mut file = file.to_vec();
    file[at..at + 4].copy_from_slice(&number.to_le_bytes());
    file
}

#[test]
fn broken_files_are_refused() {
    let file = FULL.to_bytes();
    let first = 32;
    for (changed, fault) in [
        (
            with(&file, 16, u32::MAX),
            "its list of commands ends before its last one",
        ),
        (
            with(&file, 20, u32::MAX),
            "its list of commands goes on behind the end of the file",
        ),
        (
            with(&file, first + 4, 0),
            "its list of commands has one of an impossible size",
        ),
        (
            with(&file, first + 4, 7),
            "its list of commands has one of an impossible size",
        ),
        (
            with(&file, first + 4, 0x4000),
            "its list of commands ends within its last one",
        ),
        (
            with(&file, first + 8, 0),
            "its own name has a name that is not there",
        ),
        (
            with(&file, first + 8, u32::MAX),
            "its own name has a name that is not there",
        ),
        (
            with(&file, first + 4, 28),
            "its own name has a name that is not there",
        ),
        (file[..20].to_vec(), "its header is cut off"),
        (b"\xcf\xfa\xed\xfe".to_vec(), "its header is cut off"),
        (
            b"nothing".to_vec(),
            "its header is that of no file for one machine",
        ),
    ] {
        assert_eq!(refused(&changed), fault);
    }
    let at = file
        .windows(8)
        .position(|part| part == [2, 0, 0, 0, 24, 0, 0, 0])
        .unwrap();
    let table = with(&file, at + 12, u32::MAX);
    assert_eq!(
        refused(&table),
        "its table of symbols leads out of the file"
    );
    let table = with(&file, at + 8, u32::MAX);
    assert_eq!(
        refused(&table),
        "its table of symbols leads out of the file"
    );
    let none = with(&with(&file, at + 12, 0), at + 8, u32::MAX);
    assert_eq!(one(&none).symbols().count(), 0);
    let many = vec!["/usr/lib/a.dylib"; 4097];
    let many = TestMachO {
        libraries: &many,
        ..FULL
    }
    .to_bytes();
    assert_eq!(
        refused(&many),
        "its list of commands has too many of a kind"
    );
}

#[test]
fn broken_tables_of_machines_are_refused() {
    let fat = fat(&[&FULL], false);
    for (at, number, fault) in [
        (4, 0, "has no entries, or too many"),
        (4, u32::MAX, "has no entries, or too many"),
        (16, 8192, "leads out of the file"),
        (16, u32::MAX, "leads out of the file"),
        (20, u32::MAX, "leads out of the file"),
    ] {
        let changed = with(&fat, at, number.swap_bytes());
        assert_eq!(
            refused(&changed),
            format!("its table of machines {fault}"),
            "{at}"
        );
    }
    assert_eq!(refused(&fat[..10]), "its table of machines is cut off");
    // A file of Java has a version where the count would be.
    assert!(!MachO::is_mach_o(b"\xca\xfe\xba\xbe\0\0\0\x34"));
}

proptest! {
    #[test]
    fn nothing_breaks_the_reader(at in 0_usize..400, number in any::<u32>(), end in 0_usize..9000) {
        for file in [FULL.to_bytes(), fat(&[&FULL, &FULL], true)] {
            let at = at.min(file.len() - 4);
            let file = with(&file, at, number);
            if let Ok(read) = MachO::parse(&file[..end.min(file.len())]) {
                for part in read.parts {
                    prop_assert!(part.symbols().count() <= file.len());
                }
            }
        }
    }
}
