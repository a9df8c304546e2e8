//! Zip archives that two readers could see differently, that name what they must not, or that cost
//! more than they may: each class of the table of bad inputs, one row a case.

use tilsit_archive::zip::{Tail, ZipArchive, ZipDirectory, ZipError};
use tilsit_archive::{FileSource, Limits, ReadAt};

use crate::forge::{Forge, Part, descriptor, extra};

fn read_all(source: impl ReadAt, limits: &Limits) -> Result<Vec<(String, Vec<u8>)>, ZipError> {
    let archive = ZipArchive::open(source, limits)?;
    let mut reader = archive.reader();
    let mut found = Vec::new();
    for entry in archive.entries() {
        found.push((entry.name().to_owned(), reader.read(entry)?.to_vec()));
    }
    Ok(found)
}

/// What reading from memory says; reading from a file and entry by entry from the tail must agree.
fn verdict(bytes: &[u8], limits: &Limits) -> Result<Vec<(String, Vec<u8>)>, String> {
    let memory = read_all(bytes, limits).map_err(|error| error.to_string());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("archive.zip");
    tilsit_files::write(&path, bytes).unwrap();
    let source = FileSource::open(&path).unwrap();
    let file = read_all(source, limits).map_err(|error| error.to_string());
    assert_eq!(memory, file);
    let remote = read_remote(bytes, limits).map_err(|error| error.to_string());
    assert_eq!(memory.is_ok(), remote.is_ok(), "{memory:?} {remote:?}");
    if let (Ok(memory), Ok(remote)) = (&memory, &remote) {
        assert_eq!(memory, remote);
    }
    memory
}

fn read_remote(bytes: &[u8], limits: &Limits) -> Result<Vec<(String, Vec<u8>)>, ZipError> {
    let mut from = bytes.len().saturating_sub(24);
    let directory = loop {
        match ZipDirectory::from_tail(bytes.len() as u64, &bytes[from..], limits)? {
            Tail::Directory(directory) => break directory,
            Tail::More { from: earlier } => {
                let earlier = usize::try_from(earlier).unwrap();
                assert!(earlier < from, "each answer asks for more");
                from = earlier;
            }
        }
    };
    let mut found = Vec::new();
    for entry in directory.entries() {
        let range = directory.range_of(entry);
        let (start, end) = (
            usize::try_from(range.start).unwrap(),
            usize::try_from(range.end).unwrap(),
        );
        let contents = directory.decode(entry, &bytes[start..end], limits)?;
        found.push((entry.name().to_owned(), contents));
    }
    Ok(found)
}

fn one(change: impl FnOnce(&mut Part)) -> Vec<u8> {
    Forge::new([Part::deflated("a/b.py", b"hello hello hello").with(change)]).bytes()
}

fn whole(change: impl FnOnce(&mut Forge)) -> Vec<u8> {
    let parts = [
        Part::stored("a", b"one"),
        Part::deflated("b", b"two two two"),
    ];
    Forge::new(parts).with(change).bytes()
}

#[test]
fn honest_forgeries_are_read() {
    let nothing = |_: &mut Part| ();
    let zip64 = |value: &[u64]| -> Vec<u8> {
        let bytes: Vec<u8> = value.iter().flat_map(|value| value.to_le_bytes()).collect();
        extra(1, &bytes)
    };
    let size = 17;
    let packed = u64::from(Part::deflated("x", b"hello hello hello").packed_size);
    let cases = [
        ("plain", one(nothing)),
        (
            "utf8",
            one(|part| {
                part.name = "ä/日.py".into();
                part.flags = 1 << 11;
            }),
        ),
        ("level hints", one(|part| part.flags = 0b110)),
        (
            "time stamps",
            one(|part| part.extra = extra(0x5455, b"\x01abcd")),
        ),
        (
            "repeated unicode path",
            one(|part| {
                let mut value = vec![1];
                value.extend(libdeflater::crc32(&part.name).to_le_bytes());
                value.extend(&part.name);
                part.extra = extra(0x7075, &value);
            }),
        ),
        (
            "zip64 sizes",
            one(|part| {
                (part.size, part.packed_size) = (u32::MAX, u32::MAX);
                part.extra = zip64(&[size, packed]);
            }),
        ),
        (
            "zip64 repeats",
            one(|part| part.local_extra = Some(zip64(&[size, packed]))),
        ),
        (
            "descriptor",
            one(|part| {
                part.flags = 8;
                part.local_sizes = Some((0, 0, 0));
                part.descriptor = descriptor(part.crc32, part.packed_size, part.size);
            }),
        ),
        (
            "descriptor that the directory leaves out",
            one(|part| {
                part.local_flags = Some(8);
                part.local_sizes = Some((0, 0, 0));
                part.descriptor = descriptor(part.crc32, part.packed_size, part.size);
            }),
        ),
        (
            "from DOS",
            one(|part| (part.made_by, part.attributes) = (20, 0x20)),
        ),
        (
            "comment",
            whole(|forge| forge.comment = b"made by hand".to_vec()),
        ),
        ("empty", Forge::default().bytes()),
    ];
    for (name, bytes) in cases {
        let found = verdict(&bytes, &Limits::default());
        assert!(found.is_ok(), "{name}: {found:?}");
    }
}

