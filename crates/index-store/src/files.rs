//! Distribution files as the database knows them.

use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::version::Version;
use tilsit_simple_api::Sha256Digest;
use tilsit_simple_api::upload::FileType;

use crate::error::{Doing, StoreError};
use crate::events::timestamp;
use crate::store::IndexStore;

/// A published file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRecord {
    /// The file's name, unique in the index.
    pub file_name: String,
    /// Whether it is an sdist or a wheel.
    pub kind: FileType,
    /// Its size in bytes.
    pub size_bytes: u64,
    /// Its digest.
    pub sha256: Sha256Digest,
    /// Its BLAKE2b-256, as hexadecimal digits.
    pub blake2b_256: String,
    /// The metadata's `Requires-Python`.
    pub requires_python: Option<String>,
    /// The digest of its core metadata, when that can be had beside it.
    pub metadata_sha256: Option<Sha256Digest>,
    /// When it was published.
    pub uploaded: Timestamp,
    /// Why it is yanked (PEP 592), perhaps without a reason; `None` when it is not.
    pub yanked: Option<String>,
}

/// What a [`FileRecord`] is read from.
pub(crate) const COLUMNS: &str = "f.file_name, f.kind, f.size_bytes, f.sha256, f.blake2b_256, \
    f.requires_python, f.metadata_sha256, f.uploaded_us, f.yanked";

impl IndexStore {
    /// The published file of this name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn file(&self, file_name: &str) -> Result<Option<FileRecord>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM files f WHERE f.file_name = $1");
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(file_name)
            .fetch_optional(self.database.reader())
            .await
            .doing("look up a file")?;
        row.as_ref().map(record).transpose()
    }

    /// The files of a project, each with its version.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn project_files(
        &self,
        project: &ProjectName,
    ) -> Result<Vec<(String, FileRecord)>, StoreError> {
        let sql = format!(
            "SELECT r.version, {COLUMNS} FROM files f JOIN releases r ON r.id = f.release_id \
             JOIN projects p ON p.id = r.project_id WHERE p.name = $1 ORDER BY f.file_name"
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(project.as_str())
            .fetch_all(self.database.reader())
            .await
            .doing("list a project's files")?;
        rows.iter()
            .map(|row| {
                let version = row.try_get("version").doing("read a version")?;
                Ok((version, record(row)?))
            })
            .collect()
    }

    /// The files of a release, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn release_files(
        &self,
        project: &ProjectName,
        version: &Version,
    ) -> Result<Vec<FileRecord>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM files f JOIN releases r ON r.id = f.release_id \
             JOIN projects p ON p.id = r.project_id WHERE p.name = $1 AND r.version = $2 \
             ORDER BY f.file_name"
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(project.as_str())
            .bind(version.to_string())
            .fetch_all(self.database.reader())
            .await
            .doing("list a release's files")?;
        rows.iter().map(record).collect()
    }
}

/// A file from a row with the [`COLUMNS`].
pub(crate) fn record(row: &AnyRow) -> Result<FileRecord, StoreError> {
    const READ: &str = "read a file's row";
    let kind: String = row.try_get("kind").doing(READ)?;
    let size: i64 = row.try_get("size_bytes").doing(READ)?;
    let metadata: Option<String> = row.try_get("metadata_sha256").doing(READ)?;
    Ok(FileRecord {
        file_name: row.try_get("file_name").doing(READ)?,
        kind: file_type(&kind)?,
        size_bytes: size.cast_unsigned(),
        sha256: digest(row.try_get("sha256").doing(READ)?)?,
        blake2b_256: row.try_get("blake2b_256").doing(READ)?,
        requires_python: row.try_get("requires_python").doing(READ)?,
        metadata_sha256: metadata.map(digest).transpose()?,
        uploaded: timestamp(row.try_get("uploaded_us").doing(READ)?)?,
        yanked: row.try_get("yanked").doing(READ)?,
    })
}

/// A digest as the database keeps it.
pub(crate) fn digest(text: String) -> Result<Sha256Digest, StoreError> {
    text.parse().map_err(|_| StoreError::Corrupt {
        what: "a digest",
        value: text,
    })
}

/// A file's type as the database keeps it.
fn file_type(text: &str) -> Result<FileType, StoreError> {
    [FileType::Sdist, FileType::Wheel]
        .into_iter()
        .find(|kind| kind.as_str() == text)
        .ok_or_else(|| StoreError::Corrupt {
            what: "a type of file",
            value: text.to_owned(),
        })
}
