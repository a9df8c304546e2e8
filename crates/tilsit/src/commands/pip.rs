//! `tilsit pip`: what pip users know, in our terms: one environment, requirements, no project.

pub(crate) mod check;
pub(crate) mod compile;
pub(crate) mod conflicts;
pub(crate) mod download;
pub(crate) mod foreign;
pub(crate) mod freeze;
pub(crate) mod habits;
pub(crate) mod hash;
pub(crate) mod index;
pub(crate) mod inspect;
pub(crate) mod install;
pub(crate) mod installation_report;
pub(crate) mod list;
pub(crate) mod listed;
mod locked;
pub(crate) mod search_path;
pub(crate) mod show;
pub(crate) mod sync;
pub(crate) mod tree;
pub(crate) mod uninstall;
pub(crate) mod wheel;
pub(crate) mod words;

use clap::{Args, Subcommand};

use crate::commands::late::Late;
use crate::configuration::Settings;
use crate::context::Context;
use crate::error::CommandError;
use crate::report::Report;

/// Install packages as with pip
///
/// Works on one environment: the active one, else `.venv` here or above, else the one named with
/// `--python`.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    habits: habits::Habits,
    /// Work on the environment of this Python
    #[arg(
        long = "python",
        id = "python-of-pip",
        value_name = "PYTHON",
        hide = true
    )]
    python: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Install(Late<install::Arguments>),
    Uninstall(Late<uninstall::Arguments>),
    Sync(Late<sync::Arguments>),
    List(Late<list::Arguments>),
    Freeze(Late<freeze::Arguments>),
    Show(Late<show::Arguments>),
    Check(Late<check::Arguments>),
    Compile(Late<compile::Arguments>),
    Wheel(Late<wheel::Arguments>),
    Download(Late<download::Arguments>),
    Hash(Late<hash::Arguments>),
    Index(Late<index::Arguments>),
    Tree(Late<tree::Arguments>),
    Inspect(Late<inspect::Arguments>),
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let context = &match &arguments.python {
        None => context.clone(),
        Some(python) => context.with_settings(Settings {
            python: Some(python.clone()),
            ..Settings::default()
        }),
    };
    match &arguments.command {
        Command::Install(arguments) => install::run(arguments, context),
        Command::Uninstall(arguments) => uninstall::run(arguments, context),
        Command::Sync(arguments) => sync::run(arguments, context),
        Command::Show(arguments) => show::run(arguments, context),
        Command::Check(arguments) => check::run(arguments, context),
        Command::List(arguments) => list::run(arguments, context),
        Command::Freeze(arguments) => freeze::run(arguments, context),
        Command::Compile(arguments) => compile::run(arguments, context),
        Command::Wheel(arguments) => wheel::run(arguments, context),
        Command::Download(arguments) => download::run(arguments, context),
        Command::Hash(arguments) => hash::run(arguments, context),
        Command::Index(arguments) => index::run(arguments, context),
        Command::Tree(arguments) => tree::run(arguments, context),
        Command::Inspect(arguments) => inspect::run(arguments, context),
    }
}
