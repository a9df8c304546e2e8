//! `tilsit index token`: what uploads, and readers of what is not public, show.

use std::fmt::Write as _;

use clap::{Args, Subcommand};
use jiff::SignedDuration;
use serde_json::json;
use tilsit_index_store::{NewToken, TokenPermission, TokenScope};
use tilsit_packaging::name::ProjectName;

use super::{DataOptions, user_name};
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::report::Report;
use crate::terminal::STRONG;

#[derive(Debug, Subcommand)]
pub(super) enum TokenCommand {
    Create(TokenCreate),
    /// List a user's tokens
    List(TokenList),
    /// Revoke a token of a user
    Revoke(TokenRevoke),
}

/// Make a token and print it
///
/// The token is shown this once; the index keeps only a hash of it.
#[derive(Args, Debug)]
pub(super) struct TokenCreate {
    /// Whose token it is
    #[arg(long, value_name = "NAME")]
    user: String,
    /// Good for this project only; can be repeated
    #[arg(long, value_name = "PROJECT")]
    project: Vec<String>,
    /// What the token is for
    #[arg(long, value_name = "TEXT", default_value = "made on the command line")]
    description: String,
    /// Good for reading what is not public, and not for uploads
    #[arg(long)]
    read: bool,
    /// How many days it is good for; for ever when not named
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..=3650))]
    days: Option<u16>,
    #[command(flatten)]
    data: DataOptions,
}

#[derive(Args, Debug)]
pub(super) struct TokenList {
    /// Whose tokens
    #[arg(long, value_name = "NAME")]
    user: String,
    #[command(flatten)]
    data: DataOptions,
}

#[derive(Args, Debug)]
pub(super) struct TokenRevoke {
    /// The 12 characters after `tlst-`, as `token list` shows them
    prefix: String,
    /// Whose token it is
    #[arg(long, value_name = "NAME")]
    user: String,
    #[command(flatten)]
    data: DataOptions,
}

pub(super) fn run(command: &TokenCommand, context: &Context) -> Result<Report, CommandError> {
    match command {
        TokenCommand::Create(arguments) => create_token(arguments, context),
        TokenCommand::List(arguments) => list(arguments, context),
        TokenCommand::Revoke(arguments) => revoke(arguments, context),
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
    let scope = if projects.is_empty() {
        TokenScope::User
    } else {
        TokenScope::Projects(projects)
    };
    let now = context.now();
    let days = arguments
        .days
        .map(|days| SignedDuration::from_hours(24 * i64::from(days)));
    let new = NewToken {
        permission: if arguments.read {
            TokenPermission::Read
        } else {
            TokenPermission::Publish
        },
        expires: days.map(|days| now + days),
        ..NewToken::new(scope, &arguments.description)
    };
    let store = arguments.data.open(context)?;
    let token = store.wait(async {
        let user = store.store().user(&user).await?;
        store.store().create_token(user, &new, now).await
    })?;
    let token = token.to_string();
    Ok(Report::new(
        format!("{token}\n"),
        json!({ "user": user.as_str(), "projects": arguments.project, "token": token }),
    ))
}

fn list(arguments: &TokenList, context: &Context) -> Result<Report, CommandError> {
    let name = user_name(&arguments.user)?;
    let store = arguments.data.open(context)?;
    let tokens = store.wait(async {
        let user = store.store().user(&name).await?;
        store.store().tokens_of(user).await
    })?;
    let mut text = String::new();
    let mut result = Vec::with_capacity(tokens.len());
    for token in tokens {
        let projects: Option<Vec<&str>> = match &token.scope {
            TokenScope::User => None,
            TokenScope::Projects(names) => Some(names.iter().map(ProjectName::as_str).collect()),
        };
        let shown = projects
            .as_ref()
            .map_or("all projects".to_owned(), |names| names.join(", "));
        let permission = token.permission.as_str();
        let (prefix, description) = (&token.prefix, &token.description);
        let _ = writeln!(text, "{prefix}  {permission}, {shown}  {description}");
        result.push(json!({
            "prefix": token.prefix,
            "description": token.description,
            "permission": permission,
            "projects": projects,
            "created": token.created.to_string(),
            "expires": token.expires.map(|expires| expires.to_string()),
        }));
    }
    Ok(Report::new(text, json!(result)))
}

fn revoke(arguments: &TokenRevoke, context: &Context) -> Result<Report, CommandError> {
    let name = user_name(&arguments.user)?;
    let typed = arguments.prefix.as_str();
    let prefix = typed.strip_prefix("tlst-").unwrap_or(typed);
    let store = arguments.data.open(context)?;
    let revoked = store.wait(async {
        let user = store.store().user(&name).await?;
        store
            .store()
            .revoke_token(user, prefix, context.now())
            .await
    })?;
    if !revoked {
        let message = format!("`{name}` has no token `{prefix}`");
        return Err(CommandError::new(Code::Usage, message).hint(format!(
            "`tilsit index token list --user {name}` shows them"
        )));
    }
    context.terminal.say(format_args!(
        "The token `{STRONG}{prefix}{STRONG:#}` is revoked."
    ));
    Ok(Report::silent(
        json!({ "user": name.as_str(), "revoked": prefix }),
    ))
}
