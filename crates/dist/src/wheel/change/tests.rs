//! Wheels that are unpacked, packed and retagged, and what is refused.

use tilsit_archive::Limits;
use tilsit_testing::TestDistribution;

use super::*;

fn wheel(folder: &Path) -> Wheel<FileSource> {
    let mut made = TestDistribution::new("demo", "1.0");
    made.files = vec![
        ("demo.py".to_owned(), b"answer = 42\n".to_vec()),
        (
            "demo-1.0.data/scripts/hello".to_owned(),
            b"#!python\n".to_vec(),
        ),
    ];
    let path = folder.join(made.wheel_name());
    tilsit_files::write(&path, made.wheel()).unwrap();
    Wheel::open(&path, &Limits::default()).unwrap()
}

fn named(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

#[test]
fn a_wheel_is_unpacked_and_packed() {
    let folder = tempfile::tempdir().unwrap();
    let wheel = wheel(folder.path());
    let tree = unpack(&wheel, folder.path()).unwrap();
    assert_eq!(named(&tree), "demo-1.0");
    tilsit_files::write(tree.join("more.py"), b"").unwrap();
    let out = folder.path().join("out");
    let packed = pack(&tree, &out, &PackOptions::default()).unwrap();
    assert_eq!(named(&packed), "demo-1.0-py3-none-any.whl");
    let packed = Wheel::open(&packed, &Limits::default()).unwrap();
    packed.verify().unwrap();
    assert!(packed.files().iter().any(|file| file.name == "more.py"));
    // Unpacked again, the tree is that of this wheel and no more.
    let again = unpack(&wheel, folder.path()).unwrap();
    assert!(!again.join("more.py").exists());
    let left: Vec<_> = tilsit_files::read_dir(folder.path()).unwrap();
    assert_eq!(left.len(), 3, "{left:?}");
}

#[test]
fn build_number_and_local_version() {
    let folder = tempfile::tempdir().unwrap();
    let tree = unpack(&wheel(folder.path()), folder.path()).unwrap();
    let options = PackOptions {
        build: Some("7a".to_owned()),
        local_version: Some("linux.1".to_owned()),
        ..PackOptions::default()
    };
    let path = pack(&tree, folder.path(), &options).unwrap();
    assert_eq!(named(&path), "demo-1.0+linux.1-7a-py3-none-any.whl");
    let packed = Wheel::open(&path, &Limits::default()).unwrap();
    packed.verify().unwrap();
    assert_eq!(packed.metadata().version.to_string(), "1.0+linux.1");
    assert_eq!(packed.wheel_file().build.as_deref(), Some("7a"));
    let moved = "demo-1.0+linux.1.data/scripts/hello";
    assert!(packed.files().iter().any(|file| file.name == moved));
    // The folder is as it was.
    assert!(tree.join("demo-1.0.dist-info/RECORD").exists());
    let without = PackOptions {
        build: Some(String::new()),
        ..PackOptions::default()
    };
    let path = pack(&tree, folder.path(), &without).unwrap();
    assert_eq!(named(&path), "demo-1.0-py3-none-any.whl");
    for (build, local) in [
        (Some("a1"), None),
        (Some("1-2"), None),
        (None, Some("a-b")),
        (None, Some("!")),
    ] {
        let options = PackOptions {
            build: build.map(str::to_owned),
            local_version: local.map(str::to_owned),
            ..PackOptions::default()
        };
        let error = pack(&tree, folder.path(), &options).unwrap_err();
        assert!(
            error.to_string().starts_with("no wheel may have"),
            "{error}"
        );
    }
}

#[test]
fn folders_that_are_no_wheel() {
    let folder = tempfile::tempdir().unwrap();
    let error = pack(folder.path(), folder.path(), &PackOptions::default()).unwrap_err();
    assert!(
        error.to_string().ends_with("it has no `.dist-info` folder"),
        "{error}"
    );
    let tree = unpack(&wheel(folder.path()), folder.path()).unwrap();
    #[cfg(unix)]
    {
        tilsit_files::symlink("/etc/hostname", tree.join("out.txt")).unwrap();
        let error = pack(&tree, folder.path(), &PackOptions::default()).unwrap_err();
        assert!(error.to_string().ends_with("is no file of it"), "{error}");
        tilsit_files::remove_file(tree.join("out.txt")).unwrap();
    }
    tilsit_files::create_dir(tree.join("other-1.dist-info")).unwrap();
    let error = pack(&tree, folder.path(), &PackOptions::default()).unwrap_err();
    assert!(error.to_string().contains("several"), "{error}");
}

#[test]
fn tags_are_replaced_added_and_taken() {
    let folder = tempfile::tempdir().unwrap();
    let wheel = wheel(folder.path());
    let tags = |python: &str, platform: &str| NewTags {
        python: Some(python.to_owned()),
        platform: Some(platform.to_owned()),
        ..NewTags::default()
    };
    let cases = [
        (tags("+py2", "any"), "demo-1.0-py2.py3-none-any.whl"),
        (
            tags("cp39.cp38", "linux_x86_64"),
            "demo-1.0-cp38.cp39-none-linux_x86_64.whl",
        ),
        (
            NewTags {
                build: Some("3".to_owned()),
                ..NewTags::default()
            },
            "demo-1.0-3-py3-none-any.whl",
        ),
    ];
    for (tags, name) in cases {
        let path = retag(&wheel, &tags, folder.path()).unwrap().unwrap();
        assert_eq!(named(&path), name);
        let made = Wheel::open(&path, &Limits::default()).unwrap();
        made.verify().unwrap();
        assert_eq!(made.findings(), []);
    }
    assert!(
        retag(&wheel, &NewTags::default(), folder.path())
            .unwrap()
            .is_none()
    );
    for tags in [
        tags("-py3", "any"),
        tags("a b", "any"),
        tags("py3", "../any"),
    ] {
        let error = retag(&wheel, &tags, folder.path()).unwrap_err();
        assert!(
            error.to_string().starts_with("no wheel may have the name"),
            "{error}"
        );
    }
}

#[test]
fn headers_are_changed_and_the_rest_stays() {
    let text = b"Metadata-Version: 2.1\r\nVersion: 1\r\nLicense: a\r\n        b\r\n\r\nbody\r\n";
    let changed = with_headers(text, &["version"], &[("Version", "2")]);
    let expected = "Metadata-Version: 2.1\nLicense: a\n        b\nVersion: 2\n\nbody\r\n";
    assert_eq!(String::from_utf8(changed).unwrap(), expected);
    let text = b"Description: a\n \t\n  b\nTag: x\n";
    let changed = with_headers(text, &["Tag"], &[("Tag", "y")]);
    let expected = "Description: a\n \n  b\nTag: y\n";
    assert_eq!(String::from_utf8(changed).unwrap(), expected);
}
