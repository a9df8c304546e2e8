//! `tilsit pip uninstall`: distributions out of an environment, with pip's words on standard
//! output.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;
use tilsit_dist::dist_info::InstalledDistribution;
use tilsit_environment::Environment;
use tilsit_installer::removal::Removal;
use tilsit_installer::{InstallPlan, LockedEnvironment};
use tilsit_packaging::name::ProjectName;

use crate::context::Context;
use crate::environments::EnvironmentOptions;
use crate::error::CommandError;
use crate::explain::Code;
use crate::installing;
use crate::report::Report;
use crate::requirements::{ConstraintOptions, Wanted};
use crate::targets::TargetOptions;

/// Uninstall packages
///
/// Whoever installed them: also what pip, uv and setuptools put there, and development installs,
/// whose source stays. All of it goes, or the environment stays as it was.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Which projects
    #[arg(required_unless_present = "requirement", value_name = "PROJECT")]
    projects: Vec<String>,
    /// Uninstall what this file lists
    #[arg(short, long, value_name = "FILE")]
    requirement: Vec<PathBuf>,
    /// Do not ask for confirmation
    #[arg(short, long)]
    yes: bool,
    /// Print what would be done and change nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    environment: EnvironmentOptions,
    #[command(flatten)]
    target: TargetOptions,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let limits = ConstraintOptions::default();
    let wanted = Wanted::gather(
        &arguments.projects,
        &arguments.requirement,
        &limits,
        context,
    )?;
    let environment = arguments
        .target
        .find_to_change(&arguments.environment, context)?;
    let locked = installing::lock(&environment, context)?;
    let present = installing::present(&environment, context)?;
    let mut chosen = Vec::new();
    let mut seen: BTreeSet<&ProjectName> = BTreeSet::new();
    for root in &wanted.requirements {
        let name = &root.requirement.name;
        if !seen.insert(name) {
            continue;
        }
        let mut found = present.iter().filter(|one| one.name == *name).peekable();
        if found.peek().is_none() {
            let line = format_args!("Skipping {name} as it is not installed.");
            context.terminal.warn(line);
        }
        chosen.extend(found);
    }
    let mut confirmed: Vec<&InstalledDistribution> = Vec::new();
    let mut shown = String::new();
    for distribution in chosen {
        let plan = tilsit_installer::plan_uninstall(&environment, &[distribution])?;
        let question = question(distribution, &plan, arguments);
        if arguments.yes || arguments.dry_run || confirm(&question, context)? {
            confirmed.push(distribution);
        }
        if arguments.yes || arguments.dry_run {
            shown.push_str(&question);
        }
        if arguments.yes {
            let _ = writeln!(shown, "{}", done(distribution));
        }
    }
    let result = result(&confirmed, &environment, arguments.dry_run);
    if arguments.dry_run || confirmed.is_empty() {
        return Ok(Report::new(shown, result));
    }
    apply(&confirmed, &environment, &locked, context)?;
    if !arguments.yes {
        let lines = confirmed.iter().map(|one| format!("{}\n", done(one)));
        shown = lines.collect();
    }
    Ok(Report::new(shown, result))
}

fn done(distribution: &InstalledDistribution) -> String {
    let (name, version) = (raw_name(distribution), &distribution.version);
    format!("  Successfully uninstalled {name}-{version}")
}

fn result(
    chosen: &[&InstalledDistribution],
    environment: &Environment,
    dry_run: bool,
) -> serde_json::Value {
    let entries = chosen.iter().map(|one| {
        let (name, version) = (one.name.to_string(), one.version.to_string());
        json!({ "name": name, "version": version })
    });
    json!({
        "environment": environment.root(),
        "uninstalled": entries.collect::<Vec<_>>(),
        "dry_run": dry_run,
    })
}

fn apply(
    distributions: &[&InstalledDistribution],
    environment: &Environment,
    locked: &LockedEnvironment,
    context: &Context,
) -> Result<(), CommandError> {
    let plan = tilsit_installer::plan_uninstall(environment, distributions)?;
    for removal in &plan.removals {
        for path in &removal.left_alone {
            let path = path.escape_debug();
            context.terminal.warn(format_args!(
                "`{path}` of `{}` is no file of this environment and stays",
                removal.name
            ));
        }
    }
    let flow =
        &mut |_: tilsit_installer::Event<'_>| -> ControlFlow<()> { context.interrupt.flow() };
    tilsit_installer::apply(&plan, locked, flow)?;
    Ok(())
}

/// The name as the project writes it.
fn raw_name(distribution: &InstalledDistribution) -> String {
    let metadata = distribution.metadata();
    metadata.map_or_else(
        |_| distribution.name.to_string(),
        |(metadata, _)| metadata.name().to_owned(),
    )
}

/// What pip says before it asks.
fn question(
    distribution: &InstalledDistribution,
    plan: &InstallPlan,
    arguments: &Arguments,
) -> String {
    let (name, version) = (raw_name(distribution), &distribution.version);
    let mut text = format!("Found existing installation: {name} {version}\n");
    let _ = writeln!(text, "Uninstalling {name}-{version}:");
    if arguments.yes && !arguments.dry_run {
        return text;
    }
    text.push_str("  Would remove:\n");
    for path in plan.removals.iter().flat_map(shortened) {
        let _ = writeln!(text, "    {path}");
    }
    text
}

/// The files; what goes with all of its folder as `folder/*`.
fn shortened(removal: &Removal) -> BTreeSet<String> {
    let folders: BTreeSet<&Path> = removal
        .files
        .iter()
        .filter_map(|file| own_folder(file))
        .collect();
    let within = |path: &Path| path.ancestors().skip(1).any(|up| folders.contains(up));
    let tops = folders.iter().filter(|folder| !within(folder));
    let rest = removal.files.iter().filter(|file| {
        let is_compiled = file.extension().is_some_and(|kind| kind == "pyc");
        !is_compiled && !within(file)
    });
    tops.map(|folder| format!("{}/*", folder.display()))
        .chain(rest.map(|file| file.display().to_string()))
        .collect()
}

/// The folder of a file, if it is the project's own: one with `__init__.py` or the metadata.
fn own_folder(file: &Path) -> Option<&Path> {
    let folder = file.parent()?;
    let is_package = file.file_name()? == "__init__.py";
    let is_metadata = folder.extension().is_some_and(|kind| kind == "dist-info");
    (is_package || is_metadata).then_some(folder)
}

/// Asks as pip does; whoever answers nothing says yes.
fn confirm(question: &str, context: &Context) -> Result<bool, CommandError> {
    let unanswered = || {
        CommandError::new(Code::Usage, "nobody answered whether to uninstall")
            .hint("`-y` uninstalls without asking")
    };
    if context.terminal.json() {
        return Err(unanswered());
    }
    context.terminal.data(question);
    loop {
        context.terminal.data("Proceed (Y/n)? ");
        let mut answer = String::new();
        let read = std::io::stdin().read_line(&mut answer);
        if !matches!(read, Ok(1..)) {
            return Err(unanswered());
        }
        match answer.trim().to_ascii_lowercase().as_str() {
            "" | "y" => return Ok(true),
            "n" => return Ok(false),
            other => context.terminal.data(&format!(
                "Your response ('{other}') was not one of the expected responses: y, n, \n"
            )),
        }
    }
}
