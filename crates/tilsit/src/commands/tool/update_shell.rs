//! `tilsit tool update-shell`: the folder of programs onto the shell's search path.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;
use tilsit_files::Durability;
use tilsit_tools::shell::{Homes, Shell, with_line};

use super::places;
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::report::Report;
use crate::terminal::{GOOD, STRONG};

/// Put the folder of programs onto the search path of your shell
///
/// Adds a line to the start files of the shell that `SHELL` names, where it is missing. A shell that is
/// started afterwards finds the programs of tools.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// For this shell, whatever `SHELL` says
    #[arg(long, value_name = "SHELL", value_parser = ["bash", "zsh", "fish", "csh", "tcsh", "sh", "ksh"])]
    shell: Option<String>,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let folder = places::programs(context)?;
    let shell = shell(arguments, &folder, context)?;
    let line = shell.line(&folder);
    let mut changed = Vec::new();
    for file in start_files(shell, context)? {
        let text = match tilsit_files::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.is_not_found() => String::new(),
            Err(error) => return Err(error.into()),
        };
        let Some(text) = with_line(&text, &line) else {
            continue;
        };
        // The file may be a link into a folder under version control: the link stays.
        let file = tilsit_files::canonicalize(&file).unwrap_or(file);
        if let Some(folder) = file.parent() {
            tilsit_files::create_dir_all(folder)?;
        }
        tilsit_files::write_atomic(&file, text, Durability::Synced)?;
        changed.push(file);
    }
    tell(&changed, &folder, shell, context);
    Ok(Report::silent(json!({
        "folder": folder,
        "shell": shell.name(),
        "changed": changed,
    })))
}

fn shell(arguments: &Arguments, folder: &Path, context: &Context) -> Result<Shell, CommandError> {
    let named = arguments.shell.as_deref().map(Path::new);
    let program = named.or_else(|| context.variables.path("SHELL"));
    program.and_then(Shell::of_program).ok_or_else(|| {
        let message = match program {
            Some(program) => format!("the shell `{}` is not known", program.display()),
            None => "which shell you use is not known: `SHELL` is not set".to_owned(),
        };
        let folder = folder.display();
        let error = CommandError::new(Code::Usage, message);
        let error = if cfg!(windows) {
            error
        } else {
            error.hint("name it: `tilsit tool update-shell --shell bash`")
        };
        error.hint(format!("or put `{folder}` onto PATH by hand"))
    })
}

fn start_files(shell: Shell, context: &Context) -> Result<Vec<PathBuf>, CommandError> {
    let home = context.home.as_ref().ok_or_else(|| {
        CommandError::new(Code::ConfigurationInvalid, "your home folder is not known")
            .caused_by("the environment has no `HOME`")
    })?;
    let path = |name: &str| {
        let named = context.variables.path(name);
        named
            .filter(|path| path.is_absolute())
            .map(Path::to_path_buf)
    };
    let configuration = path("XDG_CONFIG_HOME").unwrap_or_else(|| home.join(".config"));
    let zsh = path("ZDOTDIR");
    let homes = Homes {
        home,
        zsh: zsh.as_deref(),
        configuration: &configuration,
    };
    Ok(shell.start_files(homes, &|path| path.is_file()))
}

fn tell(changed: &[PathBuf], folder: &Path, shell: Shell, context: &Context) {
    let name = shell.name();
    let shown = folder.display();
    if changed.is_empty() {
        let seen = if places::is_seen(folder, context) {
            "is on the search path already"
        } else {
            "is in the start files already; start a new shell"
        };
        context.terminal.say(format_args!("`{shown}` {seen}"));
        return;
    }
    for file in changed {
        let file = file.display();
        context.terminal.say(format_args!(
            "{GOOD}Changed{GOOD:#} `{STRONG}{file}{STRONG:#}`"
        ));
    }
    context
        .terminal
        .say(format_args!("A new {name} finds the programs in `{shown}`"));
}
