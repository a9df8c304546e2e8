//! Wheels for macOS, iOS, Windows and Android are looked into, and not changed.

use tilsit_repair::{Contents, Place, RepairError, WheelSystem, contents, repair};
use tilsit_testing::mach_o::fat;
use tilsit_testing::{TestElf, TestMachO, TestPe};

use crate::{repair_options, wheel};

const MODULE: TestMachO<'_> = TestMachO {
    machine: TestMachO::ARM64,
    subtype: 0,
    is_little_endian: true,
    kind: 8,
    build: Some((1, [11, 0])),
    oldest: None,
    install_name: None,
    libraries: &[],
    weak_libraries: &[],
    run_paths: &[],
    symbols: &[("_PyInit_own", true)],
};
const LIBRARY: TestMachO<'_> = TestMachO {
    kind: 6,
    symbols: &[],
    ..MODULE
};

fn look(platform: &str, files: &[(&str, &[u8])]) -> Contents {
    contents(&wheel(platform, files)).unwrap().unwrap()
}

/// Where each library of a file is, in the part for the first machine.
fn places(contents: &Contents, path: &str) -> Vec<String> {
    let needs = contents.files[path][0].libraries.iter();
    let places = needs.map(|need| match &need.path {
        Some(path) => format!("{} {path}", need.library),
        None => format!("{} {:?}", need.library, need.place),
    });
    places.collect()
}

#[test]
fn libraries_are_found_as_the_loader_of_macos_does() {
    let module = TestMachO {
        libraries: &[
            "@loader_path/.dylibs/liba.dylib",
            "@rpath/libb.dylib",
            "@rpath/libswiftCore.dylib",
            "@rpath/libnone.dylib",
            "@executable_path/../lib/libpython3.12.dylib",
            "/usr/lib/libSystem.B.dylib",
            "/opt/homebrew/lib/libz.dylib",
            "@loader_path/../../outside.dylib",
            "bare.dylib",
        ],
        weak_libraries: &["@rpath/libweak.dylib"],
        run_paths: &["@loader_path/.dylibs", "/opt/lib"],
        ..MODULE
    };
    let swift = TestMachO {
        libraries: &["@rpath/libswiftCore.dylib"],
        run_paths: &["/usr/lib/swift"],
        ..LIBRARY
    };
    // It has no run path of its own; that of the module which loads it leads to the other.
    let first = TestMachO {
        libraries: &["@rpath/libb.dylib", "@rpath/libc.dylib"],
        ..LIBRARY
    };
    let found = look(
        "macosx_11_0_arm64",
        &[
            ("own/own.so", &module.to_bytes()),
            ("own/.dylibs/liba.dylib", &first.to_bytes()),
            ("own/.dylibs/libb.dylib", &LIBRARY.to_bytes()),
            ("own/swift.dylib", &swift.to_bytes()),
        ],
    );
    assert_eq!(found.untrue, [""; 0]);
    assert_eq!(
        places(&found, "own/own.so"),
        [
            "@loader_path/.dylibs/liba.dylib own/.dylibs/liba.dylib",
            "@rpath/libb.dylib own/.dylibs/libb.dylib",
            "@rpath/libswiftCore.dylib Outside",
            "@rpath/libnone.dylib Outside",
            "@executable_path/../lib/libpython3.12.dylib Outside",
            "/usr/lib/libSystem.B.dylib System",
            "/opt/homebrew/lib/libz.dylib Outside",
            "@loader_path/../../outside.dylib Outside",
            "bare.dylib Outside",
            "@rpath/libweak.dylib Outside",
        ]
    );
    let first = [
        "@rpath/libb.dylib own/.dylibs/libb.dylib",
        "@rpath/libc.dylib Outside",
    ];
    assert_eq!(places(&found, "own/.dylibs/liba.dylib"), first);
    assert_eq!(
        places(&found, "own/swift.dylib"),
        ["@rpath/libswiftCore.dylib System"]
    );
    assert!(found.files["own/own.so"][0].libraries[9].optional);
    let users: Vec<&String> = found.outside["@rpath/libc.dylib"].iter().collect();
    assert_eq!(users, ["own/.dylibs/liba.dylib"]);
    assert_eq!(found.outside.len(), 8);
}

