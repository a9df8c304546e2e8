//! Users and their passwords.
//!
//! Passwords are kept as argon2id hashes in the PHC string form. Hashing takes tens of
//! milliseconds and megabytes on purpose: it runs on a blocking thread, and few at a time.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use jiff::Timestamp;
use sqlx::{Any, Transaction};
use tokio::sync::Semaphore;

use crate::error::{Doing, StoreError};
use crate::events::{self, NewEvent};
use crate::store::IndexStore;

/// How many passwords are hashed at the same time; each takes 19 MiB and a processor.
const HASHES_AT_ONCE: usize = 2;
/// The longest user name, in characters.
const USER_NAME_LENGTH_MAX: usize = 50;
/// The longest password in bytes; a longer one is only a way to keep the server busy.
const PASSWORD_LENGTH_MAX_BYTES: usize = 4096;
const SALT_BYTES: usize = 16;

/// A hash of no password of anybody, so that an unknown user takes as long as a known one.
static DECOY: LazyLock<Option<String>> =
    LazyLock::new(|| hash(b"nobody's password", &[7; 16]).ok());
static HASHING: Semaphore = Semaphore::const_new(HASHES_AT_ONCE);

/// A user's key in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct UserId(pub(crate) i64);

/// A user's name: 1 to 50 ASCII letters, digits, `.`, `-` and `_`, beginning and ending with a
/// letter or digit. Names that differ only in case are the same user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserName(Box<str>);

/// A text that cannot be a user's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` cannot be a user's name: 1 to 50 letters, digits, `.`, `-` and `_`, with a letter or digit at both ends"
)]
pub struct UserNameError(String);

impl UserName {
    /// The name as its owner writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What makes two names the same.
    pub(crate) fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl FromStr for UserName {
    type Err = UserNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let end = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        let bytes = text.as_bytes();
        let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b".-_".contains(byte);
        if bytes.len() <= USER_NAME_LENGTH_MAX
            && end(bytes.first())
            && end(bytes.last())
            && bytes.iter().all(allowed)
        {
            Ok(Self(text.into()))
        } else {
            Err(UserNameError(text.to_owned()))
        }
    }
}

impl fmt::Display for UserName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl IndexStore {
    /// Makes a user.
    ///
    /// # Errors
    /// [`StoreError::UserExists`], [`StoreError::EmptyPassword`], or when the database fails.
    pub async fn create_user(
        &self,
        name: &UserName,
        password: &str,
        now: Timestamp,
    ) -> Result<UserId, StoreError> {
        let hashed = hashed(password).await?;
        let mut transaction = self.database.begin().await?;
        let id = insert(&mut transaction, name, &hashed, now).await?;
        self.database.commit(transaction, "commit a user").await?;
        Ok(id)
    }

    /// Gives a user another password, and ends the user's sessions.
    ///
    /// # Errors
    /// [`StoreError::EmptyPassword`], or when the database fails.
    pub async fn change_password(
        &self,
        user: UserId,
        password: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let hashed = hashed(password).await?;
        let mut transaction = self.database.begin().await?;
        sqlx::query("UPDATE users SET password_hash = $2 WHERE id = $1")
            .bind(user.0)
            .bind(hashed)
            .execute(&mut *transaction)
            .await
            .doing("change a password")?;
        sqlx::query("DELETE FROM sessions WHERE user_id = $1")
            .bind(user.0)
            .execute(&mut *transaction)
            .await
            .doing("end a user's sessions")?;
        let name = name_in(&mut transaction, user).await?;
        let event = NewEvent {
            user_name: Some(&name),
            action: "user:password",
            project: None,
            subject: serde_json::json!({ "user": name }),
        };
        events::record(&mut transaction, &event, now).await?;
        self.database.commit(transaction, "commit a password").await
    }

    /// The user of this name.
    ///
    /// # Errors
    /// [`StoreError::NoSuchUser`], or when the database fails.
    pub async fn user(&self, name: &UserName) -> Result<UserId, StoreError> {
        sqlx::query_scalar("SELECT id FROM users WHERE name = $1")
            .bind(name.key())
            .fetch_optional(self.database.reader())
            .await
            .doing("look up a user")?
            .map(UserId)
            .ok_or_else(|| StoreError::NoSuchUser(name.to_string()))
    }

