//! `tilsit cache`: where the cache is, what it holds, and taking out of it what is not needed or
//! damaged. What lies in its folders is the libraries' own.

mod clean;
mod measure;
mod prune;
mod verify;

use clap::{Args, Subcommand};
use serde_json::json;
use tilsit_files::CacheFolder;
use tilsit_packaging::name::ProjectName;

use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::report::Report;
use crate::terminal::{count, size};
use measure::measure;

/// Show, empty or check the cache
///
/// The cache holds pages and metadata of indexes, unpacked wheels, what was built, clones of
/// repositories, and the environments of scripts. It may be lost at any time, save where environments were made with `--link-mode tree`:
/// they need their wheels in it. What else is lost tilsit downloads again.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print the cache folder
    Dir,
    /// Print how much the cache holds, in bytes; with -v, of what
    Size,
    /// Remove everything in the cache, or what it holds of some projects
    #[command(visible_alias = "remove")]
    Clean {
        /// Only what there is of these projects: wheels, builds, pages, metadata
        #[arg(value_name = "PROJECT")]
        projects: Vec<ProjectName>,
        /// Also if environments have links into it, which then no longer work
        #[arg(long)]
        force: bool,
    },
    /// Remove what is not needed any more
    ///
    /// These go: wheels that no environment uses; environments of `run`, builds and clones that were
    /// not used for 30 days; environments whose Python is gone; builds of folders that are gone;
    /// what older versions of tilsit kept in other forms; what broken runs left.
    Prune,
    /// Check every file of the unpacked and the built wheels; damaged ones are mended or removed
    Verify,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    match &arguments.command {
        Command::Dir => Ok(folder(context)),
        Command::Size => show_size(context),
        Command::Clean { projects, force } if projects.is_empty() => clean::all(*force, context),
        Command::Clean { projects, force } => clean::projects(projects, *force, context),
        Command::Prune => prune::run(context),
        Command::Verify => verify::run(context),
    }
}

fn folder(context: &Context) -> Report {
    let shown = context.cache_folder.display().to_string();
    Report::new(format!("{shown}\n"), json!({ "folder": shown }))
}

fn show_size(context: &Context) -> Result<Report, CommandError> {
    let content = measure(&context.cache_folder)?;
    for part in &content.parts {
        // What belongs to the cache as such is next to nothing.
        if let Some(words) = part.words() {
            let (bytes, files) = (size(part.bytes), count(part.files, "file"));
            context
                .terminal
                .detail(format_args!("{words}: {bytes} in {files}"));
        }
    }
    Ok(Report::new(format!("{}\n", content.bytes), &content))
}

/// The cache of the context, if there is one and it is one.
fn cache(context: &Context) -> Result<Option<CacheFolder>, CommandError> {
    let cache = CacheFolder::at(&context.cache_folder);
    let shown = context.show(cache.root());
    if !tilsit_files::exists(cache.root())? {
        let line = format_args!("There is no cache at `{shown}`.");
        context.terminal.say(line);
        return Ok(None);
    }
    if !cache.is_marked()? {
        return Err(CommandError::new(
            Code::NotACache,
            format!("the folder `{shown}` is not a cache of tilsit"),
        )
        .hint("`tilsit cache dir` prints the folder that is used; `--cache-dir` names another"));
    }
    Ok(Some(cache))
}
