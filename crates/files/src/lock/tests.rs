//! Locks exclude and share as asked, and end with their value.

use std::sync::mpsc;
use std::time::Duration;

use super::*;

#[test]
fn excludes_and_shares() {
    use LockKind::{Exclusive, Shared};
    let cases = [
        (Exclusive, Exclusive, false),
        (Exclusive, Shared, false),
        (Shared, Exclusive, false),
        (Shared, Shared, true),
    ];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("made/on/the/way.lock");
    for (first, second, both) in cases {
        let held = LockFile::acquire(&path, first).unwrap();
        let other = LockFile::try_acquire(&path, second).unwrap();
        assert_eq!(other.is_some(), both, "{first:?} then {second:?}");
        drop((held, other));
        assert!(LockFile::try_acquire(&path, Exclusive).unwrap().is_some());
    }
}

#[test]
fn waits_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lock");
    let held = LockFile::acquire(&path, LockKind::Exclusive).unwrap();
    let (sender, receiver) = mpsc::channel();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let lock =
                LockFile::acquire_saying(&path, LockKind::Exclusive, || sender.send(()).unwrap())
                    .unwrap();
            assert_eq!(lock.path(), path);
        });
        receiver.recv_timeout(Duration::from_secs(5)).unwrap();
        drop(held);
    });
}
