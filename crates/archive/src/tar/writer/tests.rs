//! What is written reads back, depends on nothing but its arguments, and refuses bad names.

use proptest::prelude::*;

use super::*;
use crate::Limits;
use crate::compression::gzip;
use crate::tar::{Links, TarEntryKind, TarReader};

#[test]
fn reads_back() {
    let long = format!("pkg-1.0/{}", "x".repeat(100));
    let write = || {
        let mut writer = TarWriter::new(Vec::new(), 1_580_601_600);
        writer.add_folder("pkg-1.0").unwrap();
        writer.add_file("pkg-1.0/a", b"contents", false).unwrap();
        writer.add_file("pkg-1.0/tool", b"", true).unwrap();
        writer.add_file(&long, b"long", false).unwrap();
        writer.add_file("pkg-1.0/ä", b"wide", false).unwrap();
        writer.finish().unwrap()
    };
    let bytes = gzip(&write(), 9);
    assert_eq!(bytes, gzip(&write(), 9));
    let mut reader = TarReader::new(bytes.as_slice(), &Limits::default(), Links::Refused).unwrap();
    let mut found = Vec::new();
    while let Some(entry) = reader.next_entry().unwrap() {
        assert_eq!(entry.modified, Some(1_580_601_600));
        let contents = String::from_utf8(reader.read_contents().unwrap()).unwrap();
        found.push((entry.name, entry.kind, entry.mode, contents));
    }
    let file = |name: &str, mode, contents: &str| {
        (
            name.to_owned(),
            TarEntryKind::File,
            mode,
            contents.to_owned(),
        )
    };
    assert_eq!(
        found,
        [
            (
                "pkg-1.0".to_owned(),
                TarEntryKind::Folder,
                0o755,
                String::new()
            ),
            file("pkg-1.0/a", 0o644, "contents"),
            file("pkg-1.0/tool", 0o755, ""),
            file(&long, 0o644, "long"),
            file("pkg-1.0/ä", 0o644, "wide"),
        ]
    );
}

#[test]
fn bad_names_are_refused() {
    let mut writer = TarWriter::new(Vec::new(), 0);
    writer.add_file("a", b"", false).unwrap();
    for name in ["", "../x", "/x", "x\\y", "a", "a/b", "x/"] {
        let error = writer.add_file(name, b"", false).unwrap_err();
        assert!(matches!(error, TarWriteError::Name { .. }), "{name}");
    }
}

#[test]
fn the_length_of_a_record_counts_its_own_digits() {
    for length in 1..1200 {
        let record = record("path", &"x".repeat(length));
        let text = String::from_utf8(record).unwrap();
        let (number, _) = text.split_once(' ').unwrap();
        assert_eq!(number.parse::<usize>().unwrap(), text.len());
    }
}

proptest! {
    #[test]
    fn any_contents_read_back(
        files in prop::collection::btree_map("[a-zé]{1,120}", prop::collection::vec(any::<u8>(), 0..1200), 0..8),
    ) {
        let mut writer = TarWriter::new(Vec::new(), 0);
        for (name, contents) in &files {
            writer.add_file(name, contents, false).unwrap();
        }
        let bytes = writer.finish().unwrap();
        let mut reader =
            TarReader::new(bytes.as_slice(), &Limits::default(), Links::Refused).unwrap();
        for (name, contents) in &files {
            let entry = reader.next_entry().unwrap().unwrap();
            prop_assert_eq!(&entry.name, name);
            prop_assert_eq!(&reader.read_contents().unwrap(), contents);
        }
        prop_assert!(reader.next_entry().unwrap().is_none());
    }
}
