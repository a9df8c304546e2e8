//! `tilsit sync --script`: the environment that `run` keeps for a script, as its lock says.

use serde_json::json;
use tilsit_environment::discovery::Scope;
use tilsit_environment::{Environment, Interpreter};
use tilsit_project::lock::Lock;

use crate::commands::run::locked;
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::locking::Locking;
use crate::pythons;
use crate::report::Report;

/// Makes the environment of a script, and says where it is.
///
/// # Errors
/// When it cannot be made.
pub(super) fn run(
    locking: &Locking<'_>,
    lock: &Lock,
    context: &Context,
) -> Result<Report, CommandError> {
    let base = locking.project.python(locking.python, Scope::Base)?;
    let place = locked::in_lock(
        locking.project,
        lock,
        locking.configuration,
        locking.build,
        &base,
    )?;
    let probes = context.cache()?.bucket(pythons::PROBES)?;
    let interpreter = Interpreter::at(&place.python, Some(&probes))
        .map_err(|error| CommandError::from_error(Code::PythonBroken, &error))?;
    let environment = Environment::of(interpreter);
    let root = environment.root();
    let text = format!("{}\n", root.display());
    Ok(Report::new(text, json!({ "environment": root })))
}
