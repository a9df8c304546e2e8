//! API tokens: made, shown once, looked up by prefix, compared by hash.

use jiff::Timestamp;
use tilsit_packaging::name::ProjectName;

use crate::accounts::UserId;
use crate::error::{Doing, StoreError};
use crate::events::{self, NewEvent};
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

/// Whose token it is, and what it may be used for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthenticatedToken {
    /// The token's user.
    pub user: UserId,
    /// What the token may be used for.
    pub scope: TokenScope,
}

impl IndexStore {
    /// Makes a token for a user. The text is not kept: it cannot be shown again.
    ///
    /// # Errors
    /// When the database fails or the system has no random bytes.
    pub async fn create_token(
        &self,
        user: UserId,
        scope: TokenScope,
        description: &str,
        now: Timestamp,
    ) -> Result<TokenText, StoreError> {
        let token = TokenText::generate()?;
        let mut transaction = self.database.begin().await?;
        let user_name: String = sqlx::query_scalar("SELECT display_name FROM users WHERE id = $1")
            .bind(user.0)
            .fetch_one(&mut *transaction)
            .await
            .doing("look up a token's user")?;
        sqlx::query(
            "INSERT INTO tokens (user_id, prefix, secret_sha256, description, projects, created_us) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(user.0)
        .bind(token.prefix())
        .bind(token.sha256().to_string())
        .bind(description)
        .bind(scope.to_column())
        .bind(now.as_microsecond())
        .execute(&mut *transaction)
        .await
        .doing("insert a token")?;
        let event = NewEvent {
            user_name: Some(&user_name),
            action: "token:create",
            project: None,
            subject: serde_json::json!({ "prefix": token.prefix(), "description": description }),
        };
        events::record(&mut transaction, &event, now).await?;
        transaction.commit().await.doing("commit a token")?;
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
        let found: Option<(i64, String, Option<String>, Option<i64>)> = sqlx::query_as(
            "SELECT user_id, secret_sha256, projects, expires_us FROM tokens \
             WHERE prefix = $1 AND revoked_us IS NULL",
        )
        .bind(token.prefix())
        .fetch_optional(self.database.reader())
        .await
        .doing("look up a token")?;
        let Some((user, secret, projects, expires)) = found else {
            return Ok(None);
        };
        let expired = expires.is_some_and(|expires| expires <= now.as_microsecond());
        if expired || !equal_in_constant_time(&secret, &token.sha256().to_string()) {
            return Ok(None);
        }
        Ok(Some(AuthenticatedToken {
            user: UserId(user),
            scope: TokenScope::from_column(projects)?,
        }))
    }
}

/// Compares without telling by its time where the texts differ.
fn equal_in_constant_time(one: &str, two: &str) -> bool {
    let pairs = one.bytes().zip(two.bytes());
    one.len() == two.len() && pairs.fold(0, |sum, (one, two)| sum | (one ^ two)) == 0
}
