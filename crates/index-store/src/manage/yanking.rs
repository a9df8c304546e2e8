//! Yanks (PEP 592): what stays for those who pinned it, and is offered to nobody else.

use jiff::Timestamp;
use serde_json::json;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::version::Version;

use super::{Actor, Change, ManageError};
use crate::error::Doing;
use crate::projects::Role;
use crate::store::IndexStore;

impl IndexStore {
    /// Yanks all files of a release, or takes it back when there is no `reason`. The reason may be
    /// empty.
    ///
    /// # Errors
    /// When the actor is no owner, there is no such release, or the database fails.
    pub async fn yank_release(
        &self,
        actor: Actor,
        (project, version): (&ProjectName, &Version),
        reason: Option<&str>,
        now: Timestamp,
    ) -> Result<u64, ManageError> {
        let mut change = Change::begin(self, project, (actor, Role::Owner), now).await?;
        let version = version.to_string();
        let changed = sqlx::query(
            "UPDATE files SET yanked = $3 WHERE release_id IN \
             (SELECT id FROM releases WHERE project_id = $1 AND version = $2)",
        )
        .bind(change.project.id)
        .bind(&version)
        .bind(reason)
        .execute(&mut *change.transaction)
        .await
        .doing("yank a release")?;
        if changed.rows_affected() == 0 {
            return Err(ManageError::NoSuchRelease {
                project: project.clone(),
                version,
            });
        }
        let action = match reason {
            Some(_) => "release:yank",
            None => "release:unyank",
        };
        let subject = json!({ "version": version, "reason": reason });
        change.finish(action, subject).await
    }
}