#[test]
fn names_that_are_refused() {
    let cases: [(&[u8], u16, &str); 15] = [
        (b"../a", 0, "climbs with the step `..`"),
        (b"a/../../b", 0, "climbs with the step `..`"),
        (b"/etc/passwd", 0, "is an absolute path"),
        (b"C:/a", 0, "starts with a drive letter"),
        (b"a\\b", 0, "has a backslash"),
        (b"a\0b", 0, "has a control character"),
        (b"a\nb", 0, "has a control character"),
        (b"a\x1b[31m", 0, "has a control character"),
        (b"", 0, "is empty"),
        (b"a//b", 0, "has an empty step"),
        (b"a/./b", 0, "has the step `.`"),
        (b"a\xff", 0, "has a name that is not UTF-8"),
        (b"a\xff", 1 << 11, "has a name that is not UTF-8"),
        (b"\xc0\xaf", 1 << 11, "has a name that is not UTF-8"),
        (b"\xc3\xa4", 0, "has a name in an unknown encoding"),
    ];
    for (name, flags, expected) in cases {
        let bytes = one(|part| {
            part.name = name.to_vec();
            part.flags = flags;
        });
        let message = verdict(&bytes, &Limits::default()).unwrap_err();
        assert!(
            message.ends_with(expected),
            "{}: {message}",
            name.escape_ascii()
        );
    }
}

#[test]
fn headers_that_disagree() {
    let cases: Vec<(&str, Vec<u8>)> = vec![
        (
            "another name",
            one(|part| part.local_name = Some(b"a/c.py".to_vec())),
        ),
        (
            "another name",
            one(|part| part.local_name = Some(b"a/b.pyc".to_vec())),
        ),
        ("other flags", one(|part| part.local_flags = Some(1 << 11))),
        (
            "other flags",
            one(|part| (part.flags, part.local_flags) = (8, Some(0))),
        ),
        ("another method", one(|part| part.local_method = Some(0))),
        (
            "another size or checksum",
            one(|part| {
                part.local_sizes = Some((part.crc32 ^ 1, part.packed_size, part.size));
            }),
        ),
        (
            "another size or checksum",
            one(|part| {
                part.local_sizes = Some((part.crc32, part.packed_size - 1, part.size));
            }),
        ),
        (
            "another size or checksum",
            one(|part| {
                part.local_sizes = Some((part.crc32, part.packed_size, part.size + 1));
            }),
        ),
        (
            "another size or checksum",
            one(|part| part.local_sizes = Some((0, 0, 0))),
        ),
        (
            "disagrees with the directory",
            one(|part| {
                part.flags = 8;
                part.descriptor = descriptor(part.crc32 ^ 1, part.packed_size, part.size);
            }),
        ),
        (
            "disagrees with the directory",
            one(|part| {
                part.flags = 8;
                part.descriptor = descriptor(part.crc32, part.packed_size, part.size + 1);
            }),
        ),
        (
            "unknown form",
            one(|part| {
                part.flags = 8;
                part.descriptor = descriptor(part.crc32, part.packed_size, part.size)[4..].to_vec();
            }),
        ),
        ("unknown form", one(|part| part.flags = 8)),
        (
            "belong to nothing",
            one(|part| part.descriptor = b"x".to_vec()),
        ),
        (
            "disagrees with its header",
            one(|part| part.extra = extra(1, &[1; 16])),
        ),
        (
            "does not call for",
            one(|part| part.extra = extra(1, &[0; 24])),
        ),
        ("lacks a size", one(|part| part.size = u32::MAX)),
        (
            "second name",
            one(|part| part.extra = extra(0x7075, b"\x01\0\0\0\0other")),
        ),
        ("second name", one(|part| part.extra = extra(0x7075, b""))),
        (
            "same extra field twice",
            one(|part| {
                part.extra = [extra(9, b""), extra(9, b"")].concat();
            }),
        ),
        ("cut off", one(|part| part.extra = b"\x01".to_vec())),
        (
            "cut off",
            one(|part| part.extra = b"\x09\0\x05\0x".to_vec()),
        ),
    ];
    for (expected, bytes) in cases {
        let message = verdict(&bytes, &Limits::default()).unwrap_err();
        assert!(message.contains(expected), "{expected}: {message}");
    }
}

