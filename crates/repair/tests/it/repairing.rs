//! Wheels of every machine, repaired with libraries that lie in a folder.

use std::path::Path;

use tilsit_dist::wheel::{Wheel, WheelWriter, WheelWriterOptions};
use tilsit_elf::Elf;
use tilsit_repair::{RepairError, RepairOptions, repair};
use tilsit_testing::TestElf;

use crate::{MACHINES, elf, module, open, repair_options, wheel, write};

/// The file at a path in the wheel.
fn read(wheel: &Wheel<Vec<u8>>, path: &str) -> Vec<u8> {
    let file = wheel.files().iter().find(|file| file.name == path);
    let file = file.unwrap_or_else(|| panic!("{path} is not in {:?}", names(wheel)));
    let mut contents = Vec::new();
    let mut reader = wheel.reader();
    reader
        .stream(file, &mut |piece| contents.extend_from_slice(piece))
        .unwrap();
    contents
}

fn names(wheel: &Wheel<Vec<u8>>) -> Vec<&str> {
    wheel
        .files()
        .iter()
        .map(|file| file.name.as_str())
        .collect()
}

/// The repaired wheel, known to be whole.
fn repaired(wheel: &Wheel<Vec<u8>>, options: &RepairOptions, out: &Path) -> Wheel<Vec<u8>> {
    let repaired = repair(wheel, options, out).unwrap();
    let name = repaired.path.file_name().unwrap().to_str().unwrap();
    let wheel = open(name, std::fs::read(&repaired.path).unwrap());
    wheel.verify().unwrap();
    wheel
}

/// A folder with `libfoo`, which needs `libbar`.
fn libraries(machine: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let upper = TestElf {
        soname: Some("libfoo.so.1"),
        needed: &["libbar.so.2", "libc.so.6"],
        versions: &[("libbar.so.2", &[("BAR_2", 0)])],
        runpath: Some("/opt/own/lib"),
        ..elf(machine)
    };
    let lower = TestElf {
        soname: Some("libbar.so.2"),
        needed: &["libc.so.6"],
        rpath: Some("/opt/own/lib"),
        ..elf(machine)
    };
    write(folder.path(), "libfoo.so.1", &upper);
    write(folder.path(), "libbar.so.2", &lower);
    folder
}

const NEEDED: &[&str] = &["libfoo.so.1", "libc.so.6"];
const VERSIONS: &[(&str, &[(&str, u16)])] = &[
    ("libfoo.so.1", &[("FOO_1", 0)]),
    ("libc.so.6", &[("GLIBC_2.38", 0)]),
];

#[test]
fn every_machine_on_this_one() {
    for (machine, ..) in MACHINES {
        let folder = libraries(machine);
        let out = tempfile::tempdir().unwrap();
        let file = TestElf {
            runpath: Some("$ORIGIN/near:/opt/own/lib:$ORIGIN/../../../far"),
            ..module(machine, NEEDED, VERSIONS)
        };
        let file = file.to_bytes();
        let before = wheel(&format!("linux_{machine}"), &[("own/sub/own.so", &file)]);
        let platform = format!("manylinux_2_39_{machine}");
        let options = repair_options(folder.path(), &platform);
        let after = repaired(&before, &options, out.path());
        let tags = format!("manylinux_2_38_{machine}.manylinux_2_39_{machine}");
        assert_eq!(after.text_name(), format!("own-1.0-cp311-cp311-{tags}.whl"));
        assert!(after.findings().is_empty(), "{:?}", after.findings());
        let grafts: Vec<&str> = names(&after)
            .into_iter()
            .filter(|name| name.starts_with("own.libs/"))
            .collect();
        let [bar, foo] = grafts[..] else {
            panic!("{grafts:?}");
        };
        let own = |path: &str| path.strip_prefix("own.libs/").unwrap().to_owned();
        assert!(foo.starts_with("own.libs/libfoo-") && foo.ends_with(".so.1"));
        let contents = read(&after, "own/sub/own.so");
        let elf = Elf::parse(&contents).unwrap();
        assert_eq!(elf.needed, [own(foo).as_str(), "libc.so.6"]);
        assert_eq!(elf.versions[0].library, own(foo));
        assert_eq!(elf.rpath, Some("$ORIGIN/near:$ORIGIN/../../own.libs"));
        assert_eq!(elf.runpath, None);
        let contents = read(&after, foo);
        let elf = Elf::parse(&contents).unwrap();
        assert_eq!(elf.soname, Some(own(foo).as_str()));
        assert_eq!(elf.needed, [own(bar).as_str(), "libc.so.6"]);
        assert_eq!(elf.versions[0].library, own(bar));
        assert_eq!((elf.rpath, elf.runpath), (Some("$ORIGIN"), None));
        let contents = read(&after, bar);
        let elf = Elf::parse(&contents).unwrap();
        assert_eq!((elf.rpath, elf.runpath), (None, None));
        let bill = read(&after, "own-1.0.dist-info/sboms/tilsit.cdx.json");
        let bill: serde_json::Value = serde_json::from_slice(&bill).unwrap();
        assert_eq!(bill["components"][1]["name"], own(bar).as_str());
        // Once more: nothing is left to do, and it comes out the same.
        let again = repaired(&after, &options, out.path());
        assert_eq!(names(&again), names(&after));
        assert_eq!(again.text_name(), after.text_name());
    }
}

