//! `tilsit tool adopt`: the tools of pipx become ours.
//!
//! What pipx was asked for is in its notes; the versions that it installed stay where they fit. Links of
//! pipx are replaced. Its folder stays as it is, so that one can go back, unless `--remove` is given.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};
use tilsit_environment::discovery::Scope;
use tilsit_environment::{Interpreter, PythonRequest};
use tilsit_index_client::Refresh;
use tilsit_tools::pipx::{self, PipxTool};
use tilsit_tools::{LockedTools, Replacing};

use super::asking::{settings_of, to_table, without_passwords};
use super::making::{self, Making};
use super::{Several, places};
use crate::building::BuildSettings;
use crate::commands::options::{IndexOptions, ResolverOptions};
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::installing::LinkOptions;
use crate::pythons;
use crate::report::Report;
use crate::terminal::{DIM, GOOD, STRONG};

/// Take over the tools of pipx
///
/// Reads pipx's folder (`PIPX_HOME`, `~/.local/share/pipx`, `~/.local/pipx`) and installs each tool with
/// what was asked of pipx: versions, injected packages, suffix, options. What is pinned stays at its
/// version. pipx's links are replaced; its folder stays unless `--remove` is given.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Only these tools
    #[arg(value_name = "TOOL")]
    tools: Vec<String>,
    /// pipx's folder
    #[arg(long, value_name = "FOLDER")]
    pipx_home: Option<PathBuf>,
    /// Remove from pipx's folder what was taken over
    #[arg(long)]
    remove: bool,
    /// Replace other programs of the same names too
    #[arg(long)]
    force: bool,
    /// Print what would be taken over and change nothing
    #[arg(long, conflicts_with = "remove")]
    dry_run: bool,
    #[command(flatten)]
    link: LinkOptions,
    #[command(flatten)]
    resolver: ResolverOptions,
    #[command(flatten)]
    index: IndexOptions,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let home = home(arguments, context)?;
    let found = pipx::environments(&home)?.into_iter();
    let named = found.map(|path| {
        let name = path.file_name().unwrap_or_default();
        (name.to_string_lossy().into_owned(), path)
    });
    let is_wanted = |name: &String| arguments.tools.is_empty() || arguments.tools.contains(name);
    let tools: Vec<_> = named.filter(|(name, _)| is_wanted(name)).collect();
    for name in &arguments.tools {
        if tools.iter().all(|(other, _)| other != name) {
            let shown = home.display();
            let message = format!("pipx's folder `{shown}` has no tool `{name}`");
            return Err(CommandError::new(Code::ToolNotInstalled, message));
        }
    }
    let several = if arguments.dry_run {
        Several::each(tools, context, |path| {
            let tool = read(&path)?;
            tell(&tool, "Would take over", context);
            Ok(described(&tool))
        })
    } else {
        let locked = places::lock(context)?;
        let several = Several::each(tools, context, |path| {
            adopt(&path, &home, arguments, &locked, context)
        });
        places::warn_if_unseen(&places::programs(context)?, context);
        several
    };
    Ok(Report::silent(json!({
        "pipx_home": home,
        "dry_run": arguments.dry_run,
        "tools": several.finish("taken over")?,
    })))
}

/// pipx's folder: the one that is named, else the first that is there. It has been in more than one
/// place over the years.
fn home(arguments: &Arguments, context: &Context) -> Result<PathBuf, CommandError> {
    let named = arguments.pipx_home.as_deref();
    if let Some(named) = named.or_else(|| context.variables.path("PIPX_HOME")) {
        let home = context.resolve(named);
        return if home.join("venvs").is_dir() {
            Ok(home)
        } else {
            Err(not_there(&[home]))
        };
    }
    let below = |folder: &Path| folder.join("pipx");
    let data = context.data_folder().map(|folder| below(&folder));
    let old = context
        .home
        .as_ref()
        .map(|home| below(&home.join(".local")));
    let homes: Vec<PathBuf> = old.into_iter().chain(data).collect();
    let mut there = homes.iter().filter(|home| home.join("venvs").is_dir());
    there.next().cloned().ok_or_else(|| not_there(&homes))
}

