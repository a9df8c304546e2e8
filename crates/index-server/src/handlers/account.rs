//! `/account/`: signing in and out, making an account, one's tokens, projects and password.

use axum::extract::{Query, State};
use axum::response::Response;
use http::StatusCode;
use http::header::SET_COOKIE;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use tilsit_index_store::{
    NewToken, RegistrationError, Secret, StoreError, TokenPermission, TokenRecord, TokenScope,
    UserId, UserName,
};
use tilsit_packaging::name::ProjectName;

use crate::access;
use crate::application::Application;
use crate::response::{Failure, Refusal};
use crate::site::Site;
use crate::templates::people::{AccountPage, ListedToken, RegisterPage, SignInPage, TokenPage};
use crate::templates::{day, page};
use crate::visitor::{Fields, SignedForm, Visitor, safe_path, see_other, session_cookie};

/// The shortest password that is taken here; the command line takes any.
const PASSWORD_LENGTH_MIN: usize = 10;
/// The longest description of a token, in characters.
pub(super) const DESCRIPTION_MAX: usize = 100;
/// The most days that a token is good for, where it ends at all.
pub(super) const DAYS_MAX: u16 = 3650;

/// Where to go after signing in.
#[derive(Debug, Deserialize)]
pub(crate) struct Next {
    #[serde(default)]
    next: String,
}

/// The page for signing in.
pub(crate) async fn show_sign_in(Query(query): Query<Next>) -> Result<Response, Failure> {
    page(&SignInPage {
        root: "../../",
        next: safe_path(&query.next).unwrap_or_default(),
        user: "",
        problem: "",
    })
}

/// Signs in.
pub(crate) async fn sign_in(
    State(application): State<Application>,
    site: Site,
    fields: Fields,
) -> Result<Response, Failure> {
    let (user, next) = (fields.text("user"), fields.text("next"));
    let next = safe_path(next).unwrap_or_default();
    let found = access::sign_in(&application, user, fields.exact("password")).await?;
    let Some(id) = found else {
        let mut response = page(&SignInPage {
            root: "../../",
            next,
            user,
            problem: "The user name or the password is wrong.",
        })?;
        *response.status_mut() = StatusCode::UNAUTHORIZED;
        return Ok(response);
    };
    begin_session((&application, &site), id, &format!("../../{next}")).await
}

async fn begin_session(
    (application, site): (&Application, &Site),
    user: UserId,
    location: &str,
) -> Result<Response, Failure> {
    let secret = application
        .store
        .begin_session(user, application.now())
        .await?;
    let mut response = see_other(location);
    let cookie = session_cookie(site, Some(&secret));
    response.headers_mut().insert(SET_COOKIE, cookie);
    Ok(response)
}

/// Signs out.
pub(crate) async fn sign_out(
    State(application): State<Application>,
    site: Site,
    form: SignedForm,
) -> Result<Response, Failure> {
    application.store.end_session(form.visitor.secret()).await?;
    let mut response = see_other("../../");
    let cookie = session_cookie(&site, None);
    response.headers_mut().insert(SET_COOKIE, cookie);
    Ok(response)
}

/// The invitation that a link holds.
#[derive(Debug, Deserialize)]
pub(crate) struct Invited {
    #[serde(default)]
    invitation: String,
}

/// The page for making an account.
pub(crate) async fn show_register(
    State(application): State<Application>,
    Query(query): Query<Invited>,
) -> Result<Response, Failure> {
    let store = &application.store;
    let is_open = match query.invitation.parse::<Secret>() {
        Ok(secret) => store.is_invited(&secret, application.now()).await?,
        Err(_) => store.settings().await?.open_registration,
    };
    if !is_open {
        return Err(closed().into());
    }
    page(&RegisterPage {
        root: "../../",
        invitation: &query.invitation,
        user: "",
        problem: "",
    })
}

fn closed() -> Refusal {
    Refusal::new(
        StatusCode::FORBIDDEN,
        "Accounts of this index are made by invitation, and each invitation is good once and for \
         a week. Ask an administrator for one.",
    )
}

/// Makes an account, and signs in.
pub(crate) async fn register(
    State(application): State<Application>,
    site: Site,
    fields: Fields,
) -> Result<Response, Failure> {
    let (user, invitation) = (fields.text("user"), fields.text("invitation"));
    let password = fields.exact("password");
    let again = |status: StatusCode, problem: &str| {
        let mut response = page(&RegisterPage {
            root: "../../",
            invitation,
            user,
            problem,
        })?;
        *response.status_mut() = status;
        Ok(response)
    };
    let name: UserName = match user.parse() {
        Ok(name) => name,
        Err(error) => return again(StatusCode::BAD_REQUEST, &format!("{error}")),
    };
    if let Some(problem) = password_problem(password, fields.exact("password_again")) {
        return again(StatusCode::BAD_REQUEST, &problem);
    }
    let secret = invitation.parse::<Secret>().ok();
    let made = application
        .store
        .register(secret.as_ref(), (&name, password), application.now())
        .await;
    match made {
        Ok(id) => begin_session((&application, &site), id, "../").await,
        Err(RegistrationError::Store(error @ StoreError::UserExists(_))) => {
            again(StatusCode::CONFLICT, &error.to_string())
        }
        Err(RegistrationError::Store(error)) => Err(error.into()),
        Err(RegistrationError::Invitation | RegistrationError::Closed) => Err(closed().into()),
    }
}

