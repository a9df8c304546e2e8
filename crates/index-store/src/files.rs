//! Distribution files as the database knows them.

use jiff::Timestamp;
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
    /// The digest of its core metadata, when that can be had beside it.
    pub metadata_sha256: Option<Sha256Digest>,
    /// When it was published.
    pub uploaded: Timestamp,
    /// Why it is yanked (PEP 592), perhaps without a reason; `None` when it is not.
    pub yanked: Option<String>,
}

pub(crate) type FileRow = (
    String,
    String,
    i64,
    String,
    Option<String>,
    i64,
    Option<String>,
);

/// The same behind the version.
type VersionedRow = (
    String,
    String,
    String,
    i64,
    String,
    Option<String>,
    i64,
    Option<String>,
);

impl IndexStore {
    /// The published file of this name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn file(&self, file_name: &str) -> Result<Option<FileRecord>, StoreError> {
        let row: Option<FileRow> = sqlx::query_as(
            "SELECT file_name, kind, size_bytes, sha256, metadata_sha256, uploaded_us, yanked \
             FROM files WHERE file_name = $1",
        )
        .bind(file_name)
        .fetch_optional(self.database.reader())
        .await
        .doing("look up a file")?;
        row.map(record).transpose()
    }

    /// The files of a project, each with its version.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn project_files(
        &self,
        project: &ProjectName,
    ) -> Result<Vec<(String, FileRecord)>, StoreError> {
        let rows: Vec<VersionedRow> = sqlx::query_as(
            "SELECT r.version, f.file_name, f.kind, f.size_bytes, f.sha256, f.metadata_sha256, \
             f.uploaded_us, f.yanked FROM files f JOIN releases r ON r.id = f.release_id \
             JOIN projects p ON p.id = r.project_id WHERE p.name = $1 ORDER BY f.file_name",
        )
        .bind(project.as_str())
        .fetch_all(self.database.reader())
        .await
        .doing("list a project's files")?;
        rows.into_iter()
            .map(
                |(version, name, kind, size, sha256, metadata, uploaded, yanked)| {
                    let row = (name, kind, size, sha256, metadata, uploaded, yanked);
                    Ok((version, record(row)?))
                },
            )
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
        let rows: Vec<FileRow> = sqlx::query_as(
            "SELECT f.file_name, f.kind, f.size_bytes, f.sha256, f.metadata_sha256, \
             f.uploaded_us, f.yanked FROM files f JOIN releases r ON r.id = f.release_id \
             JOIN projects p ON p.id = r.project_id WHERE p.name = $1 AND r.version = $2 \
             ORDER BY f.file_name",
        )
        .bind(project.as_str())
        .bind(version.to_string())
        .fetch_all(self.database.reader())
        .await
        .doing("list a release's files")?;
        rows.into_iter().map(record).collect()
    }
}

pub(crate) fn record(row: FileRow) -> Result<FileRecord, StoreError> {
    let (file_name, kind, size, sha256, metadata_sha256, uploaded, yanked) = row;
    Ok(FileRecord {
        file_name,
        kind: file_type(&kind)?,
        size_bytes: size.cast_unsigned(),
        sha256: digest(sha256)?,
        metadata_sha256: metadata_sha256.map(digest).transpose()?,
        uploaded: timestamp(uploaded)?,
        yanked,
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
