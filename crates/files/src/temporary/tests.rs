//! A temporary folder goes when dropped and stays when moved.

use super::*;
use crate::{exists, read, read_dir, write};

#[test]
fn goes_when_dropped_and_stays_when_moved() {
    let parent = tempfile::tempdir().unwrap();
    let inside = parent.path().join("cache/tmp");
    let first = TemporaryFolder::create_in(&inside).unwrap();
    write(first.path().join("file"), "contents").unwrap();
    drop(first);
    assert!(read_dir(&inside).unwrap().is_empty());

    let second = TemporaryFolder::create_in(&inside).unwrap();
    write(second.path().join("file"), "contents").unwrap();
    let destination = parent.path().join("store");
    second.move_to(&destination).unwrap();
    assert_eq!(read(destination.join("file")).unwrap(), b"contents");
    assert!(read_dir(&inside).unwrap().is_empty());

    let third = TemporaryFolder::create_in(&inside).unwrap();
    let error = third.move_to(&destination).unwrap_err();
    assert_eq!(error.to.as_deref(), Some(destination.as_path()));
    assert!(read_dir(&inside).unwrap().is_empty());

    let kept = TemporaryFolder::create_in(&inside).unwrap().keep();
    assert!(exists(&kept).unwrap());
    TemporaryFolder::create_in(&inside)
        .unwrap()
        .remove()
        .unwrap();
}
