//! `tilsit tool export`: the tools that are there, as a manifest.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use tilsit_files::Durability;
use tilsit_packaging::requirement::{Requirement, RequirementSource};
use tilsit_packaging::version::Version;
use tilsit_tools::{Asked, Manifest, Receipt, Tool};

use super::asking::without_password;
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
    /// Write the versions that are installed, of the tools and of all that they need
    #[arg(long)]
    pinned: bool,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let mut manifest = Manifest::default();
    for tool in places::folder(context)?.tools()? {
        match &tool.receipt {
            Ok(receipt) => manifest
                .tools
                .push(asked(receipt, &tool, arguments, context)?),
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

fn asked(
    receipt: &Receipt,
    tool: &Tool,
    arguments: &Arguments,
    context: &Context,
) -> Result<Asked, CommandError> {
    let mut asked = receipt.asked.clone();
    let added = asked.with.iter_mut().map(|one| &mut one.requirement);
    for requirement in std::iter::once(&mut asked.requirement).chain(added) {
        // A manifest is kept where others read it.
        if let RequirementSource::Url(url) = &mut requirement.source {
            let plain = without_password(url.clone());
            if plain != *url {
                *url = plain;
                let (name, project) = (&tool.name, &requirement.name);
                context.terminal.warn(format_args!(
                    "the password in the URL of `{project}` for `{name}` is left out"
                ));
            }
        }
    }
    if arguments.pinned {
        pin(&mut asked, receipt, tool)?;
    }
    Ok(asked)
}

/// Asks for the versions that are there: of the tool itself, and as constraints of all that it needs.
fn pin(asked: &mut Asked, receipt: &Receipt, tool: &Tool) -> Result<(), CommandError> {
    let own = asked.requirement.name.clone();
    if asked.requirement.url().is_none() {
        asked.requirement.source = exactly(&receipt.version)?;
    }
    let mut constraints = Vec::new();
    for one in tool.installed()? {
        if one.name != own && one.direct_url()?.is_none() {
            constraints.push(Requirement {
                source: exactly(&one.version)?,
                ..Requirement::any(one.name)
            });
        }
    }
    constraints.sort_by(|one, other| one.name.cmp(&other.name));
    asked.constraints = constraints;
    Ok(())
}

fn exactly(version: &Version) -> Result<RequirementSource, CommandError> {
    let specifiers = format!("=={version}").parse();
    let specifiers = specifiers.map_err(|error| CommandError::from_error(Code::Bug, &error))?;
    Ok(RequirementSource::Specifiers(specifiers))
}
