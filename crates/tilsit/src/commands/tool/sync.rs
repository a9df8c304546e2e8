//! `tilsit tool sync`: the tools that a manifest wants, and no others.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};
use tilsit_index_client::Refresh;
use tilsit_tools::manifest::FILE_NAME;
use tilsit_tools::{Asked, LinkPlaces, LockedTools, Manifest, Replacing, ToolsFolder};

use super::asking::settings_of;
use super::making::{self, Making};
use super::{Several, places};
use crate::building::BuildOptions;
use crate::commands::options::{IndexOptions, ResolverOptions};
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::installing::LinkOptions;
use crate::report::Report;
use crate::terminal::{ERROR, GOOD, STRONG, WARNING};

/// Make the installed tools those of a manifest
///
/// Installs what is missing, replaces what was asked for otherwise, and uninstalls what the manifest
/// does not have; `--inexact` leaves that alone. `tilsit tool export` writes a manifest.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// The manifest; else `tilsit-tools.toml` here or above
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Leave alone what the manifest does not have
    #[arg(long)]
    inexact: bool,
    /// Take the newest versions that fit
    #[arg(short = 'U', long)]
    upgrade: bool,
    /// Replace what is in the place of programs
    #[arg(long)]
    force: bool,
    /// Print what would be done and change nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    link: LinkOptions,
    #[command(flatten)]
    resolver: ResolverOptions,
    #[command(flatten)]
    build: BuildOptions,
    #[command(flatten)]
    index: IndexOptions,
}

/// What is to be done with one tool.
enum Step {
    Keep(Asked),
    Install(Asked),
    Change(Asked),
    Uninstall(String),
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let (path, manifest) = read(arguments, context)?;
    if arguments.dry_run {
        let steps = steps(&manifest, &places::folder(context)?, arguments, context)?;
        let text: String = steps.iter().filter_map(Step::line).collect();
        let steps: Vec<Value> = steps.iter().map(Step::to_json).collect();
        return Ok(Report::new(
            text,
            json!({ "file": path, "dry_run": true, "steps": steps }),
        ));
    }
    let locked = places::lock(context)?;
    let links = places::links(context)?;
    let steps = steps(&manifest, locked.folder(), arguments, context)?;
    let has_work = steps.iter().any(|step| !matches!(step, Step::Keep(_)));
    let each = steps.into_iter().map(|step| (step.name(), step));
    let several = Several::each(each, context, |step| {
        let mut value = step.to_json();
        value["tool"] = carry_out(step, arguments, &locked, &links, context)?;
        Ok(value)
    });
    let steps = several.finish("made what the manifest wants")?;
    if has_work {
        places::warn_if_unseen(&links.programs, context);
    } else {
        context
            .terminal
            .say("Everything is as the manifest wants it");
    }
    Ok(Report::silent(
        json!({ "file": path, "dry_run": false, "steps": steps }),
    ))
}

fn read(arguments: &Arguments, context: &Context) -> Result<(PathBuf, Manifest), CommandError> {
    let path = match &arguments.file {
        Some(file) => context.resolve(file),
        None => nearest(&context.working_folder).ok_or_else(|| {
            let message = format!("there is no `{FILE_NAME}` here or above");
            CommandError::new(Code::Usage, message)
                .hint(format!("write one: `tilsit tool export -o {FILE_NAME}`"))
                .hint("or name another file: `tilsit tool sync FILE`")
        })?,
    };
    let text = tilsit_files::read_to_string(&path)
        .map_err(|error| CommandError::from_error(Code::Usage, &error))?;
    let folder = path.parent().unwrap_or(&context.working_folder);
    let mut manifest = Manifest::parse(&text, folder).map_err(|error| {
        let shown = context.show(&path);
        let message = format!("the manifest `{shown}` is not valid");
        CommandError::new(Code::ToolManifestInvalid, message).caused_by(error.to_string())
    })?;
    for asked in &mut manifest.tools {
        // Before anything is changed; paths in the manifest start from where it is.
        let settings = settings_of(asked)?.relative_to(&path);
        asked.options = super::asking::to_table(&settings);
    }
    Ok((path, manifest))
}

