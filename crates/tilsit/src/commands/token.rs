//! `tilsit token`: the token that is kept for an index, and the tokens of the user's account there.

mod manage;

use std::fmt::Write as _;

use clap::{Args, Subcommand};
use serde_json::json;
use tilsit_index_client::{IndexClient, Login, Refresh};
use tilsit_packaging::name::ProjectName;
use tilsit_simple_api::tokens::{CredentialAbout, Permission, TokenAbout};

use super::login::no_tokens;
use crate::commands::options::NetworkOptions;
use crate::configuration::Configuration;
use crate::context::Context;
use crate::error::CommandError;
use crate::logins::{self, IndexArgument};
use crate::network;
use crate::report::Report;

/// Show, check, make and revoke tokens of an index
///
/// `show` and `check` are about what `tilsit login` keeps. `list`, `create` and `revoke` are about the
/// account: they want the password, since a token is no good for other tokens.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Show(ShowArguments),
    Check(CheckArguments),
    List(manage::ListArguments),
    Create(manage::CreateArguments),
    Revoke(manage::RevokeArguments),
}

/// Print the token that is kept for an index
///
/// The token alone, for scripts and other programs, whose user is `__token__`; or the password, where that
/// is kept.
#[derive(Args, Debug)]
struct ShowArguments {
    #[command(flatten)]
    index: IndexArgument,
    #[command(flatten)]
    network: NetworkOptions,
}

/// Ask an index what the token that is kept for it is good for
///
/// The exit code is 4 when the index does not take it, and 1 when it is not good for uploads to the project
/// of `--project`. Nothing is changed.
#[derive(Args, Debug)]
struct CheckArguments {
    #[command(flatten)]
    index: IndexArgument,
    /// Whether it is good for uploads to this project
    #[arg(long, value_name = "PROJECT")]
    project: Option<ProjectName>,
    #[command(flatten)]
    network: NetworkOptions,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    match &arguments.command {
        Command::Show(arguments) => show(arguments, context),
        Command::Check(arguments) => check(arguments, context),
        Command::List(arguments) => manage::list(arguments, context),
        Command::Create(arguments) => manage::create(arguments, context),
        Command::Revoke(arguments) => manage::revoke(arguments, context),
    }
}

/// The login that is kept for an index, with its secret, and a client.
fn kept(
    index: &IndexArgument,
    configuration: &Configuration,
    context: &Context,
) -> Result<(Login, IndexClient), CommandError> {
    let login = index.login(configuration, &logins::kept(context)?)?;
    let client = network::client(configuration, Refresh::No, context)?;
    Ok((logins::with_secret(login, &client)?, client))
}

fn show(arguments: &ShowArguments, context: &Context) -> Result<Report, CommandError> {
    let configuration = arguments.network.over(context);
    let (login, _) = kept(&arguments.index, &configuration, context)?;
    let credential = login.credential();
    let secret = credential.password().reveal();
    Ok(Report::new(
        format!("{secret}\n"),
        json!({
            "index": login.place().as_str(),
            "username": credential.user(),
            "password": secret,
            "user": login.person(),
        }),
    ))
}

fn check(arguments: &CheckArguments, context: &Context) -> Result<Report, CommandError> {
    let configuration = arguments.network.over(context);
    let (login, client) = kept(&arguments.index, &configuration, context)?;
    let place = login.place();
    if !client.keeps_tokens(place)? {
        return Err(no_tokens(place.as_str()));
    }
    let project = arguments.project.as_ref();
    let about = client.about_credential(place, login.credential(), project);
    let about = about.map_err(|error| {
        let mut failure = CommandError::from(error);
        failure.hints = vec![format!("sign in anew: `tilsit login {place}`")];
        failure
    })?;
    let exit_code = u8::from(project.is_some() && !about.can_upload);
    let answer = json!({ "index": place.as_str(), "credential": about });
    let text = in_words(place.as_str(), &about, project);
    Ok(Report::new(text, answer).with_exit_code(exit_code))
}

/// What credentials are good for, a line for each thing.
fn in_words(place: &str, about: &CredentialAbout, project: Option<&ProjectName>) -> String {
    let user = plain(&about.user);
    let mut text = format!("index    {place}\nuser     {user}\n");
    // A `String` takes every write.
    if let Some(token) = &about.token {
        let (id, description) = (plain(&token.id), plain(&token.description));
        let _ = writeln!(text, "token    {id}  {description}");
        let _ = writeln!(text, "good for {}", good_for(token));
        let _ = writeln!(text, "until    {}", until(token));
    } else {
        let _ = writeln!(text, "good for all that the user may do, with the password");
    }
    let what = project.map_or("uploads".to_owned(), |project| {
        format!("uploads to `{project}`")
    });
    let _ = match (&about.reason, about.can_upload) {
        (_, true) => writeln!(text, "{what}: yes"),
        (Some(reason), false) => writeln!(text, "{what}: no, {}", plain(reason)),
        (None, false) => writeln!(text, "{what}: no"),
    };
    text
}

fn good_for(token: &TokenAbout) -> String {
    let permission = match token.permission {
        Permission::Read => "reading",
        Permission::Publish => "reading and uploads",
    };
    match &token.projects {
        None => format!("{permission}, all projects"),
        Some(projects) => {
            let names: Vec<&str> = projects.iter().map(ProjectName::as_str).collect();
            format!("{permission}, {}", names.join(", "))
        }
    }
}

fn until(token: &TokenAbout) -> String {
    token.expires.map_or("it is revoked".to_owned(), |expires| {
        expires.strftime("%Y-%m-%d").to_string()
    })
}

/// A foreign text without what would steer the terminal.
fn plain(text: &str) -> String {
    text.replace(char::is_control, " ")
}
