//! `tilsit lock`: everything that a project needs, pinned for all its environments.

use clap::Args;
use serde_json::json;

use crate::building::BuildOptions;
use crate::commands::options::{IndexOptions, ResolverOptions, UpgradeOptions};
use crate::context::Context;
use crate::error::CommandError;
use crate::locking::{self, Locked, Locking};
use crate::projects::Project;
use crate::report::Report;
use crate::terminal::{DIM, ERROR, GOOD, WARNING, count, duration};

/// Pin everything that the project needs, for all systems and Pythons at once
///
/// Writes `pylock.toml` (PEP 751), which other installers take too. What it pins already stays as it is
/// while it fits; `-U` takes newer versions, `-P` of one project. What is locked is what pyproject.toml
/// asks for with all extras and groups, and what all members of a workspace ask for.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Change nothing; exit with 6 if the lock does not fit the project
    #[arg(long, visible_alias = "locked")]
    check: bool,
    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Resolve with this Python: a version or a path [env: `TILSIT_PYTHON`]
    #[arg(short, long, value_name = "PYTHON")]
    python: Option<String>,
    #[command(flatten)]
    upgrade: UpgradeOptions,
    #[command(flatten)]
    resolver: ResolverOptions,
    #[command(flatten)]
    build: BuildOptions,
    #[command(flatten)]
    index: IndexOptions,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let project = Project::find(context)?;
    let configuration = arguments.index.over(&project.context)?;
    let configuration = arguments.resolver.over(&configuration);
    let locking = Locking {
        project: &project,
        configuration: &configuration,
        upgrade: &arguments.upgrade,
        build: &arguments.build.read(context)?,
        python: arguments.python.as_deref(),
        no_deps: false,
    };
    let path = project.lock_path();
    let is_there = tilsit_files::exists(&path)?;
    let locked = locking.lock()?;
    let result = json!({
        "lock": path,
        "packages": locked.lock.pylock.packages.len(),
        "changes": locked.difference.changes,
        "is_current": locked.is_current,
        "dry_run": arguments.dry_run,
    });
    if arguments.check && !locked.is_current {
        tell(&locked, context);
        return Err(locking::outdated(&path, is_there, context));
    }
    if !arguments.dry_run && !arguments.check {
        locked.write(&path)?;
    }
    tell(&locked, context);
    let packages = count(locked.lock.pylock.packages.len(), "package");
    let took = duration(locked.took);
    let done = match (locked.is_current, arguments.dry_run) {
        (true, _) => "Nothing to change in the lock of",
        (false, true) => "Would lock",
        (false, false) => "Locked",
    };
    context
        .terminal
        .say(format_args!("{GOOD}{done}{GOOD:#} {packages} in {took}"));
    Ok(Report::silent(result))
}

/// Says what changes, a line each.
pub(crate) fn tell(locked: &Locked, context: &Context) {
    for change in &locked.difference.changes {
        let line = match (change.before.is_empty(), change.after.is_empty()) {
            _ if change.is_detail => format!(" {DIM}~ {change}{DIM:#}"),
            (true, _) => format!(" {GOOD}+{GOOD:#} {change}"),
            (_, true) => format!(" {ERROR}-{ERROR:#} {change}"),
            _ => format!(" {WARNING}~{WARNING:#} {change}"),
        };
        context.terminal.say(line);
    }
}
