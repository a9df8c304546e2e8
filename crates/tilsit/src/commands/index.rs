//! `tilsit index`: an index of one's own, seen from its administrator: data folder, settings, audit.
//! Serving it is [`super::serve`].

use std::ops::ControlFlow;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;
use tilsit_index_store::{
    Actor, BlockingStore, Finding, IndexSettings, ManageError, NamePattern, NewProjects, Reading,
    S3Location, StoreOptions, UserName,
};

use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::report::Report;
use crate::terminal::{GOOD, STRONG, WARNING};

mod backup;
mod export;
mod file_store;
mod import;
mod tokens;
mod users;

/// Set up an index of your own
///
/// An index is a folder of data: a SQLite database and the files that were uploaded. `tilsit serve`
/// answers for it. The commands here may run while it is served.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(DataOptions),
    /// Manage the users of an index
    #[command(subcommand)]
    User(users::UserCommand),
    /// Manage the tokens that uploads need
    #[command(subcommand)]
    Token(tokens::TokenCommand),
    Settings(SettingsArguments),
    Verify(VerifyArguments),
    Import(import::ImportArguments),
    Export(export::ExportArguments),
    Backup(backup::BackupArguments),
    Restore(backup::RestoreArguments),
}

/// Make the data folder of an index
///
/// Does nothing when the index is there already, save bringing its database to the newest form.
#[derive(Args, Clone, Debug)]
pub(crate) struct DataOptions {
    /// The folder of the index's data [env: `TILSIT_DATA`]
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Keep the database in this PostgreSQL, as postgres://… [env: `TILSIT_DATABASE_URL`]
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
    /// Keep the files in this S3-compatible store, as `s3://BUCKET/PREFIX`, with the key and the
    /// address of the usual `AWS_*` variables [env: `TILSIT_BLOBS`]
    #[arg(long, value_name = "URL")]
    blobs: Option<S3Location>,
}

/// Look at every file, page and row of an index
///
/// Reads each file's bytes and compares them with the database, renders each page anew, and looks
/// for what nobody names. Changes nothing. It may run while the index is served.
#[derive(Args, Debug)]
struct VerifyArguments {
    #[command(flatten)]
    data: DataOptions,
}

/// Show or change who may read, make accounts and begin projects, and which names are kept
#[derive(Args, Debug)]
struct SettingsArguments {
    /// Who may read projects that say nothing else: `public`, `signed-in` or `people` (of each
    /// project)
    #[arg(long, value_name = "WHO")]
    reading: Option<Reading>,
    /// Who may make an account: `open` for everybody, `invited`
    #[arg(long, value_name = "HOW", value_parser = ["open", "invited"])]
    registration: Option<String>,
    /// Who may begin a project by uploading to a free name: `users`, or `administrators` alone
    #[arg(long, value_name = "WHO")]
    new_projects: Option<NewProjects>,
    /// Keep a name, or all that begin like `acme-*`: no new project gets it, and `serve --fallback`
    /// asks no other index for it. Can be given more than once
    #[arg(long, value_name = "NAME")]
    keep_name: Vec<NamePattern>,
    /// Give a kept name free again. Can be given more than once
    #[arg(long, value_name = "NAME")]
    free_name: Vec<NamePattern>,
    #[command(flatten)]
    data: DataOptions,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    match &arguments.command {
        Command::Init(data) => init(data, context),
        Command::User(command) => users::run(command, context),
        Command::Token(command) => tokens::run(command, context),
        Command::Settings(arguments) => settings(arguments, context),
        Command::Verify(arguments) => verify(&arguments.data, context),
        Command::Import(arguments) => import::run(arguments, context),
        Command::Export(arguments) => export::run(arguments, context),
        Command::Backup(arguments) => backup::backup(arguments, context),
        Command::Restore(arguments) => backup::restore(arguments, context),
    }
}

impl DataOptions {
    /// Where the index is kept.
    ///
    /// # Errors
    /// When no folder is named, or a file store without what it needs.
    pub(crate) fn store(&self, context: &Context) -> Result<StoreOptions, CommandError> {
        let data = self.data.as_deref();
        let Some(folder) = data.or_else(|| context.variables.path("TILSIT_DATA")) else {
            return Err(CommandError::new(
                Code::Usage,
                "the folder of the index's data is not named",
            )
            .hint("name it with `--data FOLDER` or `TILSIT_DATA`"));
        };
        let variable = context.variables.text("TILSIT_DATABASE_URL");
        Ok(StoreOptions {
            data: context.resolve(folder),
            database_url: self.database_url.clone().or(variable.map(str::to_owned)),
            blobs: file_store::file_store(self.blobs.as_ref(), context)?,
        })
    }

