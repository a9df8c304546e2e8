//! Redirects, credentials, retries, timeouts.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tilsit_index_client::{
    Credential, Credentials, IndexClient, IndexUrl, Logins, PasswordProgram, RemoteFile,
};
use tilsit_packaging::name::ProjectName;

use crate::server::{Reply, Request, Server, TestClock, client};

const JSON: &str = r#"{"meta":{"api-version":"1.0"},"name":"a","files":[]}"#;
/// `user:secret`
const BASIC: &str = "Basic dXNlcjpzZWNyZXQ=";

fn a() -> ProjectName {
    "a".parse().unwrap()
}

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
        .project_page(&with_credentials(&server), &a())
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
    client().project_page(&server.index(), &a()).unwrap();
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
        options.credentials = Arc::new(Credentials::from_files(
            Logins::default(),
            netrc.parse().unwrap(),
        ));
        let result = IndexClient::new(options).project_page(&server.index(), &a());
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
    let error = client().project_page(&server.index(), &a()).unwrap_err();
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
        let result = client().project_page(&server.index(), &a());
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
    let error = client().project_page(&server.index(), &a()).unwrap_err();
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
        .project_page(&server.index(), &a())
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
        .project_page(&index, &a())
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
        .project_page(&server.index(), &a())
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
    let error = client().project_page(&server.index(), &a()).unwrap_err();
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
    options.proxies.none_for = Some("127.0.0.0/8,other.example".to_owned());
    options.trusted_hosts = vec!["index.example".to_owned()];
    let server = Server::start(|_| Reply::json(JSON));
    let client = IndexClient::new(options.clone());
    client.project_page(&index, &a()).unwrap();
    client.project_page(&server.index(), &a()).unwrap();
    let seen = &proxy.requests()[0];
    assert_eq!(seen.path, "http://index.example/simple/a/");
    assert_eq!(seen.header("Proxy-Authorization"), None);
    assert_eq!((proxy.requests().len(), server.requests().len()), (1, 1));

    let with_password = proxy.url("/").to_string().replace("//", "//me:p%40ss@");
    options.proxies.http = None;
    options.proxies.all = Some(with_password);
    IndexClient::new(options)
        .project_page(&index, &a())
        .unwrap();
    // `me:p@ss`
    let sent = "Basic bWU6cEBzcw==";
    let seen = &proxy.requests()[1];
    assert_eq!(seen.header("Proxy-Authorization"), Some(sent));
}

/// An https request asks the proxy for a tunnel, whose refusal is told without its password.
#[test]
fn a_proxy_that_refuses_is_told() {
    let proxy = Server::start(|_| Reply::new(407, ""));
    let mut options = TestClock::new().options();
    let url = proxy.url("/").to_string();
    options.proxies.https = Some(url.replace("//", "//me:secret@"));
    options.retries = 0;
    let index: IndexUrl = "https://index.example/simple/".parse().unwrap();
    let error = IndexClient::new(options)
        .project_page(&index, &a())
        .unwrap_err()
        .to_string();
    assert_eq!(proxy.requests()[0].method, "CONNECT");
    assert!(
        error.contains("cannot connect") && error.contains("proxy"),
        "{error}"
    );
    assert!(!error.contains("secret"), "{error}");
}

#[test]
fn without_encryption_only_this_machine_and_trusted_hosts_are_asked() {
    let index: IndexUrl = "http://index.example/simple/".parse().unwrap();
    let error = client().project_page(&index, &a()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`http://index.example/simple/a/` is not encrypted, and its host is not one that is trusted \
         without"
    );
    let server = Server::start(|_| Reply::redirect("http://index.example/simple/a/"));
    let error = client().project_page(&server.index(), &a()).unwrap_err();
    assert!(error.to_string().contains("is not encrypted"), "{error}");
}

/// A program that notes how it was called, and knows one password.
fn password_program(folder: &Path) -> PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    let program = folder.join("program");
    let calls = folder.join("calls");
    let script = format!(
        "#!/bin/sh\necho \"$@\" >>'{}'\ncase \"$*\" in *127.0.0.1:[0-9]*/*) exit 1 ;; esac\necho kept\n",
        calls.display()
    );
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    program
}

#[test]
fn a_user_without_a_password_has_it_from_a_program() {
    type Make = fn(PathBuf) -> PasswordProgram;
    let table: [(Make, &str); 2] = [
        (PasswordProgram::Keyring, "get {} me\n"),
        (
            PasswordProgram::SecretTool,
            "lookup service {} username me\n",
        ),
    ];
    for (make, call) in table {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(|_| Reply::json(JSON));
        let mut options = TestClock::new().options();
        let missing = PasswordProgram::Keyring(folder.path().join("missing"));
        options.password_programs = vec![missing, make(password_program(folder.path()))];
        let client = IndexClient::new(options);
        let index = server.url("/simple/").to_string();
        let with_user: IndexUrl = index.replace("//", "//me@").parse().unwrap();
        for _ in 0..3 {
            client.project_page(&with_user, &a()).unwrap();
        }
        for request in server.requests() {
            // `me:kept`
            let sent = "Basic bWU6a2VwdA==";
            assert_eq!(request.header("Authorization"), Some(sent));
        }
        // The place first, then its host, and each once.
        let asked = std::fs::read_to_string(folder.path().join("calls")).unwrap();
        let host = index.trim_start_matches("http://");
        let host = host.split('/').next().unwrap();
        let expected = call.replace("{}", &index) + &call.replace("{}", host);
        assert_eq!(asked, expected);
        // A user with a password is not asked about.
        let known: IndexUrl = index.replace("//", "//me:pass@").parse().unwrap();
        client.project_page(&known, &a()).unwrap();
        let asked = std::fs::read_to_string(folder.path().join("calls")).unwrap();
        assert_eq!(asked, expected);
    }
}

/// A cache that cannot be written makes a slower client, not a failing one.
#[test]
fn a_cache_without_room_is_done_without() {
    const PAGE: &str = r#"{"meta":{"api-version":"1.0"},"name":"a","files":[
        {"filename":"a-1-py3-none-any.whl","url":"a-1-py3-none-any.whl","hashes":{},
         "core-metadata":true}]}"#;
    const METADATA: &str = "Metadata-Version: 2.1\nName: a\nVersion: 1\n";
    let folder = tempfile::tempdir().unwrap();
    // Where the folders should be are files, as root may write anywhere else.
    for name in ["pages-v2", "metadata-v1"] {
        std::fs::write(folder.path().join(name), "").unwrap();
    }
    let server = Server::start(|request| {
        if request.path.ends_with(".metadata") {
            Reply::new(200, METADATA)
        } else {
            Reply::json(PAGE)
        }
    });
    for _ in 0..2 {
        let mut options = TestClock::new().options();
        options.cache = Some(folder.path().to_owned());
        let client = IndexClient::new(options);
        let page = client.project_page(&server.index(), &a()).unwrap();
        let page = client.whole_page(&page).unwrap();
        let file = RemoteFile::of_page(&page, &page.files[0]).unwrap();
        assert_eq!(client.metadata(&file).unwrap().version, "1");
    }
    assert_eq!(server.requests().len(), 4);
}
