//! `tilsit publish`: distribution files to a repository.

mod advice;
mod repository;

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use serde_json::json;
use tilsit_index_client::{HttpError, Refresh};
use tilsit_publish::{
    CheckedFile, FileSet, Outcome, PublishError, PublishEvent, PublishPlan, Repository, carry_out,
};

use crate::commands::options::NetworkOptions;
use crate::context::Context;
use crate::distributions;
use crate::error::CommandError;
use crate::network;
use crate::report::Report;
use crate::terminal::progress::Progress;
use crate::terminal::{DIM, GOOD, STRONG, count, size};

use repository::RepositoryOptions;

/// Publish distributions
///
/// Checks all files (`tilsit check`) and what the index has before the first byte is sent. What is
/// there with the same contents is not sent again: after a break, the same command goes on. Another
/// file under the same name stops it all. Repositories and credentials are those of twine: options,
/// `TWINE_*` variables, ~/.pypirc, keyrings; without `--repository-url` the settings' `publish-url`
/// counts last.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// The files of one release, and folders with such [default: dist/]
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Publish although `tilsit check` finds errors; what is not sound is refused all the same
    #[arg(long)]
    no_check: bool,
    /// Check everything and send nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    sending: SendingOptions,
}

/// Where to, as whom and how.
#[derive(Args, Clone, Debug)]
pub(crate) struct SendingOptions {
    #[command(flatten)]
    repository: RepositoryOptions,
    /// Pass over files that the index has, also where their contents cannot be compared
    #[arg(long)]
    skip_existing: bool,
    #[command(flatten)]
    network: NetworkOptions,
}

#[derive(Serialize)]
struct FileEntry {
    file: String,
    outcome: &'static str,
    sha256: String,
    size_bytes: u64,
}

impl FileEntry {
    fn new(file: &CheckedFile, outcome: &'static str) -> Self {
        Self {
            file: file.file_name.clone(),
            outcome,
            sha256: file.sha256.to_string(),
            size_bytes: file.size_bytes,
        }
    }
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let paths = distributions::find(&arguments.files, context)?;
    let files = if arguments.no_check {
        FileSet::read(&paths)?
    } else {
        FileSet::check(&paths)?
    };
    send(&files, &arguments.sending, arguments.dry_run, context)
}

/// Sends files, or says which would be sent.
///
/// # Errors
/// When it is not said where to, or the index refuses them or does not answer.
pub(crate) fn send(
    files: &FileSet,
    sending: &SendingOptions,
    is_dry: bool,
    context: &Context,
) -> Result<Report, CommandError> {
    let mut target = sending.repository.find(context)?;
    let configuration = target.over(&sending.network.over(context), context);
    let client = network::client(&configuration, Refresh::All, context)?;
    target.repository.skip_existing = sending.skip_existing;
    target.repository.resume = true;
    let shown = target.repository.url.to_string();
    target.repository.credential = sending.repository.credential(&target, &client, context)?;
    let repository = target.repository;
    let plan = PublishPlan::make(files, &repository, &client)
        .map_err(|error| failure(&error, &repository))?;
    let entries = if is_dry {
        foretell(&plan, &shown, context)
    } else {
        context
            .terminal
            .say(format_args!("Publishing to {STRONG}{shown}{STRONG:#}"));
        let mut ended = Vec::new();
        let report = {
            let progress = context.terminal.bytes("Uploading", 0);
            let mut hear = |event| {
                if let PublishEvent::Ends { file_name, .. } = &event {
                    ended.push(file_name.clone());
                }
                tell(event, files, &progress, context);
                context.interrupt.flow()
            };
            carry_out(plan, &repository, &client, &mut hear)
        };
        let report = report.map_err(|error| {
            let mut failure = failure(&error, &repository);
            if !ended.is_empty() {
                let names = ended.join("`, `");
                failure
                    .causes
                    .push(format!("the index has by now: `{names}`"));
            }
            failure
        })?;
        let published = files.files().iter().zip(report.files);
        published
            .map(|(file, published)| FileEntry::new(file, past(&published.outcome)))
            .collect()
    };
    Ok(Report::silent(
        json!({ "repository": shown, "files": entries }),
    ))
}

/// Says what would be done.
fn foretell(plan: &PublishPlan<'_>, shown: &str, context: &Context) -> Vec<FileEntry> {
    let number = count(plan.steps.len(), "file");
    context.terminal.say(format_args!(
        "{GOOD}Checked{GOOD:#} {number}; nothing was sent to {shown}."
    ));
    let entries = plan.steps.iter().map(|step| {
        let (words, outcome) = match &step.there {
            None => ("would be sent", "would-upload"),
            Some(_) => ("is there already", "would-skip"),
        };
        let (name, bytes) = (&step.file.file_name, size(step.file.size_bytes));
        context
            .terminal
            .say(format_args!("{name} {DIM}({bytes}){DIM:#} {words}"));
        FileEntry::new(step.file, outcome)
    });
    entries.collect()
}

fn tell(event: PublishEvent, files: &FileSet, progress: &Progress, context: &Context) {
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
            let mut all = files.files().iter();
            let bytes = all.find(|file| file.file_name == file_name);
            let bytes = bytes.map_or_else(String::new, |file| size(file.size_bytes));
            let word = past(&outcome);
            let why = match outcome {
                Outcome::Uploaded(_) => "",
                Outcome::Skipped => ": the index has the same",
                Outcome::SkippedUnseen => ": the index has one of this name",
            };
            context.terminal.say(format_args!(
                "{GOOD}{word:>8}{GOOD:#} {file_name} {DIM}({bytes}){DIM:#}{why}"
            ));
        }
        _ => {}
    }
}

/// What failed, and what can be done about it with this repository.
fn failure(error: &PublishError, repository: &Repository) -> CommandError {
    let mut failure = CommandError::from(error);
    failure.hints = advice::on(error, repository);
    failure.http_status = error.http().and_then(HttpError::status);
    failure
}

fn past(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Uploaded(_) => "uploaded",
        Outcome::Skipped | Outcome::SkippedUnseen => "skipped",
    }
}
