//! Who looks at a page: the session that the browser's cookie names, and forms that come from our
//! own pages.
//!
//! A form of a signed-in visitor carries a proof that only the page shown to that visitor holds.
//! A form of somebody who is not signed in is taken when the browser says that it comes from here.

use std::collections::HashMap;

use axum::extract::{FromRequest, FromRequestParts, RawForm, Request};
use axum::response::{IntoResponse, Response};
use http::header::{COOKIE, HOST, LOCATION, ORIGIN};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode};
use tilsit_index_store::{Actor, Secret, SessionUser};

use crate::application::Application;
use crate::notes;
use crate::response::{Failure, Refusal};
use crate::site::Site;

/// The cookie's name.
pub(crate) const SESSION: &str = "tilsit_session";
/// The field of a form that holds the proof.
const PROOF: &str = "proof";
/// How many fields a form of ours may have.
const FIELDS_MAX: usize = 64;

/// A signed-in visitor.
#[derive(Debug)]
pub(crate) struct Visitor {
    secret: Secret,
    pub(crate) user: SessionUser,
}

impl Visitor {
    /// What forms on the visitor's pages carry.
    pub(crate) fn proof(&self) -> String {
        self.secret.derived("form")
    }

    /// The visitor as one who changes something.
    pub(crate) fn actor(&self) -> Actor {
        Actor::user(self.user.user)
    }

    /// The session's secret, to end it.
    pub(crate) fn secret(&self) -> &Secret {
        &self.secret
    }
}

/// Whose session the request's cookie names, if it is one that goes on.
pub(crate) async fn visitor(
    application: &Application,
    headers: &HeaderMap,
) -> Result<Option<Visitor>, Failure> {
    let Some(secret) = secret(headers) else {
        return Ok(None);
    };
    let found = application
        .store
        .session(&secret, application.now())
        .await?;
    if let Some(user) = &found {
        notes::user(&user.name);
    }
    Ok(found.map(|user| Visitor { secret, user }))
}

fn secret(headers: &HeaderMap) -> Option<Secret> {
    let values = headers.get_all(COOKIE).iter();
    let texts = values.filter_map(|value| value.to_str().ok());
    let mut pairs = texts.flat_map(|text| text.split(';'));
    pairs.find_map(|pair| {
        pair.trim()
            .strip_prefix(SESSION)?
            .strip_prefix('=')?
            .parse()
            .ok()
    })
}

/// The header that begins a session in the browser, or ends it.
pub(crate) fn session_cookie(site: &Site, secret: Option<&Secret>) -> HeaderValue {
    let secure = if site.is_https() { "; Secure" } else { "" };
    let path = site.path();
    let (value, age) = match secret {
        Some(secret) => (secret.to_string(), ""),
        None => (String::new(), "; Max-Age=0"),
    };
    let text = format!("{SESSION}={value}; Path={path}; HttpOnly; SameSite=Lax{secure}{age}");
    HeaderValue::from_str(&text).expect("a path of a URL, letters, digits and marks")
}

impl FromRequestParts<Application> for Visitor {
    type Rejection = Response;

    /// Sends who is not signed in to the page for it, and back here afterwards.
    async fn from_request_parts(
        parts: &mut Parts,
        application: &Application,
    ) -> Result<Self, Response> {
        let found = visitor(application, &parts.headers).await;
        match found.map_err(IntoResponse::into_response)? {
            Some(visitor) => Ok(visitor),
            None => Err(to_sign_in(parts.uri.path())),
        }
    }
}

/// The way to the page for signing in, and back to this one afterwards.
pub(crate) fn to_sign_in(path: &str) -> Response {
    let inside = path.trim_start_matches('/');
    let up = "../".repeat(inside.matches('/').count());
    let back = safe_path(inside).unwrap_or_default();
    see_other(&format!("{up}account/login/?next={back}"))
}

/// A path inside the index that may be gone to after signing in: never another site.
pub(crate) fn safe_path(path: &str) -> Option<&str> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.".contains(&byte);
    let is_safe = path.bytes().all(allowed)
        && !path.starts_with('/')
        && !path.contains("//")
        && !path.split('/').any(|part| part == "..");
    is_safe.then_some(path)
}

