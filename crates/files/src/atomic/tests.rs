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

#[cfg(unix)]
#[test]
fn a_secret_is_for_its_user_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    write(&path, "old").unwrap();
    crate::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(crate::others_may_read(&crate::metadata(&path).unwrap()));
    let mut file = AtomicFile::create_private(&path).unwrap();
    let mode = |metadata: std::fs::Metadata| metadata.permissions().mode() & 0o777;
    assert_eq!(mode(file.file().metadata().unwrap()), 0o600);
    file.write(b"new").unwrap();
    file.commit(Durability::Synced).unwrap();
    let metadata = crate::metadata(&path).unwrap();
    assert!(!crate::others_may_read(&metadata));
    assert_eq!(mode(metadata), 0o600);
}
