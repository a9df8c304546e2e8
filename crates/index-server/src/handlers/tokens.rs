//! `/api/v1/token` and `/api/v1/tokens`: what credentials are good for, and the tokens of an account,
//! for programs such as `tilsit login`.
//!
//! A token is about itself alone: it may look at itself and revoke itself. All else of an account's
//! tokens wants its password. So a token that leaks makes no other that outlives its revocation, tells
//! nothing of the others and ends none of them. A session of the browser counts for nothing here, so
//! that no other site can have the browser ask.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use tilsit_index_store::{NewToken, TokenPermission, TokenRecord, TokenScope, UserId};
use tilsit_packaging::name::ProjectName;
use tilsit_simple_api::tokens::{
    CredentialAbout, MadeToken, Permission, TokenAbout, TokenList, TokenWish,
};

use super::account::{DAYS_MAX, DESCRIPTION_MAX};
use crate::application::Application;
use crate::holder::{self, Holder};
use crate::notes;
use crate::response::{Failure, Refusal};
use crate::upload::permitted;

/// What a token is called whose maker did not say.
const DESCRIPTION: &str = "made by a program";

/// What is asked about credentials.
#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    project: String,
}

/// What the credentials shown are good for.
pub(crate) async fn about(
    State(application): State<Application>,
    query: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let Query(asked) = query.map_err(|error| Refusal::bad_request(error.body_text()))?;
    let project =
        match asked.project.as_str() {
            "" => None,
            name => Some(name.parse::<ProjectName>().map_err(|error| {
                Refusal::bad_request(format!("the parameter `project`: {error}"))
            })?),
        };
    let holder = identified(&application, &headers).await?;
    let token = match &holder.token {
        Some(prefix) => Some(own_token(&application, holder.who.user, prefix).await?),
        None => None,
    };
    let reason = match permitted(&application, &holder.who, project.as_ref()).await {
        Ok(()) => None,
        Err(Failure::Refused(refusal)) => Some(refusal.text),
        Err(failure) => return Err(failure),
    };
    let answer = CredentialAbout {
        user: holder.who.user_name,
        token: token.map(described),
        can_upload: reason.is_none(),
        reason,
    };
    Ok(Json(answer).into_response())
}

/// The tokens of the account.
pub(crate) async fn list(
    State(application): State<Application>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let holder = with_password(&application, &headers, "listing tokens").await?;
    let tokens = application.store.tokens_of(holder.who.user).await?;
    let tokens = tokens.into_iter().map(described).collect();
    Ok(Json(TokenList { tokens }).into_response())
}

/// Makes a token, and tells it this once.
pub(crate) async fn create(
    State(application): State<Application>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Failure> {
    let holder = with_password(&application, &headers, "making tokens").await?;
    let body = body.map_err(|error| Refusal::new(error.status(), error.body_text()))?;
    if !is_json(&headers) {
        let text = "the body is to be `application/json`";
        return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, text).into());
    }
    let wish = TokenWish::from_json(&body)
        .map_err(|error| Refusal::bad_request(format!("the body: {error}")))?;
    let now = application.now();
    let user = holder.who.user;
    let new = wished(&wish, now)?;
    let secret = application.store.create_token(user, &new, now).await?;
    let token = own_token(&application, user, secret.prefix()).await?;
    let made = MadeToken {
        user: holder.who.user_name,
        secret: secret.to_string(),
        token: described(token),
    };
    Ok((StatusCode::CREATED, Json(made)).into_response())
}

/// Revokes a token of the account. One that is revoked already is no error; those of others are
/// answered as if they were not there.
pub(crate) async fn revoke(
    State(application): State<Application>,
    id: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let Path(id) = id.map_err(|error| Refusal::new(error.status(), error.body_text()))?;
    let holder = identified(&application, &headers).await?;
    if holder.token.as_ref().is_some_and(|token| *token != id) {
        return Err(needs_password("revoking another token than the one shown").into());
    }
    let (store, user) = (&application.store, holder.who.user);
    // No prefix has a NUL, and no database takes one in a text.
    let is_there = !id.contains('\0')
        && (store.revoke_token(user, &id, application.now()).await?
            || store.has_or_had_token(user, &id).await?);
    if !is_there {
        return Err(Refusal::not_found("this account has no such token").into());
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn identified(application: &Application, headers: &HeaderMap) -> Result<Holder, Failure> {
    let holder = holder::identify(application, headers, "questions about tokens").await?;
    notes::user(&holder.who.user_name);
    Ok(holder)
}

async fn with_password(
    application: &Application,
    headers: &HeaderMap,
    what: &str,
) -> Result<Holder, Failure> {
    let holder = identified(application, headers).await?;
    if holder.token.is_some() {
        return Err(needs_password(what).into());
    }
    Ok(holder)
}

fn needs_password(what: &str) -> Refusal {
    let text = format!("{what} needs the user's name and password, not a token");
    Refusal::new(StatusCode::FORBIDDEN, text)
}

async fn own_token(
    application: &Application,
    user: UserId,
    prefix: &str,
) -> Result<TokenRecord, Failure> {
    let tokens = application.store.tokens_of(user).await?;
    let token = tokens.into_iter().find(|token| token.prefix == prefix);
    // Found a moment ago, it can only have been revoked since.
    Ok(token.ok_or_else(|| Refusal::new(StatusCode::UNAUTHORIZED, "the token is revoked"))?)
}

fn described(token: TokenRecord) -> TokenAbout {
    TokenAbout {
        id: token.prefix,
        description: token.description,
        projects: match token.scope {
            TokenScope::User => None,
            TokenScope::Projects(projects) => Some(projects),
        },
        permission: match token.permission {
            TokenPermission::Read => Permission::Read,
            TokenPermission::Publish => Permission::Publish,
        },
        created: token.created,
        expires: token.expires,
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(CONTENT_TYPE);
    let text = value.and_then(|value| value.to_str().ok()).unwrap_or("");
    let kind = text.split(';').next().unwrap_or("").trim();
    kind.eq_ignore_ascii_case("application/json")
}

/// What is wished, where it can be.
fn wished(wish: &TokenWish, now: Timestamp) -> Result<NewToken<'_>, Refusal> {
    let description = match wish.description.as_deref().map(str::trim) {
        None | Some("") => DESCRIPTION,
        Some(text) => text,
    };
    if description.chars().count() > DESCRIPTION_MAX || description.contains(char::is_control) {
        let text = format!(
            "`description` is to have {DESCRIPTION_MAX} characters at most, and no control characters"
        );
        return Err(Refusal::bad_request(text));
    }
    let scope = match &wish.projects {
        None => TokenScope::User,
        // Taken for all projects it would be the contrary of what it says.
        Some(projects) if projects.is_empty() => {
            let text = "`projects` is empty: name some, or leave it out for all of them";
            return Err(Refusal::bad_request(text));
        }
        Some(projects) => TokenScope::Projects(projects.clone()),
    };
    let expires = match wish.days {
        None => None,
        Some(days) if (1..=DAYS_MAX).contains(&days) => {
            Some(now + SignedDuration::from_hours(24 * i64::from(days)))
        }
        Some(days) => {
            let text = format!("`days` is {days}, not a number from 1 to {DAYS_MAX}");
            return Err(Refusal::bad_request(text));
        }
    };
    Ok(NewToken {
        scope,
        permission: match wish.permission {
            Permission::Read => TokenPermission::Read,
            Permission::Publish => TokenPermission::Publish,
        },
        description,
        expires,
    })
}
