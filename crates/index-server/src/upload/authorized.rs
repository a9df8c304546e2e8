//! The third stage: whether the uploader may publish to the project that the form names.

use http::StatusCode;
use tilsit_index_store::{ProjectAccess, TokenPermission, UserId};
use tilsit_packaging::name::ProjectName;
use tilsit_simple_api::upload::UploadForm;

use super::received::{ReceivedFile, ReceivedUpload};
use crate::application::Application;
use crate::response::{Failure, Refusal};

/// An upload that is permitted, if its file is what the form says.
pub(super) struct AuthorizedUpload {
    pub(super) uploader: UserId,
    pub(super) project: ProjectName,
    pub(super) form: UploadForm,
    pub(super) file: ReceivedFile,
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
    if received.uploader.permission == TokenPermission::Read {
        return Err(forbidden("the token is for reading, not for uploads".to_owned()).into());
    }
    if !received.uploader.scope.covers(&project) {
        return Err(forbidden(format!("the token is not for the project `{project}`")).into());
    }
    let user = received.uploader.user;
    match application.store.project_access(&project, user).await? {
        ProjectAccess::Free | ProjectAccess::Role(_) => Ok(AuthorizedUpload {
            uploader: user,
            project,
            form: received.form,
            file: received.file,
        }),
        ProjectAccess::None => Err(no_role(&project).into()),
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
