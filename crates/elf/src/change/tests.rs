//! Changes to files made here and to libraries that a compiler makes, which a Python then loads.

use std::path::Path;
use std::process::Command;

use proptest::prelude::*;
use tilsit_testing::TestElf;

use super::*;

fn rename(old: &str, new: &str) -> (String, Option<String>) {
    (old.to_owned(), Some(new.to_owned()))
}

const LIBRARY: TestElf<'_> = TestElf {
    machine: 62,
    flags: 0,
    is_wide: true,
    is_little_endian: true,
    interpreter: None,
    soname: Some("libown.so.1"),
    needed: &["libfoo.so.1", "libpython3.11.so.1.0", "libc.so.6"],
    versions: &[
        ("libfoo.so.1", &[("FOO_1", 0)]),
        ("libc.so.6", &[("GLIBC_2.34", 0)]),
    ],
    rpath: None,
    runpath: Some("/opt/lib"),
    symbols: &[("own", true), ("foo", false)],
    isa_needed: None,
    android_level: None,
    spare: 0,
};

fn all() -> Change {
    Change {
        soname: Some("libown-12345678.so.1".to_owned()),
        needed: vec![
            rename("libfoo.so.1", "libfoo-9abcdef0.so.1"),
            ("libpython3.11.so.1.0".to_owned(), None),
        ],
        run_path: RunPath::Set("$ORIGIN/own.libs".to_owned()),
    }
}

#[test]
fn every_class_and_byte_order() {
    for (is_wide, is_little_endian) in [(true, true), (true, false), (false, true), (false, false)]
    {
        for spare in [0, 4] {
            for interpreter in [None, Some("/lib/ld.so.1")] {
                let made = TestElf {
                    is_wide,
                    is_little_endian,
                    spare,
                    interpreter,
                    ..LIBRARY
                };
                let before = made.to_bytes();
                let after = change(&before, &all()).unwrap();
                let elf = Elf::parse(&after).unwrap();
                assert_eq!(elf.soname, Some("libown-12345678.so.1"));
                assert_eq!(elf.needed, ["libfoo-9abcdef0.so.1", "libc.so.6"]);
                assert_eq!(elf.versions[0].library, "libfoo-9abcdef0.so.1");
                assert_eq!(elf.versions[1].library, "libc.so.6");
                assert_eq!((elf.rpath, elf.runpath), (Some("$ORIGIN/own.libs"), None));
                assert_eq!(
                    elf.segments.len(),
                    Elf::parse(&before).unwrap().segments.len() + 1
                );
                holds(&elf);
                // And once more, on what is there by now.
                let back = Change {
                    soname: Some("libown.so.1".to_owned()),
                    needed: vec![rename("libfoo-9abcdef0.so.1", "libfoo.so.1")],
                    run_path: RunPath::Clear,
                };
                let again = change(&after, &back).unwrap();
                let elf = Elf::parse(&again).unwrap();
                assert_eq!(elf.needed, ["libfoo.so.1", "libc.so.6"]);
                assert_eq!((elf.rpath, elf.runpath), (None, None));
                // All these names are in the table: nothing has to grow.
                assert_eq!(again.len(), after.len());
            }
        }
    }
}

/// What a loader wants of the segments that it loads.
fn holds(elf: &Elf<'_>) {
    let loaded: Vec<_> = elf.segments.iter().filter(|part| part.kind == 1).collect();
    for part in &loaded {
        let page = 64 << 10;
        assert_eq!(part.offset as u64 % page, part.address % page);
        assert!(part.offset + part.file_size <= elf.file.len());
    }
    for pair in loaded.windows(2) {
        assert!(pair[0].address + pair[0].memory_size <= pair[1].address);
    }
    if elf.interpreter.is_some() {
        let distance = |part: &crate::file::Segment| part.address - part.offset as u64;
        assert_eq!(distance(loaded[0]), distance(loaded[loaded.len() - 1]));
    }
}

#[test]
fn a_section_with_no_room_is_moved() {
    let made = TestElf {
        runpath: None,
        ..LIBRARY
    };
    let before = made.to_bytes();
    let wanted = Change {
        run_path: RunPath::Set("$ORIGIN".to_owned()),
        ..Change::default()
    };
    let after = change(&before, &wanted).unwrap();
    let (old, new) = (Elf::parse(&before).unwrap(), Elf::parse(&after).unwrap());
    assert!(new.dynamic.offset >= before.len() && new.dynamic.offset != old.dynamic.offset);
    assert_eq!(new.rpath, Some("$ORIGIN"));
    holds(&new);
}

#[test]
fn what_cannot_be_done_is_said() {
    let bytes = LIBRARY.to_bytes();
    let fault = |wanted: &Change| change(&bytes, wanted).unwrap_err().to_string();
    let unknown = Change {
        needed: vec![rename("libbar.so", "libbaz.so")],
        ..Change::default()
    };
    assert_eq!(
        fault(&unknown),
        "is no sound ELF file: its list of libraries does not name a library that is to be renamed"
    );
    let versioned = Change {
        needed: vec![("libfoo.so.1".to_owned(), None)],
        ..Change::default()
    };
    assert!(fault(&versioned).contains("to be no longer needed"));
    assert_eq!(change(&bytes, &Change::default()).unwrap(), bytes);
}

