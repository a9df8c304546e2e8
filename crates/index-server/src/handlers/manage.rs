//! `/manage/project/<project>/`: what owners do with a project. Whether somebody may is asked by
//! the store, in the transaction that does it; the page itself is for people with a role.

use std::collections::HashMap;

use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use tilsit_index_store::{FileRecord, ManageError, Reading, Role, StoreError, UserName};
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::version::Version;
use tilsit_simple_api::ProjectState;

use crate::application::Application;
use crate::response::{Failure, Refusal};
use crate::templates::page;
use crate::templates::people::{ManagePage, ManagedRelease};
use crate::visitor::{SignedForm, Visitor, see_other};

/// The longest reason of a yank or status, in characters.
const REASON_MAX: usize = 500;

/// The page.
pub(crate) async fn show(
    State(application): State<Application>,
    Path(project): Path<String>,
    visitor: Visitor,
) -> Result<Response, Failure> {
    let name = parse(&project)?;
    let store = &application.store;
    let missing = || Refusal::not_found(format!("There is no project “{name}” here."));
    let stored = store.page(&name).await?.ok_or_else(missing)?;
    let people = store.people(&name).await?;
    let own = people.iter().find(|(user, _)| *user == visitor.user.name);
    let is_owner = visitor.user.is_admin || own.is_some_and(|(_, role)| *role == Role::Owner);
    if own.is_none() && !is_owner {
        let text = format!("You have no role in the project “{name}”.");
        return Err(Refusal::new(StatusCode::FORBIDDEN, text).into());
    }
    let listed = tilsit_simple_api::parse_json(stored.json.as_bytes(), None)
        .map_err(|error| Failure::internal(format!("a stored page cannot be read: {error}")))?;
    let reading = store.project_reading(&name).await?;
    page(&ManagePage {
        root: "../../../",
        proof: visitor.proof(),
        name: name.as_str(),
        user: &visitor.user.name,
        is_owner,
        is_admin: visitor.user.is_admin,
        status: listed.status.state.as_str(),
        status_reason: listed.status.reason.as_deref().unwrap_or_default(),
        reading: reading.map_or("", Reading::as_str),
        people: people
            .into_iter()
            .map(|(name, role)| (name, role.as_str()))
            .collect(),
        releases: releases(&listed.versions, store.project_files(&name).await?),
    })
}

/// The releases with their files, the newest first.
fn releases(versions: &[String], files: Vec<(String, FileRecord)>) -> Vec<ManagedRelease> {
    let mut by_version: HashMap<String, Vec<FileRecord>> = HashMap::new();
    for (version, file) in files {
        by_version.entry(version).or_default().push(file);
    }
    let newest_first = versions.iter().rev();
    newest_first
        .map(|version| {
            let files = by_version.remove(version).unwrap_or_default();
            ManagedRelease {
                version: version.clone(),
                yanked: files.iter().find_map(|file| file.yanked.clone()),
                files: files.into_iter().map(|file| file.file_name).collect(),
            }
        })
        .collect()
}

/// Yanks a release, or takes it back.
pub(crate) async fn yank(
    State(application): State<Application>,
    Path(project): Path<String>,
    form: SignedForm,
) -> Result<Response, Failure> {
    let (name, version) = (parse(&project)?, version(form.fields.text("version"))?);
    let reason = reason(form.fields.text("reason"))?;
    let action = form.fields.word("action", &["yank", "unyank"])?;
    let yanks = action != Some("unyank");
    application
        .store
        .yank_release(
            form.visitor.actor(),
            (&name, &version),
            yanks.then_some(reason),
            application.now(),
        )
        .await?;
    Ok(see_other("../"))
}

/// Deletes a file, a release or the whole project; the form repeats the name of what goes.
pub(crate) async fn delete(
    State(application): State<Application>,
    Path(project): Path<String>,
    form: SignedForm,
) -> Result<Response, Failure> {
    let name = parse(&project)?;
    let (fields, actor, now) = (&form.fields, form.visitor.actor(), application.now());
    let store = &application.store;
    let what = fields.text("what");
    let target = if what == "project" {
        name.as_str()
    } else {
        fields.text("target")
    };
    if fields.text("confirmation") != target {
        let text =
            format!("To delete “{target}”, type exactly this name into the field beside it.");
        return Err(Refusal::bad_request(text).into());
    }
    match what {
        "file" => {
            store.delete_file(actor, &name, target, now).await?;
        }
        "release" => {
            let version = version(target)?;
            store.delete_release(actor, (&name, &version), now).await?;
        }
        "project" => {
            store.delete_project(actor, &name, now).await?;
            return Ok(see_other("../../../../account/"));
        }
        _ => return Err(Refusal::bad_request("Nothing is named that could be deleted.").into()),
    }
    // A project whose last file has gone has a page still.
    Ok(see_other("../"))
}

