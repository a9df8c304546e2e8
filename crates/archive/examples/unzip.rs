//! Unpacks every wheel of a folder to memory, and the same by a plain loop over libdeflate, and
//! prints both times and their ratio.
//!
//! ```text
//! cargo run --release -p tilsit-archive --example unzip -- FOLDER [THREADS] [ROUNDS]
//! ```
//!
//! The plain loop knows beforehand where each entry's bytes are and checks only sizes and
//! checksums; ours opens the archive, checks every header, and reads each entry. Archives are in
//! memory for both, and both reuse one output buffer a thread.
#![allow(clippy::unwrap_used, reason = "a measurement fails by panicking")]

use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tilsit_archive::Limits;
use tilsit_archive::zip::{Method, ZipArchive};

/// One entry as the plain loop sees it.
struct Known {
    data: Range<usize>,
    size: usize,
    crc32: u32,
    stored: bool,
}

struct Wheel {
    bytes: Vec<u8>,
    entries: Vec<Known>,
}

#[expect(clippy::print_stdout, reason = "the figures are what it is for")]
fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().expect("a folder of wheels is needed");
    let threads: usize = arguments.next().map_or(1, |text| text.parse().unwrap());
    let rounds: usize = arguments.next().map_or(7, |text| text.parse().unwrap());
    let wheels = load(Path::new(&folder));
    let entries: usize = wheels.iter().map(|wheel| wheel.entries.len()).sum();
    let unpacked: usize = wheels
        .iter()
        .flat_map(|wheel| &wheel.entries)
        .map(|entry| entry.size)
        .sum();
    println!(
        "{} wheels, {entries} entries, {} MB unpacked, {threads} thread(s), best of {rounds}",
        wheels.len(),
        unpacked / 1_000_000
    );
    let (mut plain_best, mut ours_best) = (Duration::MAX, Duration::MAX);
    for _ in 0..rounds {
        plain_best = plain_best.min(timed(threads, &wheels, plain));
        ours_best = ours_best.min(timed(threads, &wheels, ours));
    }
    println!("plain libdeflate loop: {plain_best:.3?}");
    println!("tilsit-archive:        {ours_best:.3?}");
    let ratio = ours_best.as_secs_f64() / plain_best.as_secs_f64();
    println!("ratio:                 {ratio:.3}");
}

fn load(folder: &Path) -> Vec<Wheel> {
    let mut wheels = Vec::new();
    for file in tilsit_files::read_dir(folder).unwrap() {
        if file.path.extension().is_none_or(|end| end != "whl") {
            continue;
        }
        let bytes = tilsit_files::read(&file.path).unwrap();
        let archive = ZipArchive::open(bytes.as_slice(), &Limits::default())
            .unwrap_or_else(|error| panic!("{}: {error}", file.path.display()));
        let entries = archive
            .entries()
            .iter()
            .map(|entry| {
                let end = usize::try_from(archive.directory().range_of(entry).end).unwrap();
                let start = usize::try_from(archive.directory().range_of(entry).start).unwrap();
                let lengths = &bytes[start + 26..start + 30];
                let name = usize::from(u16::from_le_bytes([lengths[0], lengths[1]]));
                let extra = usize::from(u16::from_le_bytes([lengths[2], lengths[3]]));
                let data = start + 30 + name + extra;
                let packed = usize::try_from(entry.packed_size()).unwrap();
                assert!(data + packed <= end);
                Known {
                    data: data..data + packed,
                    size: usize::try_from(entry.size()).unwrap(),
                    crc32: entry.crc32(),
                    stored: entry.method() == Method::Stored,
                }
            })
            .collect();
        wheels.push(Wheel { bytes, entries });
    }
    // The largest first, so that two threads end together.
    wheels.sort_by_key(|wheel| std::cmp::Reverse(wheel.bytes.len()));
    wheels
}

fn timed(threads: usize, wheels: &[Wheel], unpack: fn(&Wheel)) -> Duration {
    let start = Instant::now();
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(wheel) = wheels.get(next.fetch_add(1, Ordering::Relaxed)) {
                    unpack(wheel);
                }
            });
        }
    });
    start.elapsed()
}

fn plain(wheel: &Wheel) {
    let mut decompressor = libdeflater::Decompressor::new();
    let mut buffer = Vec::new();
    for entry in &wheel.entries {
        let packed = &wheel.bytes[entry.data.clone()];
        if buffer.len() < entry.size {
            buffer.resize(entry.size, 0);
        }
        let contents = &mut buffer[..entry.size];
        if entry.stored {
            contents.copy_from_slice(packed);
        } else {
            let made = decompressor.deflate_decompress(packed, contents).unwrap();
            assert_eq!(made, entry.size);
        }
        assert_eq!(libdeflater::crc32(contents), entry.crc32);
    }
}

fn ours(wheel: &Wheel) {
    let archive = ZipArchive::open(wheel.bytes.as_slice(), &Limits::default()).unwrap();
    let mut reader = archive.reader();
    let mut read = 0;
    for entry in archive.entries() {
        read += reader.read(entry).unwrap().len();
    }
    assert_eq!(read, wheel.entries.iter().map(|entry| entry.size).sum());
}
