//! Filling an environment that was just made: for `venv --seed`, and for the environments that
//! `run` keeps. Resolving is [`crate::resolving`]'s, installing [`crate::installing`]'s.

use std::collections::BTreeMap;

use tilsit_build_frontend::Renewal;
use tilsit_environment::{Environment, Interpreter};
use tilsit_index_client::Refresh;
use tilsit_installer::{LinkMode, LockedEnvironment};
use tilsit_resolver::Preferences;

use crate::configuration::Configuration;
use crate::context::Context;
use crate::error::CommandError;
use crate::installing::{self, Change, Installation};
use crate::requirements::Wanted;
use crate::resolving::{self, Elsewhere, Question, Resolved};

/// Which releases meet `wanted` in an empty environment of `interpreter`; preferred ones where they
/// fit.
///
/// # Errors
/// When there are none, or an index does not answer.
pub(crate) fn resolve(
    wanted: &Wanted,
    configuration: &Configuration,
    interpreter: &Interpreter,
    preferences: Preferences,
    context: &Context,
) -> Result<Resolved, CommandError> {
    let question = Question {
        wanted,
        configuration,
        interpreter,
        preferences,
        elsewhere: Elsewhere::default(),
        no_deps: false,
        refresh: Refresh::No,
        installed: BTreeMap::new(),
        pages_only: false,
    };
    resolving::resolve(&question, context)
}

/// Installs a resolution into an environment, which is empty as a rule, if `check` takes the plan.
///
/// # Errors
/// When a file cannot be had or placed; the environment is then as before.
pub(crate) fn fill(
    environment: &Environment,
    resolved: &Resolved,
    link_mode: LinkMode,
    check: &dyn Fn(&Change) -> Result<(), CommandError>,
    context: &Context,
) -> Result<Change, CommandError> {
    let locked = LockedEnvironment::lock(environment, || ())?;
    let present = installing::present(environment, context)?;
    let installation = Installation {
        environment,
        present: &present,
        resolved,
        hashes: &BTreeMap::new(),
        reinstall: Renewal::None,
        link_mode,
        // What is shared by links is compiled once for all environments.
        compile: link_mode == LinkMode::Tree,
    };
    let mut change = installation.plan(context)?;
    check(&change)?;
    change.apply(&locked, context)?;
    Ok(change)
}
