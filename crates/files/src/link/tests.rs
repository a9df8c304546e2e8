//! Each mode places the file, and none replaces one.

use super::*;
use crate::{read, read_dir, write};

const MODES: [LinkMode; 4] = [
    LinkMode::Clone,
    LinkMode::Hardlink,
    LinkMode::Copy,
    LinkMode::Symlink,
];

#[test]
fn each_mode_places_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let from = folder.path().join("from");
    write(&from, b"contents").unwrap();
    for mode in MODES {
        let to = folder.path().join(format!("{mode:?}"));
        let used = link_or_copy(&from, &to, mode).unwrap();
        assert!(used == mode || used == LinkMode::Copy, "{mode:?}: {used:?}");
        assert_eq!(read(&to).unwrap(), b"contents");
    }
}

#[test]
fn no_mode_replaces() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("from"), folder.path().join("to"));
    write(&from, b"new").unwrap();
    write(&to, b"old").unwrap();
    for mode in MODES {
        let error = link_or_copy(&from, &to, mode).unwrap_err();
        assert!(error.is_already_there(), "{mode:?}: {error}");
        assert_eq!(read(&to).unwrap(), b"old");
    }
}

#[test]
fn a_missing_source_leaves_no_destination() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("from"), folder.path().join("to"));
    for mode in [LinkMode::Clone, LinkMode::Hardlink, LinkMode::Copy] {
        let error = link_or_copy(&from, &to, mode).unwrap_err();
        assert!(error.is_not_found(), "{mode:?}: {error}");
        assert!(read_dir(folder.path()).unwrap().is_empty());
    }
}
