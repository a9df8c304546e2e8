//! Source distributions: opened and checked, unpacked into a folder, and written.
//!
//! Follows "Source distribution format". A file of today is a gzipped tar archive with one top
//! folder `{name}-{version}` that holds PKG-INFO and pyproject.toml; older ones are read as well,
//! and say so in their findings. The metadata can be used without a build where the standard makes
//! it static: see [`Sdist::static_metadata`].

mod contents;
mod newest;
mod unpack;
mod writer;

pub use contents::{Sdist, SdistEntry, SdistError, SdistFault};
pub use newest::newest_member;
pub use unpack::{UnpackError, unpack};
pub use writer::{SdistWriteError, SdistWriter};
