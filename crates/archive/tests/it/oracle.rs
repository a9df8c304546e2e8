//! CPython's zipfile and tarfile against ours: what we take, they read to the same contents; what
//! they write, we take.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tilsit_archive::Limits;
use tilsit_archive::compression::gzip;
use tilsit_archive::tar::{Links, TarEntryKind, TarReader, TarWriter};
use tilsit_archive::zip::{ZipArchive, ZipWriter, ZipWriterOptions};

use crate::forge::{Forge, Part, descriptor, extra};

/// Prints, for each archive named, its files and the CRC-32 of their contents.
const READ: &str = r"
import json, sys, tarfile, zipfile, zlib
found = {}
for path in sys.argv[1:]:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            files = {i.filename: zlib.crc32(archive.read(i)) for i in archive.infolist() if not i.is_dir()}
    else:
        with tarfile.open(path) as archive:
            files = {m.name: zlib.crc32(archive.extractfile(m).read()) for m in archive if m.isfile()}
    found[path] = files
json.dump(found, sys.stdout)
";

/// Writes archives in every form the two modules know.
const WRITE: &str = r#"
import io, sys, tarfile, zipfile
files = [("a/b.py", b"print()\n" * 99), ("a/empty", b""), ("x" * 120, b"long"), ("d/\u00e4", b"wide"), ("n" * 100, b"full")]
class Pipe(io.RawIOBase):
    def __init__(self, path): self.file = open(path, "wb")
    def writable(self): return True
    def write(self, data): return self.file.write(data)
    def close(self): self.file.close()
def zip_to(name, target, compression, wide=False):
    with zipfile.ZipFile(target, "w", compression) as archive:
        for path, contents in files:
            info = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
            info.compress_type = compression
            info.external_attr = 0o100644 << 16
            with archive.open(info, "w", force_zip64=wide) as entry:
                entry.write(contents)
for name, compression in [("stored", zipfile.ZIP_STORED), ("deflated", zipfile.ZIP_DEFLATED)]:
    zip_to(name, f"{sys.argv[1]}/{name}.zip", compression)
    zip_to(name, f"{sys.argv[1]}/{name}-wide.zip", compression, True)
    if compression == zipfile.ZIP_DEFLATED:
        pipe = Pipe(f"{sys.argv[1]}/{name}-piped.zip")
        zip_to(name, pipe, compression)
        pipe.close()
for name, form in [("pax", tarfile.PAX_FORMAT), ("gnu", tarfile.GNU_FORMAT)]:
    for mode in ["", "gz", "bz2", "xz"]:
        with tarfile.open(f"{sys.argv[1]}/{name}.tar{mode and '.' + mode}", f"w:{mode}", format=form) as archive:
            folder = tarfile.TarInfo("a")
            folder.type = tarfile.DIRTYPE
            archive.addfile(folder)
            for path, contents in files:
                info = tarfile.TarInfo(path)
                info.size = len(contents)
                info.mtime = 1.5 if form == tarfile.PAX_FORMAT else 1
                archive.addfile(info, io.BytesIO(contents))
"#;

type Files = BTreeMap<String, u32>;

fn python(script: &str, arguments: &[PathBuf]) -> Option<Vec<u8>> {
    let python = tilsit_testing::require("CPython", tilsit_testing::python())?;
    let output = Command::new(python)
        .args(["-I", "-c", script])
        .args(arguments)
        .output()
        .unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{message}");
    Some(output.stdout)
}

fn read(path: &Path) -> Files {
    let bytes = tilsit_files::read(path).unwrap();
    let limits = Limits::default();
    if bytes.starts_with(b"PK") {
        let archive = ZipArchive::open(bytes.as_slice(), &limits)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let files = archive.entries().iter().filter(|entry| entry.is_file());
        return files
            .map(|entry| {
                let contents = archive.read(entry).unwrap();
                (entry.name().to_owned(), libdeflater::crc32(&contents))
            })
            .collect();
    }
    let mut reader = TarReader::new(bytes.as_slice(), &limits, Links::Refused).unwrap();
    let mut found = Files::new();
    while let Some(entry) = reader
        .next_entry()
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    {
        let contents = reader.read_contents().unwrap();
        if entry.kind == TarEntryKind::File {
            found.insert(entry.name, libdeflater::crc32(&contents));
        }
    }
    found
}

