//! The metadata of what must be built: asked of whoever can build.

use std::path::Path;
use std::sync::Arc;

use tilsit_index_client::SlimMetadata;

/// Builds what has no metadata yet, far enough to have it (PEP 517, `prepare_metadata_for_build_wheel`).
///
/// The build front end implements it; it may in turn resolve build requirements.
pub trait MetadataBuilder {
    /// The metadata of the sdist at `path`, called `name`.
    ///
    /// # Errors
    /// When it cannot or must not be built; in words for an explanation.
    fn metadata(&self, name: &str, path: &Path) -> Result<Arc<SlimMetadata>, BuildRefusal>;
}

/// Why something was not built, as the rest of "`a` 1.0 …".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BuildRefusal(pub String);

/// Builds nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoBuilder;

impl MetadataBuilder for NoBuilder {
    fn metadata(&self, name: &str, _path: &Path) -> Result<Arc<SlimMetadata>, BuildRefusal> {
        Err(BuildRefusal(format!(
            "its metadata is only known once `{name}` is built, and nothing is built here"
        )))
    }
}
