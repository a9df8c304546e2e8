//! Invitations: links by which one person makes an account. The first one, for the first
//! administrator, is printed when a new index is served.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::accounts::{self, UserId, UserName};
use crate::error::{Doing, StoreError};
use crate::events::{self, NewEvent};
use crate::manage::{Actor, ManageError};
use crate::secret::Secret;
use crate::store::IndexStore;

/// How long an invitation is good for.
const INVITATION_LENGTH: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Why an account is not made.
#[derive(Debug, thiserror::Error)]
pub enum RegistrationError {
    /// The invitation is unknown, used or too old.
    #[error("the invitation is unknown, was used already, or is too old")]
    Invitation,
    /// Nobody may register without an invitation.
    #[error("accounts of this index are made by invitation")]
    Closed,
    /// The name is taken, the password is empty, or the database fails.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl IndexStore {
    /// Makes an invitation; its secret is not kept.
    ///
    /// # Errors
    /// When the actor is no administrator, or the database fails.
    pub async fn invite(
        &self,
        actor: Actor,
        is_admin: bool,
        now: Timestamp,
    ) -> Result<Secret, ManageError> {
        let secret = Secret::generate()?;
        let mut transaction = self.database.begin().await?;
        let by = actor.administrator(&mut transaction).await?;
        sqlx::query(
            "INSERT INTO invitations (secret_sha256, is_admin, invited_by, created_us, expires_us) \
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(secret.sha256())
        .bind(i64::from(is_admin))
        .bind(&by)
        .bind(now.as_microsecond())
        .bind((now + INVITATION_LENGTH).as_microsecond())
        .execute(&mut *transaction)
        .await
        .doing("insert an invitation")?;
        let event = NewEvent {
            user_name: by.as_deref(),
            action: "user:invite",
            project: None,
            subject: json!({ "administrator": is_admin }),
        };
        events::record(&mut transaction, &event, now).await?;
        self.database
            .commit(transaction, "commit an invitation")
            .await?;
        Ok(secret)
    }

    /// Whether an invitation may still be used.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_invited(&self, secret: &Secret, now: Timestamp) -> Result<bool, StoreError> {
        let found: Option<i64> = sqlx::query_scalar(
            "SELECT created_us FROM invitations \
             WHERE secret_sha256 = $1 AND used_us IS NULL AND expires_us > $2",
        )
        .bind(secret.sha256())
        .bind(now.as_microsecond())
        .fetch_optional(self.database.reader())
        .await
        .doing("look up an invitation")?;
        Ok(found.is_some())
    }

    /// Makes an account: by an invitation, which is used up, or without one when registration is
    /// open.
    ///
    /// # Errors
    /// When the invitation is not good, registration is closed, the name is taken, or the database
    /// fails; nothing is changed then.
    pub async fn register(
        &self,
        invitation: Option<&Secret>,
        (name, password): (&UserName, &str),
        now: Timestamp,
    ) -> Result<UserId, RegistrationError> {
        if invitation.is_none() && !self.settings().await?.open_registration {
            return Err(RegistrationError::Closed);
        }
        let hashed = accounts::hashed(password).await?;
        let mut transaction = self.database.begin().await?;
        let is_admin = match invitation {
            None => false,
            Some(secret) => {
                let rank: Option<i64> = sqlx::query_scalar(
                    "UPDATE invitations SET used_us = $2 WHERE secret_sha256 = $1 \
                     AND used_us IS NULL AND expires_us > $2 RETURNING is_admin",
                )
                .bind(secret.sha256())
                .bind(now.as_microsecond())
                .fetch_optional(&mut *transaction)
                .await
                .doing("use an invitation")?;
                rank.ok_or(RegistrationError::Invitation)? != 0
            }
        };
        let user = accounts::insert(&mut transaction, name, &hashed, now).await?;
        if is_admin {
            sqlx::query("UPDATE users SET is_admin = 1 WHERE id = $1")
                .bind(user.0)
                .execute(&mut *transaction)
                .await
                .doing("make an administrator")?;
        }
        self.database
            .commit(transaction, "commit an account")
            .await?;
        Ok(user)
    }
}
