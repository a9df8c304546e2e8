//! Changing what is published: yanks, deletions, status, people, and who may read.
//!
//! Each operation is one transaction that asks whether the actor may, changes rows, records an
//! event and renders the project's page; so a refusal leaves no trace.

use jiff::Timestamp;
use sqlx::{Any, Transaction};
use tilsit_packaging::name::ProjectName;

use crate::accounts::UserId;
use crate::database::Database;
use crate::dependents;
use crate::error::{Doing, StoreError};
use crate::events::{self, NewEvent};
use crate::pages;
use crate::projects::Role;
use crate::store::IndexStore;

mod deletion;
mod people;
mod status;
mod yanking;

pub use deletion::DeletedFile;

/// Who changes something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actor(Option<UserId>);

impl Actor {
    /// The administrator at the command line, who may do everything.
    pub const COMMAND_LINE: Self = Self(None);

    /// A user, who may do what roles allow, and everything when an administrator.
    pub const fn user(user: UserId) -> Self {
        Self(Some(user))
    }

    /// The actor's name, when the actor may do what administrators may.
    pub(crate) async fn administrator(
        self,
        transaction: &mut Transaction<'static, Any>,
    ) -> Result<Option<String>, ManageError> {
        let Some(user) = self.0 else { return Ok(None) };
        let (name, is_admin) = name_and_rank(transaction, user).await?;
        if is_admin {
            Ok(Some(name))
        } else {
            Err(ManageError::NotAdministrator)
        }
    }

    /// The actor's name, when the actor has at least this role in the project.
    async fn with_role(
        self,
        needed: Role,
        project: &LockedProject<'_>,
        transaction: &mut Transaction<'static, Any>,
    ) -> Result<Option<String>, ManageError> {
        let Some(user) = self.0 else { return Ok(None) };
        let (name, is_admin) = name_and_rank(transaction, user).await?;
        let role: Option<String> =
            sqlx::query_scalar("SELECT role FROM roles WHERE project_id = $1 AND user_id = $2")
                .bind(project.id)
                .bind(user.0)
                .fetch_optional(&mut **transaction)
                .await
                .doing("look up a role")?;
        let role = role.map(|role| role.parse::<Role>()).transpose()?;
        let may = match (role, needed) {
            (Some(Role::Owner), _) | (Some(Role::Maintainer), Role::Maintainer) => true,
            (Some(Role::Maintainer) | None, _) => is_admin,
        };
        if may {
            Ok(Some(name))
        } else {
            Err(ManageError::NotAllowed {
                project: project.name.clone(),
                needed,
            })
        }
    }
}

async fn name_and_rank(
    transaction: &mut Transaction<'static, Any>,
    user: UserId,
) -> Result<(String, bool), StoreError> {
    let (name, is_admin): (String, i64) =
        sqlx::query_as("SELECT display_name, is_admin FROM users WHERE id = $1")
            .bind(user.0)
            .fetch_one(&mut **transaction)
            .await
            .doing("look up a user")?;
    Ok((name, is_admin != 0))
}

/// Why something is not changed.
#[derive(Debug, thiserror::Error)]
pub enum ManageError {
    /// The actor has no such role in the project.
    #[error("only an {} of the project `{project}` may do this", .needed.as_str())]
    NotAllowed {
        /// The project.
        project: ProjectName,
        /// The role that is needed.
        needed: Role,
    },
    /// The actor is no administrator.
    #[error("only an administrator of the index may do this")]
    NotAdministrator,
    /// There is no such project.
    #[error("there is no project `{0}`")]
    NoSuchProject(ProjectName),
    /// The project has no such release.
    #[error("the project `{project}` has no release {version}")]
    NoSuchRelease {
        /// The project.
        project: ProjectName,
        /// The version.
        version: String,
    },
    /// The project has no such file.
    #[error("the project `{project}` has no file `{file_name}`")]
    NoSuchFile {
        /// The project.
        project: ProjectName,
        /// The file's name.
        file_name: String,
    },
    /// The user has no role in the project.
    #[error("`{user}` has no role in the project `{project}`")]
    NoRole {
        /// The project.
        project: ProjectName,
        /// The user.
        user: String,
    },
    /// The project would have no owner.
    #[error("`{user}` is the last owner of the project `{project}`")]
    LastOwner {
        /// The project.
        project: ProjectName,
        /// The user.
        user: String,
    },
    /// The index would have no administrator.
    #[error("`{0}` is the last administrator of the index")]
    LastAdministrator(String),
    /// The database or the disk fails, or there is no such user.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A project that nobody else changes until the transaction ends.
struct LockedProject<'a> {
    id: i64,
    name: &'a ProjectName,
}

impl<'a> LockedProject<'a> {
    async fn lock(
        name: &'a ProjectName,
        transaction: &mut Transaction<'static, Any>,
    ) -> Result<Self, ManageError> {
        let id: Option<i64> =
            sqlx::query_scalar("UPDATE projects SET status = status WHERE name = $1 RETURNING id")
                .bind(name.as_str())
                .fetch_optional(&mut **transaction)
                .await
                .doing("lock a project")?;
        let id = id.ok_or_else(|| ManageError::NoSuchProject(name.clone()))?;
        Ok(Self { id, name })
    }
}

/// A change of one project under way.
struct Change<'a> {
    database: Database,
    transaction: Transaction<'static, Any>,
    project: LockedProject<'a>,
    by: Option<String>,
    now: Timestamp,
}

impl<'a> Change<'a> {
    /// Begins a change for which the actor needs a role.
    async fn begin(
        store: &IndexStore,
        project: &'a ProjectName,
        (actor, needed): (Actor, Role),
        now: Timestamp,
    ) -> Result<Self, ManageError> {
        let mut transaction = store.database.begin().await?;
        let project = LockedProject::lock(project, &mut transaction).await?;
        let by = actor.with_role(needed, &project, &mut transaction).await?;
        Ok(Self {
            database: store.database.clone(),
            transaction,
            project,
            by,
            now,
        })
    }

    /// Records what was done.
    async fn record(
        &mut self,
        action: &'static str,
        subject: serde_json::Value,
    ) -> Result<u64, StoreError> {
        let event = NewEvent {
            user_name: self.by.as_deref(),
            action,
            project: Some(self.project.name.as_str()),
            subject,
        };
        events::record(&mut self.transaction, &event, self.now).await
    }

    /// Records what was done, renders the page, and makes the change count.
    async fn finish(
        mut self,
        action: &'static str,
        subject: serde_json::Value,
    ) -> Result<u64, ManageError> {
        let serial = self.record(action, subject).await?;
        let LockedProject { id, name } = self.project;
        dependents::write(&mut self.transaction, id, name).await?;
        pages::write(&mut self.transaction, id, name, serial).await?;
        self.commit("commit a change").await?;
        Ok(serial)
    }

    async fn commit(self, operation: &'static str) -> Result<(), StoreError> {
        self.database.commit(self.transaction, operation).await
    }
}
