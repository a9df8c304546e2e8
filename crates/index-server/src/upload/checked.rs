//! The fourth stage: the file is what the form says it is, and what any file of an index must be.

use tilsit_index_store::{IncomingFile, NewFile};
use tilsit_packaging::metadata::CoreMetadata;
use tilsit_packaging::version::Version;
use tilsit_simple_api::upload::{FileType, UploadForm};

use super::authorized::AuthorizedUpload;
use super::metadata_agreement::differing_fields;
use crate::distribution::{self, Claim, FileDigests, NotTaken, ReadError};
use crate::response::{Failure, Refusal};

/// A file that may be published as soon as its bytes are in their place.
pub(super) struct CheckedUpload {
    pub(super) incoming: IncomingFile,
    pub(super) new_file: NewFile,
}

/// Checks the file, on a thread that may take its time.
pub(super) async fn check(authorized: AuthorizedUpload) -> Result<CheckedUpload, Failure> {
    tokio::task::spawn_blocking(move || check_now(authorized))
        .await
        .map_err(|_| Failure::internal("checking a file was given up"))?
}

fn check_now(upload: AuthorizedUpload) -> Result<CheckedUpload, Failure> {
    let AuthorizedUpload {
        uploader,
        project,
        form,
        mut file,
    } = upload;
    check_digests(&form, &file.digests)?;
    let claim = Claim {
        project,
        version: version(&form)?,
        kind: form.file_type,
    };
    check_file_type(&form, &file.file_name)?;
    distribution::check_file_name(&file.file_name, &claim)
        .map_err(|error| Refusal::bad_request(format!("the field `content`: {error}")))?;
    check_python_tag(&form, &file.file_name)?;
    let found = distribution::read(&mut file, &claim)?;
    check_agreement(&form, &found.metadata, &file.file_name)?;
    let (incoming, new_file) = distribution::new_file(file, claim, found, uploader, None);
    Ok(CheckedUpload { incoming, new_file })
}

fn check_digests(form: &UploadForm, found: &FileDigests) -> Result<(), Refusal> {
    let sha256 = found.sha256.to_string();
    for (field, said, found) in [
        ("sha256_digest", &form.sha256_digest, &sha256),
        (
            "blake2_256_digest",
            &form.blake2_256_digest,
            &found.blake2b_256,
        ),
        ("md5_digest", &form.md5_digest, &found.md5),
    ] {
        if said.as_ref().is_some_and(|said| said != found) {
            return Err(Refusal::bad_request(format!(
                "the field `{field}` is not the digest of the file that came, which is {found}"
            )));
        }
    }
    Ok(())
}

fn version(form: &UploadForm) -> Result<Version, Refusal> {
    let text = form.value("version").unwrap_or_default();
    text.parse()
        .map_err(|error| Refusal::bad_request(format!("the field `version`: {error}")))
}

/// What is said to be a wheel has the name of one.
fn check_file_type(form: &UploadForm, name: &str) -> Result<(), Refusal> {
    if form.file_type == FileType::Wheel && name.strip_suffix(".whl").is_none() {
        return Err(Refusal::bad_request(format!(
            "the field `filetype` says that `{}` of the field `content` is a wheel, whose name \
             must end in `.whl`",
            name.escape_debug()
        )));
    }
    Ok(())
}

/// The Python tag stands in a wheel's name, third from behind, and in the form.
fn check_python_tag(form: &UploadForm, name: &str) -> Result<(), Refusal> {
    if form.file_type != FileType::Wheel {
        return Ok(());
    }
    let python = name.rsplit('-').nth(2).unwrap_or_default();
    let tags = |text: &str| {
        let mut tags: Vec<String> = text.split('.').map(str::to_owned).collect();
        tags.sort();
        tags
    };
    if tags(&form.python_version) != tags(python) {
        return Err(Refusal::bad_request(format!(
            "the field `pyversion` is `{}`, and the Python tag of `{name}` is `{python}`",
            form.python_version
        )));
    }
    Ok(())
}

/// The form says nothing else than the file.
fn check_agreement(form: &UploadForm, metadata: &CoreMetadata, name: &str) -> Result<(), Refusal> {
    let differing = differing_fields(form, metadata);
    if differing.is_empty() {
        return Ok(());
    }
    Err(Refusal::bad_request(format!(
        "the form differs from the metadata in `{name}` in: `{}`",
        differing.join("`, `")
    )))
}

impl From<NotTaken> for Failure {
    fn from(error: NotTaken) -> Self {
        Refusal::bad_request(error.to_string()).into()
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::NotTaken(error) => error.into(),
            ReadError::File(error) => error.into(),
        }
    }
}
