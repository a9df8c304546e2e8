//! Which Python a command works with: what the search, which is
//! [`tilsit_environment::discovery`]'s, needs of the [`Context`], and what is said when it finds
//! none.

use std::path::{Path, PathBuf};

use tilsit_environment::discovery::{self, FindError, Found, Scope, Surroundings};
use tilsit_environment::shim::ShimVariables;
use tilsit_environment::{PythonRequest, pin};

use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::terminal::DIM;

mod missing;

/// The folder of remembered probes in the cache.
pub(crate) const PROBES: &str = "interpreters-1";

/// The Python that `typed`, the settings or the project's `.python-version` ask for, within `scope`.
/// An environment that is there is a stronger wish than the project's file.
///
/// # Errors
/// When none is found, or the request is not understood.
pub(crate) fn find(
    typed: Option<&str>,
    scope: Scope,
    context: &Context,
) -> Result<Found, CommandError> {
    let request = request(typed, context)?;
    if request != PythonRequest::Any || scope == Scope::Environment {
        return find_request(&request, scope, context);
    }
    let surroundings = surroundings(context)?;
    if scope == Scope::Any {
        let found = discovery::find(&request, Scope::Environment, &surroundings);
        if let Ok(found) = found {
            return Ok(told(found, context));
        }
    }
    let Some(pin) = pin::find(&surroundings)? else {
        return search(&request, scope, &surroundings, context);
    };
    let shown = context.show(&pin.path);
    search(&pin.request, scope, &surroundings, context)
        .map_err(|error| error.caused_by(format!("`{shown}` asks for it")))
}

/// What is asked for on the command line or in the settings.
///
/// # Errors
/// When it is not understood.
pub(crate) fn request(
    typed: Option<&str>,
    context: &Context,
) -> Result<PythonRequest, CommandError> {
    let configured = || {
        context
            .configuration
            .first(|settings| settings.python.clone())
    };
    let Some(text) = typed.map(str::to_owned).or_else(configured) else {
        return Ok(PythonRequest::Any);
    };
    // The folder of an environment is meant by its bare name too.
    let folder = context.resolve(Path::new(&text));
    if folder.join("pyvenv.cfg").is_file() {
        return Ok(PythonRequest::Path(folder));
    }
    text.parse()
        .map_err(|error| CommandError::from_error(Code::Usage, &error))
}

/// The Python that is requested, within `scope`.
///
/// # Errors
/// When none is found.
pub(crate) fn find_request(
    request: &PythonRequest,
    scope: Scope,
    context: &Context,
) -> Result<Found, CommandError> {
    search(request, scope, &surroundings(context)?, context)
}

fn search(
    request: &PythonRequest,
    scope: Scope,
    surroundings: &Surroundings,
    context: &Context,
) -> Result<Found, CommandError> {
    let found = discovery::find(request, scope, surroundings).map_err(|error| {
        let is_missing = matches!(error, FindError::NoInterpreter { .. });
        let mut error = CommandError::from(error);
        if is_missing {
            error.hints = missing::hints(request, surroundings, context);
        }
        error
    })?;
    Ok(told(found, context))
}

/// Says which Python was found to those who want to know.
fn told(found: Found, context: &Context) -> Found {
    let interpreter = &found.interpreter;
    let name = interpreter.implementation();
    let version = interpreter.version();
    let path = context.show(interpreter.executable());
    let source = found.source;
    context.terminal.detail(format_args!(
        "Using {name} {version} at `{path}` ({source})"
    ));
    found
}

/// What the search for Pythons depends on.
///
/// # Errors
/// When the cache folder cannot be made.
pub(crate) fn surroundings(context: &Context) -> Result<Surroundings, CommandError> {
    let variables = &context.variables;
    let path = |name: &str| variables.path(name).map(Path::to_path_buf);
    let text = |name: &str| variables.text(name).map(str::to_owned);
    let path_folders = variables
        .path("PATH")
        .map(|folders| std::env::split_paths(folders).collect::<Vec<PathBuf>>())
        .unwrap_or_default();
    Ok(Surroundings {
        working_folder: context.working_folder.clone(),
        home: context.home.clone(),
        path_folders,
        virtual_env: path("VIRTUAL_ENV"),
        conda_prefix: path("CONDA_PREFIX"),
        conda_default_env: text("CONDA_DEFAULT_ENV"),
        shims: ShimVariables {
            pyenv_root: path("PYENV_ROOT"),
            pyenv_version: text("PYENV_VERSION"),
            asdf_data_dir: path("ASDF_DATA_DIR"),
            asdf_python_version: text("ASDF_PYTHON_VERSION"),
            mise_data_dir: path("MISE_DATA_DIR"),
            mise_python_version: text("MISE_PYTHON_VERSION"),
        },
        uv_python_dir: path("UV_PYTHON_INSTALL_DIR"),
        program_folders: ["LOCALAPPDATA", "ProgramFiles", "SystemDrive"]
            .into_iter()
            .filter(|_| cfg!(windows))
            .filter_map(path)
            .collect(),
        ignores_projects: false,
        cache_folder: Some(probes(context)?),
    })
}

/// The folder of the cache in which probes are remembered; made and marked only when it is missing,
/// since every command asks.
fn probes(context: &Context) -> Result<PathBuf, CommandError> {
    let folder = context.cache_folder.join(PROBES);
    if !folder.is_dir() {
        context.cache()?.bucket(PROBES)?;
    }
    Ok(folder)
}

/// `cpython 3.12.1 (/usr/bin/python3)`, as messages say it.
pub(crate) fn describe(interpreter: &tilsit_environment::Interpreter, context: &Context) -> String {
    let name = interpreter.implementation();
    let version = interpreter.version();
    let path = context.show(interpreter.executable());
    format!("{name} {version} {DIM}(`{path}`){DIM:#}")
}
