//! `tilsit cache`: where the cache is, what it holds, and taking out of it what is not needed or
//! damaged. The wheels in it are [`tilsit_installer`]'s.

mod measure;

use std::time::{Duration, SystemTime};

use clap::{Args, Subcommand};
use serde_json::json;
use tilsit_files::{CacheFolder, LockKind};
use tilsit_installer::prune::prune;
use tilsit_installer::roots::Roots;
use tilsit_installer::verify::{Damage, verify};
use tilsit_installer::{WheelStore, remove_store};

use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::installing::lock_store;
use crate::report::Report;
use crate::terminal::{GOOD, WARNING, count, size};
use measure::measure;

/// A temporary folder that nobody has changed for so long was left by a run that broke off.
const LEFT_AFTER: Duration = Duration::from_hours(24);

/// Show, empty or check the cache
///
/// The cache holds pages and metadata of indexes, unpacked wheels, and the environments of
/// scripts. It may be lost at any time, save where environments were made with `--link-mode tree`:
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
    /// Remove everything in the cache
    Clean {
        /// Also if environments have links into it, which then no longer work
        #[arg(long)]
        force: bool,
    },
    /// Remove wheels that no environment uses, and what broken runs left
    Prune,
    /// Check every file of the unpacked wheels; damaged wheels are mended or removed
    Verify,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    match arguments.command {
        Command::Dir => Ok(folder(context)),
        Command::Size => show_size(context),
        Command::Clean { force } => clean(force, context),
        Command::Prune => run_prune(context),
        Command::Verify => run_verify(context),
    }
}

fn folder(context: &Context) -> Report {
    let shown = context.cache_folder.display().to_string();
    Report::new(format!("{shown}\n"), json!({ "folder": shown }))
}

fn show_size(context: &Context) -> Result<Report, CommandError> {
    let content = measure(&context.cache_folder)?;
    for part in &content.parts {
        let (bytes, files) = (size(part.bytes), count(part.files, "file"));
        context
            .terminal
            .detail(format_args!("{}: {bytes} in {files}", part.name));
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

fn clean(force: bool, context: &Context) -> Result<Report, CommandError> {
    let answer = |files: usize, bytes: u64| {
        let folder = &context.cache_folder;
        Report::silent(json!({ "folder": folder, "files": files, "bytes": bytes }))
    };
    let Some(cache) = cache(context)? else {
        return Ok(answer(0, 0));
    };
    let folder = cache.root();
    let content = measure(folder)?;
    let store = WheelStore::in_cache(folder);
    let _lock = if tilsit_files::exists(store.folder())? {
        Some(lock_store(LockKind::Exclusive, context)?)
    } else {
        None
    };
    let mut roots = Roots::in_cache(folder).live(store.folder())?;
    // The environments that `run` keeps go with the cache.
    roots.retain(|root| !root.site_packages.starts_with(folder));
    if !force && !roots.is_empty() {
        let mut error = CommandError::new(
            Code::CacheInUse,
            format!(
                "the packages of {} are links into the cache",
                count(roots.len(), "environment")
            ),
        );
        for root in &roots {
            error = error.caused_by(format!("`{}`", root.site_packages.display()));
        }
        return Err(error
            .hint("`tilsit cache prune` removes the rest")
            .hint("`--force` removes everything; make these environments anew then"));
    }
    let spinner = context.terminal.spinner("Removing the cache");
    remove_store(&store)?;
    tilsit_files::remove_dir_all(folder)?;
    drop(spinner);
    let (files, bytes) = (count(content.files, "file"), size(content.bytes));
    let shown = context.show(folder);
    context.terminal.say(format_args!(
        "{GOOD}Removed{GOOD:#} {files} ({bytes}) from `{shown}`."
    ));
    Ok(answer(content.files, content.bytes))
}

fn run_prune(context: &Context) -> Result<Report, CommandError> {
    let result = |wheels: usize, kept: usize, leftovers: usize, bytes: u64| json!({ "removed": wheels, "kept": kept, "leftovers": leftovers, "bytes": bytes });
    let Some(cache) = cache(context)? else {
        return Ok(Report::silent(result(0, 0, 0, 0)));
    };
    let _lock = lock_store(LockKind::Exclusive, context)?;
    let spinner = context.terminal.spinner("Pruning the cache");
    let left_before = SystemTime::from(context.now()) - LEFT_AFTER;
    let pruned = prune(cache.root(), left_before, &mut |_| context.interrupt.flow())?;
    drop(spinner);
    let (wheels, leftovers) = (
        count(pruned.wheels, "wheel"),
        count(pruned.leftovers, "leftover"),
    );
    let bytes = size(pruned.bytes);
    context.terminal.say(format_args!(
        "{GOOD}Removed{GOOD:#} {wheels} ({bytes}) and {leftovers}; {} in use",
        pruned.kept
    ));
    let result = result(pruned.wheels, pruned.kept, pruned.leftovers, pruned.bytes);
    Ok(Report::silent(result))
}

fn run_verify(context: &Context) -> Result<Report, CommandError> {
    let Some(cache) = cache(context)? else {
        return Ok(Report::silent(json!({ "wheels": 0 })));
    };
    let _lock = lock_store(LockKind::Exclusive, context)?;
    let spinner = context.terminal.spinner("Checking the cache");
    let verified = verify(cache.root(), &mut |_| context.interrupt.flow())?;
    drop(spinner);
    let Some(verified) = verified else {
        return Err(CommandError::new(Code::Interrupted, "stopped"));
    };
    for (word, damages) in [
        ("mended", &verified.mended),
        ("removed", &verified.removed),
        ("damaged and in use", &verified.in_use),
    ] {
        for damage in damages {
            let name = damage.release.as_deref().unwrap_or(&damage.sha256);
            let reason = &damage.reason;
            context
                .terminal
                .say(format_args!("{WARNING}{word}{WARNING:#}: {name}: {reason}"));
            for environment in &damage.environments {
                let environment = environment.display();
                context
                    .terminal
                    .say(format_args!("  used by `{environment}`"));
            }
        }
    }
    let (wheels, bytes) = (count(verified.wheels, "wheel"), size(verified.bytes));
    context
        .terminal
        .say(format_args!("{GOOD}Checked{GOOD:#} {wheels} ({bytes})"));
    if !verified.removed.is_empty() || !verified.in_use.is_empty() {
        let line = "Environments made with links may have the same damage: \
                    `tilsit pip install --reinstall` makes their packages anew.";
        context.terminal.say(line);
    }
    let entries = |damages: &[Damage]| -> Vec<serde_json::Value> {
        let entry = |damage: &Damage| {
            json!({
                "sha256": damage.sha256,
                "release": damage.release,
                "reason": damage.reason,
                "environments": damage.environments,
            })
        };
        damages.iter().map(entry).collect()
    };
    let result = json!({
        "wheels": verified.wheels,
        "bytes": verified.bytes,
        "mended": entries(&verified.mended),
        "removed": entries(&verified.removed),
        "in_use": entries(&verified.in_use),
    });
    let found = !(verified.mended.is_empty() && verified.removed.is_empty());
    let exit_code = u8::from(found || !verified.in_use.is_empty());
    Ok(Report::silent(result).with_exit_code(exit_code))
}
