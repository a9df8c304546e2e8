//! Where to publish to, and as whom: options, then twine's variables, then `.pypirc`, then our
//! settings, then what was baked in (`TILSIT_DEFAULT_UPLOAD`).

use clap::Args;
use tilsit_index_client::{Credential, IndexUrl};
use tilsit_publish::{Pypirc, PypircRepository, Repository};
use url::Url;

use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;

/// The repository that the packager of this program chose.
const BAKED_IN: Option<&str> = option_env!("TILSIT_DEFAULT_UPLOAD");

/// The user that stands for a token.
const TOKEN_USER: &str = "__token__";

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
    pypirc: Option<std::path::PathBuf>,
}

impl RepositoryOptions {
    /// The repository, with credentials when some are known.
    ///
    /// # Errors
    /// When it is not said where to publish to, or what is said is not valid.
    pub(super) fn find(&self, context: &Context) -> Result<Repository, CommandError> {
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
        repository.credential = self.credential(section.as_ref(), context)?.or(of_url);
        Ok(repository)
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

    /// Who uploads: a token or a user and password; a missing password is asked for.
    fn credential(
        &self,
        section: Option<&PypircRepository>,
        context: &Context,
    ) -> Result<Option<Credential>, CommandError> {
        let variable = |name: &str| context.variables.text(name).map(str::to_owned);
        if let Some(token) = &self.token {
            return Ok(Some(Credential::new(TOKEN_USER, token.as_str())));
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
            (Some(user), Some(password)) => Ok(Some(Credential::new(user, password))),
            // As twine has it: a password alone is a token.
            (None, Some(password)) => Ok(Some(Credential::new(TOKEN_USER, password))),
            (Some(user), None) if context.terminal.can_ask() => {
                let prompt = format!("Password for {user}");
                let password = context.terminal.ask_secret(&prompt).map_err(|error| {
                    CommandError::new(Code::Usage, "the password cannot be read")
                        .caused_by(error.to_string())
                })?;
                Ok(Some(Credential::new(user, password)))
            }
            (Some(user), None) => Err(CommandError::new(
                Code::UploadCredentials,
                format!("there is no password for the user `{user}`"),
            )
            .hint("give it with `--password` or `TWINE_PASSWORD`")),
            (None, None) => Ok(
                variable("TILSIT_PUBLISH_TOKEN").map(|token| Credential::new(TOKEN_USER, token))
            ),
        }
    }
}

/// Takes a user and password out of a URL, so that no message can show them.
fn take_credential(url: &mut Url) -> Option<Credential> {
    let credential = IndexUrl::new(url.clone()).ok()?.credential().cloned();
    let _ = url.set_password(None);
    let _ = url.set_username("");
    credential
}
