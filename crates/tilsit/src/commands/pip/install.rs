//! `tilsit pip install`: requirements into an environment.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use serde_json::json;
use tilsit_build_frontend::Renewal;
use tilsit_dist::dist_info::InstalledDistribution;
use tilsit_environment::Environment;
use tilsit_installer::LockedEnvironment;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::version::Version;
use tilsit_provider::InstalledRelease;

use crate::building::BuildOptions;
use crate::checkouts::CheckoutOptions;
use crate::commands::options::{IndexOptions, ReinstallOptions, ResolverOptions, UpgradeOptions};
use crate::commands::pip::foreign::ForeignOptions;
use crate::commands::pip::locked::{LockRequest, Manner};
use crate::commands::pip::{conflicts, installation_report, words};
use crate::context::Context;
use crate::environments::EnvironmentOptions;
use crate::error::CommandError;
use crate::explain::Code;
use crate::installing::{self, Change, Installation, LinkOptions};
use crate::report::Report;
use crate::requirements::{ConstraintOptions, ListedOptions, Wanted, nothing_named};
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
    #[arg(value_name = "REQUIREMENT")]
    requirements: Vec<String>,
    /// Install what this file lists, or `-` for standard input; or a lock, `pylock.toml`
    #[arg(short, long, value_name = "FILE")]
    requirement: Vec<PathBuf>,
    /// Install the project in this folder so that changes to it show at once
    #[arg(short, long, value_name = "PATH")]
    editable: Vec<String>,
    #[command(flatten)]
    listed: ListedOptions,
    #[command(flatten)]
    constraints: ConstraintOptions,
    #[command(flatten)]
    upgrade: UpgradeOptions,
    /// Install only what is named, not what that needs
    #[arg(long)]
    no_deps: bool,
    /// Install only what the named projects need, not these themselves
    #[arg(long, visible_alias = "only-dependencies", conflicts_with_all = ["no_deps", "requirement", "group", "requirements_from_script"])]
    only_deps: bool,
    /// Refuse everything that has no hash in the requirements
    #[arg(long)]
    require_hashes: bool,
    #[command(flatten)]
    reinstall: ReinstallOptions,
    /// What `-U` is about: what is named, or also all that this needs
    #[arg(long, value_name = "STRATEGY", value_parser = ["only-if-needed", "eager"], default_value = "only-if-needed")]
    upgrade_strategy: String,
    /// Choose and install as if nothing were there
    #[arg(short = 'I', long)]
    ignore_installed: bool,
    /// Write what is installed and where it is from to this file, or `-`, as JSON in pip's form
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
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
    foreign: ForeignOptions,
    #[command(flatten)]
    resolver: ResolverOptions,
    #[command(flatten)]
    build: BuildOptions,
    #[command(flatten)]
    index: IndexOptions,
}

impl Arguments {
    /// The lock that is named in the place of requirements.
    fn lock(&self) -> Result<Option<LockRequest>, CommandError> {
        let others = self.requirements.len() + self.editable.len();
        LockRequest::among(&self.requirement, self.listed.groups(), others)
    }

    /// What is to be there.
    fn wanted(&self, context: &Context) -> Result<Wanted, CommandError> {
        let mut wanted = Wanted::gather(
            &self.requirements,
            &self.requirement,
            &self.constraints,
            context,
        )?;
        wanted.add_editables(&self.editable, context)?;
        wanted.add_listed(&self.listed, context)?;
        let is_named = !self.requirements.is_empty()
            || !self.requirement.is_empty()
            || !self.editable.is_empty()
            || self.listed.is_any();
        if !is_named {
            return Err(nothing_named("install"));
        }
        wanted.build = self.build.read(context)?;
        wanted.build.rebuild = self.renewal().and(self.upgrade.renewal());
        Ok(wanted)
    }

    /// Which other Python is meant, if any: what is installed for it goes to a folder of its own.
    fn elsewhere(&self) -> Result<Elsewhere, CommandError> {
        let elsewhere = self
            .foreign
            .elsewhere_unbuilt(&self.resolver, self.no_deps)?;
        if elsewhere.is_here() || self.dry_run || self.target.is_folder() {
            return Ok(elsewhere);
        }
        let message = "what is for another Python or platform cannot be used in this environment";
        Err(CommandError::new(Code::Usage, message)
            .hint("name a folder with `--target`, or try it with `--dry-run`"))
    }

    /// What is there and may stay.
    fn installed(
        &self,
        present: &[InstalledDistribution],
    ) -> BTreeMap<ProjectName, InstalledRelease> {
        let renewal = self.renewal();
        let stays = present.iter().filter(|one| !renewal.includes(&one.name));
        let entries = stays.map(|one| {
            let (metadata, _) = one.metadata_path();
            let version = one.version.clone();
            (one.name.clone(), InstalledRelease { version, metadata })
        });
        entries.collect()
    }

