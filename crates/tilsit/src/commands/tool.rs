//! `tilsit tool`: command-line tools, each in an environment of its own. What a tool is, its receipt
//! and its links are [`tilsit_tools`]'s; here it is resolved and installed as anything else is.

mod adopt;
mod asking;
mod dir;
mod export;
mod install;
mod list;
mod making;
mod places;
mod run;
mod sync;
mod uninstall;
mod update_shell;
mod upgrade;

use clap::{Args, Subcommand};
use serde_json::Value;
use tilsit_packaging::name::ProjectName;

use crate::commands::late::Late;
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::report::Report;

/// Install and run command-line tools, each in an environment of its own
///
/// What a tool needs touches neither other tools nor your projects. Its programs are links in one
/// folder on the search path, beside its manual pages and completions. A file `tilsit-tools.toml` can
/// hold all of them, and the tools of pipx are taken over.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Install(Late<install::Arguments>),
    Run(Late<run::Arguments>),
    List(Late<list::Arguments>),
    Upgrade(Late<upgrade::Arguments>),
    Uninstall(Late<uninstall::Arguments>),
    Sync(Late<sync::Arguments>),
    Export(Late<export::Arguments>),
    Adopt(Late<adopt::Arguments>),
    Dir(Late<dir::Arguments>),
    UpdateShell(Late<update_shell::Arguments>),
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    // Tools are the user's, whatever project this is run in.
    let context = &context.without_project();
    match &arguments.command {
        Command::Install(arguments) => install::run(arguments, context),
        Command::Run(arguments) => run::run(arguments, context),
        Command::List(arguments) => list::run(arguments, context),
        Command::Upgrade(arguments) => upgrade::run(arguments, context),
        Command::Uninstall(arguments) => uninstall::run(arguments, context),
        Command::Sync(arguments) => sync::run(arguments, context),
        Command::Export(arguments) => export::run(arguments, context),
        Command::Adopt(arguments) => adopt::run(arguments, context),
        Command::Dir(arguments) => dir::run(arguments, context),
        Command::UpdateShell(arguments) => update_shell::run(arguments, context),
    }
}

/// What was done for several tools: each is tried, and what failed is told at once.
struct Several {
    results: Vec<Value>,
    failed: Vec<(String, CommandError)>,
}

impl Several {
    /// Does the same for each.
    fn each<T>(
        all: impl IntoIterator<Item = (String, T)>,
        context: &Context,
        mut work: impl FnMut(T) -> Result<Value, CommandError>,
    ) -> Self {
        let all: Vec<_> = all.into_iter().collect();
        let is_one = all.len() == 1;
        let mut several = Self {
            results: Vec::new(),
            failed: Vec::new(),
        };
        for (name, one) in all {
            match work(one) {
                Ok(value) => several.results.push(value),
                Err(error) => {
                    let is_stop = error.code == Code::Interrupted;
                    if !is_one && !is_stop {
                        context.terminal.error(&error);
                    }
                    several.failed.push((name, error));
                    if is_stop {
                        break;
                    }
                }
            }
        }
        several
    }

    /// The answer: what was done, or an error that names what failed.
    fn finish(mut self, action: &str) -> Result<Vec<Value>, CommandError> {
        let is_stop = |(_, error): &(String, CommandError)| error.code == Code::Interrupted;
        if self.failed.iter().any(is_stop) || self.failed.len() == 1 && self.results.is_empty() {
            let (_, error) = self.failed.pop().expect("something failed");
            return Err(error);
        }
        if self.failed.is_empty() {
            return Ok(self.results);
        }
        let names = self.failed.iter().map(|(name, _)| format!("`{name}`"));
        let names = names.collect::<Vec<_>>().join(", ");
        let message = format!("{names} could not be {action}");
        let mut error = CommandError::new(Code::ToolsFailed, message);
        for (name, failure) in &self.failed {
            error = error.caused_by(format!("{name}: {}", failure.message));
        }
        Err(error)
    }
}

/// Names of tools as they are typed: those of projects in any spelling.
fn names(typed: &[String]) -> Vec<String> {
    let names = typed
        .iter()
        .map(|typed| match typed.parse::<ProjectName>() {
            Ok(name) => name.to_string(),
            // With a suffix it may be no name of a project.
            Err(_) => typed.clone(),
        });
    names.collect()
}

/// A tool that is not there.
fn not_installed(name: &str) -> CommandError {
    CommandError::new(
        Code::ToolNotInstalled,
        format!("the tool `{name}` is not installed"),
    )
    .hint(format!("install it with `tilsit tool install {name}`"))
    .hint("`tilsit tool list` shows the tools that are there")
}
