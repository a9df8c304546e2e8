//! What is installed in an environment: `.dist-info` folders, and `.egg-info` of older tools.
//!
//! Follows "Recording installed projects". Listing an environment reads folder names only;
//! METADATA, RECORD and the rest are read when asked for.

mod installed;
mod list;
pub mod requires_txt;

pub use installed::{InstalledDistribution, InstalledError, InstalledForm};
pub use list::{Installed, list};
