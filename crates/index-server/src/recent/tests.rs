//! What the cache finds, and its bound.

use bytes::Bytes;
use tilsit_index_store::Reading;
use tilsit_simple_api::MediaType;

use super::{ENTRY_BYTES, PageCache, PageKey, RenderedPage};

fn key(name: &str) -> PageKey {
    PageKey {
        project: Some(name.to_owned()),
        media_type: MediaType::JsonV1,
        takes_gzip: false,
    }
}

fn page(serial: u64, size: usize) -> RenderedPage {
    RenderedPage {
        serial,
        etag: String::new(),
        is_gzip: false,
        body: Bytes::from(vec![0; size]),
    }
}

#[test]
fn only_the_current_serial_is_found() {
    let cache = PageCache::new(10_000);
    cache.keep(key("a"), page(1, 10));
    assert_eq!(
        cache.find(&key("a"), |page| page.serial == 1),
        Some(page(1, 10))
    );
    assert_eq!(cache.find(&key("a"), |page| page.serial == 2), None);
    cache.keep(key("a"), page(2, 20));
    assert_eq!(
        cache.find(&key("a"), |page| page.serial == 2),
        Some(page(2, 20))
    );
    assert_eq!(cache.find(&key("b"), |page| page.serial == 2), None);
}

#[test]
fn memory_is_bounded_and_what_is_used_stays() {
    // Room for four pages in each half.
    let size = 1000;
    let cache = PageCache::new(8 * (size + ENTRY_BYTES));
    for number in 0..1000 {
        cache.keep(key(&number.to_string()), page(1, size));
        cache.keep(key("used"), page(1, size));
        assert!(
            cache.find(&key("used"), |page| page.serial == 1).is_some(),
            "{number}"
        );
        let halves = cache.halves.lock().expect("not poisoned");
        assert!(halves.young.len() + halves.old.len() <= 8);
        assert_eq!(
            halves.young_bytes,
            halves.young.len() * (size + ENTRY_BYTES)
        );
    }
    assert!(cache.find(&key("0"), |page| page.serial == 1).is_none());
    cache.keep(key("big"), page(1, 1_000_000));
    assert!(cache.find(&key("big"), |page| page.serial == 1).is_none());
}

#[test]
fn a_confirmed_page_is_found_until_something_changes() {
    let cache = PageCache::new(1000);
    cache.keep(key("a"), page(7, 10));
    assert_eq!(cache.find_confirmed(&key("a"), 1), None);
    cache.confirm(&key("a"), 1, Some(Reading::People));
    let found = cache.find_confirmed(&key("a"), 1);
    assert_eq!(found, Some((page(7, 10), Some(Reading::People))));
    assert_eq!(cache.find_confirmed(&key("a"), 2), None);
    // A page that is kept anew is not what was confirmed.
    cache.keep(key("a"), page(8, 10));
    assert_eq!(cache.find_confirmed(&key("a"), 1), None);
    // What is not there cannot be confirmed.
    cache.confirm(&key("b"), 1, None);
    assert_eq!(cache.find_confirmed(&key("b"), 1), None);
}
