//! `tilsit python`: which Pythons there are.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::Serialize;
use tilsit_environment::discovery::{self, Found, Scope};

use crate::context::Context;
use crate::error::CommandError;
use crate::pythons;
use crate::report::Report;
use crate::terminal::{DIM, STRONG};

/// Find Pythons
///
/// Looks at the active environment, `.venv` here or above, the search path (the shims of pyenv,
/// asdf and mise are seen through, never run), and the places where pyenv, uv and the system keep
/// Pythons.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    List(List),
    Find(Find),
}

/// List the Pythons of this machine
#[derive(Args, Debug)]
struct List {
    /// Only those that fit, as `3.12`, `>=3.10`, `pypy`
    request: Option<String>,
}

/// Print the path of the Python that would be used
#[derive(Args, Debug)]
struct Find {
    /// Which Python, as `3.12`, `>=3.10`, `pypy`, or a path
    request: Option<String>,
    /// Look past virtual environments
    #[arg(long)]
    system: bool,
}

#[derive(Serialize)]
struct Entry {
    path: PathBuf,
    implementation: String,
    version: String,
    environment: Option<PathBuf>,
    source: String,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    match &arguments.command {
        Command::List(arguments) => list(arguments, context),
        Command::Find(arguments) => find(arguments, context),
    }
}

fn list(arguments: &List, context: &Context) -> Result<Report, CommandError> {
    let request = match &arguments.request {
        Some(typed) => pythons::request(Some(typed), context)?,
        None => tilsit_environment::PythonRequest::Any,
    };
    let (found, passed_over) = discovery::find_all(&request, &pythons::surroundings(context)?);
    for candidate in passed_over {
        context
            .terminal
            .detail(format_args!("Passed over {candidate}"));
    }
    let entries: Vec<Entry> = found.iter().map(entry).collect();
    let name = |entry: &Entry| format!("{} {}", entry.implementation, entry.version);
    let width = entries.iter().map(|entry| name(entry).len()).max();
    let width = width.unwrap_or_default();
    let lines = entries.iter().map(|entry| {
        let name = name(entry);
        let path = entry.path.display();
        let source = &entry.source;
        format!("{STRONG}{name:width$}{STRONG:#}  {path}  {DIM}{source}{DIM:#}\n")
    });
    Ok(Report::new(lines.collect::<String>(), &entries))
}

fn find(arguments: &Find, context: &Context) -> Result<Report, CommandError> {
    let scope = if arguments.system {
        Scope::Base
    } else {
        Scope::Any
    };
    let found = pythons::find(arguments.request.as_deref(), scope, context)?;
    let entry = entry(&found);
    Ok(Report::new(format!("{}\n", entry.path.display()), entry))
}

fn entry(found: &Found) -> Entry {
    let interpreter = &found.interpreter;
    Entry {
        path: interpreter.executable().to_path_buf(),
        implementation: interpreter.implementation().to_owned(),
        version: interpreter.version().to_string(),
        environment: interpreter
            .virtual_environment()
            .map(|environment| environment.root.clone()),
        source: found.source.to_string(),
    }
}
