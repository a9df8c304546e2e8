//! Making an uploaded file visible: rows, event, serial and the project's page in one transaction.

use jiff::Timestamp;
use sqlx::{Any, Transaction};
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::version::Version;
use tilsit_simple_api::Sha256Digest;
use tilsit_simple_api::upload::FileType;

use crate::accounts::UserId;
use crate::dependents;
use crate::error::{Doing, StoreError};
use crate::events::{self, NewEvent};
use crate::names::{self, NewNameError};
use crate::pages;
use crate::projects::Role;
use crate::store::IndexStore;

/// A checked file whose bytes are already in their final place.
#[derive(Debug, Clone)]
pub struct NewFile {
    /// The project.
    pub project: ProjectName,
    /// The project's name as the file's metadata writes it.
    pub display_name: String,
    /// The release.
    pub version: Version,
    /// The file's name.
    pub file_name: String,
    /// Whether it is an sdist or a wheel.
    pub kind: FileType,
    /// Its size in bytes.
    pub size_bytes: u64,
    /// Its SHA-256.
    pub sha256: Sha256Digest,
    /// Its BLAKE2b-256, as hexadecimal digits.
    pub blake2b_256: String,
    /// The text of its METADATA or PKG-INFO.
    pub core_metadata: String,
    /// The digest of the metadata that lies beside the file, when it does.
    pub metadata_sha256: Option<Sha256Digest>,
    /// The metadata's `Requires-Python`.
    pub requires_python: Option<String>,
    /// The metadata's `Summary`.
    pub summary: Option<String>,
    /// Who uploads it.
    pub uploader: UserId,
    /// When it was published first, for one that comes from another index; none for now.
    pub uploaded: Option<Timestamp>,
}

/// How publishing went well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Publication {
    /// The file is visible since the change of this serial.
    Published {
        /// The change's serial.
        serial: u64,
    },
    /// The same bytes were there under the same name; nothing changed.
    AlreadyThere,
}

/// Why a file cannot be published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The name is taken by other bytes.
    #[error("there is a file `{file_name}` with other content")]
    NameTaken {
        /// The name.
        file_name: String,
    },
    /// A file of this name was deleted.
    #[error("a file `{file_name}` was deleted, and its name is not given to another")]
    NameReserved {
        /// The name.
        file_name: String,
    },
    /// The same bytes are there under another name.
    #[error("the content of `{file_name}` is there already as `{other}`")]
    ContentTaken {
        /// The new name.
        file_name: String,
        /// The name that the bytes have.
        other: String,
    },
    /// The release has an sdist.
    #[error("the release has an sdist already: `{existing}`")]
    SecondSdist {
        /// The sdist's name.
        existing: String,
    },
    /// A new project cannot have this name, or this owner.
    #[error(transparent)]
    NewName(#[from] NewNameError),
    /// The user has no role in the project.
    #[error("the user has no role in the project `{project}`")]
    NotAllowed {
        /// The project.
        project: ProjectName,
    },
    /// The project takes no files at present.
    #[error("the project `{project}` is {status}")]
    Closed {
        /// The project.
        project: ProjectName,
        /// `archived` or `quarantined` (PEP 792).
        status: String,
    },
    /// The database fails.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl IndexStore {
    /// Publishes a file whose bytes are kept: afterwards the project's page lists it.
    ///
    /// # Errors
    /// When the name, the content or the release does not permit it, the user has no role in the
    /// project, or the database fails; nothing is changed then.
    pub async fn publish_file(
        &self,
        file: &NewFile,
        now: Timestamp,
    ) -> Result<Publication, PublishError> {
        let mut transaction = self.database.begin().await?;
        let project = open_project(&mut transaction, file, now).await?;
        if let Some(existing) = digest_of(&mut transaction, &file.file_name).await? {
            return if existing == file.sha256.to_string() {
                Ok(Publication::AlreadyThere)
            } else {
                Err(PublishError::NameTaken {
                    file_name: file.file_name.clone(),
                })
            };
        }
        refuse_reserved_name(&mut transaction, file).await?;
        refuse_renamed_content(&mut transaction, file).await?;
        let release = open_release(&mut transaction, project, file, now).await?;
        insert_file(&mut transaction, release, file, now).await?;
        let serial = record_event(&mut transaction, file, now).await?;
        dependents::write(&mut transaction, project, &file.project).await?;
        pages::write(&mut transaction, project, &file.project, serial).await?;
        self.database.commit(transaction, "commit a file").await?;
        Ok(Publication::Published { serial })
    }
}

/// The project's row, made when the name is free, and locked until the transaction ends.
async fn open_project(
    transaction: &mut Transaction<'static, Any>,
    file: &NewFile,
    now: Timestamp,
) -> Result<i64, PublishError> {
    let new: Option<i64> = sqlx::query_scalar(
        "INSERT INTO projects (name, display_name, status, created_us, updated_us) \
         VALUES ($1, $2, 'active', $3, $3) ON CONFLICT (name) DO NOTHING RETURNING id",
    )
    .bind(file.project.as_str())
    .bind(&file.display_name)
    .bind(now.as_microsecond())
    .fetch_optional(&mut **transaction)
    .await
    .doing("insert a project")?;
    if let Some(project) = new {
        names::check(transaction, &file.project, file.uploader).await??;
        sqlx::query(
            "INSERT INTO roles (project_id, user_id, role, granted_us) VALUES ($1, $2, $3, $4)",
        )
        .bind(project)
        .bind(file.uploader.0)
        .bind(Role::Owner.as_str())
        .bind(now.as_microsecond())
        .execute(&mut **transaction)
        .await
        .doing("insert a role")?;
        return Ok(project);
    }
    let (project, status): (i64, String) =
        sqlx::query_as("UPDATE projects SET updated_us = $2 WHERE name = $1 RETURNING id, status")
            .bind(file.project.as_str())
            .bind(now.as_microsecond())
            .fetch_one(&mut **transaction)
            .await
            .doing("lock a project")?;
    let role: Option<String> =
        sqlx::query_scalar("SELECT role FROM roles WHERE project_id = $1 AND user_id = $2")
            .bind(project)
            .bind(file.uploader.0)
            .fetch_optional(&mut **transaction)
            .await
            .doing("look up a role")?;
    let name = || file.project.clone();
    if role.is_none() {
        return Err(PublishError::NotAllowed { project: name() });
    }
    if status == "archived" || status == "quarantined" {
        return Err(PublishError::Closed {
            project: name(),
            status,
        });
    }
    Ok(project)
}

