//! The schema's versions, and bringing a database to the newest one.
//!
//! Each version is one SQL file, applied in a transaction of its own together with its row in
//! `migrations`. A released file is never edited: a change is a new one. `{identity}` stands for
//! the dialect's counted primary key.

use jiff::Timestamp;
use sqlx::{AssertSqlSafe, Executor};

use crate::database::Database;
use crate::dependents;
use crate::error::{Doing, StoreError};

/// Every version, in order; the version is the position, from 1.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_first.sql"),
    include_str!("migrations/0002_people.sql"),
    include_str!("migrations/0003_names.sql"),
    include_str!("migrations/0004_dependents.sql"),
];

/// The version that keeps what projects require, which SQL cannot read from metadata.
const KEEPS_REQUIREMENTS: i64 = 4;

/// Brings the database to the newest version; does nothing when it is there.
///
/// # Errors
/// When the database fails, or is of a newer version than this program.
pub(crate) async fn migrate(database: &Database, now: Timestamp) -> Result<(), StoreError> {
    let newest_known = MIGRATIONS.len().cast_signed() as i64;
    loop {
        let mut transaction = database.begin().await?;
        if let Some(lock) = database.dialect.lock_migrations() {
            transaction.execute(lock).await.doing("lock the schema")?;
        }
        transaction
            .execute(
                "CREATE TABLE IF NOT EXISTS migrations \
                 (version BIGINT PRIMARY KEY, applied_us BIGINT NOT NULL)",
            )
            .await
            .doing("make the table of migrations")?;
        let found: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(version), 0) FROM migrations")
            .fetch_one(&mut *transaction)
            .await
            .doing("read the schema's version")?;
        if found > newest_known {
            return Err(StoreError::SchemaTooNew {
                found,
                newest_known,
            });
        }
        let next = usize::try_from(found)
            .ok()
            .and_then(|at| MIGRATIONS.get(at));
        let Some(sql) = next else {
            return database.commit(transaction, "commit the schema").await;
        };
        let sql = sql.replace("{identity}", database.dialect.identity());
        transaction
            .execute(sqlx::raw_sql(AssertSqlSafe(sql)))
            .await
            .doing("change the schema")?;
        if found + 1 == KEEPS_REQUIREMENTS {
            dependents::fill(&mut transaction).await?;
        }
        sqlx::query("INSERT INTO migrations (version, applied_us) VALUES ($1, $2)")
            .bind(found + 1)
            .bind(now.as_microsecond())
            .execute(&mut *transaction)
            .await
            .doing("note the schema's version")?;
        database.commit(transaction, "commit the schema").await?;
    }
}
