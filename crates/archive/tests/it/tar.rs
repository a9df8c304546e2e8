//! Tar archives that two readers could see differently, that reach out of their root, or that cost
//! more than they may.

use tilsit_archive::Limits;
use tilsit_archive::tar::{Links, TarEntryKind, TarError, TarReader};

use crate::forge::tar_block;

const END: [u8; 1024] = [0; 1024];

fn file(name: &str, contents: &[u8]) -> Vec<u8> {
    tar_block(name, b'0', contents, |_| ())
}

fn pax(kind: u8, records: &[(&str, &str)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (key, value) in records {
        let rest = key.len() + value.len() + 3;
        let length = (1..10_000_000)
            .find(|n| rest + n.to_string().len() == *n)
            .unwrap();
        bytes.extend(format!("{length} {key}={value}\n").into_bytes());
    }
    tar_block("pax", kind, &bytes, |_| ())
}

fn gnu(name: &str, kind: u8, contents: &[u8]) -> Vec<u8> {
    tar_block(name, kind, contents, |block| {
        block[257..265].copy_from_slice(b"ustar  \0");
    })
}

fn link(name: &str, kind: u8, target: &str) -> Vec<u8> {
    tar_block(name, kind, b"", |block| {
        block[157..157 + target.len()].copy_from_slice(target.as_bytes());
    })
}

fn read(bytes: &[u8], limits: &Limits) -> Result<Vec<(String, Vec<u8>)>, TarError> {
    let mut reader = TarReader::new(bytes, limits, Links::Inside)?;
    let mut found = Vec::new();
    while let Some(entry) = reader.next_entry()? {
        let contents = match &entry.kind {
            TarEntryKind::File => reader.read_contents()?,
            TarEntryKind::Folder => b"/".to_vec(),
            TarEntryKind::Symlink { target } => format!("-> {target}").into_bytes(),
            TarEntryKind::HardLink { target } => format!("= {target}").into_bytes(),
        };
        assert!(reader.read_contents()?.is_empty());
        found.push((entry.name, contents));
    }
    Ok(found)
}

fn verdict(blocks: &[Vec<u8>]) -> Result<Vec<(String, Vec<u8>)>, String> {
    let bytes = [blocks.concat().as_slice(), &END].concat();
    read(&bytes, &Limits::default()).map_err(|error| error.to_string())
}

/// A name for the case, the blocks, and what is read from them.
type Case<'a> = (&'a str, Vec<Vec<u8>>, Vec<(&'a str, &'a str)>);

#[test]
fn what_source_distributions_have_is_read() {
    let long = "x".repeat(120);
    let long_nul = format!("{long}\0");
    let cases: Vec<Case> = vec![
        ("plain", vec![file("a/b", b"hello")], vec![("a/b", "hello")]),
        (
            "prefix",
            vec![tar_block("b", b'0', b"x", |block| {
                block[345..348].copy_from_slice(b"a/c");
            })],
            vec![("a/c/b", "x")],
        ),
        (
            "pax path",
            vec![
                pax(b'x', &[("path", &long), ("mtime", "1.5")]),
                file("short", b"x"),
            ],
            vec![(&long, "x")],
        ),
        (
            "pax for one entry only",
            vec![
                pax(b'x', &[("path", "é")]),
                file("s", b"x"),
                file("t", b"y"),
            ],
            vec![("é", "x"), ("t", "y")],
        ),
        (
            "pax size that repeats",
            vec![pax(b'x', &[("size", "2")]), file("a", b"xy")],
            vec![("a", "xy")],
        ),
        (
            "git's global comment",
            vec![pax(b'g', &[("comment", "0123abc")]), file("a", b"x")],
            vec![("a", "x")],
        ),
        (
            "gnu long name",
            vec![
                gnu("././@LongLink", b'L', long_nul.as_bytes()),
                gnu("short", b'0', b"x"),
            ],
            vec![(&long, "x")],
        ),
        (
            "gnu long link",
            vec![
                gnu("././@LongLink", b'K', long_nul.as_bytes()),
                gnu("s", b'2', b""),
            ],
            vec![("s", "-> xxx")],
        ),
        (
            "folders, twice",
            vec![
                tar_block("a/", b'5', b"", |_| ()),
                tar_block("a", b'5', b"", |_| ()),
            ],
            vec![("a", "/"), ("a", "/")],
        ),
        (
            "links inside",
            vec![
                file("a/f", b"x"),
                link("a/s", b'2', "f"),
                link("a/t", b'2', "../b/../c".trim_end_matches("/../c")),
                link("a/u", b'2', ".."),
                link("h", b'1', "a/f"),
            ],
            vec![
                ("a/f", "x"),
                ("a/s", "-> f"),
                ("a/t", "-> ../b"),
                ("a/u", "-> .."),
                ("h", "= a/f"),
            ],
        ),
    ];
    for (name, blocks, expected) in cases {
        let found = verdict(&blocks).unwrap_or_else(|message| panic!("{name}: {message}"));
        assert_eq!(found.len(), expected.len(), "{name}");
        for ((path, contents), (expected_path, expected_contents)) in found.iter().zip(expected) {
            assert_eq!(path, expected_path, "{name}");
            assert!(contents.starts_with(expected_contents.as_bytes()), "{name}");
        }
    }
}

