//! `tilsit tool list`: the tools that are there, what they have, and what is wrong with them.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use tilsit_packaging::requirement::RequirementSource;
use tilsit_packaging::version::Version;
use tilsit_tools::{Kind, Receipt, Tool};

use super::asking::settings_of;
use super::{making, places};
use crate::commands::options::{IndexOptions, ResolverOptions};
use crate::context::Context;
use crate::error::CommandError;
use crate::report::Report;
use crate::terminal::{DIM, STRONG, WARNING};

/// List the installed tools and their programs
#[derive(Args, Debug, Default)]
pub(crate) struct Arguments {
    /// Only those that an index has a newer version of
    #[arg(short, long)]
    outdated: bool,
    /// Show where environments and programs are
    #[arg(long)]
    show_paths: bool,
    /// Show which versions were asked for
    #[arg(long)]
    show_version_specifiers: bool,
    /// Show what is installed beside each tool
    #[arg(long)]
    show_with: bool,
    /// Show the extras that were asked for
    #[arg(long)]
    show_extras: bool,
    /// Show the Python of each tool
    #[arg(long)]
    show_python: bool,
    #[command(flatten)]
    resolver: ResolverOptions,
    #[command(flatten)]
    index: IndexOptions,
}

/// A tool as it is shown.
#[derive(Serialize)]
struct Entry {
    name: String,
    environment: PathBuf,
    /// What keeps it from working.
    fault: Option<String>,
    version: Option<String>,
    /// The newest version, with `--outdated`.
    latest: Option<String>,
    requirement: Option<String>,
    editable: bool,
    with: Vec<String>,
    python: Option<String>,
    programs: Vec<Linked>,
    manual_pages: Vec<Linked>,
    completions: Vec<Linked>,
    #[serde(skip)]
    versions: String,
    #[serde(skip)]
    extras: Vec<String>,
}

#[derive(Serialize)]
struct Linked {
    name: String,
    path: PathBuf,
    /// Whether it is still there.
    there: bool,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let folder = places::folder(context)?;
    folder.settle_if_idle()?;
    let mut entries = Vec::new();
    for tool in folder.tools()? {
        let mut entry = Entry::of(&tool, context)?;
        if arguments.outdated {
            let Some(latest) = latest(&tool, arguments, context)? else {
                continue;
            };
            entry.latest = Some(latest.to_string());
        }
        entries.push(entry);
    }
    if entries.is_empty() {
        let line = if arguments.outdated {
            "No tool has a newer version"
        } else {
            "No tools are installed"
        };
        context.terminal.say(line);
    }
    let text = entries.iter().fold(String::new(), |mut text, entry| {
        entry.write(&mut text, arguments);
        text
    });
    for entry in &entries {
        if let Some(fault) = &entry.fault {
            let name = &entry.name;
            // What was asked for is known from the receipt alone.
            let action = if entry.requirement.is_some() {
                "upgrade"
            } else {
                "install"
            };
            context.terminal.warn(format_args!(
                "`{name}` does not work: {fault}; `tilsit tool {action} {name}` makes it anew"
            ));
        }
    }
    Ok(Report::new(text, entries))
}

/// The newest version of a tool, if it is newer than the one that is there.
fn latest(
    tool: &Tool,
    arguments: &Arguments,
    context: &Context,
) -> Result<Option<Version>, CommandError> {
    let Ok(receipt) = &tool.receipt else {
        return Ok(None);
    };
    if receipt.asked.requirement.url().is_some() {
        return Ok(None);
    }
    let of_tool = context.with_settings(settings_of(&receipt.asked)?);
    let configuration = arguments.resolver.over(&arguments.index.over(&of_tool)?);
    let python = receipt.asked.python.as_deref();
    let interpreter = match making::interpreter(tool, context)? {
        Some(interpreter) => interpreter,
        None => making::base(python, None, context)?,
    };
    let name = &receipt.asked.requirement.name;
    let newest = crate::newest::of(name, &interpreter, &configuration, context)?;
    Ok(newest.filter(|newest| *newest > receipt.version))
}