    /// What is installed although it is there.
    fn renewal(&self) -> Renewal {
        if self.ignore_installed {
            return Renewal::All;
        }
        self.reinstall.renewal()
    }
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    if let Some(lock) = arguments.lock()? {
        return locked(arguments, &lock, context);
    }
    let elsewhere = arguments.elsewhere()?;
    let mut wanted = arguments.wanted(context)?;
    let configuration = arguments.resolver.over(&arguments.index.over(context)?);
    let configuration = arguments.link.over(&configuration);
    installing::required_hashes(arguments.require_hashes, &wanted, &configuration)?;
    let environment = arguments
        .target
        .find_to_change(&arguments.environment, context)?;
    wanted.check_python(environment.interpreter())?;
    let locked = if arguments.dry_run {
        None
    } else {
        Some(installing::lock(&environment, context)?)
    };
    let present = installing::present(&environment, context)?;
    if let Some(report) = satisfied(arguments, &wanted, &environment, &present, context) {
        return Ok(report);
    }
    if !arguments.dry_run {
        let checkout = &arguments.checkout;
        checkout.check_out(&mut wanted, &environment, &configuration, context)?;
    }
    let question = Question {
        preferences: preferences(arguments, &wanted, &present)?
            .into_iter()
            .collect(),
        elsewhere,
        configuration: &configuration,
        interpreter: environment.interpreter(),
        no_deps: arguments.no_deps,
        refresh: arguments.upgrade.refresh(),
        installed: arguments.installed(&present),
        pages_only: false,
        wanted: &wanted,
    };
    let mut resolved = resolving::resolve(&question, context)?;
    if arguments.only_deps {
        resolved.leave_out_named();
    }
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
        reinstall: arguments.renewal(),
        link_mode: installing::link_mode_to_stay(&configuration, context)?,
        compile: installing::compiles(&configuration)?,
    };
    let mut change = installation.plan(context)?;
    let answer = answer(arguments, &change, &installation, context)?;
    let result = json!({
        "environment": environment.root(),
        "installed": change.entries,
        "unchanged": change.unchanged,
        "dry_run": arguments.dry_run,
    });
    if let Some(locked) = &locked {
        carry_out(&mut change, locked, context)?;
        if !arguments.no_deps {
            conflicts::warn(&change, &installation, context);
        }
    }
    Ok(Report::new(answer, result))
}

/// Installs what a lock says.
fn locked(
    arguments: &Arguments,
    lock: &LockRequest,
    context: &Context,
) -> Result<Report, CommandError> {
    let configuration = arguments.resolver.over(&arguments.index.over(context)?);
    let configuration = arguments.link.over(&configuration);
    let environment = arguments
        .target
        .find_to_change(&arguments.environment, context)?;
    let manner = Manner {
        configuration: &configuration,
        inexact: true,
        reinstall: arguments.renewal(),
        build: &arguments.build.read(context)?,
    };
    lock.install(&environment, &manner, arguments.dry_run, context)
}

/// Changes the environment, and says what came and went.
fn carry_out(
    change: &mut Change,
    locked: &LockedEnvironment,
    context: &Context,
) -> Result<(), CommandError> {
    if change.entries.is_empty() {
        context.terminal.say("Everything is there already.");
        return Ok(());
    }
    change.apply(locked, context)?;
    let wheels = count(change.entries.len(), "wheel");
    let took = duration(change.took);
    context
        .terminal
        .say(format_args!("{GOOD}Installed{GOOD:#} {wheels} in {took}"));
    change.tell(context);
    Ok(())
}

/// What standard output says: the plan, the lines that scripts look for, the report.
fn answer(
    arguments: &Arguments,
    change: &Change,
    installation: &Installation<'_>,
    context: &Context,
) -> Result<String, CommandError> {
    let Installation {
        environment,
        resolved,
        ..
    } = installation;
    let stays = change.unchanged_pins(resolved);
    let typed = &arguments.requirements;
    let mut lines = typed.clone();
    if change.unchanged > 0 && context.terminal.tells_scripts() {
        lines.extend(words::requirements_of(change));
    }
    let mut words = words::satisfied(stays, &lines, &resolved.wanted, environment, context);
    words.push_str(&words::installed(change, typed, arguments.dry_run, context));
    if arguments.dry_run {
        words = format!("{}\n{words}", change.plan);
    }
    match &arguments.report {
        None => Ok(words),
        Some(file) => {
            let report = installation_report::text(change, resolved, environment)?;
            installation_report::place(file, report, words, context)
        }
    }
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
    if arguments.renewal() != Renewal::None
        || upgrade.upgrade
        || !upgrade.upgrade_package.is_empty()
        || arguments.report.is_some()
        || arguments.only_deps
    {
        return None;
    }
    let began = Instant::now();
    let found = satisfied::by_installed(wanted, environment, present, arguments.no_deps)?;
    let result = json!({
        "environment": environment.root(),
        "installed": [],
        "unchanged": found.len(),
        "dry_run": arguments.dry_run,
    });
    let projects = count(found.len(), "project");
    let took = duration(began.elapsed());
    context
        .terminal
        .say(format_args!("{GOOD}Checked{GOOD:#} {projects} in {took}"));
    context.terminal.say("Everything is there already.");
    let stays = present.iter().filter(|one| found.contains(&one.name));
    let stays = stays.map(|one| (&one.name, &one.version));
    let typed = &arguments.requirements;
    let answer = words::satisfied(stays, typed, wanted, environment, context);
    Some(Report::new(answer, result))
}

/// The installed versions that stay when they fit.
fn preferences(
    arguments: &Arguments,
    wanted: &Wanted,
    present: &[InstalledDistribution],
) -> Result<BTreeMap<ProjectName, Version>, CommandError> {
    let upgrade = arguments.upgrade.upgrade;
    if upgrade && arguments.upgrade_strategy == "eager" {
        return Ok(BTreeMap::new());
    }
    let renewal = arguments.renewal();
    let stays = present.iter().filter(|one| !renewal.includes(&one.name));
    let versions = stays.map(|one| (one.name.clone(), one.version.clone()));
    let mut preferences: BTreeMap<_, _> = versions.collect();
    for name in arguments.upgrade.projects()? {
        preferences.remove(&name);
    }
    if upgrade {
        for root in &wanted.requirements {
            preferences.remove(&root.requirement.name);
        }
    }
    Ok(preferences)
}
