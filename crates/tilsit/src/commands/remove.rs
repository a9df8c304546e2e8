//! `tilsit remove`: what a project or a script needs no longer.

mod pipfile;

use clap::Args;
use serde_json::json;
use tilsit_packaging::name::ProjectName;
use tilsit_project::edit::{Editor, List};
use tilsit_project::workspace::PYPROJECT;

use crate::commands::add::ListOptions;
use crate::commands::options::UpgradeOptions;
use crate::context::Context;
use crate::editing::{EditedFile, Originals};
use crate::error::CommandError;
use crate::explain::Code;
use crate::following::{FollowOptions, Following, folder_of};
use crate::projects::Project;
use crate::report::Report;
use crate::terminal::{DIM, ERROR};

/// Remove what the project, or a script, needs no longer
///
/// Takes it out of pyproject.toml or the Pipfile, with its source if nothing else of the project needs it, makes the lock
/// fit, and uninstalls what the lock no longer names. When something fails, all files are as they were.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// The projects
    #[arg(required = true, value_name = "NAME")]
    names: Vec<ProjectName>,
    #[command(flatten)]
    list: ListOptions,
    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    follow: FollowOptions,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    if arguments.list.script.is_none() {
        let project = Project::find(context)?;
        if let Some(pipfile) = &project.workspace.pipfile {
            return pipfile::run(arguments, &project, pipfile, context);
        }
    }
    let list = arguments.list.list()?;
    let file = if let Some(script) = &arguments.list.script {
        arguments.follow.refuse_for_scripts()?;
        EditedFile::script(&context.resolve(script), context)?
    } else {
        let project = Project::find(context)?;
        let package = arguments.list.package.as_ref();
        let folder = folder_of(&list, package, &project.workspace, context)?;
        EditedFile::project(&folder.join(PYPROJECT), context)?
    };
    let mut editor = file.editor()?;
    let mut removed = Vec::new();
    for name in &arguments.names {
        removed.extend(remove(name, &list, &mut editor, &file)?);
    }
    let tell = || {
        for line in &removed {
            context.terminal.say(format_args!(
                " {ERROR}-{ERROR:#} {line} {DIM}({list}){DIM:#}"
            ));
        }
    };
    if arguments.dry_run {
        tell();
    } else {
        let mut originals = Originals::default();
        let written = file.write(editor, &mut originals);
        let followed =
            written.and_then(|()| follow(arguments, &list, &tell, &mut originals, context));
        followed.map_err(|error| originals.put_back(error))?;
    }
    Ok(Report::silent(json!({
        "file": file.shown(),
        "list": list.to_string(),
        "removed": removed,
        "dry_run": arguments.dry_run,
    })))
}

/// Takes a project out of a list, and its source where no other list has it.
fn remove(
    name: &ProjectName,
    list: &List,
    editor: &mut Editor,
    file: &EditedFile,
) -> Result<Vec<String>, CommandError> {
    let refused = |error| file.refused(&error);
    let mut removed = editor.remove(list, name).map_err(refused)?;
    if matches!(list, List::Group(group) if group.as_str() == "dev") {
        removed.extend(editor.remove(&List::UvDev, name).map_err(refused)?);
    }
    let others = editor.lists_with(name);
    if removed.is_empty() {
        let shown = file.shown();
        let message = format!("`{name}` is not in `{list}` of `{shown}`");
        let error = CommandError::new(Code::Usage, message);
        return Err(others.iter().fold(error, |error, other| {
            let option = match other {
                List::Project | List::Script => "no option".to_owned(),
                List::Extra(extra) => format!("`--optional {extra}`"),
                List::Group(group) => format!("`--group {group}`"),
                List::UvDev => "`--dev`".to_owned(),
            };
            error.hint(format!("it is in `{other}`: {option} takes it out there"))
        }));
    }
    if others.is_empty() {
        editor.remove_source(name).map_err(refused)?;
    }
    Ok(removed)
}

/// Locks, says what went, and uninstalls.
fn follow(
    arguments: &Arguments,
    list: &List,
    tell: &dyn Fn(),
    originals: &mut Originals,
    context: &Context,
) -> Result<(), CommandError> {
    if let Some(script) = &arguments.list.script {
        let path = context.resolve(script);
        let upgrade = UpgradeOptions::default();
        let follow = &arguments.follow;
        follow.lock_script(&path, &upgrade, originals, context)?;
        tell();
        return Ok(());
    }
    if arguments.follow.is_frozen() {
        tell();
        return Ok(());
    }
    let following = Following {
        options: &arguments.follow,
        upgrade: &UpgradeOptions::default(),
        package: arguments.list.package.as_ref(),
        list,
        exact: true,
    };
    let (project, lock) = following.lock(originals, context)?;
    tell();
    following.sync(&project, &lock, context)
}
