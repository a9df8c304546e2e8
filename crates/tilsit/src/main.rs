//! tilsit, the Python packaging system: the command line. Start reading in [`commands`]: one enum
//! and one match are the complete list of commands.
//!
//! On disk: `[tool.tilsit]` in `pyproject.toml` and the user's `tilsit.toml` are read by
//! [`configuration`]; the cache folder is named by [`context`] and filled by the libraries.
//!
//! Only this crate reads the environment, the clock and the working folder, writes to the
//! terminal, and knows exit codes and hints. It holds no logic: a command turns arguments into
//! options, calls one library operation and reports.

mod branches;
mod bug;
mod building;
mod checkouts;
mod child;
mod commands;
mod configuration;
mod context;
mod difference;
mod distributions;
mod editing;
mod environments;
mod error;
mod explain;
mod filling;
mod findings;
mod following;
mod hints;
mod indexes;
mod installing;
mod interrupt;
mod json;
mod locking;
mod logins;
mod network;
mod newest;
mod pipfiles;
mod poetry;
mod policies;
mod projects;
mod pythons;
mod report;
mod requirements;
mod resolving;
mod satisfied;
mod saving;
mod stamps;
mod syncing;
mod targets;
mod terminal;
mod uv_locks;

use std::process::ExitCode;

use crate::commands::{Arguments, Command};
use crate::context::Context;
use crate::error::CommandError;
use crate::report::Report;
use crate::terminal::Terminal;

fn main() -> ExitCode {
    // Before all else, while there is one thread: what runs a build in a sandbox is this program.
    if let Some(code) = tilsit_sandbox::launch(std::env::args_os()) {
        return code;
    }
    if asks_for_version() {
        terminal::write_data(concat!("tilsit ", env!("CARGO_PKG_VERSION"), "\n"));
        return ExitCode::SUCCESS;
    }
    let arguments = match commands::parse() {
        Ok(arguments) => arguments,
        Err(error) => return commands::refuse(&error),
    };
    let terminal = Terminal::new(&arguments.global.terminal);
    bug::report_panics(terminal.json());
    let answer = run(arguments, terminal.clone());
    ExitCode::from(report::finish(answer, &terminal))
}

/// Whether the command line is `--version` and nothing else. Scripts ask that at each of their
/// starts, so it is answered before the tree of all commands is made.
fn asks_for_version() -> bool {
    let mut arguments = std::env::args_os().skip(1);
    let first = arguments.next();
    let is_version = first.is_some_and(|word| word == "--version" || word == "-V");
    is_version && arguments.next().is_none()
}

fn run(arguments: Arguments, terminal: Terminal) -> Result<Report, CommandError> {
    let mut context = Context::new(&arguments.global, terminal)?;
    // `cache` is about the cache that stays.
    if !matches!(arguments.command, Command::Cache(_)) {
        context = context.without_cache_if_wanted()?;
    }
    commands::run(arguments.command, &context)
}
