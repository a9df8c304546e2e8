//! Which index a command is about.

use clap::Args;
use tilsit_index_client::{Credential, IndexUrl, Login, Logins, place_of};
use url::Url;

use crate::configuration::Configuration;
use crate::error::CommandError;
use crate::explain::Code;

/// The index.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct IndexArgument {
    /// The URL of the index, of its pages or of its uploads, or a name from the settings [default:
    /// the `publish-url`, `index-url` or default index of the settings]
    #[arg(value_name = "INDEX")]
    index: Option<String>,
}

/// An index that is meant.
#[derive(Clone, Debug)]
pub(crate) struct Meant {
    /// The URL as it was given, without a user.
    pub(crate) url: Url,
    /// The part of the server that it stands for.
    pub(crate) place: Url,
    /// The user and password that stood in the URL.
    pub(crate) of_url: Option<Credential>,
}

impl IndexArgument {
    /// The index that is named, or that the settings name.
    ///
    /// # Errors
    /// When none is, the name is not known, or nobody could sign in there.
    pub(crate) fn find(&self, configuration: &Configuration) -> Result<Meant, CommandError> {
        match &self.index {
            Some(typed) if typed.contains("://") => meant(typed),
            Some(name) => of_name(name, configuration),
            None => match of_settings(configuration) {
                Some(url) => meant(&url),
                None => Err(
                    CommandError::new(Code::Usage, "it is not said which index is meant")
                        .hint("name its URL, or set `publish-url` or `index-url` in the settings"),
                ),
            },
        }
    }

    /// The login that is kept for the index. Where neither the line nor the settings name one, the
    /// only login that is kept is meant.
    ///
    /// # Errors
    /// As [`IndexArgument::find`], and when no login is kept for it.
    pub(crate) fn login(
        &self,
        configuration: &Configuration,
        logins: &Logins,
    ) -> Result<Login, CommandError> {
        let is_said = self.index.is_some() || of_settings(configuration).is_some();
        let mut all = logins.iter();
        let place = match (is_said, all.next(), all.next()) {
            (false, Some(only), None) => return Ok(only.clone()),
            (false, None, _) => None,
            _ => Some(self.find(configuration)?.place),
        };
        let found = place.as_ref().and_then(|place| logins.for_url(place));
        found
            .cloned()
            .ok_or_else(|| missing(place.as_ref(), logins))
    }
}

/// No login is kept for a place, or none at all.
fn missing(place: Option<&Url>, logins: &Logins) -> CommandError {
    let Some(place) = place else {
        return CommandError::new(Code::NoLogin, "no login is kept on this machine")
            .hint("sign in: `tilsit login URL`");
    };
    let failure = CommandError::new(Code::NoLogin, format!("no login is kept for `{place}`"))
        .hint(format!("sign in: `tilsit login {place}`"));
    let kept: Vec<&str> = logins.iter().map(|login| login.place().as_str()).collect();
    if kept.is_empty() {
        return failure;
    }
    failure.hint(format!("logins are kept for: {}", kept.join(", ")))
}

fn of_settings(configuration: &Configuration) -> Option<String> {
    let indexes = configuration.all(|settings| settings.index.as_ref());
    configuration
        .first(|settings| settings.publish_url.clone())
        .or_else(|| configuration.first(|settings| settings.index_url.clone()))
        .or_else(|| {
            let default = indexes.into_iter().find(|index| index.default);
            default.map(|index| index.url)
        })
}

fn of_name(name: &str, configuration: &Configuration) -> Result<Meant, CommandError> {
    let indexes = configuration.all(|settings| settings.index.as_ref());
    let named = indexes
        .iter()
        .find(|index| index.name.as_deref() == Some(name));
    if let Some(index) = named {
        return meant(&index.url);
    }
    let names: Vec<&str> = indexes
        .iter()
        .filter_map(|index| index.name.as_deref())
        .collect();
    let message = format!("the settings name no index `{name}`");
    let failure = CommandError::new(Code::Usage, message);
    Err(if names.is_empty() {
        failure.hint("a URL begins with `https://`; a name stands in an `[[index]]` of tilsit.toml")
    } else {
        failure.hint(format!("they name: {}", names.join(", ")))
    })
}

fn meant(text: &str) -> Result<Meant, CommandError> {
    // The error of a URL that cannot be read shows nothing of it: it may hold a password.
    let parsed: IndexUrl = text
        .parse()
        .map_err(|error| CommandError::from_error(Code::Usage, &error))?;
    let place =
        place_of(parsed.url()).map_err(|error| CommandError::from_error(Code::Usage, &error))?;
    let mut url = Url::parse(text.trim()).unwrap_or_else(|_| parsed.url().clone());
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_fragment(None);
    Ok(Meant {
        url,
        place,
        of_url: parsed.credential().cloned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::configuration::{NamedIndex, Settings};

    fn find(typed: Option<&str>, settings: Settings) -> Result<Meant, CommandError> {
        let argument = IndexArgument {
            index: typed.map(str::to_owned),
        };
        argument.find(&Configuration::default().with_options(settings))
    }

    #[test]
    fn the_line_is_before_the_settings_and_uploads_before_pages() {
        let settings = || Settings {
            publish_url: Some("https://index.example/up/legacy/".to_owned()),
            index_url: Some("https://index.example/pages/simple/".to_owned()),
            index: Some(vec![
                NamedIndex::typed("team=https://index.example/team/simple").unwrap(),
            ]),
            ..Settings::default()
        };
        let pages_only = Settings {
            publish_url: None,
            ..settings()
        };
        for (typed, settings, place) in [
            (
                Some("https://anna:pw@index.example/x/simple/"),
                settings(),
                "https://index.example/x/",
            ),
            (Some("team"), settings(), "https://index.example/team/"),
            (None, settings(), "https://index.example/up/"),
            (None, pages_only, "https://index.example/pages/"),
        ] {
            let meant = find(typed, settings).unwrap();
            assert_eq!(meant.place.as_str(), place);
            assert!(!format!("{} {}", meant.url, meant.place).contains("pw"));
            assert_eq!(
                meant.of_url.is_some(),
                typed.is_some_and(|typed| typed.contains('@'))
            );
        }
        let unknown = find(Some("taem"), settings()).unwrap_err();
        assert_eq!(unknown.message, "the settings name no index `taem`");
        assert_eq!(unknown.hints, ["they name: team"]);
        for typed in [None, Some("index.example"), Some("file:///srv/simple/")] {
            assert!(find(typed, Settings::default()).is_err(), "{typed:?}");
        }
    }

    #[test]
    fn the_only_login_is_meant_when_nothing_else_is_said() {
        let login = |url: &str| {
            Login::new(&url.parse().unwrap(), Credential::new("__token__", "x")).unwrap()
        };
        let mut logins = Logins::default();
        let argument = IndexArgument::default();
        let configuration = Configuration::default();
        argument.login(&configuration, &logins).unwrap_err();
        logins.put(login("https://index.example/a/"));
        let found = argument.login(&configuration, &logins).unwrap();
        assert_eq!(found.place().path(), "/a/");
        logins.put(login("https://index.example/b/"));
        argument.login(&configuration, &logins).unwrap_err();
        let elsewhere = configuration.with_options(Settings {
            index_url: Some("https://other.example/simple/".to_owned()),
            ..Settings::default()
        });
        let missing = argument.login(&elsewhere, &logins).unwrap_err();
        assert_eq!(
            missing.message,
            "no login is kept for `https://other.example/`"
        );
        assert!(missing.hints[1].ends_with("https://index.example/a/, https://index.example/b/"));
    }
}
