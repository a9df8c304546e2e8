//! `tilsit publish`: distribution files to a repository.

mod repository;

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use serde_json::json;
use tilsit_index_client::Refresh;
use tilsit_publish::{FileSet, Outcome, PublishEvent, publish};

use crate::commands::options::NetworkOptions;
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::network;
use crate::report::Report;
use crate::terminal::{DIM, GOOD, STRONG, count, size};

use repository::RepositoryOptions;

/// Publish distributions
///
/// Checks all files before the first byte is sent. Repositories and credentials are those of twine:
/// options, `TWINE_*` variables, ~/.pypirc; without `--repository-url` the settings' `publish-url`
/// counts last.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// The files [default: everything in dist/]
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    repository: RepositoryOptions,
    /// Pass over files that the repository has already
    #[arg(long)]
    skip_existing: bool,
    /// Check everything and send nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    network: NetworkOptions,
}

#[derive(Serialize)]
struct FileEntry {
    file: String,
    outcome: &'static str,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let paths = paths(arguments, context)?;
    let files = FileSet::check(&paths)?;
    let repository = arguments.repository.find(context)?;
    let shown = repository.url.to_string();
    if arguments.dry_run {
        let number = count(files.files().len(), "file");
        context.terminal.say(format_args!(
            "{GOOD}Checked{GOOD:#} {number}; nothing was sent to {shown}."
        ));
        let entries = files.files().iter().map(|file| FileEntry {
            file: file.file_name.clone(),
            outcome: "checked",
        });
        let entries: Vec<FileEntry> = entries.collect();
        return Ok(Report::silent(
            json!({ "repository": shown, "files": entries }),
        ));
    }
    let mut repository = repository;
    repository.skip_existing = arguments.skip_existing;
    let configuration = arguments.network.over(context);
    let client = network::client(&configuration, Refresh::All, context)?;
    context
        .terminal
        .say(format_args!("Publishing to {STRONG}{shown}{STRONG:#}"));
    let progress = context.terminal.bytes("Uploading", 0);
    let report = publish(&files, &repository, &client, &mut |event| {
        match event {
            PublishEvent::Begins { size_bytes, .. } => {
                progress.total(size_bytes);
                progress.set(0);
            }
            PublishEvent::Sent {
                sent_bytes,
                all_bytes,
                ..
            } => {
                progress.total(all_bytes);
                progress.set(sent_bytes);
            }
            PublishEvent::Ends { file_name, outcome } => {
                let bytes = files
                    .files()
                    .iter()
                    .find(|file| file.file_name == file_name);
                let bytes = bytes.map_or_else(String::new, |file| size(file.size_bytes));
                let word = past(&outcome);
                context.terminal.say(format_args!(
                    "{GOOD}{word:>8}{GOOD:#} {file_name} {DIM}({bytes}){DIM:#}"
                ));
            }
            _ => {}
        }
        context.interrupt.flow()
    })?;
    drop(progress);
    let entries = report.files.into_iter().map(|file| FileEntry {
        outcome: past(&file.outcome),
        file: file.file_name,
    });
    let entries: Vec<FileEntry> = entries.collect();
    Ok(Report::silent(
        json!({ "repository": shown, "files": entries }),
    ))
}

/// The files that are named, or everything in `dist`.
fn paths(arguments: &Arguments, context: &Context) -> Result<Vec<PathBuf>, CommandError> {
    if !arguments.files.is_empty() {
        let files = arguments.files.iter();
        return Ok(files.map(|file| context.resolve(file)).collect());
    }
    let folder = context.resolve(Path::new("dist"));
    let entries = tilsit_files::read_dir(&folder).map_err(|error| {
        CommandError::from_error(Code::Usage, &error)
            .hint("build first (`tilsit build`), or name the files to publish")
    })?;
    let is_distribution = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        [".whl", ".tar.gz", ".zip"]
            .iter()
            .any(|end| name.ends_with(end))
    };
    let found: Vec<PathBuf> = entries
        .into_iter()
        .map(|entry| entry.path)
        .filter(|path| is_distribution(path))
        .collect();
    if found.is_empty() {
        return Err(
            CommandError::new(Code::Usage, "there are no distributions in `dist`")
                .hint("build first (`tilsit build`), or name the files to publish"),
        );
    }
    Ok(found)
}

fn past(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Uploaded(_) => "uploaded",
        Outcome::Skipped | Outcome::SkippedUnseen => "skipped",
    }
}
