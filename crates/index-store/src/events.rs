//! The record of every change, kept for ever; its serial numbers are the index's clock.

use jiff::Timestamp;
use sqlx::{Any, Transaction};

use crate::error::{Doing, StoreError};
use crate::store::IndexStore;

/// One change of the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The change's number; greater for a later change, and visible in that order.
    pub serial: u64,
    /// When it was.
    pub at: Timestamp,
    /// Who made it; `None` for the administrator at the command line.
    pub user_name: Option<String>,
    /// What was done, as `subject:verb`.
    pub action: String,
    /// The project that was changed.
    pub project: Option<String>,
    /// More about it, as JSON.
    pub subject: String,
}

/// An event that is about to be recorded.
#[derive(Debug)]
pub(crate) struct NewEvent<'a> {
    pub(crate) user_name: Option<&'a str>,
    pub(crate) action: &'static str,
    pub(crate) project: Option<&'a str>,
    pub(crate) subject: serde_json::Value,
}

/// Takes the next serial and records the event under it.
///
/// The counter's row stays locked until the transaction ends, so this belongs at its end: serials
/// become visible in their order, and a reader that has seen one has seen all before it.
pub(crate) async fn record(
    transaction: &mut Transaction<'static, Any>,
    event: &NewEvent<'_>,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let serial: i64 = sqlx::query_scalar(
        "UPDATE counters SET value = value + 1 WHERE name = 'serial' RETURNING value",
    )
    .fetch_one(&mut **transaction)
    .await
    .doing("take the next serial")?;
    sqlx::query(
        "INSERT INTO events (serial, at_us, user_name, action, project, subject) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(serial)
    .bind(now.as_microsecond())
    .bind(event.user_name)
    .bind(event.action)
    .bind(event.project)
    .bind(event.subject.to_string())
    .execute(&mut **transaction)
    .await
    .doing("record an event")?;
    Ok(serial.cast_unsigned())
}

type EventRow = (i64, i64, Option<String>, String, Option<String>, String);

impl IndexStore {
    /// The serial of the last change; 0 for an empty index.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn last_serial(&self) -> Result<u64, StoreError> {
        let serial: i64 = sqlx::query_scalar("SELECT value FROM counters WHERE name = 'serial'")
            .fetch_one(self.database.reader())
            .await
            .doing("read the last serial")?;
        Ok(serial.cast_unsigned())
    }

    /// The events after `serial`, oldest first, at most `limit`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn events_since(&self, serial: u64, limit: u32) -> Result<Vec<Event>, StoreError> {
        let rows: Vec<EventRow> = sqlx::query_as(
            "SELECT serial, at_us, user_name, action, project, subject FROM events \
             WHERE serial > $1 ORDER BY serial LIMIT $2",
        )
        .bind(serial.cast_signed())
        .bind(i64::from(limit))
        .fetch_all(self.database.reader())
        .await
        .doing("read the events")?;
        rows.into_iter().map(event).collect()
    }
}

fn event(row: EventRow) -> Result<Event, StoreError> {
    let (serial, at, user_name, action, project, subject) = row;
    Ok(Event {
        serial: serial.cast_unsigned(),
        at: timestamp(at)?,
        user_name,
        action,
        project,
        subject,
    })
}

/// A time as the database keeps it.
pub(crate) fn timestamp(microseconds: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_microsecond(microseconds).map_err(|_| StoreError::Corrupt {
        what: "a time",
        value: microseconds.to_string(),
    })
}
