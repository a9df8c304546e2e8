//! The administrator's operations without `async`, for commands that do one thing and end.

use std::ops::ControlFlow;
use std::path::Path;

use jiff::Timestamp;
use tilsit_files::LinkMode;
use tilsit_packaging::name::ProjectName;
use tokio::runtime::{Builder, Runtime};

use crate::accounts::UserName;
use crate::backup::BackupReport;
use crate::error::StoreError;
use crate::store::{IndexStore, StoreOptions};
use crate::token_text::TokenText;
use crate::tokens::{NewToken, TokenScope};

/// An open index with a runtime of its own. Not to be used from asynchronous code.
#[derive(Debug)]
pub struct BlockingStore {
    runtime: Runtime,
    store: IndexStore,
}

impl BlockingStore {
    /// Opens an index, makes it when it is not there, and brings it to the newest schema.
    ///
    /// # Errors
    /// As [`IndexStore::open`].
    pub fn open(options: &StoreOptions, now: Timestamp) -> Result<Self, StoreError> {
        let runtime = runtime()?;
        let store = runtime.block_on(IndexStore::open(options, now))?;
        Ok(Self { runtime, store })
    }

    /// Makes an index of a backup.
    ///
    /// # Errors
    /// As [`crate::restore`].
    pub fn restore(
        backup: &Path,
        data: &Path,
        mode: LinkMode,
        on_file: &mut dyn FnMut(usize, usize) -> ControlFlow<()>,
    ) -> Result<BackupReport, StoreError> {
        let runtime = runtime()?;
        runtime.block_on(crate::backup::restore(backup, data, mode, on_file))
    }

    /// The store, for operations that [`BlockingStore::wait`] waits for.
    pub fn store(&self) -> &IndexStore {
        &self.store
    }

    /// Waits for one operation.
    pub fn wait<T>(&self, operation: impl Future<Output = T>) -> T {
        self.runtime.block_on(operation)
    }

    /// Makes a user.
    ///
    /// # Errors
    /// As [`IndexStore::create_user`].
    pub fn create_user(
        &self,
        name: &UserName,
        password: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.runtime
            .block_on(self.store.create_user(name, password, now))
            .map(|_| ())
    }

    /// Makes a token for the user `name`: for these projects, or for the whole account when none
    /// are named.
    ///
    /// # Errors
    /// [`StoreError::NoSuchUser`], and as [`IndexStore::create_token`].
    pub fn create_token(
        &self,
        name: &UserName,
        projects: Vec<ProjectName>,
        description: &str,
        now: Timestamp,
    ) -> Result<TokenText, StoreError> {
        let scope = if projects.is_empty() {
            TokenScope::User
        } else {
            TokenScope::Projects(projects)
        };
        self.runtime.block_on(async {
            let user = self.store.user(name).await?;
            let new = NewToken::new(scope, description);
            self.store.create_token(user, &new, now).await
        })
    }

    /// How many users there are.
    ///
    /// # Errors
    /// When the database fails.
    pub fn user_count(&self) -> Result<u64, StoreError> {
        self.runtime.block_on(self.store.user_count())
    }
}

fn runtime() -> Result<Runtime, StoreError> {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|_| StoreError::Stopping)
}

impl Drop for BlockingStore {
    fn drop(&mut self) {
        self.runtime.block_on(self.store.close());
    }
}
