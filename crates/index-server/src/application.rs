//! What every handler shares.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use tilsit_index_store::IndexStore;

use crate::access::Remembered;
use crate::attempts::Attempts;
use crate::event::ServerEvent;
use crate::options::Limits;
use crate::page_cache::PageCache;
use crate::search::SearchIndex;

/// Where events go.
pub(crate) type EventSink = Arc<dyn Fn(&ServerEvent) + Send + Sync>;

/// The state of the server; cheap to clone.
#[derive(Clone)]
pub(crate) struct Application {
    pub(crate) store: IndexStore,
    pub(crate) pages: Arc<PageCache>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) public_url: Option<Arc<str>>,
    /// How often somebody may try to sign in with one name.
    pub(crate) sign_ins: Arc<Attempts>,
    pub(crate) search: Arc<SearchIndex>,
    /// What was looked up a moment ago about readers.
    pub(crate) remembered: Arc<Remembered>,
    pub(crate) clock: fn() -> Timestamp,
    pub(crate) events: EventSink,
}

impl Application {
    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    pub(crate) fn tell(&self, event: &ServerEvent) {
        (self.events)(event);
    }
}

impl fmt::Debug for Application {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Application")
            .finish_non_exhaustive()
    }
}
