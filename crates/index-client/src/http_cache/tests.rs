//! Tests of this module's parent, `http_cache`.

use tilsit_simple_api::{FileSink as _, ProjectPage};

use super::*;
use crate::compact_page::Builder;

fn now() -> Timestamp {
    "2026-01-02T03:04:05Z".parse().unwrap()
}

const URL: &str = "https://index.example/simple/flask/";

fn about() -> About {
    About {
        url: URL.to_owned(),
        etag: Some("\"1\"".to_owned()),
        fresh_seconds: 60,
        ..About::default()
    }
}

fn page() -> (CompactPage, Vec<u8>) {
    let mut builder = Builder::new(Some("flask".parse().unwrap()));
    builder.take((&tilsit_simple_api::File::new("flask-1.0.tar.gz", "flask-1.0.tar.gz")).into());
    builder.finish(ProjectPage::new("flask"))
}

/// The headers of an answer by their names, `validator` for any validator.
fn lifetime_of(headers: &[(&str, &str)]) -> Option<u64> {
    let one = |name: &str| {
        headers
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| *value)
    };
    lifetime(&CacheHeaders {
        cache_control: headers
            .iter()
            .filter(|(name, _)| *name == "cache-control")
            .map(|(_, value)| *value)
            .collect(),
        age: one("age"),
        expires: one("expires"),
        date: one("date"),
        has_validator: one("validator").is_some(),
    })
}

#[test]
fn lifetimes() {
    const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    const LATER: &str = "Sun, 06 Nov 1994 08:59:37 GMT";
    type Row = (&'static [(&'static str, &'static str)], Option<u64>);
    let table: &[Row] = &[
        (&[("cache-control", "max-age=600, public")], Some(600)),
        (
            &[
                ("cache-control", "public"),
                ("cache-control", "Max-Age=\"60\""),
            ],
            Some(60),
        ),
        (
            &[("cache-control", "max-age=600"), ("age", "100")],
            Some(500),
        ),
        (
            &[("cache-control", "max-age=600"), ("age", "1000")],
            Some(0),
        ),
        (&[("cache-control", "max-age=soon")], Some(0)),
        (
            &[
                ("cache-control", "no-cache"),
                ("expires", LATER),
                ("date", DATE),
            ],
            Some(0),
        ),
        (&[("cache-control", "max-age=600, no-store")], None),
        (&[("expires", LATER), ("date", DATE)], Some(600)),
        (&[("expires", DATE), ("date", LATER)], Some(0)),
        (&[("expires", "0"), ("date", DATE)], Some(0)),
        (&[("validator", "")], Some(0)),
        (&[], Some(FALLBACK_SECONDS)),
        (&[("cache-control", "s-maxage=10")], Some(FALLBACK_SECONDS)),
    ];
    for (headers, expected) in table {
        assert_eq!(lifetime_of(headers), *expected, "{headers:?}");
    }
}

#[test]
fn a_page_is_kept_with_the_time_of_its_check() {
    let folder = tempfile::tempdir().unwrap();
    let cache = HttpCache::new(folder.path());
    let url: Url = URL.parse().unwrap();
    assert!(cache.load(&url, now()).is_none());
    let (page, details) = page();
    let kept = cache.store(&about(), &page, &details, now()).unwrap();
    assert_eq!(kept.read(&(0..u64::MAX)).unwrap(), details);
    let later = now() + Duration::from_secs(30);
    let (found, age) = cache.load(&url, later).unwrap();
    assert_eq!((&found.about, &found.page, age), (&about(), &page, 30));
    assert_eq!(found.details.read(&(0..3)).unwrap(), details[..3]);
    cache.checked(&url, later);
    assert_eq!(cache.load(&url, later).unwrap().1, 0);
    assert_eq!(cache.load(&url, now()).unwrap().1, u64::MAX);
    cache.forget(&url);
    assert!(cache.load(&url, now()).is_none());
}

#[test]
fn another_url_under_the_same_name_is_not_taken() {
    let folder = tempfile::tempdir().unwrap();
    let cache = HttpCache::new(folder.path());
    let other: Url = "https://index.example/simple/other/".parse().unwrap();
    let (page, details) = page();
    let kept = cache.store(&about(), &page, &details, now()).unwrap();
    let place = cache.path(&other);
    std::fs::create_dir_all(place.parent().unwrap()).unwrap();
    std::fs::copy(&kept.path, place).unwrap();
    assert!(cache.load(&other, now()).is_none());
    assert!(cache.load(&URL.parse().unwrap(), now()).is_some());
}
