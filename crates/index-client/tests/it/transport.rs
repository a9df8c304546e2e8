//! Redirects, credentials, retries, timeouts.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tilsit_index_client::{Credential, Credentials, IndexClient, IndexUrl};

use crate::server::{Reply, Request, Server, TestClock, client};

const JSON: &str = r#"{"meta":{"api-version":"1.0"},"name":"a","files":[]}"#;
/// `user:secret`
const BASIC: &str = "Basic dXNlcjpzZWNyZXQ=";

fn with_credentials(server: &Server) -> IndexUrl {
    server
        .index()
        .with_credential(Credential::new("user", "secret"))
}

#[test]
fn credentials_are_sent_to_their_origin_only() {
    let other = Server::start(|_| Reply::json(JSON));
    let elsewhere = other.url("/simple/a/").to_string();
    let server = Server::start(move |request| match request.path.as_str() {
        "/simple/a/" => Reply::redirect("/moved/a/"),
        _ => Reply::redirect(&elsewhere),
    });
    client()
        .project_page(&with_credentials(&server), &"a".parse().unwrap())
        .unwrap();
    let sent = |requests: Vec<Request>| -> Vec<Option<String>> {
        requests
            .iter()
            .map(|request| request.header("Authorization").map(str::to_owned))
            .collect()
    };
    assert_eq!(
        sent(server.requests()),
        [Some(BASIC.to_owned()), Some(BASIC.to_owned())]
    );
    assert_eq!(sent(other.requests()), [None]);
}

#[test]
fn credentials_in_a_redirect_are_not_used() {
    let other = Server::start(|_| Reply::json(JSON));
    let mut elsewhere = other.url("/simple/a/");
    elsewhere.set_username("mallory").unwrap();
    elsewhere.set_password(Some("x")).unwrap();
    let server = Server::start(move |_| Reply::redirect(elsewhere.as_str()));
    client()
        .project_page(&server.index(), &"a".parse().unwrap())
        .unwrap();
    assert_eq!(other.requests()[0].header("Authorization"), None);
}

#[test]
fn netrc_is_used_and_refused_credentials_are_named() {
    let server = Server::start(|request| match request.header("Authorization") {
        Some(BASIC) => Reply::json(JSON),
        _ => Reply::new(401, "no\x1b[31m entry").header("Content-Type", "text/plain"),
    });
    for (netrc, expected) in [
        ("machine 127.0.0.1 login user password secret", None),
        (
            "machine 127.0.0.1 login user password wrong",
            Some("refused the credentials (status 401): no[31m entry"),
        ),
        (
            "",
            Some("refused an answer without credentials (status 401): no[31m entry"),
        ),
    ] {
        let mut options = TestClock::new().options();
        options.credentials = Arc::new(Credentials::from_netrc(netrc.parse().unwrap()));
        let result = IndexClient::new(options).project_page(&server.index(), &"a".parse().unwrap());
        match expected {
            None => drop(result.unwrap()),
            Some(expected) => {
                let error = result.unwrap_err();
                assert!(error.is_credentials());
                assert!(error.to_string().ends_with(expected), "{error}");
                assert!(!format!("{error:?}").contains("wrong"));
            }
        }
    }
}

#[test]
fn an_endless_redirect_ends() {
    let server = Server::start(|request| Reply::redirect(&format!("{}x/", request.path)));
    let error = client()
        .project_page(&server.index(), &"a".parse().unwrap())
        .unwrap_err();
    assert!(
        error.to_string().ends_with("redirects more than 10 times"),
        "{error}"
    );
    assert_eq!(server.requests().len(), 11);
}

/// A server that fails `times` times before it answers.
fn failing(times: usize, fault: Reply) -> Server {
    let count = AtomicUsize::new(0);
    Server::start(move |_| {
        if count.fetch_add(1, Ordering::SeqCst) < times {
            fault.clone()
        } else {
            Reply::json(JSON)
        }
    })
}

