//! `tilsit pip install`: requirements into an environment.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use serde_json::json;
use tilsit_build_frontend::Renewal;
use tilsit_dist::dist_info::InstalledDistribution;
use tilsit_environment::Environment;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::version::Version;

use crate::building::BuildOptions;
use crate::checkouts::CheckoutOptions;
use crate::commands::options::{IndexOptions, ReinstallOptions, ResolverOptions, UpgradeOptions};
use crate::context::Context;
use crate::environments::EnvironmentOptions;
use crate::error::CommandError;
use crate::installing::{self, Installation, LinkOptions};
use crate::report::Report;
use crate::requirements::{ConstraintOptions, Wanted};
use crate::resolving::{self, Elsewhere, Question};
use crate::satisfied;
use crate::targets::TargetOptions;
use crate::terminal::{GOOD, count, duration};

/// Install packages
///
/// What is installed already and fits stays as it is; `-U` takes newer versions. Needs no pip in the
/// environment. All of it is installed, or the environment stays as it was.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// What to install, as `flask`, `flask>=3`, a path or URL, `git+https://…@TAG`
    #[arg(required_unless_present_any = ["requirement", "editable"], value_name = "REQUIREMENT")]
    requirements: Vec<String>,
    /// Install what this file lists, or `-` for standard input
    #[arg(short, long, value_name = "FILE")]
    requirement: Vec<PathBuf>,
    /// Install the project in this folder so that changes to it show at once
    #[arg(short, long, value_name = "PATH")]
    editable: Vec<String>,
    #[command(flatten)]
    constraints: ConstraintOptions,
    #[command(flatten)]
    upgrade: UpgradeOptions,
    /// Install only what is named, not what that needs
    #[arg(long)]
    no_deps: bool,
    /// Refuse everything that has no hash in the requirements
    #[arg(long)]
    require_hashes: bool,
    #[command(flatten)]
    reinstall: ReinstallOptions,
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
    resolver: ResolverOptions,
    #[command(flatten)]
    build: BuildOptions,
    #[command(flatten)]
    index: IndexOptions,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let mut wanted = wanted(arguments, context)?;
    let configuration = arguments.resolver.over(&arguments.index.over(context)?);
    let configuration = arguments.link.over(&configuration);
    installing::required_hashes(arguments.require_hashes, &wanted, &configuration)?;
    let environment = arguments
        .target
        .find_to_change(&arguments.environment, context)?;
    let locked = installing::lock(&environment, context)?;
    let present = installing::present(&environment, context)?;
    if let Some(report) = satisfied(arguments, &wanted, &environment, &present, context) {
        return Ok(report);
    }
    if !arguments.dry_run {
        let checkout = &arguments.checkout;
        checkout.check_out(&mut wanted, &environment, &configuration, context)?;
    }
    let question = Question {
        preferences: preferences(arguments, &present)?.into_iter().collect(),
        elsewhere: Elsewhere::default(),
        configuration: &configuration,
        interpreter: environment.interpreter(),
        no_deps: arguments.no_deps,
        refresh: arguments.upgrade.refresh(),
        wanted: &wanted,
    };
    let resolved = resolving::resolve(&question, context)?;
    let projects = count(resolved.resolution.pins.len(), "project");
    let took = duration(resolved.took);
    context
        .terminal
        .say(format_args!("{GOOD}Resolved{GOOD:#} {projects} in {took}"));
    let (required, wanted) = (arguments.require_hashes, &resolved.wanted);
    let hashes = installing::required_hashes(required, wanted, &configuration)?;
    let installation = Installation {
        environment: &environment,
        present: &present,
        resolved: &resolved,
        hashes: &hashes,
        reinstall: arguments.reinstall.renewal(),
        link_mode: installing::link_mode_to_stay(&configuration, context)?,
        compile: installing::compiles(&configuration)?,
    };
    let mut change = installation.plan(context)?;
    let result = json!({
        "environment": environment.root(),
        "installed": change.entries,
        "unchanged": change.unchanged,
        "dry_run": arguments.dry_run,
    });
    if arguments.dry_run {
        return Ok(Report::new(format!("{}\n", change.plan), result));
    }
    if change.entries.is_empty() {
        context.terminal.say("Everything is there already.");
        return Ok(Report::silent(result));
    }
    change.apply(&locked, context)?;
    let wheels = count(change.entries.len(), "wheel");
    let took = duration(change.took);
    context
        .terminal
        .say(format_args!("{GOOD}Installed{GOOD:#} {wheels} in {took}"));
    change.tell(context);
    Ok(Report::silent(result))
}

/// What is to be there, and how what must be built is built.
fn wanted(arguments: &Arguments, context: &Context) -> Result<Wanted, CommandError> {
    let mut wanted = Wanted::gather(
        &arguments.requirements,
        &arguments.requirement,
        &arguments.constraints,
        context,
    )?;
    wanted.add_editables(&arguments.editable, context)?;
    wanted.build = arguments.build.read(context)?;
    let reinstall = arguments.reinstall.renewal();
    wanted.build.rebuild = reinstall.and(arguments.upgrade.renewal());
    Ok(wanted)
}

/// The answer when what is installed fulfils the wish already.
fn satisfied(
    arguments: &Arguments,
    wanted: &Wanted,
    environment: &Environment,
    present: &[InstalledDistribution],
    context: &Context,
) -> Option<Report> {
    let upgrade = &arguments.upgrade;
    let reinstalls = arguments.reinstall.renewal() != Renewal::None;
    if reinstalls || upgrade.upgrade || !upgrade.upgrade_package.is_empty() {
        return None;
    }
    let began = Instant::now();
    let projects = satisfied::by_installed(wanted, environment, present, arguments.no_deps)?;
    let result = json!({
        "environment": environment.root(),
        "installed": [],
        "unchanged": projects.len(),
        "dry_run": arguments.dry_run,
    });
    let projects = count(projects.len(), "project");
    let took = duration(began.elapsed());
    context
        .terminal
        .say(format_args!("{GOOD}Checked{GOOD:#} {projects} in {took}"));
    context.terminal.say("Everything is there already.");
    Some(Report::silent(result))
}

/// The installed versions that stay when they fit.
fn preferences(
    arguments: &Arguments,
    present: &[InstalledDistribution],
) -> Result<BTreeMap<ProjectName, Version>, CommandError> {
    if arguments.upgrade.upgrade {
        return Ok(BTreeMap::new());
    }
    let versions = present
        .iter()
        .map(|distribution| (distribution.name.clone(), distribution.version.clone()));
    let mut preferences: BTreeMap<_, _> = versions.collect();
    for name in arguments.upgrade.projects()? {
        preferences.remove(&name);
    }
    Ok(preferences)
}