fn not_there(homes: &[PathBuf]) -> CommandError {
    let shown = homes.iter().map(|home| format!("`{}`", home.display()));
    let shown = shown.collect::<Vec<_>>().join(" or ");
    CommandError::new(
        Code::ToolNotInstalled,
        format!("pipx has no tools in {shown}"),
    )
    .hint("name its folder with `--pipx-home`; `pipx environment` shows it")
}

fn read(path: &Path) -> Result<PipxTool, CommandError> {
    PipxTool::of(path).map_err(|error| {
        let name = path.file_name().unwrap_or_default().display();
        let message = format!("pipx's tool `{name}` cannot be taken over");
        CommandError::new(Code::ToolBroken, message)
            .caused_by(error.to_string())
            .hint(format!("install it by hand: `tilsit tool install {name}`"))
    })
}

fn adopt(
    path: &Path,
    home: &Path,
    arguments: &Arguments,
    locked: &LockedTools,
    context: &Context,
) -> Result<Value, CommandError> {
    let mut tool = read(path)?;
    let base = base(&mut tool, context)?;
    let settings = settings_of(&tool.asked)?;
    let of_tool = context.with_settings(settings.clone());
    // What pipx kept is of use now and not kept again.
    tool.asked.options = to_table(&without_passwords(settings));
    let configuration = arguments.resolver.over(&arguments.index.over(&of_tool)?);
    let links = tilsit_files::canonicalize(home).unwrap_or_else(|_| home.to_path_buf());
    let mut making = Making {
        asked: tool.asked.clone(),
        configuration: arguments.link.over(&configuration),
        build: BuildSettings::default(),
        base,
        preferences: making::versions_in(path)?,
        refresh: Refresh::No,
        replacing: Replacing {
            everything: arguments.force,
            links_into: Some(&links),
        },
    };
    let resolved = making.resolve(context)?;
    let made = making.make(&resolved, locked, false, context)?;
    made.tell(context);
    if arguments.remove {
        tilsit_files::remove_dir_all(path)?;
    }
    tell(&tool, "Took over", context);
    let mut value = described(&tool);
    value["installed"] = made.to_json();
    value["removed"] = json!(arguments.remove);
    Ok(value)
}

/// The Python that pipx took, if it is there. It is written down as a wish only when another one would
/// be taken without it: then somebody asked pipx for it.
fn base(tool: &mut PipxTool, context: &Context) -> Result<Interpreter, CommandError> {
    let usual = making::base(None, None, context)?;
    let (major, minor) = usual.major_minor();
    let Some(python) = tool.python.clone() else {
        return Ok(usual);
    };
    if python == format!("{major}.{minor}") {
        return Ok(usual);
    }
    let surroundings = pythons::surroundings(context)?;
    let same = tool
        .interpreter
        .as_deref()
        .and_then(|path| Interpreter::at(path, surroundings.cache_folder.as_deref()).ok());
    let request: Option<PythonRequest> = python.parse().ok();
    let found = same.map(|interpreter| interpreter.to_base()).or_else(|| {
        let found = pythons::find_request(&request?, Scope::Base, context).ok()?;
        Some(found.interpreter.to_base())
    });
    if let Some(interpreter) = found {
        tool.asked.python = Some(python);
        return Ok(interpreter);
    }
    tool.problems.push(format!(
        "its Python {python}, which is not there: it gets {major}.{minor}"
    ));
    Ok(usual)
}

fn tell(tool: &PipxTool, action: &str, context: &Context) {
    let (name, requirement) = (tool.asked.name(), &tool.asked.requirement);
    context.terminal.say(format_args!(
        "{GOOD}{action}{GOOD:#} `{STRONG}{name}{STRONG:#}` {DIM}({requirement}){DIM:#}"
    ));
    for problem in &tool.problems {
        context.terminal.warn(format_args!(
            "of `{name}` this is not taken over: {problem}"
        ));
    }
}

fn described(tool: &PipxTool) -> Value {
    let with = tool
        .asked
        .with
        .iter()
        .map(|one| one.requirement.to_string());
    json!({
        "name": tool.asked.name(),
        "requirement": tool.asked.requirement.to_string(),
        "with": with.collect::<Vec<_>>(),
        "python": tool.python,
        "not_taken_over": tool.problems,
    })
}
