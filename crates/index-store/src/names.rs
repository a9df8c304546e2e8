//! Which names a new project may have: none of Python's standard library, none that looks like another
//! project's, none that an administrator keeps; and who may make projects at all. Administrators
//! themselves are bound only by the names that they keep.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde_json::json;
use sqlx::AnyConnection;
use tilsit_packaging::name::ProjectName;

use crate::accounts::UserId;
use crate::error::{Doing, StoreError};
use crate::events::{self, NewEvent};
use crate::manage::{Actor, ManageError};
use crate::settings::{self, NewProjects};
use crate::store::IndexStore;

mod standard_library;
#[cfg(test)]
mod tests;

/// A name with what looks alike made the same: `l`, `i` and `1`, `o` and `0`, with or without
/// separators. As PyPI compares names.
const LOOKALIKE: &str =
    "REPLACE(REPLACE(REPLACE(REPLACE(name, '-', ''), 'l', '1'), 'i', '1'), 'o', '0')";

/// Why a new project cannot have a name, or cannot be made by this user.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NewNameError {
    /// It is a module of Python's.
    #[error("`{0}` is a module of Python's standard library, and no project may be called so")]
    StandardLibrary(ProjectName),
    /// It looks like another project's.
    #[error("the name `{name}` is too much like `{other}`, which is another project's")]
    Lookalike {
        /// The new name.
        name: ProjectName,
        /// The project that is there.
        other: String,
    },
    /// An administrator keeps it.
    #[error("the name `{0}` is kept by the administrators of this index")]
    Prohibited(ProjectName),
    /// Only administrators make projects here.
    #[error("only administrators of this index begin new projects, and `{0}` would be one")]
    NotAdministrator(ProjectName),
}

/// Names that no new project may have: one, or with `*` at its end all that begin so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamePattern(String);

/// A text that is no pattern of names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no project's name, and no beginning of names such as `acme-*`")]
pub struct NamePatternError(String);

impl FromStr for NamePattern {
    type Err = NamePatternError;

    fn from_str(text: &str) -> Result<Self, NamePatternError> {
        let error = || NamePatternError(text.chars().take(120).collect());
        let Some(beginning) = text.strip_suffix('*') else {
            let name: ProjectName = text.parse().map_err(|_| error())?;
            return Ok(Self(name.to_string()));
        };
        if beginning.is_empty() {
            // That nobody begins projects is a setting.
            return Err(error());
        }
        // A beginning may end with the separator that a name may not end with.
        let whole: ProjectName = format!("{beginning}x").parse().map_err(|_| error())?;
        let normalised = whole.as_str();
        Ok(Self(format!("{}*", &normalised[..normalised.len() - 1])))
    }
}

impl fmt::Display for NamePattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl IndexStore {
    /// Whether this user may make a project of this name; fine when it is there already.
    ///
    /// # Errors
    /// When the database fails; the inner error says why the name cannot be had.
    pub async fn check_new_name(
        &self,
        name: &ProjectName,
        user: UserId,
    ) -> Result<Result<(), NewNameError>, StoreError> {
        let mut connection = self.database.reader().acquire().await.doing("connect")?;
        check(&mut connection, name, user).await
    }

