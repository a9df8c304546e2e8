//! What is taken out of a category of a Pipfile.

use serde_json::json;
use tilsit_packaging::name::ProjectName;
use tilsit_project::edit::{List, PipfileEditor};
use tilsit_project::pipfile::Pipfile;

use super::Arguments;
use crate::commands::add::pipfile::group;
use crate::commands::options::UpgradeOptions;
use crate::context::Context;
use crate::editing::{EditedFile, Originals};
use crate::error::CommandError;
use crate::explain::Code;
use crate::following::Following;
use crate::projects::Project;
use crate::report::Report;
use crate::terminal::{DIM, ERROR};

/// Takes out what is named, locks, and uninstalls what is needed no longer.
///
/// # Errors
/// When something is not in the category, or what is left cannot be locked; all files are then as they
/// were.
pub(super) fn run(
    arguments: &Arguments,
    project: &Project,
    pipfile: &Pipfile,
    context: &Context,
) -> Result<Report, CommandError> {
    let group = group(&arguments.list)?;
    let category = pipfile.category(&group);
    let path = project.workspace.root.join(&pipfile.file_name);
    let file = EditedFile::project(&path, context)?;
    let mut editor = file.pipfile_editor()?;
    for name in &arguments.names {
        remove(name, &category, &mut editor, &file)?;
    }
    let text = editor.into_text();
    let tell = || {
        for name in &arguments.names {
            context.terminal.say(format_args!(
                " {ERROR}-{ERROR:#} {name} {DIM}({category}){DIM:#}"
            ));
        }
    };
    let mut originals = Originals::default();
    if arguments.dry_run {
        tell();
    } else if arguments.follow.is_frozen() {
        file.write_text(&text, &mut originals)?;
        tell();
    } else {
        let following = Following {
            options: &arguments.follow,
            upgrade: &UpgradeOptions::default(),
            package: None,
            list: &List::Group(group),
            exact: true,
        };
        let written = file.write_text(&text, &mut originals);
        let locked = written.and_then(|()| following.lock(&mut originals, context));
        let followed = locked.and_then(|(project, lock)| {
            tell();
            following.sync(&project, &lock, context)
        });
        followed.map_err(|error| originals.put_back(error))?;
    }
    let names = arguments.names.iter().map(ToString::to_string);
    Ok(Report::silent(json!({
        "file": file.shown(),
        "list": category,
        "removed": names.collect::<Vec<_>>(),
        "dry_run": arguments.dry_run,
    })))
}

/// Takes a project out of a category.
fn remove(
    name: &ProjectName,
    category: &str,
    editor: &mut PipfileEditor,
    file: &EditedFile,
) -> Result<(), CommandError> {
    let removed = editor.remove(category, name);
    if removed.map_err(|error| file.refused(&error))?.is_some() {
        return Ok(());
    }
    let shown = file.shown();
    let message = format!("`{name}` is not in `[{category}]` of `{shown}`");
    let error = CommandError::new(Code::Usage, message);
    let others = editor.categories_with(name);
    Err(others.iter().fold(error, |error, other| {
        let option = match other.as_str() {
            "packages" => "no option".to_owned(),
            "dev-packages" => "`--dev`".to_owned(),
            other => format!("`--group {other}`"),
        };
        error.hint(format!("it is in `[{other}]`: {option} takes it out there"))
    }))
}