#[test]
fn run_paths_that_go_in_circles_end() {
    // Each of many libraries loads the next one, and the last the first, by a run path of the first.
    let names: Vec<String> = (0..200)
        .map(|number| format!("own/lib{number}.dylib"))
        .collect();
    let needs: Vec<String> = (1..=200)
        .map(|next| format!("@rpath/lib{}.dylib", next % 200))
        .collect();
    let files: Vec<Vec<u8>> = needs
        .iter()
        .enumerate()
        .map(|(number, need)| {
            let run_paths: &[&str] = if number == 0 {
                &["@loader_path/../own"]
            } else {
                &[]
            };
            TestMachO {
                libraries: &[need],
                run_paths,
                ..LIBRARY
            }
            .to_bytes()
        })
        .collect();
    let files: Vec<(&str, &[u8])> = names
        .iter()
        .zip(&files)
        .map(|(name, file)| (name.as_str(), file.as_slice()))
        .collect();
    let found = look("macosx_11_0_arm64", &files);
    assert!(found.outside.is_empty());
    // Too many that all need each other are refused.
    let all: Vec<String> = (0..300)
        .map(|number| format!("@rpath/lib{number}.dylib"))
        .collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let paths: Vec<String> = (0..300)
        .map(|number| format!("@loader_path/{number}"))
        .collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let tangled = TestMachO {
        libraries: &all,
        run_paths: &paths,
        ..LIBRARY
    }
    .to_bytes();
    let names: Vec<String> = (0..300)
        .map(|number| format!("lib{number}.dylib"))
        .collect();
    let files: Vec<(&str, &[u8])> = names
        .iter()
        .map(|name| (name.as_str(), tangled.as_slice()))
        .collect();
    let error = contents(&wheel("macosx_11_0_arm64", &files)).unwrap_err();
    assert!(matches!(error, RepairError::Tangled(_)), "{error}");
}

#[test]
fn tags_are_held_against_the_files() {
    let intel = TestMachO {
        machine: TestMachO::X86_64,
        build: Some((1, [10, 13])),
        ..MODULE
    };
    let arm = TestMachO {
        build: Some((1, [12, 3])),
        ..MODULE
    };
    let both = fat(&[&intel, &arm], false);
    // What has nothing for a machine is not found by the part for it.
    let user = TestMachO {
        libraries: &["@loader_path/libarm.dylib"],
        ..intel.clone()
    }
    .to_bytes();
    let files: [(&str, &[u8]); 4] = [
        ("own.so", &both),
        ("user.so", &user),
        ("libarm.dylib", &LIBRARY.to_bytes()),
        ("broken.dylib", b"\xcf\xfa\xed\xfe cut"),
    ];
    let found = look("macosx_12_0_universal2", &files);
    assert_eq!(found.allowed, ["macosx_10_13_x86_64"]);
    let lacks = "macosx_12_0_universal2: `user.so` is a module and has nothing for arm64";
    assert_eq!(found.untrue, [lacks]);
    let made = "macosx_12_0_universal2: made for 12.3 and newer; tags cannot say so, and 12.0 takes it too";
    assert_eq!(found.remarks, [made]);
    assert_eq!(
        places(&found, "user.so"),
        ["@loader_path/libarm.dylib Outside"]
    );
    assert_eq!(
        found.notes,
        ["`broken.dylib` is no sound Mach-O file: its header is cut off"]
    );
    let found = look("ios_13_0_arm64_iphoneos", &[("own.so", &both)]);
    assert!(found.allowed.is_empty());
    let other = "ios_13_0_arm64_iphoneos: `own.so` is for another system on arm64";
    assert_eq!(found.untrue, [other]);
    // Wheels may be for several systems at once.
    let found = look("macosx_11_0_z80.win32", &[("own.so", &both)]);
    assert!(found.untrue.is_empty());
    let unknown = ["macosx_11_0_z80", "win32"]
        .map(|tag| format!("{tag}: no tag of this system; not looked into"));
    assert_eq!(found.remarks, unknown);
}

