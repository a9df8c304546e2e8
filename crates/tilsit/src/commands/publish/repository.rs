//! Where to publish to, and as whom: options, then twine's variables, then `.pypirc`, then our
//! settings, then what was baked in (`TILSIT_DEFAULT_UPLOAD`).

use std::path::{Path, PathBuf};

use clap::Args;
use tilsit_index_client::{Credential, IndexClient, IndexUrl};
use tilsit_publish::{Pypirc, PypircRepository, Repository};
use url::Url;

use crate::configuration::{Configuration, Settings};
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::logins::{self, TOKEN_USER};

/// The repository that the packager of this program chose.
const BAKED_IN: Option<&str> = option_env!("TILSIT_DEFAULT_UPLOAD");

/// A repository, who uploads as far as it is said, and what is said about the connection.
pub(super) struct Target {
    pub(super) repository: Repository,
    section: Option<PypircRepository>,
    of_url: Option<Credential>,
}

/// The repository and the credentials.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct RepositoryOptions {
    /// The URL of the upload API [env: `TWINE_REPOSITORY_URL`]
    #[arg(long, value_name = "URL")]
    repository_url: Option<String>,
    /// A section of ~/.pypirc [env: `TWINE_REPOSITORY`]
    #[arg(short, long, value_name = "NAME")]
    repository: Option<String>,
    /// Upload with this token [env: `TILSIT_PUBLISH_TOKEN`]
    #[arg(short, long, conflicts_with_all = ["username", "password"])]
    token: Option<String>,
    /// Upload as this user [env: `TWINE_USERNAME`]
    #[arg(short, long, value_name = "NAME")]
    username: Option<String>,
    /// The user's password, or the token of the user `__token__` [env: `TWINE_PASSWORD`]
    #[arg(short, long)]
    password: Option<String>,
    /// Read this file in place of ~/.pypirc
    #[arg(long, value_name = "FILE")]
    pypirc: Option<PathBuf>,
    /// Look here for what the index has, when that is not beside the upload URL
    #[arg(long, value_name = "URL")]
    check_url: Option<String>,
    /// Ask for no password [env: `TWINE_NON_INTERACTIVE`]
    #[arg(long)]
    non_interactive: bool,
}

impl RepositoryOptions {
    /// The repository.
    ///
    /// # Errors
    /// When it is not said where to publish to, or what is said is not valid.
    pub(super) fn find(&self, context: &Context) -> Result<Target, CommandError> {
        let variable = |name: &str| context.variables.text(name).map(str::to_owned);
        let name = self
            .repository
            .clone()
            .or_else(|| variable("TWINE_REPOSITORY"));
        let url = self.repository_url.clone().or_else(|| {
            let url = variable("TWINE_REPOSITORY_URL");
            url.filter(|_| self.repository.is_none())
        });
        let section = match &url {
            Some(_) => None,
            None => self.section(name.as_deref(), context)?,
        };
        let url = url
            .or_else(|| section.as_ref()?.repository.clone())
            .or_else(|| {
                context
                    .configuration
                    .first(|settings| settings.publish_url.clone())
            })
            .or_else(|| BAKED_IN.map(str::to_owned))
            .ok_or_else(|| {
                CommandError::new(Code::NoRepository, "it is not said where to publish to")
                    .hint("say it with `--repository-url URL`, or `publish-url` in the settings")
            })?;
        let mut url = Url::parse(&url).map_err(|error| {
            CommandError::new(Code::Usage, "the URL of the repository is not valid")
                .caused_by(error.to_string())
        })?;
        let of_url = take_credential(&mut url);
        let mut repository = Repository::at(url);
        if let Some(url) = &self.check_url {
            let index = url.parse::<IndexUrl>();
            repository.index = Some(index.map_err(|error| {
                CommandError::new(Code::Usage, "`--check-url` is not the URL of an index")
                    .caused_by(error.to_string())
            })?);
        }
        Ok(Target {
            repository,
            section,
            of_url,
        })
    }