impl Entry {
    fn of(tool: &Tool, context: &Context) -> Result<Self, CommandError> {
        let fault = making::fault(tool, context)?;
        let receipt = tool.receipt.as_ref().ok();
        let asked = receipt.map(|receipt| &receipt.asked);
        let linked = |kind| receipt.map_or_else(Vec::new, |receipt| linked(receipt, kind));
        let source = asked.map(|asked| &asked.requirement.source);
        Ok(Self {
            name: tool.name.clone(),
            environment: tool.root.clone(),
            fault,
            version: receipt.map(|receipt| receipt.version.to_string()),
            latest: None,
            requirement: asked.map(|asked| asked.requirement.to_string()),
            editable: asked.is_some_and(|asked| asked.is_editable),
            with: asked.map_or_else(Vec::new, |asked| {
                let with = asked.with.iter();
                with.map(|one| one.requirement.to_string()).collect()
            }),
            python: receipt.map(|receipt| receipt.python.clone()),
            programs: linked(Kind::Program),
            manual_pages: linked(Kind::ManualPage),
            completions: linked(Kind::Completion),
            versions: match source {
                Some(RequirementSource::Specifiers(specifiers)) => specifiers.to_string(),
                Some(RequirementSource::Url(url)) => format!("@ {url}"),
                None => String::new(),
            },
            extras: asked.map_or_else(Vec::new, |asked| {
                let extras = asked.requirement.extras.iter();
                extras.map(ToString::to_string).collect()
            }),
        })
    }

    /// A line for the tool and one for each program, as uv prints them.
    fn write(&self, text: &mut String, arguments: &Arguments) {
        let name = &self.name;
        let _ = write!(text, "{STRONG}{name}{STRONG:#}");
        if let Some(version) = &self.version {
            let _ = write!(text, " v{version}");
        }
        let mut notes = Vec::new();
        if arguments.show_version_specifiers && !self.versions.is_empty() {
            notes.push(format!("[required: {}]", self.versions));
        }
        if let Some(latest) = &self.latest {
            notes.push(format!("[latest: {latest}]"));
        }
        if arguments.show_extras && !self.extras.is_empty() {
            notes.push(format!("[extras: {}]", self.extras.join(", ")));
        }
        if arguments.show_with && !self.with.is_empty() {
            notes.push(format!("[with: {}]", self.with.join(", ")));
        }
        if let Some(python) = self.python.as_ref().filter(|_| arguments.show_python) {
            notes.push(format!("[Python {python}]"));
        }
        if arguments.show_paths {
            notes.push(format!("({})", self.environment.display()));
        }
        for note in notes {
            let _ = write!(text, " {DIM}{note}{DIM:#}");
        }
        if self.fault.is_some() {
            let _ = write!(text, " {WARNING}[broken]{WARNING:#}");
        }
        text.push('\n');
        let links = self.programs.iter().chain(&self.manual_pages);
        for link in links.chain(&self.completions) {
            let name = &link.name;
            let _ = write!(text, "- {name}");
            if arguments.show_paths {
                let _ = write!(text, " {DIM}({}){DIM:#}", link.path.display());
            }
            if !link.there {
                let _ = write!(text, " {WARNING}[not there]{WARNING:#}");
            }
            text.push('\n');
        }
    }
}

fn linked(receipt: &Receipt, kind: Kind) -> Vec<Linked> {
    let links = receipt.links.iter().filter(|link| link.kind == kind);
    let links = links.map(|link| Linked {
        name: name_of(&link.path, kind),
        there: link.path.exists(),
        path: link.path.clone(),
    });
    links.collect()
}

/// A program by its name, other files also by the folder that says what they are for.
fn name_of(path: &std::path::Path, kind: Kind) -> String {
    let parts = match kind {
        Kind::Program => 1,
        Kind::ManualPage => 2,
        Kind::Completion => 3,
    };
    let mut names: Vec<_> = path.iter().rev().take(parts).collect();
    names.reverse();
    let names: PathBuf = names.into_iter().collect();
    names.to_string_lossy().into_owned()
}
