//! The readers of zip and tar archives.

use tilsit_archive::Limits;
use tilsit_archive::tar::{Links, TarEntryKind, TarReader, TarWriter};
use tilsit_archive::zip::{Tail, ZipArchive, ZipDirectory, ZipWriter, ZipWriterOptions};

fn limits() -> Limits {
    Limits {
        entries_max: 1000,
        entry_max_bytes: 1 << 22,
        total_max_bytes: 1 << 23,
        zstandard: true,
        ..Limits::default()
    }
}

/// A zip archive: what is read is written again to the same contents, and reading in memory, piece
/// by piece, and from the tail agree.
pub fn zip_archive(data: &[u8]) {
    let limits = limits();
    let Ok(archive) = ZipArchive::open(data, &limits) else {
        return;
    };
    let mut writer = ZipWriter::new(Vec::new(), ZipWriterOptions::default());
    let mut contents = Vec::new();
    let mut reader = archive.reader();
    for entry in archive.entries() {
        let Ok(bytes) = archive.read(entry) else {
            return;
        };
        assert_eq!(bytes.len() as u64, entry.size());
        let mut streamed = Vec::new();
        reader
            .stream(entry, &mut |piece| streamed.extend_from_slice(piece))
            .expect("what is read whole is read in pieces");
        assert_eq!(streamed, bytes);
        let range = archive.directory().range_of(entry);
        let (start, end) = (usize(range.start), usize(range.end));
        let remote = archive
            .directory()
            .decode(entry, &data[start..end], &limits);
        assert_eq!(remote.expect("its range is enough"), bytes);
        if entry.is_file() {
            writer.add_file(entry.name(), &bytes, entry.is_executable())
        } else {
            writer.add_folder(entry.name())
        }
        .expect("what was read can be written");
        contents.push((entry.name().to_owned(), bytes));
    }
    let written = writer.finish().expect("memory takes every byte");
    let again = ZipArchive::open(&written, &limits).expect("what was written is read");
    assert_eq!(again.entries().len(), contents.len());
    for (entry, (name, bytes)) in again.entries().iter().zip(contents) {
        assert_eq!(entry.name(), name);
        assert_eq!(again.read(entry).expect("it was just written"), bytes);
    }
}

/// The tail of a larger zip archive, whose first two bytes say how much is missing before it.
pub fn zip_tail(data: &[u8]) {
    let [low, high, tail @ ..] = data else {
        return;
    };
    let total = u64::from(u16::from_le_bytes([*low, *high])) + tail.len() as u64;
    match ZipDirectory::from_tail(total, tail, &limits()) {
        Ok(Tail::Directory(directory)) => {
            let mut ranges: Vec<_> = directory
                .entries()
                .iter()
                .map(|entry| directory.range_of(entry))
                .collect();
            ranges.sort_by_key(|range| range.start);
            let mut end = 0;
            for range in ranges {
                assert_eq!(range.start, end, "the entries lie side by side");
                end = range.end;
            }
            assert!(end < total);
            for entry in directory.entries() {
                let _ = directory.decode(entry, tail, &limits());
            }
        }
        Ok(Tail::More { from }) => assert!(from < total - tail.len() as u64),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// A tar archive, compressed or not: what is read stays inside the limits, and is written again to
/// the same contents.
pub fn tar_archive(data: &[u8]) {
    let limits = limits();
    let Ok(mut reader) = TarReader::new(data, &limits, Links::Inside) else {
        return;
    };
    let mut writer = TarWriter::new(Vec::new(), 0);
    let mut contents = Vec::new();
    loop {
        let entry = match reader.next_entry() {
            Ok(Some(entry)) => entry,
            Ok(None) => break,
            Err(error) => {
                assert!(!error.to_string().is_empty());
                return;
            }
        };
        let Ok(bytes) = reader.read_contents() else {
            return;
        };
        assert_eq!(bytes.len() as u64, entry.size);
        match entry.kind {
            TarEntryKind::File => {
                writer
                    .add_file(&entry.name, &bytes, entry.is_executable())
                    .expect("what was read can be written");
                contents.push((entry.name, bytes));
            }
            TarEntryKind::Folder => {}
            TarEntryKind::Symlink { target } | TarEntryKind::HardLink { target } => {
                assert!(!target.starts_with('/'));
            }
        }
    }
    let written = writer.finish().expect("memory takes every byte");
    let mut again = TarReader::new(written.as_slice(), &limits, Links::Refused)
        .expect("what was written is read");
    for (name, bytes) in contents {
        let entry = again.next_entry().expect("it was just written");
        assert_eq!(entry.expect("it is there").name, name);
        assert_eq!(again.read_contents().expect("it was just written"), bytes);
    }
    assert_eq!(again.next_entry().expect("it was just written"), None);
}

fn usize(value: u64) -> usize {
    usize::try_from(value).expect("the archive is in memory")
}
