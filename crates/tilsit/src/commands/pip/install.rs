//! `tilsit pip install`: requirements into an environment.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use tilsit_dist::dist_info::InstalledDistribution;
use tilsit_installer::LockedEnvironment;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::version::Version;

use crate::commands::options::{IndexOptions, ResolverOptions, UpgradeOptions};
use crate::context::Context;
use crate::environments::EnvironmentOptions;
use crate::error::CommandError;
use crate::explain::Code;
use crate::installing::{self, Installation};
use crate::report::Report;
use crate::requirements::{ConstraintOptions, Wanted};
use crate::resolving::{self, Elsewhere, Question};
use crate::terminal::{GOOD, count, duration};

/// Install packages
///
/// What is installed already and fits stays as it is; `-U` takes newer versions. Needs no pip in the
/// environment. All of it is installed, or the environment stays as it was.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// What to install, as `flask`, `flask>=3`, a path or URL of a wheel
    #[arg(required_unless_present = "requirement", value_name = "REQUIREMENT")]
    requirements: Vec<String>,
    /// Install what this file lists, or `-` for standard input
    #[arg(short, long, value_name = "FILE")]
    requirement: Vec<PathBuf>,
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
    /// Install again what is there in the same version
    #[arg(long, visible_alias = "force-reinstall")]
    reinstall: bool,
    /// Print what would be done and change nothing
    #[arg(long)]
    dry_run: bool,
    /// How files get from the cache into the environment
    #[arg(long, value_name = "MODE", value_parser = ["clone", "hardlink", "copy"])]
    link_mode: Option<String>,
    #[command(flatten)]
    environment: EnvironmentOptions,
    #[command(flatten)]
    resolver: ResolverOptions,
    #[command(flatten)]
    index: IndexOptions,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let wanted = Wanted::gather(
        &arguments.requirements,
        &arguments.requirement,
        &arguments.constraints,
        context,
    )?;
    let mut configuration = arguments.resolver.over(&arguments.index.over(context)?);
    if arguments.link_mode.is_some() {
        configuration = configuration.with_options(crate::configuration::Settings {
            link_mode: arguments.link_mode.clone(),
            ..Default::default()
        });
    }
    let link_mode = installing::link_mode(&configuration)?;
    let hashes = required_hashes(arguments, &wanted, &configuration)?;
    let environment = arguments.environment.find_to_change(context)?;
    let locked = LockedEnvironment::lock(&environment, || {
        context
            .terminal
            .say("Waiting for another process that changes the environment");
    })?;
    let present = installing::present(&environment, context)?;
    let question = Question {
        preferences: preferences(arguments, &present)?.into_iter().collect(),
        elsewhere: Elsewhere::default(),
        configuration: &configuration,
        interpreter: environment.interpreter(),
        wheels_only: true,
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
    let installation = Installation {
        environment: &environment,
        present: &present,
        resolved: &resolved,
        hashes: &hashes,
        reinstall: arguments.reinstall,
        link_mode,
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

/// The hashes to check; an error when hashes are required and the requirements have none.
fn required_hashes(
    arguments: &Arguments,
    wanted: &Wanted,
    configuration: &crate::configuration::Configuration,
) -> Result<BTreeMap<ProjectName, Vec<tilsit_packaging::requirements_file::FileHash>>, CommandError>
{
    let configured = wanted
        .over(configuration)
        .first(|settings| settings.require_hashes);
    let required = arguments.require_hashes || configured == Some(true);
    if !required || wanted.requirements.is_empty() {
        return Ok(wanted.hashes.clone());
    }
    let without: Vec<&str> = wanted
        .requirements
        .iter()
        .map(|root| &root.requirement.name)
        .filter(|name| !wanted.hashes.contains_key(*name))
        .map(ProjectName::as_str)
        .collect();
    if without.is_empty() {
        return Ok(wanted.hashes.clone());
    }
    let names = without.join("`, `");
    Err(CommandError::new(
        Code::HashesMissing,
        format!("hashes are required, and `{names}` has none"),
    )
    .hint("`tilsit pip compile --generate-hashes` writes all hashes"))
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
