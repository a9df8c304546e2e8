//! Another index behind this one: asked for names that are not this index's own, and for no others.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tilsit_index_client::{ClientOptions, IndexClient};
use tilsit_index_server::{Fallback, ServerEvent};
use tilsit_index_store::{Actor, BlockingStore, Reading};
use tilsit_simple_api::ProjectState;
use tilsit_testing::TestDistribution;

use crate::http::{Form, basic};
use crate::managing::Browser;
use crate::support::{TestIndex, clock, on_both_databases};

on_both_databases!(
    other_names_are_answered_from_behind,
    own_names_are_asked_nowhere_else,
    html_from_behind_becomes_json,
    an_index_behind_that_is_away_holds_up_nothing,
    strangers_get_nothing_through_a_closed_index,
);

/// Serves `index` in front of the Simple API at an address.
fn put_before(index: &mut TestIndex, behind: SocketAddr) {
    let mut options = ClientOptions::new(Arc::new(clock), "tilsit-test");
    options.retries = 0;
    options.timeouts.connect = Duration::from_secs(1);
    options.timeouts.read = Duration::from_secs(1);
    let url = format!("http://{behind}/simple/").parse().unwrap();
    let fallback = Fallback::new(IndexClient::new(options), url);
    index.serve_with(|options| options.fallback = Some(fallback));
}

fn wheel(name: &str) -> Form {
    Form::wheel(&TestDistribution::new(name, "1.0"))
}

fn other_names_are_answered_from_behind(index: &mut TestIndex) {
    let behind = TestIndex::on_sqlite();
    assert_eq!(behind.upload(&wheel("Their.Thing")).status, 200);
    let store = BlockingStore::open(&behind.options, clock()).unwrap();
    let project = "their-thing".parse().unwrap();
    let state = (&ProjectState::Deprecated, Some("use another"));
    let change = store
        .store()
        .change_status(Actor::COMMAND_LINE, &project, state, clock());
    store.wait(change).unwrap();
    put_before(index, behind.address);
    assert_eq!(index.upload(&wheel("ours")).status, 200);

    let moved = index.get("/simple/Their.Thing/", &[]);
    assert_eq!(
        (moved.status, moved.header("location")),
        (301, Some("../their-thing/"))
    );
    let answer = index.json("/simple/their-thing/");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("x-pypi-last-serial"), None);
    let page = answer.json();
    assert_eq!(page["name"], "their-thing");
    assert_eq!(page["project-status"]["status"], "deprecated");
    assert_eq!(page["project-status"]["reason"], "use another");
    assert_eq!(page["versions"], serde_json::json!(["1.0"]));
    let (ours, theirs) = (
        &page["files"][0],
        &behind.json("/simple/their-thing/").json()["files"][0],
    );
    for key in [
        "filename",
        "hashes",
        "core-metadata",
        "size",
        "upload-time",
        "yanked",
    ] {
        assert_eq!(ours[key], theirs[key], "{key}");
    }
    let url = ours["url"].as_str().unwrap();
    assert!(
        url.starts_with(&format!("http://{}/files/", behind.address)),
        "{url}"
    );
    let html = index.get("/simple/their-thing/", &[]).text();
    assert!(html.contains(url), "{html}");
    let etag = answer.header("etag").unwrap();
    let accept = ("Accept", "application/vnd.pypi.simple.v1+json");
    let again = index.get("/simple/their-thing/", &[accept, ("If-None-Match", etag)]);
    assert_eq!(again.status, 304);
    assert_eq!(index.json("/simple/nobodys/").status, 404);
    // The list has what is this index's own.
    let list = index.json("/simple/").text();
    assert!(
        list.contains("ours") && !list.contains("their-thing"),
        "{list}"
    );
}

fn own_names_are_asked_nowhere_else(index: &mut TestIndex) {
    let behind = TestIndex::on_sqlite();
    for name in ["ours", "secret", "deleted", "acme-tools", "other"] {
        assert_eq!(behind.upload(&wheel(name)).status, 200);
        if !matches!(name, "acme-tools" | "other") {
            let mut form = Form::wheel(&TestDistribution::new(name, "2.0"));
            assert_eq!(index.upload(form.set("comment", "ours")).status, 200);
        }
    }
    let store = BlockingStore::open(&index.options, clock()).unwrap();
    let wait = |secret: bool| {
        let name = if secret { "secret" } else { "deleted" }.parse().unwrap();
        if secret {
            let reading = Some(Reading::People);
            let change = store
                .store()
                .change_reading(Actor::COMMAND_LINE, &name, reading, clock());
            store.wait(change).unwrap();
        } else {
            let deletion = store
                .store()
                .delete_project(Actor::COMMAND_LINE, &name, clock());
            store.wait(deletion).unwrap();
        }
    };
    wait(true);
    wait(false);
    let kept = "acme-*".parse().unwrap();
    let keeping = store
        .store()
        .prohibit_names(Actor::COMMAND_LINE, (&kept, true), clock());
    store.wait(keeping).unwrap();
    put_before(index, behind.address);
    let asked_before = behind.events.lock().unwrap().len();
    assert_eq!(index.files("ours"), ["ours-2.0-py3-none-any.whl"]);
    for (path, status) in [
        ("/simple/secret/", 401),
        ("/simple/deleted/", 404),
        ("/simple/Deleted/", 301),
        ("/simple/acme-tools/", 404),
        ("/simple/ACME.tools/", 301),
    ] {
        assert_eq!(index.get(path, &[]).status, status, "{path}");
    }
    assert_eq!(behind.events.lock().unwrap().len(), asked_before);
    assert_eq!(index.files("other"), ["other-1.0-py3-none-any.whl"]);
    assert!(behind.events.lock().unwrap().len() > asked_before);
    // From the first upload on it is this index's.
    let other = Form::wheel(&TestDistribution::new("other", "3.0"));
    assert_eq!(index.upload(&other).status, 200);
    assert_eq!(index.files("other"), ["other-3.0-py3-none-any.whl"]);
}

