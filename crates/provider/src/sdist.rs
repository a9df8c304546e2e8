//! The metadata of an sdist: downloaded, and taken from its PKG-INFO where that is static.

use std::ops::ControlFlow;
use std::sync::Arc;

use tilsit_files::TemporaryFolder;
use tilsit_index_client::{DownloadError, HttpError, RemoteFile, SlimMetadata};

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
    let package_info: Result<Option<Vec<u8>>, HttpError> = Ok(None);
    let package_info = match package_info {
        Ok(package_info) => package_info,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let parsed = package_info.map(|bytes| SlimMetadata::parse(&bytes));
    let found = match parsed {
        Some(Ok(metadata)) if metadata.is_static() => Ok(Arc::new(metadata)),
        Some(Err(error)) => Err(error.to_string()),
        _ => resolving
            .builder
            .metadata(&file.name, &path)
            .map_err(|refusal| refusal.to_string()),
    };
    if let Ok(metadata) = &found {
        resolving.client.keep_metadata(file, Arc::clone(metadata));
    }
    folder.remove()?;
    Ok(found)
}
