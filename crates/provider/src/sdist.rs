//! The metadata of an sdist: downloaded, and taken from its PKG-INFO where that is static.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use tilsit_archive::Limits;
use tilsit_dist::sdist::Sdist;
use tilsit_files::TemporaryFolder;
use tilsit_index_client::{DownloadError, HttpError, RemoteFile, SlimMetadata};
use tilsit_packaging::metadata::CoreMetadata;

use crate::builder::{BuildRefusal, BuildSource};
use crate::resolve::{ResolveError, Resolving};

/// The metadata, or in words why it cannot be known.
pub(crate) fn metadata(
    resolving: &Resolving<'_>,
    file: &RemoteFile,
) -> Result<Result<Arc<SlimMetadata>, String>, ResolveError> {
    tilsit_files::create_dir_all(&resolving.temporary)?;
    let folder = TemporaryFolder::create_in(&resolving.temporary)?;
    let path = folder.path().join(&*file.name);
    let go_on = &mut |_| ControlFlow::Continue(());
    match resolving.client.download(file, &path, go_on) {
        Ok(_) => {}
        Err(DownloadError::Http(error @ HttpError::Offline { .. })) => {
            return Ok(Err(error.to_string()));
        }
        Err(DownloadError::Http(error)) if !error.is_not_found() => return Err(error.into()),
        Err(error) => return Ok(Err(error.to_string())),
    }
    let sdist = match Sdist::open(&path, &Limits::default()) {
        Ok(sdist) => sdist,
        Err(error) => return Ok(Err(error.to_string())),
    };
    resolving.builder.downloaded(file, &path);
    let found = match sdist.static_metadata() {
        Some(metadata) => Ok(Arc::new(slim(metadata))),
        None => build(resolving, file, &path)?,
    };
    if let Ok(metadata) = &found {
        resolving.client.keep_metadata(file, Arc::clone(metadata));
    }
    folder.remove()?;
    Ok(found)
}

fn build(
    resolving: &Resolving<'_>,
    file: &RemoteFile,
    path: &Path,
) -> Result<Result<Arc<SlimMetadata>, String>, ResolveError> {
    let source = BuildSource::Sdist { file, path };
    refused(resolving.builder.metadata(source), &file.name)
}

/// What was built; inside, why it must not be; outside, that it failed.
pub(crate) fn refused(
    built: Result<Arc<SlimMetadata>, BuildRefusal>,
    what: &str,
) -> Result<Result<Arc<SlimMetadata>, String>, ResolveError> {
    match built {
        Ok(metadata) => Ok(Ok(metadata)),
        Err(BuildRefusal::NotAllowed(words)) => Ok(Err(words)),
        Err(BuildRefusal::Failed(source)) => Err(ResolveError::Build {
            what: what.to_owned(),
            source,
        }),
    }
}

/// The part that a resolver needs, as texts: what the cache keeps.
fn slim(metadata: &CoreMetadata) -> SlimMetadata {
    SlimMetadata {
        metadata_version: metadata.metadata_version.to_string(),
        name: metadata.name().to_owned(),
        version: metadata.version.to_string(),
        requires_python: metadata.requires_python.as_ref().map(ToString::to_string),
        requires_dist: metadata
            .requires_dist
            .iter()
            .map(ToString::to_string)
            .collect(),
        provides_extra: metadata
            .provides_extra
            .iter()
            .map(ToString::to_string)
            .collect(),
        dynamic: Vec::new(),
    }
}
