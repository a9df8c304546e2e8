//! Reads each archive that is named, completely, and prints `taken` or why it is refused.
//!
//! ```text
//! cargo run --release -p tilsit-archive --example verdict -- FILE...
//! ```
#![allow(clippy::print_stdout, reason = "the verdicts are what it is for")]

use std::io::BufReader;
use std::path::Path;

use tilsit_archive::tar::{Links, TarReader};
use tilsit_archive::zip::ZipArchive;
use tilsit_archive::{FileSource, Limits};

type Fault = Box<dyn std::error::Error>;

fn main() {
    let mut refused = 0;
    let files: Vec<String> = std::env::args().skip(1).collect();
    for file in &files {
        let path = Path::new(file);
        let verdict = match tilsit_files::read(path).map(|bytes| bytes.starts_with(b"PK")) {
            Ok(true) => read_zip(path),
            Ok(false) => read_tar(path),
            Err(error) => Err(error.into()),
        };
        match verdict {
            Ok(()) => println!("taken    {file}"),
            Err(error) => {
                refused += 1;
                println!("refused  {file}: {error}");
            }
        }
    }
    println!("{} of {} taken", files.len() - refused, files.len());
}

fn read_zip(path: &Path) -> Result<(), Fault> {
    let archive = ZipArchive::open(FileSource::open(path)?, &Limits::default())?;
    let mut reader = archive.reader();
    for entry in archive.entries() {
        reader.stream(entry, &mut |_| ())?;
    }
    Ok(())
}

fn read_tar(path: &Path) -> Result<(), Fault> {
    let input = BufReader::new(tilsit_files::open(path)?);
    let mut reader = TarReader::new(input, &Limits::default(), Links::Inside)?;
    while reader.next_entry()?.is_some() {
        reader.stream_contents(&mut |_| ())?;
    }
    Ok(())
}