    /// The name of a user, for events and pages.
    ///
    /// # Errors
    /// When the database fails or has no such user.
    pub async fn user_name(&self, user: UserId) -> Result<String, StoreError> {
        sqlx::query_scalar("SELECT display_name FROM users WHERE id = $1")
            .bind(user.0)
            .fetch_one(self.database.reader())
            .await
            .doing("look up a user's name")
    }

    /// How many users there are.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn user_count(&self) -> Result<u64, StoreError> {
        let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM users")
            .fetch_one(self.database.reader())
            .await
            .doing("count the users")?;
        Ok(count.cast_unsigned())
    }

    /// The user, when the password is right. Takes as long for an unknown user as for a wrong
    /// password.
    ///
    /// # Errors
    /// When the database fails; a wrong password is `None`.
    pub async fn verify_password(
        &self,
        name: &str,
        password: &str,
    ) -> Result<Option<UserId>, StoreError> {
        if password.len() > PASSWORD_LENGTH_MAX_BYTES {
            return Ok(None);
        }
        let found: Option<(i64, String)> = match name.parse::<UserName>() {
            Err(_) => None,
            Ok(name) => sqlx::query_as(
                "SELECT id, password_hash FROM users WHERE name = $1 AND disabled_us IS NULL",
            )
            .bind(name.key())
            .fetch_optional(self.database.reader())
            .await
            .doing("look up a password")?,
        };
        let id = found.as_ref().map(|(id, _)| UserId(*id));
        let known = found.map(|(_, hash)| hash);
        let password = password.to_owned();
        let right = on_hashing_thread(move || {
            let hash = known.as_ref().or(DECOY.as_ref());
            hash.is_some_and(|hash| verify(password.as_bytes(), hash))
        })
        .await?;
        Ok(id.filter(|_| right))
    }
}

/// Makes a user in a transaction.
///
/// # Errors
/// [`StoreError::UserExists`], or when the database fails.
pub(crate) async fn insert(
    transaction: &mut Transaction<'static, Any>,
    name: &UserName,
    password_hash: &str,
    now: Timestamp,
) -> Result<UserId, StoreError> {
    let id: Option<i64> = sqlx::query_scalar(
        "INSERT INTO users (name, display_name, password_hash, created_us) \
         VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO NOTHING RETURNING id",
    )
    .bind(name.key())
    .bind(name.as_str())
    .bind(password_hash)
    .bind(now.as_microsecond())
    .fetch_optional(&mut **transaction)
    .await
    .doing("insert a user")?;
    let Some(id) = id else {
        return Err(StoreError::UserExists(name.to_string()));
    };
    let event = NewEvent {
        user_name: Some(name.as_str()),
        action: "user:create",
        project: None,
        subject: serde_json::json!({ "user": name.as_str() }),
    };
    events::record(transaction, &event, now).await?;
    Ok(UserId(id))
}

/// The name of a user, as its owner writes it.
pub(crate) async fn name_in(
    transaction: &mut Transaction<'static, Any>,
    user: UserId,
) -> Result<String, StoreError> {
    sqlx::query_scalar("SELECT display_name FROM users WHERE id = $1")
        .bind(user.0)
        .fetch_one(&mut **transaction)
        .await
        .doing("look up a user's name")
}

/// The hash of a new password.
///
/// # Errors
/// When the password is empty or far too long.
pub(crate) async fn hashed(password: &str) -> Result<String, StoreError> {
    if password.is_empty() {
        return Err(StoreError::EmptyPassword);
    }
    if password.len() > PASSWORD_LENGTH_MAX_BYTES {
        return Err(StoreError::LongPassword);
    }
    let mut salt = [0_u8; SALT_BYTES];
    getrandom::fill(&mut salt).map_err(StoreError::Random)?;
    let password = password.to_owned();
    on_hashing_thread(move || hash(password.as_bytes(), &salt)).await?
}

fn hash(password: &[u8], salt: &[u8]) -> Result<String, StoreError> {
    let hash: PasswordHash = Argon2::default()
        .hash_password_with_salt(password, salt)
        .map_err(|error| StoreError::PasswordHash(error.to_string()))?;
    Ok(hash.to_string())
}

fn verify(password: &[u8], hash: &str) -> bool {
    PasswordHash::new(hash)
        .is_ok_and(|hash| Argon2::default().verify_password(password, &hash).is_ok())
}

async fn on_hashing_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, StoreError> {
    let _permit = HASHING.acquire().await.map_err(|_| StoreError::Stopping)?;
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| StoreError::Stopping)
}

#[cfg(test)]
mod tests;
