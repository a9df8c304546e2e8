//! The search for an interpreter: where to look, in which order, and what was passed over.
//!
//! Order: the active environment, `.venv` from the working folder upward, the search path (shims
//! resolved, never run), then the folders of pyenv, asdf, mise, uv and of the system. Names and
//! folder names that contradict the request are passed over without a probe. Everything that the
//! search depends on is in [`Surroundings`]. Which version a project asks for is
//! [`crate::pin`]'s.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::build_details::BuildDetails;
use crate::interpreter::{Interpreter, InterpreterError};
use crate::probe::ProbeError;
use crate::request::PythonRequest;
use crate::shim::ShimVariables;

mod candidates;
mod managers;

#[cfg(test)]
mod tests;

pub use candidates::Candidate;

/// What the search depends on; values of the caller's context.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// The folder from which `.venv`, `.python-version` and relative paths are looked up.
    pub working_folder: PathBuf,
    /// The user's home.
    pub home: Option<PathBuf>,
    /// The folders of `PATH`.
    pub path_folders: Vec<PathBuf>,
    /// `VIRTUAL_ENV`.
    pub virtual_env: Option<PathBuf>,
    /// `CONDA_PREFIX`.
    pub conda_prefix: Option<PathBuf>,
    /// `CONDA_DEFAULT_ENV`: the name of the active conda environment.
    pub conda_default_env: Option<String>,
    /// What the shims of version managers go by.
    pub shims: ShimVariables,
    /// `UV_PYTHON_INSTALL_DIR`.
    pub uv_python_dir: Option<PathBuf>,
    /// Folders of installed programs on Windows: `LOCALAPPDATA`, `ProgramFiles`.
    pub program_folders: Vec<PathBuf>,
    /// Look past `.venv` in the working folder and above.
    pub ignores_projects: bool,
    /// Where probes are remembered; none asks anew each time.
    pub cache_folder: Option<PathBuf>,
}

impl Surroundings {
    /// The folder of pyenv, where it is there.
    pub fn pyenv_root(&self) -> Option<PathBuf> {
        managers::pyenv_root(self)
    }
}

/// Which kind of place is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Environments first, then every interpreter.
    Any,
    /// Only the active environment, the conda environment, or `.venv`.
    Environment,
    /// Interpreters outside of environments; one found in an environment counts as its base.
    Base,
}

/// Where an interpreter was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The path that was asked for.
    Request,
    /// `VIRTUAL_ENV`.
    ActiveEnvironment,
    /// `CONDA_PREFIX`.
    CondaEnvironment,
    /// `.venv` in the working folder or above it.
    ProjectEnvironment,
    /// The search path.
    SearchPath,
    /// Resolved from a shim of the search path.
    Shim,
    /// A version of pyenv.
    Pyenv,
    /// A version of asdf.
    Asdf,
    /// A version of mise.
    Mise,
    /// A Python that uv keeps.
    Uv,
    /// A folder of the system.
    System,
}

impl std::fmt::Display for Source {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Request => "as asked",
            Self::ActiveEnvironment => "the active environment",
            Self::CondaEnvironment => "the conda environment",
            Self::ProjectEnvironment => "the project's environment",
            Self::SearchPath => "the search path",
            Self::Shim => "a shim of the search path",
            Self::Pyenv => "pyenv",
            Self::Asdf => "asdf",
            Self::Mise => "mise",
            Self::Uv => "uv",
            Self::System => "the system",
        })
    }
}

/// An interpreter and where it was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// The interpreter.
    pub interpreter: Interpreter,
    /// Where it was found.
    pub source: Source,
}

/// A candidate that was passed over, and why.
#[derive(Clone, Debug)]
pub struct PassedOver {
    /// The program or folder.
    pub path: PathBuf,
    /// Where it was found.
    pub source: Source,
    /// Why it was not taken.
    pub reason: Reason,
}

/// Why a candidate was not taken.
#[derive(Clone, Debug)]
pub enum Reason {
    /// It is another version or implementation.
    Other {
        /// Its implementation.
        implementation: String,
        /// Its version.
        version: String,
    },
    /// It is not usable.
    Unusable(Arc<InterpreterError>),
}

impl PassedOver {
    /// Whether it is a Python before 3.6, which works, but not here.
    pub fn is_too_old(&self) -> bool {
        let Reason::Unusable(error) = &self.reason else {
            return false;
        };
        matches!(**error, InterpreterError::Probe(ProbeError::TooOld { .. }))
    }
}

impl std::fmt::Display for PassedOver {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "`{}` ({}): ", self.path.display(), self.source)?;
        match &self.reason {
            Reason::Other {
                implementation,
                version,
            } => write!(formatter, "{implementation} {version}"),
            Reason::Unusable(error) => {
                write!(formatter, "{error}")?;
                match std::error::Error::source(&**error) {
                    Some(source) => write!(formatter, ": {source}"),
                    None => Ok(()),
                }
            }
        }
    }
}

/// Why no interpreter was found.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// The path that was asked for is not usable.
    #[error(transparent)]
    Path(Box<InterpreterError>),
    /// Nothing fits.
    #[error("no Python found that is {request}")]
    NoInterpreter {
        /// What was asked for.
        request: Box<PythonRequest>,
        /// What was found and does not fit.
        passed_over: Vec<PassedOver>,
    },
    /// There is no environment.
    #[error("no virtual environment found{}", words_of(request))]
    NoEnvironment {
        /// What was asked for.
        request: Box<PythonRequest>,
        /// What was found and does not fit.
        passed_over: Vec<PassedOver>,
    },
}

