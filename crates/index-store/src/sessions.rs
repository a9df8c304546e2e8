//! Sessions: what a browser holds after signing in.

use jiff::{SignedDuration, Timestamp};

use crate::accounts::UserId;
use crate::error::{Doing, StoreError};
use crate::secret::Secret;
use crate::store::IndexStore;

/// How long a session lasts from signing in.
const SESSION_LENGTH: SignedDuration = SignedDuration::from_hours(12);

/// A signed-in user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionUser {
    /// The user.
    pub user: UserId,
    /// The name as its owner writes it.
    pub name: String,
    /// Whether the user administers the index.
    pub is_admin: bool,
}

impl IndexStore {
    /// Begins a session; the secret is not kept. Sessions that have ended go on the way.
    ///
    /// # Errors
    /// When the database fails or the system has no random bytes.
    pub async fn begin_session(&self, user: UserId, now: Timestamp) -> Result<Secret, StoreError> {
        let secret = Secret::generate()?;
        let mut transaction = self.database.begin().await?;
        sqlx::query("DELETE FROM sessions WHERE expires_us <= $1")
            .bind(now.as_microsecond())
            .execute(&mut *transaction)
            .await
            .doing("remove old sessions")?;
        sqlx::query(
            "INSERT INTO sessions (secret_sha256, user_id, created_us, expires_us) \
             VALUES ($1, $2, $3, $4)",
        )
        .bind(secret.sha256())
        .bind(user.0)
        .bind(now.as_microsecond())
        .bind((now + SESSION_LENGTH).as_microsecond())
        .execute(&mut *transaction)
        .await
        .doing("insert a session")?;
        self.database
            .commit(transaction, "commit a session")
            .await?;
        Ok(secret)
    }

    /// Whose session it is; none when it has ended or its user is locked out.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn session(
        &self,
        secret: &Secret,
        now: Timestamp,
    ) -> Result<Option<SessionUser>, StoreError> {
        let found: Option<(i64, String, i64)> = sqlx::query_as(
            "SELECT u.id, u.display_name, u.is_admin FROM sessions s \
             JOIN users u ON u.id = s.user_id \
             WHERE s.secret_sha256 = $1 AND s.expires_us > $2 AND u.disabled_us IS NULL",
        )
        .bind(secret.sha256())
        .bind(now.as_microsecond())
        .fetch_optional(self.database.reader())
        .await
        .doing("look up a session")?;
        Ok(found.map(|(user, name, is_admin)| SessionUser {
            user: UserId(user),
            name,
            is_admin: is_admin != 0,
        }))
    }

    /// Ends a session.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_session(&self, secret: &Secret) -> Result<(), StoreError> {
        let mut transaction = self.database.begin().await?;
        sqlx::query("DELETE FROM sessions WHERE secret_sha256 = $1")
            .bind(secret.sha256())
            .execute(&mut *transaction)
            .await
            .doing("end a session")?;
        self.database
            .commit(transaction, "commit the end of a session")
            .await
    }
}
