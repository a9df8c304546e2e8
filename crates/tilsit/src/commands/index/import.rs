//! `tilsit index import`: files of other indexes and folders into an index.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use tilsit_index_server::{FoundFile, ImportError, SourceError, find_files, import};
use tilsit_index_store::{BlockingStore, UserId};

use super::{DataOptions, user_name};
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::report::Report;
use crate::terminal::GOOD;

/// Take wheels and sdists of a folder into an index
///
/// The folder is one with files anywhere below it, such as pypiserver's packages, what `devpi-export`
/// wrote, or what `tilsit index export` wrote; of the last two the times of upload are kept. Each file
/// is looked at as an upload is. What is there already is skipped, so an import that was stopped is
/// begun again; what is refused is listed at the end, and the exit code is 1 then.
#[derive(Args, Debug)]
pub(super) struct ImportArguments {
    /// The folder
    source: PathBuf,
    /// The user who owns the projects that are new; needed when there is more than one administrator
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    #[command(flatten)]
    data: DataOptions,
}

pub(super) fn run(arguments: &ImportArguments, context: &Context) -> Result<Report, CommandError> {
    let store = arguments.data.open(context)?;
    let owner = owner(arguments, &store)?;
    let files = find_files(&context.resolve(&arguments.source))?;
    let progress = context.terminal.counter("Importing", files.len() as u64);
    let mut on_file = |file: &FoundFile| {
        let name = file.path.file_name().unwrap_or_default();
        progress.message(format!("Importing {}", name.display()));
        progress.advance(1);
        context.interrupt.flow()
    };
    let now = context.now();
    let report = store.wait(import(store.store(), &files, owner, now, &mut on_file))?;
    drop(progress);
    let refused: Vec<(String, &str)> = report
        .refused
        .iter()
        .map(|file| (context.show(&file.path), file.reason.as_str()))
        .collect();
    for (path, reason) in &refused {
        context
            .terminal
            .warn(format_args!("`{path}` is not imported: {reason}"));
    }
    context.terminal.say(format_args!(
        "{GOOD}Imported{GOOD:#}: {} files; {} were there, {} are refused.",
        report.imported,
        report.skipped,
        refused.len()
    ));
    let exit_code = u8::from(!refused.is_empty());
    let refused = refused
        .iter()
        .map(|(path, reason)| json!({ "path": path, "reason": reason }));
    let result = json!({
        "imported": report.imported,
        "skipped": report.skipped,
        "refused": refused.collect::<Vec<_>>(),
    });
    Ok(Report::silent(result).with_exit_code(exit_code))
}

/// The named user, or the one administrator.
fn owner(arguments: &ImportArguments, store: &BlockingStore) -> Result<UserId, CommandError> {
    if let Some(typed) = &arguments.user {
        let name = user_name(typed)?;
        return Ok(store.wait(store.store().user(&name))?);
    }
    let users = store.wait(store.store().users())?;
    let mut administrators = users.into_iter().filter(|user| user.is_admin);
    match (administrators.next(), administrators.next()) {
        (Some(only), None) => Ok(only.id),
        _ => Err(CommandError::new(
            Code::Usage,
            "it is not said who owns the imported projects, and the index has not one administrator",
        )
        .hint("name a user with `--user NAME`; `tilsit index user add NAME` makes one")),
    }
}

impl From<SourceError> for CommandError {
    fn from(error: SourceError) -> Self {
        match error {
            SourceError::File(error) => error.into(),
            error => Self::from_error(Code::Usage, &error),
        }
    }
}

impl From<ImportError> for CommandError {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Store(error) => error.into(),
            ImportError::GivenUp(_) => Self::from_error(Code::Bug, &error),
            ImportError::Stopped => Self::from_error(Code::Interrupted, &error),
        }
    }
}
