//! `tilsit login`: a token for an index, kept for later.

use clap::Args;
use serde_json::json;
use tilsit_index_client::{Credential, IndexClient, Login, Refresh, Secret, Verdict};
use tilsit_packaging::name::ProjectName;
use tilsit_simple_api::tokens::{Permission, TokenWish};

use crate::commands::options::NetworkOptions;
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::logins::{self, IndexArgument, Meant, PasswordOptions};
use crate::network;
use crate::report::Report;
use crate::terminal::{GOOD, STRONG};

/// The longest description that an index takes.
const DESCRIPTION_MAX: usize = 100;

/// Sign in to an index, and keep a token for it
///
/// An index of tilsit changes the user's password into a token; only the token is kept. Of another
/// index what is given is kept: a token, or a user and password; it is asked whether it takes them. All
/// commands use what is kept, for this server (scheme, host and port) and the folder that the index lies
/// in, and nowhere else. It is kept in credentials.toml in your configuration folder, which nobody else
/// may read, or with the keyring that `--keyring-provider` or the settings name.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    #[command(flatten)]
    index: IndexArgument,
    /// Keep this token; other users of this machine may see it in the list of processes
    #[arg(short, long, conflicts_with_all = ["username", "password_stdin", "token_stdin"])]
    token: Option<String>,
    /// Read a token from standard input
    #[arg(long, conflicts_with_all = ["username", "password_stdin"])]
    token_stdin: bool,
    #[command(flatten)]
    password: PasswordOptions,
    #[command(flatten)]
    wish: WishOptions,
    #[command(flatten)]
    network: NetworkOptions,
}

/// What a new token is to be.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Token options")]
pub(crate) struct WishOptions {
    /// The token is good for this project only; can be repeated
    #[arg(long, value_name = "PROJECT")]
    project: Vec<ProjectName>,
    /// The token is good for reading what is not public, and not for uploads
    #[arg(long)]
    read: bool,
    /// How many days the token is good for; for ever when not given
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..=3650))]
    days: Option<u16>,
    /// What the token is for [default: the name of this machine]
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
}

impl WishOptions {
    /// Whether anything is wished that not every token is.
    fn restricts(&self) -> bool {
        !self.project.is_empty() || self.read || self.days.is_some() || self.description.is_some()
    }

    /// The wish as an index takes it.
    pub(crate) fn wish(&self, context: &Context) -> TokenWish {
        let usual = || {
            let machine = context.machine_name();
            let text = machine.map_or("tilsit".to_owned(), |name| format!("tilsit on {name}"));
            text.chars().take(DESCRIPTION_MAX).collect()
        };
        TokenWish {
            description: Some(self.description.clone().unwrap_or_else(usual)),
            projects: (!self.project.is_empty()).then(|| self.project.clone()),
            permission: if self.read {
                Permission::Read
            } else {
                Permission::Publish
            },
            days: self.days,
        }
    }
}

/// A login that the index was asked about.
struct Asked {
    login: Login,
    /// What was found out, for people.
    words: &'static str,
    /// The same for programs.
    checked: bool,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let configuration = arguments.network.over(context);
    let meant = arguments.index.find(&configuration)?;
    let client = network::client(&configuration, Refresh::No, context)?;
    let keeps_tokens = client.keeps_tokens(&meant.place)?;
    let given = arguments.given(&meant, context)?;
    let asked = match (keeps_tokens, is_token(&given)) {
        (true, true) => arguments.of_token(&meant, given, &client),
        (true, false) => arguments.of_password(&meant, &given, &client, context),
        (false, _) => arguments.of_any(&meant, given, &client),
    }?;
    let (place, person) = (meant.place.as_str(), asked.login.person().to_owned());
    let (checked, words) = (asked.checked, asked.words);
    let id = logins::token_id(asked.login.credential().password()).map(str::to_owned);
    let kept_in = keep(&asked.login, arguments, &client, context)?;
    context.terminal.say(format_args!(
        "{GOOD}Signed in{GOOD:#} to {STRONG}{place}{STRONG:#} as `{person}`{words}; kept in {kept_in}."
    ));
    Ok(Report::silent(json!({
        "index": place,
        "user": person,
        "token": id,
        "checked": checked,
        "kept_in": kept_in,
    })))
}

fn is_token(credential: &Credential) -> bool {
    credential.user() == logins::TOKEN_USER
}

/// Keeps the login; a token that was made for it is not left behind where that fails, nor that of the
/// login whose place it takes.
fn keep(
    login: &Login,
    arguments: &Arguments,
    client: &IndexClient,
    context: &Context,
) -> Result<String, CommandError> {
    let configuration = arguments.network.over(context);
    let (former, kept_in) = match logins::keep(login.clone(), &configuration, client, context) {
        Ok(kept) => kept,
        Err(error) => {
            end(login, client, context);
            return Err(error);
        }
    };
    if let Some(former) = former
        && former.credential() != login.credential()
    {
        end(&former, client, context);
    }
    Ok(kept_in)
}

