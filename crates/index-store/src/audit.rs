//! A full audit: every file's bytes against the database, every page against its rows, and what
//! nobody names. It changes nothing.

use std::fmt;
use std::ops::ControlFlow;

use tilsit_packaging::name::ProjectName;
use tilsit_simple_api::Sha256Digest;

use crate::blobs::NamedBlobs;
use crate::error::{Doing, StoreError};
use crate::files::FileRecord;
use crate::pages;
use crate::store::IndexStore;

pub(crate) const MISSING: &str = "it is not where files are kept";

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Finding {
    /// A file that is listed is not where files are kept, or not with its size and digest.
    File {
        /// The project.
        project: String,
        /// The file.
        file_name: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A project's page is missing, or says other than its rows.
    Page {
        /// The project.
        project: String,
    },
    /// A project has no owner.
    NoOwner {
        /// The project.
        project: String,
    },
    /// A release has no files.
    EmptyRelease {
        /// The project.
        project: String,
        /// The version.
        version: String,
    },
    /// A file is there although its name was reserved when it was deleted.
    Reserved {
        /// The file.
        file_name: String,
    },
    /// Bytes that no row names: of an upload that was cut, or of a deletion. They take space and
    /// do no harm.
    Unnamed {
        /// Where they are: a path, or the name of an object.
        place: String,
    },
}

impl Finding {
    /// Whether readers or uploaders may notice.
    pub fn is_harmful(&self) -> bool {
        !matches!(self, Self::Unnamed { .. })
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File {
                project,
                file_name,
                problem,
            } => write!(formatter, "`{file_name}` of `{project}`: {problem}"),
            Self::Page { project } => {
                write!(
                    formatter,
                    "the page of `{project}` is not what its rows say"
                )
            }
            Self::NoOwner { project } => write!(formatter, "`{project}` has no owner"),
            Self::EmptyRelease { project, version } => {
                write!(formatter, "release {version} of `{project}` has no files")
            }
            Self::Reserved { file_name } => {
                write!(
                    formatter,
                    "`{file_name}` is there, and was deleted for ever"
                )
            }
            Self::Unnamed { place } => write!(formatter, "`{place}` belongs to no file"),
        }
    }
}

/// What an audit looked at and found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Audit {
    /// How many projects there are.
    pub projects: usize,
    /// How many files there are.
    pub files: usize,
    /// What is not as it should be.
    pub findings: Vec<Finding>,
}

impl IndexStore {
    /// Looks at everything; the callback is called after each project with how many were looked at.
    ///
    /// # Errors
    /// When the database or the files cannot be read. A callback that breaks ends the audit early.
    pub async fn audit(
        &self,
        on_project: &mut dyn FnMut(usize) -> ControlFlow<()>,
    ) -> Result<Audit, StoreError> {
        let mut audit = Audit::default();
        let mut named = NamedBlobs::default();
        let projects: Vec<(i64, String)> =
            sqlx::query_as("SELECT id, name FROM projects ORDER BY name")
                .fetch_all(self.database.reader())
                .await
                .doing("list the projects")?;
        for (id, project) in projects {
            let name: ProjectName = project.parse().map_err(|_| StoreError::Corrupt {
                what: "a project's name",
                value: project.clone(),
            })?;
            let files = self.project_files(&name).await?;
            audit.files += files.len();
            audit.projects += 1;
            self.audit_files(&project, files, &mut named, &mut audit)
                .await?;
            self.audit_rows(id, &name, &mut audit).await?;
            if on_project(audit.projects).is_break() {
                return Ok(audit);
            }
        }
        let reserved: Vec<String> = sqlx::query_scalar(
            "SELECT f.file_name FROM files f JOIN reserved_files r ON r.file_name = f.file_name",
        )
        .fetch_all(self.database.reader())
        .await
        .doing("look for reserved names")?;
        let reserved = reserved
            .into_iter()
            .map(|file_name| Finding::Reserved { file_name });
        audit.findings.extend(reserved);
        let unnamed = self.blobs().others(named).await?.into_iter();
        let unnamed = unnamed.map(|place| Finding::Unnamed { place });
        audit.findings.extend(unnamed);
        Ok(audit)
    }

    /// The bytes of a project's files.
    async fn audit_files(
        &self,
        project: &str,
        files: Vec<(String, FileRecord)>,
        named: &mut NamedBlobs,
        audit: &mut Audit,
    ) -> Result<(), StoreError> {
        for (_, file) in files {
            let (blobs, sha256) = (self.blobs(), &file.sha256);
            named.insert(sha256, &file.file_name, file.metadata_sha256.is_some());
            let measured = blobs.measure(sha256, &file.file_name).await?;
            let mut found = problem(measured, Some(file.size_bytes), sha256);
            if let (None, Some(digest)) = (found, &file.metadata_sha256) {
                let measured = blobs.measure_metadata(sha256, &file.file_name).await?;
                found = problem_of_metadata(problem(measured, None, digest));
            }
            audit.findings.extend(found.map(|problem| Finding::File {
                project: project.to_owned(),
                file_name: file.file_name,
                problem,
            }));
        }
        Ok(())
    }

    /// A project's rows and its page, as of one moment.
    async fn audit_rows(
        &self,
        id: i64,
        name: &ProjectName,
        audit: &mut Audit,
    ) -> Result<(), StoreError> {
        let mut transaction = self.database.begin().await?;
        let project = || name.to_string();
        let stored: Option<(i64, String)> =
            sqlx::query_as("SELECT serial, body FROM pages WHERE project = $1")
                .bind(name.as_str())
                .fetch_optional(&mut *transaction)
                .await
                .doing("read a page")?;
        let is_current = match stored {
            None => false,
            Some((serial, body)) => {
                let serial = serial.cast_unsigned();
                body == pages::rendered(&mut transaction, id, name, serial).await?
            }
        };
        if !is_current {
            audit.findings.push(Finding::Page { project: project() });
        }
        let owners: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM roles WHERE project_id = $1 AND role = 'owner'",
        )
        .bind(id)
        .fetch_one(&mut *transaction)
        .await
        .doing("count a project's owners")?;
        if owners == 0 {
            audit.findings.push(Finding::NoOwner { project: project() });
        }
        let empty: Vec<String> = sqlx::query_scalar(
            "SELECT version FROM releases WHERE project_id = $1 \
             AND NOT EXISTS (SELECT 1 FROM files WHERE release_id = releases.id)",
        )
        .bind(id)
        .fetch_all(&mut *transaction)
        .await
        .doing("look for empty releases")?;
        let empty = empty.into_iter().map(|version| Finding::EmptyRelease {
            project: project(),
            version,
        });
        audit.findings.extend(empty);
        Ok(())
    }
}

/// What is wrong with bytes of this size and digest.
pub(crate) fn problem(
    measured: Option<(u64, Sha256Digest)>,
    size: Option<u64>,
    sha256: &Sha256Digest,
) -> Option<&'static str> {
    let Some((found_size, found)) = measured else {
        return Some(MISSING);
    };
    if size.is_some_and(|size| size != found_size) {
        return Some("it has another size");
    }
    (found != *sha256).then_some("it has another digest")
}

/// The same of the metadata beside a file.
pub(crate) fn problem_of_metadata(problem: Option<&'static str>) -> Option<&'static str> {
    problem.map(|problem| match problem {
        MISSING => "its metadata is not where files are kept",
        _ => "its metadata has another digest",
    })
}
