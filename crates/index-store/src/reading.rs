//! Who may see which projects: one condition, used by every list and look-up for readers.

use jiff::Timestamp;
use sqlx::Row;
use tilsit_packaging::name::ProjectName;

use crate::accounts::UserId;
use crate::error::{Doing, StoreError};
use crate::events::timestamp;
use crate::files::{COLUMNS, FileRecord, record};
use crate::pages::ProjectSerial;
use crate::projects::ProjectRecord;
use crate::settings::{Reading, stored_reading};
use crate::store::IndexStore;

/// A reader, as far as what may be seen depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Audience {
    /// The signed-in user; none for everybody.
    pub user: Option<UserId>,
    /// What projects say that say nothing themselves.
    pub default: Reading,
}

impl Audience {
    pub(crate) fn key(self) -> i64 {
        // No user has this key.
        self.user.map_or(-1, |user| user.0)
    }
}

/// Of a project `p`, with the default as `$1` and the user as `$2`.
pub(crate) const VISIBLE: &str = "(COALESCE(p.reading, $1) = 'public' \
    OR (COALESCE(p.reading, $1) = 'signed-in' AND $2 >= 0) \
    OR EXISTS (SELECT 1 FROM roles o WHERE o.project_id = p.id AND o.user_id = $2) \
    OR EXISTS (SELECT 1 FROM users u WHERE u.id = $2 AND u.is_admin = 1))";

/// A page's serial, and who may read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageHead {
    /// The serial of the project's last change.
    pub serial: u64,
    /// Who may read the project; none for whoever may read the index.
    pub reading: Option<Reading>,
}

/// A file that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServedFile {
    /// The file.
    pub record: FileRecord,
    /// Its project.
    pub project: String,
    /// Who may read the project; none for whoever may read the index.
    pub reading: Option<Reading>,
    /// Whether the project is held back (PEP 792).
    pub is_quarantined: bool,
}

type ProjectRow = (String, String, Option<String>, i64);

impl IndexStore {
    /// The serial of a project's page and who may read it, to see whether a copy is current.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn page_head(&self, project: &ProjectName) -> Result<Option<PageHead>, StoreError> {
        let row: Option<(i64, Option<String>)> = sqlx::query_as(
            "SELECT g.serial, p.reading FROM pages g JOIN projects p ON p.name = g.project \
             WHERE g.project = $1",
        )
        .bind(project.as_str())
        .fetch_optional(self.database.reader())
        .await
        .doing("read a page's head")?;
        row.map(|(serial, reading)| {
            Ok(PageHead {
                serial: serial.cast_unsigned(),
                reading: reading.map(stored_reading).transpose()?,
            })
        })
        .transpose()
    }

    /// The published file of this name, with what its project says about readers.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn served_file(&self, file_name: &str) -> Result<Option<ServedFile>, StoreError> {
        let sql = format!(
            "SELECT p.name, p.reading, p.status, {COLUMNS} \
             FROM files f JOIN releases r ON r.id = f.release_id \
             JOIN projects p ON p.id = r.project_id WHERE f.file_name = $1"
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(file_name)
            .fetch_optional(self.database.reader())
            .await
            .doing("look up a file")?;
        let Some(row) = row else { return Ok(None) };
        let reading: Option<String> = row.try_get("reading").doing("read a file's row")?;
        let status: String = row.try_get("status").doing("read a file's row")?;
        Ok(Some(ServedFile {
            record: record(&row)?,
            project: row.try_get("name").doing("read a file's row")?,
            reading: reading.map(stored_reading).transpose()?,
            is_quarantined: status == "quarantined",
        }))
    }

    /// Whether an audience may see a project; false when there is no such project.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_visible(
        &self,
        project: &ProjectName,
        audience: Audience,
    ) -> Result<bool, StoreError> {
        let sql = format!("SELECT p.id FROM projects p WHERE p.name = $3 AND {VISIBLE}");
        let found: Option<i64> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .bind(audience.default.as_str())
            .bind(audience.key())
            .bind(project.as_str())
            .fetch_optional(self.database.reader())
            .await
            .doing("look up who may read a project")?;
        Ok(found.is_some())
    }

    /// How many projects an audience may see, and how many files they have.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn visible_counts(&self, audience: Audience) -> Result<(u64, u64), StoreError> {
        let sql = format!(
            "SELECT (SELECT COUNT(*) FROM projects p WHERE {VISIBLE}), \
             (SELECT COUNT(*) FROM files f JOIN releases r ON r.id = f.release_id \
              JOIN projects p ON p.id = r.project_id WHERE {VISIBLE})"
        );
        let counts: (i64, i64) = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(audience.default.as_str())
            .bind(audience.key())
            .fetch_one(self.database.reader())
            .await
            .doing("count the projects")?;
        Ok((counts.0.cast_unsigned(), counts.1.cast_unsigned()))
    }

    /// The projects that an audience may see, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn visible_projects(
        &self,
        audience: Audience,
    ) -> Result<Vec<ProjectSerial>, StoreError> {
        let sql = format!(
            "SELECT g.project, g.serial FROM pages g JOIN projects p ON p.name = g.project \
             WHERE {VISIBLE} ORDER BY g.project"
        );
        let rows: Vec<(String, i64)> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(audience.default.as_str())
            .bind(audience.key())
            .fetch_all(self.database.reader())
            .await
            .doing("list the projects")?;
        Ok(serials(rows))
    }

    /// Every project, whoever may see it, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn all_projects(&self) -> Result<Vec<ProjectSerial>, StoreError> {
        let rows: Vec<(String, i64)> =
            sqlx::query_as("SELECT project, serial FROM pages ORDER BY project")
                .fetch_all(self.database.reader())
                .await
                .doing("list the projects")?;
        Ok(serials(rows))
    }

    /// The projects that an audience may see and that were published to last, at most `limit`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn newest_projects(
        &self,
        audience: Audience,
        limit: u32,
    ) -> Result<Vec<ProjectRecord>, StoreError> {
        let sql = format!(
            "SELECT p.name, p.display_name, (SELECT r.summary FROM releases r \
             WHERE r.project_id = p.id ORDER BY r.id DESC LIMIT 1), p.updated_us FROM projects p \
             WHERE {VISIBLE} ORDER BY p.updated_us DESC, p.id DESC LIMIT $3"
        );
        let rows: Vec<ProjectRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(audience.default.as_str())
            .bind(audience.key())
            .bind(i64::from(limit))
            .fetch_all(self.database.reader())
            .await
            .doing("list the newest projects")?;
        rows.into_iter()
            .map(|(name, display_name, summary, updated)| {
                let updated: Timestamp = timestamp(updated)?;
                Ok(ProjectRecord {
                    name,
                    display_name,
                    summary,
                    updated,
                })
            })
            .collect()
    }
}

fn serials(rows: Vec<(String, i64)>) -> Vec<ProjectSerial> {
    let serials = rows.into_iter().map(|(name, serial)| ProjectSerial {
        name,
        serial: serial.cast_unsigned(),
    });
    serials.collect()
}
