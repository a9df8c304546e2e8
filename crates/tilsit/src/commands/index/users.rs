//! `tilsit index user`: who has an account.

use std::fmt::Write as _;
use std::io::Read;

use clap::{Args, Subcommand};
use serde_json::json;
use tilsit_index_store::Actor;

use super::{DataOptions, user_name};
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::report::Report;
use crate::terminal::{GOOD, STRONG};

#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    Add(UserAdd),
    /// Make a link by which one person makes an account, and print it
    ///
    /// The link is good once and for a week. It needs the address that the index is served at.
    Invite(UserInvite),
    /// List the users
    List(DataOptions),
    /// Make a user an administrator
    Promote(UserNamed),
    /// Make an administrator a user like others
    Demote(UserNamed),
    /// Lock a user out, with all sessions and tokens
    Disable(UserNamed),
    /// Let a user in again
    Enable(UserNamed),
    /// Give a user another password, and end the user's sessions
    Password(UserPassword),
}

/// Make a user
///
/// The password is asked for when neither `--password` nor `--password-stdin` is given.
#[derive(Args, Debug)]
pub(super) struct UserAdd {
    /// The user's name
    name: String,
    /// The user administers the index
    #[arg(long)]
    admin: bool,
    #[command(flatten)]
    password: PasswordOptions,
    #[command(flatten)]
    data: DataOptions,
}

#[derive(Args, Debug)]
struct PasswordOptions {
    /// The password; other users of this machine may see it in the list of processes
    #[arg(long, conflicts_with = "password_stdin")]
    password: Option<String>,
    /// Read the password from standard input
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Args, Debug)]
pub(super) struct UserInvite {
    /// The account will be an administrator's
    #[arg(long)]
    admin: bool,
    /// The address that the index is served at
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8000/")]
    public_url: String,
    #[command(flatten)]
    data: DataOptions,
}

#[derive(Args, Debug)]
pub(super) struct UserNamed {
    /// The user's name
    name: String,
    #[command(flatten)]
    data: DataOptions,
}

#[derive(Args, Debug)]
pub(super) struct UserPassword {
    /// The user's name
    name: String,
    #[command(flatten)]
    password: PasswordOptions,
    #[command(flatten)]
    data: DataOptions,
}

pub(super) fn run(command: &UserCommand, context: &Context) -> Result<Report, CommandError> {
    match command {
        UserCommand::Add(arguments) => add_user(arguments, context),
        UserCommand::Invite(arguments) => invite(arguments, context),
        UserCommand::List(data) => list(data, context),
        UserCommand::Promote(named) => change_rank(named, true, context),
        UserCommand::Demote(named) => change_rank(named, false, context),
        UserCommand::Disable(named) => disable(named, true, context),
        UserCommand::Enable(named) => disable(named, false, context),
        UserCommand::Password(arguments) => change_password(arguments, context),
    }
}

fn add_user(arguments: &UserAdd, context: &Context) -> Result<Report, CommandError> {
    let name = user_name(&arguments.name)?;
    let password = password(&arguments.name, &arguments.password, context)?;
    let store = arguments.data.open(context)?;
    store.create_user(&name, &password, context.now())?;
    if arguments.admin {
        let actor = Actor::COMMAND_LINE;
        let promotion = store
            .store()
            .change_administrator(actor, &name, true, context.now());
        store.wait(promotion)?;
    }
    let shown = name.as_str();
    context.terminal.say(format_args!(
        "{GOOD}Added{GOOD:#} the user `{STRONG}{shown}{STRONG:#}`."
    ));
    Ok(Report::silent(
        json!({ "user": shown, "administrator": arguments.admin }),
    ))
}

fn password(
    name: &str,
    arguments: &PasswordOptions,
    context: &Context,
) -> Result<String, CommandError> {
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

fn invite(arguments: &UserInvite, context: &Context) -> Result<Report, CommandError> {
    let store = arguments.data.open(context)?;
    let made = store
        .store()
        .invite(Actor::COMMAND_LINE, arguments.admin, context.now());
    let secret = store.wait(made)?;
    let root = arguments.public_url.trim_end_matches('/');
    let link = format!("{root}/account/register/?invitation={secret}");
    let result = json!({ "link": link, "administrator": arguments.admin });
    Ok(Report::new(format!("{link}\n"), result))
}

fn list(data: &DataOptions, context: &Context) -> Result<Report, CommandError> {
    let store = data.open(context)?;
    let users = store.wait(store.store().users())?;
    let mut text = String::new();
    let mut result = Vec::with_capacity(users.len());
    for user in users {
        let rank = match (user.disabled, user.is_admin) {
            (Some(_), _) => "locked out",
            (None, true) => "administrator",
            (None, false) => "user",
        };
        let _ = writeln!(text, "{}  {rank}", user.name);
        result.push(json!({
            "name": user.name,
            "administrator": user.is_admin,
            "disabled": user.disabled.is_some(),
            "created": user.created.to_string(),
        }));
    }
    Ok(Report::new(text, json!(result)))
}

fn change_rank(
    named: &UserNamed,
    is_admin: bool,
    context: &Context,
) -> Result<Report, CommandError> {
    let name = user_name(&named.name)?;
    let store = named.data.open(context)?;
    let actor = Actor::COMMAND_LINE;
    let change = store
        .store()
        .change_administrator(actor, &name, is_admin, context.now());
    store.wait(change)?;
    let rank = if is_admin {
        "an administrator"
    } else {
        "a user like others"
    };
    context
        .terminal
        .say(format_args!("`{STRONG}{name}{STRONG:#}` is {rank} now."));
    Ok(Report::silent(
        json!({ "user": name.as_str(), "administrator": is_admin }),
    ))
}

fn disable(named: &UserNamed, disabled: bool, context: &Context) -> Result<Report, CommandError> {
    let name = user_name(&named.name)?;
    let store = named.data.open(context)?;
    let actor = Actor::COMMAND_LINE;
    let change = store
        .store()
        .disable_user(actor, &name, disabled, context.now());
    store.wait(change)?;
    let state = if disabled {
        "locked out"
    } else {
        "let in again"
    };
    context
        .terminal
        .say(format_args!("`{STRONG}{name}{STRONG:#}` is {state}."));
    Ok(Report::silent(
        json!({ "user": name.as_str(), "disabled": disabled }),
    ))
}

fn change_password(arguments: &UserPassword, context: &Context) -> Result<Report, CommandError> {
    let name = user_name(&arguments.name)?;
    let password = password(&arguments.name, &arguments.password, context)?;
    let store = arguments.data.open(context)?;
    store.wait(async {
        let user = store.store().user(&name).await?;
        let now = context.now();
        store.store().change_password(user, &password, now).await
    })?;
    context.terminal.say(format_args!(
        "`{STRONG}{name}{STRONG:#}` has another password, and is signed out everywhere."
    ));
    Ok(Report::silent(json!({ "user": name.as_str() })))
}
