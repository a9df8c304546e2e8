//! `tilsit pip sync`: an environment that holds exactly what requirements files list.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use tilsit_build_frontend::Renewal;
use tilsit_dist::dist_info::InstalledDistribution;
use tilsit_environment::Environment;

use crate::building::BuildOptions;
use crate::checkouts::CheckoutOptions;
use crate::commands::options::{IndexOptions, ReinstallOptions, UpgradeOptions};
use crate::commands::pip::locked::{LockRequest, Manner};
use crate::configuration::Configuration;
use crate::context::Context;
use crate::environments::EnvironmentOptions;
use crate::error::CommandError;
use crate::explain::Code;
use crate::installing::{self, Change, Installation, LinkOptions};
use crate::report::Report;
use crate::requirements::{ConstraintOptions, Wanted};
use crate::resolving::{self, Elsewhere, Question};
use crate::satisfied;
use crate::targets::TargetOptions;
use crate::terminal::{GOOD, count, duration};

/// The tools that an environment is made with: they stay, although no file lists them.
pub(crate) const SEEDS: [&str; 3] = ["pip", "setuptools", "wheel"];

/// Make an environment hold exactly what requirements files list
///
/// What is missing is installed, what is not listed is uninstalled. Only what is listed counts, not
/// what that requires in turn: list everything, as `tilsit pip compile` does.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// The files, or `-` for standard input; or a lock: `pylock.toml`, with extras as
    /// `pylock.toml[EXTRA]`
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// This group of a lock too
    #[arg(long, value_name = "PATH:GROUP")]
    group: Vec<String>,
    #[command(flatten)]
    constraints: ConstraintOptions,
    /// Refuse everything that has no hash in the files
    #[arg(long)]
    require_hashes: bool,
    #[command(flatten)]
    reinstall: ReinstallOptions,
    /// Uninstall everything when the files list nothing
    #[arg(long)]
    allow_empty_requirements: bool,
    /// Print what would be done and change nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    link: LinkOptions,
    #[command(flatten)]
    environment: EnvironmentOptions,
    #[command(flatten)]
    target: TargetOptions,
    #[command(flatten)]
    checkout: CheckoutOptions,
    #[command(flatten)]
    build: BuildOptions,
    #[command(flatten)]
    index: IndexOptions,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let configuration = arguments.link.over(&arguments.index.over(context)?);
    match LockRequest::among(&arguments.files, &arguments.group, 0)? {
        Some(lock) => locked(arguments, &lock, &configuration, context),
        None => listed(arguments, &configuration, context),
    }
}

/// Makes the environment hold exactly what requirements files list.
fn listed(
    arguments: &Arguments,
    configuration: &Configuration,
    context: &Context,
) -> Result<Report, CommandError> {
    let mut wanted = wanted(arguments, context)?;
    installing::required_hashes(arguments.require_hashes, &wanted, configuration)?;
    let environment = arguments
        .target
        .find_to_change(&arguments.environment, context)?;
    let locked = installing::lock(&environment, context)?;
    let present = installing::present(&environment, context)?;
    let extra = extraneous(&wanted, &environment, &present);
    let satisfied = satisfied::by_installed(&wanted, &environment, &present, true);
    let reinstall = arguments.reinstall.renewal();
    let stays = extra.is_empty() && reinstall == Renewal::None;
    if let Some(projects) = satisfied.filter(|_| stays) {
        let result = json!({
            "environment": environment.root(),
            "installed": [],
            "uninstalled": [],
            "unchanged": projects.len(),
            "dry_run": arguments.dry_run,
        });
        context.terminal.say("Everything is there already.");
        return Ok(Report::silent(result));
    }
    let versions = present.iter();
    let preferences: BTreeMap<_, _> = versions
        .map(|one| (one.name.clone(), one.version.clone()))
        .collect();
    if !arguments.dry_run {
        let checkout = &arguments.checkout;
        checkout.check_out(&mut wanted, &environment, configuration, context)?;
    }
    let question = Question {
        preferences: preferences.into_iter().collect(),
        elsewhere: Elsewhere::default(),
        configuration,
        interpreter: environment.interpreter(),
        no_deps: true,
        refresh: UpgradeOptions::default().refresh(),
        installed: BTreeMap::new(),
        pages_only: false,
        wanted: &wanted,
    };
    let resolved = resolving::resolve(&question, context)?;
    // Now everything has a name.
    let extra = extraneous(&resolved.wanted, &environment, &present);
    let (required, wanted) = (arguments.require_hashes, &resolved.wanted);
    let hashes = installing::required_hashes(required, wanted, configuration)?;
    let installation = Installation {
        environment: &environment,
        present: &present,
        resolved: &resolved,
        hashes: &hashes,
        reinstall,
        link_mode: installing::link_mode_to_stay(configuration, context)?,
        compile: installing::compiles(configuration)?,
    };
    let mut change = installation.plan_removing(&extra, context)?;
    let result = json!({
        "environment": environment.root(),
        "installed": change.entries,
        "uninstalled": change.removed,
        "unchanged": change.unchanged,
        "dry_run": arguments.dry_run,
    });
    if arguments.dry_run {
        return Ok(Report::new(format!("{}\n", change.plan), result));
    }
    change.apply(&locked, context)?;
    tell(&change, context);
    Ok(Report::silent(result))
}

/// Makes the environment hold exactly what a lock says.
fn locked(
    arguments: &Arguments,
    lock: &LockRequest,
    configuration: &Configuration,
    context: &Context,
) -> Result<Report, CommandError> {
    let environment = arguments
        .target
        .find_to_change(&arguments.environment, context)?;
    let manner = Manner {
        configuration,
        inexact: false,
        reinstall: arguments.reinstall.renewal(),
        build: &arguments.build.read(context)?,
    };
    lock.install(&environment, &manner, arguments.dry_run, context)
}

/// What is to be there; an error when that is nothing, and nobody said that nothing is meant.
fn wanted(arguments: &Arguments, context: &Context) -> Result<Wanted, CommandError> {
    let mut wanted = Wanted::gather(&[], &arguments.files, &arguments.constraints, context)?;
    wanted.build = arguments.build.read(context)?;
    wanted.build.rebuild = arguments.reinstall.renewal();
    let is_empty = wanted.requirements.is_empty() && wanted.unnamed.is_empty();
    if is_empty && !arguments.allow_empty_requirements {
        let message = "the files list nothing, which would uninstall everything";
        return Err(
            CommandError::new(Code::Usage, message).hint("`--allow-empty-requirements` does so")
        );
    }
    Ok(wanted)
}

fn tell(change: &Change, context: &Context) {
    let (coming, going) = (
        count(change.entries.len(), "wheel"),
        count(change.removed.len(), "project"),
    );
    let took = duration(change.took);
    context.terminal.say(format_args!(
        "{GOOD}Installed{GOOD:#} {coming} and uninstalled {going} in {took}"
    ));
    change.tell(context);
}

/// What is there and not listed.
fn extraneous<'a>(
    wanted: &Wanted,
    environment: &Environment,
    present: &'a [InstalledDistribution],
) -> Vec<&'a InstalledDistribution> {
    let markers = environment.interpreter().marker_environment();
    let is_listed = |one: &InstalledDistribution| {
        let mut roots = wanted.requirements.iter().map(|root| &root.requirement);
        roots.any(|root| root.name == one.name && root.marker.evaluate(markers, &[]))
    };
    present
        .iter()
        .filter(|one| !is_listed(one) && !SEEDS.contains(&one.name.as_str()))
        .collect()
}
