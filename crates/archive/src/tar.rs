//! Tar archives: a strict reader for source distributions, and a deterministic writer.
//!
//! Reads POSIX `ustar` and `pax`, and of GNU tar what source distributions have: its magic and its
//! long names. Where a pax record and the header beside it could lead two readers to different
//! places in the stream, the archive is refused. Follows PEP 721 in what may be inside: files,
//! folders, and, if asked for, links that stay inside the archive.

mod error;
mod header;
mod pax;
mod reader;
mod stream;
mod writer;

pub use error::TarError;
pub use reader::{Links, TarEntry, TarEntryKind, TarReader};
pub use writer::{TarWriteError, TarWriter};
