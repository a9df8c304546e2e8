//! What a user can do next about a library's error. Libraries never give such advice: they do
//! not know which program they are part of.

use std::error::Error;
use std::io;

use tilsit_environment::InterpreterError;
use tilsit_environment::discovery::FindError;
use tilsit_environment::venv::VenvError;
use tilsit_index_store::StoreError;

/// The hints for an error and everything below it, the most specific first.
pub(crate) fn for_error(error: &(dyn Error + 'static)) -> Vec<String> {
    let mut hints = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(hint) = for_one(error) {
            hints.push(hint);
        }
        next = error.source();
    }
    hints.dedup();
    hints
}

fn for_one(error: &(dyn Error + 'static)) -> Option<String> {
    if let Some(error) = error.downcast_ref::<io::Error>() {
        return for_io(error.kind());
    }
    if let Some(error) = error.downcast_ref::<StoreError>() {
        return for_store(error);
    }
    let hint = match (
        error.downcast_ref::<FindError>(),
        error.downcast_ref::<InterpreterError>(),
        error.downcast_ref::<VenvError>(),
    ) {
        (Some(FindError::NoEnvironment { .. }), ..) => {
            "make one with `tilsit venv`, name one with `--python FOLDER`, or use `--system`"
        }
        (Some(FindError::NoInterpreter { .. }), ..) => {
            "`tilsit python list` shows the Pythons of this machine"
        }
        (_, Some(InterpreterError::BrokenEnvironment { .. }), _) => {
            "make the environment anew: `tilsit venv --clear`"
        }
        (.., Some(VenvError::Exists(_))) => {
            "`--clear` makes it anew, `--allow-existing` keeps what is installed"
        }
        _ => return None,
    };
    Some(hint.to_owned())
}

fn for_store(error: &StoreError) -> Option<String> {
    let hint = match error {
        StoreError::NoSuchUser(name) => {
            return Some(format!(
                "make the user first: `tilsit index user add {name} --data FOLDER`"
            ));
        }
        StoreError::SchemaTooNew { .. } => "use the newer tilsit that wrote it",
        StoreError::EmptyPassword => "give a password with `--password-stdin`",
        _ => return None,
    };
    Some(hint.to_owned())
}

fn for_io(kind: io::ErrorKind) -> Option<String> {
    let hint = match kind {
        io::ErrorKind::StorageFull => {
            "the disk is full: `tilsit cache clean` frees what the cache holds"
        }
        io::ErrorKind::PermissionDenied => {
            "check who owns the file or folder and whether you may write there"
        }
        io::ErrorKind::AddrInUse => "another program listens there: choose another port",
        _ => return None,
    };
    Some(hint.to_owned())
}
