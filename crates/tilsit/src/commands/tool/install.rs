//! `tilsit tool install`: a tool into an environment of its own.

use std::collections::BTreeMap;

use clap::Args;
use serde_json::{Value, json};
use tilsit_build_frontend::Renewal;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::version::Version;
use tilsit_tools::asked::check_suffix;
use tilsit_tools::{Asked, LockedTools, Replacing, Tool};

use super::asking::{AdditionOptions, Naming, Typed, at_version, kept_settings, settings_of};
use super::making::{self, Making};
use super::places;
use crate::building::BuildOptions;
use crate::commands::options::{IndexOptions, ReinstallOptions, ResolverOptions, UpgradeOptions};
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::installing::LinkOptions;
use crate::report::Report;
use crate::terminal::{DIM, STRONG};

/// Install a command-line tool
///
/// It gets an environment of its own, and its programs are linked into one folder. A tool that is
/// there and is what is asked for stays as it is; `-U` takes newer versions, another wish replaces it.
/// All of it is installed, or what was there before stays.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// The tool, as `ruff`, `ruff@0.6.4`, `'black[jupyter]>=24'`, a path or URL, `git+https://…@TAG`
    tool: String,
    /// Use the project in this folder so that changes to it show at once
    #[arg(short, long)]
    editable: bool,
    #[command(flatten)]
    additions: AdditionOptions,
    /// Install these beside it, and link their programs too
    #[arg(
        long,
        value_name = "REQUIREMENT",
        value_delimiter = ',',
        visible_alias = "with-programs-of"
    )]
    with_executables_from: Vec<String>,
    /// Put this behind the name of the tool and of its programs, so that another one can be beside it
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true
    )]
    suffix: String,
    /// Make it of this Python: a version or a path [env: `TILSIT_PYTHON`]
    #[arg(short, long, value_name = "PYTHON")]
    python: Option<String>,
    /// Make it anew, and replace what is in the place of its programs
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    upgrade: UpgradeOptions,
    #[command(flatten)]
    reinstall: ReinstallOptions,
    #[command(flatten)]
    link: LinkOptions,
    #[command(flatten)]
    resolver: ResolverOptions,
    #[command(flatten)]
    build: BuildOptions,
    #[command(flatten)]
    index: IndexOptions,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    check_suffix(&arguments.suffix)
        .map_err(|error| CommandError::from_error(Code::Usage, &error))?;
    let (target, is_latest) = at_version(&arguments.tool);
    let mut build = arguments.build.read(context)?;
    build.rebuild = arguments
        .reinstall
        .renewal()
        .and(arguments.upgrade.renewal());
    let base = making::base(arguments.python.as_deref(), None, context)?;
    let configuration = arguments.resolver.over(&arguments.index.over(context)?);
    let typed = Typed {
        target: &target,
        is_editable: arguments.editable,
        additions: &arguments.additions,
        with_programs_of: &arguments.with_executables_from,
        python: arguments.python.as_deref(),
        suffix: &arguments.suffix,
        settings: kept_settings(&arguments.index, &arguments.resolver, context)?,
    };
    let naming = Naming {
        configuration: &configuration,
        interpreter: &base,
        build: &build,
    };
    let asked = typed.asked(&naming, context)?;
    let locked = places::lock(context)?;
    let tool = locked.folder().tool(&asked.name());
    if let Some(tool) = &tool
        && !is_latest
        && let Some(report) = satisfied(arguments, &asked, tool, context)?
    {
        return Ok(report);
    }
    let settings = settings_of(&asked)?;
    let of_tool = context.with_settings(settings);
    let configuration = arguments.resolver.over(&arguments.index.over(&of_tool)?);
    let making = Making {
        base: making::base(arguments.python.as_deref(), tool.as_ref(), context)?,
        configuration: arguments.link.over(&configuration),
        preferences: preferences(arguments, tool.as_ref(), is_latest, &asked)?,
        refresh: arguments.upgrade.refresh(),
        replacing: Replacing {
            everything: arguments.force,
            links_into: None,
        },
        build,
        asked,
    };
    let anew = arguments.force || arguments.reinstall.renewal() != Renewal::None;
    finish(making, &locked, anew, context)
}

fn finish(
    mut making: Making<'_>,
    locked: &LockedTools,
    anew: bool,
    context: &Context,
) -> Result<Report, CommandError> {
    let resolved = making.resolve(context)?;
    let made = making.make(&resolved, locked, anew, context)?;
    made.tell(context);
    places::warn_if_unseen(&places::programs(context)?, context);
    Ok(Report::silent(made.to_json()))
}

/// The answer when the tool is there and is what is asked for.
fn satisfied(
    arguments: &Arguments,
    asked: &Asked,
    tool: &Tool,
    context: &Context,
) -> Result<Option<Report>, CommandError> {
    let upgrade = &arguments.upgrade;
    let is_to_change = arguments.force
        || upgrade.upgrade
        || !upgrade.upgrade_package.is_empty()
        || arguments.reinstall.renewal() != Renewal::None;
    let Ok(receipt) = &tool.receipt else {
        return Ok(None);
    };
    if is_to_change || receipt.asked != *asked || making::fault(tool, context)?.is_some() {
        return Ok(None);
    }
    let links = receipt.links.iter();
    if links
        .map(|link| link.path.exists())
        .any(|is_there| !is_there)
    {
        return Ok(None);
    }
    let (name, version) = (&tool.name, &receipt.version);
    context.terminal.say(format_args!(
        "`{STRONG}{name}{STRONG:#}` {version} is installed already {DIM}(`-U` takes a newer one){DIM:#}"
    ));
    let programs = making::program_names(&receipt.links);
    Ok(Some(Report::silent(json!({
        "name": name,
        "version": version.to_string(),
        "environment": tool.root,
        "python": receipt.python,
        "programs": programs,
        "installed": Value::Null,
        "removed": Value::Null,
        "changed": false,
    }))))
}

/// The versions that are there and stay where they fit.
fn preferences(
    arguments: &Arguments,
    tool: Option<&Tool>,
    is_latest: bool,
    asked: &Asked,
) -> Result<BTreeMap<ProjectName, Version>, CommandError> {
    let Some(tool) = tool.filter(|_| !arguments.upgrade.upgrade) else {
        return Ok(BTreeMap::new());
    };
    let mut preferences = making::versions_in(&tool.root)?;
    for name in arguments.upgrade.projects()? {
        preferences.remove(&name);
    }
    if is_latest {
        preferences.remove(&asked.requirement.name);
    }
    Ok(preferences)
}
