//! Projects, who may publish to them, and their releases.

use std::str::FromStr;

use jiff::Timestamp;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::version::Version;

use crate::accounts::UserId;
use crate::error::{Doing, StoreError};
use crate::events::timestamp;
use crate::store::IndexStore;

/// What a user may do with a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Everything.
    Owner,
    /// Publishing.
    Maintainer,
}

impl Role {
    /// The role as the database and pages write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Maintainer => "maintainer",
        }
    }
}

impl FromStr for Role {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "owner" => Ok(Self::Owner),
            "maintainer" => Ok(Self::Maintainer),
            _ => Err(StoreError::Corrupt {
                what: "a role",
                value: text.to_owned(),
            }),
        }
    }
}

/// How a user stands to a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProjectAccess {
    /// The name is free: whoever publishes first becomes its owner.
    Free,
    /// The user has a role.
    Role(Role),
    /// The project is others'.
    None,
}

/// A project as lists and pages show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectRecord {
    /// The normalised name.
    pub name: String,
    /// The name as its owner writes it.
    pub display_name: String,
    /// The summary of the release that was begun last.
    pub summary: Option<String>,
    /// When a file was last published.
    pub updated: Timestamp,
}

/// A release with its metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseRecord {
    /// The version, in its canonical form.
    pub version: String,
    /// The text of METADATA or PKG-INFO of the release's first file.
    pub core_metadata: String,
    /// When its first file was published.
    pub created: Timestamp,
}

impl IndexStore {
    /// How `user` stands to `project`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn project_access(
        &self,
        project: &ProjectName,
        user: UserId,
    ) -> Result<ProjectAccess, StoreError> {
        let found: Option<(i64, Option<String>)> = sqlx::query_as(
            "SELECT p.id, (SELECT role FROM roles WHERE project_id = p.id AND user_id = $2) \
             FROM projects p WHERE p.name = $1",
        )
        .bind(project.as_str())
        .bind(user.0)
        .fetch_optional(self.database.reader())
        .await
        .doing("look up a role")?;
        match found {
            None => Ok(ProjectAccess::Free),
            Some((_, None)) => Ok(ProjectAccess::None),
            Some((_, Some(role))) => Ok(ProjectAccess::Role(role.parse()?)),
        }
    }

    /// How many projects and files the index has.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn project_and_file_count(&self) -> Result<(u64, u64), StoreError> {
        let counts: (i64, i64) =
            sqlx::query_as("SELECT (SELECT COUNT(*) FROM projects), (SELECT COUNT(*) FROM files)")
                .fetch_one(self.database.reader())
                .await
                .doing("count the projects")?;
        Ok((counts.0.cast_unsigned(), counts.1.cast_unsigned()))
    }

    /// The project's name as its owner writes it; `None` when there is no such project.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn display_name(&self, project: &ProjectName) -> Result<Option<String>, StoreError> {
        sqlx::query_scalar("SELECT display_name FROM projects WHERE name = $1")
            .bind(project.as_str())
            .fetch_optional(self.database.reader())
            .await
            .doing("look up a project")
    }

    /// One release of a project.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn release(
        &self,
        project: &ProjectName,
        version: &Version,
    ) -> Result<Option<ReleaseRecord>, StoreError> {
        let row: Option<(String, String, i64)> = sqlx::query_as(
            "SELECT r.version, r.core_metadata, r.created_us FROM releases r \
             JOIN projects p ON p.id = r.project_id WHERE p.name = $1 AND r.version = $2",
        )
        .bind(project.as_str())
        .bind(version.to_string())
        .fetch_optional(self.database.reader())
        .await
        .doing("read a release")?;
        row.map(|(version, core_metadata, created)| {
            Ok(ReleaseRecord {
                version,
                core_metadata,
                created: timestamp(created)?,
            })
        })
        .transpose()
    }

    /// The owners and maintainers of a project, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn people(&self, project: &ProjectName) -> Result<Vec<(String, Role)>, StoreError> {
        let rows: Vec<(String, String)> = sqlx::query_as(
            "SELECT u.display_name, o.role FROM roles o JOIN users u ON u.id = o.user_id \
             JOIN projects p ON p.id = o.project_id WHERE p.name = $1 ORDER BY u.name",
        )
        .bind(project.as_str())
        .fetch_all(self.database.reader())
        .await
        .doing("read a project's people")?;
        rows.into_iter()
            .map(|(name, role)| Ok((name, role.parse()?)))
            .collect()
    }
}
