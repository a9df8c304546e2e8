//! Connections: for SQLite one writer and several readers, for PostgreSQL one pool.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{Any, AnyPool, ConnectOptions, Executor, Transaction};
use url::Url;

use crate::dialect::Dialect;
use crate::error::{Doing, StoreError};

/// Readers of one SQLite file. Each is a thread, and reads are short.
const SQLITE_READERS: u32 = 4;
/// Connections to PostgreSQL of one server process.
const POSTGRES_CONNECTIONS: u32 = 16;
/// How long a request waits for a free connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);

/// The connections to one database.
#[derive(Debug, Clone)]
pub(crate) struct Database {
    writer: AnyPool,
    readers: AnyPool,
    pub(crate) dialect: Dialect,
    /// Counts what this process changed, and what it noticed of changes by others.
    pub(crate) generation: Arc<AtomicU64>,
}

impl Database {
    /// Connects to the SQLite file at `path` and makes it when it is not there.
    pub(crate) async fn open_sqlite(path: &Path) -> Result<Self, StoreError> {
        let url = Url::from_file_path(path)
            .map_err(|()| StoreError::DataFolder(path.display().to_string()))?;
        let url = format!("sqlite://{}?mode=rwc", url.path());
        // The writer comes first: it makes the file and sets WAL mode, which is kept in the file.
        let writer = sqlite_pool(&url, 1).await?;
        let readers = sqlite_pool(&url, SQLITE_READERS).await?;
        Ok(Self {
            writer,
            readers,
            dialect: Dialect::Sqlite,
            generation: Arc::default(),
        })
    }

    /// Connects to a PostgreSQL server.
    pub(crate) async fn open_postgres(url: &str) -> Result<Self, StoreError> {
        let pool = pool_options(POSTGRES_CONNECTIONS)
            // The server may have been restarted since a connection was used last.
            .test_before_acquire(true)
            .connect_with(connect_options(url)?)
            .await
            .doing("connect")?;
        Ok(Self {
            writer: pool.clone(),
            readers: pool,
            dialect: Dialect::Postgres,
            generation: Arc::default(),
        })
    }

    /// Where single reading statements go.
    pub(crate) fn reader(&self) -> &AnyPool {
        &self.readers
    }

    /// How many connections there are, and how many of them do nothing.
    pub(crate) fn connections(&self) -> (u32, usize) {
        let (mut all, mut idle) = (self.readers.size(), self.readers.num_idle());
        if self.dialect == Dialect::Sqlite {
            all += self.writer.size();
            idle += self.writer.num_idle();
        }
        (all, idle)
    }

    /// Begins a transaction that may write; given up when dropped.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Any>, StoreError> {
        self.writer
            .begin_with(self.dialect.begin())
            .await
            .doing("begin a transaction")
    }

    /// Makes the changes of a transaction count.
    pub(crate) async fn commit(
        &self,
        transaction: Transaction<'static, Any>,
        operation: &'static str,
    ) -> Result<(), StoreError> {
        let done = transaction.commit().await.doing(operation);
        // After a failure too: it is not known then whether they count.
        self.generation.fetch_add(1, Ordering::Release);
        done
    }

    /// Closes all connections.
    pub(crate) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

async fn sqlite_pool(url: &str, connections: u32) -> Result<AnyPool, StoreError> {
    pool_options(connections)
        .after_connect(|connection, _| {
            Box::pin(async move {
                connection
                    .execute(
                        "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; \
                         PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;",
                    )
                    .await?;
                Ok(())
            })
        })
        .connect_with(connect_options(url)?)
        .await
        .doing("open")
}

fn pool_options(connections: u32) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire(false)
}

fn connect_options(url: &str) -> Result<AnyConnectOptions, StoreError> {
    sqlx::any::install_default_drivers();
    Ok(url
        .parse::<AnyConnectOptions>()
        .doing("be found at its URL")?
        .disable_statement_logging())
}