#[test]
fn entries_that_are_no_plain_files() {
    let mode = |mode: u32| one(move |part| part.attributes = mode << 16);
    let folder = |change: fn(&mut Part)| {
        one(|part| {
            *part = Part::stored("a/", b"").with(|part| part.attributes = 0o040_755 << 16);
            change(part);
        })
    };
    verdict(&folder(|_| ()), &Limits::default()).unwrap();
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("is a symbolic link", mode(0o120_777)),
        ("is neither a file nor a folder", mode(0o010_644)),
        ("is neither a file nor a folder", mode(0o060_644)),
        ("is neither a file nor a folder", mode(0o140_644)),
        ("would run with its owner's rights", mode(0o104_755)),
        ("would run with its owner's rights", mode(0o102_755)),
        ("but not by both", mode(0o040_755)),
        (
            "but not by both",
            folder(|part| part.attributes = 0o100_644 << 16),
        ),
        ("a file by its name", one(|part| part.attributes = 0x10)),
        (
            "is a folder with contents",
            folder(|part| {
                *part = Part::stored("a/", b"x").with(|part| part.attributes = 0);
            }),
        ),
        ("is encrypted", one(|part| part.flags = 1)),
        ("uses a feature", one(|part| part.flags = 1 << 5)),
        ("uses a feature", one(|part| part.flags = 1 << 13)),
        ("by a method", one(|part| part.method = 12)),
        ("by a method", one(|part| part.method = 93)),
        ("lies on another disk", one(|part| part.disk = 1)),
        ("has a comment", one(|part| part.comment = b"x".to_vec())),
    ];
    for (expected, bytes) in cases {
        let message = verdict(&bytes, &Limits::default()).unwrap_err();
        assert!(message.contains(expected), "{expected}: {message}");
    }
}

#[test]
fn archives_that_do_not_fit_together() {
    let nested = Forge::new([Part::stored("x", b"y")]).bytes();
    let between = "bytes between its directory";
    let cases: Vec<(&str, Vec<u8>)> = vec![
        (between, whole(|forge| forge.prefix = b"#!".to_vec())),
        // A prefix that the offsets count in: the first entry does not start at the start.
        (
            "bytes before its first entry",
            whole(|forge| {
                forge.prefix = b"#!/bin/sh\n".to_vec();
            }),
        ),
        (
            "does not end in an end record",
            whole(|forge| forge.suffix = b"x".to_vec()),
        ),
        ("does not end in an end record", Vec::new()),
        ("does not end in an end record", b"PK\x05\x06".to_vec()),
        (
            "belong to nothing",
            whole(|forge| forge.gap = b"gap".to_vec()),
        ),
        (
            between,
            whole(|forge| forge.after_directory = b"gap".to_vec()),
        ),
        (between, whole(|forge| forge.directory_size = Some(10))),
        (between, whole(|forge| forge.directory_offset = Some(0))),
        (
            between,
            whole(|forge| forge.directory_offset = Some(u32::MAX)),
        ),
        ("fewer entries", whole(|forge| forge.entries = Some(3))),
        (
            "more in its directory",
            whole(|forge| forge.entries = Some(1)),
        ),
        ("spans several disks", whole(|forge| forge.disk = 1)),
        (
            "two end records",
            whole(|forge| forge.comment.clone_from(&nested)),
        ),
        (
            "not plain text",
            whole(|forge| forge.comment = b"a\0".to_vec()),
        ),
        (
            "belong to nothing",
            whole(|forge| forge.parts[1].hidden = true),
        ),
        (
            "overlaps",
            whole(|forge| {
                forge.parts[1].absent = true;
                forge.parts[1].offset = Some(0);
            }),
        ),
        (
            "is there twice",
            whole(|forge| forge.parts[1].name = b"a".to_vec()),
        ),
        (
            "lies below a file",
            whole(|forge| forge.parts[1].name = b"a/b".to_vec()),
        ),
        (
            "overlaps",
            whole(|forge| forge.parts[1].packed_size += 1000),
        ),
        (
            "another name",
            whole(|forge| {
                forge.parts[1] = Part::stored("b", b"two");
                (forge.parts[0].offset, forge.parts[1].offset) = (Some(34), Some(0));
            }),
        ),
    ];
    for (at, (expected, bytes)) in cases.into_iter().enumerate() {
        let message = verdict(&bytes, &Limits::default()).unwrap_err();
        // A prefix that nothing counts in and one that the offsets count in differ only there.
        let fits = message.contains(expected) || (at == 0 && message.contains("first entry"));
        assert!(fits, "{at} {expected}: {message}");
    }
}

