//! Names, metadata, and whole eggs and installers.

use std::path::Path;

use tilsit_archive::Limits;
use tilsit_archive::zip::{ZipWriter, ZipWriterOptions};

use super::*;
use crate::wheel::Wheel;

const PKG_INFO: &str = "Metadata-Version: 1.1\nName: Demo.Pkg\nVersion: 1.0.beta2\nSummary: UNKNOWN\n\
                        Home-page: https://index.example/\nDescription: One\n        two\n          three\n";

fn zip(files: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Vec::new(), ZipWriterOptions::default());
    for (path, text) in files {
        writer.add_file(path, text.as_bytes(), false).unwrap();
    }
    writer.finish().unwrap()
}

fn names(wheel: &Path) -> Vec<String> {
    let wheel = Wheel::open(wheel, &Limits::default()).unwrap();
    wheel.verify().unwrap();
    assert_eq!(wheel.findings(), []);
    wheel.files().iter().map(|file| file.name.clone()).collect()
}

#[test]
fn names_of_eggs() {
    let name = |text: &str| {
        let found = EggFileName::parse(text)?;
        Some((found.name, found.version, found.python, found.platform))
    };
    let of = |name: &str, version: &str, python, platform: Option<&str>| {
        Some((
            name.to_owned(),
            version.to_owned(),
            python,
            platform.map(str::to_owned),
        ))
    };
    let cases = [
        (
            "vcard-0.7.8-py2.7.egg",
            of("vcard", "0.7.8", Some((2, 7)), None),
        ),
        (
            "neuroshare-0.8.5-py2.7-macosx-10.7-intel.egg",
            of(
                "neuroshare",
                "0.8.5",
                Some((2, 7)),
                Some("macosx-10.7-intel"),
            ),
        ),
        ("ao.social-1.0.2.egg", of("ao.social", "1.0.2", None, None)),
        (
            "pywps-trunk-py2.7.egg",
            of("pywps", "trunk", Some((2, 7)), None),
        ),
        ("a-1.0-2-py3.11.egg", of("a", "1.0-2", Some((3, 11)), None)),
        ("a-1.0-py2.7.egg-info", of("a", "1.0", Some((2, 7)), None)),
        ("a-1.0.zip", None),
        ("a.egg", None),
        ("-1.egg", None),
    ];
    for (text, expected) in cases {
        assert_eq!(name(text), expected, "{text}");
    }
    let installer = |text: &str| {
        let found = WininstFileName::parse(text);
        (found.platform.unwrap_or_default(), found.python)
    };
    assert_eq!(
        installer("a-1.win32-py2.7.exe"),
        ("win32".to_owned(), Some((2, 7)))
    );
    assert_eq!(
        installer("a-1.win-amd64.exe"),
        ("win-amd64".to_owned(), None)
    );
    assert_eq!(installer("setup.exe"), (String::new(), None));
}

#[test]
fn metadata_of_an_egg() {
    let (bytes, problems) = metadata(
        PKG_INFO.as_bytes(),
        "six\n[x:os_name == 'nt']\ncolorama\n[bad\n!!\n",
    );
    let expected = "Metadata-Version: 2.1\nName: Demo.Pkg\nVersion: 1.0.beta2\n\
                    Project-URL: Homepage, https://index.example/\nProvides-Extra: x\nRequires-Dist: six\n\
                    Requires-Dist: colorama; os_name == \"nt\" and extra == \"x\"\n\nOne\ntwo\n  three\n";
    assert_eq!(String::from_utf8(bytes).unwrap(), expected);
    assert_eq!(problems.len(), 2);
    let (bytes, _) = metadata(b"Metadata-Version: 2.4\nName: a\nVersion: 1\n\nbody\n", "");
    assert_eq!(
        bytes,
        b"Metadata-Version: 2.4\nName: a\nVersion: 1\n\nbody\n"
    );
}

