//! Files of both widths are read; broken and hostile ones are refused.

use proptest::prelude::*;
use tilsit_testing::TestPe;

use super::*;

const FULL: TestPe<'_> = TestPe {
    machine: TestPe::AMD64,
    imports: &[
        ("KERNEL32.dll", &["Sleep", "ExitProcess"]),
        ("python3.dll", &["PyLong_FromLong"]),
    ],
    delayed: &["later.dll"],
    exports: &["PyInit_own"],
    is_managed: false,
};

#[test]
fn files_of_each_machine() {
    for (machine, read) in [
        (TestPe::AMD64, PeMachine::Amd64),
        (TestPe::ARM64, PeMachine::Arm64),
        (TestPe::I386, PeMachine::I386),
        (0x1234, PeMachine::Other(0x1234)),
    ] {
        let file = TestPe { machine, ..FULL }.to_bytes();
        let pe = Pe::parse(&file).unwrap();
        assert_eq!(pe.machine, read);
        assert!(!pe.is_managed);
        let imports: Vec<(&str, bool, Vec<&[u8]>)> = pe
            .imports
            .into_iter()
            .map(|import| (import.library, import.is_delayed, import.names))
            .collect();
        let expected: [(&str, bool, Vec<&[u8]>); 3] = [
            ("KERNEL32.dll", false, vec![b"Sleep", b"ExitProcess"]),
            ("python3.dll", false, vec![b"PyLong_FromLong"]),
            ("later.dll", true, vec![b"Later"]),
        ];
        assert_eq!(imports, expected);
        assert_eq!(pe.exports, [b"PyInit_own"]);
    }
    let managed = TestPe {
        is_managed: true,
        ..FULL
    }
    .to_bytes();
    assert!(Pe::parse(&managed).unwrap().is_managed);
}

fn refused(file: &[u8]) -> String {
    let error = Pe::parse(file).unwrap_err();
    format!("{} {}", error.part, error.fault)
}

/// The file with a number in it changed.
fn with(file: &[u8], at: usize, number: u32) -> Vec<u8> {
    let mut file = file.to_vec();
    file[at..at + 4].copy_from_slice(&number.to_le_bytes());
    file
}

/// Where the header, the tables' places and the section's header are.
const HEADER: usize = 0x44;
const TABLES: usize = HEADER + 20 + 112;
const SECTION: usize = TABLES + 16 * 8;

#[test]
fn broken_files_are_refused() {
    let file = FULL.to_bytes();
    let imports = "its table of libraries lies outside of the file";
    let exports = "its table of names lies outside of the file";
    for (changed, fault) in [
        (b"nothing".to_vec(), "its header is that of no program"),
        (file[..0x3e].to_vec(), "its header is cut off"),
        (file[..HEADER + 30].to_vec(), "its header is cut off"),
        (file[..SECTION + 10].to_vec(), "its sections are cut off"),
        (
            with(&file, 0x3c, u32::MAX),
            "its header is that of a program for DOS",
        ),
        (
            with(&file, HEADER + 20, 7),
            "its header is that of an object, or of no program",
        ),
        (
            with(&file, HEADER, 0xffff_8664),
            "its header has more sections than Windows loads",
        ),
        (with(&file, TABLES + 8, 0x7fff_0000), imports),
        (with(&file, TABLES + 13 * 8, 0x7fff_0000), imports),
        (with(&file, TABLES, 0x7fff_0000), exports),
        (with(&file, SECTION + 16, 8), exports),
        (with(&file, SECTION + 20, u32::MAX), exports),
    ] {
        assert_eq!(refused(&changed), fault);
    }
    assert!(refused(&file[..file.len() - 16]).ends_with("lies outside of the file"));
}

/// Puts words behind the end of the section; gives back the address that they are loaded to.
fn append(file: &mut Vec<u8>, words: &[u32]) -> u32 {
    let at = u32::try_from(file.len().next_multiple_of(8)).unwrap();
    file.resize(file.len().next_multiple_of(8), 0);
    file.extend(words.iter().flat_map(|word| word.to_le_bytes()));
    let size = u32::try_from(file.len()).unwrap() - 0x400;
    *file = with(file, SECTION + 16, size);
    0x1000 + at - 0x400
}

#[test]
fn endless_tables_end() {
    let number = |part: &[u8; 4]| u32::from_le_bytes(*part);
    let mut file = FULL.to_bytes();
    let name = append(&mut file, &[number(b"a\0\0\0")]);
    // Libraries up to the end of the file.
    let mut endless = file.clone();
    let nothing = append(&mut endless, &[0, 0]);
    let entry = [nothing, 0, 0, name, nothing];
    let table = append(&mut endless, &entry.repeat(100));
    let fault = "its table of libraries lies outside of the file";
    assert_eq!(refused(&with(&endless, TABLES + 8, table)), fault);
    let table = append(&mut endless, &entry.repeat(5000));
    let fault = "its table of libraries has too many libraries";
    assert_eq!(refused(&with(&endless, TABLES + 8, table)), fault);
    // Names up to the end of the file.
    let mut endless = file.clone();
    let entry = u32::try_from(endless.len().next_multiple_of(8)).unwrap() - 0x400 + 0x1000;
    let table = append(
        &mut endless,
        &[entry + 40, 0, 0, name, entry + 40, 0, 0, 0, 0, 0],
    );
    append(&mut endless, &[7, 1 << 31].repeat(100));
    let fault = "its table of libraries lies outside of the file";
    assert_eq!(refused(&with(&endless, TABLES + 8, table)), fault);
    // Each of many libraries has the same long list.
    let list = [[7, 1 << 31].repeat(100_000), vec![0, 0]].concat();
    let list = append(&mut file, &list);
    let table = append(&mut file, &[list, 0, 0, name, list].repeat(100));
    let fault = "its table of libraries has too many names";
    assert_eq!(refused(&with(&file, TABLES + 8, table)), fault);
    // A count that would take all memory.
    let exports = append(
        &mut file,
        &[0, 0, 0, 0, 1, u32::MAX, u32::MAX, name, name, 0],
    );
    let fault = "its table of names has too many entries";
    assert_eq!(refused(&with(&file, TABLES, exports)), fault);
    // A library without a name.
    let empty = append(&mut file, &[0]);
    let table = append(&mut file, &[list, 0, 0, empty, list]);
    let fault = "its table of libraries has a library without a name";
    assert_eq!(refused(&with(&file, TABLES + 8, table)), fault);
}

proptest! {
    #[test]
    fn nothing_breaks_the_reader(at in 0_usize..2000, number in any::<u32>(), end in 0_usize..3000) {
        let file = FULL.to_bytes();
        let at = at.min(file.len() - 4);
        let file = with(&file, at, number);
        let _ = Pe::parse(&file[..end.min(file.len())]);
    }
}
