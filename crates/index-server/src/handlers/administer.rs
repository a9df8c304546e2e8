//! `/manage/`: the index as its administrators see it: users, invitations, settings.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use tilsit_index_store::{
    IndexSettings, NamePattern, NamePatternError, NewProjectsError, Reading, UserName,
};

use crate::access;
use crate::application::Application;
use crate::response::{Failure, Refusal};
use crate::site::Site;
use crate::templates::people::{AdministerPage, InvitationPage, ListedUser};
use crate::templates::{day, page};
use crate::visitor::{SignedForm, Visitor, see_other};

/// The page.
pub(crate) async fn show(
    State(application): State<Application>,
    visitor: Visitor,
) -> Result<Response, Failure> {
    if !visitor.user.is_admin {
        let text = "Only administrators of the index see this page.";
        return Err(Refusal::new(StatusCode::FORBIDDEN, text).into());
    }
    let store = &application.store;
    let settings = store.settings().await?;
    let users = store.users().await?;
    page(&AdministerPage {
        root: "../",
        proof: visitor.proof(),
        reading: settings.reading.as_str(),
        open_registration: settings.open_registration,
        new_projects: settings.new_projects.as_str(),
        kept_names: store.prohibited_names().await?,
        users: users
            .into_iter()
            .map(|user| ListedUser {
                created: day(user.created),
                is_admin: user.is_admin,
                is_disabled: user.disabled.is_some(),
                name: user.name,
            })
            .collect(),
    })
}

/// Makes an invitation, and shows its link this once.
pub(crate) async fn invite(
    State(application): State<Application>,
    site: Site,
    form: SignedForm,
) -> Result<Response, Failure> {
    let is_admin = form.fields.word("administrator", &["yes"])?.is_some();
    let store = &application.store;
    let secret = store
        .invite(form.visitor.actor(), is_admin, application.now())
        .await?;
    page(&InvitationPage {
        root: "../../",
        link: format!("{site}account/register/?invitation={secret}"),
    })
}

/// Changes the settings of the index.
pub(crate) async fn change_settings(
    State(application): State<Application>,
    form: SignedForm,
) -> Result<Response, Failure> {
    let reading: Reading = form
        .fields
        .text("reading")
        .parse()
        .map_err(|error| Refusal::bad_request(format!("{error}")))?;
    let registration = form.fields.word("registration", &["open", "invited"])?;
    let missing = || Refusal::bad_request("Nothing says who may make accounts.");
    let settings = IndexSettings {
        reading,
        open_registration: registration.ok_or_else(missing)? == "open",
        new_projects: form
            .fields
            .text("new-projects")
            .parse()
            .map_err(|error: NewProjectsError| Refusal::bad_request(error.to_string()))?,
    };
    application
        .store
        .change_settings(form.visitor.actor(), &settings, application.now())
        .await?;
    access::forget_settings(&application);
    Ok(see_other("../"))
}

/// Keeps names for administrators, or gives them free.
pub(crate) async fn change_names(
    State(application): State<Application>,
    form: SignedForm,
) -> Result<Response, Failure> {
    let pattern: NamePattern = form
        .fields
        .text("pattern")
        .parse()
        .map_err(|error: NamePatternError| Refusal::bad_request(error.to_string()))?;
    let action = form.fields.word("action", &["prohibit", "permit"])?;
    let missing = || Refusal::bad_request("Nothing says what to do with the name.");
    let prohibits = action.ok_or_else(missing)? == "prohibit";
    application
        .store
        .prohibit_names(
            form.visitor.actor(),
            (&pattern, prohibits),
            application.now(),
        )
        .await?;
    Ok(see_other("../"))
}

/// Promotes, demotes, locks out or lets in a user.
pub(crate) async fn change_user(
    State(application): State<Application>,
    form: SignedForm,
) -> Result<Response, Failure> {
    let name: UserName = form
        .fields
        .text("user")
        .parse()
        .map_err(|error| Refusal::bad_request(format!("{error}")))?;
    let (store, actor, now) = (&application.store, form.visitor.actor(), application.now());
    match form.fields.text("action") {
        "promote" => store.change_administrator(actor, &name, true, now).await?,
        "demote" => store.change_administrator(actor, &name, false, now).await?,
        "disable" => store.disable_user(actor, &name, true, now).await?,
        "enable" => store.disable_user(actor, &name, false, now).await?,
        _ => return Err(Refusal::bad_request("Nothing is named that could be done.").into()),
    }
    Ok(see_other("../"))
}
