//! The canonical JSON page of each project (PEP 691), written with every change and read as it is.

use sqlx::{Any, Transaction};
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::version::Version;
use tilsit_simple_api::{
    CoreMetadataFile, File, Hashes, ProjectPage, ProjectState, Sha256Digest, Yanked, to_json,
};

use crate::error::{Doing, StoreError};
use crate::events::timestamp;
use crate::files::digest;
use crate::store::IndexStore;

/// A project's page as it is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPage {
    /// The serial of the project's last change.
    pub serial: u64,
    /// The page, as JSON; file URLs are relative to `/simple/<project>/`.
    pub json: String,
}

/// A project in the list of all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectSerial {
    /// The normalised name.
    pub name: String,
    /// The serial of its last change.
    pub serial: u64,
}

/// The URL of a file, relative to the index's root.
pub fn file_url(sha256: &Sha256Digest, file_name: &str) -> String {
    let digits = sha256.to_string();
    format!(
        "files/{}/{}/{digits}/{file_name}",
        &digits[..2],
        &digits[2..4]
    )
}

impl IndexStore {
    /// The page of a project; `None` when there is no such project.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn page(&self, project: &ProjectName) -> Result<Option<StoredPage>, StoreError> {
        let row: Option<(i64, String)> =
            sqlx::query_as("SELECT serial, body FROM pages WHERE project = $1")
                .bind(project.as_str())
                .fetch_optional(self.database.reader())
                .await
                .doing("read a page")?;
        Ok(row.map(|(serial, json)| StoredPage {
            serial: serial.cast_unsigned(),
            json,
        }))
    }
}

/// File name, size, SHA-256, its metadata's SHA-256, requires-python, yanked, time, version.
type PageRow = (
    String,
    i64,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
    i64,
    String,
);

/// Renders the project's page from its rows and stores it under `serial`.
pub(crate) async fn write(
    transaction: &mut Transaction<'static, Any>,
    project_id: i64,
    project: &ProjectName,
    serial: u64,
) -> Result<(), StoreError> {
    let body = rendered(transaction, project_id, project, serial).await?;
    sqlx::query(
        "INSERT INTO pages (project, serial, body) VALUES ($1, $2, $3) \
         ON CONFLICT (project) DO UPDATE SET serial = excluded.serial, body = excluded.body",
    )
    .bind(project.as_str())
    .bind(serial.cast_signed())
    .bind(body)
    .execute(&mut **transaction)
    .await
    .doing("write a page")?;
    Ok(())
}

/// The project's page as its rows say, under `serial`.
pub(crate) async fn rendered(
    transaction: &mut Transaction<'static, Any>,
    project_id: i64,
    project: &ProjectName,
    serial: u64,
) -> Result<String, StoreError> {
    let mut rows: Vec<PageRow> = sqlx::query_as(
        "SELECT f.file_name, f.size_bytes, f.sha256, f.metadata_sha256, f.requires_python, \
         f.yanked, f.uploaded_us, r.version \
         FROM files f JOIN releases r ON r.id = f.release_id WHERE r.project_id = $1",
    )
    .bind(project_id)
    .fetch_all(&mut **transaction)
    .await
    .doing("read a project's files")?;
    let (status, reason): (String, Option<String>) =
        sqlx::query_as("SELECT status, status_reason FROM projects WHERE id = $1")
            .bind(project_id)
            .fetch_one(&mut **transaction)
            .await
            .doing("read a project's status")?;
    let mut page = ProjectPage::new(project.as_str());
    page.last_serial = Some(serial);
    page.status.state = ProjectState::from(status.as_str());
    page.status.reason = reason;
    if page.status.state == ProjectState::Quarantined {
        // Held back: nothing is offered (PEP 792).
        rows.clear();
    }
    render(page, rows)
}

/// The canonical order is by version, then by file name; versions are listed once each.
fn render(mut page: ProjectPage, mut rows: Vec<PageRow>) -> Result<String, StoreError> {
    rows.sort_by_cached_key(|row| (row.7.parse::<Version>().ok(), row.0.clone()));
    for row in rows {
        if page.versions.last() != Some(&row.7) {
            page.versions.push(row.7.clone());
        }
        page.files.push(listed(row)?);
    }
    Ok(String::from_utf8(to_json(&page)).expect("JSON is UTF-8"))
}

fn listed(row: PageRow) -> Result<File, StoreError> {
    let (file_name, size, sha256, metadata, requires_python, yanked, uploaded, _) = row;
    let sha256 = digest(sha256)?;
    let mut file = File::new(
        file_name.as_str(),
        format!("../../{}", file_url(&sha256, &file_name)),
    );
    file.hashes = Hashes::of_sha256(sha256);
    file.size_bytes = Some(size.cast_unsigned());
    file.upload_time = Some(timestamp(uploaded)?);
    file.requires_python = requires_python.map(Into::into);
    file.core_metadata = match metadata {
        None => CoreMetadataFile::No,
        Some(sha256) => CoreMetadataFile::Hashed(Hashes::of_sha256(digest(sha256)?)),
    };
    file.yanked = yanked.map_or(Yanked::No, |reason| {
        Yanked::Yes((!reason.is_empty()).then(|| reason.into()))
    });
    Ok(file)
}
