//! A project's status (PEP 792), and who may read it.

use jiff::Timestamp;
use serde_json::json;
use tilsit_packaging::name::ProjectName;
use tilsit_simple_api::ProjectState;

use super::{Actor, Change, ManageError};
use crate::error::{Doing, StoreError};
use crate::projects::Role;
use crate::settings::{Reading, stored_reading};
use crate::store::IndexStore;

impl IndexStore {
    /// Changes a project's status. Only administrators set or lift a quarantine.
    ///
    /// # Errors
    /// When the actor may not, there is no such project, or the database fails.
    pub async fn change_status(
        &self,
        actor: Actor,
        project: &ProjectName,
        (state, reason): (&ProjectState, Option<&str>),
        now: Timestamp,
    ) -> Result<u64, ManageError> {
        let mut change = Change::begin(self, project, (actor, Role::Owner), now).await?;
        let before: String = sqlx::query_scalar("SELECT status FROM projects WHERE id = $1")
            .bind(change.project.id)
            .fetch_one(&mut *change.transaction)
            .await
            .doing("read a project's status")?;
        let quarantined = ProjectState::Quarantined.as_str();
        if before == quarantined || state.as_str() == quarantined {
            actor.administrator(&mut change.transaction).await?;
        }
        sqlx::query("UPDATE projects SET status = $2, status_reason = $3 WHERE id = $1")
            .bind(change.project.id)
            .bind(state.as_str())
            .bind(reason)
            .execute(&mut *change.transaction)
            .await
            .doing("change a project's status")?;
        let subject = json!({ "before": before, "status": state.as_str(), "reason": reason });
        change.finish("project:status", subject).await
    }

    /// Who may read a project; none for whoever may read the index.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn project_reading(
        &self,
        project: &ProjectName,
    ) -> Result<Option<Reading>, StoreError> {
        let reading: Option<Option<String>> =
            sqlx::query_scalar("SELECT reading FROM projects WHERE name = $1")
                .bind(project.as_str())
                .fetch_optional(self.database.reader())
                .await
                .doing("look up who may read a project")?;
        reading.flatten().map(stored_reading).transpose()
    }

    /// Changes who may read a project; none for whoever may read the index.
    ///
    /// # Errors
    /// When the actor is no owner, there is no such project, or the database fails.
    pub async fn change_reading(
        &self,
        actor: Actor,
        project: &ProjectName,
        reading: Option<Reading>,
        now: Timestamp,
    ) -> Result<u64, ManageError> {
        let mut change = Change::begin(self, project, (actor, Role::Owner), now).await?;
        let reading = reading.map(Reading::as_str);
        sqlx::query("UPDATE projects SET reading = $2 WHERE id = $1")
            .bind(change.project.id)
            .bind(reading)
            .execute(&mut *change.transaction)
            .await
            .doing("change who may read a project")?;
        change
            .finish("project:reading", json!({ "reading": reading }))
            .await
    }
}
