//! `tilsit cache`: where the cache is, and emptying it.

use clap::{Args, Subcommand};
use serde_json::json;
use tilsit_files::{CacheFolder, FileError, FileKind};

use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::report::Report;
use crate::terminal::{GOOD, count, size};

/// Show or empty the cache
///
/// The cache holds pages and metadata of indexes, unpacked wheels, and the environments of
/// scripts. It may be lost at any time; tilsit then downloads again what it needs.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print the cache folder
    Dir,
    /// Remove everything in the cache
    Clean,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    match arguments.command {
        Command::Dir => Ok(folder(context)),
        Command::Clean => clean(context),
    }
}

fn folder(context: &Context) -> Report {
    let shown = context.cache_folder.display().to_string();
    Report::new(format!("{shown}\n"), json!({ "folder": shown }))
}

fn clean(context: &Context) -> Result<Report, CommandError> {
    let cache = CacheFolder::at(&context.cache_folder);
    let folder = cache.root();
    let shown = context.show(folder);
    if !tilsit_files::exists(folder)? {
        let line = format_args!("There is no cache at `{shown}`.");
        context.terminal.say(line);
        return Ok(answer(&cache, &Content::default()));
    }
    if !cache.is_marked()? {
        return Err(CommandError::new(
            Code::NotACache,
            format!("the folder `{shown}` is not a cache of tilsit"),
        )
        .hint("`tilsit cache dir` prints the folder that is used; `--cache-dir` names another"));
    }
    let spinner = context.terminal.spinner("Removing the cache");
    let content = measure(&cache)?;
    tilsit_files::remove_dir_all(folder)?;
    drop(spinner);
    let files = count(content.files, "file");
    let bytes = size(content.bytes);
    context.terminal.say(format_args!(
        "{GOOD}Removed{GOOD:#} {files} ({bytes}) from `{shown}`."
    ));
    Ok(answer(&cache, &content))
}

#[derive(Default)]
struct Content {
    files: usize,
    bytes: u64,
}

fn measure(cache: &CacheFolder) -> Result<Content, FileError> {
    let mut content = Content::default();
    for entry in tilsit_files::walk(cache.root())? {
        if entry.kind == FileKind::File {
            content.files += 1;
            content.bytes += tilsit_files::symlink_metadata(&entry.path)?.len();
        }
    }
    Ok(content)
}

fn answer(cache: &CacheFolder, content: &Content) -> Report {
    Report::silent(json!({
        "folder": cache.root(),
        "files": content.files,
        "bytes": content.bytes,
    }))
}
