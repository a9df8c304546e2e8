//! The last stage: one transaction makes the file visible.

use http::StatusCode;
use tilsit_index_store::{Publication, PublishError};

use super::authorized::{no_role, refused_name};
use super::stored::StoredFile;
use crate::application::Application;
use crate::event::{ServerEvent, UploadStage};
use crate::response::{Failure, Refusal};

/// What upload tools look for in the answer, to skip a file that is there (`--skip-existing`).
const FILE_EXISTS: &str = "File already exists";

/// A file that is on its project's page.
pub(crate) struct PublishedFile {
    file_name: String,
    publication: Publication,
}

impl PublishedFile {
    /// Whether it was not there before.
    pub(crate) fn is_new(&self) -> bool {
        matches!(self.publication, Publication::Published { .. })
    }

    /// The text of the answer, with status 200.
    pub(crate) fn answer(&self) -> String {
        match self.publication {
            Publication::Published { .. } => format!("published `{}`\n", self.file_name),
            Publication::AlreadyThere => {
                format!(
                    "`{}` is there already, with the same content\n",
                    self.file_name
                )
            }
        }
    }
}

/// Publishes a stored file.
pub(super) async fn publish(
    application: &Application,
    stored: StoredFile,
) -> Result<PublishedFile, Failure> {
    let file_name = stored.new_file.file_name.clone();
    let publication = application
        .store
        .publish_file(&stored.new_file, application.now())
        .await
        .map_err(explain)?;
    if matches!(publication, Publication::Published { .. }) {
        application.tell(&ServerEvent::Upload {
            file_name: file_name.clone(),
            stage: UploadStage::Published,
        });
    }
    Ok(PublishedFile {
        file_name,
        publication,
    })
}

fn explain(error: PublishError) -> Failure {
    match error {
        PublishError::NameTaken { .. } | PublishError::ContentTaken { .. } => {
            Refusal::bad_request(format!("{FILE_EXISTS}: {error}")).into()
        }
        PublishError::SecondSdist { .. } | PublishError::NameReserved { .. } => {
            Refusal::bad_request(error.to_string()).into()
        }
        PublishError::NewName(error) => refused_name(&error).into(),
        PublishError::NotAllowed { project } => no_role(&project).into(),
        PublishError::Closed { .. } => Refusal::new(
            StatusCode::FORBIDDEN,
            format!("{error}, and takes no files"),
        )
        .into(),
        PublishError::Store(error) => error.into(),
    }
}
