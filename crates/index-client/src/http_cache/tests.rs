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

#[test]
fn lifetimes() {
    let date = Some("Sun, 06 Nov 1994 08:49:37 GMT");
    let later = Some("Sun, 06 Nov 1994 08:59:37 GMT");
    let table: &[(&[&str], CacheHeaders<'_>, Option<u64>)] = &[
        (&["max-age=600, public"], CacheHeaders::default(), Some(600)),
        (
            &["public", "Max-Age=\"60\""],
            CacheHeaders::default(),
            Some(60),
        ),
        (
            &["max-age=600"],
            CacheHeaders {
                age: Some("100"),
                ..CacheHeaders::default()
            },
            Some(500),
        ),
        (
            &["max-age=600"],
            CacheHeaders {
                age: Some("1000"),
                ..CacheHeaders::default()
            },
            Some(0),
        ),
        (&["max-age=soon"], CacheHeaders::default(), Some(0)),
        (
            &["no-cache"],
            CacheHeaders {
                expires: later,
                date,
                ..CacheHeaders::default()
            },
            Some(0),
        ),
        (&["max-age=600, no-store"], CacheHeaders::default(), None),
        (
            &[],
            CacheHeaders {
                expires: later,
                date,
                ..CacheHeaders::default()
            },
            Some(600),
        ),
        (
            &[],
            CacheHeaders {
                expires: date,
                date: later,
                ..CacheHeaders::default()
            },
            Some(0),
        ),
        (
            &[],
            CacheHeaders {
                expires: Some("0"),
                date,
                ..CacheHeaders::default()
            },
            Some(0),
        ),
        (
            &[],
            CacheHeaders {
                has_validator: true,
                ..CacheHeaders::default()
            },
            Some(0),
        ),
        (&[], CacheHeaders::default(), Some(FALLBACK_SECONDS)),
        (
            &["s-maxage=10"],
            CacheHeaders::default(),
            Some(FALLBACK_SECONDS),
        ),
    ];
    for (control, headers, expected) in table {
        let headers = CacheHeaders {
            cache_control: control.to_vec(),
            ..headers.clone()
        };
        assert_eq!(lifetime(&headers), *expected, "{headers:?}");
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
