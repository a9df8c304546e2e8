//! Zip archives: a strict reader, a reader of remote archives by their tail, and a writer.
//!
//! Follows the APPNOTE 6.3.10, read narrowly: what the wheel specification and the
//! default index's rules against parser confusion ask for, and a little more. The archive must be covered end to end
//! by its local entries, its central directory and its end record, with nothing between, before or
//! behind; the two descriptions of each entry must agree.

mod archive;
mod central;
mod decode;
mod directory;
mod end_record;
mod entry;
mod error;
mod extra;
mod fields;
mod local;
mod time;
mod writer;

pub use archive::{EntryReader, ZipArchive};
pub use directory::{Tail, ZipDirectory};
pub use entry::{EntryKind, Method, ZipEntry};
pub use error::ZipError;
pub use time::DosTime;
pub use writer::{PackedFile, ZipWriteError, ZipWriter, ZipWriterOptions};
