//! A bounded cache of rendered pages: what is derived from a stored page, under its serial.
//! While nothing changes in the index, a page here is known to be current without a look at the
//! database.
//!
//! Two halves: pages in use move to the young one, and when that is full the old one is forgotten.
//! Every step takes constant time, and memory stays below the limit.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use tilsit_index_store::Reading;
use tilsit_simple_api::MediaType;

#[cfg(test)]
mod tests;

/// What a page is of, and in which form.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct PageKey {
    /// The normalised name of the project; `None` for the list of all.
    pub(crate) project: Option<String>,
    pub(crate) media_type: MediaType,
    /// Whether the client takes gzip; a page that is too small for it is kept plain here as well.
    pub(crate) takes_gzip: bool,
}

/// A page as it goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RenderedPage {
    /// The serial of the stored page that it was made from.
    pub(crate) serial: u64,
    pub(crate) etag: String,
    /// Whether the body is packed.
    pub(crate) is_gzip: bool,
    pub(crate) body: Bytes,
}

/// A page in the cache.
#[derive(Debug, Clone)]
struct Kept {
    page: RenderedPage,
    /// What the project says of its readers, and the generation of the store in which that and the
    /// serial were so; none where that was not looked up.
    confirmed: Option<(u64, Option<Reading>)>,
}

/// The cache; shared by all requests.
#[derive(Debug)]
pub(crate) struct PageCache {
    half_max_bytes: usize,
    halves: Mutex<Halves>,
    hits: AtomicU64,
    misses: AtomicU64,
}

#[derive(Debug, Default)]
struct Halves {
    young: HashMap<PageKey, Kept>,
    old: HashMap<PageKey, Kept>,
    young_bytes: usize,
}

/// What an entry takes besides its body, roughly.
const ENTRY_BYTES: usize = 256;

impl PageCache {
    pub(crate) fn new(max_bytes: usize) -> Self {
        Self {
            half_max_bytes: max_bytes / 2,
            halves: Mutex::default(),
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
        }
    }

    /// The page, when it is there and of this serial.
    pub(crate) fn find(&self, key: &PageKey, serial: u64) -> Option<RenderedPage> {
        let found = self.look_up(key, |kept| kept.page.serial == serial);
        self.count(found.is_some());
        found.map(|kept| kept.page)
    }

    /// The page with what its project says of readers, when it is there and nothing has changed in
    /// the index since it was confirmed: the database need not be asked.
    pub(crate) fn find_confirmed(
        &self,
        key: &PageKey,
        generation: u64,
    ) -> Option<(RenderedPage, Option<Reading>)> {
        let is_confirmed =
            |kept: &Kept| matches!(kept.confirmed, Some((at, _)) if at == generation);
        let kept = self.look_up(key, is_confirmed)?;
        self.count(true);
        let (_, reading) = kept.confirmed?;
        Some((kept.page, reading))
    }

    /// Notes that a page is current in a generation of the store.
    pub(crate) fn confirm(&self, key: &PageKey, generation: u64, reading: Option<Reading>) {
        let mut halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = halves.young.get_mut(key) {
            kept.confirmed = Some((generation, reading));
        }
    }

    fn count(&self, is_hit: bool) {
        let counter = if is_hit { &self.hits } else { &self.misses };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// How often a page was there, and how often not.
    pub(crate) fn hits_and_misses(&self) -> (u64, u64) {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        (count(&self.hits), count(&self.misses))
    }

    fn look_up(&self, key: &PageKey, wanted: impl Fn(&Kept) -> bool) -> Option<Kept> {
        let mut halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = halves.young.get(key) {
            return wanted(kept).then(|| kept.clone());
        }
        if !wanted(halves.old.get(key)?) {
            return None;
        }
        let kept = halves.old.remove(key)?;
        halves.insert(key.clone(), kept.clone(), self.half_max_bytes);
        Some(kept)
    }

    /// Keeps a page, instead of an older one.
    pub(crate) fn keep(&self, key: PageKey, page: RenderedPage) {
        let mut halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
        halves.old.remove(&key);
        let kept = Kept {
            page,
            confirmed: None,
        };
        halves.insert(key, kept, self.half_max_bytes);
    }
}

impl Halves {
    fn insert(&mut self, key: PageKey, kept: Kept, half_max_bytes: usize) {
        let size = kept.page.body.len() + ENTRY_BYTES;
        if size > half_max_bytes {
            return;
        }
        if self.young_bytes + size > half_max_bytes {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
        self.young_bytes += size;
        if let Some(replaced) = self.young.insert(key, kept) {
            self.young_bytes -= replaced.page.body.len() + ENTRY_BYTES;
        }
    }
}
