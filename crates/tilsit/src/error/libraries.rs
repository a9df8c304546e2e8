//! Which code a library's error has.

use tilsit_environment::InterpreterError;
use tilsit_environment::discovery::FindError;
use tilsit_environment::venv::VenvError;
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

impl From<FindError> for CommandError {
    fn from(error: FindError) -> Self {
        let code = match &error {
            FindError::Path(error) => match &**error {
                InterpreterError::File(file) if file.is_not_found() => Code::PythonNotFound,
                _ => Code::PythonBroken,
            },
            FindError::NoInterpreter { .. } => Code::PythonNotFound,
            FindError::NoEnvironment { .. } => Code::NoEnvironment,
        };
        let mut failure = Self::from_error(code, &error);
        if let FindError::NoInterpreter { passed_over, .. }
        | FindError::NoEnvironment { passed_over } = &error
        {
            let passed_over = passed_over.iter().map(|place| format!("not {place}"));
            failure.causes.extend(passed_over);
        }
        failure
    }
}

impl From<VenvError> for CommandError {
    fn from(error: VenvError) -> Self {
        match error {
            VenvError::File(error) => error.into(),
            _ => Self::from_error(Code::EnvironmentNotMade, &error),
        }
    }
}