fn nearest(folder: &Path) -> Option<PathBuf> {
    let mut files = folder.ancestors().map(|folder| folder.join(FILE_NAME));
    files.find(|file| file.is_file())
}

fn steps(
    manifest: &Manifest,
    folder: &ToolsFolder,
    arguments: &Arguments,
    context: &Context,
) -> Result<Vec<Step>, CommandError> {
    let mut steps = Vec::new();
    for asked in &manifest.tools {
        let asked = asked.clone();
        steps.push(match folder.tool(&asked.name()) {
            None => Step::Install(asked),
            Some(tool) => {
                let is_same = tool
                    .receipt
                    .as_ref()
                    .is_ok_and(|known| known.asked == asked);
                let is_whole = making::fault(&tool, context)?.is_none();
                if is_same && is_whole && !arguments.upgrade {
                    Step::Keep(asked)
                } else {
                    Step::Change(asked)
                }
            }
        });
    }
    if !arguments.inexact {
        let others = folder.tools()?.into_iter().map(|tool| tool.name);
        let others = others.filter(|name| steps.iter().all(|step| step.name() != *name));
        let others: Vec<Step> = others.map(Step::Uninstall).collect();
        // They go first: one of them may have the programs of what comes.
        steps.splice(0..0, others);
    }
    Ok(steps)
}

impl Step {
    fn name(&self) -> String {
        match self {
            Self::Keep(asked) | Self::Install(asked) | Self::Change(asked) => asked.name(),
            Self::Uninstall(name) => name.clone(),
        }
    }

    fn action(&self) -> &'static str {
        match self {
            Self::Keep(_) => "keep",
            Self::Install(_) => "install",
            Self::Change(_) => "change",
            Self::Uninstall(_) => "uninstall",
        }
    }

    /// A line of the plan.
    fn line(&self) -> Option<String> {
        match self {
            Self::Keep(_) => None,
            Self::Install(asked) => Some(format!("{GOOD}+{GOOD:#} {}\n", asked.requirement)),
            Self::Change(asked) => Some(format!("{WARNING}~{WARNING:#} {}\n", asked.requirement)),
            Self::Uninstall(name) => Some(format!("{ERROR}-{ERROR:#} {name}\n")),
        }
    }

    fn to_json(&self) -> Value {
        json!({ "name": self.name(), "action": self.action() })
    }
}

fn carry_out(
    step: Step,
    arguments: &Arguments,
    locked: &LockedTools,
    links: &LinkPlaces,
    context: &Context,
) -> Result<Value, CommandError> {
    let asked = match step {
        Step::Keep(_) => return Ok(Value::Null),
        Step::Uninstall(name) => {
            locked.remove(&name, links)?;
            context.terminal.say(format_args!(
                "{GOOD}Uninstalled{GOOD:#} `{STRONG}{name}{STRONG:#}`"
            ));
            return Ok(Value::Null);
        }
        Step::Install(asked) | Step::Change(asked) => asked,
    };
    let tool = locked.folder().tool(&asked.name());
    let of_tool = context.with_settings(settings_of(&asked)?);
    let configuration = arguments.resolver.over(&arguments.index.over(&of_tool)?);
    let preferences = match tool.as_ref().filter(|_| !arguments.upgrade) {
        Some(tool) => making::versions_in(&tool.root)?,
        None => std::collections::BTreeMap::new(),
    };
    let mut making = Making {
        base: making::base(asked.python.as_deref(), tool.as_ref(), context)?,
        configuration: arguments.link.over(&configuration),
        build: arguments.build.read(context)?,
        preferences,
        refresh: Refresh::No,
        replacing: Replacing {
            everything: arguments.force,
            links_into: None,
        },
        asked,
    };
    let resolved = making.resolve(context)?;
    let made = making.make(&resolved, locked, false, context)?;
    made.tell(context);
    Ok(made.to_json())
}
