//! `tilsit tool export`: the tools that are there, as a manifest.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use tilsit_files::Durability;
use tilsit_packaging::requirement::RequirementSource;
use tilsit_tools::{Asked, Manifest, Receipt};

use super::places;
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::report::Report;
use crate::terminal::{GOOD, STRONG, count};

/// Write what is asked of the installed tools as a manifest
///
/// `tilsit tool sync` reads it, here or on another machine.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Write to this file, as `tilsit-tools.toml`, in place of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write the versions that are installed, not those that were asked for
    #[arg(long)]
    pinned: bool,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let mut manifest = Manifest::default();
    for tool in places::folder(context)?.tools()? {
        match &tool.receipt {
            Ok(receipt) => manifest.tools.push(asked(receipt, arguments.pinned)?),
            Err(error) => context
                .terminal
                .warn(format_args!("`{}` is left out: {error}", tool.name)),
        }
    }
    let text = manifest.to_toml();
    let names: Vec<String> = manifest.tools.iter().map(Asked::name).collect();
    let Some(output) = &arguments.output else {
        return Ok(Report::new(
            text.clone(),
            json!({ "tools": names, "text": text }),
        ));
    };
    let path = context.resolve(output);
    tilsit_files::write_atomic(&path, &text, Durability::Synced)?;
    let (tools, shown) = (count(names.len(), "tool"), context.show(&path));
    context.terminal.say(format_args!(
        "{GOOD}Wrote{GOOD:#} {tools} to `{STRONG}{shown}{STRONG:#}`"
    ));
    Ok(Report::silent(
        json!({ "tools": names, "file": path, "text": text }),
    ))
}

fn asked(receipt: &Receipt, pinned: bool) -> Result<Asked, CommandError> {
    let mut asked = receipt.asked.clone();
    if pinned && asked.requirement.url().is_none() {
        let exact = format!("=={}", receipt.version).parse();
        let exact = exact.map_err(|error| CommandError::from_error(Code::Bug, &error))?;
        asked.requirement.source = RequirementSource::Specifiers(exact);
    }
    Ok(asked)
}