#[test]
fn contents_that_do_not_match() {
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("do not match its checksum", one(|part| part.crc32 ^= 1)),
        (
            "do not match its checksum",
            whole(|forge| forge.parts[0].data[0] ^= 1),
        ),
        ("more bytes than its header", one(|part| part.size -= 1)),
        ("fewer bytes than its header", one(|part| part.size += 1)),
        (
            "after its compressed contents",
            one(|part| {
                part.data.push(0);
                part.packed_size += 1;
            }),
        ),
        (
            "damaged compressed contents",
            one(|part| part.data[0] = 0xff),
        ),
        (
            "damaged compressed contents",
            one(|part| {
                part.data.pop();
                part.packed_size -= 1;
            }),
        ),
        (
            "two different sizes",
            whole(|forge| forge.parts[0].size += 1),
        ),
        ("an empty checksum", one(|part| part.crc32 = 0)),
    ];
    let streaming = Limits {
        whole_entry_max_bytes: 0,
        ..Limits::default()
    };
    for (expected, bytes) in cases {
        let message = verdict(&bytes, &Limits::default()).unwrap_err();
        assert!(message.contains(expected), "{expected}: {message}");
        let streamed = stream_all(&bytes, &streaming).unwrap_err().to_string();
        assert_eq!(streamed, message);
    }
}

fn stream_all(bytes: &[u8], limits: &Limits) -> Result<Vec<u8>, ZipError> {
    let archive = ZipArchive::open(bytes, limits)?;
    let mut reader = archive.reader();
    let mut found = Vec::new();
    for entry in archive.entries() {
        reader.stream(entry, &mut |piece| found.extend_from_slice(piece))?;
    }
    Ok(found)
}

#[test]
fn streaming_gives_the_same_contents() {
    let limits = Limits {
        whole_entry_max_bytes: 0,
        ..Limits::default()
    };
    let large: Vec<u8> = (0..700_000_u32)
        .flat_map(|n| n.wrapping_mul(n).to_le_bytes())
        .collect();
    for contents in [b"".as_slice(), b"x", &large, &vec![7; 1 << 20]] {
        for part in [Part::stored("a", contents), Part::deflated("a", contents)] {
            let bytes = Forge::new([part]).bytes();
            assert!(stream_all(&bytes, &limits).unwrap() == contents);
        }
    }
}

#[test]
fn threads_share_an_archive() {
    let parts = (0..64_u8).map(|n| Part::deflated(&format!("{n}"), &vec![n; 10_000]));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("archive.zip");
    tilsit_files::write(&path, Forge::new(parts).bytes()).unwrap();
    let source = FileSource::open(&path).unwrap();
    let archive = ZipArchive::open(source, &Limits::default()).unwrap();
    std::thread::scope(|scope| {
        for first in 0..4 {
            let archive = &archive;
            scope.spawn(move || {
                let mut reader = archive.reader();
                for entry in archive.entries().iter().skip(first).step_by(4) {
                    let number: u8 = entry.name().parse().unwrap();
                    assert_eq!(reader.read(entry).unwrap(), vec![number; 10_000]);
                }
            });
        }
    });
}