proptest! {
    /// Whatever is changed in whatever bytes: either it says what it should, or there is an error.
    #[test]
    fn no_damage_leads_to_another_answer(
        damage in prop::collection::vec((0_usize..1600, any::<u8>()), 0..4),
        spare in 0_usize..3,
        is_wide: bool,
        is_little_endian: bool,
        interpreter: bool,
    ) {
        let made = TestElf {
            spare,
            is_wide,
            is_little_endian,
            interpreter: interpreter.then_some("/lib/ld.so.1"),
            ..LIBRARY
        };
        let mut bytes = made.to_bytes();
        for (at, byte) in damage {
            let length = bytes.len();
            bytes[at % length] = byte;
        }
        if let Ok(changed) = change(&bytes, &all()) {
            let elf = Elf::parse(&changed).unwrap();
            prop_assert_eq!(elf.soname, Some("libown-12345678.so.1"));
            prop_assert!(!elf.needed.contains(&"libfoo.so.1"));
        }
    }
}

/// Compiles a library, or says that there is no compiler.
fn compile(folder: &Path, name: &str, source: &str, options: &[&str]) -> Option<()> {
    let file = folder.join(format!("{name}.c"));
    std::fs::write(&file, source).unwrap();
    let mut command = Command::new("cc");
    command.args(["-shared", "-fPIC", "-O1", "-o", name]);
    command.arg(&file).args(options).current_dir(folder);
    let output = command.output().ok()?;
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    Some(())
}

/// What a program prints; nothing where it is not there.
pub(crate) fn run(program: &str, arguments: &[&str], folder: &Path) -> Option<String> {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(folder)
        .env("LC_ALL", "C");
    let output = command.output().ok()?;
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}");
    Some(String::from_utf8(output.stdout).unwrap())
}

/// A library with versions of symbols, and one that needs it, as the compiler makes them by default
/// and with other layouts, stripped and not.
#[cfg(target_os = "linux")]
#[test]
fn what_a_compiler_makes_loads_after_the_change() {
    for layout in [
        &[][..],
        &["-Wl,-z,noseparate-code"],
        &["-Wl,--hash-style=sysv"],
        &["-Wl,--spare-dynamic-tags=0"],
        &["-Wl,-Ttext-segment=0x3000000000"],
        &[
            "-Wl,-z,max-page-size=0x200000",
            "-Wl,-z,now",
            "-Wl,-z,relro",
        ],
        &["-s"],
    ] {
        let folder = tempfile::tempdir().unwrap();
        let made = compile_both(folder.path(), layout);
        if tilsit_testing::require("a C compiler (cc)", made).is_none() {
            return;
        }
        change_both(folder.path());
        loads(folder.path(), layout);
    }
}

fn compile_both(folder: &Path, layout: &[&str]) -> Option<()> {
    std::fs::write(
        folder.join("foo.map"),
        "FOO_1 { global: foo; local: *; };\n",
    )
    .unwrap();
    let source = "int foo(void) { return 41; }\n";
    let options = ["-Wl,--version-script=foo.map", "-Wl,-soname,libfoo.so.1"];
    compile(folder, "libfoo.so.1", source, &[&options, layout].concat())?;
    let source = "int foo(void); int big[100000]; int bar(void) { return big[7] + foo() + 1; }\n";
    let options = ["libfoo.so.1", "-Wl,-soname,libbar.so.1"];
    compile(folder, "libbar.so.1", source, &[&options, layout].concat())
}

/// The new name of the library below.
const RENAMED: &str = "libfoo-a-name-much-longer-than-before.so.1";

fn change_both(folder: &Path) {
    std::fs::create_dir(folder.join("own.libs")).unwrap();
    let write = |old: &str, new: &str, wanted: &Change| {
        let bytes = std::fs::read(folder.join(old)).unwrap();
        std::fs::write(folder.join(new), change(&bytes, wanted).unwrap()).unwrap();
        std::fs::remove_file(folder.join(old)).unwrap();
    };
    let wanted = Change {
        soname: Some(RENAMED.to_owned()),
        ..Change::default()
    };
    write("libfoo.so.1", &format!("own.libs/{RENAMED}"), &wanted);
    let wanted = Change {
        soname: Some("libbar-12345678.so.1".to_owned()),
        needed: vec![rename("libfoo.so.1", RENAMED)],
        run_path: RunPath::Set("$ORIGIN/own.libs".to_owned()),
    };
    write("libbar.so.1", "libbar-12345678.so.1", &wanted);
}

fn loads(folder: &Path, layout: &[&str]) {
    let load = "import ctypes; print(ctypes.CDLL('./libbar-12345678.so.1').bar())";
    let python = run("python3", &["-c", load], folder);
    if let Some(answer) = tilsit_testing::require("python3", python) {
        assert_eq!(answer, "42\n", "{layout:?}");
    }
    // Another reader, which complains on its error output.
    let options = ["-W", "-d", "-V", "-l", "-S", "libbar-12345678.so.1"];
    let shown = run("readelf", &options, folder);
    if let Some(shown) = tilsit_testing::require("readelf", shown) {
        for words in [
            format!("Shared library: [{RENAMED}]"),
            "Library rpath: [$ORIGIN/own.libs]".to_owned(),
            format!("File: {RENAMED}"),
        ] {
            assert!(shown.contains(&words), "{shown}");
        }
    }
}
