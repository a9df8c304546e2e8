//! A script that has a lock beside it: what it needs is what the lock says, in an environment that is
//! kept as those of other scripts.

use std::path::Path;

use tilsit_environment::Interpreter;
use tilsit_project::lock::{Lock, Selection};
use tilsit_project::locks::script_lock;

use super::Arguments;
use super::kept::{Kept, Place};
use crate::building::BuildSettings;
use crate::commands::options::UpgradeOptions;
use crate::commands::sync;
use crate::configuration::Configuration;
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::locking::Locking;
use crate::projects::Project;
use crate::syncing::{Omitted, Syncing};
use tilsit_build_frontend::Renewal;

/// Whether a script has a lock, or is to have one.
///
/// # Errors
/// When it has to have one, and cannot.
pub(super) fn has_lock(
    path: Option<&Path>,
    arguments: &Arguments,
    context: &Context,
) -> Result<bool, CommandError> {
    let file = path.and_then(Path::file_name);
    let lock = file.and_then(|file| script_lock(&file.to_string_lossy()));
    let lock = lock.zip(path).map(|(lock, path)| path.with_file_name(lock));
    let is_there = match &lock {
        Some(lock) => tilsit_files::exists(lock)?,
        None => false,
    };
    if !is_there && (arguments.fixed.locked || arguments.fixed.frozen) {
        let message = match &lock {
            Some(lock) => format!("there is no lock `{}`", context.show(lock)),
            None => "the script has no lock".to_owned(),
        };
        return Err(CommandError::new(Code::LockOutdated, message)
            .hint("`tilsit lock --script FILE` makes it"));
    }
    Ok(is_there)
}

/// The environment of a script that has a lock, which is made to fit first.
///
/// # Errors
/// When the lock cannot be made to fit, or what it says not be had.
pub(super) fn place(
    path: &Path,
    base: &Interpreter,
    arguments: &Arguments,
    context: &Context,
) -> Result<Place, CommandError> {
    let project = Project::of_script(path, context)?;
    let configuration = arguments.index.over(&project.context)?;
    let configuration = arguments.resolver.over(&configuration);
    let upgrade = UpgradeOptions {
        upgrade: arguments.upgrade,
        ..UpgradeOptions::default()
    };
    let build = BuildSettings::default();
    let locking = Locking {
        project: &project,
        configuration: &configuration,
        upgrade: &upgrade,
        build: &build,
        python: arguments.python.as_deref(),
        no_deps: false,
    };
    let lock = sync::fitting(&locking, &arguments.fixed, false, context)?;
    in_lock(&project, &lock, &configuration, &build, base)
}

/// The environment that holds what the lock of a script says.
///
/// # Errors
/// When it cannot be had.
pub(crate) fn in_lock(
    project: &Project,
    lock: &Lock,
    configuration: &Configuration,
    build: &BuildSettings,
    base: &Interpreter,
) -> Result<Place, CommandError> {
    let syncing = Syncing {
        project: Some(project),
        context: &project.context,
        root: &project.workspace.root,
        configuration,
        lock,
        selection: &Selection::default(),
        omitted: &Omitted::default(),
        no_editable: false,
        inexact: false,
        only_removes: false,
        reinstall: Renewal::None,
        build,
        bundle: None,
    };
    Kept::of_lock(&syncing, base, &project.context).place(&project.context)
}