#[test]
fn libraries_of_windows() {
    let module = TestPe {
        imports: &[
            ("KERNEL32.dll", &[]),
            ("python311.dll", &["PyLong_FromLong"]),
            ("VCRUNTIME140.dll", &[]),
            ("MSVCP140.dll", &[]),
            ("api-ms-win-crt-runtime-l1-1-0.dll", &[]),
            ("Own.DLL", &[]),
            ("libfoo.dll", &[]),
        ],
        delayed: &["nvcuda.dll"],
        exports: &["PyInit_own"],
        ..TestPe::default()
    };
    let library = TestPe {
        imports: &[("concrt140.dll", &[])],
        ..TestPe::default()
    };
    let runtime = TestPe {
        imports: &[],
        delayed: &["CONCRT140.dll"],
        ..TestPe::default()
    };
    let files: [(&str, &[u8]); 4] = [
        ("own/own.pyd", &module.to_bytes()),
        ("own.libs/own.dll", &library.to_bytes()),
        ("own.libs/msvcp140.dll", &runtime.to_bytes()),
        ("own/dos.exe", b"MZ and nothing"),
    ];
    let found = look("win_amd64", &files);
    assert_eq!(
        (found.allowed.as_slice(), found.untrue.len()),
        (&["win_amd64".to_owned()][..], 0)
    );
    assert_eq!(
        places(&found, "own/own.pyd"),
        [
            "kernel32.dll System",
            "python311.dll Python",
            "vcruntime140.dll Python",
            "msvcp140.dll own.libs/msvcp140.dll",
            "api-ms-win-crt-runtime-l1-1-0.dll System",
            "own.dll own.libs/own.dll",
            "libfoo.dll Outside",
            "nvcuda.dll Outside",
        ]
    );
    assert_eq!(
        places(&found, "own.libs/own.dll"),
        ["concrt140.dll Runtime"]
    );
    // It is for an old Windows alone.
    assert_eq!(places(&found, "own.libs/msvcp140.dll"), [""; 0]);
    assert_eq!(
        found.outside.keys().collect::<Vec<_>>(),
        ["libfoo.dll", "nvcuda.dll"]
    );
    assert_eq!(found.runtime.keys().collect::<Vec<_>>(), ["concrt140.dll"]);
    assert_eq!(
        found.notes,
        ["`own/dos.exe` is no sound PE file: its header is cut off"]
    );
    let found = look("win32", &files[..2]);
    assert_eq!(found.untrue, ["win32: `own/own.pyd` is a module for amd64"]);
}

#[test]
fn libraries_of_android() {
    let module = TestElf {
        machine: 183,
        needed: &[
            "libc.so",
            "libown.so",
            "libcrypto_python.so",
            "libaaudio.so",
            "libc++_shared.so",
        ],
        runpath: Some("$ORIGIN/../own.libs"),
        symbols: &[("PyInit_own", true)],
        android_level: Some(24),
        ..TestElf::default()
    };
    let library = TestElf {
        machine: 183,
        android_level: Some(26),
        ..TestElf::default()
    };
    let files: [(&str, &[u8]); 2] = [
        ("own/own.so", &module.to_bytes()),
        ("own.libs/libown.so", &library.to_bytes()),
    ];
    let found = look("android_24_arm64_v8a", &files);
    assert_eq!(found.allowed, ["android_26_arm64_v8a"]);
    let newer = "android_24_arm64_v8a: `own.libs/libown.so` was made for Android's level 26";
    assert_eq!(found.untrue, [newer]);
    let places: Vec<Place> = found.files["own/own.so"][0]
        .libraries
        .iter()
        .map(|need| need.place)
        .collect();
    let expected = [
        Place::System,
        Place::Wheel,
        Place::Python,
        Place::Outside,
        Place::Outside,
    ];
    assert_eq!(places, expected);
    // That level has another library more.
    let found = look("android_26_arm64_v8a", &files);
    assert_eq!(
        found.outside.keys().collect::<Vec<_>>(),
        ["libc++_shared.so"]
    );
}

#[test]
fn what_is_not_for_linux_is_not_changed() {
    let folder = tempfile::tempdir().unwrap();
    let options = repair_options(folder.path(), "auto");
    for (platform, named) in [
        ("macosx_11_0_arm64", "macOS or iOS"),
        ("win_amd64", "Windows"),
        ("android_24_x86_64", "Android"),
    ] {
        let wheel = wheel(platform, &[("own.so", &MODULE.to_bytes())]);
        let error = repair(&wheel, &options, folder.path()).unwrap_err();
        assert!(
            error
                .to_string()
                .contains(&format!("is for {named}, and only")),
            "{error}"
        );
        assert_ne!(WheelSystem::of(wheel.file_name()), WheelSystem::Linux);
    }
    let linux = wheel("manylinux_2_28_x86_64", &[]);
    assert!(contents(&linux).unwrap().is_none());
    let bare = wheel("macosx_11_0_arm64", &[("own.txt", b"nothing")]);
    assert!(matches!(contents(&bare), Err(RepairError::Bare(_))));
}
