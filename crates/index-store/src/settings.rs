//! What an administrator decides for the index as a whole: who may read, who may register, who may
//! begin projects.

use std::str::FromStr;

use jiff::Timestamp;
use sqlx::AnyConnection;

use crate::error::{Doing, StoreError};
use crate::events::{self, NewEvent};
use crate::manage::{Actor, ManageError};
use crate::store::IndexStore;

/// Who may read pages and files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reading {
    /// Everybody.
    #[default]
    Public,
    /// Users of the index, by session, password or token.
    SignedIn,
    /// People of the project only, and administrators.
    People,
}

impl Reading {
    /// As the database, pages and options write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::SignedIn => "signed-in",
            Self::People => "people",
        }
    }
}

/// A text that says no kind of reading.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not `public`, `signed-in` or `people`")]
pub struct ReadingError(String);

impl FromStr for Reading {
    type Err = ReadingError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Public, Self::SignedIn, Self::People]
            .into_iter()
            .find(|one| one.as_str() == text)
            .ok_or_else(|| ReadingError(text.to_owned()))
    }
}

/// Who may begin a project by the first upload to a free name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum NewProjects {
    /// Every user.
    #[default]
    Users,
    /// Administrators, who may give others a role then.
    Administrators,
}

impl NewProjects {
    /// As the database, pages and options write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Administrators => "administrators",
        }
    }
}

/// A text that says nobody who may begin projects.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not `users` or `administrators`")]
pub struct NewProjectsError(String);

impl FromStr for NewProjects {
    type Err = NewProjectsError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Users, Self::Administrators]
            .into_iter()
            .find(|one| one.as_str() == text)
            .ok_or_else(|| NewProjectsError(text.to_owned()))
    }
}

/// The settings of an index.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct IndexSettings {
    /// Who may read projects that say nothing else.
    pub reading: Reading,
    /// Whether everybody may make an account; else an invitation is needed.
    pub open_registration: bool,
    /// Who may begin projects.
    pub new_projects: NewProjects,
}

const READING: &str = "reading";
const REGISTRATION: &str = "registration";
const NEW_PROJECTS: &str = "new-projects";

impl IndexStore {
    /// The settings; an index in which nobody has changed any has the defaults.
    ///
    /// # Errors
    /// When the database fails or holds a value that makes no sense.
    pub async fn settings(&self) -> Result<IndexSettings, StoreError> {
        let mut connection = self.database.reader().acquire().await.doing("connect")?;
        read(&mut connection).await
    }

    /// Changes the settings.
    ///
    /// # Errors
    /// When the actor is no administrator, or the database fails.
    pub async fn change_settings(
        &self,
        actor: Actor,
        settings: &IndexSettings,
        now: Timestamp,
    ) -> Result<(), ManageError> {
        let mut transaction = self.database.begin().await?;
        let by = actor.administrator(&mut transaction).await?;
        let registration = if settings.open_registration {
            "open"
        } else {
            "invited"
        };
        for (name, value) in [
            (READING, settings.reading.as_str()),
            (REGISTRATION, registration),
            (NEW_PROJECTS, settings.new_projects.as_str()),
        ] {
            sqlx::query(
                "INSERT INTO settings (name, value) VALUES ($1, $2) \
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            )
            .bind(name)
            .bind(value)
            .execute(&mut *transaction)
            .await
            .doing("write a setting")?;
        }
        let event = NewEvent {
            user_name: by.as_deref(),
            action: "index:settings",
            project: None,
            subject: serde_json::json!({
                READING: settings.reading.as_str(),
                REGISTRATION: registration,
                NEW_PROJECTS: settings.new_projects.as_str(),
            }),
        };
        events::record(&mut transaction, &event, now).await?;
        self.database
            .commit(transaction, "commit the settings")
            .await?;
        Ok(())
    }
}

/// The settings as a connection sees them.
pub(crate) async fn read(connection: &mut AnyConnection) -> Result<IndexSettings, StoreError> {
    let rows: Vec<(String, String)> = sqlx::query_as("SELECT name, value FROM settings")
        .fetch_all(connection)
        .await
        .doing("read the settings")?;
    let mut settings = IndexSettings::default();
    for (name, value) in rows {
        match &*name {
            READING => settings.reading = stored_reading(value)?,
            REGISTRATION => settings.open_registration = value == "open",
            NEW_PROJECTS => {
                settings.new_projects = value.parse().map_err(|_| StoreError::Corrupt {
                    what: "who may begin projects",
                    value,
                })?;
            }
            // Of a newer program.
            _ => {}
        }
    }
    Ok(settings)
}

/// A kind of reading as the database keeps it.
pub(crate) fn stored_reading(text: String) -> Result<Reading, StoreError> {
    text.parse().map_err(|_| StoreError::Corrupt {
        what: "a kind of reading",
        value: text,
    })
}
