//! Which code a library's error has.

use tilsit_files::FileError;
use tilsit_index_store::StoreError;

use crate::error::CommandError;
use crate::explain::Code;

impl From<FileError> for CommandError {
    fn from(error: FileError) -> Self {
        Self::from_error(Code::FileAccess, &error)
    }
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        let code = match error {
            StoreError::UserExists(_) | StoreError::NoSuchUser(_) | StoreError::EmptyPassword => {
                Code::AccountRefused
            }
            StoreError::File(error) => return error.into(),
            _ => Code::StoreUnusable,
        };
        Self::from_error(code, &error)
    }
}
