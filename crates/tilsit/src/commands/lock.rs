//! `tilsit lock`: everything that a project needs, pinned for all its environments.

use std::path::PathBuf;

use std::time::Instant;

use clap::Args;
use serde_json::{Value, json};

use crate::building::BuildOptions;
use crate::commands::options::{IndexOptions, ResolverOptions, UpgradeOptions};
use crate::context::Context;
use crate::error::CommandError;
use crate::locking::{self, Locked, Locking};
use crate::projects::Project;
use crate::report::Report;
use crate::stamps::{self, Stamp, files_of};
use crate::terminal::{DIM, ERROR, GOOD, STRONG, WARNING, count, duration};

/// What is said of a lock that fits.
const NOTHING: &str = "Nothing to change in the lock of";

/// Pin everything that the project needs, for all systems and Pythons at once
///
/// Writes `pylock.toml` (PEP 751), which other installers take too. What it pins already stays as it is
/// while it fits; `-U` takes newer versions, `-P` of one project. What is locked is what pyproject.toml
/// asks for with all extras and groups, and what all members of a workspace ask for. Locks with names
/// stand in `[tool.tilsit.locks]`; a script is locked beside it, in `pylock.FILE.toml`.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Make this lock of `[tool.tilsit.locks]`, `pylock.NAME.toml`
    #[arg(long, value_name = "NAME", conflicts_with_all = ["all", "script"])]
    name: Vec<String>,
    /// Make the lock of the project and all that have names
    #[arg(long, conflicts_with = "script")]
    all: bool,
    /// Make the lock of this script, `pylock.FILE.toml` beside it
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
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
    let (start, began) = (Instant::now(), context.now());
    let stamp = arguments.stamp(context);
    if let Some(result) = stamp.as_ref().and_then(Stamp::read::<Value>) {
        let packages = result["packages"].as_u64().unwrap_or_default();
        let packages = count(usize::try_from(packages).unwrap_or(usize::MAX), "package");
        let took = duration(start.elapsed());
        context
            .terminal
            .say(format_args!("{GOOD}{NOTHING}{GOOD:#} {packages} in {took}"));
        return Ok(Report::silent(result));
    }
    let projects = arguments.projects(context)?;
    let mut results = Vec::with_capacity(projects.len());
    let mut outdated = Vec::new();
    for project in &projects {
        if projects.len() > 1 {
            let shown = context.show(&project.lock_path());
            context
                .terminal
                .say(format_args!("{STRONG}{shown}{STRONG:#}"));
        }
        match arguments.lock(project, context)? {
            Ok(result) => results.push(result),
            Err(error) => outdated.push(error),
        }
    }
    // Of several that do not fit, all are named.
    let mut outdated = outdated.into_iter();
    if let Some(first) = outdated.next() {
        return Err(outdated.fold(first, |first, other| first.caused_by(other.message)));
    }
    let result = match <[Value; 1]>::try_from(results) {
        Ok([result]) => {
            if let (Some(stamp), [project]) = (stamp, &*projects)
                && result["is_current"] == true
            {
                let read = files_of(&project.workspace, &context.working_folder);
                let made = vec![project.lock_path()];
                stamp.write(&result, (began, read), made, context)?;
            }
            result
        }
        Err(results) => json!({ "locks": results }),
    };
    Ok(Report::silent(result))
}

impl Arguments {
    /// The note that the lock fits; none where more is asked for.
    fn stamp(&self, context: &Context) -> Option<Stamp> {
        let asks_more =
            self.script.is_some() || self.all || !self.name.is_empty() || self.upgrade.is_asked();
        // Where nobody says which Python, it is one of these.
        let path = context.variables.path("PATH");
        let question = || stamps::question(&("lock", self, path), context);
        (!asks_more).then(|| Stamp::on(&question(), context))
    }

    /// The projects, each with a lock of it that is meant.
    fn projects(&self, context: &Context) -> Result<Vec<Project>, CommandError> {
        if let Some(script) = &self.script {
            return Ok(vec![Project::of_script(script, context)?]);
        }
        let project = Project::find(context)?;
        if self.all {
            let locks: Vec<String> = project.workspace.settings.locks.keys().cloned().collect();
            let mut projects = vec![project.clone()];
            for name in locks {
                projects.push(project.clone().in_lock(Some(&name))?);
            }
            return Ok(projects);
        }
        if self.name.is_empty() {
            return Ok(vec![project]);
        }
        let named = self.name.iter();
        named
            .map(|name| project.clone().in_lock(Some(name)))
            .collect()
    }

    /// Makes one lock; inside, what is said of one that does not fit and must not change.
    fn lock(
        &self,
        project: &Project,
        context: &Context,
    ) -> Result<Result<Value, CommandError>, CommandError> {
        let configuration = self.index.over(&project.context)?;
        let configuration = self.resolver.over(&configuration);
        let locking = Locking {
            project,
            configuration: &configuration,
            upgrade: &self.upgrade,
            build: &self.build.read(context)?,
            python: self.python.as_deref(),
            no_deps: false,
        };
        let path = project.lock_path();
        let is_there = tilsit_files::exists(&path)?;
        let locked = locking.lock()?;
        if self.check && !locked.is_current {
            tell(&locked, context);
            return Ok(Err(locking::outdated(project, is_there, context)));
        }
        if !self.dry_run && !self.check {
            locked.write(&path)?;
        }
        tell(&locked, context);
        let packages = count(locked.lock.pylock.packages.len(), "package");
        let took = duration(locked.took);
        let done = match (locked.is_current, self.dry_run) {
            (true, _) => NOTHING,
            (false, true) => "Would lock",
            (false, false) => "Locked",
        };
        context
            .terminal
            .say(format_args!("{GOOD}{done}{GOOD:#} {packages} in {took}"));
        Ok(Ok(json!({
            "lock": path,
            "packages": locked.lock.pylock.packages.len(),
            "changes": locked.difference.changes,
            "is_current": locked.is_current,
            "dry_run": self.dry_run,
        })))
    }
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
