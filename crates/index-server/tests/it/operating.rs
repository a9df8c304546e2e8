//! What operators see: metrics, the log, health, the places that are the same on every site; and the
//! limits that they set.

use tilsit_index_server::{MetricsReaders, ServerEvent};
use tilsit_index_store::{Actor, BlockingStore};
use tilsit_testing::TestDistribution;

use crate::http::{Answer, Form, basic};
use crate::managing::Browser;
use crate::support::{TestIndex, clock, on_both_databases};

on_both_databases!(
    metrics_count_what_happens,
    metrics_are_for_whom_the_operator_says,
    requests_are_logged_with_their_names_and_users,
    health_tells_living_from_working,
    places_that_are_the_same_on_every_site,
    uploads_are_limited,
    wrong_credentials_are_limited_by_address,
);

fn form(version: &str) -> Form {
    Form::wheel(&TestDistribution::new("demo", version))
}

fn value(metrics: &Answer, series: &str) -> f64 {
    let text = metrics.text();
    let value = text.lines().find_map(|line| line.strip_prefix(series));
    let value = value.unwrap_or_else(|| panic!("{series} in\n{text}"));
    value.trim().parse().unwrap()
}

fn metrics_count_what_happens(index: &TestIndex) {
    assert_eq!(index.upload(&form("1.0")).status, 200);
    assert_eq!(index.upload(&form("1.0")).status, 200);
    assert_eq!(index.upload(form("2.0").set("version", "3.0")).status, 400);
    assert_eq!(
        form("2.0").send(index.address, "alice", "wrong").status,
        401
    );
    let file = index.get(&index.file_path("demo", &form("1.0").file_name), &[]);
    for _ in 0..2 {
        assert_eq!(index.get("/simple/demo/", &[]).status, 200);
    }
    assert_eq!(index.get("/no/such/path", &[]).status, 404);
    let downloaded = f64::from(u32::try_from(file.body.len()).unwrap());
    let metrics = index.get("/metrics", &[]);
    assert_eq!(metrics.status, 200);
    let content_type = metrics.header("content-type").unwrap();
    assert!(
        content_type.starts_with("text/plain; version=0.0.4"),
        "{content_type}"
    );
    let page =
        "tilsit_http_requests_total{route=\"/simple/{project}/\",method=\"GET\",status=\"200\"}";
    let sent = ["1.0", "1.0", "2.0"].map(|version| form(version).content.len());
    let sent: usize = sent.iter().sum();
    for (series, expected) in [
        (page, 3.0),
        (
            "tilsit_http_requests_total{route=\"none\",method=\"GET\",status=\"404\"}",
            1.0,
        ),
        (
            "tilsit_http_request_duration_seconds_count{route=\"/legacy/\",method=\"POST\"}",
            4.0,
        ),
        ("tilsit_uploads_total{result=\"published\"}", 1.0),
        ("tilsit_uploads_total{result=\"repeated\"}", 1.0),
        (
            "tilsit_uploads_refused_total{stage=\"checked\",status=\"400\"}",
            1.0,
        ),
        (
            "tilsit_uploads_refused_total{stage=\"identified\",status=\"401\"}",
            1.0,
        ),
        ("tilsit_downloaded_bytes_total", downloaded),
        // The first asks for JSON, of the two others the second is there.
        ("tilsit_page_cache_total{result=\"hit\"}", 1.0),
        ("tilsit_page_cache_total{result=\"miss\"}", 2.0),
    ] {
        assert!(
            (value(&metrics, series) - expected).abs() < 0.5,
            "{series}\n{}",
            metrics.text()
        );
    }
    assert_eq!(
        value(&metrics, "tilsit_uploaded_bytes_total").to_string(),
        sent.to_string()
    );
    assert!(value(&metrics, "tilsit_serial") >= 1.0);
    assert!(value(&metrics, "tilsit_search_lag_changes") >= 0.0);
    let idle = value(&metrics, "tilsit_database_connections{state=\"idle\"}");
    let busy = value(&metrics, "tilsit_database_connections{state=\"busy\"}");
    assert!(idle + busy >= 1.0);
    #[cfg(target_os = "linux")]
    assert!(value(&metrics, "process_resident_memory_bytes") > 1e6);
}

