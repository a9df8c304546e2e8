//! `tilsit sync`: the project's environment, exactly as the lock says.

mod bundled;
mod digest;
mod script;
pub(crate) mod selecting;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tilsit_build_frontend::Renewal;
use tilsit_environment::Environment;
use tilsit_installer::LockedEnvironment;
use tilsit_project::lock::Lock;

use crate::building::BuildOptions;
use crate::commands::lock;
use crate::commands::options::{IndexOptions, ReinstallOptions, ResolverOptions, UpgradeOptions};
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::installing::{self, Change, LinkOptions};
use crate::locking::{self, Locking};
use crate::projects::WhichLock;
use crate::report::Report;
use crate::stamps::{self, Stamp, files_of, files_of_environment};
use crate::syncing::{Place, Syncing, environment};
use crate::terminal::{GOOD, count, duration};

use selecting::SelectionOptions;

/// Make the project's environment hold exactly what the lock says
///
/// The environment is `.venv` beside the lock; it is made if it is not there. The lock is made to fit
/// the project first, unless `--locked` or `--frozen` forbids that. What the lock does not name is
/// uninstalled. All of it is done, or the environment stays as it was. The environment of a script
/// (`--script`) is kept in the cache, and its path is printed.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    #[command(flatten)]
    which: WhichLock,
    #[command(flatten)]
    selection: SelectionOptions,
    #[command(flatten)]
    fixed: FixedOptions,
    /// Take everything from this file of `tilsit bundle`, and ask no index
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["SelectionOptions", "UpgradeOptions", "lock", "script", "locked", "frozen"]
    )]
    bundle: Option<PathBuf>,
    /// Leave what the lock does not name in the environment
    #[arg(long, overrides_with = "exact", conflicts_with = "script")]
    inexact: bool,
    /// Uninstall what the lock does not name, as is usual
    #[arg(long)]
    exact: bool,
    /// Build and install the projects, so that later changes to them do not show
    #[arg(long)]
    no_editable: bool,
    /// Change nothing; exit with 1 if the environment is not as the lock says
    #[arg(long, conflicts_with = "script")]
    check: bool,
    /// Print what would be done and change nothing
    #[arg(long, conflicts_with = "script")]
    dry_run: bool,
    /// Print a digest of what is installed: the same wherever the same lock is installed on this
    /// platform
    #[arg(long, conflicts_with = "script")]
    digest: bool,
    /// Work on the active environment, and not on that of the project
    #[arg(long, conflicts_with = "script")]
    active: bool,
    /// Use this Python: a version or a path [env: `TILSIT_PYTHON`]
    #[arg(short, long, value_name = "PYTHON")]
    python: Option<String>,
    #[command(flatten)]
    reinstall: ReinstallOptions,
    #[command(flatten)]
    upgrade: UpgradeOptions,
    #[command(flatten)]
    link: LinkOptions,
    #[command(flatten)]
    resolver: ResolverOptions,
    #[command(flatten)]
    build: BuildOptions,
    #[command(flatten)]
    index: IndexOptions,
}

/// Whether the lock may be made to fit.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct FixedOptions {
    /// Fail if the lock does not fit the project
    #[arg(long, conflicts_with = "frozen")]
    pub(crate) locked: bool,
    /// Take the lock as it is, whatever the project says
    #[arg(long)]
    pub(crate) frozen: bool,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    if let Some(bundle) = &arguments.bundle {
        return bundled::run(arguments, bundle, context);
    }
    let (start, began) = (Instant::now(), context.now());
    let stamp = arguments.stamp(context);
    if let Some(known) = stamp.as_ref().and_then(Stamp::read::<NothingToDo>) {
        tell_checked(known.unchanged, start.elapsed(), context);
        return Ok(Report::silent(known.result));
    }
    let project = arguments.which.project(context)?;
    let configuration = arguments.index.over(&project.context)?;
    let configuration = arguments.resolver.over(&configuration);
    let configuration = arguments.link.over(&configuration);
    let keeps = arguments.dry_run || arguments.check;
    let build = arguments.build.read(context)?;
    let locking = Locking {
        project: &project,
        configuration: &configuration,
        upgrade: &arguments.upgrade,
        build: &build,
        python: arguments.python.as_deref(),
        no_deps: false,
    };
    let lock = fitting(&locking, &arguments.fixed, keeps, context)?;
    if arguments.which.is_script() {
        return script::run(&locking, &lock, context);
    }
    let place = Place {
        python: arguments.python.as_deref(),
        active: arguments.active,
        must_exist: keeps,
    };
    let environment = environment(&project, place, context)?;
    let locked = installing::lock(&environment, context)?;
    let chosen = arguments.selection.choose(&project.workspace)?;
    let syncing = Syncing {
        project: Some(&project),
        context: &project.context,
        root: &project.workspace.root,
        configuration: &configuration,
        lock: &lock,
        selection: &chosen.selection,
        omitted: &chosen.omitted,
        no_editable: arguments.no_editable,
        inexact: arguments.inexact,
        only_removes: false,
        reinstall: arguments.reinstall.renewal(),
        build: &build,
        bundle: None,
    };
    let change = syncing.plan(&environment)?;
    if let Some(stamp) = stamp.filter(|_| change.is_empty() && !lock.is_edited) {
        let known = NothingToDo {
            unchanged: change.unchanged,
            result: result(&change, &environment),
        };
        let read = files_of(&project.workspace, &context.working_folder);
        let made = files_of_environment(&project, &environment);
        stamp.write(known, (began, read), made, context)?;
    }
    finish(arguments, change, (&environment, &locked), &lock, context)
}

