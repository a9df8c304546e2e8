//! Distribution files as the database knows them.

use std::str::FromStr;

use jiff::Timestamp;

use crate::digest::Sha256Hex;
use crate::error::{Doing, StoreError};
use crate::events::timestamp;
use crate::store::IndexStore;

/// Whether a file is an sdist or a wheel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A source distribution.
    Sdist,
    /// A wheel.
    Wheel,
}

impl FileKind {
    /// The kind as upload forms name it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sdist => "sdist",
            Self::Wheel => "bdist_wheel",
        }
    }
}

impl FromStr for FileKind {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "sdist" => Ok(Self::Sdist),
            "bdist_wheel" => Ok(Self::Wheel),
            _ => Err(StoreError::Corrupt {
                what: "a kind of file",
                value: text.to_owned(),
            }),
        }
    }
}

/// A published file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRecord {
    /// The file's name, unique in the index.
    pub file_name: String,
    /// Whether it is an sdist or a wheel.
    pub kind: FileKind,
    /// Its size in bytes.
    pub size_bytes: u64,
    /// Its digest.
    pub sha256: Sha256Hex,
    /// The digest of its core metadata, when that can be had beside it.
    pub metadata_sha256: Option<Sha256Hex>,
    /// When it was published.
    pub uploaded: Timestamp,
}

type FileRow = (String, String, i64, String, Option<String>, i64);

impl IndexStore {
    /// The published file of this name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn file(&self, file_name: &str) -> Result<Option<FileRecord>, StoreError> {
        let row: Option<FileRow> = sqlx::query_as(
            "SELECT file_name, kind, size_bytes, sha256, metadata_sha256, uploaded_us \
             FROM files WHERE file_name = $1",
        )
        .bind(file_name)
        .fetch_optional(self.database.reader())
        .await
        .doing("look up a file")?;
        row.map(record).transpose()
    }
}

fn record(row: FileRow) -> Result<FileRecord, StoreError> {
    let (file_name, kind, size, sha256, metadata_sha256, uploaded) = row;
    Ok(FileRecord {
        file_name,
        kind: kind.parse()?,
        size_bytes: size.cast_unsigned(),
        sha256: digest(sha256)?,
        metadata_sha256: metadata_sha256.map(digest).transpose()?,
        uploaded: timestamp(uploaded)?,
    })
}

/// A digest as the database keeps it.
pub(crate) fn digest(text: String) -> Result<Sha256Hex, StoreError> {
    text.parse().map_err(|_| StoreError::Corrupt {
        what: "a digest",
        value: text,
    })
}
