//! Tests of this module's parent, `retry`.

use super::*;

#[test]
fn pauses_grow_and_are_bounded() {
    let timeouts = Timeouts {
        first_retry: Duration::from_millis(100),
        longest_retry: Duration::from_secs(5),
        ..Timeouts::default()
    };
    for attempt in 0..20 {
        let pause = pause(&timeouts, attempt, None, "https://index.example/a/");
        let middle = Duration::from_millis(100 << attempt.min(10));
        assert!(
            pause >= (middle / 4 * 3).min(timeouts.longest_retry),
            "{attempt}: {pause:?}"
        );
        assert!(
            pause <= (middle / 4 * 5).min(timeouts.longest_retry),
            "{attempt}: {pause:?}"
        );
    }
    let asked = |seconds| pause(&timeouts, 0, Some(Duration::from_secs(seconds)), "x");
    assert_eq!(asked(2), Duration::from_secs(2));
    assert_eq!(asked(3600), Duration::from_secs(5));
}

#[test]
fn retry_after_headers() {
    let now = http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
    assert_eq!(now.to_string(), "1994-11-06T08:49:37Z");
    for (header, expected) in [
        ("120", Some(120)),
        (" 0 ", Some(0)),
        ("Sun, 06 Nov 1994 08:50:00 GMT", Some(23)),
        ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
        ("-1", None),
        ("soon", None),
    ] {
        assert_eq!(
            retry_after(header, now),
            expected.map(Duration::from_secs),
            "{header}"
        );
    }
}
