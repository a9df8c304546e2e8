//! `tilsit run`: a script, a module or a program, in an environment with what it needs (PEP 723).
//!
//! On Unix the program takes the place of this one, so a run that finds its environment costs what
//! [`kept`] reads and nothing else: no index, no lock, no interpreter that is asked.

mod answers;
pub(crate) mod kept;
pub(crate) mod locked;
mod project;
pub(crate) mod script;
mod target;
mod tasks;
pub(crate) mod upkeep;
mod variables;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;
use tilsit_environment::discovery::{self, Scope};
use tilsit_environment::{Environment, Interpreter, PythonRequest};

use crate::commands::options::{IndexOptions, ResolverOptions};
use crate::commands::sync::FixedOptions;
use crate::commands::sync::selecting::SelectionOptions;
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::report::Report;
use crate::requirements::{ConstraintOptions, Wanted};
use crate::{child, pythons};

use kept::{Asking, Kept, Place};
use script::Script;
use target::Target;
use variables::variables;

/// The folder of the cache for what is run.
pub(crate) const SCRIPTS: &str = "scripts-1";

/// Run a task, a script, a module or a program with what it needs
///
/// Tasks stand in `[tool.tilsit.tasks]`: `test = "pytest -q"`.
/// What a script needs stands in its comment block `# /// script` (PEP 723). It is resolved and
/// installed into an environment in the cache, which is found again the next time; a lock beside it
/// (`tilsit lock --script FILE`) says which versions these are. A script without
/// such a block, a module (`-m`) and a program run in the project's environment, which is locked and
/// synced first; without a project in the active environment, in `.venv`, or with the Python that is
/// found. `--with` adds to what is there without changing it.
#[derive(Args, Debug)]
#[command(override_usage = "tilsit run [OPTIONS] <TASK|FILE|URL|-|PROGRAM> [ARGUMENTS]...")]
pub(crate) struct Arguments {
    /// A task of the project, a Python file, a folder or archive with `__main__.py`, a URL, `-` for
    /// standard input, or the name of a program; and what it is given
    #[arg(
        required_unless_present = "list",
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_names = ["FILE", "ARGUMENTS"],
        num_args = 1..
    )]
    line: Vec<OsString>,
    /// List the tasks of the project
    #[arg(long, exclusive = true)]
    list: bool,
    /// Run a module, as `python -m` does
    #[arg(short, long)]
    module: bool,
    /// Run the file as a Python script, whatever its name is
    #[arg(short, long, conflicts_with = "module")]
    script: bool,
    /// Run the file as a Python script without a console on Windows, as one that ends in `.pyw`
    #[arg(long, conflicts_with_all = ["module", "script"])]
    gui_script: bool,
    /// Use this Python: a version or a path [env: `TILSIT_PYTHON`]
    #[arg(short, long, value_name = "PYTHON")]
    python: Option<String>,
    /// Install these requirements too
    #[arg(short = 'w', long, value_name = "REQUIREMENT", value_delimiter = ',')]
    with: Vec<String>,
    /// Install the project in this folder too, so that changes to it show at once
    #[arg(long, value_name = "PATH")]
    with_editable: Vec<String>,
    /// Install what this file lists too
    #[arg(long, value_name = "FILE")]
    with_requirements: Vec<PathBuf>,
    /// Look past the project here and above: its `.venv` is not used
    #[arg(long)]
    no_project: bool,
    /// Take the project's environment as it is
    #[arg(long, conflicts_with_all = ["locked", "frozen"])]
    no_sync: bool,
    /// Work in the active environment, and not in that of the project
    #[arg(long)]
    active: bool,
    /// Bring the environment to this lock of `[tool.tilsit.locks]`
    #[arg(long, value_name = "NAME")]
    lock: Option<String>,
    #[command(flatten)]
    fixed: FixedOptions,
    #[command(flatten)]
    selection: SelectionOptions,
    /// See nothing but what the script and `--with` ask for
    #[arg(long)]
    isolated: bool,
    /// Set the variables in this file, as far as they are not set [env: `TILSIT_ENV_FILE`]
    #[arg(long, value_name = "FILE")]
    env_file: Vec<PathBuf>,
    /// Read no file of variables
    #[arg(long)]
    no_env_file: bool,
    /// Resolve again, although an environment that fits is there
    #[arg(short = 'U', long)]
    upgrade: bool,
    #[command(flatten)]
    resolver: ResolverOptions,
    #[command(flatten)]
    index: IndexOptions,
}

impl Arguments {
    /// What is to be run, and what comes after it.
    fn split(&self) -> (&OsString, &[OsString]) {
        self.line.split_first().expect("clap wants one at least")
    }

    /// Whether more is asked for than the environment or the script has.
    fn adds(&self) -> bool {
        !self.with.is_empty()
            || !self.with_editable.is_empty()
            || !self.with_requirements.is_empty()
    }
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    if arguments.list {
        return tasks::list(context);
    }
    if let Some(task) = tasks::find(arguments, context)? {
        return tasks::run(&task, arguments, context);
    }
    let target = Target::of(arguments, context)?;
    let place = match &target.metadata(context)? {
        Some(script) if locked::has_lock(target.file(context).as_deref(), arguments, context)? => {
            locked_place(script, &target, arguments, context)?
        }
        Some(script) => {
            script.refuse_policy()?;
            let base = base(script, arguments, context)?;
            let asking = asking(script, arguments, context)?;
            Kept::of(asking, &base, None, context).place(context)?
        }
        None => surrounding(arguments, context)?,
    };
    hand_over(&place, &target, arguments, context)
}

