//! Many questions at once: what a resolver asks for is fetched side by side, and answered in the
//! order in which the answers come.

use std::collections::VecDeque;
use std::sync::Arc;

use tilsit_packaging::name::ProjectName;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

use crate::client::IndexClient;
use crate::error::HttpError;
use crate::index_url::IndexUrl;
use crate::metadata::MetadataError;
use crate::pages::{Page, PageError};
use crate::remote_file::RemoteFile;
use crate::slim_metadata::SlimMetadata;

/// An answer to a question of a [`Batch`].
#[derive(Debug, Clone)]
pub enum Fetched {
    /// A project's page.
    Page(Result<Arc<Page>, PageError>),
    /// A file's metadata.
    Metadata(Result<Arc<SlimMetadata>, MetadataError>),
}

/// Questions under way; `K` says which answer belongs to which.
pub struct Batch<K: Send + 'static> {
    client: IndexClient,
    /// Answers that needed no waiting.
    at_hand: VecDeque<(K, Fetched)>,
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
            at_hand: VecDeque::new(),
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
        let answer = self.open(key, |error| Fetched::Page(Err(error.into())));
        let runtime = self.client.runtime()?.handle().clone();
        // The cache is read beside the caller's own work, and beside other pages.
        self.client.runtime()?.spawn_blocking(move || {
            let found = parts.page_at_hand(&index, &name).transpose();
            if let Some(found) = found {
                answer.give(Fetched::Page(found));
                return;
            }
            runtime.spawn(async move {
                let page = parts.fetch_page(&index, &name).await;
                answer.give(Fetched::Page(page));
            });
        });
        self.under_way += 1;
        Ok(())
    }

    /// Asks for a file's metadata.
    ///
    /// # Errors
    /// When no thread for requests can be started.
    pub fn metadata(&mut self, key: K, file: RemoteFile) -> Result<(), HttpError> {
        let parts = self.client.parts();
        if let Some(known) = parts.known_metadata(&file) {
            self.at_hand.push_back((key, Fetched::Metadata(Ok(known))));
        } else {
            let answer = self.open(key, |error| Fetched::Metadata(Err(error.into())));
            self.client.spawn(async move {
                let metadata = parts.fetch_metadata(&file).await;
                answer.give(Fetched::Metadata(metadata));
            })?;
        }
        self.under_way += 1;
        Ok(())
    }

    /// Waits for the next answer; `None` when no question is open.
    pub fn next_answer(&mut self) -> Option<(K, Fetched)> {
        if self.under_way == 0 {
            return None;
        }
        let ready = self.at_hand.pop_front();
        let answer = ready.or_else(|| self.receiver.blocking_recv());
        self.under_way -= 1;
        answer
    }

    /// An answer that is there already.
    pub fn ready_answer(&mut self) -> Option<(K, Fetched)> {
        let ready = self.at_hand.pop_front();
        let answer = ready.or_else(|| self.receiver.try_recv().ok())?;
        self.under_way -= 1;
        Some(answer)
    }

    /// How many questions are open.
    pub fn under_way(&self) -> usize {
        self.under_way
    }

    fn open(&self, key: K, failed: fn(HttpError) -> Fetched) -> Open<K> {
        Open {
            key: Some(key),
            sender: self.sender.clone(),
            failed,
        }
    }
}

/// A question whose answer somebody waits for. One that is dropped without an answer, by a panic, is
/// answered with a failure: nobody may wait for it for ever.
struct Open<K: Send + 'static> {
    key: Option<K>,
    sender: UnboundedSender<(K, Fetched)>,
    failed: fn(HttpError) -> Fetched,
}

impl<K: Send + 'static> Open<K> {
    fn give(mut self, answer: Fetched) {
        self.send(answer);
    }

    fn send(&mut self, answer: Fetched) {
        if let Some(key) = self.key.take() {
            // Nobody waits any more when the batch was dropped.
            let _ = self.sender.send((key, answer));
        }
    }
}

impl<K: Send + 'static> Drop for Open<K> {
    fn drop(&mut self) {
        let ended = HttpError::Setup("a request ended early".to_owned());
        self.send((self.failed)(ended));
    }
}