fn metrics_are_for_whom_the_operator_says(index: &mut TestIndex) {
    let forwarded = [("X-Forwarded-For", "192.0.2.1")];
    assert_eq!(index.get("/metrics", &[]).status, 200);
    // A proxy on this machine that is not told of makes nobody local.
    assert_eq!(index.get("/metrics", &forwarded).status, 401);
    index.serve_with(|options| {
        options.public_url = Some("https://index.example/".to_owned());
    });
    assert_eq!(index.get("/metrics", &[]).status, 401);
    index.serve_with(|options| {
        options.public_url = Some("https://index.example/".to_owned());
        options.proxies.networks = vec!["127.0.0.1".parse().unwrap()];
    });
    assert_eq!(index.get("/metrics", &[]).status, 200);
    assert_eq!(index.get("/metrics", &forwarded).status, 401);
    let bob = basic("__token__", &index.another_token("bob", &[]));
    let alice = basic("__token__", &index.token);
    let store = BlockingStore::open(&index.options, clock()).unwrap();
    let name = "alice".parse().unwrap();
    let promotion = store
        .store()
        .change_administrator(Actor::COMMAND_LINE, &name, true, clock());
    store.wait(promotion).unwrap();
    index.serve_with(|options| options.metrics = MetricsReaders::Administrators);
    for (credentials, status) in [(None, 401), (Some(&bob), 403), (Some(&alice), 200)] {
        let headers: Vec<_> = credentials
            .map(|text| ("Authorization", text.as_str()))
            .into_iter()
            .collect();
        assert_eq!(index.get("/metrics", &headers).status, status);
    }
    index.serve_with(|options| options.metrics = MetricsReaders::Everybody);
    assert_eq!(index.get("/metrics", &forwarded).status, 200);
}

