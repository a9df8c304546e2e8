//! Memory and files give the same bytes, and the same refusal past their end.

use super::*;

#[test]
fn memory_and_files_agree() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bytes");
    let bytes: Vec<u8> = (0..=255).collect();
    tilsit_files::write(&path, &bytes).unwrap();
    let file = FileSource::open(&path).unwrap();
    assert_eq!(file.path(), path);
    let sources: [&dyn ReadAt; 2] = [&bytes, &file];
    for source in sources {
        assert_eq!(source.size(), 256);
        assert_eq!(*source.bytes_at(0, 0).unwrap(), []);
        assert_eq!(*source.bytes_at(3, 4).unwrap(), [3, 4, 5, 6]);
        assert_eq!(*source.bytes_at(255, 1).unwrap(), [255]);
        assert!(source.bytes_at(255, 2).is_err());
        assert!(source.bytes_at(u64::MAX >> 1, 1).is_err());
    }
    assert!(FileSource::open(folder.path().join("missing")).is_err());
}
