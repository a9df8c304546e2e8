//! Which code a library's error has.

use tilsit_files::FileError;

use crate::error::CommandError;
use crate::explain::Code;

impl From<FileError> for CommandError {
    fn from(error: FileError) -> Self {
        Self::from_error(Code::FileAccess, &error)
    }
}
