//! Files made here, damaged ones, and this very program beside what `readelf` shows of it.

use std::collections::BTreeSet;
use std::process::Command;

use tilsit_testing::TestElf;

use super::*;
use crate::symbols::SymbolKind;

const PROGRAM: TestElf<'_> = TestElf {
    machine: 62,
    flags: 7,
    is_wide: true,
    is_little_endian: true,
    interpreter: Some("/lib64/ld-linux-x86-64.so.2"),
    soname: Some("libown.so.1"),
    needed: &["libm.so.6", "libc.so.6"],
    versions: &[
        ("libm.so.6", &[("GLIBC_2.29", 0)]),
        (
            "libc.so.6",
            &[("GLIBC_2.34", 0), ("GLIBC_2.39", 2), ("GLIBC_2.2.5", 0)],
        ),
    ],
    rpath: Some("$ORIGIN"),
    runpath: Some("$ORIGIN/../own.libs"),
    symbols: &[("PyInit_own", true), ("malloc", false)],
    isa_needed: Some(5),
    android_level: None,
    spare: 1,
};

/// Every class and byte order.
fn all_layouts() -> [TestElf<'static>; 4] {
    [(true, true), (true, false), (false, true), (false, false)].map(|(is_wide, is_little)| {
        TestElf {
            is_wide,
            is_little_endian: is_little,
            ..PROGRAM
        }
    })
}

#[test]
fn reads_every_class_and_byte_order() {
    for made in all_layouts() {
        let bytes = made.to_bytes();
        let elf = Elf::parse(&bytes).unwrap();
        let platform = Platform {
            os_abi: 0,
            is_wide: made.is_wide,
            is_little_endian: made.is_little_endian,
            machine: 62,
            flags: 7,
        };
        assert_eq!(elf.platform, platform);
        assert_eq!(elf.interpreter, made.interpreter);
        assert_eq!(elf.soname, made.soname);
        assert_eq!(elf.needed, made.needed);
        assert_eq!((elf.rpath, elf.runpath), (made.rpath, made.runpath));
        let versions = elf.versions.iter().map(|entry| {
            let flags = |(name, is_weak): &(_, bool)| (*name, u16::from(*is_weak) * 2);
            let versions: Vec<(&str, u16)> = entry.versions.iter().map(flags).collect();
            (entry.library, versions)
        });
        let expected = made
            .versions
            .iter()
            .map(|(name, all)| (*name, all.to_vec()));
        assert!(versions.eq(expected));
        let symbols: Vec<Symbol<'_>> = elf.symbols().collect();
        assert_eq!(symbols.len(), 3);
        assert_eq!(symbols[1].name, b"PyInit_own");
        assert!(symbols[1].is_defined && !symbols[2].is_defined && !symbols[2].is_weak);
        assert_eq!(symbols[2].kind, SymbolKind::Function);
        assert_eq!(elf.x86_isa_needed(), Some(5));
    }
}

#[test]
fn a_program_without_dynamic_section_needs_nothing() {
    let mut bytes = TestElf::default().to_bytes();
    // The second segment is something else.
    bytes[64 + 56] = 4;
    let elf = Elf::parse(&bytes).unwrap();
    assert!(!elf.is_dynamic() && elf.needed.is_empty() && elf.symbols().count() == 0);
}

#[test]
fn says_what_is_broken() {
    let bytes = PROGRAM.to_bytes();
    let fault = |bytes: &[u8]| Elf::parse(bytes).unwrap_err().to_string();
    assert_eq!(
        fault(b"\x7fELF"),
        "is no sound ELF file: its head is not that of an ELF file"
    );
    for (at, byte, part) in [
        (4, 3, "its class is neither 32 nor 64 bits"),
        (5, 0, "its byte order is unknown"),
        (54, 1, "its table of segments has entries of another size"),
        (33, 0xff, "its table of segments lies outside of the file"),
    ] {
        let mut broken = bytes.clone();
        broken[at] = byte;
        assert_eq!(fault(&broken), format!("is no sound ELF file: {part}"));
    }
    // The last bytes are the end of the dynamic section, whose size is known.
    for end in 0..bytes.len() {
        assert!(Elf::parse(&bytes[..end]).is_err(), "cut at {end}");
    }
    let many = vec!["libc.so.6"; 5000];
    let many = TestElf {
        needed: &many,
        ..TestElf::default()
    };
    assert!(fault(&many.to_bytes()).contains("has too many"));
}

#[test]
fn damage_is_taken_quietly() {
    for made in all_layouts() {
        let bytes = made.to_bytes();
        for at in 0..bytes.len() {
            for byte in [0, 1, 0x7f, 0x80, 0xff] {
                let mut damaged = bytes.clone();
                damaged[at] = byte;
                if let Ok(elf) = Elf::parse(&damaged) {
                    assert!(elf.symbols().count() <= bytes.len());
                    let _ = elf.x86_isa_needed();
                }
            }
        }
    }
}

#[cfg(target_os = "linux")]
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
    let options = ["-d", "-V", "-l", "--dyn-syms"];
    let shown: Option<Vec<String>> = options.into_iter().map(readelf).collect();
    let Some(shown) = tilsit_testing::require("readelf", shown) else {
        return;
    };
    let [dynamic, versions, segments, symbols] = shown.try_into().unwrap();
    let program = std::fs::read(std::env::current_exe().unwrap()).unwrap();
    let elf = Elf::parse(&program).unwrap();
    let between = |text: &str, start: &str, end: &str| -> BTreeSet<String> {
        let parts = text.split(start).skip(1);
        parts
            .map(|part| part.split(end).next().unwrap().to_owned())
            .collect()
    };
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let needed = between(&dynamic, "Shared library: [", "]");
    assert_eq!(needed, set(&elf.needed));
    // Those that are needed stand with flags, those that the program itself has do not.
    let wanted = versions.lines().filter(|line| line.contains("Flags: "));
    let wanted: Vec<&str> = wanted.filter(|line| !line.contains("Rev: ")).collect();
    let names = elf.versions.iter().flat_map(|entry| &entry.versions);
    let names: Vec<&str> = names.map(|(name, _)| *name).collect();
    assert_eq!(between(&wanted.join("\n"), "Name: ", " "), set(&names));
    let loader: Vec<&str> = elf.interpreter.into_iter().collect();
    assert_eq!(between(&segments, "interpreter: ", "]"), set(&loader));
    let count = format!("contains {} entries", elf.symbols().count());
    assert!(symbols.contains(&count), "{count}: {symbols}");
    assert!(!needed.is_empty() && !names.is_empty());
}

#[test]
fn notes_tell_the_level_of_android() {
    for is_wide in [true, false] {
        let android_level = Some(24);
        let file = TestElf {
            is_wide,
            android_level,
            ..TestElf::default()
        }
        .to_bytes();
        let elf = Elf::parse(&file).unwrap();
        assert_eq!(
            (elf.android_level(), elf.x86_isa_needed()),
            (Some(24), None)
        );
    }
    let file = TestElf::default().to_bytes();
    assert_eq!(Elf::parse(&file).unwrap().android_level(), None);
}
