//! `tilsit token list|create|revoke`: the tokens of an account, with its password.

use std::fmt::Write as _;

use clap::Args;
use serde_json::json;
use tilsit_index_client::{AccountError, Credential, IndexClient, Login, Refresh};

use super::{good_for, plain, until};
use crate::commands::login::{WishOptions, no_tokens, refused_password};
use crate::commands::options::NetworkOptions;
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::logins::{self, IndexArgument, Meant, PasswordOptions};
use crate::network;
use crate::report::Report;
use crate::terminal::STRONG;

/// Whose account, and where.
#[derive(Args, Debug)]
struct AccountOptions {
    #[command(flatten)]
    index: IndexArgument,
    #[command(flatten)]
    password: PasswordOptions,
    #[command(flatten)]
    network: NetworkOptions,
}

/// List the tokens of your account
///
/// Never their secrets: the index does not have them. The token of this machine's login has a `*`.
#[derive(Args, Debug)]
pub(super) struct ListArguments {
    #[command(flatten)]
    account: AccountOptions,
}

/// Make a token and print it
///
/// For a CI system, say. The token is shown this once, and not kept here.
#[derive(Args, Debug)]
pub(super) struct CreateArguments {
    #[command(flatten)]
    account: AccountOptions,
    #[command(flatten)]
    wish: WishOptions,
}

/// Revoke a token of your account
///
/// That of this machine's login revokes itself and is forgotten here; others want the password.
#[derive(Args, Debug)]
pub(super) struct RevokeArguments {
    /// The 12 characters after `tlst-`, as `tilsit token list` shows them
    #[arg(value_name = "ID", value_parser = token_id)]
    id: String,
    #[command(flatten)]
    account: AccountOptions,
}

/// The part of a token that names it, also of one that is typed whole.
fn token_id(typed: &str) -> Result<String, String> {
    let rest = typed.strip_prefix("tlst-").unwrap_or(typed);
    let id = rest.get(..12).filter(|_| matches!(rest.len(), 12 | 55));
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    id.filter(|id| id.bytes().all(allowed))
        .map(str::to_owned)
        // What was typed could be a secret.
        .ok_or_else(|| "it is not 12 letters, digits, `-` and `_`".to_owned())
}

/// An index that is known to keep tokens, and what is kept for it here.
struct Account {
    meant: Meant,
    client: IndexClient,
    login: Option<Login>,
}

impl AccountOptions {
    fn open(&self, context: &Context) -> Result<Account, CommandError> {
        let configuration = self.network.over(context);
        let kept = logins::kept(context)?;
        let meant = match self.index.find(&configuration) {
            Ok(meant) => meant,
            // The only login may be what is meant.
            Err(error) => match self.index.login(&configuration, &kept) {
                Ok(login) => Meant {
                    url: login.place().clone(),
                    place: login.place().clone(),
                    of_url: None,
                },
                Err(_) => return Err(error),
            },
        };
        let client = network::client(&configuration, Refresh::No, context)?;
        if !client.keeps_tokens(&meant.place)? {
            return Err(no_tokens(meant.place.as_str()));
        }
        let login = kept.at(&meant.place).cloned();
        Ok(Account {
            meant,
            client,
            login,
        })
    }

    /// The user and password.
    fn credential(&self, account: &Account, context: &Context) -> Result<Credential, CommandError> {
        if let Some(of_url) = &account.meant.of_url
            && !of_url.password().reveal().is_empty()
        {
            return Ok(of_url.clone());
        }
        let of_url = account.meant.of_url.as_ref().map(Credential::user);
        let kept = account.login.as_ref().map(Login::person);
        self.password.ask(of_url.or(kept), context)
    }
}

impl Account {
    /// The id of the token that is kept here, and the login with its secret.
    fn own_token(&self) -> Option<(String, Login)> {
        let login = logins::with_secret(self.login.clone()?, &self.client).ok()?;
        let id = logins::token_id(login.credential().password())?.to_owned();
        Some((id, login))
    }

    fn refused(&self, error: impl Into<CommandError>) -> CommandError {
        refused_password(error.into(), &self.meant)
    }
}

pub(super) fn list(arguments: &ListArguments, context: &Context) -> Result<Report, CommandError> {
    let account = arguments.account.open(context)?;
    let credential = arguments.account.credential(&account, context)?;
    let place = &account.meant.place;
    let list = account.client.list_tokens(place, &credential);
    let list = list.map_err(|error| account.refused(error))?;
    let own = account.own_token().map(|(id, _)| id);
    let mut text = String::new();
    for token in &list.tokens {
        let mark = if Some(&token.id) == own.as_ref() {
            '*'
        } else {
            ' '
        };
        let (id, description) = (plain(&token.id), plain(&token.description));
        let (good_for, until) = (good_for(token), until(token));
        // A `String` takes every write.
        let _ = writeln!(
            text,
            "{mark} {id}  {good_for}, until {until}  {description}"
        );
    }
    Ok(Report::new(
        text,
        json!({ "index": place.as_str(), "tokens": list.tokens, "own": own }),
    ))
}

pub(super) fn create(
    arguments: &CreateArguments,
    context: &Context,
) -> Result<Report, CommandError> {
    let account = arguments.account.open(context)?;
    let credential = arguments.account.credential(&account, context)?;
    let place = &account.meant.place;
    let wish = arguments.wish.wish(context);
    let made = account.client.make_token(place, &credential, &wish);
    let made = made.map_err(|error| account.refused(error))?;
    Ok(Report::new(
        format!("{}\n", made.secret),
        json!({ "index": place.as_str(), "made": made }),
    ))
}

pub(super) fn revoke(
    arguments: &RevokeArguments,
    context: &Context,
) -> Result<Report, CommandError> {
    let account = arguments.account.open(context)?;
    let (id, place) = (&arguments.id, &account.meant.place);
    let own = account.own_token().filter(|(own, _)| own == id);
    let credential = match &own {
        Some((_, login)) => login.credential().clone(),
        None => arguments.account.credential(&account, context)?,
    };
    account
        .client
        .revoke_token(place, &credential, id)
        .map_err(|error| match error {
            AccountError::Http(error) if error.is_not_found() => {
                let message = format!("the account at `{place}` has no token `{id}`");
                CommandError::new(Code::Usage, message).hint("`tilsit token list` shows them")
            }
            error => account.refused(error),
        })?;
    if let Some(login) = own.and(account.login.as_ref()) {
        logins::forget(login, &account.client, context)?;
    }
    context.terminal.say(format_args!(
        "The token `{STRONG}{id}{STRONG:#}` is revoked."
    ));
    Ok(Report::silent(
        json!({ "index": place.as_str(), "revoked": id }),
    ))
}
