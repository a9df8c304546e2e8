//! API tokens: made, shown once, looked up by prefix, compared by hash.

use jiff::Timestamp;
use tilsit_packaging::name::ProjectName;

use crate::accounts::{self, UserId};
use crate::error::{Doing, StoreError};
use crate::events::{self, NewEvent, timestamp};
use crate::store::IndexStore;
use crate::token_text::TokenText;

/// What a token may be used for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenScope {
    /// Everything that its user may do.
    User,
    /// Uploads to these projects only, as far as its user may.
    Projects(Vec<ProjectName>),
}

impl TokenScope {
    /// Whether the token may be used for this project.
    pub fn covers(&self, project: &ProjectName) -> bool {
        match self {
            Self::User => true,
            Self::Projects(projects) => projects.contains(project),
        }
    }

    fn to_column(&self) -> Option<String> {
        match self {
            Self::User => None,
            Self::Projects(projects) => {
                let names: Vec<&str> = projects.iter().map(ProjectName::as_str).collect();
                Some(serde_json::json!(names).to_string())
            }
        }
    }

    fn from_column(text: Option<String>) -> Result<Self, StoreError> {
        let Some(text) = text else {
            return Ok(Self::User);
        };
        let names: Option<Vec<ProjectName>> = serde_json::from_str::<Vec<String>>(&text)
            .ok()
            .and_then(|names| names.iter().map(|name| name.parse().ok()).collect());
        names.map(Self::Projects).ok_or(StoreError::Corrupt {
            what: "a token's scope",
            value: text,
        })
    }
}

/// What a token allows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TokenPermission {
    /// Reading what is not public.
    Read,
    /// Uploads as well.
    #[default]
    Publish,
}

impl TokenPermission {
    /// As the database, pages and options write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Publish => "publish",
        }
    }

    fn from_column(text: String) -> Result<Self, StoreError> {
        [Self::Read, Self::Publish]
            .into_iter()
            .find(|one| one.as_str() == text)
            .ok_or(StoreError::Corrupt {
                what: "a token's permission",
                value: text,
            })
    }
}

/// What a new token is to be.
#[derive(Debug, Clone)]
pub struct NewToken<'a> {
    /// The projects that it is for.
    pub scope: TokenScope,
    /// What it allows.
    pub permission: TokenPermission,
    /// What its user calls it.
    pub description: &'a str,
    /// When it ends; none for never.
    pub expires: Option<Timestamp>,
}

impl<'a> NewToken<'a> {
    /// A token for uploads that never expires.
    pub fn new(scope: TokenScope, description: &'a str) -> Self {
        Self {
            scope,
            permission: TokenPermission::Publish,
            description,
            expires: None,
        }
    }
}

/// Whose token it is, and what it may be used for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthenticatedToken {
    /// The token's user.
    pub user: UserId,
    /// The user's name, for people.
    pub user_name: String,
    /// The projects that the token is for.
    pub scope: TokenScope,
    /// What the token allows.
    pub permission: TokenPermission,
}

/// A token as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRecord {
    /// The part by which it may be recognised.
    pub prefix: String,
    /// What its user calls it.
    pub description: String,
    /// The projects that it is for.
    pub scope: TokenScope,
    /// What it allows.
    pub permission: TokenPermission,
    /// When it was made.
    pub created: Timestamp,
    /// When it ends.
    pub expires: Option<Timestamp>,
}

type TokenRow = (String, String, Option<String>, String, i64, Option<i64>);

