//! What cut uploads leave behind.

use std::time::{Duration, SystemTime};

use super::Incoming;

#[test]
fn only_old_incoming_folders_are_removed() {
    let data = tempfile::tempdir().expect("a folder");
    let folder = Incoming::open(data.path()).expect("opened");
    let file = folder.receive().expect("room");
    std::fs::write(file.path(), "half").expect("written");
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1);
    assert_eq!(folder.remove_abandoned(now).expect("looked"), 0);
    let modified = std::fs::metadata(file.path())
        .expect("there")
        .modified()
        .expect("known");
    let later = modified + Duration::from_hours(25);
    assert_eq!(folder.remove_abandoned(later).expect("looked"), 1);
    assert!(!file.path().exists());
}