#[test]
fn eggs_become_wheels() {
    let folder = tempfile::tempdir().unwrap();
    let files = [
        ("demo/__init__.py", ""),
        ("demo/__init__.pyc", "made again"),
        ("demo/_speedups.py", "def __bootstrap__():\n   pass\n"),
        ("demo/_speedups.so", "code"),
        ("demo/lonely.pyc", "kept"),
        ("EGG-INFO/PKG-INFO", PKG_INFO),
        ("EGG-INFO/SOURCES.txt", ""),
        ("EGG-INFO/scripts/demo", "#!/usr/bin/python\n"),
        (
            "EGG-INFO/entry_points.txt",
            "[console_scripts]\na = demo:a\n",
        ),
    ];
    let egg = folder
        .path()
        .join("Demo.Pkg-1.0.beta2-py3.6-linux-x86_64.egg");
    tilsit_files::write(&egg, zip(&files)).unwrap();
    let wheel = convert(&egg, folder.path(), "test").unwrap().path;
    let expected = "demo_pkg-1.0b2-cp36-cp36m-linux_x86_64.whl";
    assert_eq!(wheel.file_name().unwrap().to_string_lossy(), expected);
    let expected = [
        "demo/__init__.py",
        "demo/_speedups.so",
        "demo/lonely.pyc",
        "demo_pkg-1.0b2.data/scripts/demo",
        "demo_pkg-1.0b2.dist-info/METADATA",
        "demo_pkg-1.0b2.dist-info/entry_points.txt",
        "demo_pkg-1.0b2.dist-info/WHEEL",
        "demo_pkg-1.0b2.dist-info/RECORD",
    ];
    assert_eq!(names(&wheel), expected);
    // The same, unpacked.
    let tree = folder
        .path()
        .join("tree/Demo.Pkg-1.0.beta2-py3.6-linux-x86_64.egg");
    for (path, text) in files {
        let path = tree.join(path);
        tilsit_files::create_dir_all(path.parent().unwrap()).unwrap();
        tilsit_files::write(path, text).unwrap();
    }
    let of_tree = convert(&tree, &folder.path().join("out"), "test")
        .unwrap()
        .path;
    assert_eq!(
        tilsit_files::read(of_tree).unwrap(),
        tilsit_files::read(wheel).unwrap()
    );
}

#[test]
fn installers_become_wheels() {
    let folder = tempfile::tempdir().unwrap();
    let convert = |name: &str, files: &[(&str, &str)]| {
        let path = folder.path().join(name);
        let mut bytes = b"MZ a program, PK\x05\x06 and all that".to_vec();
        bytes.extend(zip(files));
        tilsit_files::write(&path, bytes).unwrap();
        convert(&path, folder.path(), "test").map(|converted| converted.path)
    };
    let info = ("PURELIB/demo-1.egg-info", PKG_INFO);
    let pure = [
        info,
        ("PURELIB/demo.py", ""),
        ("SCRIPTS/demo", ""),
        ("DATA/share/x", ""),
        ("HEADERS/x.h", ""),
    ];
    let wheel = convert("demo.win32.exe", &pure).unwrap();
    let expected = "demo_pkg-1.0b2-py2.py3-none-any.whl";
    assert_eq!(wheel.file_name().unwrap().to_string_lossy(), expected);
    let found = names(&wheel);
    for path in [
        "demo.py",
        "demo_pkg-1.0b2.data/scripts/demo",
        "demo_pkg-1.0b2.data/data/share/x",
        "demo_pkg-1.0b2.data/headers/x.h",
    ] {
        assert!(found.iter().any(|name| name == path), "{path}: {found:?}");
    }
    let compiled = [
        ("PLATLIB/d-1-py2.7.egg-info/PKG-INFO", PKG_INFO),
        ("PLATLIB/d.pyd", ""),
    ];
    let wheel = convert("demo-1.win-amd64-py2.7.exe", &compiled).unwrap();
    let expected = "demo_pkg-1.0b2-cp27-cp27m-win_amd64.whl";
    assert_eq!(wheel.file_name().unwrap().to_string_lossy(), expected);
    let error = convert("renamed.exe", &compiled).unwrap_err();
    assert!(error.to_string().contains("which Python"), "{error}");
    let error = convert("demo.win32.exe", &[("PURELIB/a.py", "")]).unwrap_err();
    assert!(error.to_string().contains("no `.egg-info`"), "{error}");
}

#[test]
fn nothing_leaves_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let egg = folder.path().join("a-1.egg");
    for pkg_info in [
        "Name: ../evil\nVersion: 1\n",
        "Name: a\nVersion: ../1\n",
        "Name: a\nVersion: trunk\n",
        "Version: 1\n",
    ] {
        tilsit_files::write(&egg, zip(&[("EGG-INFO/PKG-INFO", pkg_info)])).unwrap();
        assert!(convert(&egg, &out, "test").is_err(), "{pkg_info}");
    }
    let colliding = [
        ("EGG-INFO/PKG-INFO", PKG_INFO),
        ("demo_pkg-1.0b2.dist-info/WHEEL", ""),
    ];
    tilsit_files::write(&egg, zip(&colliding)).unwrap();
    assert!(convert(&egg, &out, "test").is_err());
    let program = folder.path().join("a.exe");
    tilsit_files::write(&program, b"MZ").unwrap();
    assert!(matches!(
        convert(&program, &out, "test"),
        Err(ConvertError::NoArchive(_))
    ));
    assert_eq!(tilsit_files::read_dir(&out).unwrap_or_default(), []);
}