/// The Python outside of any environment that a script's environment is made of.
fn base(
    script: &Script,
    arguments: &Arguments,
    context: &Context,
) -> Result<Interpreter, CommandError> {
    let request = pythons::request(arguments.python.as_deref(), context)?;
    let interpreter = match (&request, &script.requires_python) {
        (PythonRequest::Any, Some(wanted)) => {
            let request = wanted
                .to_string()
                .parse()
                .map_err(|error| CommandError::from_error(Code::ScriptInvalid, &error))?;
            pythons::find_request(&request, Scope::Base, context)?
        }
        _ => pythons::find(arguments.python.as_deref(), Scope::Base, context)?,
    }
    .interpreter;
    if let Some(wanted) = &script.requires_python
        && !wanted.contains(interpreter.version())
    {
        let version = interpreter.version();
        return Err(CommandError::new(
            Code::PythonNotFound,
            format!("the script wants Python {wanted}, and the one that was named is {version}"),
        ));
    }
    Ok(interpreter)
}

/// Where a script that has a lock runs, with what `--with` adds laid over it.
fn locked_place(
    script: &Script,
    target: &Target,
    arguments: &Arguments,
    context: &Context,
) -> Result<Place, CommandError> {
    let base = base(script, arguments, context)?;
    let path = target.file(context).unwrap_or_default();
    let place = locked::place(&path, &base, arguments, context)?;
    if !arguments.adds() {
        return Ok(place);
    }
    let below = Environment::of(project::interpreter(&place, context)?);
    let added = Script::default();
    let asking = asking(&added, arguments, context)?;
    Kept::of(asking, &base, Some(below), context).place(context)
}

/// Where something without metadata of its own runs: the environment that is there, with what
/// `--with` adds laid over it.
fn surrounding(arguments: &Arguments, context: &Context) -> Result<Place, CommandError> {
    let interpreter = if arguments.isolated {
        pythons::find(arguments.python.as_deref(), Scope::Base, context)?.interpreter
    } else if !arguments.no_project && project::is_in_project(context) {
        let place = project::place(arguments, context)?;
        if !arguments.adds() {
            return Ok(place);
        }
        project::interpreter(&place, context)?
    } else {
        project_python(arguments, context)?
    };
    if !arguments.adds() && !arguments.isolated {
        return Ok(Place::of(&interpreter));
    }
    let below = (!arguments.isolated).then(|| Environment::of(interpreter.clone()));
    let script = Script::default();
    let asking = asking(&script, arguments, context)?;
    Kept::of(asking, &interpreter, below, context).place(context)
}

fn project_python(arguments: &Arguments, context: &Context) -> Result<Interpreter, CommandError> {
    if !arguments.no_project {
        let found = pythons::find(arguments.python.as_deref(), Scope::Any, context)?;
        return Ok(found.interpreter);
    }
    let request = pythons::request(arguments.python.as_deref(), context)?;
    let surroundings = discovery::Surroundings {
        ignores_projects: true,
        ..pythons::surroundings(context)?
    };
    Ok(discovery::find(&request, Scope::Any, &surroundings)?.interpreter)
}

/// What a script and the options ask for.
fn asking(
    script: &Script,
    arguments: &Arguments,
    context: &Context,
) -> Result<Asking, CommandError> {
    let limits = ConstraintOptions::default();
    let files = &arguments.with_requirements;
    let mut wanted = Wanted::gather(&arguments.with, files, &limits, context)?;
    wanted.add_editables(&arguments.with_editable, context)?;
    let dependencies = script.dependencies.iter().cloned();
    wanted.requirements.extend(dependencies);
    let of_script = context.with_settings(script.settings.clone());
    Ok(Asking {
        wanted,
        configuration: arguments.resolver.over(&arguments.index.over(&of_script)?),
        upgrade: arguments.upgrade,
    })
}

fn hand_over(
    place: &Place,
    target: &Target,
    arguments: &Arguments,
    context: &Context,
) -> Result<Report, CommandError> {
    let (_, rest) = arguments.split();
    let mut command = target.command(place)?;
    command.args(rest).current_dir(&context.working_folder);
    for (name, value) in variables(arguments, context)? {
        command.env(name, value);
    }
    if let Some(root) = &place.environment {
        command.env("VIRTUAL_ENV", root).env_remove("PYTHONHOME");
    }
    command.env("PATH", search_path(place, context)?);
    let exit_code = child::run(&mut command, context)?;
    Ok(Report::silent(json!({
        "exit_code": exit_code,
        "python": place.python,
    }))
    .with_exit_code(exit_code))
}

/// The search path with the programs of the place in front.
pub(crate) fn search_path(place: &Place, context: &Context) -> Result<OsString, CommandError> {
    let before = context.variables.path("PATH").map(Path::as_os_str);
    let folders = std::env::split_paths(before.unwrap_or_default());
    let folders = place.programs.iter().cloned().chain(folders);
    std::env::join_paths(folders)
        .map_err(|error| CommandError::from_error(Code::ProgramNotStarted, &error))
}
