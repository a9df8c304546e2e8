//! `tilsit logout`: a login goes, and with it the token that was made for it.

use clap::Args;
use serde_json::json;
use tilsit_index_client::{AccountError, IndexClient, Login, Refresh};

use super::login::is_refused;
use crate::commands::options::NetworkOptions;
use crate::context::Context;
use crate::error::CommandError;
use crate::logins::{self, IndexArgument};
use crate::network;
use crate::report::Report;
use crate::terminal::{GOOD, STRONG};

/// Sign out of an index: forget its login
///
/// A token that `tilsit login` made is revoked first, since nobody else has it; one that was given may be
/// in use elsewhere and stays good. When only one login is kept and the settings name no index, that one
/// is meant.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    #[command(flatten)]
    index: IndexArgument,
    /// Do not revoke the token: ask no index
    #[arg(long)]
    keep_token: bool,
    #[command(flatten)]
    network: NetworkOptions,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let configuration = arguments.network.over(context);
    let kept = logins::kept(context)?;
    let login = arguments.index.login(&configuration, &kept)?;
    let client = network::client(&configuration, Refresh::No, context)?;
    let is_revoked = login.is_made && !arguments.keep_token;
    if is_revoked {
        revoke(&login, &client)?;
    }
    logins::forget(&login, &client, context)?;
    let place = login.place().as_str();
    let words = if is_revoked {
        "its token is revoked"
    } else {
        "its token or password stays good"
    };
    context.terminal.say(format_args!(
        "{GOOD}Signed out{GOOD:#} of {STRONG}{place}{STRONG:#}; {words}."
    ));
    Ok(Report::silent(json!({
        "index": place,
        "user": login.person(),
        "revoked": is_revoked,
    })))
}

/// Revokes the token; one that is no good any more is as good as revoked.
fn revoke(login: &Login, client: &IndexClient) -> Result<(), CommandError> {
    let login = logins::with_secret(login.clone(), client)?;
    let credential = login.credential();
    let Some(id) = logins::token_id(credential.password()) else {
        return Ok(());
    };
    match client.revoke_token(login.place(), credential, id) {
        Err(error) if !is_gone(&error) => {
            let mut failure = CommandError::from(error);
            let hint = "`--keep-token` forgets the login without asking the index";
            failure.hints.push(hint.to_owned());
            Err(failure)
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

fn is_gone(error: &AccountError) -> bool {
    let is_not_there = matches!(error, AccountError::Http(error) if error.is_not_found());
    is_not_there || is_refused(error)
}
