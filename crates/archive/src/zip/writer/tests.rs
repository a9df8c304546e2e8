//! What is written reads back, depends on nothing but its arguments, and refuses bad names.

use proptest::prelude::*;

use super::*;
use crate::Limits;
use crate::zip::{EntryKind, ZipArchive};

fn written(options: ZipWriterOptions) -> Vec<u8> {
    let mut writer = ZipWriter::new(Vec::new(), options);
    writer.add_folder("empty").unwrap();
    writer
        .add_file("a/b.py", &b"print()\n".repeat(50), false)
        .unwrap();
    writer.add_file("a/tool", b"#!python\n", true).unwrap();
    writer.add_file("ä/日", b"", false).unwrap();
    writer.finish().unwrap()
}

#[test]
fn reads_back() {
    let bytes = written(ZipWriterOptions::default());
    let archive = ZipArchive::open(&bytes, &Limits::default()).unwrap();
    let found: Vec<_> = archive
        .entries()
        .iter()
        .map(|entry| {
            let contents = archive.read(entry).unwrap().len();
            (entry.name(), entry.kind(), entry.mode(), contents)
        })
        .collect();
    assert_eq!(
        found,
        [
            ("empty", EntryKind::Folder, 0o755, 0),
            ("a/b.py", EntryKind::File, 0o644, 400),
            ("a/tool", EntryKind::File, 0o755, 9),
            ("ä/日", EntryKind::File, 0o644, 0),
        ]
    );
    let entry = archive.entry("a/b.py").unwrap();
    assert!(entry.packed_size() < entry.size());
    assert_eq!(entry.modified(), DosTime::FIRST);
}

#[test]
fn depends_on_its_arguments_alone() {
    let options = ZipWriterOptions::default();
    assert_eq!(written(options), written(options));
    let later = ZipWriterOptions {
        modified: DosTime::from_unix(1_580_601_600),
        ..options
    };
    assert_ne!(written(options), written(later));
    let stored = written(ZipWriterOptions {
        level: 0,
        ..options
    });
    assert!(stored.len() > written(options).len());
    ZipArchive::open(&stored, &Limits::default()).unwrap();
}

#[test]
fn bad_names_are_refused() {
    let mut writer = ZipWriter::new(Vec::new(), ZipWriterOptions::default());
    writer.add_file("a", b"", false).unwrap();
    for name in ["", "../x", "/x", "x\\y", "a", "a/b", "x/"] {
        let error = writer.add_file(name, b"", false).unwrap_err();
        assert!(matches!(error, ZipWriteError::Name { .. }), "{name}");
    }
    let bytes = writer.finish().unwrap();
    let archive = ZipArchive::open(&bytes, &Limits::default()).unwrap();
    assert_eq!(archive.entries().len(), 1);
}

#[test]
fn more_entries_than_sixteen_bits_count() {
    let mut writer = ZipWriter::new(Vec::new(), ZipWriterOptions::default());
    for number in 0..70_000 {
        writer.add_file(&format!("{number}"), b"", false).unwrap();
    }
    let bytes = writer.finish().unwrap();
    let archive = ZipArchive::open(&bytes, &Limits::default()).unwrap();
    assert_eq!(archive.entries().len(), 70_000);
}

#[test]
fn sizes_and_offsets_of_more_than_32_bits() {
    let large = u64::from(u32::MAX) + 7;
    for (size, offset, local_extra, central_extra) in [
        (large, 0, 20, 20),
        (1, large, 0, 12),
        (large, large, 20, 28),
        (1, 0, 0, 0),
    ] {
        let head = Head {
            name: "a",
            method: 0,
            crc32: 0,
            packed_size: size,
            size,
            offset,
            attributes: 0,
        };
        assert_eq!(head.local(DosTime::FIRST).len(), 31 + local_extra);
        let mut central = Vec::new();
        head.central(DosTime::FIRST, &mut central);
        assert_eq!(central.len(), 47 + central_extra);
    }
}

proptest! {
    #[test]
    fn any_contents_read_back(
        files in prop::collection::btree_map("[a-zé]{1,9}", prop::collection::vec(any::<u8>(), 0..600), 0..8),
        level in 0_u8..13,
    ) {
        let options = ZipWriterOptions { level, ..ZipWriterOptions::default() };
        let mut writer = ZipWriter::new(Vec::new(), options);
        for (name, contents) in &files {
            writer.add_file(name, contents, false).unwrap();
        }
        let bytes = writer.finish().unwrap();
        let archive = ZipArchive::open(&bytes, &Limits::default()).unwrap();
        prop_assert_eq!(archive.entries().len(), files.len());
        for (entry, (name, contents)) in archive.entries().iter().zip(&files) {
            prop_assert_eq!(entry.name(), name);
            prop_assert_eq!(&archive.read(entry).unwrap(), contents);
        }
    }
}
