//! The archives of fastzip/malo: all of accept is read, nothing of malicious or reject is taken,
//! and of iffy only what is listed here, for the reasons in `docs/design/archives.md`.

use std::collections::BTreeSet;
use std::path::Path;

use tilsit_archive::Limits;
use tilsit_archive::zip::{ZipArchive, ZipError};

/// The doubtful zip archives that are read all the same.
const ZIP_TAKEN: &[&str] = &["crc_collision_two_nonempty.zip", "nosubdir.zip"];

#[test]
fn zip() {
    let data = tilsit_testing::conformance_dir("archives/malo/zip");
    let Some(root) = tilsit_testing::require("archives/malo", data) else {
        return;
    };
    assert_eq!(
        taken(&root.join("accept"), read_zip),
        all(&root.join("accept"))
    );
    assert_eq!(taken(&root.join("malicious"), read_zip), BTreeSet::new());
    assert_eq!(taken(&root.join("reject"), read_zip), BTreeSet::new());
    let expected = ZIP_TAKEN.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(taken(&root.join("iffy"), read_zip), expected);
}

fn read_zip(path: &Path) -> Result<(), String> {
    let bytes = std::fs::read(path).unwrap();
    let read = || -> Result<(), ZipError> {
        let archive = ZipArchive::open(bytes.as_slice(), &Limits::default())?;
        for entry in archive.entries() {
            archive.read(entry)?;
        }
        Ok(())
    };
    read().map_err(|error| error.to_string())
}

fn all(folder: &Path) -> BTreeSet<String> {
    let names: BTreeSet<String> = tilsit_files::read_dir(folder)
        .unwrap()
        .into_iter()
        .map(|entry| entry.name.into_string().unwrap())
        .filter(|name| !name.ends_with(".json"))
        .collect();
    assert!(!names.is_empty());
    names
}

fn taken(folder: &Path, read: fn(&Path) -> Result<(), String>) -> BTreeSet<String> {
    all(folder)
        .into_iter()
        .filter(|name| match read(&folder.join(name)) {
            Ok(()) => true,
            Err(message) => {
                println!("{name}: {message}");
                false
            }
        })
        .collect()
}
