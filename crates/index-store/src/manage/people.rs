//! The people of a project: owners, who may do everything, and maintainers, who publish.

use jiff::Timestamp;
use serde_json::json;
use tilsit_packaging::name::ProjectName;

use super::{Actor, Change, ManageError};
use crate::accounts::{UserId, UserName};
use crate::error::{Doing, StoreError};
use crate::projects::Role;
use crate::store::IndexStore;

impl IndexStore {
    /// Gives a user a role in a project, in the place of the one that the user may have.
    ///
    /// # Errors
    /// When the actor is no owner, there is no such project or user, the last owner would become a
    /// maintainer, or the database fails.
    pub async fn grant_role(
        &self,
        actor: Actor,
        project: &ProjectName,
        (user, role): (&UserName, Role),
        now: Timestamp,
    ) -> Result<u64, ManageError> {
        let mut change = Change::begin(self, project, (actor, Role::Owner), now).await?;
        let (id, name) = change.person(user).await?;
        if role != Role::Owner {
            change.refuse_last_owner(id, &name).await?;
        }
        sqlx::query(
            "INSERT INTO roles (project_id, user_id, role, granted_us) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (project_id, user_id) DO UPDATE SET role = excluded.role",
        )
        .bind(change.project.id)
        .bind(id)
        .bind(role.as_str())
        .bind(now.as_microsecond())
        .execute(&mut *change.transaction)
        .await
        .doing("grant a role")?;
        let subject = json!({ "user": name, "role": role.as_str() });
        change.finish("role:grant", subject).await
    }

    /// Takes a user's role in a project away. Everybody may leave; else an owner is needed.
    ///
    /// # Errors
    /// When the actor may not, the user has no role there or is the last owner, or the database
    /// fails.
    pub async fn revoke_role(
        &self,
        actor: Actor,
        project: &ProjectName,
        user: &UserName,
        now: Timestamp,
    ) -> Result<u64, ManageError> {
        let leaves = match actor.0 {
            Some(own) => self.user(user).await.is_ok_and(|other| other == own),
            None => false,
        };
        let needed = if leaves {
            Role::Maintainer
        } else {
            Role::Owner
        };
        let mut change = Change::begin(self, project, (actor, needed), now).await?;
        let (id, name) = change.person(user).await?;
        change.refuse_last_owner(id, &name).await?;
        let removed = sqlx::query("DELETE FROM roles WHERE project_id = $1 AND user_id = $2")
            .bind(change.project.id)
            .bind(id)
            .execute(&mut *change.transaction)
            .await
            .doing("revoke a role")?;
        if removed.rows_affected() == 0 {
            return Err(ManageError::NoRole {
                project: project.clone(),
                user: name,
            });
        }
        change.finish("role:revoke", json!({ "user": name })).await
    }

    /// The names of the projects that a user has a role in.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn own_projects(&self, user: UserId) -> Result<Vec<String>, StoreError> {
        sqlx::query_scalar(
            "SELECT p.name FROM projects p JOIN roles o ON o.project_id = p.id \
             WHERE o.user_id = $1",
        )
        .bind(user.0)
        .fetch_all(self.database.reader())
        .await
        .doing("list a user's own projects")
    }

    /// The projects that a user has a role in, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn projects_of(&self, user: &UserName) -> Result<Vec<(String, Role)>, StoreError> {
        let rows: Vec<(String, String)> = sqlx::query_as(
            "SELECT p.name, o.role FROM roles o JOIN projects p ON p.id = o.project_id \
             JOIN users u ON u.id = o.user_id WHERE u.name = $1 ORDER BY p.name",
        )
        .bind(user.key())
        .fetch_all(self.database.reader())
        .await
        .doing("list a user's projects")?;
        rows.into_iter()
            .map(|(name, role)| Ok((name, role.parse()?)))
            .collect()
    }
}

impl Change<'_> {
    /// The user's key, and the name as its owner writes it.
    async fn person(&mut self, user: &UserName) -> Result<(i64, String), StoreError> {
        sqlx::query_as("SELECT id, display_name FROM users WHERE name = $1")
            .bind(user.key())
            .fetch_optional(&mut *self.transaction)
            .await
            .doing("look up a user")?
            .ok_or_else(|| StoreError::NoSuchUser(user.to_string()))
    }

    /// Refuses when the user is an owner and there is no other.
    async fn refuse_last_owner(&mut self, user: i64, name: &str) -> Result<(), ManageError> {
        let owners: Vec<i64> = sqlx::query_scalar(
            "SELECT user_id FROM roles WHERE project_id = $1 AND role = 'owner'",
        )
        .bind(self.project.id)
        .fetch_all(&mut *self.transaction)
        .await
        .doing("list a project's owners")?;
        if owners == [user] {
            return Err(ManageError::LastOwner {
                project: self.project.name.clone(),
                user: name.to_owned(),
            });
        }
        Ok(())
    }
}
