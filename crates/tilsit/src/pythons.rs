//! Which Python a command works with: what the search, which is
//! [`tilsit_environment::discovery`]'s, needs of the [`Context`].

use std::path::{Path, PathBuf};

use tilsit_environment::PythonRequest;
use tilsit_environment::discovery::{self, Found, Scope, Surroundings};
use tilsit_environment::shim::ShimVariables;

use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::terminal::DIM;

/// The Python that `typed` (or the settings) ask for, within `scope`.
///
/// # Errors
/// When none is found, or the request is not understood.
pub(crate) fn find(
    typed: Option<&str>,
    scope: Scope,
    context: &Context,
) -> Result<Found, CommandError> {
    let request = request(typed, context)?;
    find_request(&request, scope, context)
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
    let found = discovery::find(request, scope, &surroundings(context)?)?;
    let interpreter = &found.interpreter;
    let name = interpreter.implementation();
    let version = interpreter.version();
    let path = context.show(interpreter.executable());
    let source = found.source;
    context.terminal.detail(format_args!(
        "Using {name} {version} at `{path}` ({source})"
    ));
    Ok(found)
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
        shims: ShimVariables {
            pyenv_root: path("PYENV_ROOT"),
            pyenv_version: text("PYENV_VERSION"),
            asdf_data_dir: path("ASDF_DATA_DIR"),
            asdf_python_version: text("ASDF_PYTHON_VERSION"),
            mise_data_dir: path("MISE_DATA_DIR"),
            mise_python_version: text("MISE_PYTHON_VERSION"),
        },
        uv_python_dir: path("UV_PYTHON_INSTALL_DIR"),
        cache_folder: Some(context.cache()?.bucket("interpreters-1")?),
    })
}

/// `cpython 3.12.1 (/usr/bin/python3)`, as messages say it.
pub(crate) fn describe(interpreter: &tilsit_environment::Interpreter, context: &Context) -> String {
    let name = interpreter.implementation();
    let version = interpreter.version();
    let path = context.show(interpreter.executable());
    format!("{name} {version} {DIM}(`{path}`){DIM:#}")
}
