//! Logins: which index is meant, what is kept for it on this machine, and where: in the user's
//! `credentials.toml`, or with a keyring when `keyring-provider` is set.

mod index;
mod secrets;

use std::sync::Once;

use tilsit_index_client::{Credential, IndexClient, Login, LoginFile, Logins, Secret};

use crate::configuration::Configuration;
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;

pub(crate) use index::{IndexArgument, Meant};
pub(crate) use secrets::{PasswordOptions, secret_from_stdin};

/// The user that stands for a token.
pub(crate) const TOKEN_USER: &str = "__token__";
/// What tokens of an index of ours begin with.
const OWN_TOKEN: &str = "tlst-";
/// How many characters behind that name a token.
const TOKEN_ID_LENGTH: usize = 12;

/// Everything that is kept. Says once when others may read it.
///
/// # Errors
/// When the file is there and cannot be read.
pub(crate) fn kept(context: &Context) -> Result<Logins, CommandError> {
    static WARNED: Once = Once::new();
    let Some(path) = &context.login_file else {
        return Ok(Logins::default());
    };
    let kept = LoginFile::at(path).read()?;
    if kept.is_exposed && !kept.logins.is_empty() {
        let shown = path.display();
        WARNED.call_once(|| {
            context.terminal.warn(format_args!(
                "other users of this machine may read or change `{shown}`, which holds your \
                 logins: `chmod 600 {shown}`, and make new tokens if somebody could have"
            ));
        });
    }
    Ok(kept.logins)
}

/// The file that keeps them.
///
/// # Errors
/// When the user has no home.
fn file(context: &Context) -> Result<LoginFile, CommandError> {
    let path = context.login_file.clone().ok_or_else(|| {
        CommandError::new(
            Code::ConfigurationInvalid,
            "there is no place to keep logins",
        )
        .caused_by("the environment has neither `HOME` nor `XDG_CONFIG_HOME`")
        .hint("name a file: `TILSIT_CREDENTIALS_FILE`")
    })?;
    Ok(LoginFile::at(path))
}

/// Keeps a login; gives the one whose place it took, and the words for where its secret is.
///
/// # Errors
/// When the keyring fails or the file cannot be written.
pub(crate) fn keep(
    login: Login,
    configuration: &Configuration,
    client: &IndexClient,
    context: &Context,
) -> Result<(Option<Login>, String), CommandError> {
    let file = file(context)?;
    let former = file.read()?.logins.at(login.place()).cloned();
    // A keyring has one secret for a place and user: the former one is read before it goes.
    let former = former.map(|former| with_secret(former, client));
    let (kept, words) = if uses_keyring(configuration, client) {
        let (place, credential) = (login.place(), login.credential());
        client.keep_password(place, credential.user(), credential.password())?;
        let elsewhere = login.with_password("");
        (elsewhere, "the system's keyring".to_owned())
    } else {
        (login, context.show(file.path()))
    };
    // A former secret that the keyring has lost cannot be revoked, and hinders nothing.
    let former = former.and_then(Result::ok);
    let replaced = file.change(|logins| logins.put(kept))?;
    let is_left_behind =
        |replaced: &Login| replaced.is_kept_elsewhere() && !uses_keyring(configuration, client);
    if let Some(replaced) = replaced.filter(is_left_behind) {
        let user = replaced.credential().user();
        // The keyring may have lost it, and nobody asks it for this place any more.
        let _ = client.forget_password(replaced.place(), user);
    }
    Ok((former, words))
}

/// Whether secrets go to a keyring: when a setting says so, and one is there.
fn uses_keyring(configuration: &Configuration, client: &IndexClient) -> bool {
    let provider = configuration.first(|settings| settings.keyring_provider.clone());
    provider.is_some() && !client.options().password_programs.is_empty()
}

/// Takes a login away, wherever its secret is.
///
/// # Errors
/// When the file cannot be written. A keyring that has no such secret any more is no error.
pub(crate) fn forget(
    login: &Login,
    client: &IndexClient,
    context: &Context,
) -> Result<(), CommandError> {
    if login.is_kept_elsewhere()
        && let Err(error) = client.forget_password(login.place(), login.credential().user())
    {
        context.terminal.warn(format_args!(
            "the keyring keeps no secret for this login, or does not let go of it: {error}"
        ));
    }
    file(context)?.change(|logins| drop(logins.take(login.place())))?;
    Ok(())
}

/// A login with its secret, also when a keyring has it.
///
/// # Errors
/// When the keyring does not have it any more.
pub(crate) fn with_secret(login: Login, client: &IndexClient) -> Result<Login, CommandError> {
    if !login.is_kept_elsewhere() {
        return Ok(login);
    }
    let (place, user) = (login.place(), login.credential().user());
    let secret = client
        .kept_password(place, user)
        .map_err(|error| CommandError::from_error(Code::IndexUnreachable, &error))?;
    let secret = secret.ok_or_else(|| {
        let message = format!("the keyring has no secret for the login at `{place}`");
        CommandError::new(Code::NoLogin, message)
            .hint(format!("sign in anew: `tilsit login {place}`"))
    })?;
    Ok(login.with_password(secret.reveal()))
}

/// What names a token of an index of ours; nothing for another secret.
pub(crate) fn token_id(secret: &Secret) -> Option<&str> {
    secret
        .reveal()
        .strip_prefix(OWN_TOKEN)?
        .get(..TOKEN_ID_LENGTH)
}

/// The credential of a token.
pub(crate) fn of_token(token: &str) -> Credential {
    Credential::new(TOKEN_USER, token)
}
