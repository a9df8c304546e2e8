//! Users as administrators see them: who there is, who administers, who is locked out.

use jiff::Timestamp;
use serde_json::json;

use crate::accounts::{UserId, UserName};
use crate::error::{Doing, StoreError};
use crate::events::{self, NewEvent, timestamp};
use crate::manage::{Actor, ManageError};
use crate::store::IndexStore;

/// A user as lists and pages show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRecord {
    /// The user's key.
    pub id: UserId,
    /// The name as its owner writes it.
    pub name: String,
    /// Whether the user administers the index.
    pub is_admin: bool,
    /// Since when the user is locked out.
    pub disabled: Option<Timestamp>,
    /// When the account was made.
    pub created: Timestamp,
}

type UserRow = (i64, String, i64, Option<i64>, i64);

impl IndexStore {
    /// All users, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn users(&self) -> Result<Vec<UserRecord>, StoreError> {
        let rows: Vec<UserRow> = sqlx::query_as(
            "SELECT id, display_name, is_admin, disabled_us, created_us FROM users ORDER BY name",
        )
        .fetch_all(self.database.reader())
        .await
        .doing("list the users")?;
        rows.into_iter().map(record).collect()
    }

    /// One user.
    ///
    /// # Errors
    /// [`StoreError::NoSuchUser`], or when the database fails.
    pub async fn user_record(&self, name: &UserName) -> Result<UserRecord, StoreError> {
        let row: Option<UserRow> = sqlx::query_as(
            "SELECT id, display_name, is_admin, disabled_us, created_us FROM users WHERE name = $1",
        )
        .bind(name.key())
        .fetch_optional(self.database.reader())
        .await
        .doing("read a user")?;
        row.ok_or_else(|| StoreError::NoSuchUser(name.to_string()))
            .and_then(record)
    }

    /// Whether a user administers the index.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_administrator(&self, user: UserId) -> Result<bool, StoreError> {
        let rank: Option<i64> = sqlx::query_scalar("SELECT is_admin FROM users WHERE id = $1")
            .bind(user.0)
            .fetch_optional(self.database.reader())
            .await
            .doing("look up a user's rank")?;
        Ok(rank == Some(1))
    }

    /// Makes a user an administrator, or takes that back.
    ///
    /// # Errors
    /// When the actor is no administrator, there is no such user, the last administrator would go,
    /// or the database fails.
    pub async fn change_administrator(
        &self,
        actor: Actor,
        name: &UserName,
        is_admin: bool,
        now: Timestamp,
    ) -> Result<(), ManageError> {
        let change = UserChange {
            action: if is_admin {
                "user:promote"
            } else {
                "user:demote"
            },
            sql: "UPDATE users SET is_admin = $2 WHERE name = $1 RETURNING display_name",
            value: Some(i64::from(is_admin)),
            takes_rank: !is_admin,
        };
        self.change_user(actor, name, &change, now).await
    }

    /// Locks a user out, with all sessions and tokens, or lets the user in again.
    ///
    /// # Errors
    /// As [`IndexStore::change_administrator`].
    pub async fn disable_user(
        &self,
        actor: Actor,
        name: &UserName,
        disabled: bool,
        now: Timestamp,
    ) -> Result<(), ManageError> {
        let change = UserChange {
            action: if disabled {
                "user:disable"
            } else {
                "user:enable"
            },
            sql: "UPDATE users SET disabled_us = $2 WHERE name = $1 RETURNING display_name",
            value: disabled.then(|| now.as_microsecond()),
            takes_rank: disabled,
        };
        self.change_user(actor, name, &change, now).await
    }

    async fn change_user(
        &self,
        actor: Actor,
        name: &UserName,
        change: &UserChange,
        now: Timestamp,
    ) -> Result<(), ManageError> {
        let mut transaction = self.database.begin().await?;
        let by = actor.administrator(&mut transaction).await?;
        if change.takes_rank {
            let others: i64 = sqlx::query_scalar(
                "SELECT COUNT(*) FROM users \
                 WHERE is_admin = 1 AND disabled_us IS NULL AND name <> $1",
            )
            .bind(name.key())
            .fetch_one(&mut *transaction)
            .await
            .doing("count the administrators")?;
            let has_rank: Option<i64> =
                sqlx::query_scalar("SELECT is_admin FROM users WHERE name = $1")
                    .bind(name.key())
                    .fetch_optional(&mut *transaction)
                    .await
                    .doing("look up a user")?;
            if others == 0 && has_rank == Some(1) {
                return Err(ManageError::LastAdministrator(name.to_string()));
            }
        }
        let shown: Option<String> = sqlx::query_scalar(change.sql)
            .bind(name.key())
            .bind(change.value)
            .fetch_optional(&mut *transaction)
            .await
            .doing("change a user")?;
        let shown = shown.ok_or_else(|| StoreError::NoSuchUser(name.to_string()))?;
        let event = NewEvent {
            user_name: by.as_deref(),
            action: change.action,
            project: None,
            subject: json!({ "user": shown }),
        };
        events::record(&mut transaction, &event, now).await?;
        self.database.commit(transaction, "commit a user").await?;
        Ok(())
    }
}

/// A change of one column of a user.
struct UserChange {
    action: &'static str,
    sql: &'static str,
    value: Option<i64>,
    /// Whether an administrator would be none any more.
    takes_rank: bool,
}

fn record((id, name, is_admin, disabled, created): UserRow) -> Result<UserRecord, StoreError> {
    Ok(UserRecord {
        id: UserId(id),
        name,
        is_admin: is_admin != 0,
        disabled: disabled.map(timestamp).transpose()?,
        created: timestamp(created)?,
    })
}
