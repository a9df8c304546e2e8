//! The text is what Prometheus reads, and what is counted is there.

use super::*;

fn value(text: &str, series: &str) -> Option<String> {
    text.lines()
        .find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))
        .map(str::to_owned)
}

#[test]
fn what_is_counted_is_shown() {
    let metrics = Metrics::default();
    let ok = StatusCode::OK;
    for milliseconds in [1, 3, 60_000] {
        let took = Duration::from_millis(milliseconds);
        metrics.request("/simple/{project}/", &Method::GET, ok, took);
    }
    let odd = Method::from_bytes(b"ODD\"").unwrap_or(Method::PATCH);
    metrics.request(NO_ROUTE, &odd, StatusCode::NOT_FOUND, Duration::ZERO);
    metrics.upload_taken(true);
    metrics.upload_refused("checked", StatusCode::BAD_REQUEST);
    metrics.uploaded(700);
    metrics.downloaded(41);
    let text = metrics.text(&Gauges {
        serial: 7,
        search_serial: 5,
        database_connections: 4,
        database_idle: 3,
        resident_bytes: Some(4096),
        ..Gauges::default()
    });
    let labels = "route=\"/simple/{project}/\",method=\"GET\"";
    let duration = "tilsit_http_request_duration_seconds";
    for (series, expected) in [
        (
            format!("tilsit_http_requests_total{{{labels},status=\"200\"}}"),
            "3",
        ),
        (
            "tilsit_http_requests_total{route=\"none\",method=\"other\",status=\"404\"}".to_owned(),
            "1",
        ),
        (format!("{duration}_bucket{{{labels},le=\"0.001\"}}"), "1"),
        (format!("{duration}_bucket{{{labels},le=\"0.005\"}}"), "2"),
        (format!("{duration}_bucket{{{labels},le=\"10\"}}"), "2"),
        (format!("{duration}_bucket{{{labels},le=\"+Inf\"}}"), "3"),
        (format!("{duration}_sum{{{labels}}}"), "60.004"),
        (format!("{duration}_count{{{labels}}}"), "3"),
        ("tilsit_uploads_total{result=\"published\"}".to_owned(), "1"),
        (
            "tilsit_uploads_refused_total{stage=\"checked\",status=\"400\"}".to_owned(),
            "1",
        ),
        ("tilsit_uploaded_bytes_total".to_owned(), "700"),
        ("tilsit_downloaded_bytes_total".to_owned(), "41"),
        ("tilsit_search_lag_changes".to_owned(), "2"),
        (
            "tilsit_database_connections{state=\"busy\"}".to_owned(),
            "1",
        ),
        ("process_resident_memory_bytes".to_owned(), "4096"),
    ] {
        assert_eq!(
            value(&text, &series).as_deref(),
            Some(expected),
            "{series}\n{text}"
        );
    }
    // Each sample belongs to the family above it.
    let mut family = "";
    for line in text.lines() {
        match line.strip_prefix("# TYPE ") {
            Some(rest) => family = rest.split(' ').next().unwrap_or_default(),
            None if line.starts_with('#') => {}
            None => assert!(line.starts_with(family), "{line} in {family}"),
        }
    }
}

#[test]
fn memory_is_read_from_the_status_of_a_process() {
    let status = "Name:\ttilsit\nVmSize:\t  9999 kB\nVmRSS:\t   1234 kB\nThreads:\t3\n";
    assert_eq!(parse_resident(status), Some(1234 * 1024));
    assert_eq!(parse_resident("VmRSS:\t many kB\n"), None);
    assert_eq!(parse_resident(""), None);
}