#[test]
fn the_old_kind_of_a_file_is_read() {
    let old = tar_block("a-1/b", 0, b"text", |_| ());
    let read = verdict(&[old]).expect("it is read");
    assert_eq!(read, [("a-1/b".to_owned(), b"text".to_vec())]);
}

#[test]
fn what_readers_could_see_differently_is_refused() {
    let hidden = file("hidden", b"payload");
    let cases: Vec<(&str, Vec<Vec<u8>>)> = vec![
        // CVE-2025-62518: the pax size says 0, the header says the size of a hidden archive.
        (
            "two different sizes",
            vec![pax(b'x', &[("size", "0")]), file("a", &hidden)],
        ),
        (
            "two different sizes",
            vec![
                pax(b'x', &[("size", "1024")]),
                tar_block("a", b'0', b"", |_| ()),
                hidden.clone(),
            ],
        ),
        (
            "all at once",
            vec![pax(b'g', &[("size", "0")]), file("a", &hidden)],
        ),
        (
            "all at once",
            vec![pax(b'g', &[("path", "b")]), file("a", b"")],
        ),
        (
            "mixes or repeats",
            vec![
                pax(b'x', &[("path", "b")]),
                pax(b'x', &[("a", "b")]),
                file("a", b""),
            ],
        ),
        (
            "mixes or repeats",
            vec![
                pax(b'x', &[("path", "b")]),
                pax(b'g', &[("a", "b")]),
                file("a", b""),
            ],
        ),
        (
            "mixes or repeats",
            vec![tar_block("l", b'L', b"b\0", |_| ()), file("a", b"")],
        ),
        (
            "damaged long name",
            vec![gnu("l", b'L', b"b"), gnu("a", b'0', b"")],
        ),
        (
            "damaged long name",
            vec![gnu("l", b'L', b"a\0b\0"), gnu("a", b'0', b"")],
        ),
        (
            "same pax record twice",
            vec![pax(b'x', &[("path", "b"), ("path", "c")]), file("a", b"")],
        ),
        (
            "after an extended header",
            vec![pax(b'x', &[("path", "b")])],
        ),
        (
            "without the magic",
            vec![tar_block("a", b'0', b"", |block| block[257] = 0)],
        ),
        (
            "GNU extensions",
            vec![tar_block("a", b'0', b"", |block| {
                block[257..265].copy_from_slice(b"ustar  \0");
                block[345] = b'1';
            })],
        ),
        (
            "has contents and is not a file",
            vec![tar_block("a/", b'5', &hidden, |_| ())],
        ),
        (
            "has contents and is not a file",
            vec![tar_block("a", b'2', &hidden, |block| block[157] = b'b')],
        ),
        ("by its name and not by its kind", vec![file("a/", b"")]),
        ("target and is no link", vec![link("a", b'0', "b")]),
        (
            "bytes behind its end",
            vec![file("a", b""), vec![0; 1024], hidden.clone()],
        ),
        ("is there twice", vec![file("a", b"1"), file("a", b"2")]),
        (
            "is there twice",
            vec![
                pax(b'x', &[("path", "caf\u{e9}")]),
                file("a", b"1"),
                pax(b'x', &[("path", "cafe\u{301}")]),
                file("b", b"2"),
            ],
        ),
        (
            "size that is not octal",
            vec![tar_block("a", b'0', b"", |block| block[124] = 0x80)],
        ),
        (
            "is a sparse file",
            vec![pax(b'x', &[("GNU.sparse.major", "1")]), file("a", b"")],
        ),
    ];
    for (expected, blocks) in cases {
        let message = verdict(&blocks).unwrap_err();
        assert!(message.contains(expected), "{expected}: {message}");
    }
}

