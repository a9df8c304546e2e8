//! The second stage: the body is read. The file streams to disk while it is hashed; the text fields
//! become a form.

use std::future::Future;

use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart};
use http::StatusCode;
use tilsit_files::{FileError, Operation};
use tilsit_index_store::AuthenticatedToken;
use tilsit_simple_api::upload::UploadForm;
use tokio::io::AsyncWriteExt;

use super::form_fields::{FormFields, FormFieldsError};
use super::identified::IdentifiedUpload;
use crate::application::Application;
use crate::distribution::{ArrivedFile, FileHasher};
use crate::options::Limits;
use crate::response::{Failure, Refusal};

/// The field that holds the file.
const CONTENT: &str = "content";

/// An upload whose form and file have come; neither is checked yet.
pub(super) struct ReceivedUpload {
    pub(super) uploader: AuthenticatedToken,
    pub(super) form: UploadForm,
    pub(super) file: ArrivedFile,
}

/// Reads the body.
pub(super) async fn receive(
    application: &Application,
    identified: IdentifiedUpload,
) -> Result<ReceivedUpload, Failure> {
    let mut multipart = Multipart::from_request(identified.request, &())
        .await
        .map_err(|error| Refusal::bad_request(error.body_text()))?;
    match receive_fields(application, &mut multipart).await {
        Ok((form, file)) => Ok(ReceivedUpload {
            uploader: identified.uploader,
            form,
            file,
        }),
        Err(failure) => {
            discard_rest(&application.limits, &mut multipart).await;
            Err(failure)
        }
    }
}

async fn receive_fields(
    application: &Application,
    multipart: &mut Multipart,
) -> Result<(UploadForm, ArrivedFile), Failure> {
    let limits = &application.limits;
    let mut fields = FormFields::default();
    let mut file = None;
    while let Some(field) = within_pause(limits, multipart.next_field()).await? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == CONTENT {
            if file.is_some() {
                return Err(Refusal::bad_request("the form has more than one `content`").into());
            }
            file = Some(receive_file(application, field).await?);
        } else {
            let value = receive_text(limits, &fields, &name, field).await?;
            fields.push(&name, value).map_err(refused)?;
        }
    }
    let form = fields.into_form().map_err(refused)?;
    let file = file.ok_or_else(|| Refusal::bad_request("the form has no file `content`"))?;
    Ok((form, file))
}

async fn receive_text(
    limits: &Limits,
    fields: &FormFields,
    name: &str,
    mut field: Field<'_>,
) -> Result<Vec<u8>, Failure> {
    let mut value = Vec::new();
    fields.check_size(name, 0, limits).map_err(refused)?;
    while let Some(chunk) = within_pause(limits, field.chunk()).await? {
        fields
            .check_size(name, value.len() + chunk.len(), limits)
            .map_err(refused)?;
        value.extend_from_slice(&chunk);
    }
    Ok(value)
}

async fn receive_file(
    application: &Application,
    mut field: Field<'_>,
) -> Result<ArrivedFile, Failure> {
    let limits = &application.limits;
    let file_name = field.file_name().unwrap_or_default().to_owned();
    let incoming = application.store.blobs().receive()?;
    let failed = |source| FileError::new(Operation::Write, incoming.path(), source);
    let mut file = tokio::fs::File::create(incoming.path())
        .await
        .map_err(failed)?;
    let mut hasher = FileHasher::default();
    while let Some(chunk) = within_pause(limits, field.chunk()).await? {
        hasher.update(&chunk);
        if hasher.size_bytes() > limits.file_size_max_bytes {
            let max = limits.file_size_max_bytes;
            return Err(too_large(&format!("the file has more than {max} bytes")).into());
        }
        application.metrics.uploaded(chunk.len());
        file.write_all(&chunk).await.map_err(failed)?;
    }
    file.flush().await.map_err(failed)?;
    Ok(ArrivedFile {
        file_name,
        incoming,
        digests: hasher.finish(),
    })
}

/// Waits for the next piece of the body, no longer than a client may pause.
async fn within_pause<T>(
    limits: &Limits,
    next: impl Future<Output = Result<T, MultipartError>>,
) -> Result<T, Refusal> {
    match tokio::time::timeout(limits.upload_pause_max, next).await {
        Ok(Ok(piece)) => Ok(piece),
        Ok(Err(error)) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            Err(too_large("the request is larger than any upload may be"))
        }
        Ok(Err(error)) => Err(Refusal::bad_request(format!(
            "the form cannot be read: {}",
            error.body_text()
        ))),
        Err(_) => Err(Refusal::new(
            StatusCode::REQUEST_TIMEOUT,
            "the upload paused for too long",
        )),
    }
}

/// Reads and forgets the rest of a refused form: a client that is still sending when the
/// connection closes never reads why. The size limit of the route bounds it.
async fn discard_rest(limits: &Limits, multipart: &mut Multipart) {
    while let Ok(Some(mut field)) = within_pause(limits, multipart.next_field()).await {
        while let Ok(Some(_)) = within_pause(limits, field.chunk()).await {}
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it turns one error into the other"
)]
fn refused(error: FormFieldsError) -> Refusal {
    match error {
        FormFieldsError::TooMany(_)
        | FormFieldsError::TooLarge(_)
        | FormFieldsError::FieldTooLarge { .. } => too_large(&error.to_string()),
        FormFieldsError::NotText(_) | FormFieldsError::Form(_) => {
            Refusal::bad_request(error.to_string())
        }
    }
}

fn too_large(text: &str) -> Refusal {
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, text)
}
