//! What every handler shares.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::{SignedDuration, Timestamp};
use tilsit_index_store::IndexStore;

use crate::access::Remembered;
use crate::attempts::Attempts;
use crate::event::ServerEvent;
use crate::fallback::Fallback;
use crate::forwarded::TrustedProxies;
use crate::metrics::Metrics;
use crate::options::{Limits, MetricsReaders, ServeOptions};
use crate::recent::{FileCache, PageCache};
use crate::search::SearchIndex;
use crate::site::{Place, Site};

/// So many attempts to sign in with one name are taken in a window of time.
const SIGN_INS_MAX: u32 = 10;
const SIGN_INS_WINDOW: SignedDuration = SignedDuration::from_mins(5);

/// The window of time in which a user's uploads are counted.
const UPLOADS_WINDOW: SignedDuration = SignedDuration::from_mins(1);

/// Where events go.
pub(crate) type EventSink = Arc<dyn Fn(&ServerEvent) + Send + Sync>;

/// The state of the server, which every handler shares.
pub(crate) type Application = Arc<Shared>;

/// What is shared.
pub(crate) struct Shared {
    pub(crate) store: IndexStore,
    pub(crate) pages: PageCache,
    pub(crate) files: FileCache,
    pub(crate) limits: Limits,
    /// Where the index is, when the operator says so.
    pub(crate) site: Option<Arc<Site>>,
    /// The path that the proxy leaves on requests, without a slash at its end.
    pub(crate) root_path: Option<Arc<str>>,
    pub(crate) proxies: TrustedProxies,
    /// How often somebody may try to sign in with one name.
    pub(crate) sign_ins: Attempts,
    /// How often one address may show wrong credentials.
    pub(crate) wrong_credentials: Attempts,
    /// How often one user may upload.
    pub(crate) uploads: Attempts,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) metrics_readers: MetricsReaders,
    /// The index behind this one.
    pub(crate) fallback: Option<Fallback>,
    /// Whom to tell of a weakness, as a URL.
    pub(crate) security_contact: Option<Arc<str>>,
    pub(crate) started: Timestamp,
    /// How many requests have come.
    pub(crate) request_count: AtomicU64,
    pub(crate) search: Arc<SearchIndex>,
    /// What was looked up a moment ago about readers.
    pub(crate) remembered: Remembered,
    pub(crate) clock: fn() -> Timestamp,
    pub(crate) events: EventSink,
}

impl Shared {
    /// The state of a server that begins.
    pub(crate) fn begin(
        options: ServeOptions,
        place: Place,
        (store, search, events): (IndexStore, Arc<SearchIndex>, EventSink),
    ) -> Application {
        let limits = options.limits;
        let of_uploads = Attempts::new(limits.uploads_per_minute_max, UPLOADS_WINDOW);
        let of_addresses = Attempts::new(limits.wrong_credentials_max, SIGN_INS_WINDOW);
        Arc::new(Self {
            store,
            pages: PageCache::new(limits.page_cache_max_bytes / 2),
            files: FileCache::new(limits.page_cache_max_bytes / 2),
            root_path: place.root_path.map(Into::into),
            site: place.site.map(Arc::new),
            proxies: options.proxies,
            sign_ins: Attempts::new(SIGN_INS_MAX, SIGN_INS_WINDOW),
            wrong_credentials: of_addresses,
            uploads: of_uploads,
            limits,
            search,
            remembered: Remembered::default(),
            metrics: Arc::default(),
            metrics_readers: options.metrics,
            fallback: options.fallback,
            security_contact: options.security_contact.map(Into::into),
            started: (options.clock)(),
            request_count: AtomicU64::default(),
            clock: options.clock,
            events,
        })
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// A name for a request that no other request of this index has, not after a restart either.
    pub(crate) fn request_id(&self) -> String {
        let number = self.request_count.fetch_add(1, Ordering::Relaxed);
        format!("{:x}-{number:x}", self.started.as_microsecond())
    }

    pub(crate) fn tell(&self, event: &ServerEvent) {
        (self.events)(event);
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Application")
            .finish_non_exhaustive()
    }
}
