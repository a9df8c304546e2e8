//! `tilsit python`: which Pythons there are, and which one a project takes.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::json;
use tilsit_environment::discovery::{self, Found, Scope};
use tilsit_environment::{Environment, PythonRequest, pin};

use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::pythons;
use crate::report::Report;
use crate::terminal::{DIM, GOOD, STRONG, count};

/// Find Pythons, and say which one a project takes
///
/// Looks at the active environment, `.venv` here or above, the search path (the shims of pyenv,
/// asdf and mise are seen through, never run), and the places where pyenv, asdf, mise, uv and the
/// system keep Pythons.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    List(List),
    Find(Find),
    Pin(Pin),
}

/// List the Pythons of this machine
#[derive(Args, Debug)]
struct List {
    /// Only those that fit, as `3.12`, `>=3.10`, `pypy`
    request: Option<String>,
    /// Only those that are installed; tilsit lists no others
    #[arg(long)]
    only_installed: bool,
}

/// Print the path of the Python that would be used
#[derive(Args, Debug)]
struct Find {
    /// Which Python, as `3.12`, `>=3.10`, `pypy`, or a path
    request: Option<String>,
    /// Look past virtual environments
    #[arg(long)]
    system: bool,
    /// Print its version in place of its path
    #[arg(long)]
    show_version: bool,
}

/// Say in `.python-version` which Python the project takes, or show what it says
///
/// `venv` and `run` heed the file, as pyenv and others do.
#[derive(Args, Debug)]
struct Pin {
    /// Which Python, as `3.12`, `>=3.10`, `pypy`, or a path
    #[arg(conflicts_with = "rm")]
    request: Option<String>,
    /// Write the full version of the Python that is found, as `3.12.4`
    #[arg(long, requires = "request")]
    resolved: bool,
    /// Remove the file of this folder
    #[arg(long, visible_alias = "unpin")]
    rm: bool,
}

#[derive(Serialize)]
struct Entry {
    path: PathBuf,
    implementation: String,
    version: String,
    environment: Option<PathBuf>,
    source: String,
    /// Where packages would be installed.
    prefix: PathBuf,
    /// The real path of the program outside of environments.
    base: PathBuf,
    platform: String,
    free_threaded: bool,
    debug: bool,
    /// The operating system's own.
    externally_managed: bool,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    match &arguments.command {
        Command::List(arguments) => list(arguments, context),
        Command::Find(arguments) => find(arguments, context),
        Command::Pin(arguments) => pin(arguments, context),
    }
}

fn list(arguments: &List, context: &Context) -> Result<Report, CommandError> {
    let request = match &arguments.request {
        Some(typed) => pythons::request(Some(typed), context)?,
        None => PythonRequest::Any,
    };
    let (found, passed_over) = discovery::find_all(&request, &pythons::surroundings(context)?);
    for candidate in &passed_over {
        context
            .terminal
            .detail(format_args!("Passed over {candidate}"));
    }
    let entries: Vec<Entry> = found.iter().map(entry).collect();
    if !passed_over.is_empty() {
        let unusable = count(passed_over.len(), "Python");
        context.terminal.say(format_args!(
            "{DIM}{unusable} cannot be used; `-v` says why{DIM:#}"
        ));
    }
    Ok(Report::new(table(&entries), &entries))
}

/// The columns: name and version, path, where it was found, and what is particular.
fn table(entries: &[Entry]) -> String {
    let name = |entry: &Entry| {
        let variant = if entry.free_threaded { "t" } else { "" };
        format!("{} {}{variant}", entry.implementation, entry.version)
    };
    let width = |text: &dyn Fn(&Entry) -> usize| entries.iter().map(text).max().unwrap_or(0);
    let name_width = width(&|entry| name(entry).len());
    let path_width = width(&|entry| entry.path.display().to_string().len());
    let source_width = width(&|entry| entry.source.len());
    let mut lines = String::new();
    for entry in entries {
        let name = name(entry);
        let path = entry.path.display().to_string();
        let source = &entry.source;
        let particular = particular(entry);
        let rest = format!("{source:source_width$}  {particular}");
        let rest = rest.trim_end();
        let _ = writeln!(
            lines,
            "{STRONG}{name:name_width$}{STRONG:#}  {path:path_width$}  {DIM}{rest}{DIM:#}"
        );
    }
    lines
}

