//! The commands: one enum and one match, the complete list. Each command is one file that turns
//! its arguments into options, calls one library operation and reports.

pub(crate) mod add;
pub(crate) mod build;
mod build_backend;
mod bundle;
pub(crate) mod cache;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod controls;
mod doctor;
pub(crate) mod explain;
mod export;
pub(crate) mod help;
mod import;
pub(crate) mod index;
mod init;
pub(crate) mod late;
pub(crate) mod lock;
mod login;
mod logout;
pub(crate) mod options;
pub(crate) mod outdated;
pub(crate) mod pip;
pub(crate) mod publish;
pub(crate) mod python;
mod release;
mod remove;
mod repair;
pub(crate) mod run;
pub(crate) mod search;
pub(crate) mod serve;
pub(crate) mod sync;
mod token;
pub(crate) mod tool;
pub(crate) mod tour;
pub(crate) mod tree;
pub(crate) mod venv;
pub(crate) mod version;
mod wheel;
mod why;

use std::process::ExitCode;

use clap::{FromArgMatches as _, Parser, Subcommand};

use crate::commands::late::{Late, whole_tree};
use crate::context::{Context, GlobalArguments};
use crate::error::{CommandError, Kind};
use crate::explain::Code;
use crate::report::Report;
use crate::{json, terminal};

/// tilsit, the Python packaging system: environments, installing, building, publishing and a
/// package index in one program.
#[derive(Debug, Parser)]
#[command(
    name = "tilsit",
    version,
    disable_help_subcommand = true,
    // A script that adds its own options to given ones means the last.
    args_override_self = true,
    max_term_width = 100,
    styles = terminal::help_styles()
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) global: GlobalArguments,
}

/// Every command. Its help is the doc comment of its arguments.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Init(Late<init::Arguments>),
    Add(Late<add::Arguments>),
    Remove(Late<remove::Arguments>),
    Lock(Late<lock::Arguments>),
    Sync(Late<sync::Arguments>),
    Export(Late<export::Arguments>),
    Bundle(Late<bundle::Arguments>),
    Import(Late<import::Arguments>),
    Tree(Late<tree::Arguments>),
    Why(Late<why::Arguments>),
    Outdated(Late<outdated::Arguments>),
    Venv(Late<venv::Arguments>),
    Pip(Late<pip::Arguments>),
    Run(Late<run::Arguments>),
    Tool(Late<tool::Arguments>),
    Build(Late<build::Arguments>),
    #[command(hide = true)]
    BuildBackend(Late<build_backend::Arguments>),
    Check(Late<check::Arguments>),
    Repair(Late<repair::Arguments>),
    Wheel(Late<wheel::Arguments>),
    Version(Late<version::Arguments>),
    Release(Late<release::Arguments>),
    Publish(Late<publish::Arguments>),
    Login(Late<login::Arguments>),
    Logout(Late<logout::Arguments>),
    Token(Late<token::Arguments>),
    Search(Late<search::Arguments>),
    Serve(Late<serve::Arguments>),
    Index(Late<index::Arguments>),
    Python(Late<python::Arguments>),
    Doctor(Late<doctor::Arguments>),
    Cache(Late<cache::Arguments>),
    Config(Late<config::Arguments>),
    Explain(Late<explain::Arguments>),
    Completions(Late<completions::Arguments>),
    Help(Late<help::Arguments>),
    Tour(Late<tour::Arguments>),
}

/// Reads the program's command line.
///
/// # Errors
/// Help, or what is wrong with the line.
pub(crate) fn parse() -> Result<Arguments, clap::Error> {
    Arguments::try_parse().or_else(|_| {
        let mut matches = whole_tree::<Arguments>().try_get_matches()?;
        Arguments::from_arg_matches_mut(&mut matches)
    })
}

/// Runs a command.
///
/// # Errors
/// The command's own.
pub(crate) fn run(command: Command, context: &Context) -> Result<Report, CommandError> {
    match command {
        Command::Init(arguments) => init::run(&arguments, context),
        Command::Add(arguments) => add::run(&arguments, context),
        Command::Remove(arguments) => remove::run(&arguments, context),
        Command::Lock(arguments) => lock::run(&arguments, context),
        Command::Sync(arguments) => sync::run(&arguments, context),
        Command::Export(arguments) => export::run(&arguments, context),
        Command::Bundle(arguments) => bundle::run(&arguments, context),
        Command::Import(arguments) => import::run(&arguments, context),
        Command::Tree(arguments) => tree::run(&arguments, context),
        Command::Why(arguments) => why::run(&arguments, context),
        Command::Outdated(arguments) => outdated::run(&arguments, context),
        Command::Venv(arguments) => venv::run(&arguments, context),
        Command::Pip(arguments) => pip::run(&arguments, context),
        Command::Run(arguments) => run::run(&arguments, context),
        Command::Tool(arguments) => tool::run(&arguments, context),
        Command::Build(arguments) => build::run(&arguments, context),
        Command::BuildBackend(arguments) => build_backend::run(&arguments, context),
        Command::Check(arguments) => check::run(&arguments, context),
        Command::Repair(arguments) => repair::run(&arguments, context),
        Command::Wheel(arguments) => wheel::run(&arguments, context),
        Command::Version(arguments) => version::run(&arguments, context),
        Command::Release(arguments) => release::run(&arguments, context),
        Command::Publish(arguments) => publish::run(&arguments, context),
        Command::Login(arguments) => login::run(&arguments, context),
        Command::Logout(arguments) => logout::run(&arguments, context),
        Command::Token(arguments) => token::run(&arguments, context),
        Command::Search(arguments) => search::run(&arguments, context),
        Command::Serve(arguments) => serve::run(&arguments, context),
        Command::Index(arguments) => index::run(&arguments, context),
        Command::Python(arguments) => python::run(&arguments, context),
        Command::Doctor(arguments) => doctor::run(&arguments, context),
        Command::Cache(arguments) => cache::run(&arguments, context),
        Command::Config(arguments) => Ok(config::run(&arguments, context)),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Completions(arguments) => Ok(completions::run(&arguments)),
        Command::Help(arguments) => help::run(&arguments),
        Command::Tour(arguments) => tour::run(&arguments, context),
    }
}

/// Answers a command line that clap did not take: help, the version, or a usage error.
pub(crate) fn refuse(error: &clap::Error) -> ExitCode {
    let wants_json = std::env::args_os().any(|argument| argument == "--json");
    if error.use_stderr() && wants_json {
        let text = error.to_string();
        let mut lines = text.lines();
        let first = lines.next().unwrap_or_default();
        let message = first.strip_prefix("error: ").unwrap_or(first);
        let failure = CommandError::new(Code::Usage, message)
            .hint("`tilsit help COMMAND` shows what a command takes");
        terminal::write_data(&json::failure(&failure));
    } else {
        // The reader of the help may have gone away (`| head`).
        let _ = error.print();
    }
    ExitCode::from(if error.use_stderr() {
        Kind::Usage.exit_code()
    } else {
        0
    })
}