/// What is noted of a run that had nothing to do, so that the next one need not look.
#[derive(Deserialize, Serialize)]
struct NothingToDo {
    unchanged: usize,
    result: Value,
}

impl Arguments {
    /// The note of such a run; none where more is asked for than that all is in place.
    fn stamp(&self, context: &Context) -> Option<Stamp> {
        let asks_more = self.dry_run
            || self.check
            || self.digest
            || self.which.is_script()
            || self.upgrade.is_asked()
            || self.reinstall.renewal() != Renewal::None;
        let question = || stamps::question(&("sync", self), context);
        (!asks_more).then(|| Stamp::on(&question(), context))
    }
}

/// Carries a plan out, unless nothing may be changed.
fn finish(
    arguments: &Arguments,
    mut change: Change,
    (environment, locked): (&Environment, &LockedEnvironment),
    lock: &Lock,
    context: &Context,
) -> Result<Report, CommandError> {
    if arguments.dry_run || arguments.check {
        return unchanged(arguments, &change, environment);
    }
    if !change.is_empty() {
        change.apply(locked, context)?;
    }
    tell(&change, context);
    let digest = arguments.digest.then(|| digest::of(environment, lock));
    let digest = digest.transpose()?;
    let mut result = result(&change, environment);
    result["digest"] = json!(digest);
    Ok(match digest {
        Some(digest) => Report::new(format!("{digest}\n"), result),
        None => Report::silent(result),
    })
}

/// The lock: the one that is there if it must not change, else one that fits, which is written unless
/// nothing may be changed.
///
/// # Errors
/// When it does not fit and must not change, or cannot be made.
pub(crate) fn fitting(
    locking: &Locking<'_>,
    fixed: &FixedOptions,
    keeps: bool,
    context: &Context,
) -> Result<Lock, CommandError> {
    let path = locking.project.lock_path();
    let upgrade = locking.upgrade;
    let is_upgrade = upgrade.upgrade || !upgrade.upgrade_package.is_empty();
    if is_upgrade && (fixed.locked || fixed.frozen) {
        let message = "a lock cannot both stay as it is and be upgraded";
        return Err(CommandError::new(Code::Usage, message)
            .hint("leave out either `--upgrade` or `--locked` and `--frozen`"));
    }
    if fixed.frozen {
        return locking.frozen();
    }
    let is_there = tilsit_files::exists(&path)?;
    let locked = locking.lock()?;
    if fixed.locked && !locked.is_current {
        lock::tell(&locked, context);
        return Err(locking::outdated(locking.project, is_there, context));
    }
    if !keeps {
        locked.write(&path)?;
    }
    if !locked.is_current {
        let packages = count(locked.lock.pylock.packages.len(), "package");
        let took = duration(locked.took);
        context
            .terminal
            .say(format_args!("{GOOD}Locked{GOOD:#} {packages} in {took}"));
    }
    Ok(locked.lock)
}

fn result(change: &Change, environment: &Environment) -> Value {
    json!({
        "environment": environment.root(),
        "installed": change.entries,
        "uninstalled": change.removed,
        "unchanged": change.unchanged,
    })
}

/// What is said where nothing may be changed.
fn unchanged(
    arguments: &Arguments,
    change: &Change,
    environment: &Environment,
) -> Result<Report, CommandError> {
    if arguments.check && !change.is_empty() {
        let (coming, going) = (
            count(change.entries.len(), "project"),
            count(change.removed.len(), "project"),
        );
        return Err(CommandError::new(
            Code::EnvironmentDiffers,
            format!(
                "the environment is not as the lock says: {coming} to install, {going} to uninstall"
            ),
        )
        .hint("`tilsit sync` makes it so"));
    }
    let text = if arguments.dry_run {
        format!("{}\n", change.plan)
    } else {
        String::new()
    };
    Ok(Report::new(text, result(change, environment)))
}

/// Says that all is in place.
fn tell_checked(unchanged: usize, took: Duration, context: &Context) {
    let (there, took) = (count(unchanged, "project"), duration(took));
    context
        .terminal
        .say(format_args!("{GOOD}Checked{GOOD:#} {there} in {took}"));
}

/// Says what came and went.
pub(crate) fn tell(change: &Change, context: &Context) {
    if change.is_empty() {
        tell_checked(change.unchanged, change.took, context);
        return;
    }
    let took = duration(change.took);
    let (coming, going) = (
        count(change.entries.len(), "wheel"),
        count(change.removed.len(), "project"),
    );
    context.terminal.say(format_args!(
        "{GOOD}Installed{GOOD:#} {coming} and uninstalled {going} in {took}"
    ));
    change.tell(context);
}
