//! The archives of fastzip/malo: all of accept is read, nothing of malicious or reject is taken,
//! and of iffy only what is listed here, for the reasons in `docs/design/archives.md`.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tilsit_archive::Limits;
use tilsit_archive::tar::{Links, TarEntryKind, TarError, TarReader};
use tilsit_archive::zip::{ZipArchive, ZipError};

/// The doubtful zip archives that are read all the same.
const ZIP_IFFY_TAKEN: &[&str] = &["crc_collision_two_nonempty.zip", "nosubdir.zip"];

/// The doubtful tar archives that are read all the same.
const TAR_IFFY_TAKEN: &[&str] = &[
    "gnu_magic.tar",
    "name_no_nul.tar",
    "pax_path_nonzero_fixed.tar",
    "regular_nul.tar",
];

/// What malo takes for malicious although nothing is wrong with it but that it holds a link to a
/// file inside the archive: refused unless the caller asks for such links to be reported.
const TAR_LINKS_INSIDE: &[&str] = &["hardlink.tar", "symlink.tar"];

#[test]
fn zip() {
    let data = tilsit_testing::conformance_dir("archives/malo/zip");
    let Some(root) = tilsit_testing::require("archives/malo", data) else {
        return;
    };
    let accept = root.join("accept");
    assert_eq!(taken(&accept, read_zip), all(&accept));
    assert_eq!(taken(&root.join("malicious"), read_zip), BTreeSet::new());
    assert_eq!(taken(&root.join("reject"), read_zip), BTreeSet::new());
    assert_eq!(taken(&root.join("iffy"), read_zip), set(ZIP_IFFY_TAKEN));
}

#[test]
fn tar() {
    let data = tilsit_testing::conformance_dir("archives/malo/tar");
    let Some(root) = tilsit_testing::require("archives/malo", data) else {
        return;
    };
    let without = |path: &Path| read_tar(path, Links::Refused).map(drop);
    let with = |path: &Path| read_tar(path, Links::Inside).map(drop);
    let accept = root.join("accept");
    assert_eq!(taken(&accept, with), all(&accept));
    let mut expectations = 0;
    for name in all(&accept) {
        let sidecar = accept.join(&name).with_extension("json");
        if let Ok(text) = std::fs::read_to_string(sidecar) {
            let found = read_tar(&accept.join(&name), Links::Inside).unwrap();
            let expected: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(json!({ "expected": found }), expected, "{name}");
            expectations += 1;
        }
    }
    assert!(expectations >= 4);
    assert_eq!(taken(&root.join("malicious"), without), BTreeSet::new());
    assert_eq!(taken(&root.join("malicious"), with), set(TAR_LINKS_INSIDE));
    assert_eq!(taken(&root.join("reject"), with), BTreeSet::new());
    assert_eq!(taken(&root.join("iffy"), with), set(TAR_IFFY_TAKEN));
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

/// Reads a tar archive into the form of malo's expectations.
fn read_tar(path: &Path, links: Links) -> Result<Vec<Value>, String> {
    let bytes = std::fs::read(path).unwrap();
    let read = || -> Result<Vec<Value>, TarError> {
        let mut reader = TarReader::new(bytes.as_slice(), &Limits::default(), links)?;
        let mut found = Vec::new();
        while let Some(entry) = reader.next_entry()? {
            let contents = reader.read_contents()?;
            let name = &entry.name;
            found.push(match &entry.kind {
                TarEntryKind::File => json!({
                    "member": name,
                    "type": "file",
                    "size": contents.len(),
                    "sha256": hex(&Sha256::digest(&contents)),
                }),
                TarEntryKind::Folder => {
                    json!({ "member": format!("{name}/"), "type": "directory" })
                }
                TarEntryKind::Symlink { target } => {
                    json!({ "member": name, "type": "symlink", "linkname": target })
                }
                TarEntryKind::HardLink { target } => {
                    json!({ "member": name, "type": "hardlink", "linkname": target })
                }
            });
        }
        Ok(found)
    };
    read().map_err(|error| error.to_string())
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn all(folder: &Path) -> BTreeSet<String> {
    let names: BTreeSet<String> = tilsit_files::read_dir(folder)
        .unwrap()
        .into_iter()
        .filter(|entry| entry.path.extension().is_none_or(|end| end != "json"))
        .map(|entry| entry.name.into_string().unwrap())
        .collect();
    assert!(!names.is_empty());
    names
}

fn taken(folder: &Path, read: impl Fn(&Path) -> Result<(), String>) -> BTreeSet<String> {
    all(folder)
        .into_iter()
        .filter(|name| read(&folder.join(name)).is_ok())
        .collect()
}