    /// The open index.
    ///
    /// # Errors
    /// When no folder is named, or the index cannot be opened.
    pub(crate) fn open(&self, context: &Context) -> Result<BlockingStore, CommandError> {
        Ok(BlockingStore::open(&self.store(context)?, context.now())?)
    }
}

fn init(data: &DataOptions, context: &Context) -> Result<Report, CommandError> {
    let options = data.store(context)?;
    let store = BlockingStore::open(&options, context.now())?;
    let users = store.user_count()?;
    let shown = context.show(&options.data);
    context.terminal.say(format_args!(
        "{GOOD}Ready{GOOD:#}: the index in `{STRONG}{shown}{STRONG:#}`."
    ));
    if users == 0 {
        context.terminal.say(format_args!(
            "Next: `tilsit index user add NAME --data {shown}`, then `tilsit serve --data {shown}`."
        ));
    }
    Ok(Report::silent(
        json!({ "data": options.data, "users": users }),
    ))
}

fn settings(arguments: &SettingsArguments, context: &Context) -> Result<Report, CommandError> {
    let store = arguments.data.open(context)?;
    let mut settings: IndexSettings = store.wait(store.store().settings())?;
    let changes = arguments.reading.is_some()
        || arguments.registration.is_some()
        || arguments.new_projects.is_some();
    if let Some(reading) = arguments.reading {
        settings.reading = reading;
    }
    if let Some(registration) = &arguments.registration {
        settings.open_registration = registration == "open";
    }
    if let Some(new_projects) = arguments.new_projects {
        settings.new_projects = new_projects;
    }
    if changes {
        let change = store
            .store()
            .change_settings(Actor::COMMAND_LINE, &settings, context.now());
        store.wait(change)?;
    }
    let kept = arguments.keep_name.iter().map(|name| (name, true));
    for name in kept.chain(arguments.free_name.iter().map(|name| (name, false))) {
        let change = store
            .store()
            .prohibit_names(Actor::COMMAND_LINE, name, context.now());
        store.wait(change)?;
    }
    let kept_names = store.wait(store.store().prohibited_names())?;
    let new_projects = settings.new_projects.as_str();
    let reading = settings.reading.as_str();
    let registration = if settings.open_registration {
        "open"
    } else {
        "invited"
    };
    Ok(Report::new(
        kept_names.iter().fold(
            format!(
                "reading {reading}\nregistration {registration}\nnew-projects {new_projects}\n"
            ),
            |text, name| text + "kept-name " + name + "\n",
        ),
        json!({
            "reading": reading,
            "registration": registration,
            "new_projects": new_projects,
            "kept_names": kept_names,
        }),
    ))
}

fn verify(data: &DataOptions, context: &Context) -> Result<Report, CommandError> {
    let store = data.open(context)?;
    let (count, _) = store.wait(store.store().project_and_file_count())?;
    let progress = context.terminal.counter("Verifying", count);
    let audit = store.wait(store.store().audit(&mut |_| {
        progress.advance(1);
        context.interrupt.flow()
    }))?;
    drop(progress);
    if context.interrupt.flow() == ControlFlow::Break(()) {
        return Err(CommandError::new(
            Code::Interrupted,
            "stopped before everything was looked at",
        ));
    }
    let (harmful, harmless): (Vec<&Finding>, Vec<&Finding>) = audit
        .findings
        .iter()
        .partition(|finding| finding.is_harmful());
    for finding in &harmful {
        context.terminal.warn(finding);
    }
    for finding in &harmless {
        context
            .terminal
            .say(format_args!("{WARNING}left over{WARNING:#}: {finding}"));
    }
    let (projects, files) = (audit.projects, audit.files);
    let lines = |findings: &[&Finding]| {
        let lines = findings.iter().map(ToString::to_string);
        lines.collect::<Vec<String>>()
    };
    let result = json!({
        "projects": projects,
        "files": files,
        "findings": lines(&harmful),
        "unnamed": lines(&harmless),
    });
    if harmful.is_empty() {
        context.terminal.say(format_args!(
            "{GOOD}Sound{GOOD:#}: {projects} projects with {files} files."
        ));
        return Ok(Report::silent(result));
    }
    Ok(Report::silent(result).with_exit_code(1))
}

/// A user's name as it was typed.
///
/// # Errors
/// When it cannot be one.
pub(crate) fn user_name(typed: &str) -> Result<UserName, CommandError> {
    typed
        .parse()
        .map_err(|error| CommandError::from_error(Code::Usage, &error))
}

impl From<ManageError> for CommandError {
    fn from(error: ManageError) -> Self {
        match error {
            ManageError::Store(error) => error.into(),
            ManageError::LastAdministrator(_) => Self::from_error(Code::Usage, &error)
                .hint("make another user one first: `tilsit index user promote NAME`"),
            error => Self::from_error(Code::Usage, &error),
        }
    }
}
