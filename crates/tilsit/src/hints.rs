//! What a user can do next about a library's error. Libraries never give such advice: they do
//! not know which program they are part of.

use std::error::Error;
use std::io;

use tilsit_environment::InterpreterError;
use tilsit_environment::discovery::{FindError, PassedOver, Reason};
use tilsit_environment::venv::VenvError;
use tilsit_index_client::{HttpError, PageError};
use tilsit_index_store::StoreError;
use tilsit_provider::ResolveError;
use tilsit_resolver::Hint;

/// The hints for an error and everything below it, the most specific first.
pub(crate) fn for_error(error: &(dyn Error + 'static)) -> Vec<String> {
    let mut hints = Vec::new();
    if let Some(ResolveError::Unsolvable(explanation)) = error.downcast_ref::<ResolveError>() {
        return explanation.hints.iter().map(for_resolution).collect();
    }
    if let Some(http) = http_of(error) {
        hints.extend(for_http(http));
    }
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
        (Some(FindError::NoEnvironment { passed_over, .. }), ..) if is_broken(passed_over) => {
            "make it anew with `tilsit venv --clear`, or name another with `--python FOLDER`"
        }
        (Some(FindError::NoEnvironment { .. }), ..) => {
            "make one with `tilsit venv`, name one with `--python FOLDER`, or use `--system`"
        }
        (
            _,
            Some(InterpreterError::BrokenEnvironment { .. } | InterpreterError::NoProgram(_)),
            _,
        ) => "make the environment anew: `tilsit venv --clear`",
        (.., Some(VenvError::NotAnEnvironment(_))) => {
            "name another folder, `tilsit venv FOLDER`, or remove what is there"
        }
        (.., Some(VenvError::Exists(_))) => {
            "`--clear` makes it anew, `--allow-existing` keeps what is installed"
        }
        _ => return None,
    };
    Some(hint.to_owned())
}

/// Whether the project's own environment, or the active one, was found and does not work.
fn is_broken(passed_over: &[PassedOver]) -> bool {
    let broken = |one: &PassedOver| matches!(one.reason, Reason::Unusable(_));
    passed_over.iter().any(broken)
}

/// The failed request in an error of the provider; its sources are in boxes that the chain of
/// sources passes over.
fn http_of<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a HttpError> {
    match error.downcast_ref::<ResolveError>()? {
        ResolveError::Page { source, .. } | ResolveError::FindLinks(source) => match &**source {
            PageError::Http(error) => Some(error),
            _ => None,
        },
        ResolveError::Metadata { source, .. } | ResolveError::Http(source) => Some(source),
        _ => None,
    }
}

/// The hint for a request that failed.
pub(crate) fn for_http(error: &HttpError) -> Option<String> {
    let hint = match error {
        HttpError::Offline { .. } => "`--offline` uses the cache only: leave it out once",
        HttpError::Connect { .. } | HttpError::Timeout { .. } => {
            "check the URL, the network and the proxy; `--offline` uses what the cache holds"
        }
        HttpError::Credentials { .. } => {
            "sign in with `tilsit login URL`; or give a user and a password or token in ~/.netrc, in the \
             URL of the index, in variables (`TILSIT_INDEX_<NAME>_USERNAME`, `…_PASSWORD`), or by \
             `--keyring-provider`"
        }
        HttpError::Insecure { .. } => {
            "use https; or name the host with `--trusted-host` if you trust all networks on the way"
        }
        _ => return None,
    };
    Some(hint.to_owned())
}

/// What may help when there is no resolution.
fn for_resolution(hint: &Hint) -> String {
    match hint {
        Hint::NoSuchProject { name } => format!(
            "no index that was asked has `{name}`: check its spelling and the indexes (`--index-url`)"
        ),
        Hint::AccessRefused { name, words } => {
            format!("access to `{name}` was refused ({words}): sign in with `tilsit login URL`")
        }
        Hint::NotLookedUp { name, words } => format!("`{name}` could not be looked up: {words}"),
        Hint::OtherPython {
            name,
            requires_python,
        } => format!(
            "`{name}` wants Python {requires_python}: `--python` names another one, `tilsit python list` shows them"
        ),
        Hint::OtherPlatform { name } => format!(
            "`{name}` has wheels for other systems or Pythons only: `--python` names another Python, \
             `tilsit python list` shows them"
        ),
        Hint::BuildNotAllowed { name } => format!(
            "`{name}` would have to be built from source, which `--no-build`, `--only-binary` or the settings \
             forbid here"
        ),
        Hint::WheelNotAllowed { name } => format!("wheels of `{name}` are not allowed here"),
        Hint::CutOff { name } => {
            format!("newer files of `{name}` would do: choose a later `--exclude-newer`")
        }
        Hint::NoUploadTime { name } => format!(
            "the index does not say when files of `{name}` were uploaded: \
             `--exclude-newer-package {name}=false` takes them all the same"
        ),
        Hint::LocalVersion { name, version } => format!(
            "builds such as `{name}=={version}` come from an index of their own: `--index NAME=URL` adds it"
        ),
        Hint::Yanked { name, version } => {
            format!("`{name}=={version}` would do and was yanked: require it with `==` to take it")
        }
        Hint::Prerelease { name, version } => {
            format!(
                "the pre-release `{name}=={version}` would do: `--prerelease-package {name}=allow` allows it"
            )
        }
        Hint::Constraint { name, constraint } => {
            let origin = &constraint.origin;
            let requirement = &constraint.requirement;
            format!(
                "the constraint `{requirement}` ({origin}) excludes versions of `{name}` that would do"
            )
        }
    }
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
