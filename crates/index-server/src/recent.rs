//! Bounded caches of what was served lately: rendered pages, and the bytes of small files.
//!
//! While nothing changes in the index, what is here is known to be current without a look at the
//! database.
//!
//! Two halves: pages in use move to the young one, and when that is full the old one is forgotten.
//! Every step takes constant time, and memory stays below the limit.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use tilsit_index_store::Reading;
use tilsit_packaging::name::ProjectName;
use tilsit_simple_api::{MediaType, Sha256Digest};

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

impl Weighed for RenderedPage {
    fn bytes(&self) -> usize {
        self.body.len()
    }
}

/// The pages that were served lately.
pub(crate) type PageCache = Recent<PageKey, RenderedPage>;

/// A small file, or the metadata of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SmallFile {
    /// Whose it is.
    pub(crate) project: ProjectName,
    /// Of these bytes.
    pub(crate) sha256: Sha256Digest,
    pub(crate) bytes: Bytes,
}

impl Weighed for SmallFile {
    fn bytes(&self) -> usize {
        self.bytes.len()
    }
}

/// The small files that were served lately, by digest and name: `<sha256>/<file name>`.
pub(crate) type FileCache = Recent<String, SmallFile>;

/// What takes memory.
pub(crate) trait Weighed: Clone {
    /// How many bytes, roughly.
    fn bytes(&self) -> usize;
}

/// Something in a cache.
#[derive(Debug, Clone)]
struct Kept<V> {
    value: V,
    /// What the project says of its readers, and the generation of the store in which that and the
    /// serial were so; none where that was not looked up.
    confirmed: Option<(u64, Option<Reading>)>,
}

/// A cache; shared by all requests.
#[derive(Debug)]
pub(crate) struct Recent<K, V> {
    half_max_bytes: usize,
    halves: Mutex<Halves<K, V>>,
    hits: AtomicU64,
    misses: AtomicU64,
}

#[derive(Debug)]
struct Halves<K, V> {
    young: HashMap<K, Kept<V>>,
    old: HashMap<K, Kept<V>>,
    young_bytes: usize,
}

/// What an entry takes besides its body, roughly.
const ENTRY_BYTES: usize = 256;

impl<K: Clone + Eq + Hash, V: Weighed> Recent<K, V> {
    pub(crate) fn new(max_bytes: usize) -> Self {
        Self {
            half_max_bytes: max_bytes / 2,
            halves: Mutex::new(Halves {
                young: HashMap::new(),
                old: HashMap::new(),
                young_bytes: 0,
            }),
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
        }
    }

    /// What is kept under a key, when it is as wanted.
    pub(crate) fn find(&self, key: &K, wanted: impl Fn(&V) -> bool) -> Option<V> {
        let found = self.look_up(key, |kept| wanted(&kept.value));
        self.count(found.is_some());
        found.map(|kept| kept.value)
    }

    /// What is kept with what its project says of readers, when nothing has changed in the index since
    /// it was confirmed: the database need not be asked.
    pub(crate) fn find_confirmed<Q>(&self, key: &Q, generation: u64) -> Option<(V, Option<Reading>)>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ToOwned<Owned = K> + ?Sized,
    {
        let is_confirmed =
            |kept: &Kept<V>| matches!(kept.confirmed, Some((at, _)) if at == generation);
        let kept = self.look_up(key, is_confirmed)?;
        self.count(true);
        let (_, reading) = kept.confirmed?;
        Some((kept.value, reading))
    }

    /// Notes that what is kept is current in a generation of the store.
    pub(crate) fn confirm(&self, key: &K, generation: u64, reading: Option<Reading>) {
        let mut halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = halves.young.get_mut(key) {
            kept.confirmed = Some((generation, reading));
        }
    }

    fn count(&self, is_hit: bool) {
        let counter = if is_hit { &self.hits } else { &self.misses };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// How often something was there, and how often not.
    pub(crate) fn hits_and_misses(&self) -> (u64, u64) {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        (count(&self.hits), count(&self.misses))
    }

    fn look_up<Q>(&self, key: &Q, wanted: impl Fn(&Kept<V>) -> bool) -> Option<Kept<V>>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ToOwned<Owned = K> + ?Sized,
    {
        let mut halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = halves.young.get(key) {
            return wanted(kept).then(|| kept.clone());
        }
        if !wanted(halves.old.get(key)?) {
            return None;
        }
        let kept = halves.old.remove(key)?;
        halves.insert(key.to_owned(), kept.clone(), self.half_max_bytes);
        Some(kept)
    }

    /// Keeps something, instead of what was there.
    pub(crate) fn keep(&self, key: K, value: V) {
        let mut halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
        halves.old.remove(&key);
        let kept = Kept {
            value,
            confirmed: None,
        };
        halves.insert(key, kept, self.half_max_bytes);
    }
}

impl<K: Eq + Hash, V: Weighed> Halves<K, V> {
    fn insert(&mut self, key: K, kept: Kept<V>, half_max_bytes: usize) {
        let size = kept.value.bytes() + ENTRY_BYTES;
        if size > half_max_bytes {
            return;
        }
        if self.young_bytes + size > half_max_bytes {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
        self.young_bytes += size;
        if let Some(replaced) = self.young.insert(key, kept) {
            self.young_bytes -= replaced.value.bytes() + ENTRY_BYTES;
        }
    }
}
