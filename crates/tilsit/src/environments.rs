//! Which environment a command looks at or changes, and the options for it.

use clap::Args;
use tilsit_environment::discovery::Scope;
use tilsit_environment::{Environment, PythonRequest};

use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::pythons::{find_request, request};

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

    /// Any Python, in an environment or not: something is to lie elsewhere.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) fn find_any(&self, context: &Context) -> Result<Environment, CommandError> {
        let request = request(self.python.as_deref(), context)?;
        let scope = if self.system { Scope::Base } else { Scope::Any };
        let found = find_request(&request, scope, context)?;
        Ok(Environment::of(found.interpreter))
    }

    /// The environment, to change it.
    ///
    /// # Errors
    /// When there is none, or it is the operating system's own.
    pub(crate) fn find_to_change(&self, context: &Context) -> Result<Environment, CommandError> {
        let environment = self.find(context)?;
        let required = context
            .configuration
            .first(|settings| settings.require_virtualenv);
        if required == Some(true) && environment.interpreter().virtual_environment().is_none() {
            let shown = context.show(environment.root());
            return Err(CommandError::new(
                Code::NoEnvironmentAllowed,
                format!("`{shown}` is no virtual environment, and the settings require one"),
            )
            .hint("make one with `tilsit venv`"));
        }
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
