//! What the index client is given: certificates, proxies, timeouts and credentials from the
//! settings and the environment.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tilsit_index_client::{
    Certificates, ClientOptions, Credentials, IndexClient, Login, Netrc, PasswordProgram, Proxies,
    Refresh, Timeouts,
};

use crate::configuration::Configuration;
use crate::context::{Context, Variables};
use crate::error::CommandError;
use crate::explain::Code;
use crate::logins;

/// How indexes introduce us to their logs.
const USER_AGENT: &str = concat!("tilsit/", env!("CARGO_PKG_VERSION"));

/// What can be asked for passwords. `subprocess` and `import` are pip's words for the first.
pub(crate) const KEYRING_PROVIDERS: [&str; 6] = [
    "disabled",
    "auto",
    "keyring",
    "secret-service",
    "subprocess",
    "import",
];

/// A client for these settings. It opens nothing before it is asked something.
///
/// # Errors
/// When a certificate or netrc file that is named cannot be read.
pub(crate) fn client(
    configuration: &Configuration,
    refresh: Refresh,
    context: &Context,
) -> Result<IndexClient, CommandError> {
    let mut options = ClientOptions::new(context.clock(), USER_AGENT);
    options.cache = Some(context.cache()?.root().to_path_buf());
    if let Some(cert) = configuration.first(|settings| settings.cert.clone()) {
        options.certificates = certificates(&cert);
    }
    options.client_certificate = configuration
        .first(|settings| settings.client_cert.clone())
        .map(tilsit_files::read)
        .transpose()?;
    options.proxies = proxies(configuration, &context.variables);
    options.timeouts = timeouts(configuration);
    if let Some(retries) = configuration.first(|settings| settings.retries) {
        options.retries = retries;
    }
    let logins = logins::kept(context)?;
    let has_some_elsewhere = logins.iter().any(Login::is_kept_elsewhere);
    options.password_programs =
        password_programs(configuration, has_some_elsewhere, &context.variables)?;
    options.credentials = Arc::new(Credentials::from_files(logins, netrc(context)?));
    options.trusted_hosts = configuration.all(|settings| settings.trusted_host.as_ref());
    options.offline = configuration
        .first(|settings| settings.offline)
        .unwrap_or(false);
    options.refresh = refresh;
    Ok(IndexClient::new(options))
}

fn certificates(path: &Path) -> Certificates {
    let path = Some(path.to_path_buf());
    let is_folder = path.as_deref().is_some_and(Path::is_dir);
    let (file, folder) = if is_folder {
        (None, path)
    } else {
        (path, None)
    };
    Certificates::Files { file, folder }
}

fn proxies(configuration: &Configuration, variables: &Variables) -> Proxies {
    // Both spellings are in use; programs of the web server kind are given HTTP_PROXY by their
    // callers, so the lower case form of that one is asked first.
    let either = |lower: &str, upper: &str| {
        let value = variables.text(lower).or_else(|| variables.text(upper));
        value.map(str::to_owned)
    };
    let none_for = either("no_proxy", "NO_PROXY");
    if let Some(proxy) = configuration.first(|settings| settings.proxy.clone()) {
        return Proxies {
            all: Some(proxy),
            none_for,
            ..Proxies::default()
        };
    }
    Proxies {
        http: either("http_proxy", "HTTP_PROXY"),
        https: either("https_proxy", "HTTPS_PROXY"),
        all: either("all_proxy", "ALL_PROXY"),
        none_for,
    }
}

fn timeouts(configuration: &Configuration) -> Timeouts {
    let mut timeouts = Timeouts::default();
    if let Some(seconds) = configuration.first(|settings| settings.timeout) {
        timeouts.read = Duration::from_secs(seconds);
        timeouts.connect = timeouts.connect.max(timeouts.read);
    }
    timeouts
}

/// The programs that keep passwords, as far as they are wanted and there. Nothing is started before
/// a user in a URL has no password. Where `tilsit login` left a secret with one, they are wanted unless
/// a setting says otherwise.
fn password_programs(
    configuration: &Configuration,
    has_some_elsewhere: bool,
    variables: &Variables,
) -> Result<Vec<PasswordProgram>, CommandError> {
    let wanted = configuration.first(|settings| settings.keyring_provider.clone());
    let wanted = wanted.or_else(|| has_some_elsewhere.then(|| "auto".to_owned()));
    let keyring = || on_path("keyring", variables).map(PasswordProgram::Keyring);
    let secret_tool = || on_path("secret-tool", variables).map(PasswordProgram::SecretTool);
    let missing = |program: &str| {
        CommandError::new(
            Code::ConfigurationInvalid,
            format!("`keyring-provider` wants the program `{program}`, which is not on PATH"),
        )
    };
    Ok(match wanted.as_deref() {
        None | Some("disabled") => Vec::new(),
        Some("auto") => keyring().into_iter().chain(secret_tool()).collect(),
        Some("keyring" | "subprocess" | "import") => {
            vec![keyring().ok_or_else(|| missing("keyring"))?]
        }
        Some("secret-service") => vec![secret_tool().ok_or_else(|| {
            missing("secret-tool")
                .hint("Debian and Fedora have it in `libsecret-tools`/`libsecret`")
        })?],
        Some(other) => {
            return Err(CommandError::new(
                Code::ConfigurationInvalid,
                format!("`keyring-provider` is `{other}`, which is not known"),
            )
            .hint(format!("it can be: {}", KEYRING_PROVIDERS.join(", "))));
        }
    })
}

fn on_path(program: &str, variables: &Variables) -> Option<PathBuf> {
    let path = variables.path("PATH")?;
    std::env::split_paths(path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(program))
        .find(|place| place.is_file())
}

/// The entries of the user's netrc file (`NETRC`, else `.netrc` in the home).
fn netrc(context: &Context) -> Result<Netrc, CommandError> {
    let named = context.variables.path("NETRC").map(Path::to_path_buf);
    let usual = || context.home.as_ref().map(|home| home.join(".netrc"));
    let Some(path) = named.clone().or_else(usual) else {
        return Ok(Netrc::default());
    };
    let text = match tilsit_files::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.is_not_found() && named.is_none() => return Ok(Netrc::default()),
        Err(error) => return Err(error.into()),
    };
    text.parse().map_err(|error| {
        let shown = path.display();
        CommandError::new(
            Code::ConfigurationInvalid,
            format!("the netrc file `{shown}` cannot be read"),
        )
        .caused_by(format!("{error}"))
    })
}