/// Changes the project's status and who may read it.
pub(crate) async fn change_status(
    State(application): State<Application>,
    Path(project): Path<String>,
    form: SignedForm,
) -> Result<Response, Failure> {
    let name = parse(&project)?;
    let (fields, actor, now) = (&form.fields, form.visitor.actor(), application.now());
    let states = ["active", "archived", "deprecated", "quarantined"];
    let missing = || Refusal::bad_request("No status is named.");
    let state = ProjectState::from(fields.word("status", &states)?.ok_or_else(missing)?);
    let reason = Some(reason(fields.text("reason"))?).filter(|reason| !reason.is_empty());
    let store = &application.store;
    store
        .change_status(actor, &name, (&state, reason), now)
        .await?;
    Ok(see_other("../"))
}

/// Changes who may read the project.
pub(crate) async fn change_reading(
    State(application): State<Application>,
    Path(project): Path<String>,
    form: SignedForm,
) -> Result<Response, Failure> {
    let name = parse(&project)?;
    let reading = form.fields.some("reading").map(str::parse::<Reading>);
    let reading = reading
        .transpose()
        .map_err(|error| Refusal::bad_request(error.to_string()))?;
    application
        .store
        .change_reading(form.visitor.actor(), &name, reading, application.now())
        .await?;
    Ok(see_other("../"))
}

/// Gives somebody a role, or takes it away.
pub(crate) async fn change_role(
    State(application): State<Application>,
    Path(project): Path<String>,
    form: SignedForm,
) -> Result<Response, Failure> {
    let name = parse(&project)?;
    let (fields, actor, now) = (&form.fields, form.visitor.actor(), application.now());
    let user: UserName = fields
        .text("user")
        .parse()
        .map_err(|error| Refusal::bad_request(format!("{error}")))?;
    let store = &application.store;
    if fields.word("action", &["grant", "revoke"])? == Some("revoke") {
        store.revoke_role(actor, &name, &user, now).await?;
        let left = user.as_str().eq_ignore_ascii_case(&form.visitor.user.name);
        return Ok(see_other(if left { "../../../../account/" } else { "../" }));
    }
    let role = match fields.text("role") {
        "owner" => Role::Owner,
        "maintainer" => Role::Maintainer,
        _ => return Err(Refusal::bad_request("A role is “owner” or “maintainer”.").into()),
    };
    store.grant_role(actor, &name, (&user, role), now).await?;
    Ok(see_other("../"))
}

fn parse(project: &str) -> Result<ProjectName, Refusal> {
    project
        .parse()
        .map_err(|_| Refusal::not_found(format!("“{project}” cannot be a project's name.")))
}

fn version(text: &str) -> Result<Version, Refusal> {
    text.parse()
        .map_err(|_| Refusal::bad_request(format!("“{text}” is not a version.")))
}

fn reason(text: &str) -> Result<&str, Refusal> {
    if text.chars().count() > REASON_MAX {
        let problem = format!("The reason has more than {REASON_MAX} characters.");
        return Err(Refusal::bad_request(problem));
    }
    Ok(text)
}

impl From<ManageError> for Failure {
    fn from(error: ManageError) -> Self {
        let status = match &error {
            ManageError::NotAllowed { .. } | ManageError::NotAdministrator => StatusCode::FORBIDDEN,
            ManageError::NoSuchProject(_)
            | ManageError::NoSuchRelease { .. }
            | ManageError::NoSuchFile { .. }
            | ManageError::NoRole { .. }
            | ManageError::Store(StoreError::NoSuchUser(_)) => StatusCode::NOT_FOUND,
            ManageError::LastOwner { .. } | ManageError::LastAdministrator(_) => {
                StatusCode::CONFLICT
            }
            ManageError::Store(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        match error {
            ManageError::Store(error) if status == StatusCode::INTERNAL_SERVER_ERROR => {
                error.into()
            }
            error => Refusal::new(status, sentence(&error.to_string())).into(),
        }
    }
}

/// An error's text as a sentence for a page.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), characters.as_str()),
        None => String::new(),
    }
}
