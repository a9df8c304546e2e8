//! Tests of this module's parent, `http_cache`.

use super::*;

fn now() -> Timestamp {
    "2026-01-02T03:04:05Z".parse().unwrap()
}

fn page(body: &[u8]) -> CachedPage {
    let url = "https://index.example/simple/flask/".to_owned();
    let about = About {
        url,
        etag: Some("\"1\"".to_owned()),
        fresh_seconds: 60,
        ..About::default()
    };
    CachedPage {
        about,
        body: body.to_vec(),
    }
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
    let url: Url = "https://index.example/simple/flask/".parse().unwrap();
    assert_eq!(cache.load(&url, now()), None);
    cache
        .store(&url, &page(b"body\nwith lines"), now())
        .unwrap();
    let later = now() + Duration::from_secs(30);
    let (found, age) = cache.load(&url, later).unwrap();
    assert_eq!((found.body.as_slice(), age), (&b"body\nwith lines"[..], 30));
    cache.checked(&url, later);
    assert_eq!(cache.load(&url, later).unwrap().1, 0);
    assert_eq!(cache.load(&url, now()).unwrap().1, u64::MAX);
}

#[test]
fn a_rotten_record_is_none() {
    let record = write_record(&page(b"a body"));
    assert!(parse_record(&record).is_some());
    for end in 0..record.len() {
        assert_eq!(parse_record(&record[..end]), None);
    }
    for index in 0..record.len() {
        let mut rotten = record.clone();
        rotten[index] ^= 1;
        let found = parse_record(&rotten);
        // Some bits of the description are free; the body and the frame are not.
        let body = record.len() - b"a body".len();
        assert!(
            found.is_none() || (index > MAGIC.len() && index < body),
            "{index}"
        );
    }
}

#[test]
fn another_url_under_the_same_name_is_not_taken() {
    let folder = tempfile::tempdir().unwrap();
    let cache = HttpCache::new(folder.path());
    let url: Url = "https://index.example/simple/other/".parse().unwrap();
    cache.store(&url, &page(b"x"), now()).unwrap();
    assert_eq!(cache.load(&url, now()), None);
}