#[test]
fn what_reaches_out_of_the_root_is_refused() {
    let cases: Vec<(&str, Vec<Vec<u8>>)> = vec![
        ("climbs", vec![file("../a", b"")]),
        (
            "climbs",
            vec![pax(b'x', &[("path", "a/../../b")]), file("a", b"")],
        ),
        ("absolute", vec![file("/a", b"")]),
        ("drive letter", vec![file("C:a", b"")]),
        ("backslash", vec![file("a\\b", b"")]),
        ("control character", vec![file("a\nb", b"")]),
        ("the step `.`", vec![file("./a", b"")]),
        (
            "prefix that is not",
            vec![
                pax(b'x', &[("path", "safe")]),
                tar_block("evil", b'0', b"", |block| {
                    block[345..347].copy_from_slice(b"..");
                }),
            ],
        ),
        ("link out of the archive", vec![link("a", b'2', "..")]),
        (
            "link out of the archive",
            vec![link("a/b", b'2', "../../etc/passwd")],
        ),
        ("not a plain path", vec![link("a", b'2', "/etc/passwd")]),
        ("not a plain path", vec![link("a", b'2', "b/../../c")]),
        ("not a plain path", vec![link("a", b'2', "")]),
        ("hard link to no file", vec![link("a", b'1', "../b")]),
        ("hard link to no file", vec![link("a", b'1', "missing")]),
        (
            "hard link to no file",
            vec![link("s", b'2', "b"), link("a", b'1', "s")],
        ),
        (
            "link out of the archive",
            vec![
                pax(b'x', &[("linkpath", "safe")]),
                link("a", b'2', "../evil"),
            ],
        ),
        // A file that would be written through a link that came before it.
        (
            "lies below a file",
            vec![link("a", b'2', "b"), file("a/x", b"")],
        ),
        (
            "both a file and a folder",
            vec![file("a/x", b""), link("a", b'2', "b")],
        ),
        (
            "neither a file nor a folder",
            vec![tar_block("a", b'3', b"", |_| ())],
        ),
        (
            "neither a file nor a folder",
            vec![tar_block("a", b'4', b"", |_| ())],
        ),
        (
            "neither a file nor a folder",
            vec![tar_block("a", b'6', b"", |_| ())],
        ),
        (
            "neither a file nor a folder",
            vec![tar_block("a", b'7', b"", |_| ())],
        ),
        ("neither a file nor a folder", vec![gnu("a", b'S', b"")]),
        ("neither a file nor a folder", vec![gnu("a", b'V', b"")]),
        (
            "a folder by its name",
            vec![tar_block("a/", 0, b"", |_| ())],
        ),
    ];
    for (expected, blocks) in cases {
        let message = verdict(&blocks).unwrap_err();
        assert!(message.contains(expected), "{expected}: {message}");
    }
}

#[test]
fn links_are_refused_unless_asked_for() {
    for blocks in [
        vec![link("a", b'2', "b")],
        vec![file("b", b""), link("a", b'1', "b")],
    ] {
        let bytes = [blocks.concat().as_slice(), &END].concat();
        let mut reader =
            TarReader::new(bytes.as_slice(), &Limits::default(), Links::Refused).unwrap();
        let fault = loop {
            match reader.next_entry() {
                Ok(entry) => assert!(entry.is_some()),
                Err(error) => break error.to_string(),
            }
        };
        assert_eq!(fault, "the entry `a` is a link");
    }
}

#[test]
fn an_archive_must_be_whole() {
    let whole = [file("a", b"hello").as_slice(), &file("b", b""), &END].concat();
    let limits = Limits::default();
    assert_eq!(read(&whole, &limits).unwrap().len(), 2);
    let padded = [whole.as_slice(), &[0; 8192]].concat();
    assert_eq!(read(&padded, &limits).unwrap().len(), 2);
    for length in (0..whole.len()).step_by(64) {
        let message = read(&whole[..length], &limits).unwrap_err().to_string();
        assert!(message.contains("is cut off"), "{length}: {message}");
    }
    assert!(read(&[], &limits).is_err());
}

#[test]
fn what_costs_too_much_is_refused() {
    let small = Limits {
        entries_max: 2,
        name_max_bytes: 50,
        entry_max_bytes: 1 << 20,
        total_max_bytes: 3 << 19,
        ratio_max: 50,
        ratio_free_bytes: 1 << 19,
        ..Limits::default()
    };
    let zeros = vec![0; 1 << 20];
    let noise: Vec<u8> = (0..1 << 18_u32)
        .flat_map(|n: u32| n.wrapping_mul(0x9e37_79b1).to_le_bytes())
        .collect();
    let archive = |blocks: &[Vec<u8>]| {
        tilsit_archive::compression::gzip(&[blocks.concat().as_slice(), &END].concat(), 6)
    };
    read(&archive(&[file("a", &noise)]), &small).unwrap();
    let huge = tar_block("a", b'0', b"", |block| {
        block[124..136].copy_from_slice(b"77777777777\0");
    });
    let long = pax(b'x', &[("comment", &"x".repeat(2 << 20))]);
    let cases = [
        (
            "too many entries: 3 of at most 2",
            archive(&["a", "b", "c"].map(|name| file(name, b""))),
        ),
        (
            "has too long a name",
            archive(&[file(&"x".repeat(51), b"")]),
        ),
        (
            "more bytes than are allowed",
            archive(&[file("a", &vec![0; (1 << 20) + 1])]),
        ),
        (
            "too many unpacked bytes",
            archive(&[file("a", &noise), file("b", &noise)]),
        ),
        ("too many unpacked bytes", archive(&[huge])),
        (
            "too high a compression ratio",
            archive(&[file("a", &zeros)]),
        ),
        (
            "too long an extended header",
            archive(&[long, file("a", b"")]),
        ),
    ];
    for (expected, bytes) in cases {
        let message = read(&bytes, &small).unwrap_err().to_string();
        assert!(message.contains(expected), "{expected}: {message}");
    }
}
