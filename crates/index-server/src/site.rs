//! The index as its reader sees it: the address that stands in lines to copy, in links that are sent
//! elsewhere, and in cookies. What the operator says counts, else what trusted proxies say, else
//! what the request says.

use std::convert::Infallible;
use std::fmt;

use axum::extract::FromRequestParts;
use http::request::Parts;
use url::Url;

use crate::application::Application;
use crate::forwarded::{self, Origin};
use crate::options::ServeOptions;
use crate::server::ServeError;

/// Where the index is, with a slash at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Site {
    url: String,
}

/// Where the operator says that the index lies.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) site: Option<Site>,
    /// The path that the proxy leaves on requests, without a slash at its end.
    pub(crate) root_path: Option<String>,
}

impl Place {
    /// As the options say it.
    pub(crate) fn of(options: &ServeOptions) -> Result<Self, ServeError> {
        let site = options.public_url.as_deref().map(Site::configured);
        let root_path = options.root_path.as_ref().map(|path| {
            let error = || ServeError::RootPath(path.clone());
            forwarded::prefix(path).ok_or_else(error)
        });
        Ok(Self {
            site: site.transpose()?,
            root_path: root_path.transpose()?,
        })
    }
}

/// A text that is no address of an index.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no address of an index, such as `https://index.example/`")]
pub struct PublicUrlError(String);

impl Site {
    /// The site that the operator names.
    pub(crate) fn configured(text: &str) -> Result<Self, PublicUrlError> {
        let error = || PublicUrlError(text.to_owned());
        let url = Url::parse(text).map_err(|_| error())?;
        let is_plain = matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none()
            // It stands in the `Path` of cookies.
            && !url.path().contains([';', ',']);
        if !is_plain {
            return Err(error());
        }
        Ok(Self {
            url: format!("{}/", url.as_str().trim_end_matches('/')),
        })
    }

    /// The site that a request was sent to.
    fn asked(origin: Option<&Origin>, root_path: Option<&str>) -> Self {
        let scheme = if origin.is_some_and(|origin| origin.is_https) {
            "https"
        } else {
            "http"
        };
        let host = origin.and_then(|origin| origin.host.as_deref());
        let prefix = origin.map_or("", |origin| &origin.prefix);
        let prefix = root_path.unwrap_or(prefix);
        Self {
            url: format!("{scheme}://{}{prefix}/", host.unwrap_or("localhost")),
        }
    }

    /// The host with its port.
    pub(crate) fn host(&self) -> &str {
        self.after_scheme().split('/').next().unwrap_or_default()
    }

    /// The path of the index there, with slashes around it.
    pub(crate) fn path(&self) -> &str {
        &self.after_scheme()[self.host().len()..]
    }

    /// Whether browsers come here by HTTPS.
    pub(crate) fn is_https(&self) -> bool {
        self.url.starts_with("https://")
    }

    fn after_scheme(&self) -> &str {
        self.url.split_once("://").map_or("", |(_, rest)| rest)
    }
}

impl fmt::Display for Site {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.url)
    }
}

impl FromRequestParts<Application> for Site {
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        application: &Application,
    ) -> Result<Self, Infallible> {
        Ok(match &application.site {
            Some(site) => site.as_ref().clone(),
            None => Self::asked(parts.extensions.get(), application.root_path.as_deref()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_has_a_path_and_a_host() {
        for (text, url, path, host) in [
            (
                "https://index.example",
                "https://index.example/",
                "/",
                "index.example",
            ),
            (
                "https://index.example/",
                "https://index.example/",
                "/",
                "index.example",
            ),
            (
                "http://[::1]:8000/a/b",
                "http://[::1]:8000/a/b/",
                "/a/b/",
                "[::1]:8000",
            ),
        ] {
            let site = Site::configured(text).expect("a site");
            assert_eq!(
                (&*site.to_string(), site.path(), site.host()),
                (url, path, host)
            );
            assert_eq!(site.is_https(), text.starts_with("https"));
        }
        for text in [
            "index.example",
            "ftp://index.example/",
            "https://index.example/?a",
            "https://a:b@index.example/",
            "https://index.example/a;b/",
            "",
        ] {
            assert!(Site::configured(text).is_err(), "{text}");
        }
    }
}