    /// The section of `.pypirc` that is named; without a name, the first that it lists.
    fn section(
        &self,
        name: Option<&str>,
        context: &Context,
    ) -> Result<Option<PypircRepository>, CommandError> {
        let named_file = self.pypirc.as_ref();
        let path = match (named_file, &context.home) {
            (Some(path), _) => context.resolve(path),
            (None, Some(home)) => home.join(".pypirc"),
            (None, None) => return Ok(None),
        };
        let missing = |name: &str| {
            let shown = path.display();
            CommandError::new(
                Code::NoRepository,
                format!("`{shown}` describes no repository `{name}`"),
            )
        };
        let text = match tilsit_files::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.is_not_found() && named_file.is_none() => {
                return name.map_or(Ok(None), |name| Err(missing(name)));
            }
            Err(error) => return Err(error.into()),
        };
        let pypirc = Pypirc::parse(&text).map_err(|error| {
            let shown = path.display();
            CommandError::new(
                Code::ConfigurationInvalid,
                format!("`{shown}` cannot be read"),
            )
            .caused_by(error.to_string())
        })?;
        match name {
            Some(name) => match pypirc.repository(name) {
                Some(section) => Ok(Some(section.clone())),
                None => Err(missing(name)),
            },
            None => Ok(pypirc
                .index_servers
                .first()
                .and_then(|name| pypirc.repository(name))
                .filter(|section| section.repository.is_some())
                .cloned()),
        }
    }

    /// Who uploads: a token, or a user and password, as they are said; else of the URL, of a login,
    /// of a keyring. For a user who has no password anywhere it is asked for.
    ///
    /// # Errors
    /// When there is a user and no password, or it cannot be read.
    pub(super) fn credential(
        &self,
        target: &Target,
        client: &IndexClient,
        context: &Context,
    ) -> Result<Option<Credential>, CommandError> {
        let user = match self.said(target.section.as_ref(), context) {
            (Some(user), Some(password)) => return Ok(Some(credential(user, &password, context))),
            // As twine has it: a password alone is a token.
            (None, Some(token)) => {
                return Ok(Some(credential(TOKEN_USER.to_owned(), &token, context)));
            }
            (user, None) => user,
        };
        if let Some(of_url) = &target.of_url
            && user.is_none()
            && !of_url.password().reveal().is_empty()
        {
            return Ok(Some(of_url.clone()));
        }
        let of_url = target.of_url.as_ref().map(Credential::user);
        let looked_for = user.as_deref().or(of_url);
        if let Some(kept) = of_login(target, looked_for, client)? {
            return Ok(Some(kept));
        }
        let kept_for = looked_for.unwrap_or(TOKEN_USER);
        let kept = client.kept_password(&target.repository.url, kept_for)?;
        if let Some(password) = kept {
            return Ok(Some(Credential::new(kept_for, password.reveal())));
        }
        let Some(user) = user else {
            // netrc may know more.
            return Ok(target.of_url.clone());
        };
        let is_silent = context.variables.text("TWINE_NON_INTERACTIVE").is_some();
        if self.non_interactive || is_silent || !context.terminal.can_ask() {
            let message = format!("there is no password for the user `{user}`");
            return Err(CommandError::new(Code::UploadCredentials, message)
                .hint("give it with `--password` or `TWINE_PASSWORD`"));
        }
        let prompt = format!("Password for {user}");
        let password = context.terminal.ask_secret(&prompt).map_err(|error| {
            CommandError::new(Code::Usage, "the password cannot be read")
                .caused_by(error.to_string())
        })?;
        Ok(Some(credential(user, &password, context)))
    }

    /// The user and the password that options, variables and `.pypirc` give.
    fn said(
        &self,
        section: Option<&PypircRepository>,
        context: &Context,
    ) -> (Option<String>, Option<String>) {
        let variable = |name: &str| context.variables.text(name).map(str::to_owned);
        if let Some(token) = &self.token {
            return (Some(TOKEN_USER.to_owned()), Some(token.clone()));
        }
        let user = self
            .username
            .clone()
            .or_else(|| variable("TWINE_USERNAME"))
            .or_else(|| section?.username.clone());
        let password = self
            .password
            .clone()
            .or_else(|| variable("TWINE_PASSWORD"))
            .or_else(|| section?.password.clone());
        match (user, password) {
            (None, None) => (None, variable("TILSIT_PUBLISH_TOKEN")),
            said => said,
        }
    }
}

impl Target {
    /// The configuration with what twine's variables and `.pypirc` say of certificates behind the
    /// options; and with the keyrings that are there, which twine's users are used to.
    pub(super) fn over(&self, configuration: &Configuration, context: &Context) -> Configuration {
        let said = |variable: &str, of_section: Option<&String>| {
            let text = context.variables.text(variable).map(str::to_owned);
            let text = text.or_else(|| of_section.cloned())?;
            Some(match (text.strip_prefix("~/"), &context.home) {
                (Some(below), Some(home)) => home.join(below),
                _ => context.resolve(Path::new(&text)),
            })
        };
        let section = self.section.as_ref();
        let (cert, client_cert) = (
            said(
                "TWINE_CERT",
                section.and_then(|section| section.ca_cert.as_ref()),
            ),
            said(
                "TWINE_CLIENT_CERT",
                section.and_then(|section| section.client_cert.as_ref()),
            ),
        );
        configuration.with_defaults(Settings {
            cert,
            client_cert,
            keyring_provider: Some("auto".to_owned()),
            ..Settings::default()
        })
    }
}

/// The login that is kept for the repository, if it is one of this user, where one is said.
fn of_login(
    target: &Target,
    user: Option<&str>,
    client: &IndexClient,
) -> Result<Option<Credential>, CommandError> {
    let credentials = &client.options().credentials;
    let login = credentials
        .login_for(&target.repository.url)
        .filter(|login| user.is_none_or(|user| user == login.credential().user()));
    match login {
        None => Ok(None),
        Some(login) => {
            let login = logins::with_secret(login.clone(), client)?;
            Ok(Some(login.credential().clone()))
        }
    }
}

/// A credential, without the line end that a token from a file or a secret store often has.
fn credential(user: String, password: &str, context: &Context) -> Credential {
    let bare = password.trim();
    if user == TOKEN_USER && bare != password {
        let words = "the token has whitespace around it, which is left out";
        context.terminal.warn(words);
        return Credential::new(user, bare);
    }
    Credential::new(user, password)
}

/// Takes a user and password out of a URL, so that no message can show them.
fn take_credential(url: &mut Url) -> Option<Credential> {
    let credential = IndexUrl::new(url.clone()).ok()?.credential().cloned();
    let _ = url.set_password(None);
    let _ = url.set_username("");
    credential
}
