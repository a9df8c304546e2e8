//! Strict, bounded reading and deterministic writing of zip and tar archives.
//!
//! An archive from outside is read as exactly one thing or refused: where two readers could see
//! different files in the same bytes (a local header that disagrees with the central directory, a
//! second end record, a pax size that disagrees with its header), it is an error, not a choice.
//! Names are plain relative paths, every size is bounded by [`Limits`] before memory is spent, and
//! every checksum is verified. Which doubtful forms are taken all the same, and which real file
//! needs each, is listed in `docs/design/archives.md`.
//!
//! ```
//! use tilsit_archive::{Limits, zip};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut writer = zip::ZipWriter::new(Vec::new(), zip::ZipWriterOptions::default());
//! writer.add_file("pkg/__init__.py", b"answer = 42\n", false)?;
//! let bytes = writer.finish()?;
//!
//! let archive = zip::ZipArchive::open(bytes.as_slice(), &Limits::default())?;
//! let entry = archive.entry("pkg/__init__.py").expect("it was just written");
//! assert_eq!(archive.read(entry)?, b"answer = 42\n");
//! # Ok(())
//! # }
//! ```
//!
//! # Invariants
//!
//! - Nothing is written to disk by a reader: entries are bytes and names.
//! - A name that leaves a reader has passed [`entry_name::check`].
//! - No allocation is larger than what [`Limits`] allows, whatever a header claims.
//! - The writers' output depends on their arguments alone.
//! - `unsafe` stands in `inflate.rs` alone, for one call into libdeflate.

pub mod compression;
pub mod entry_name;
pub mod limits;
pub mod source;
pub mod tar;
pub mod zip;

mod inflate;

pub use limits::Limits;
pub use source::{FileSource, ReadAt};