#[test]
fn the_same_bytes_each_time() {
    let folder = libraries("x86_64");
    let file = module("x86_64", NEEDED, VERSIONS).to_bytes();
    let before = wheel(
        "linux_x86_64",
        &[("own.so", &file), ("text.txt", &[b'x'; 4000])],
    );
    let bytes = |options: &RepairOptions| {
        let out = tempfile::tempdir().unwrap();
        let repaired = repair(&before, options, out.path()).unwrap();
        std::fs::read(repaired.path).unwrap()
    };
    let options = repair_options(folder.path(), "auto");
    assert_eq!(bytes(&options), bytes(&options));
    let later = RepairOptions {
        modified_seconds: 1_700_000_000,
        ..options.clone()
    };
    assert_ne!(bytes(&options), bytes(&later));
    let stored = RepairOptions {
        level: Some(0),
        ..options.clone()
    };
    assert!(bytes(&stored).len() > bytes(&options).len() + 3000);
}

#[test]
fn the_name_may_stay() {
    let folder = libraries("x86_64");
    let out = tempfile::tempdir().unwrap();
    let file = module("x86_64", NEEDED, VERSIONS).to_bytes();
    let before = wheel("linux_x86_64", &[("own.so", &file)]);
    let options = RepairOptions {
        update_tags: false,
        libraries_folder: "_lib".to_owned(),
        ..repair_options(folder.path(), "auto")
    };
    let after = repaired(&before, &options, out.path());
    assert_eq!(after.text_name(), before.text_name());
    assert_eq!(after.wheel_file(), before.wheel_file());
    assert!(
        names(&after)
            .iter()
            .any(|name| name.starts_with("own_lib/libfoo-"))
    );
    let only = RepairOptions {
        only_platform: true,
        ..repair_options(folder.path(), "manylinux_2_39")
    };
    let after = repaired(&before, &only, out.path());
    assert_eq!(
        after.text_name(),
        "own-1.0-cp311-cp311-manylinux_2_39_x86_64.whl"
    );
}

#[test]
fn a_program_among_the_scripts_is_started_by_one() {
    let folder = libraries("x86_64");
    let out = tempfile::tempdir().unwrap();
    let program = TestElf {
        interpreter: Some("/lib64/ld-linux-x86-64.so.2"),
        needed: NEEDED,
        ..elf("x86_64")
    };
    let program = program.to_bytes();
    let path = "own-1.0.data/scripts/own";
    let before = wheel("linux_x86_64", &[(path, &program)]);
    let options = repair_options(folder.path(), "auto");
    let after = repaired(&before, &options, out.path());
    let script = String::from_utf8(read(&after, path)).unwrap();
    assert!(script.starts_with("#!python\n") && script.contains("own.scripts/own"));
    let contents = read(&after, "own.scripts/own");
    let elf = Elf::parse(&contents).unwrap();
    assert_eq!(elf.rpath, Some("$ORIGIN/../own.libs"));
    let before = wheel("linux_x86_64", &[("own-1.0.data/data/lib/own", &program)]);
    let error = repair(&before, &options, out.path()).unwrap_err();
    assert!(matches!(error, RepairError::Placed(_)), "{error}");
    // Files of the platform's modules are beside the libraries, wherever they lie in the archive.
    let before = wheel(
        "linux_x86_64",
        &[("own-1.0.data/platlib/own/own", &program)],
    );
    let after = repaired(&before, &options, out.path());
    let contents = read(&after, "own-1.0.data/platlib/own/own");
    let elf = Elf::parse(&contents).unwrap();
    assert_eq!(elf.rpath, Some("$ORIGIN/../own.libs"));
}

