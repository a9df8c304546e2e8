//! The fifth stage: the file gets its final place, durable. Nobody sees it yet.

use tilsit_index_store::NewFile;

use super::checked::CheckedUpload;
use crate::application::Application;
use crate::distribution;
use crate::event::{ServerEvent, UploadStage};
use crate::response::Failure;

/// A file whose bytes are safe; only the transaction is missing.
pub(super) struct StoredFile {
    pub(super) new_file: NewFile,
}

/// Puts the file, with its metadata beside it, to where its digest says.
pub(super) async fn store(
    application: &Application,
    checked: CheckedUpload,
) -> Result<StoredFile, Failure> {
    let CheckedUpload { incoming, new_file } = checked;
    distribution::keep(application.store.blobs(), incoming, &new_file).await?;
    application.tell(&ServerEvent::Upload {
        file_name: new_file.file_name.clone(),
        stage: UploadStage::Stored,
    });
    Ok(StoredFile { new_file })
}