fn particular(entry: &Entry) -> String {
    let words = [
        (entry.environment.is_some(), "environment"),
        (entry.free_threaded, "free-threaded"),
        (entry.debug, "debug"),
        (entry.externally_managed, "the system's own"),
    ];
    let words = words
        .into_iter()
        .filter_map(|(is, word)| is.then_some(word));
    words.collect::<Vec<_>>().join(", ")
}

fn find(arguments: &Find, context: &Context) -> Result<Report, CommandError> {
    let scope = if arguments.system {
        Scope::Base
    } else {
        Scope::Any
    };
    let found = pythons::find(arguments.request.as_deref(), scope, context)?;
    let entry = entry(&found);
    let text = if arguments.show_version {
        format!("{}\n", entry.version)
    } else {
        format!("{}\n", entry.path.display())
    };
    Ok(Report::new(text, entry))
}

fn entry(found: &Found) -> Entry {
    let interpreter = &found.interpreter;
    let environment = Environment::of(interpreter.clone());
    let probe = interpreter.probe();
    Entry {
        path: interpreter.executable().to_path_buf(),
        implementation: interpreter.implementation().to_owned(),
        version: interpreter.version().to_string(),
        environment: interpreter
            .virtual_environment()
            .map(|environment| environment.root.clone()),
        source: found.source.to_string(),
        prefix: interpreter.prefix().to_path_buf(),
        base: interpreter.base_executable().to_path_buf(),
        platform: probe.platform.clone(),
        free_threaded: probe.abi.gil_disabled,
        debug: probe.abi.debug,
        externally_managed: environment.externally_managed().is_some(),
    }
}

fn pin(arguments: &Pin, context: &Context) -> Result<Report, CommandError> {
    let folder = &context.working_folder;
    if arguments.rm {
        let Some(path) = pin::remove(folder)? else {
            let error = CommandError::new(Code::NoPin, "this folder has no `.python-version`");
            return Err(error.hint("the pin that counts may stand in a folder above"));
        };
        let shown = context.show(&path);
        context
            .terminal
            .say(format_args!("{GOOD}Removed{GOOD:#} `{shown}`"));
        return Ok(Report::silent(json!({ "path": path })));
    }
    let Some(typed) = &arguments.request else {
        return current(context);
    };
    let request = pythons::request(Some(typed), context)?;
    let request = match pythons::find_request(&request, Scope::Base, context) {
        Ok(found) if arguments.resolved => exact(&found)?,
        Err(error) if arguments.resolved => return Err(error),
        Err(error) => {
            // The project may be pinned on another machine than the one it runs on.
            context.terminal.warn(error.message);
            request
        }
        Ok(_) => request,
    };
    let path = pin::write(folder, &request)?;
    let shown = context.show(&path);
    context.terminal.say(format_args!(
        "{GOOD}Pinned{GOOD:#} `{shown}` to {STRONG}{request}{STRONG:#}"
    ));
    Ok(Report::silent(json!({
        "path": path,
        "request": request.to_string(),
    })))
}

fn current(context: &Context) -> Result<Report, CommandError> {
    let Some(pin) = pin::find(&pythons::surroundings(context)?)? else {
        let error = CommandError::new(Code::NoPin, "no `.python-version` here or above");
        return Err(error.hint("`tilsit python pin 3.12` writes one"));
    };
    let request = pin.request.to_string();
    let result = json!({ "path": pin.path, "request": request });
    Ok(Report::new(format!("{request}\n"), result))
}

/// The request for exactly the Python that was found.
fn exact(found: &Found) -> Result<PythonRequest, CommandError> {
    let interpreter = &found.interpreter;
    let name = match interpreter.implementation() {
        "cpython" => "",
        other => other,
    };
    let variant = if interpreter.probe().abi.gil_disabled {
        "t"
    } else {
        ""
    };
    let text = format!("{name}{}{variant}", interpreter.version());
    text.parse()
        .map_err(|error| CommandError::from_error(Code::Bug, &error))
}
