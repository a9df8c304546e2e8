//! The environment of a project that something is run in: brought to what the lock says first. That
//! it is so already is known by a note, without reading the lock.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tilsit_build_frontend::Renewal;
use tilsit_environment::{Environment, Interpreter};
use tilsit_project::pipfile::PIPFILE;
use tilsit_project::poetry::Tables;
use tilsit_project::workspace::PYPROJECT;

use super::Arguments;
use super::kept::Place;
use crate::building::BuildSettings;
use crate::commands::options::UpgradeOptions;
use crate::commands::sync;
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::installing;
use crate::locking::Locking;
use crate::pipfiles;
use crate::projects::Project;
use crate::stamps::{self, Stamp, files_of, files_of_environment};
use crate::syncing::{self, Syncing};
use crate::terminal::{DIM, GOOD, count, duration};

/// The place that was brought to what the lock says.
#[derive(Deserialize, Serialize)]
struct Ready {
    python: PathBuf,
    environment: PathBuf,
    programs: Vec<PathBuf>,
}

/// Whether there is a project around a folder: a pyproject.toml with a `[project]` or a workspace.
pub(super) fn is_in_project(context: &Context) -> bool {
    let folder = &context.working_folder;
    let texts = folder
        .ancestors()
        .filter_map(|folder| tilsit_files::read_to_string(folder.join(PYPROJECT)).ok());
    let mut texts = texts.map(|text| {
        let headings = [
            "[project]",
            "[tool.poetry]",
            "[tool.tilsit.workspace]",
            "[tool.uv.workspace]",
        ];
        // Written otherwise (`project.name = …`) it is still TOML, and then read as such.
        headings.iter().any(|heading| text.contains(heading))
            || text
                .parse::<toml::Table>()
                .is_ok_and(|table| table.contains_key("project"))
            || Tables::is_stated(&text)
    });
    let is_pipenv = |folder: &Path| folder.join(PIPFILE).is_file();
    texts.any(|is_project| is_project)
        || folder.ancestors().any(is_pipenv)
        || pipfiles::named(context).is_some()
}

/// The environment of the project.
///
/// # Errors
/// When the project cannot be locked, or its environment not be made so.
pub(super) fn place(arguments: &Arguments, context: &Context) -> Result<Place, CommandError> {
    let asked = (
        &arguments.selection,
        &arguments.python,
        arguments.no_sync,
        arguments.active,
        &arguments.fixed,
        &arguments.lock,
    );
    let question = stamps::question(&("run", asked), context);
    let stamp = Stamp::on(&question, context);
    if let Some(ready) = stamp.read::<Ready>() {
        return Ok(Place {
            python: ready.python,
            environment: Some(ready.environment),
            programs: ready.programs,
        });
    }
    let began = context.now();
    let project = Project::find(context)?.in_lock(arguments.lock.as_deref())?;
    let environment = synced(&project, arguments, context)?;
    let place = Place::of(environment.interpreter());
    if let Some(root) = place.environment.clone() {
        let ready = Ready {
            python: place.python.clone(),
            environment: root,
            programs: place.programs.clone(),
        };
        let read = files_of(&project.workspace, &context.working_folder);
        let made = files_of_environment(&project, &environment);
        stamp.write(ready, (began, read), made, context)?;
    }
    Ok(place)
}

fn synced(
    project: &Project,
    arguments: &Arguments,
    context: &Context,
) -> Result<Environment, CommandError> {
    let configuration = arguments.index.over(&project.context)?;
    let configuration = arguments.resolver.over(&configuration);
    let place = syncing::Place {
        python: arguments.python.as_deref(),
        active: arguments.active,
        must_exist: false,
    };
    if arguments.no_sync {
        return syncing::environment(project, place, context);
    }
    let build = BuildSettings::default();
    let upgrade = UpgradeOptions {
        upgrade: arguments.upgrade,
        ..UpgradeOptions::default()
    };
    let locking = Locking {
        project,
        configuration: &configuration,
        upgrade: &upgrade,
        build: &build,
        python: arguments.python.as_deref(),
        no_deps: false,
    };
    let lock = sync::fitting(&locking, &arguments.fixed, false, context)?;
    let environment = syncing::environment(project, place, context)?;
    let locked = installing::lock(&environment, context)?;
    let chosen = arguments.selection.choose(&project.workspace)?;
    let syncing = Syncing {
        project: Some(project),
        context: &project.context,
        root: &project.workspace.root,
        configuration: &configuration,
        lock: &lock,
        selection: &chosen.selection,
        omitted: &chosen.omitted,
        no_editable: false,
        // What a user has put there besides is not in the way of what is run.
        inexact: true,
        only_removes: false,
        reinstall: Renewal::None,
        build: &build,
        bundle: None,
    };
    let mut change = syncing.plan(&environment)?;
    if !change.entries.is_empty() {
        change.apply(&locked, context)?;
        let wheels = count(change.entries.len(), "wheel");
        let took = duration(change.took);
        context.terminal.say(format_args!(
            "{GOOD}Installed{GOOD:#} {wheels} {DIM}in {took}{DIM:#}"
        ));
    }
    Ok(environment)
}

/// The interpreter of the environment at a place, to lay another one over it.
///
/// # Errors
/// When it does not work.
pub(super) fn interpreter(place: &Place, context: &Context) -> Result<Interpreter, CommandError> {
    let probes = context.cache()?.bucket(crate::pythons::PROBES)?;
    Interpreter::at(&place.python, Some(&probes))
        .map_err(|error| CommandError::from_error(Code::PythonBroken, &error))
}
