//! `tilsit tool upgrade`: the newest versions that what was asked for allows.

use std::collections::BTreeMap;

use clap::Args;
use serde_json::{Value, json};
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::version::Version;
use tilsit_tools::{LockedTools, Replacing, Tool};

use super::asking::settings_of;
use super::making::{self, Making};
use super::{Several, not_installed, places};
use crate::building::BuildOptions;
use crate::commands::options::{IndexOptions, ResolverOptions};
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::installing::LinkOptions;
use crate::report::Report;
use crate::resolving::Resolved;
use crate::terminal::{DIM, GOOD, STRONG};

/// Upgrade tools
///
/// Takes the newest versions that fit what was asked for at the installation; `install` asks for
/// something else. A tool whose Python is gone is made anew.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Which tools
    #[arg(value_name = "TOOL", required_unless_present = "all")]
    tools: Vec<String>,
    /// Every tool
    #[arg(long, conflicts_with = "tools")]
    all: bool,
    /// Make them anew of this Python, and keep it: a version or a path [env: `TILSIT_PYTHON`]
    #[arg(short, long, value_name = "PYTHON")]
    python: Option<String>,
    /// Take the newest version of this project only
    #[arg(short = 'P', long, value_name = "PROJECT")]
    upgrade_package: Vec<ProjectName>,
    /// Make them anew although they are what they should be
    #[arg(long)]
    reinstall: bool,
    /// Ask the indexes again, whatever the cache holds
    #[arg(long)]
    refresh: bool,
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
    let locked = places::lock(context)?;
    let tools: Vec<(String, Option<Tool>)> = if arguments.all {
        let tools = locked.folder().tools()?.into_iter();
        tools.map(|tool| (tool.name.clone(), Some(tool))).collect()
    } else {
        let names = super::names(&arguments.tools).into_iter();
        names
            .map(|name| (name.clone(), locked.folder().tool(&name)))
            .collect()
    };
    let each = tools
        .into_iter()
        .map(|(name, tool)| (name.clone(), (name, tool)));
    let several = Several::each(each, context, |(name, tool)| match tool {
        Some(tool) => upgrade(&tool, arguments, &locked, context),
        None => Err(not_installed(&name)),
    });
    Ok(Report::silent(
        json!({ "tools": several.finish("upgraded")? }),
    ))
}

fn upgrade(
    tool: &Tool,
    arguments: &Arguments,
    locked: &LockedTools,
    context: &Context,
) -> Result<Value, CommandError> {
    let name = &tool.name;
    let receipt = tool.receipt.as_ref().map_err(|error| {
        CommandError::new(
            Code::ToolBroken,
            format!("the tool `{name}` cannot be upgraded"),
        )
        .caused_by(error.to_string())
        .hint(format!(
            "install it again: `tilsit tool install {name} --force`"
        ))
    })?;
    let mut asked = receipt.asked.clone();
    if let Some(python) = &arguments.python {
        asked.python = Some(python.clone());
    }
    let of_tool = context.with_settings(settings_of(&asked)?);
    let configuration = arguments.resolver.over(&arguments.index.over(&of_tool)?);
    // The Python that was asked for at the installation is the tool's, as long as it works.
    let base = match making::base(arguments.python.as_deref(), Some(tool), context) {
        Ok(base) if arguments.python.is_none() => match making::interpreter(tool, context)? {
            Some(_) => base,
            None => making::base(asked.python.as_deref(), None, context)?,
        },
        other => other?,
    };
    let mut build = arguments.build.read(context)?;
    if arguments.reinstall {
        build.rebuild = tilsit_build_frontend::Renewal::All;
    }
    let mut making = Making {
        asked,
        configuration: arguments.link.over(&configuration),
        build,
        base,
        preferences: preferences(arguments, tool)?,
        refresh: if arguments.refresh {
            tilsit_index_client::Refresh::All
        } else {
            tilsit_index_client::Refresh::No
        },
        replacing: Replacing::default(),
    };
    let resolved: Resolved = making.resolve(context)?;
    let before = receipt.version.clone();
    let made = making.make(&resolved, locked, arguments.reinstall, context)?;
    let after = &made.receipt.version;
    let line = match &made.change {
        None => format!("`{STRONG}{name}{STRONG:#}` {after} is the newest that fits"),
        Some(_) if *after == before => {
            format!("{GOOD}Made{GOOD:#} `{STRONG}{name}{STRONG:#}` {after} anew")
        }
        Some(_) => format!(
            "{GOOD}Upgraded{GOOD:#} `{STRONG}{name}{STRONG:#}` to {after} {DIM}(was {before}){DIM:#}"
        ),
    };
    context.terminal.say(line);
    if let Some(change) = &made.change {
        change.tell(context);
    }
    let mut value = made.to_json();
    value["before"] = json!(before.to_string());
    Ok(value)
}

/// With `-P` everything else stays.
fn preferences(
    arguments: &Arguments,
    tool: &Tool,
) -> Result<BTreeMap<ProjectName, Version>, CommandError> {
    if arguments.upgrade_package.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut preferences = making::versions_in(&tool.root)?;
    for name in &arguments.upgrade_package {
        preferences.remove(name);
    }
    Ok(preferences)
}