    /// Whether this index has or had a project of this name, or keeps it: what is said about it is
    /// then this index's business alone.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_own_name(&self, name: &ProjectName) -> Result<bool, StoreError> {
        let known: Option<i64> = sqlx::query_scalar(
            "SELECT id FROM projects WHERE name = $1 \
             UNION ALL SELECT serial FROM events WHERE project = $1 LIMIT 1",
        )
        .bind(name.as_str())
        .fetch_optional(self.database.reader())
        .await
        .doing("look up a name")?;
        if known.is_some() {
            return Ok(true);
        }
        let mut connection = self.database.reader().acquire().await.doing("connect")?;
        is_prohibited(&mut connection, name).await
    }

    /// The names that administrators keep, in their order.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn prohibited_names(&self) -> Result<Vec<String>, StoreError> {
        sqlx::query_scalar("SELECT pattern FROM prohibited_names ORDER BY pattern")
            .fetch_all(self.database.reader())
            .await
            .doing("list the names that are kept")
    }

    /// Keeps names for administrators, or gives them free. Projects that are there stay.
    ///
    /// # Errors
    /// When the actor is no administrator, or the database fails.
    pub async fn prohibit_names(
        &self,
        actor: Actor,
        (pattern, prohibits): (&NamePattern, bool),
        now: Timestamp,
    ) -> Result<(), ManageError> {
        let mut transaction = self.database.begin().await?;
        let by = actor.administrator(&mut transaction).await?;
        let changed = if prohibits {
            sqlx::query(
                "INSERT INTO prohibited_names (pattern, user_name, created_us) \
                 VALUES ($1, $2, $3) ON CONFLICT (pattern) DO NOTHING",
            )
            .bind(&pattern.0)
            .bind(&by)
            .bind(now.as_microsecond())
        } else {
            sqlx::query("DELETE FROM prohibited_names WHERE pattern = $1").bind(&pattern.0)
        };
        let changed = changed.execute(&mut *transaction).await;
        if changed
            .doing("change the names that are kept")?
            .rows_affected()
            == 0
        {
            return Ok(());
        }
        let event = NewEvent {
            user_name: by.as_deref(),
            action: if prohibits {
                "name:prohibit"
            } else {
                "name:permit"
            },
            project: None,
            subject: json!({ "pattern": pattern.0 }),
        };
        events::record(&mut transaction, &event, now).await?;
        self.database
            .commit(transaction, "commit a kept name")
            .await?;
        Ok(())
    }
}

/// Whether `user` may make a project of this name, asked where it is made. A project of exactly this
/// name, perhaps made a moment ago by the same transaction, is not in its own way.
pub(crate) async fn check(
    connection: &mut AnyConnection,
    name: &ProjectName,
    user: UserId,
) -> Result<Result<(), NewNameError>, StoreError> {
    if is_prohibited(connection, name).await? {
        return Ok(Err(NewNameError::Prohibited(name.clone())));
    }
    let is_admin: Option<i64> = sqlx::query_scalar("SELECT is_admin FROM users WHERE id = $1")
        .bind(user.0)
        .fetch_optional(&mut *connection)
        .await
        .doing("look up a user")?;
    if is_admin == Some(1) {
        return Ok(Ok(()));
    }
    if settings::read(connection).await?.new_projects == NewProjects::Administrators {
        return Ok(Err(NewNameError::NotAdministrator(name.clone())));
    }
    if is_of_standard_library(name) {
        return Ok(Err(NewNameError::StandardLibrary(name.clone())));
    }
    let sql = format!(
        "SELECT name FROM projects WHERE {LOOKALIKE} = $1 AND name <> $2 ORDER BY name LIMIT 1"
    );
    let other: Option<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
        .bind(lookalike(name))
        .bind(name.as_str())
        .fetch_optional(&mut *connection)
        .await
        .doing("look for a name like it")?;
    Ok(match other {
        Some(other) => Err(NewNameError::Lookalike {
            name: name.clone(),
            other,
        }),
        None => Ok(()),
    })
}

async fn is_prohibited(
    connection: &mut AnyConnection,
    name: &ProjectName,
) -> Result<bool, StoreError> {
    // Normalised names have none of the marks of LIKE.
    let found: Option<String> = sqlx::query_scalar(
        "SELECT pattern FROM prohibited_names WHERE pattern = $1 \
         OR (pattern LIKE '%*' AND $1 LIKE REPLACE(pattern, '*', '%')) LIMIT 1",
    )
    .bind(name.as_str())
    .fetch_optional(connection)
    .await
    .doing("look up the names that are kept")?;
    Ok(found.is_some())
}

fn is_of_standard_library(name: &ProjectName) -> bool {
    standard_library::STANDARD_LIBRARY
        .binary_search(&name.as_str())
        .is_ok()
}

/// What [`LOOKALIKE`] makes of a name.
fn lookalike(name: &ProjectName) -> String {
    let characters = name.as_str().chars().filter(|character| *character != '-');
    characters
        .map(|character| match character {
            'l' | 'i' => '1',
            'o' => '0',
            other => other,
        })
        .collect()
}
