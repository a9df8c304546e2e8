//! Uploading a checked set, file by file.

use std::ops::ControlFlow;

use tilsit_index_client::{HttpError, IndexClient, PageError, Upload, UploadError};
use tilsit_simple_api::{ProjectPage, Sha256Digest};

use crate::file_set::{CheckedFile, FileSet};
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
}

fn kind_of(error: &HttpError) -> FailureKind {
    match error {
        HttpError::Credentials { .. } => FailureKind::Credentials,
        HttpError::Status { status, .. } if (400..500).contains(status) => FailureKind::Refused,
        _ => FailureKind::Network,
    }
}

/// Uploads every file of the set, sdist first, and stops at the first that fails.
///
/// # Errors
/// [`PublishError`], with the file.
pub fn publish(
    files: &FileSet,
    repository: &Repository,
    client: &IndexClient,
    on_event: &mut dyn FnMut(PublishEvent) -> ControlFlow<()>,
) -> Result<Report, PublishError> {
    let mut known = KnownFiles::default();
    let mut report = Report::default();
    for file in files.files() {
        let outcome = match known.look_up(file, repository, client)? {
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

/// The pages of the set's projects, read when `skip_existing` asks for them.
#[derive(Default)]
struct KnownFiles {
    pages: Vec<(String, Option<ProjectPage>)>,
}

impl KnownFiles {
    /// The outcome of a file that the index has, when it is to be left out.
    fn look_up(
        &mut self,
        file: &CheckedFile,
        repository: &Repository,
        client: &IndexClient,
    ) -> Result<Option<Outcome>, PublishError> {
        let (true, Some(index)) = (repository.skip_existing, &repository.index) else {
            return Ok(None);
        };
        let name = file.project.as_str();
        if !self.pages.iter().any(|(known, _)| known == name) {
            let index = match &repository.credential {
                Some(credential) => index.clone().with_credential(credential.clone()),
                None => index.clone(),
            };
            let page = client.project_page(&index, &file.project);
            let page = match page.and_then(|page| client.whole_page(&page)) {
                Ok(page) => Some(page),
                Err(error) if error.is_not_found() => None,
                Err(error) => return Err(error.into()),
            };
            self.pages.push((name.to_owned(), page));
        }
        let page = self.pages.iter().find(|(known, _)| known == name);
        let listed = page.and_then(|(_, page)| page.as_ref()).and_then(|page| {
            page.files
                .iter()
                .find(|listed| *listed.name == *file.file_name)
        });
        match listed.map(|listed| listed.hashes.sha256) {
            None => Ok(None),
            Some(None) => Ok(Some(Outcome::SkippedUnseen)),
            Some(Some(found)) if found == file.sha256 => Ok(Some(Outcome::Skipped)),
            Some(Some(found)) => Err(PublishError::OtherContent {
                file_name: file.file_name.clone(),
                found,
            }),
        }
    }
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
        Err(error) if repository.skip_existing && error.is_already_there() => {
            // Where the pages could be read, a file of this name was not on them, or it came in
            // between: its content is not known.
            Ok(Outcome::SkippedUnseen)
        }
        Err(UploadError::Stopped(_)) => Err(stopped(file)),
        Err(source) => Err(PublishError::Upload {
            file_name: file.file_name.clone(),
            source,
        }),
    }
}

fn stopped(file: &CheckedFile) -> PublishError {
    PublishError::Stopped {
        file_name: file.file_name.clone(),
    }
}
