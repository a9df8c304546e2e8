//! A file is replaced as a whole, keeps ordinary modes, and leaves nothing behind.

use super::*;
use crate::{create_dir, read, read_dir, write};

#[test]
fn replaces_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    for durability in [Durability::Fast, Durability::Synced] {
        write_atomic(&path, b"old", durability).unwrap();
        write_atomic(&path, b"new", durability).unwrap();
        assert_eq!(read(&path).unwrap(), b"new");
    }
    let mut dropped = AtomicFile::create(&path).unwrap();
    dropped.write(b"never seen").unwrap();
    drop(dropped);
    assert_eq!(read(&path).unwrap(), b"new");
    assert_eq!(read_dir(folder.path()).unwrap().len(), 1);
}

#[test]
fn the_error_names_the_path_that_was_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("no/such/file");
    let error = write_atomic(&path, b"", Durability::Fast).unwrap_err();
    assert_eq!(error.path, path);
    let taken = folder.path().join("taken");
    create_dir(&taken).unwrap();
    write(taken.join("inside"), "").unwrap();
    let error = write_atomic(&taken, b"", Durability::Fast).unwrap_err();
    assert_eq!(error.path, taken);
    assert_eq!(read_dir(folder.path()).unwrap().len(), 1);
}

#[test]
fn a_new_file_does_not_replace() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("blob");
    assert!(AtomicFile::create(&path).unwrap().commit_new().unwrap());
    let mut second = AtomicFile::create(&path).unwrap();
    second.write(b"other").unwrap();
    assert!(!second.commit_new().unwrap());
    assert_eq!(read(&path).unwrap(), b"");
}

#[cfg(unix)]
#[test]
fn has_the_mode_of_an_ordinary_file() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let (atomic, plain) = (folder.path().join("atomic"), folder.path().join("plain"));
    write_atomic(&atomic, b"", Durability::Fast).unwrap();
    write(&plain, b"").unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(&atomic), mode(&plain));
}
