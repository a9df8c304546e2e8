//! `tilsit tool uninstall`: tools go, with their links.

use clap::Args;
use serde_json::json;

use super::{Several, not_installed, places};
use crate::context::Context;
use crate::error::CommandError;
use crate::report::Report;
use crate::terminal::{GOOD, STRONG};

/// Uninstall tools
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Which tools
    #[arg(value_name = "TOOL", required_unless_present = "all")]
    tools: Vec<String>,
    /// Every tool
    #[arg(long, conflicts_with = "tools")]
    all: bool,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let locked = places::lock(context)?;
    let links = places::links(context)?;
    let names = if arguments.all {
        let tools = locked.folder().tools()?.into_iter();
        tools.map(|tool| tool.name).collect()
    } else {
        super::names(&arguments.tools)
    };
    let each = names.into_iter().map(|name| (name.clone(), name));
    let several = Several::each(each, context, |name| {
        let is_there = locked.folder().tool(&name).is_some();
        if !is_there || !locked.remove(&name, &links)? {
            return Err(not_installed(&name));
        }
        context.terminal.say(format_args!(
            "{GOOD}Uninstalled{GOOD:#} `{STRONG}{name}{STRONG:#}`"
        ));
        Ok(json!(name))
    });
    Ok(Report::silent(
        json!({ "uninstalled": several.finish("uninstalled")? }),
    ))
}
