//! What the index has already, found out before the first byte is sent: which files are to be sent,
//! and which are there. A set whose upload broke off goes on where it was.

use tilsit_index_client::{IndexClient, PageError};
use tilsit_simple_api::ProjectPage;

use crate::file_set::{CheckedFile, FileSet};
use crate::repository::Repository;
use crate::upload::{Outcome, PublishError};

/// What is to be done, file by file.
#[derive(Debug)]
pub struct PublishPlan<'a> {
    /// The files in their order.
    pub steps: Vec<Step<'a>>,
}

/// What is to be done with a file.
#[derive(Debug)]
pub struct Step<'a> {
    /// The file.
    pub file: &'a CheckedFile,
    /// How it ended already: the index has it.
    pub there: Option<Outcome>,
}

impl<'a> PublishPlan<'a> {
    /// Looks up what the index has, if the repository says so and its pages can be read.
    ///
    /// # Errors
    /// When the index has another file of one of the names; when existing files are to be left out
    /// and the project's page cannot be read.
    pub fn make(
        files: &'a FileSet,
        repository: &Repository,
        client: &IndexClient,
    ) -> Result<Self, PublishError> {
        let page = if repository.skip_existing || repository.resume {
            page(files, repository, client)?
        } else {
            None
        };
        let steps = files.files().iter().map(|file| {
            let there = match &page {
                Some(page) => look_up(file, page, repository)?,
                None => None,
            };
            Ok(Step { file, there })
        });
        Ok(Self {
            steps: steps.collect::<Result<_, PublishError>>()?,
        })
    }
}

/// The project's page; nothing where there is none, or where nobody insists on it.
fn page(
    files: &FileSet,
    repository: &Repository,
    client: &IndexClient,
) -> Result<Option<ProjectPage>, PublishError> {
    match read_page(files.files(), repository, client) {
        Ok(page) => Ok(page),
        Err(error) if repository.skip_existing => Err(error.into()),
        Err(_) => Ok(None),
    }
}

/// The page of the project that files are of, as the index has it now.
fn read_page(
    files: &[CheckedFile],
    repository: &Repository,
    client: &IndexClient,
) -> Result<Option<ProjectPage>, PageError> {
    let (Some(index), Some(file)) = (&repository.index, files.first()) else {
        return Ok(None);
    };
    let index = match &repository.credential {
        // Not to another place than the one that it was given for.
        Some(credential) if index.url().origin() == repository.url.origin() => {
            index.clone().with_credential(credential.clone())
        }
        _ => index.clone(),
    };
    let page = client.project_page(&index, &file.project);
    match page.and_then(|page| client.whole_page(&page)) {
        Ok(page) => Ok(Some(page)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// How a file ended already.
fn look_up(
    file: &CheckedFile,
    page: &ProjectPage,
    repository: &Repository,
) -> Result<Option<Outcome>, PublishError> {
    let listed = page
        .files
        .iter()
        .find(|listed| *listed.name == *file.file_name);
    match listed.map(|listed| listed.hashes.sha256) {
        None => Ok(None),
        Some(None) => Ok(repository.skip_existing.then_some(Outcome::SkippedUnseen)),
        Some(Some(found)) if found == file.sha256 => Ok(Some(Outcome::Skipped)),
        Some(Some(found)) => Err(PublishError::OtherContent {
            file_name: file.file_name.clone(),
            found,
        }),
    }
}

/// How a file ended of which the index says that it has one of its name.
///
/// # Errors
/// When it has another one.
pub(crate) fn look_again(
    file: &CheckedFile,
    repository: &Repository,
    client: &IndexClient,
) -> Result<Option<Outcome>, PublishError> {
    let page = read_page(std::slice::from_ref(file), repository, client);
    match page.ok().flatten() {
        Some(page) => look_up(file, &page, repository),
        None => Ok(None),
    }
}
