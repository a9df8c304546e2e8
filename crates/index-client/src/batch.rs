//! Many questions at once: what a resolver asks for is fetched side by side, and answered in the
//! order in which the answers come.

use std::sync::Arc;

use tilsit_packaging::name::ProjectName;
use tilsit_simple_api::ProjectPage;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

use crate::client::IndexClient;
use crate::error::HttpError;
use crate::index_url::IndexUrl;
use crate::metadata::MetadataError;
use crate::pages::{PageError, off_the_loop};
use crate::remote_file::RemoteFile;
use crate::slim_metadata::SlimMetadata;

/// An answer to a question of a [`Batch`].
#[derive(Debug, Clone)]
pub enum Fetched {
    /// A project's page.
    Page(Result<Arc<ProjectPage>, PageError>),
    /// A file's metadata.
    Metadata(Result<Arc<SlimMetadata>, MetadataError>),
}

/// Questions under way; `K` says which answer belongs to which.
pub struct Batch<K> {
    client: IndexClient,
    sender: UnboundedSender<(K, Fetched)>,
    receiver: UnboundedReceiver<(K, Fetched)>,
    under_way: usize,
}

impl IndexClient {
    /// No questions yet.
    pub fn batch<K: Send + 'static>(&self) -> Batch<K> {
        let (sender, receiver) = tokio::sync::mpsc::unbounded_channel();
        Batch {
            client: self.clone(),
            sender,
            receiver,
            under_way: 0,
        }
    }
}

impl<K: Send + 'static> Batch<K> {
    /// Asks for a project's page.
    ///
    /// # Errors
    /// When no thread for requests can be started.
    pub fn project_page(
        &mut self,
        key: K,
        index: &IndexUrl,
        name: &ProjectName,
    ) -> Result<(), HttpError> {
        let (parts, index, name) = (self.client.parts(), index.clone(), name.clone());
        self.start(key, |error| Fetched::Page(Err(error.into())), async move {
            let at_hand = {
                let (parts, index, name) = (Arc::clone(&parts), index.clone(), name.clone());
                off_the_loop(move || parts.page_at_hand(&index, &name)).await
            };
            Fetched::Page(match at_hand {
                Ok(Ok(Some(page))) => Ok(page),
                Ok(Ok(None)) => parts.fetch_page(&index, &name).await,
                Ok(Err(error)) => Err(error),
                Err(error) => Err(error.into()),
            })
        })
    }

    /// Asks for a file's metadata.
    ///
    /// # Errors
    /// When no thread for requests can be started.
    pub fn metadata(&mut self, key: K, file: RemoteFile) -> Result<(), HttpError> {
        let parts = self.client.parts();
        self.start(
            key,
            |error| Fetched::Metadata(Err(error.into())),
            async move {
                Fetched::Metadata(match parts.known_metadata(&file) {
                    Some(metadata) => Ok(metadata),
                    None => parts.fetch_metadata(&file).await,
                })
            },
        )
    }

    /// Waits for the next answer; `None` when no question is open.
    pub fn next_answer(&mut self) -> Option<(K, Fetched)> {
        if self.under_way == 0 {
            return None;
        }
        let answer = self.receiver.blocking_recv();
        self.under_way -= 1;
        answer
    }

    /// An answer that is there already.
    pub fn ready_answer(&mut self) -> Option<(K, Fetched)> {
        let answer = self.receiver.try_recv().ok()?;
        self.under_way -= 1;
        Some(answer)
    }

    /// How many questions are open.
    pub fn under_way(&self) -> usize {
        self.under_way
    }

    /// Starts a question. One that ends by a panic is answered with `failed`: nobody may wait for it
    /// for ever.
    fn start(
        &mut self,
        key: K,
        failed: fn(HttpError) -> Fetched,
        answer: impl Future<Output = Fetched> + Send + 'static,
    ) -> Result<(), HttpError> {
        let sender = self.sender.clone();
        self.client.spawn(async move {
            let answer = tokio::spawn(answer).await;
            let ended = |error| failed(HttpError::Setup(format!("a request ended early: {error}")));
            // Nobody waits any more when the batch was dropped.
            let _ = sender.send((key, answer.unwrap_or_else(ended)));
        })?;
        self.under_way += 1;
        Ok(())
    }
}
