//! Tasks of the project: found by name in the pyproject.toml here and above, run in its environment.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::json;
use tilsit_project::pipfile::PIPFILE;
use tilsit_project::tasks::{Action, Step, TaskError, Tasks};
use tilsit_project::workspace::PYPROJECT;

use super::kept::Place;
use super::variables::variables;
use super::{Arguments, project, search_path};
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::report::Report;
use crate::terminal::{DIM, STRONG};
use crate::{child, pipfiles};

/// A task that was found.
pub(super) struct Found {
    steps: Vec<Step>,
    /// The folder of the file that it stands in.
    folder: PathBuf,
    /// It is a script of a Pipfile, in which variables are put in.
    is_pipenv: bool,
}

/// The tasks of the projects here and above, the nearest first, each with the file that they stand in.
fn all(context: &Context) -> Result<Vec<(PathBuf, Tasks)>, CommandError> {
    let mut found = Vec::new();
    let named = pipfiles::named(context);
    let named = named.and_then(|path| Some((tilsit_files::read_to_string(&path).ok()?, path)));
    if let Some((text, path)) = named {
        let tasks = Tasks::of_pipfile(&text);
        let tasks = tasks.map_err(|error| invalid(&error, &path, context))?;
        found.push((path, tasks));
    }
    for folder in context.working_folder.ancestors() {
        // What a pyproject.toml says goes before what a Pipfile says.
        for (name, word) in [(PYPROJECT, "tasks"), (PIPFILE, "scripts")] {
            let path = folder.join(name);
            let Ok(text) = tilsit_files::read_to_string(&path) else {
                continue;
            };
            // Most have none, and need not be read further.
            if text.contains(word) {
                let tasks = if name == PIPFILE {
                    Tasks::of_pipfile(&text)
                } else {
                    Tasks::parse(&text)
                };
                let tasks = tasks.map_err(|error| invalid(&error, &path, context))?;
                found.push((path, tasks));
            }
        }
    }
    Ok(found)
}

/// The task that the command line names; none where that is no task.
///
/// # Errors
/// When tasks cannot be read, or this one not be run.
pub(super) fn find(
    arguments: &Arguments,
    context: &Context,
) -> Result<Option<Found>, CommandError> {
    let (named, rest) = arguments.split();
    let is_other = arguments.module
        || arguments.script
        || arguments.gui_script
        || arguments.no_project
        || arguments.isolated;
    let Some(name) = named.to_str().filter(|_| !is_other) else {
        return Ok(None);
    };
    let rest: Vec<String> = rest
        .iter()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    for (path, tasks) in all(context)? {
        let steps = tasks.steps(name, &rest);
        let steps = steps.map_err(|error| invalid(&error, &path, context))?;
        if let Some(steps) = steps {
            let folder = path.parent().unwrap_or(&path).to_path_buf();
            return Ok(Some(Found {
                steps,
                folder,
                is_pipenv: path.file_name() != Some(PYPROJECT.as_ref()),
            }));
        }
    }
    Ok(None)
}

/// Runs a task: its processes one after the other, until one fails.
///
/// # Errors
/// When the environment cannot be made, or a process not be started.
pub(super) fn run(
    found: &Found,
    arguments: &Arguments,
    context: &Context,
) -> Result<Report, CommandError> {
    let place = project::place(arguments, context)?;
    let mut exit_code = 0;
    for (number, step) in found.steps.iter().enumerate() {
        let mut command = command(step, found, &place, arguments, context)?;
        if found.steps.len() > 1 {
            let line = step.words.join(" ");
            context.terminal.say(format_args!(
                "{STRONG}{}{STRONG:#} {DIM}{line}{DIM:#}",
                step.task
            ));
        }
        exit_code = if number + 1 == found.steps.len() {
            child::run(&mut command, context)?
        } else {
            child::wait(&mut command, context)?
        };
        if exit_code != 0 {
            break;
        }
    }
    let result = json!({ "exit_code": exit_code, "python": place.python });
    Ok(Report::silent(result).with_exit_code(exit_code))
}

fn command(
    step: &Step,
    found: &Found,
    place: &Place,
    arguments: &Arguments,
    context: &Context,
) -> Result<std::process::Command, CommandError> {
    let set = variables(arguments, context)?;
    let words: Vec<String> = if found.is_pipenv {
        let known = |name: &str| {
            let of_file = set.iter().rev().find(|(known, _)| known == name);
            let value = of_file.map(|(_, value)| value.as_str());
            value
                .or_else(|| context.variables.text(name))
                .map(str::to_owned)
        };
        let words = step.words.iter();
        words
            .map(|word| pipfiles::with_known_variables(word, &known))
            .collect()
    } else {
        step.words.clone()
    };
    let (program, words) = words.split_first().expect("a step has a program");
    let mut command = std::process::Command::new(place.program(program.as_ref()));
    let folder = found.folder.join(step.cwd.as_deref().unwrap_or(""));
    if !folder.is_dir() {
        let (task, shown) = (&step.task, context.show(&folder));
        let message = format!("the folder `{shown}` of the task `{task}` is not there");
        return Err(CommandError::new(Code::ProjectInvalid, message));
    }
    command.args(words).current_dir(folder);
    command.envs(set).envs(&step.env);
    if let Some(root) = &place.environment {
        command.env("VIRTUAL_ENV", root).env_remove("PYTHONHOME");
    }
    command.env("PATH", search_path(place, context)?);
    Ok(command)
}

/// The tasks that there are, a line each.
///
/// # Errors
/// When tasks cannot be read.
pub(super) fn list(context: &Context) -> Result<Report, CommandError> {
    let mut lines = String::new();
    let mut listed = Vec::new();
    for (_, tasks) in all(context)? {
        for (name, task) in tasks.iter() {
            let about = task.help.clone().unwrap_or_else(|| in_words(&task.action));
            // To a string nothing can fail to be written.
            let _ = writeln!(lines, "{name:<16} {about}");
            listed.push(json!({ "name": name, "help": task.help }));
        }
    }
    Ok(Report::new(lines, json!({ "tasks": listed })))
}

fn in_words(action: &Action) -> String {
    match action {
        Action::Command(words) => words.join(" "),
        Action::Call(call) => call.clone(),
        Action::Sequence(parts) => parts.join(", "),
        Action::Nothing => String::new(),
    }
}

fn invalid(error: &TaskError, path: &Path, context: &Context) -> CommandError {
    let shown = context.show(path);
    CommandError::new(
        Code::ProjectInvalid,
        format!("the tasks of `{shown}` cannot be run"),
    )
    .caused_by(error.to_string())
}
