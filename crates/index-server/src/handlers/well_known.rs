//! What is looked for at a place of its own on every site: `/robots.txt` (RFC 9309) and
//! `/.well-known/` (RFC 8615).

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderValue, LOCATION};
use jiff::SignedDuration;
use tilsit_index_store::Reading;

use crate::access;
use crate::application::Application;
use crate::response::{Failure, Refusal};
use crate::site::Site;

/// What crawlers leave alone: searches without end, pages of one's own, and the files that pages for
/// people lead to anyway.
const PUBLIC_ROBOTS: &str = "User-agent: *\nDisallow: /account/\nDisallow: /files/\n\
    Disallow: /legacy\nDisallow: /manage/\nDisallow: /search/\nDisallow: /simple/\n";
/// An index that is not public has nothing for them.
const CLOSED_ROBOTS: &str = "User-agent: *\nDisallow: /\n";
/// How long what `security.txt` says is good; RFC 9116 wants less than a year.
const SECURITY_GOOD_FOR: SignedDuration = SignedDuration::from_hours(24 * 180);

/// What crawlers may read.
pub(crate) async fn robots(State(application): State<Application>) -> Result<Response, Failure> {
    let reading = access::settings(&application).await?.reading;
    let text = match reading {
        Reading::Public => PUBLIC_ROBOTS,
        Reading::SignedIn | Reading::People => CLOSED_ROBOTS,
    };
    Ok(plain(text.to_owned()))
}

/// Whom to tell of a weakness of this index (RFC 9116), when the operator says so.
pub(crate) async fn security(
    State(application): State<Application>,
    site: Site,
) -> Result<Response, Failure> {
    let missing = || Refusal::not_found("this index names no contact for matters of security");
    let contact = application.security_contact.as_ref().ok_or_else(missing)?;
    // Begins anew each day, so that nobody sees it run out.
    let day = application.now().as_second() / 86_400 * 86_400;
    let day = jiff::Timestamp::from_second(day)
        .map_err(|error| Failure::internal(format!("the time: {error}")))?;
    let expires = day + SECURITY_GOOD_FOR;
    let text = format!(
        "Contact: {contact}\nExpires: {}\nCanonical: {site}.well-known/security.txt\n",
        expires.strftime("%Y-%m-%dT%H:%M:%SZ")
    );
    Ok(plain(text))
}

/// Where a password manager changes the password.
pub(crate) async fn change_password() -> Response {
    let location = HeaderValue::from_static("../account/");
    (StatusCode::FOUND, [(LOCATION, location)]).into_response()
}

fn plain(text: String) -> Response {
    ([(CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}
