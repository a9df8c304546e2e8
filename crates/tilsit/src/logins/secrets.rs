//! Names and secrets from where they are given: options, standard input, a person.

use clap::Args;
use tilsit_index_client::Credential;

use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::logins::TOKEN_USER;

/// Whose password it is.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct PasswordOptions {
    /// The user's name; asked for when it is not given
    #[arg(short, long, value_name = "NAME")]
    pub(crate) username: Option<String>,
    /// Read the password from standard input; else it is asked for
    #[arg(long)]
    pub(crate) password_stdin: bool,
}

impl PasswordOptions {
    /// The user and password; what is not given is asked for. `usual` is who it most likely is.
    ///
    /// # Errors
    /// When something is missing and there is nobody to ask.
    pub(crate) fn ask(
        &self,
        usual: Option<&str>,
        context: &Context,
    ) -> Result<Credential, CommandError> {
        let terminal = &context.terminal;
        let missing = |what: &str, hint: &str| {
            let message = format!("there is no {what} and nobody to ask");
            CommandError::new(Code::Usage, message).hint(hint)
        };
        let usual = usual.filter(|user| *user != TOKEN_USER);
        let user = match (&self.username, usual) {
            (Some(user), _) => user.clone(),
            (None, Some(user)) if self.password_stdin || !terminal.can_ask() => user.to_owned(),
            (None, _) if self.password_stdin || !terminal.can_ask() => {
                return Err(missing(
                    "user name",
                    "give it with `--username`, and the password with `--password-stdin`",
                ));
            }
            (None, usual) => {
                let prompt = match usual {
                    Some(user) => format!("User name [{user}]"),
                    None => "User name".to_owned(),
                };
                let typed = terminal.ask(&prompt).map_err(|error| unreadable(&error))?;
                match (typed.is_empty(), usual) {
                    (true, Some(user)) => user.to_owned(),
                    _ => typed,
                }
            }
        };
        let password = if self.password_stdin {
            secret_from_stdin("password")?
        } else if terminal.can_ask() {
            let prompt = format!("Password for {user}");
            let typed = terminal.ask_secret(&prompt);
            typed.map_err(|error| unreadable(&error))?
        } else {
            return Err(missing("password", "give it with `--password-stdin`"));
        };
        Ok(Credential::new(user, password))
    }
}

/// A secret that comes by standard input, without the line end behind it.
///
/// # Errors
/// When it cannot be read, is not text, or there is none.
pub(crate) fn secret_from_stdin(what: &str) -> Result<String, CommandError> {
    let text = String::from_utf8(Context::standard_input()?).map_err(|_| {
        CommandError::new(
            Code::Usage,
            format!("the {what} on standard input is not UTF-8 text"),
        )
    })?;
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        let message = format!("standard input holds no {what}");
        return Err(CommandError::new(Code::Usage, message));
    }
    Ok(text.to_owned())
}

fn unreadable(error: &std::io::Error) -> CommandError {
    CommandError::new(Code::Usage, "the terminal cannot be read").caused_by(error.to_string())
}