#[test]
fn the_library_of_python_is_not_needed() {
    let folder = libraries("x86_64");
    let out = tempfile::tempdir().unwrap();
    let needed = ["libpython3.11.so.1.0", "libc.so.6"];
    let file = module("x86_64", &needed, &[]).to_bytes();
    let before = wheel("linux_x86_64", &[("own.so", &file)]);
    let after = repaired(&before, &repair_options(folder.path(), "auto"), out.path());
    let contents = read(&after, "own.so");
    let elf = Elf::parse(&contents).unwrap();
    assert_eq!((elf.needed, elf.rpath), (vec!["libc.so.6"], None));
    assert!(!names(&after).iter().any(|name| name.contains("sboms")));
}

#[test]
fn what_cannot_be_kept_is_refused() {
    let folder = libraries("x86_64");
    let out = tempfile::tempdir().unwrap();
    let file = module("x86_64", NEEDED, VERSIONS).to_bytes();
    let before = wheel("linux_x86_64", &[("own.so", &file)]);
    let start = "the wheel `own-1.0-cp311-cp311-linux_x86_64.whl` cannot become one for ";
    let refused = |platform: &str| {
        let options = repair_options(folder.path(), platform);
        let error = repair(&before, &options, out.path())
            .unwrap_err()
            .to_string();
        error.strip_prefix(start).unwrap_or(&error).to_owned()
    };
    assert_eq!(
        refused("manylinux2014_x86_64"),
        "`manylinux2014_x86_64`: it wants newer symbols than all such systems have (GLIBC_2.38 of \
         libc.so.6)"
    );
    assert_eq!(
        refused("manylinux_2_39_s390x"),
        "`manylinux_2_39_s390x`: it is for x86_64"
    );
    assert!(
        refused("manylinux_9_9").starts_with("`manylinux_9_9`: there are for it: manylinux_2_41")
    );
    std::fs::remove_file(folder.path().join("libbar.so.2")).unwrap();
    assert_eq!(
        refused("manylinux_2_39"),
        "the library `libbar.so.2`, which `own.so` needs, was not found"
    );
    // Nothing is left behind.
    assert_eq!(std::fs::read_dir(out.path()).unwrap().count(), 0);
}

/// A root of a Debian system with `libfoo`, which a package owns, and `libbar`, which none does.
fn debian() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let folder = libraries("x86_64");
    let files = [
        ("etc/os-release", "ID=debian\n"),
        (
            "var/lib/dpkg/status",
            "Package: libfoo1\nStatus: install ok installed\nVersion: 1:1.2-3\n",
        ),
        (
            "var/lib/dpkg/info/libfoo1:amd64.list",
            "/.\n/lib\n/lib/libfoo.so.1\n/usr/share/doc/libfoo1/copyright\n",
        ),
        (
            "usr/share/doc/libfoo1/copyright",
            "License: Expat\n Do what you like.\n",
        ),
    ];
    for (path, text) in files {
        let path = root.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let place = root.path().join("usr/lib");
    std::fs::create_dir_all(&place).unwrap();
    for name in ["libfoo.so.1", "libbar.so.2"] {
        std::fs::copy(folder.path().join(name), place.join(name)).unwrap();
    }
    root
}