#[test]
fn what_costs_too_much_is_refused() {
    let zeros = vec![0; 1 << 20];
    let small = Limits {
        entries_max: 3,
        name_max_bytes: 20,
        entry_max_bytes: 1 << 20,
        total_max_bytes: 2 << 20,
        ratio_max: 1000,
        ratio_free_bytes: 1 << 18,
        ..Limits::default()
    };
    let named = |name: &str| Part::stored(name, b"x");
    verdict(&Forge::new(["a", "b", "c"].map(named)).bytes(), &small).unwrap();
    let bomb = |count: usize| {
        Forge::new((0..count).map(|n| Part::deflated(&format!("{n}"), &zeros))).bytes()
    };
    let lower = Limits {
        ratio_max: 50,
        ..small.clone()
    };
    verdict(&bomb(1), &small).unwrap();
    let cases: Vec<(&str, Vec<u8>, &Limits)> = vec![
        (
            "too many entries: 4 of at most 3",
            Forge::new(["a", "b", "c", "d"].map(named)).bytes(),
            &small,
        ),
        (
            "has too long a name",
            Forge::new([named(&"x".repeat(21))]).bytes(),
            &small,
        ),
        (
            "more bytes than are allowed",
            one(|part| part.size = 2 << 20),
            &small,
        ),
        ("too many unpacked bytes", bomb(3), &small),
        ("too high a compression ratio", bomb(1), &lower),
        ("than it can hold", one(|part| part.size = 1 << 20), &small),
    ];
    for (expected, bytes, limits) in cases {
        let message = verdict(&bytes, limits).unwrap_err();
        assert!(message.contains(expected), "{expected}: {message}");
    }
}

#[test]
fn zstandard_is_read_when_asked_for() {
    let contents = b"zstandard ".repeat(100);
    let part = |data: Vec<u8>| {
        Part::stored("a", &contents).with(|part| {
            part.method = 93;
            part.packed_size = u32::try_from(data.len()).unwrap();
            part.data = data;
        })
    };
    let packed = zstd::stream::encode_all(contents.as_slice(), 3).unwrap();
    let limits = Limits {
        zstandard: true,
        ..Limits::default()
    };
    let found = verdict(&Forge::new([part(packed.clone())]).bytes(), &limits).unwrap();
    assert_eq!(found, [("a".to_owned(), contents.clone())]);
    let twice = [packed.as_slice(), &packed].concat();
    for (expected, data) in [
        ("after its compressed contents", twice),
        ("damaged", packed[..packed.len() - 3].to_vec()),
    ] {
        let message = verdict(&Forge::new([part(data)]).bytes(), &limits).unwrap_err();
        assert!(message.contains(expected), "{expected}: {message}");
    }
}

#[test]
fn zip64_end_records() {
    let records = |end: u64, change: fn(&mut Vec<u8>)| {
        let mut forge = Forge::new([Part::stored("a", b"one")]);
        let plain = forge.bytes();
        let size = 46 + 1;
        let offset = plain.len() as u64 - 22 - size;
        let mut wide = b"PK\x06\x06".to_vec();
        wide.extend(44_u64.to_le_bytes());
        wide.extend([45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        for value in [1, 1, size, offset] {
            wide.extend(value.to_le_bytes());
        }
        wide.extend(b"PK\x06\x07\0\0\0\0");
        wide.extend((end + offset + size).to_le_bytes());
        wide.extend([1, 0, 0, 0]);
        change(&mut wide);
        forge.after_directory = wide;
        forge.directory_offset = Some(u32::MAX);
        forge.bytes()
    };
    verdict(&records(0, |_| ()), &Limits::default()).unwrap();
    let elsewhere = "does not point to the record before it";
    let cases = [
        (elsewhere, records(1, |_| ())),
        (elsewhere, records(0, |wide| wide[0] = b'x')),
        (elsewhere, records(0, |wide| wide[72] = 2)),
        ("of another length", records(0, |wide| wide[4] = 45)),
        ("disagree", records(0, |wide| wide[24] = 2)),
        ("disagree", records(0, |wide| (wide[24], wide[32]) = (2, 2))),
        ("spans several disks", records(0, |wide| wide[16] = 1)),
        ("bytes between", records(0, |wide| wide[48] ^= 1)),
        ("bytes between", records(0, |wide| wide[55] = 0xff)),
    ];
    for (expected, bytes) in cases {
        let message = verdict(&bytes, &Limits::default()).unwrap_err();
        assert!(message.contains(expected), "{expected}: {message}");
    }
}