fn password_problem(password: &str, again: &str) -> Option<String> {
    if password != again {
        return Some("The two passwords are not the same.".to_owned());
    }
    (password.chars().count() < PASSWORD_LENGTH_MIN)
        .then(|| format!("The password needs {PASSWORD_LENGTH_MIN} characters or more."))
}

/// One's own page.
pub(crate) async fn show(
    State(application): State<Application>,
    visitor: Visitor,
) -> Result<Response, Failure> {
    let store = &application.store;
    let name: UserName = visitor
        .user
        .name
        .parse()
        .map_err(|error| Failure::internal(format!("a stored name: {error}")))?;
    let now = application.now();
    let tokens = store.tokens_of(visitor.user.user).await?;
    let projects = store.projects_of(&name).await?;
    page(&AccountPage {
        root: "../",
        proof: visitor.proof(),
        name: &visitor.user.name,
        is_admin: visitor.user.is_admin,
        projects: projects
            .into_iter()
            .map(|(name, role)| (name, role.as_str()))
            .collect(),
        tokens: tokens.iter().map(|token| listed(token, now)).collect(),
    })
}

fn listed(token: &TokenRecord, now: Timestamp) -> ListedToken {
    ListedToken {
        prefix: token.prefix.clone(),
        description: token.description.clone(),
        scope: match &token.scope {
            TokenScope::User => "all projects".to_owned(),
            TokenScope::Projects(projects) => {
                let names: Vec<&str> = projects.iter().map(ProjectName::as_str).collect();
                names.join(", ")
            }
        },
        permission: token.permission.as_str(),
        created: day(token.created),
        expires: match token.expires {
            None => "never".to_owned(),
            Some(expires) if expires <= now => "has expired".to_owned(),
            Some(expires) => day(expires),
        },
    }
}

/// Makes a token, and shows it this once.
pub(crate) async fn create_token(
    State(application): State<Application>,
    form: SignedForm,
) -> Result<Response, Failure> {
    let fields = &form.fields;
    let description = fields.some("description").unwrap_or("made in the browser");
    if description.chars().count() > DESCRIPTION_MAX {
        let text = format!("The description has more than {DESCRIPTION_MAX} characters.");
        return Err(Refusal::bad_request(text).into());
    }
    let now = application.now();
    let new = NewToken {
        scope: scope(fields.text("projects"))?,
        permission: match fields.word("permission", &["publish", "read"])? {
            Some("read") => TokenPermission::Read,
            _ => TokenPermission::Publish,
        },
        description,
        expires: expiry(fields.text("days"), now)?,
    };
    let user = form.visitor.user.user;
    let token = application.store.create_token(user, &new, now).await?;
    page(&TokenPage {
        root: "../../",
        token: token.to_string(),
        description,
    })
}

fn scope(text: &str) -> Result<TokenScope, Refusal> {
    let words = text.split([',', ' ', '\n', '\r', '\t']);
    let names: Result<Vec<ProjectName>, _> = words
        .filter(|word| !word.is_empty())
        .map(str::parse)
        .collect();
    let names = names.map_err(|error| Refusal::bad_request(format!("Projects: {error}")))?;
    Ok(if names.is_empty() {
        TokenScope::User
    } else {
        TokenScope::Projects(names)
    })
}

fn expiry(days: &str, now: Timestamp) -> Result<Option<Timestamp>, Refusal> {
    if days.is_empty() {
        return Ok(None);
    }
    let wrong = || {
        Refusal::bad_request(format!(
            "“{days}” is not a number of days from 1 to {DAYS_MAX}."
        ))
    };
    let days: u16 = days.parse().map_err(|_| wrong())?;
    if !(1..=DAYS_MAX).contains(&days) {
        return Err(wrong());
    }
    Ok(Some(now + SignedDuration::from_hours(24 * i64::from(days))))
}

/// Revokes one of one's own tokens.
pub(crate) async fn revoke_token(
    State(application): State<Application>,
    form: SignedForm,
) -> Result<Response, Failure> {
    let prefix = form.fields.text("prefix");
    let user = form.visitor.user.user;
    let store = &application.store;
    if !store.revoke_token(user, prefix, application.now()).await? {
        return Err(Refusal::not_found("You have no such token.").into());
    }
    Ok(see_other("../../"))
}

/// Changes one's password, and begins a new session in the place of all.
pub(crate) async fn change_password(
    State(application): State<Application>,
    site: Site,
    form: SignedForm,
) -> Result<Response, Failure> {
    let (fields, user) = (&form.fields, &form.visitor.user);
    let store = &application.store;
    let now = application.now();
    let known = access::sign_in(&application, &user.name, fields.exact("old")).await?;
    let password = fields.exact("password");
    let problem = if known.is_some() {
        password_problem(password, fields.exact("password_again"))
    } else {
        Some("The present password is wrong.".to_owned())
    };
    if let Some(problem) = problem {
        return Err(Refusal::bad_request(problem).into());
    }
    store.change_password(user.user, password, now).await?;
    begin_session((&application, &site), user.user, "../").await
}
