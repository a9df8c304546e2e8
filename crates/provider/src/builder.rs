//! What must be built before anything is known of it: asked of whoever can build.

use std::path::Path;
use std::sync::Arc;

use tilsit_index_client::{RemoteFile, SlimMetadata};

/// Something that is no wheel.
#[derive(Debug, Clone, Copy)]
pub enum BuildSource<'a> {
    /// An sdist of an index, downloaded. Its metadata is not static.
    Sdist {
        /// The file as the index has it.
        file: &'a RemoteFile,
        /// Where it is now; it goes when the builder has answered.
        path: &'a Path,
    },
    /// What the URL of a requirement leads to: an archive, a folder, a repository.
    Url(&'a str),
}

/// Builds what has no metadata yet, far enough to have it (PEP 517, `prepare_metadata_for_build_wheel`).
///
/// The build front end implements it; it may in turn resolve build requirements.
pub trait MetadataBuilder {
    /// The metadata of what `source` is built to.
    ///
    /// # Errors
    /// When it cannot or must not be built.
    fn metadata(&self, source: BuildSource<'_>) -> Result<Arc<SlimMetadata>, BuildRefusal>;

    /// Says that an sdist was downloaded to look into it. Who will build it soon may keep it: the
    /// file at `path` goes.
    fn downloaded(&self, _file: &RemoteFile, _path: &Path) {}
}

/// Why something was not built.
#[derive(Debug, thiserror::Error)]
pub enum BuildRefusal {
    /// It must not be built, in words as the rest of "`a` 1.0 …": the resolver looks for another release.
    #[error("{0}")]
    NotAllowed(String),
    /// It was tried in vain. That ends the resolution: falling back to older and older releases,
    /// each to be built in vain, helps nobody.
    #[error(transparent)]
    Failed(Box<dyn std::error::Error + Send + Sync>),
}

/// Builds nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoBuilder;

impl MetadataBuilder for NoBuilder {
    fn metadata(&self, source: BuildSource<'_>) -> Result<Arc<SlimMetadata>, BuildRefusal> {
        Err(BuildRefusal::NotAllowed(match source {
            BuildSource::Sdist { file, .. } => format!(
                "its metadata is only known once `{}` is built, and nothing is built here",
                file.name
            ),
            BuildSource::Url(_) => "has to be built, and nothing is built here".to_owned(),
        }))
    }
}
