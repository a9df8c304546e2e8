//! The environment of a project: `.venv` in the root's folder, made when it is missing or of another
//! Python than the project wants.

use std::path::{Path, PathBuf};

use tilsit_environment::discovery::Scope;
use tilsit_environment::venv::{self, Existing, VenvOptions};
use tilsit_environment::{Environment, Interpreter};
use tilsit_project::locks::LockKind;

use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::projects::Project;
use crate::terminal::{GOOD, STRONG};
use crate::{pipfiles, pythons};

/// The folder of the environment below the root.
const VENV: &str = ".venv";

/// Which environment is meant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    /// The Python that is named.
    pub(crate) python: Option<&'a str>,
    /// The active environment, whatever the project has.
    pub(crate) active: bool,
    /// Make nothing: the environment has to be there.
    pub(crate) must_exist: bool,
}

/// The environment of a project; made if need be.
///
/// # Errors
/// When no Python fits, or what is in its place is no environment.
pub(crate) fn environment(
    project: &Project,
    place: Place<'_>,
    context: &Context,
) -> Result<Environment, CommandError> {
    let root = root(project, place, context)?;
    if let Some(environment) = there(project, place, &root)? {
        return Ok(environment);
    }
    if place.must_exist {
        let shown = context.show(&root);
        return Err(CommandError::new(
            Code::NoEnvironment,
            format!("there is no environment `{shown}` that fits the project"),
        )
        .hint("`tilsit sync` makes it"));
    }
    make(project, place, &root, context)
}

/// Where the environment is.
fn root(project: &Project, place: Place<'_>, context: &Context) -> Result<PathBuf, CommandError> {
    if place.active {
        let active = context.variables.path("VIRTUAL_ENV");
        return active.map(Into::into).ok_or_else(|| {
            CommandError::new(Code::NoEnvironment, "no environment is active")
                .hint("leave `--active` out to use the project's own")
        });
    }
    let named = ["TILSIT_PROJECT_ENVIRONMENT", "UV_PROJECT_ENVIRONMENT"];
    let named = named.iter().find_map(|name| context.variables.path(name));
    let workspace = &project.workspace;
    let of_lock = match &workspace.lock {
        LockKind::Named(_, table) => table.venv.as_deref(),
        LockKind::Project | LockKind::Script(_) => None,
    };
    let named = named.or_else(|| of_lock.map(Path::new));
    Ok(match (named, &workspace.pipfile) {
        (Some(folder), _) => workspace.root.join(folder),
        (None, Some(pipfile)) => pipfiles::environment(&workspace.root, pipfile, context),
        (None, None) => workspace.root.join(VENV),
    })
}

/// The environment that is there, if it is of a Python that fits.
fn there(
    project: &Project,
    place: Place<'_>,
    root: &Path,
) -> Result<Option<Environment>, CommandError> {
    if !root.join("pyvenv.cfg").is_file() {
        return Ok(None);
    }
    let probes = project.context.cache()?.bucket(pythons::PROBES)?;
    // One whose base is gone is made anew.
    let Ok(interpreter) = Interpreter::at(root, Some(&probes)) else {
        return Ok(None);
    };
    let fits = project.fits(&interpreter) && project.is_named(place.python, &interpreter)?;
    Ok(fits.then(|| Environment::of(interpreter)))
}

fn make(
    project: &Project,
    place: Place<'_>,
    root: &Path,
    context: &Context,
) -> Result<Environment, CommandError> {
    let base = project.python(place.python, Scope::Base)?;
    let is_environment = root.join("pyvenv.cfg").is_file();
    if root.exists() && !is_environment {
        let is_empty = tilsit_files::read_dir(root)?.is_empty();
        if !is_empty {
            let shown = context.show(root);
            return Err(CommandError::new(
                Code::NoEnvironment,
                format!("`{shown}` is in the place of the environment, and is none"),
            )
            .hint("move it away, or name another place in `TILSIT_PROJECT_ENVIRONMENT`"));
        }
    }
    let name = project.workspace.root.file_name();
    let options = VenvOptions {
        prompt: name.map(|name| name.to_string_lossy().into_owned()),
        existing: if is_environment {
            Existing::Clear
        } else {
            Existing::Refuse
        },
        ..VenvOptions::default()
    };
    let interpreter = venv::create(&base, root, &options)?;
    if project.workspace.pipfile.is_some() {
        pipfiles::note_project(root, &project.workspace.root)?;
    }
    let python = pythons::describe(&base, context);
    let shown = context.show(root);
    let made = if is_environment { "Made anew" } else { "Made" };
    context.terminal.say(format_args!(
        "{GOOD}{made}{GOOD:#} the environment `{STRONG}{shown}{STRONG:#}` with {python}"
    ));
    Ok(Environment::of(interpreter))
}