async fn digest_of(
    transaction: &mut Transaction<'static, Any>,
    file_name: &str,
) -> Result<Option<String>, StoreError> {
    sqlx::query_scalar("SELECT sha256 FROM files WHERE file_name = $1")
        .bind(file_name)
        .fetch_optional(&mut **transaction)
        .await
        .doing("look up a file")
}

async fn refuse_reserved_name(
    transaction: &mut Transaction<'static, Any>,
    file: &NewFile,
) -> Result<(), PublishError> {
    let deleted: Option<i64> =
        sqlx::query_scalar("SELECT deleted_us FROM reserved_files WHERE file_name = $1")
            .bind(&file.file_name)
            .fetch_optional(&mut **transaction)
            .await
            .doing("look up a reserved name")?;
    match deleted {
        None => Ok(()),
        Some(_) => Err(PublishError::NameReserved {
            file_name: file.file_name.clone(),
        }),
    }
}

async fn refuse_renamed_content(
    transaction: &mut Transaction<'static, Any>,
    file: &NewFile,
) -> Result<(), PublishError> {
    let other: Option<String> =
        sqlx::query_scalar("SELECT file_name FROM files WHERE sha256 = $1 LIMIT 1")
            .bind(file.sha256.to_string())
            .fetch_optional(&mut **transaction)
            .await
            .doing("look up a digest")?;
    match other {
        None => Ok(()),
        Some(other) => Err(PublishError::ContentTaken {
            file_name: file.file_name.clone(),
            other,
        }),
    }
}

/// The release's row, made by its first file; refuses a second sdist.
async fn open_release(
    transaction: &mut Transaction<'static, Any>,
    project: i64,
    file: &NewFile,
    now: Timestamp,
) -> Result<i64, PublishError> {
    let version = file.version.to_string();
    let known: Option<i64> =
        sqlx::query_scalar("SELECT id FROM releases WHERE project_id = $1 AND version = $2")
            .bind(project)
            .bind(&version)
            .fetch_optional(&mut **transaction)
            .await
            .doing("look up a release")?;
    if let Some(release) = known {
        if file.kind == FileType::Sdist {
            refuse_second_sdist(transaction, release).await?;
        }
        return Ok(release);
    }
    let release = sqlx::query_scalar(
        "INSERT INTO releases (project_id, version, core_metadata, summary, created_us) \
         VALUES ($1, $2, $3, $4, $5) RETURNING id",
    )
    .bind(project)
    .bind(version)
    .bind(&file.core_metadata)
    .bind(&file.summary)
    .bind(now.as_microsecond())
    .fetch_one(&mut **transaction)
    .await
    .doing("insert a release")?;
    Ok(release)
}

async fn refuse_second_sdist(
    transaction: &mut Transaction<'static, Any>,
    release: i64,
) -> Result<(), PublishError> {
    let existing: Option<String> = sqlx::query_scalar(
        "SELECT file_name FROM files WHERE release_id = $1 AND kind = 'sdist' LIMIT 1",
    )
    .bind(release)
    .fetch_optional(&mut **transaction)
    .await
    .doing("look up an sdist")?;
    match existing {
        None => Ok(()),
        Some(existing) => Err(PublishError::SecondSdist { existing }),
    }
}

async fn insert_file(
    transaction: &mut Transaction<'static, Any>,
    release: i64,
    file: &NewFile,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO files (release_id, file_name, kind, size_bytes, sha256, blake2b_256, \
         metadata_sha256, requires_python, user_id, uploaded_us) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(release)
    .bind(&file.file_name)
    .bind(file.kind.as_str())
    .bind(file.size_bytes.cast_signed())
    .bind(file.sha256.to_string())
    .bind(&file.blake2b_256)
    .bind(file.metadata_sha256.map(|digest| digest.to_string()))
    .bind(&file.requires_python)
    .bind(file.uploader.0)
    .bind(file.uploaded.unwrap_or(now).min(now).as_microsecond())
    .execute(&mut **transaction)
    .await
    .doing("insert a file")?;
    Ok(())
}

async fn record_event(
    transaction: &mut Transaction<'static, Any>,
    file: &NewFile,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let user_name: String = sqlx::query_scalar("SELECT display_name FROM users WHERE id = $1")
        .bind(file.uploader.0)
        .fetch_one(&mut **transaction)
        .await
        .doing("look up the uploader")?;
    let event = NewEvent {
        user_name: Some(&user_name),
        action: "file:add",
        project: Some(file.project.as_str()),
        subject: serde_json::json!({
            "file": file.file_name,
            "version": file.version.to_string(),
            "sha256": file.sha256.to_string(),
        }),
    };
    events::record(transaction, &event, now).await
}
