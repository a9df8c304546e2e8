//! Releases that are installed where the answer is for: they count whatever the indexes have, and
//! their requirements stand in their own metadata.

use std::path::PathBuf;

use tilsit_index_client::{RemoteFile, SlimMetadata};
use tilsit_packaging::version::Version;
use tilsit_resolver::Candidate;
use tilsit_simple_api::{CoreMetadataFile, Hashes};
use url::Url;

use crate::resolution::PinnedFile;

/// An installed release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstalledRelease {
    /// Its version.
    pub version: Version,
    /// Its METADATA.
    pub metadata: PathBuf,
}

impl InstalledRelease {
    /// Puts it among the candidates of its project. Nothing speaks against it: it is there.
    pub(crate) fn add_to(&self, candidates: &mut Vec<Candidate>) {
        candidates.retain(|candidate| candidate.version != self.version);
        candidates.push(Candidate::new(self.version.clone()));
    }

    /// What its metadata says, if it can be read.
    pub(crate) fn metadata(&self) -> Option<SlimMetadata> {
        let bytes = tilsit_files::read(&self.metadata).ok()?;
        SlimMetadata::parse(&bytes).ok()
    }

    /// The file of a pin that is there already: nobody fetches it.
    pub(crate) fn file(&self) -> Option<PinnedFile> {
        let folder = self.metadata.parent()?;
        Some(PinnedFile {
            remote: RemoteFile {
                name: folder.file_name()?.to_str()?.into(),
                url: Url::from_file_path(folder).ok()?,
                hashes: Hashes::default(),
                size_bytes: None,
                core_metadata: CoreMetadataFile::No,
                upload_time: None,
            },
            is_wheel: true,
            requires_python: None,
        })
    }
}