impl IndexStore {
    /// Makes a token for a user. The text is not kept: it cannot be shown again.
    ///
    /// # Errors
    /// When the database fails or the system has no random bytes.
    pub async fn create_token(
        &self,
        user: UserId,
        new: &NewToken<'_>,
        now: Timestamp,
    ) -> Result<TokenText, StoreError> {
        let token = TokenText::generate()?;
        let mut transaction = self.database.begin().await?;
        let user_name = accounts::name_in(&mut transaction, user).await?;
        sqlx::query(
            "INSERT INTO tokens (user_id, prefix, secret_sha256, description, projects, permission, \
             created_us, expires_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(user.0)
        .bind(token.prefix())
        .bind(token.sha256().to_string())
        .bind(new.description)
        .bind(new.scope.to_column())
        .bind(new.permission.as_str())
        .bind(now.as_microsecond())
        .bind(new.expires.map(Timestamp::as_microsecond))
        .execute(&mut *transaction)
        .await
        .doing("insert a token")?;
        let event = NewEvent {
            user_name: Some(&user_name),
            action: "token:create",
            project: None,
            subject: serde_json::json!({
                "prefix": token.prefix(),
                "description": new.description,
                "permission": new.permission.as_str(),
            }),
        };
        events::record(&mut transaction, &event, now).await?;
        self.database.commit(transaction, "commit a token").await?;
        Ok(token)
    }

    /// Whose token it is; `None` when it is unknown, revoked or expired.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn authenticate(
        &self,
        token: &TokenText,
        now: Timestamp,
    ) -> Result<Option<AuthenticatedToken>, StoreError> {
        type Row = (i64, String, String, Option<String>, String, Option<i64>);
        let found: Option<Row> = sqlx::query_as(
            "SELECT t.user_id, u.display_name, t.secret_sha256, t.projects, t.permission, t.expires_us \
             FROM tokens t JOIN users u ON u.id = t.user_id \
             WHERE t.prefix = $1 AND t.revoked_us IS NULL AND u.disabled_us IS NULL",
        )
        .bind(token.prefix())
        .fetch_optional(self.database.reader())
        .await
        .doing("look up a token")?;
        let Some((user, user_name, secret, projects, permission, expires)) = found else {
            return Ok(None);
        };
        let expired = expires.is_some_and(|expires| expires <= now.as_microsecond());
        if expired || !equal_in_constant_time(&secret, &token.sha256().to_string()) {
            return Ok(None);
        }
        Ok(Some(AuthenticatedToken {
            user: UserId(user),
            user_name,
            scope: TokenScope::from_column(projects)?,
            permission: TokenPermission::from_column(permission)?,
        }))
    }

    /// The tokens of a user that are not revoked, the newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tokens_of(&self, user: UserId) -> Result<Vec<TokenRecord>, StoreError> {
        let rows: Vec<TokenRow> = sqlx::query_as(
            "SELECT prefix, description, projects, permission, created_us, expires_us \
             FROM tokens WHERE user_id = $1 AND revoked_us IS NULL ORDER BY id DESC",
        )
        .bind(user.0)
        .fetch_all(self.database.reader())
        .await
        .doing("list a user's tokens")?;
        rows.into_iter().map(token_record).collect()
    }

    /// Whether a token of this prefix is, or was until it was revoked, one of this user.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn has_or_had_token(&self, user: UserId, prefix: &str) -> Result<bool, StoreError> {
        let found: Option<i64> =
            sqlx::query_scalar("SELECT id FROM tokens WHERE user_id = $1 AND prefix = $2")
                .bind(user.0)
                .bind(prefix)
                .fetch_optional(self.database.reader())
                .await
                .doing("look up a user's token")?;
        Ok(found.is_some())
    }

    /// Revokes a token of this user by its prefix; false when the user has no such token. The
    /// tokens of others are out of reach.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revoke_token(
        &self,
        user: UserId,
        prefix: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.database.begin().await?;
        let changed = sqlx::query(
            "UPDATE tokens SET revoked_us = $3 \
             WHERE user_id = $1 AND prefix = $2 AND revoked_us IS NULL",
        )
        .bind(user.0)
        .bind(prefix)
        .bind(now.as_microsecond())
        .execute(&mut *transaction)
        .await
        .doing("revoke a token")?;
        if changed.rows_affected() == 0 {
            return Ok(false);
        }
        let user_name = accounts::name_in(&mut transaction, user).await?;
        let event = NewEvent {
            user_name: Some(&user_name),
            action: "token:revoke",
            project: None,
            subject: serde_json::json!({ "prefix": prefix }),
        };
        events::record(&mut transaction, &event, now).await?;
        self.database
            .commit(transaction, "commit a revocation")
            .await?;
        Ok(true)
    }
}

fn token_record(row: TokenRow) -> Result<TokenRecord, StoreError> {
    let (prefix, description, projects, permission, created, expires) = row;
    Ok(TokenRecord {
        prefix,
        description,
        scope: TokenScope::from_column(projects)?,
        permission: TokenPermission::from_column(permission)?,
        created: timestamp(created)?,
        expires: expires.map(timestamp).transpose()?,
    })
}

/// Compares without telling by its time where the texts differ.
fn equal_in_constant_time(one: &str, two: &str) -> bool {
    let pairs = one.bytes().zip(two.bytes());
    one.len() == two.len() && pairs.fold(0, |sum, (one, two)| sum | (one ^ two)) == 0
}