/// What an environment should be, if that was said.
fn words_of(request: &PythonRequest) -> String {
    match request {
        PythonRequest::Any => String::new(),
        request => format!(" that is {request}"),
    }
}

/// Finds the first interpreter that `request` asks for.
///
/// # Errors
/// When there is none; the error lists what was passed over.
pub fn find(
    request: &PythonRequest,
    scope: Scope,
    surroundings: &Surroundings,
) -> Result<Found, FindError> {
    let cache_folder = surroundings.cache_folder.as_deref();
    if let PythonRequest::Path(path) = request {
        let path = surroundings.working_folder.join(path);
        let interpreter = Interpreter::at(&path, cache_folder)
            .map_err(|error| FindError::Path(Box::new(error)))?;
        return Ok(Found {
            interpreter: in_scope(interpreter, scope),
            source: Source::Request,
        });
    }
    let mut passed_over = Vec::new();
    let mut found = None;
    let _ = candidates::visit(request, scope, surroundings, &mut |candidate| {
        match ask(candidate, request, cache_folder) {
            Answer::Fits(fitting) => found = Some(fitting),
            Answer::Other(other) | Answer::Unusable(other) => passed_over.push(other),
            Answer::NotAsked => {}
        }
        match found {
            Some(_) => ControlFlow::Break(()),
            None => ControlFlow::Continue(()),
        }
    });
    if let Some(found) = found {
        return Ok(Found {
            interpreter: in_scope(found.interpreter, scope),
            ..found
        });
    }
    Err(match scope {
        Scope::Environment => FindError::NoEnvironment {
            request: Box::new(request.clone()),
            passed_over,
        },
        Scope::Any | Scope::Base => FindError::NoInterpreter {
            request: Box::new(request.clone()),
            passed_over,
        },
    })
}

/// What a candidate turned out to be.
enum Answer {
    Fits(Found),
    Other(PassedOver),
    Unusable(PassedOver),
    /// Its name says that it is something else.
    NotAsked,
}

fn ask(candidate: Candidate, request: &PythonRequest, cache_folder: Option<&Path>) -> Answer {
    if candidate.contradicts(request) {
        return Answer::NotAsked;
    }
    let Candidate { path, source, .. } = candidate;
    if let Some(reason) = refused_unseen(&path, request) {
        return Answer::Other(PassedOver {
            path,
            source,
            reason,
        });
    }
    match Interpreter::at(&path, cache_folder) {
        Ok(interpreter) if interpreter.satisfies(request) => Answer::Fits(Found {
            interpreter,
            source,
        }),
        Ok(interpreter) => Answer::Other(PassedOver {
            path,
            source,
            reason: Reason::Other {
                implementation: interpreter.implementation().to_owned(),
                version: interpreter.version().to_string(),
            },
        }),
        Err(error) => Answer::Unusable(PassedOver {
            path,
            source,
            reason: Reason::Unusable(Arc::new(error)),
        }),
    }
}

/// Why a program is not what is asked for, where a file beside it tells without running it.
fn refused_unseen(path: &Path, request: &PythonRequest) -> Option<Reason> {
    let PythonRequest::Version(request) = request else {
        return None;
    };
    let real = tilsit_files::canonicalize(path).ok()?;
    let details = BuildDetails::of_program(&real)?;
    let fits = request.fits(
        &details.implementation,
        &details.version,
        details.free_threaded,
        details.debug,
    );
    (!fits).then(|| Reason::Other {
        implementation: details.implementation,
        version: details.version.to_string(),
    })
}

/// Every interpreter that fits `request`, each once, in the order of the search; and what is not
/// usable.
pub fn find_all(
    request: &PythonRequest,
    surroundings: &Surroundings,
) -> (Vec<Found>, Vec<PassedOver>) {
    let (mut found, mut passed_over): (Vec<Found>, Vec<PassedOver>) = (Vec::new(), Vec::new());
    let cache_folder = surroundings.cache_folder.as_deref();
    let _ = candidates::visit(request, Scope::Any, surroundings, &mut |candidate| {
        match ask(candidate, request, cache_folder) {
            Answer::Fits(fitting) => {
                let known = |other: &Found| same_place(&other.interpreter, &fitting.interpreter);
                if !found.iter().any(known) {
                    found.push(fitting);
                }
            }
            Answer::Unusable(unusable) => passed_over.push(unusable),
            Answer::Other(_) | Answer::NotAsked => {}
        }
        ControlFlow::Continue(())
    });
    (found, passed_over)
}

/// Whether two interpreters install into the same place.
fn same_place(left: &Interpreter, right: &Interpreter) -> bool {
    let root = |interpreter: &Interpreter| {
        let environment = interpreter.virtual_environment();
        environment.map(|environment| environment.root.clone())
    };
    left.base_executable() == right.base_executable() && root(left) == root(right)
}

fn in_scope(interpreter: Interpreter, scope: Scope) -> Interpreter {
    match scope {
        Scope::Base => interpreter.to_base(),
        Scope::Any | Scope::Environment => interpreter,
    }
}

/// The folder and each folder above it.
fn upward(folder: &Path) -> impl Iterator<Item = &Path> {
    folder
        .ancestors()
        .filter(|path| !path.as_os_str().is_empty())
}
