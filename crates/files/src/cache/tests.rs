//! The cache folder is marked, and marking again changes nothing.

use super::*;
use crate::{read, read_to_string, write};

#[test]
fn is_marked_once() {
    let parent = tempfile::tempdir().unwrap();
    let root = parent.path().join("a/cache");
    assert!(!CacheFolder::at(&root).is_marked().unwrap());
    let cache = CacheFolder::create(&root).unwrap();
    assert!(cache.is_marked().unwrap());
    let tag = read_to_string(root.join("CACHEDIR.TAG")).unwrap();
    assert_eq!(&tag[..43], "Signature: 8a477f597d28d172789f06886806bc55");
    write(root.join(".gitignore"), "changed").unwrap();
    assert_eq!(CacheFolder::create(&root).unwrap(), cache);
    assert_eq!(read(root.join(".gitignore")).unwrap(), b"changed");
    assert_eq!(cache.bucket("wheels-1").unwrap(), root.join("wheels-1"));
    assert!(cache.temporary().unwrap().is_dir());
}
