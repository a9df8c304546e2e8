//! The third stage: whether the uploader may publish to the project that the form names.

use http::StatusCode;
use tilsit_index_store::{
    AuthenticatedToken, NewNameError, ProjectAccess, TokenPermission, UserId,
};
use tilsit_packaging::name::ProjectName;
use tilsit_simple_api::upload::UploadForm;

use super::received::ReceivedUpload;
use crate::application::Application;
use crate::distribution::ArrivedFile;
use crate::response::{Failure, Refusal};

/// An upload that is permitted, if its file is what the form says.
pub(super) struct AuthorizedUpload {
    pub(super) uploader: UserId,
    pub(super) project: ProjectName,
    pub(super) form: UploadForm,
    pub(super) file: ArrivedFile,
}

/// Checks the token's scope and the user's role. The transaction at the end looks at the role once
/// more, for one who was faster.
pub(super) async fn authorize(
    application: &Application,
    received: ReceivedUpload,
) -> Result<AuthorizedUpload, Failure> {
    let name = received.form.value("name").unwrap_or_default();
    let project: ProjectName = name
        .parse()
        .map_err(|error| Refusal::bad_request(format!("the field `name`: {error}")))?;
    permitted(application, &received.uploader, Some(&project)).await?;
    Ok(AuthorizedUpload {
        uploader: received.uploader.user,
        project,
        form: received.form,
        file: received.file,
    })
}

/// Refuses who may not publish to a project, or to any.
pub(crate) async fn permitted(
    application: &Application,
    uploader: &AuthenticatedToken,
    project: Option<&ProjectName>,
) -> Result<(), Failure> {
    if uploader.permission == TokenPermission::Read {
        return Err(forbidden("the token is for reading, not for uploads".to_owned()).into());
    }
    let Some(project) = project else {
        return Ok(());
    };
    if !uploader.scope.covers(project) {
        return Err(forbidden(format!("the token is not for the project `{project}`")).into());
    }
    let (store, user) = (&application.store, uploader.user);
    match store.project_access(project, user).await? {
        ProjectAccess::Free => {
            let checked = store.check_new_name(project, user).await?;
            checked.map_err(|error| refused_name(&error).into())
        }
        ProjectAccess::Role(_) => Ok(()),
        ProjectAccess::None => Err(no_role(project).into()),
    }
}

/// The answer to a name that a new project cannot have.
pub(super) fn refused_name(error: &NewNameError) -> Refusal {
    match error {
        NewNameError::NotAdministrator(_) => forbidden(error.to_string()),
        NewNameError::StandardLibrary(_)
        | NewNameError::Lookalike { .. }
        | NewNameError::Prohibited(_) => Refusal::bad_request(error.to_string()),
    }
}

/// The answer to a user who has no role in the project.
pub(super) fn no_role(project: &ProjectName) -> Refusal {
    forbidden(format!(
        "the project `{project}` is there, and this user is neither its owner nor a maintainer"
    ))
}

fn forbidden(text: String) -> Refusal {
    Refusal::new(StatusCode::FORBIDDEN, text)
}