#[test]
fn faults_that_may_pass_are_tried_again() {
    let cut = Reply {
        cut_after: Some(3),
        ..Reply::json(JSON)
    };
    let slow = Reply {
        wait: Duration::from_secs(2),
        ..Reply::json(JSON)
    };
    for (fault, again) in [
        (Reply::new(503, ""), true),
        (Reply::new(429, ""), true),
        (Reply::new(500, ""), true),
        (cut, true),
        (slow, true),
        (Reply::new(400, ""), false),
        (Reply::new(404, ""), false),
        (Reply::new(501, ""), false),
    ] {
        let described = format!("{fault:?}");
        let server = failing(2, fault);
        let result = client().project_page(&server.index(), &"a".parse().unwrap());
        assert_eq!(result.is_ok(), again, "{described}: {result:?}");
        assert_eq!(
            server.requests().len(),
            if again { 3 } else { 1 },
            "{described}"
        );
    }
    let server = failing(
        10,
        Reply::new(503, "busy").header("Content-Type", "text/plain"),
    );
    let error = client()
        .project_page(&server.index(), &"a".parse().unwrap())
        .unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("answered with status 503: busy"),
        "{error}"
    );
    assert_eq!(server.requests().len(), 4);
}

#[test]
fn retry_after_is_waited_for() {
    let server = failing(1, Reply::new(429, "").header("Retry-After", "1"));
    let mut options = TestClock::new().options();
    options.timeouts.longest_retry = Duration::from_millis(300);
    let start = Instant::now();
    IndexClient::new(options)
        .project_page(&server.index(), &"a".parse().unwrap())
        .unwrap();
    // The server asks for a second; the client's own limit is shorter.
    assert!(start.elapsed() >= Duration::from_millis(300));
    assert!(start.elapsed() < Duration::from_millis(900));
}

#[test]
fn nothing_listens() {
    let mut options = TestClock::new().options();
    options.retries = 1;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let index: IndexUrl = format!("http://user:secret@127.0.0.1:{port}/simple/")
        .parse()
        .unwrap();
    let error = IndexClient::new(options)
        .project_page(&index, &"a".parse().unwrap())
        .unwrap_err();
    let expected = format!("cannot connect to `http://127.0.0.1:{port}/simple/a/`: ");
    assert!(error.to_string().starts_with(&expected), "{error}");
}

#[test]
fn a_whole_answer_has_a_deadline() {
    let drip = Reply {
        endless: true,
        ..Reply::json(" ")
    };
    let server = Server::start(move |_| drip.clone());
    let mut options = TestClock::new().options();
    options.retries = 0;
    options.timeouts.small_body = Duration::from_millis(200);
    options.limits.page_max_bytes = u64::MAX;
    let error = IndexClient::new(options)
        .project_page(&server.index(), &"a".parse().unwrap())
        .unwrap_err();
    assert!(
        error.to_string().ends_with("did not answer in time"),
        "{error}"
    );
}

#[test]
fn an_endless_body_hits_the_limit() {
    let endless = Reply {
        endless: true,
        ..Reply::json(&" ".repeat(4096))
    };
    let server = Server::start(move |_| endless.clone());
    let error = client()
        .project_page(&server.index(), &"a".parse().unwrap())
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("is larger than the limit of 268435456 bytes"),
        "{error}"
    );
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_proxy_is_used_where_it_is_named() {
    let proxy = Server::start(|_| Reply::json(JSON));
    let index: IndexUrl = "http://index.example/simple/".parse().unwrap();
    let mut options = TestClock::new().options();
    options.proxies.http = Some(proxy.url("/").to_string());
    options.proxies.none_for = Some("other.example".to_owned());
    IndexClient::new(options)
        .project_page(&index, &"a".parse().unwrap())
        .unwrap();
    assert_eq!(proxy.requests()[0].path, "http://index.example/simple/a/");
}