/// 303: the answer to a form is another page.
pub(crate) fn see_other(location: &str) -> Response {
    let location = HeaderValue::from_str(location).unwrap_or(HeaderValue::from_static("./"));
    (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response()
}

/// The fields of a form that comes from one of our own pages.
#[derive(Debug)]
pub(crate) struct Fields(HashMap<String, String>);

impl Fields {
    /// A field's text without the space around it; empty when it is not there.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.exact(name).trim()
    }

    /// A field as it was typed, such as a password.
    pub(crate) fn exact(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// A field that is not empty.
    pub(crate) fn some(&self, name: &str) -> Option<&str> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }

    /// A field that takes one of a few words, exactly as our pages send them, or is not there.
    pub(crate) fn word(
        &self,
        name: &str,
        words: &[&'static str],
    ) -> Result<Option<&'static str>, Refusal> {
        let text = self.exact(name);
        if text.is_empty() {
            return Ok(None);
        }
        let known = words.iter().find(|word| **word == text);
        let known = known.ok_or_else(|| {
            let words = words.join("”, “");
            Refusal::bad_request(format!("The field “{name}” takes one of “{words}”."))
        })?;
        Ok(Some(known))
    }
}

impl FromRequest<Application> for Fields {
    type Rejection = Failure;

    async fn from_request(request: Request, application: &Application) -> Result<Self, Failure> {
        let (mut parts, body) = request.into_parts();
        let Ok(site) = Site::from_request_parts(&mut parts, application).await;
        let request = Request::from_parts(parts, body);
        if !comes_from_here(&site, request.headers()) {
            return Err(forged().into());
        }
        let RawForm(bytes) = RawForm::from_request(request, application)
            .await
            .map_err(|error| Refusal::new(error.status(), error.body_text()))?;
        let pairs = url::form_urlencoded::parse(&bytes).take(FIELDS_MAX);
        // No name has a NUL, and no database takes one in a text.
        if pairs.clone().any(|(_, value)| value.contains('\0')) {
            return Err(Refusal::bad_request("A field of the form has a NUL character.").into());
        }
        let fields = pairs.map(|(name, value)| (name.into_owned(), value.into_owned()));
        Ok(Self(fields.collect()))
    }
}

/// A form of a signed-in visitor, with its proof.
#[derive(Debug)]
pub(crate) struct SignedForm {
    pub(crate) visitor: Visitor,
    pub(crate) fields: Fields,
}

impl FromRequest<Application> for SignedForm {
    type Rejection = Response;

    async fn from_request(request: Request, application: &Application) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let visitor =
            <Visitor as FromRequestParts<Application>>::from_request_parts(&mut parts, application)
                .await?;
        let request = Request::from_parts(parts, body);
        let fields = Fields::from_request(request, application)
            .await
            .map_err(IntoResponse::into_response)?;
        if fields.text(PROOF) != visitor.proof() {
            return Err(Failure::from(forged()).into_response());
        }
        Ok(Self { visitor, fields })
    }
}

fn forged() -> Refusal {
    Refusal::new(
        StatusCode::FORBIDDEN,
        "This form does not come from a page of this index that was shown to you. \
         Go back, load the page again, and send it once more.",
    )
}

/// Whether the browser says that the request comes from this site; browsers that say nothing are
/// older than any that would send the cookie from elsewhere.
fn comes_from_here(site: &Site, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text(ORIGIN.as_str()) else {
        return true;
    };
    let host = origin.split_once("://").map_or("", |(_, host)| host);
    !host.is_empty() && (text(HOST.as_str()) == Some(host) || site.host() == host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_inside_the_index_are_gone_to() {
        for path in ["", "account/", "manage/project/a-b.c/"] {
            assert_eq!(safe_path(path), Some(path));
        }
        for path in [
            "/evil",
            "//evil.example",
            "https://evil.example/",
            "a/../../b",
            "a//b",
            "a b",
            "javascript:x",
            "a\\b",
        ] {
            assert_eq!(safe_path(path), None, "{path}");
        }
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        let text = "A".repeat(43);
        let value = format!("a=b; {SESSION}={text}; tilsit_sessions=x");
        headers.insert(COOKIE, HeaderValue::from_str(&value).expect("plain"));
        assert_eq!(
            secret(&headers).map(|secret| secret.to_string()),
            Some(text)
        );
        headers.insert(COOKIE, HeaderValue::from_static("tilsit_session=short"));
        assert_eq!(secret(&headers), None);
    }
}
