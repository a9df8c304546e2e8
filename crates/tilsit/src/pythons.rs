//! Which Python a command works with, and which environment it changes: the options for it, what
//! the search needs of the [`Context`], and the search itself, which is
//! [`tilsit_environment::discovery`]'s.

use std::path::{Path, PathBuf};

use clap::Args;
use tilsit_environment::discovery::{self, Found, Scope, Surroundings};
use tilsit_environment::shim::ShimVariables;
use tilsit_environment::{Environment, PythonRequest};

use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::terminal::DIM;

/// The environment that a command works on.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Environment options")]
pub(crate) struct EnvironmentOptions {
    /// Work on the environment of this Python: a path, a folder, or a version [env: `TILSIT_PYTHON`]
    #[arg(short, long, value_name = "PYTHON")]
    pub(crate) python: Option<String>,
    /// Work on the system's Python, outside of any environment
    #[arg(long)]
    system: bool,
    /// Change a Python even if the operating system says that it is its own
    #[arg(long)]
    break_system_packages: bool,
}

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
    let configured = || context.configuration.first(|settings| settings.python.clone());
    let Some(text) = typed.map(str::to_owned).or_else(configured) else {
        return Ok(PythonRequest::Any);
    };
    text.parse()
        .map_err(|error| CommandError::from_error(Code::Usage, &error))
}

fn find_request(
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
    context
        .terminal
        .detail(format_args!("Using {name} {version} at `{path}` ({source})"));
    Ok(found)
}

impl EnvironmentOptions {
    /// The environment, to look at it.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) fn find(&self, context: &Context) -> Result<Environment, CommandError> {
        let request = request(self.python.as_deref(), context)?;
        let scope = match request {
            _ if self.system => Scope::Base,
            // A program that is named is meant, whether it lies in an environment or not.
            PythonRequest::Path(_) | PythonRequest::Name(_) => Scope::Any,
            PythonRequest::Any | PythonRequest::Version(_) => Scope::Environment,
        };
        let found = find_request(&request, scope, context)?;
        Ok(Environment::of(found.interpreter))
    }

    /// The environment, to change it.
    ///
    /// # Errors
    /// When there is none, or it is the operating system's own.
    pub(crate) fn find_to_change(&self, context: &Context) -> Result<Environment, CommandError> {
        let environment = self.find(context)?;
        if self.break_system_packages {
            return Ok(environment);
        }
        let Some(notice) = environment.externally_managed() else {
            return Ok(environment);
        };
        let shown = context.show(environment.root());
        let mut error = CommandError::new(
            Code::ExternallyManaged,
            format!("the Python in `{shown}` belongs to the operating system"),
        );
        if let Some(message) = notice.message {
            error = error.caused_by(message);
        }
        Err(error
            .hint("make an environment of your own: `tilsit venv`")
            .hint("`--break-system-packages` changes it all the same"))
    }
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
