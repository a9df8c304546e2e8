//! Uploading a checked set, file by file.

use std::ops::ControlFlow;

use tilsit_index_client::{HttpError, IndexClient, PageError, Upload, UploadError};
use tilsit_simple_api::Sha256Digest;

use crate::file_set::{CheckedFile, FileSet};
use crate::plan::{self, PublishPlan, Step};
use crate::repository::Repository;

/// What happens while a set is published.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PublishEvent {
    /// An upload begins.
    Begins {
        /// The file.
        file_name: String,
        /// Its size in bytes.
        size_bytes: u64,
    },
    /// So much of a file has been sent.
    Sent {
        /// The file.
        file_name: String,
        /// Bytes of the request sent so far.
        sent_bytes: u64,
        /// Bytes of the whole request.
        all_bytes: u64,
    },
    /// A file is dealt with.
    Ends {
        /// The file.
        file_name: String,
        /// How.
        outcome: Outcome,
    },
}

/// How a file ended well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The index took it; with the text of its answer.
    Uploaded(Option<String>),
    /// The index has it already, with the same content.
    Skipped,
    /// The index says that it has a file of this name; its content could not be compared.
    SkippedUnseen,
}

/// A file that was dealt with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedFile {
    /// The file.
    pub file_name: String,
    /// How it ended.
    pub outcome: Outcome,
}

/// What was done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Every file of the set, in its order.
    pub files: Vec<PublishedFile>,
}

/// Why publishing ended early. The files before the one named are published.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// The index did not take a file.
    #[error("`{file_name}` was not published: {source}")]
    Upload {
        /// The file.
        file_name: String,
        /// Why, in the index's own words where it has any.
        source: UploadError,
    },
    /// The index has another file of this name.
    #[error("the index has a file `{file_name}` with other content (its SHA-256 is {found})")]
    OtherContent {
        /// The file.
        file_name: String,
        /// The digest of the index's file.
        found: Sha256Digest,
    },
    /// The project's page, which says what the index has, cannot be read.
    #[error("the files that the index has cannot be listed: {0}")]
    Page(#[from] PageError),
    /// The caller stopped it.
    #[error("publishing was stopped before `{file_name}` was done")]
    Stopped {
        /// The file.
        file_name: String,
    },
}

/// What kind of failure it was, as scripts need to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// Credentials are missing, wrong or not sufficient.
    Credentials,
    /// The index cannot be reached or has a problem of its own.
    Network,
    /// The index refuses the file.
    Refused,
    /// A file cannot be read.
    File,
    /// The caller stopped it.
    Stopped,
}

impl PublishError {
    /// What kind of failure it was.
    pub fn kind(&self) -> FailureKind {
        match self {
            Self::OtherContent { .. } => FailureKind::Refused,
            Self::Stopped { .. } => FailureKind::Stopped,
            Self::Page(PageError::File(_) | PageError::NotLocal(_)) => FailureKind::File,
            Self::Page(PageError::Http(error)) => kind_of(error),
            Self::Page(_) => FailureKind::Network,
            Self::Upload { source, .. } => match source {
                UploadError::Http(error) if !source.is_already_there() => kind_of(error),
                UploadError::Http(_) => FailureKind::Refused,
                UploadError::Stopped(_) => FailureKind::Stopped,
                _ => FailureKind::File,
            },
        }
    }

    /// The request that failed, when it was one.
    pub fn http(&self) -> Option<&HttpError> {
        match self {
            Self::Page(PageError::Http(error))
            | Self::Upload {
                source: UploadError::Http(error),
                ..
            } => Some(error),
            _ => None,
        }
    }
}

fn kind_of(error: &HttpError) -> FailureKind {
    match error {
        HttpError::Credentials { .. } => FailureKind::Credentials,
        HttpError::Status { status, .. } if (400..500).contains(status) => FailureKind::Refused,
        _ => FailureKind::Network,
    }
}

/// Uploads every file of the set that the index has not, sdist first, and stops at the first that
/// fails. What is there is looked up before: [`PublishPlan::make`].
///
/// # Errors
/// [`PublishError`], with the file.
pub fn publish(
    files: &FileSet,
    repository: &Repository,
    client: &IndexClient,
    on_event: &mut dyn FnMut(PublishEvent) -> ControlFlow<()>,
) -> Result<Report, PublishError> {
    let plan = PublishPlan::make(files, repository, client)?;
    carry_out(plan, repository, client, on_event)
}

/// Does what a plan says.
///
/// # Errors
/// [`PublishError`], with the file.
pub fn carry_out(
    plan: PublishPlan<'_>,
    repository: &Repository,
    client: &IndexClient,
    on_event: &mut dyn FnMut(PublishEvent) -> ControlFlow<()>,
) -> Result<Report, PublishError> {
    let mut report = Report::default();
    for Step { file, there } in plan.steps {
        let outcome = match there {
            Some(outcome) => outcome,
            None => upload(file, repository, client, on_event)?,
        };
        let ends = PublishEvent::Ends {
            file_name: file.file_name.clone(),
            outcome: outcome.clone(),
        };
        report.files.push(PublishedFile {
            file_name: file.file_name.clone(),
            outcome,
        });
        if on_event(ends).is_break() {
            return Err(stopped(file));
        }
    }
    Ok(report)
}

fn upload(
    file: &CheckedFile,
    repository: &Repository,
    client: &IndexClient,
    on_event: &mut dyn FnMut(PublishEvent) -> ControlFlow<()>,
) -> Result<Outcome, PublishError> {
    let begins = PublishEvent::Begins {
        file_name: file.file_name.clone(),
        size_bytes: file.size_bytes,
    };
    if on_event(begins).is_break() {
        return Err(stopped(file));
    }
    let upload = Upload {
        url: &repository.url,
        form: &file.form,
        path: &file.path,
        credential: repository.credential.as_ref(),
    };
    let uploaded = client.upload(upload, &mut |sent_bytes, all_bytes| {
        on_event(PublishEvent::Sent {
            file_name: file.file_name.clone(),
            sent_bytes,
            all_bytes,
        })
    });
    match uploaded {
        Ok(answer) => Ok(Outcome::Uploaded(answer.text)),
        Err(UploadError::Stopped(_)) => Err(stopped(file)),
        Err(source) => {
            if source.is_already_there()
                && let Some(outcome) = came_between(file, repository, client)?
            {
                return Ok(outcome);
            }
            Err(PublishError::Upload {
                file_name: file.file_name.clone(),
                source,
            })
        }
    }
}

/// How a file ended of which the index says that it has one of its name, although nothing was seen
/// of it before: the pages cannot be read, or the file came in between. It may have come from here,
/// when the answer to an upload was lost and it was sent again.
fn came_between(
    file: &CheckedFile,
    repository: &Repository,
    client: &IndexClient,
) -> Result<Option<Outcome>, PublishError> {
    let looks = repository.skip_existing || repository.resume;
    let seen = if looks {
        plan::look_again(file, repository, client)?
    } else {
        None
    };
    Ok(seen.or(repository.skip_existing.then_some(Outcome::SkippedUnseen)))
}

fn stopped(file: &CheckedFile) -> PublishError {
    PublishError::Stopped {
        file_name: file.file_name.clone(),
    }
}