fn requests_are_logged_with_their_names_and_users(index: &TestIndex) {
    let browser = Browser::alice(index);
    index.events.lock().unwrap().clear();
    let answers = [
        index.get("/search/?q=a+secret", &[]),
        index.upload(&form("1.0")),
        browser.get("/account/"),
    ];
    let events = index.events.lock().unwrap();
    let lines: Vec<serde_json::Value> = events.iter().map(ServerEvent::to_json).collect();
    let requests: Vec<_> = lines
        .iter()
        .filter(|line| line["event"] == "request")
        .collect();
    assert_eq!(requests.len(), 3);
    for ((request, answer), (method, path, user)) in requests.iter().zip(&answers).zip([
        ("GET", "/search/", None),
        ("POST", "/legacy/", Some("alice")),
        ("GET", "/account/", Some("alice")),
    ]) {
        assert_eq!(request["request"].as_str(), answer.header("x-request-id"));
        assert_eq!(
            (&request["method"], &request["path"]),
            (&method.into(), &path.into())
        );
        assert_eq!(request["user"].as_str(), user);
        assert_eq!(request["status"], 200);
        assert_eq!(request["client"], "127.0.0.1");
        assert!(request["ms"].as_f64().unwrap() > 0.0);
    }
    let names: std::collections::HashSet<_> = requests
        .iter()
        .map(|line| line["request"].to_string())
        .collect();
    assert_eq!(names.len(), 3);
    let log = format!(
        "{lines:?}{}",
        events.iter().map(ToString::to_string).collect::<String>()
    );
    for secret in [&*index.token, "a+secret", "a secret", browser.cookie()] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

fn health_tells_living_from_working(index: &TestIndex) {
    assert_eq!(index.get("/health", &[]).text(), "ok\n");
    assert_eq!(index.get("/health/ready", &[]).text(), "ready\n");
    // Where uploads go there is a file instead of the folder now.
    let incoming = index.options.data.join("incoming");
    std::fs::remove_dir_all(&incoming).unwrap();
    std::fs::write(&incoming, "").unwrap();
    let answer = index.get("/health/ready", &[]);
    assert_eq!(
        (answer.status, &*answer.text()),
        (503, "no file can be written\n")
    );
    assert_eq!(index.get("/health", &[]).status, 200);
    let events = index.events.lock().unwrap();
    let failed = events
        .iter()
        .find(|event| matches!(event, ServerEvent::Failed { .. }));
    assert!(failed.unwrap().to_string().contains("incoming"));
}

/// A table is away; that the other database is asked the same way, the test before shows.
#[test]
fn a_database_that_does_not_answer_is_told() {
    let Some(python) = tilsit_testing::require("Python", tilsit_testing::python()) else {
        return;
    };
    let index = TestIndex::on_sqlite();
    let rename = "import sqlite3, sys; \
        sqlite3.connect(sys.argv[1]).execute('ALTER TABLE counters RENAME TO gone')";
    let renamed = std::process::Command::new(python)
        .args(["-c", rename])
        .arg(index.options.data.join("index.sqlite3"))
        .status();
    assert!(renamed.unwrap().success());
    let answer = index.get("/health/ready", &[]);
    let told = (answer.status, &*answer.text());
    assert_eq!(told, (503, "the database does not answer\n"));
    assert_eq!(index.get("/health", &[]).status, 200);
}

fn places_that_are_the_same_on_every_site(index: &mut TestIndex) {
    assert!(
        index
            .get("/robots.txt", &[])
            .text()
            .contains("Disallow: /search/")
    );
    let change = index.get("/.well-known/change-password", &[]);
    assert_eq!(
        (change.status, change.header("location")),
        (302, Some("../account/"))
    );
    assert_eq!(index.get("/.well-known/security.txt", &[]).status, 404);
    index.serve_with(|options| {
        options.security_contact = Some("mailto:security@index.example".to_owned());
        options.public_url = Some("https://index.example/pypi".to_owned());
    });
    assert_eq!(
        index.get("/.well-known/security.txt", &[]).text(),
        "Contact: mailto:security@index.example\nExpires: 2027-07-14T00:00:00Z\n\
         Canonical: https://index.example/pypi/.well-known/security.txt\n"
    );
}

fn uploads_are_limited(index: &mut TestIndex) {
    index.serve_with(|options| options.limits.uploads_per_minute_max = 2);
    for version in ["1.0", "2.0"] {
        assert_eq!(index.upload(&form(version)).status, 200);
    }
    let refused = index.upload(&form("3.0"));
    assert_eq!(refused.status, 429);
    assert!(
        refused.text().contains("2 uploads in a minute"),
        "{}",
        refused.text()
    );
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=61).contains(&wait), "{wait}");
    assert_eq!(index.files("demo").len(), 2);
    // Others are not held up by it.
    let bob = index.another_token("bob", &[]);
    let other = Form::wheel(&TestDistribution::new("other", "1.0"));
    assert_eq!(other.send(index.address, "__token__", &bob).status, 200);
    index.serve_with(|options| options.limits.uploads_per_minute_max = 0);
    for version in ["3.0", "4.0", "5.0"] {
        assert_eq!(index.upload(&form(version)).status, 200);
    }
}

fn wrong_credentials_are_limited_by_address(index: &mut TestIndex) {
    index.serve_with(|options| {
        options.limits.wrong_credentials_max = 3;
        options.proxies.networks = vec!["127.0.0.1".parse().unwrap()];
    });
    let ask = |client: &str, password: &str| {
        let credentials = basic("__token__", password);
        let headers = [("X-Forwarded-For", client), ("Authorization", &credentials)];
        index.get("/simple/", &headers)
    };
    for _ in 0..3 {
        assert_eq!(ask("192.0.2.1", "wrong").status, 401);
    }
    let refused = ask("192.0.2.1", &index.token);
    assert_eq!(refused.status, 429);
    assert!(refused.header("retry-after").is_some());
    // Of IPv6, a subscriber's network counts as one.
    for client in ["2001:db8::1", "2001:db8::2", "2001:db8::3"] {
        assert_eq!(ask(client, "wrong").status, 401);
    }
    assert_eq!(ask("2001:db8::4", &index.token).status, 429);
    // What comes from the proxy itself may be anybody's.
    for _ in 0..5 {
        let wrong = basic("__token__", "wrong");
        assert_eq!(
            index.get("/simple/", &[("Authorization", &wrong)]).status,
            401
        );
    }
    // Others, and those who show nothing, are not held up by it.
    assert_eq!(ask("192.0.2.2", &index.token).status, 200);
    let nothing = [("X-Forwarded-For", "192.0.2.1")];
    assert_eq!(index.get("/simple/", &nothing).status, 200);
}