#[test]
fn licences_of_libraries_go_with_them() {
    let root = debian();
    let file = module("x86_64", NEEDED, VERSIONS).to_bytes();
    let before = wheel("linux_x86_64", &[("own/own.so", &file)]);
    let options = RepairOptions {
        system: root.path().canonicalize().unwrap(),
        ..repair_options(&root.path().join("usr/lib"), "auto")
    };
    let out = tempfile::tempdir().unwrap();
    let after = repaired(&before, &options, out.path());
    let licence = "licenses/own.libs/libfoo1/copyright";
    let text = read(&after, &format!("own-1.0.dist-info/{licence}"));
    assert_eq!(text, b"License: Expat\n Do what you like.\n");
    let document = read(&after, "own-1.0.dist-info/sboms/tilsit.cdx.json");
    let document: serde_json::Value = serde_json::from_slice(&document).unwrap();
    let components = document["components"].as_array().unwrap();
    let of = |name: &str| components.iter().find(|part| part["name"] == name).unwrap();
    let owned = of("libfoo1");
    assert_eq!(owned["purl"], "pkg:deb/debian/libfoo1@1%3A1.2-3");
    assert_eq!(owned["properties"][1]["name"], "tilsit:license");
    assert_eq!(owned["properties"][1]["value"], licence);
    // What no package owns is listed by its own name, without a licence.
    let names = components.iter().map(|part| part["name"].as_str().unwrap());
    assert!(names.into_iter().any(|name| name.starts_with("libbar-")));

    // A second repair, of a wheel that has the licence, neither fails nor lists it twice.
    let again = repaired(&after, &options, out.path());
    let licences = names_with(&again, licence);
    assert_eq!(licences, 1);
}

fn names_with(wheel: &Wheel<Vec<u8>>, part: &str) -> usize {
    let names = names(wheel);
    names.iter().filter(|name| name.contains(part)).count()
}

#[test]
fn a_package_without_its_licence_is_noted() {
    let root = debian();
    std::fs::remove_file(root.path().join("usr/share/doc/libfoo1/copyright")).unwrap();
    let file = module("x86_64", NEEDED, VERSIONS).to_bytes();
    let before = wheel("linux_x86_64", &[("own/own.so", &file)]);
    let options = RepairOptions {
        system: root.path().canonicalize().unwrap(),
        ..repair_options(&root.path().join("usr/lib"), "auto")
    };
    let out = tempfile::tempdir().unwrap();
    let repaired = repair(&before, &options, out.path()).unwrap();
    assert_eq!(
        repaired.notes,
        ["of the package `libfoo1` no licence was found"]
    );
}

#[test]
fn files_packed_at_once_are_as_one_thread_packs_them() {
    let folder = libraries("x86_64");
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    // Of many sizes, so that threads end in another order than they began.
    for number in 0..40_u8 {
        let mut file = module("x86_64", NEEDED, VERSIONS).to_bytes();
        let more = (0..=255_u8).cycle().map(|place| (place / 3) ^ number);
        let more = more.take(usize::from(number % 7) * 50_000);
        file.extend(more);
        files.push((format!("own/m{number}.so"), file));
    }
    let borrowed: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, file)| (name.as_str(), file.as_slice()))
        .collect();
    let before = wheel("linux_x86_64", &borrowed);
    for level in [None, Some(1), Some(9)] {
        let options = RepairOptions {
            level,
            ..repair_options(folder.path(), "auto")
        };
        let out = tempfile::tempdir().unwrap();
        let after = repair(&before, &options, out.path()).unwrap();
        let bytes = std::fs::read(&after.path).unwrap();
        let after = open(
            after.path.file_name().unwrap().to_str().unwrap(),
            bytes.clone(),
        );
        // Written again by one writer, file after file: it takes RECORD as it makes it.
        let mut writer = WheelWriter::new(
            Vec::new(),
            "own-1.0",
            WheelWriterOptions {
                // What is usual for files that change.
                level: level.unwrap_or(5),
                ..WheelWriterOptions::default()
            },
        );
        for file in after.files() {
            if !file.name.ends_with("/RECORD") {
                let contents = read(&after, &file.name);
                writer
                    .add_file(&file.name, &contents, file.executable)
                    .unwrap();
            }
        }
        assert!(writer.finish().unwrap() == bytes, "level {level:?}");
    }
}