#[test]
fn what_we_take_python_reads_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let packed = b"hello ".repeat(40);
    let plain = || Part::deflated("a/b", &packed);
    let sizes = [packed.len() as u64, u64::from(plain().packed_size)];
    let zip64 = sizes
        .iter()
        .flat_map(|size| size.to_le_bytes())
        .collect::<Vec<u8>>();
    let deferred = |part: &mut Part| {
        part.flags = 8;
        part.local_sizes = Some((0, 0, 0));
        part.descriptor = descriptor(part.crc32, part.packed_size, part.size);
    };
    let forged = [
        Forge::default(),
        Forge::new([plain(), Part::stored("c", b"x"), Part::stored("d", b"")]),
        Forge::new([plain()]).with(|forge| forge.comment = b"by hand".to_vec()),
        Forge::new([plain().with(deferred), Part::stored("c", b"x")]),
        Forge::new([plain().with(|part| part.local_extra = Some(extra(1, &zip64)))]),
        Forge::new([plain().with(|part| {
            (part.size, part.packed_size) = (u32::MAX, u32::MAX);
            part.extra = extra(1, &zip64);
        })]),
        Forge::new([Part::stored("\u{e4}", b"x").with(|part| part.flags = 1 << 11)]),
    ];
    let mut paths = Vec::new();
    for (number, forge) in forged.iter().enumerate() {
        paths.push((folder.path().join(format!("{number}.zip")), forge.bytes()));
    }
    let mut zip = ZipWriter::new(Vec::new(), ZipWriterOptions::default());
    let mut tar = TarWriter::new(Vec::new(), 1);
    for (name, contents) in [
        ("a/b", packed.as_slice()),
        ("c/\u{e4}", b""),
        (&"x".repeat(120), b"y"),
    ] {
        zip.add_file(name, contents, true).unwrap();
        tar.add_file(name, contents, true).unwrap();
    }
    zip.add_folder("empty").unwrap();
    tar.add_folder("empty").unwrap();
    let tar = tar.finish().unwrap();
    paths.push((folder.path().join("ours.zip"), zip.finish().unwrap()));
    paths.push((folder.path().join("ours.tar.gz"), gzip(&tar, 12)));
    paths.push((folder.path().join("ours.tar"), tar));
    for (path, bytes) in &paths {
        tilsit_files::write(path, bytes).unwrap();
    }
    let paths: Vec<PathBuf> = paths.into_iter().map(|(path, _)| path).collect();
    let Some(output) = python(READ, &paths) else {
        return;
    };
    let theirs: Value = serde_json::from_slice(&output).unwrap();
    for path in &paths {
        assert_eq!(
            json!(read(path)),
            theirs[path.to_str().unwrap()],
            "{}",
            path.display()
        );
    }
}

#[test]
fn what_python_writes_we_take() {
    let folder = tempfile::tempdir().unwrap();
    let Some(_) = python(WRITE, &[folder.path().to_path_buf()]) else {
        return;
    };
    let expected: Files = [
        ("a/b.py", b"print()\n".repeat(99).as_slice()),
        ("a/empty", b""),
        (&"x".repeat(120), b"long"),
        ("d/\u{e4}", b"wide"),
        (&"n".repeat(100), b"full"),
    ]
    .iter()
    .map(|(name, contents)| ((*name).to_owned(), libdeflater::crc32(contents)))
    .collect();
    let archives = tilsit_files::read_dir(folder.path()).unwrap();
    assert_eq!(archives.len(), 13);
    for archive in archives {
        assert_eq!(read(&archive.path), expected, "{}", archive.path.display());
    }
}