/// Revokes a token that was made for a login which is no more.
fn end(login: &Login, client: &IndexClient, context: &Context) {
    let credential = login.credential();
    let id = logins::token_id(credential.password()).filter(|_| login.is_made);
    let Some(id) = id else { return };
    if let Err(error) = client.revoke_token(login.place(), credential, id)
        && !is_refused(&error)
    {
        context.terminal.warn(format_args!(
            "the former token `{id}` could not be revoked: {error}"
        ));
    }
}

/// Whether the index does not know the credential any more.
pub(super) fn is_refused(error: &tilsit_index_client::AccountError) -> bool {
    matches!(error, tilsit_index_client::AccountError::Http(error) if error.status() == Some(401))
}

impl Arguments {
    /// The token, or the user and password; what is missing is asked for.
    fn given(&self, meant: &Meant, context: &Context) -> Result<Credential, CommandError> {
        let token = match (&self.token, self.token_stdin) {
            (Some(token), _) => Some(token.clone()),
            (None, true) => Some(logins::secret_from_stdin("token")?),
            (None, false) => None,
        };
        if let Some(token) = token {
            // Easily pasted with the end of its line.
            return Ok(logins::of_token(token.trim()));
        }
        if let Some(of_url) = &meant.of_url
            && !of_url.password().reveal().is_empty()
        {
            return Ok(of_url.clone());
        }
        let of_url = meant.of_url.as_ref().map(Credential::user);
        let kept = logins::kept(context)?;
        let kept = kept.at(&meant.place).map(Login::person);
        self.password.ask(of_url.or(kept), context)
    }

    /// A token of an index that can say what it is good for.
    fn of_token(
        &self,
        meant: &Meant,
        given: Credential,
        client: &IndexClient,
    ) -> Result<Asked, CommandError> {
        if self.wish.restricts() {
            let message = "the token is there already, so that nothing can be wished of it";
            return Err(CommandError::new(Code::Usage, message).hint(
                "leave out `--project`, `--read`, `--days` and `--description`, or sign in with \
                 the password",
            ));
        }
        let about = client.about_credential(&meant.place, &given, None);
        let about = about.map_err(|error| refused_token(error.into(), meant))?;
        let words = if about.can_upload {
            ""
        } else {
            ", for reading only"
        };
        let mut login = login(meant, given)?;
        login.user = Some(about.user);
        Ok(Asked {
            login,
            words,
            checked: true,
        })
    }

    /// A password of an index that changes it into a token.
    fn of_password(
        &self,
        meant: &Meant,
        given: &Credential,
        client: &IndexClient,
        context: &Context,
    ) -> Result<Asked, CommandError> {
        let wish = self.wish.wish(context);
        let made = client.make_token(&meant.place, given, &wish);
        let made = made.map_err(|error| refused_password(error.into(), meant))?;
        let mut login = login(meant, logins::of_token(&made.secret))?;
        login.user = Some(made.user);
        login.is_made = true;
        Ok(Asked {
            login,
            words: "",
            checked: true,
        })
    }

    /// Whatever another index takes.
    fn of_any(
        &self,
        meant: &Meant,
        given: Credential,
        client: &IndexClient,
    ) -> Result<Asked, CommandError> {
        if self.wish.restricts() {
            return Err(no_tokens(meant.place.as_str()));
        }
        let verdict = client.try_credential(&meant.url, &given);
        let verdict = verdict.map_err(|error| {
            if is_token(&given) {
                refused_token(error.into(), meant)
            } else {
                refused_password(error.into(), meant)
            }
        })?;
        let words = match verdict {
            Verdict::Accepted => "",
            Verdict::Public => " (not checked: the index lets everybody read)",
            Verdict::Unknown => " (not checked: the index does not answer to that)",
        };
        Ok(Asked {
            login: login(meant, given)?,
            words,
            checked: verdict == Verdict::Accepted,
        })
    }
}

fn login(meant: &Meant, credential: Credential) -> Result<Login, CommandError> {
    if credential.password() == &Secret::new("") {
        return Err(
            CommandError::new(Code::Usage, "the password is empty").hint(
                "type it when it is asked for, or pipe it in: `--password-stdin`, `--token-stdin`",
            ),
        );
    }
    Login::new(&meant.place, credential)
        .map_err(|error| CommandError::from_error(Code::Usage, &error))
}

/// The failure of an index that does not keep tokens for programs.
pub(super) fn no_tokens(place: &str) -> CommandError {
    let message = format!("`{place}` keeps no tokens for programs");
    CommandError::new(Code::TokensNotKept, message).hint(
        "make a token on the index's pages, and keep it here: `tilsit login URL --token-stdin`",
    )
}

/// A refusal, with what can be done where it is a password that is refused.
pub(super) fn refused_password(mut failure: CommandError, meant: &Meant) -> CommandError {
    if failure.code == Code::IndexCredentials {
        let place = &meant.place;
        failure.hints = vec![format!(
            "check the user name and the password: they are those of `{place}`"
        )];
    }
    failure
}

fn refused_token(mut failure: CommandError, meant: &Meant) -> CommandError {
    if failure.code == Code::IndexCredentials {
        let place = &meant.place;
        failure.hints = vec![format!(
            "the token must be one of `{place}`, whole and not revoked: each index has its own"
        )];
    }
    failure
}
