//! stub
use super::authorized::AuthorizedUpload;
use crate::response::Failure;
use tilsit_index_store::{IncomingFile, NewFile};
pub(super) struct CheckedUpload {
    pub(super) incoming: IncomingFile,
    pub(super) new_file: NewFile,
}
pub(super) async fn check(_: AuthorizedUpload) -> Result<CheckedUpload, Failure> {
    Err(Failure::internal("x"))
}
