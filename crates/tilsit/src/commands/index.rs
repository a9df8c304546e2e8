//! `tilsit index`: an index of one's own, seen from its administrator: data folder, users, tokens.
//! Serving it is [`super::serve`].

use std::io::Read;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;
use tilsit_index_store::{BlockingStore, StoreOptions, UserName};
use tilsit_packaging::name::ProjectName;

use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::report::Report;
use crate::terminal::{GOOD, STRONG};

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
    User(UserCommand),
    /// Manage the tokens that uploads need
    #[command(subcommand)]
    Token(TokenCommand),
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
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    Add(UserAdd),
}

/// Make a user
///
/// The password is asked for when neither `--password` nor `--password-stdin` is given.
#[derive(Args, Debug)]
struct UserAdd {
    /// The user's name
    name: String,
    /// The password; other users of this machine may see it in the list of processes
    #[arg(long, conflicts_with = "password_stdin")]
    password: Option<String>,
    /// Read the password from standard input
    #[arg(long)]
    password_stdin: bool,
    #[command(flatten)]
    data: DataOptions,
}

#[derive(Debug, Subcommand)]
enum TokenCommand {
    Create(TokenCreate),
}

/// Make a token and print it
///
/// The token is shown this once; the index keeps only a hash of it.
#[derive(Args, Debug)]
struct TokenCreate {
    /// Whose token it is
    #[arg(long, value_name = "NAME")]
    user: String,
    /// Good for this project only; can be repeated
    #[arg(long, value_name = "PROJECT")]
    project: Vec<String>,
    /// What the token is for
    #[arg(long, value_name = "TEXT", default_value = "made on the command line")]
    description: String,
    #[command(flatten)]
    data: DataOptions,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    match &arguments.command {
        Command::Init(data) => init(data, context),
        Command::User(UserCommand::Add(arguments)) => add_user(arguments, context),
        Command::Token(TokenCommand::Create(arguments)) => create_token(arguments, context),
    }
}

impl DataOptions {
    /// Where the index is kept.
    ///
    /// # Errors
    /// When no folder is named.
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
        })
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

fn add_user(arguments: &UserAdd, context: &Context) -> Result<Report, CommandError> {
    let name = user_name(&arguments.name)?;
    let options = arguments.data.store(context)?;
    let password = password(arguments, context)?;
    let store = BlockingStore::open(&options, context.now())?;
    store.create_user(&name, &password, context.now())?;
    let shown = name.as_str();
    context.terminal.say(format_args!(
        "{GOOD}Added{GOOD:#} the user `{STRONG}{shown}{STRONG:#}`."
    ));
    Ok(Report::silent(json!({ "user": shown })))
}

fn password(arguments: &UserAdd, context: &Context) -> Result<String, CommandError> {
    if let Some(password) = &arguments.password {
        return Ok(password.clone());
    }
    let unreadable = |error: std::io::Error| {
        CommandError::new(Code::Usage, "the password cannot be read").caused_by(error.to_string())
    };
    if arguments.password_stdin {
        let mut password = String::new();
        std::io::stdin()
            .read_to_string(&mut password)
            .map_err(unreadable)?;
        return Ok(password.trim_end_matches(['\r', '\n']).to_owned());
    }
    if !context.terminal.can_ask() {
        return Err(
            CommandError::new(Code::Usage, "there is no password and nobody to ask")
                .hint("give it with `--password-stdin`"),
        );
    }
    let name = &arguments.name;
    let password = context
        .terminal
        .ask_secret(&format!("Password for {name}"))
        .map_err(unreadable)?;
    let again = context
        .terminal
        .ask_secret("The same again")
        .map_err(unreadable)?;
    if password == again {
        Ok(password)
    } else {
        Err(CommandError::new(
            Code::Usage,
            "the two passwords are not the same",
        ))
    }
}

fn create_token(arguments: &TokenCreate, context: &Context) -> Result<Report, CommandError> {
    let user = user_name(&arguments.user)?;
    let projects = arguments
        .project
        .iter()
        .map(|name| name.parse::<ProjectName>())
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| CommandError::from_error(Code::Usage, &error))?;
    let options = arguments.data.store(context)?;
    let store = BlockingStore::open(&options, context.now())?;
    let token = store
        .create_token(&user, projects, &arguments.description, context.now())?
        .to_string();
    Ok(Report::new(
        format!("{token}\n"),
        json!({ "user": user.as_str(), "projects": arguments.project, "token": token }),
    ))
}

fn user_name(typed: &str) -> Result<UserName, CommandError> {
    typed
        .parse()
        .map_err(|error| CommandError::from_error(Code::Usage, &error))
}