/// A server that answers each connection with the same, or with nothing at all.
fn serve(answer: Option<String>) -> (SocketAddr, Arc<Mutex<usize>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let count = Arc::new(Mutex::new(0));
    let seen = Arc::clone(&count);
    std::thread::spawn(move || {
        let mut open = Vec::new();
        for mut connection in listener.incoming().flatten() {
            *seen.lock().unwrap() += 1;
            if let Some(answer) = &answer {
                let _ = connection.read(&mut [0; 4096]);
                let _ = connection.write_all(answer.as_bytes());
            } else {
                open.push(connection);
            }
        }
    });
    (address, count)
}

fn html_from_behind_becomes_json(index: &mut TestIndex) {
    let html = "<!doctype html><title>Links</title>\
        <a href=\"../../files/old-1.0.tar.gz#sha256=\
        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\" \
        data-requires-python=\"&gt;=3.8\" data-yanked=\"broken\">old-1.0.tar.gz</a>\
        <a href=\"javascript:alert(1)\">old-2.0.tar.gz</a>";
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{html}",
        html.len()
    );
    let (behind, _) = serve(Some(answer));
    put_before(index, behind);
    let page = index.json("/simple/old/").json();
    let files = page["files"].as_array().unwrap();
    assert_eq!(files.len(), 1, "{page}");
    assert_eq!(
        files[0]["url"],
        format!("http://{behind}/files/old-1.0.tar.gz")
    );
    assert_eq!(files[0]["requires-python"], ">=3.8");
    assert_eq!(files[0]["yanked"], "broken");
    assert_eq!(files[0]["hashes"]["sha256"], "a".repeat(64));
}

fn an_index_behind_that_is_away_holds_up_nothing(index: &mut TestIndex) {
    let refused =
        "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let (hanging, waiting) = serve(None);
    for behind in [closed, serve(Some(refused.to_owned())).0, hanging] {
        put_before(index, behind);
        // More than are fetched at once, and meanwhile this index's own work goes on.
        std::thread::scope(|scope| {
            let asked: Vec<_> = (0..24)
                .map(|number| {
                    let index = &*index;
                    scope.spawn(move || index.get(&format!("/simple/theirs-{number}/"), &[]))
                })
                .collect();
            let version = format!("1.{}", behind.port());
            let form = Form::wheel(&TestDistribution::new("ours", &version));
            assert_eq!(index.upload(&form).status, 200);
            assert!(index.files("ours").contains(&form.file_name));
            for answer in asked {
                let answer = answer.join().unwrap();
                assert_eq!(answer.status, 502, "{}", answer.text());
                assert!(
                    answer.text().contains("is not of this index"),
                    "{}",
                    answer.text()
                );
                assert!(!answer.text().contains("127.0.0.1"), "{}", answer.text());
            }
        });
        let events = index.events.lock().unwrap();
        let address = behind.to_string();
        let is_told = |event: &ServerEvent| matches!(event, ServerEvent::Failed { reason, .. } if reason.contains(&address));
        assert!(events.iter().any(is_told), "{events:?}");
    }
    assert!(*waiting.lock().unwrap() > 0);
}

fn strangers_get_nothing_through_a_closed_index(index: &mut TestIndex) {
    let behind = TestIndex::on_sqlite();
    assert_eq!(behind.upload(&wheel("theirs")).status, 200);
    put_before(index, behind.address);
    let settings = [
        ("reading", "people"),
        ("registration", "invited"),
        ("new-projects", "users"),
    ];
    let mut browser = Browser::administrator(index);
    assert_eq!(browser.submit("/manage/settings/", &settings).status, 303);
    assert_eq!(index.get("/simple/theirs/", &[]).status, 401);
    let alice = basic("__token__", &index.token);
    let answer = index.get("/simple/theirs/", &[("Authorization", &alice)]);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("cache-control"), Some("private, no-cache"));
}
