//! The packaging specifications as values: versions, specifiers, markers, requirements, tags, metadata, lock files.

mod identifier;

pub mod direct_url;
pub mod entry_points;
pub mod inline_script;
pub mod license;
pub mod problem;
pub mod record;
