//! A whole index as folders of files: into a tree that any web server can serve, and out of folders
//! that other indexes left.

pub(crate) mod devpi;
pub(crate) mod export;
pub(crate) mod import;
pub(crate) mod source;
