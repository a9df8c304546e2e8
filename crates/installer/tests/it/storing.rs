//! What gets into the store, and what does not.

use std::os::unix::fs::PermissionsExt;

use tilsit_installer::store::sha256_of;
use tilsit_packaging::record::{Record, RecordHash};

use crate::world::World;

const FILES: &[(&str, &str, bool)] = &[
    ("demo/__init__.py", "x = 1\n", false),
    ("demo/run", "#!/bin/sh\n", true),
    ("DATA/scripts/tool", "#!python\n", false),
];

/// The message of an error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

#[test]
fn files_are_read_only_and_programs_executable() {
    let Some(world) = World::new() else { return };
    let stored = world.try_store("demo", "1", FILES).unwrap();
    for (path, mode) in [
        ("demo/__init__.py", 0o444),
        ("demo/run", 0o555),
        ("demo-1.data/scripts/tool", 0o555),
    ] {
        let metadata = tilsit_files::metadata(stored.tree.join(path)).unwrap();
        // What the umask takes away from group and others is the user's choice.
        assert_eq!(
            metadata.permissions().mode() & 0o700,
            mode & 0o700,
            "{path}"
        );
    }
    assert!(!stored.tree.join("demo-1.dist-info/RECORD").exists());
    assert!(stored.manifest.tree_safe);
    let with_pth = world
        .try_store("paths", "1", &[("paths.pth", "x", false)])
        .unwrap();
    assert!(!with_pth.manifest.tree_safe);
}

#[test]
fn libraries_may_look_into_their_own_wheel_only() {
    let Some(world) = World::new() else { return };
    let library = (
        "demo/core/m.so",
        "\x7fELF\0$ORIGIN/../../demo.libs\0",
        false,
    );
    let own = ("demo.libs/libx.so.1", "\x7fELF\0", false);
    let stored = world.try_store("demo", "1", &[library, own]).unwrap();
    assert!(stored.manifest.tree_safe);
    let stored = world.try_store("other", "1", &[library]).unwrap();
    assert!(!stored.manifest.tree_safe);
}

#[test]
fn a_wheel_whose_record_lies_is_refused_and_leaves_nothing() {
    type Change<'a> = &'a dyn Fn(&mut Record);
    let Some(world) = World::new() else { return };
    let cases: [(Change<'_>, &str); 3] = [
        (
            &|record| record.entries[0].hash = Some(RecordHash::sha256(&[0; 32])),
            "demo/__init__.py",
        ),
        (
            &|record| record.entries[0].size = Some(1),
            "demo/__init__.py",
        ),
        (&|record| drop(record.entries.remove(1)), "demo/run"),
    ];
    for (change, expected) in cases {
        let wheel = world.make_wheel("demo", "1", FILES, change);
        let key = sha256_of(&wheel).unwrap();
        let error = chain(&world.store.add(&wheel, &key).unwrap_err());
        assert!(
            error.contains(expected) && error.contains("demo-1-py3-none-any.whl"),
            "{error}"
        );
        assert!(world.store.find(&key).unwrap().is_none());
    }
    let left = tilsit_files::read_dir(world.folder.path().join("cache/wheels")).unwrap();
    assert_eq!(left, []);
}

#[test]
fn a_damaged_entry_is_made_anew() {
    let Some(world) = World::new() else { return };
    let wheel = world.make_wheel("demo", "1", FILES, |_| ());
    let key = sha256_of(&wheel).unwrap();
    let stored = world.store.add(&wheel, &key).unwrap();
    let manifest = stored.tree.parent().unwrap().join("manifest");
    let whole = tilsit_files::read(&manifest).unwrap();
    for damaged in [&whole[..whole.len() - 1], b""] {
        tilsit_files::write(&manifest, damaged).unwrap();
        assert!(world.store.find(&key).unwrap().is_none());
        let again = world.store.add(&wheel, &key).unwrap();
        assert_eq!(again.manifest, stored.manifest);
        assert_eq!(tilsit_files::read(&manifest).unwrap(), whole);
    }
    assert!(world.store.find("../../etc").is_err());
    assert!(world.store.find(&key.to_uppercase()).is_err());
}
