//! Files made here, damaged ones, and this very program beside what `readelf` shows of it.

use std::collections::BTreeSet;
use std::process::Command;

use super::ElfNeeds;

/// Where the file is loaded to.
const ADDRESS: u64 = 0x40_0000;
const HEADER: usize = 64;
const SEGMENT: usize = 56;

/// A program to write: its libraries, each with the versions wanted of it.
struct Written<'a> {
    loader: Option<&'a str>,
    libraries: &'a [(&'a str, &'a [(&'a str, u16)])],
}

impl Written<'_> {
    fn to_bytes(&self) -> Vec<u8> {
        let mut strings = vec![0];
        let mut name = |text: &str| {
            let at = strings.len() as u64;
            strings.extend(text.bytes().chain([0]));
            at
        };
        let mut dynamic = Vec::new();
        let mut chain = Vec::new();
        for (index, (library, versions)) in self.libraries.iter().enumerate() {
            let library = name(library);
            dynamic.push((1, library));
            let is_last = index + 1 == self.libraries.len();
            let size = 16 + 16 * u32::try_from(versions.len()).unwrap();
            let count = u16::try_from(versions.len()).unwrap();
            chain.extend([1, 0]);
            chain.extend(count.to_le_bytes());
            chain.extend(u32::try_from(library).unwrap().to_le_bytes());
            chain.extend(16_u32.to_le_bytes());
            chain.extend(if is_last { 0 } else { size }.to_le_bytes());
            for (index, (version, flags)) in versions.iter().enumerate() {
                let is_last = index + 1 == versions.len();
                chain.extend([0; 4]);
                chain.extend(flags.to_le_bytes());
                chain.extend([2, 0]);
                chain.extend(u32::try_from(name(version)).unwrap().to_le_bytes());
                chain.extend(if is_last { 0_u32 } else { 16 }.to_le_bytes());
            }
        }
        let loader = self.loader.map(&mut name);
        let strings_at = HEADER + 3 * SEGMENT;
        let chain_at = strings_at + strings.len();
        let dynamic_at = chain_at + chain.len();
        dynamic.push((5, ADDRESS + strings_at as u64));
        if !chain.is_empty() {
            dynamic.push((0x6fff_fffe, ADDRESS + chain_at as u64));
        }
        dynamic.extend([(0, 0), (1, u64::MAX)]);
        let size = (dynamic_at + 16 * dynamic.len()) as u64;
        let loader = loader.map(|at| (3, strings_at as u64 + at, 1));
        let segments = [
            loader.unwrap_or((4, 0, 0)),
            (1, 0, size),
            (2, dynamic_at as u64, 16 * dynamic.len() as u64),
        ];
        let mut bytes = b"\x7fELF\x02\x01\x01".to_vec();
        bytes.resize(HEADER, 0);
        bytes[18] = 62;
        bytes[32] = u8::try_from(HEADER).unwrap();
        bytes[54] = u8::try_from(SEGMENT).unwrap();
        bytes[56] = 3;
        for (kind, offset, size) in segments {
            bytes.extend(u32::to_le_bytes(kind));
            bytes.extend([0; 4]);
            for value in [offset, ADDRESS + offset, 0, size, size, 0] {
                bytes.extend(u64::to_le_bytes(value));
            }
        }
        bytes.extend(strings);
        bytes.extend(chain);
        for (tag, value) in dynamic {
            bytes.extend(u64::to_le_bytes(tag));
            bytes.extend(u64::to_le_bytes(value));
        }
        bytes
    }
}

const DYNAMIC: Written<'_> = Written {
    loader: Some("/lib64/ld-linux-x86-64.so.2"),
    libraries: &[
        ("libm.so.6", &[("GLIBC_2.29", 0)]),
        (
            "libc.so.6",
            &[("GLIBC_2.34", 0), ("GLIBC_2.39", 2), ("GLIBC_2.2.5", 0)],
        ),
    ],
};

#[test]
fn says_what_a_program_needs() {
    let bytes = DYNAMIC.to_bytes();
    let needs = ElfNeeds {
        machine: 62,
        loader: Some("/lib64/ld-linux-x86-64.so.2"),
        libraries: vec!["libm.so.6", "libc.so.6"],
        versions: vec!["GLIBC_2.29", "GLIBC_2.34", "GLIBC_2.2.5"],
    };
    assert_eq!(ElfNeeds::read(&bytes), Some(needs));
    let alone = Written {
        loader: None,
        libraries: &[],
    };
    let needs = ElfNeeds {
        machine: 62,
        ..ElfNeeds::default()
    };
    assert_eq!(ElfNeeds::read(&alone.to_bytes()), Some(needs));
}

#[test]
fn other_files_are_not_read() {
    let bytes = DYNAMIC.to_bytes();
    for (at, byte, what) in [
        (0, b'M', "no ELF file"),
        (4, 1, "32 bits"),
        (5, 2, "the big end first"),
    ] {
        let mut other = bytes.clone();
        other[at] = byte;
        assert_eq!(ElfNeeds::read(&other), None, "{what}");
    }
    for end in 0..bytes.len() - 2 * 16 {
        assert_eq!(ElfNeeds::read(&bytes[..end]), None, "cut at {end}");
    }
}

#[test]
fn damage_is_taken_quietly() {
    let bytes = DYNAMIC.to_bytes();
    for at in 0..bytes.len() {
        for byte in [0, 1, 0x7f, 0x80, 0xff] {
            let mut damaged = bytes.clone();
            damaged[at] = byte;
            let _ = ElfNeeds::read(&damaged);
        }
    }
    let many = [("libc.so.6", &[][..]); 300];
    let many = Written {
        loader: None,
        libraries: &many,
    };
    assert_eq!(ElfNeeds::read(&many.to_bytes()), None);
}

#[cfg(all(
    target_os = "linux",
    target_pointer_width = "64",
    target_endian = "little"
))]
#[test]
fn readelf_shows_the_same() {
    let readelf = |option: &str| {
        let mut command = Command::new("readelf");
        command.args([option, "--wide"]).env("LC_ALL", "C");
        let output = command
            .arg(std::env::current_exe().unwrap())
            .output()
            .ok()?;
        assert!(output.status.success());
        Some(String::from_utf8(output.stdout).unwrap())
    };
    let options = ["-d", "-V", "-l"];
    let shown: Option<Vec<String>> = options.into_iter().map(readelf).collect();
    let Some(shown) = tilsit_testing::require("readelf", shown) else {
        return;
    };
    let [dynamic, versions, segments] = shown.try_into().unwrap();
    let program = std::fs::read(std::env::current_exe().unwrap()).unwrap();
    let needs = ElfNeeds::read(&program).unwrap();
    let between = |text: &str, start: &str, end: &str| -> BTreeSet<String> {
        let parts = text.split(start).skip(1);
        parts
            .map(|part| part.split(end).next().unwrap().to_owned())
            .collect()
    };
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(
        between(&dynamic, "Shared library: [", "]"),
        set(&needs.libraries)
    );
    // Those that are needed stand with flags, those that the program itself has do not.
    let wanted = versions.lines().filter(|line| line.contains("Flags: none"));
    let wanted: Vec<&str> = wanted.collect();
    assert_eq!(
        between(&wanted.join("\n"), "Name: ", " "),
        set(&needs.versions)
    );
    let loader: Vec<&str> = needs.loader.into_iter().collect();
    assert_eq!(between(&segments, "interpreter: ", "]"), set(&loader));
    assert!(!needs.versions.is_empty());
}
