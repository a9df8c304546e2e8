//! `search`: at an index of ours, and at one that has none.

use std::time::{Duration, Instant};

use insta::assert_snapshot;

use crate::answers::{Answer, Answers};
use crate::server::Index;

#[test]
fn what_was_published_is_found_with_a_letter_missing() {
    if tilsit_testing::require("Python", tilsit_testing::python()).is_none() {
        return;
    }
    let mut sandbox = crate::sandbox();
    let index = Index::start(&sandbox.root().join("index"));
    sandbox.set("TILSIT_INDEX_URL", format!("{}/simple/", index.address));
    assert_snapshot!(sandbox.run("search demo"), @"
    exit: 1
    -- stderr
    No project has `demo`.
    ");
    sandbox.run_well("build demo -o dist");
    let (upload, token) = (format!("{}/legacy/", index.address), &index.token);
    sandbox.run_well(&format!(
        "publish --repository-url {upload} --token {token}"
    ));
    // The index's search follows within a second or two.
    let began = Instant::now();
    while sandbox.run("-q search tilsit-dmo").exit != 0 {
        assert!(began.elapsed() < Duration::from_secs(30));
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_snapshot!(sandbox.run("search tilsit-dmo"), @"
    exit: 0
    -- stdout
    tilsit-demo 1.0  A demo
    ");
    let (exit, envelope) = sandbox.run_json("search demo");
    assert_eq!(exit, 0, "{envelope}");
    assert_eq!(envelope["result"]["count"], 1);
    assert_eq!(envelope["result"]["projects"][0]["name"], "tilsit-demo");
}

#[test]
fn an_index_without_a_search_is_named() {
    if tilsit_testing::require("Python", tilsit_testing::python()).is_none() {
        return;
    }
    let mut sandbox = crate::sandbox();
    let index = Answers::start(|_, _| Answer::Status(200, "a page for people".to_owned()));
    let url = |path: &str| format!("{}/{path}/", index.address);
    sandbox.set("TILSIT_INDEX_URL", url("simple"));
    let answer = sandbox.run("search demo");
    assert_eq!(answer.exit, 1, "{answer}");
    assert!(answer.stderr.contains("[TL0405]"), "{answer}");
    assert_eq!(index.lines(), ["GET /search/?q=demo"]);
    // An index that has nothing beside it is not asked.
    sandbox.set("TILSIT_INDEX_URL", url("pages"));
    let answer = sandbox.run("search demo");
    assert!(answer.stderr.contains("/pages/"), "{answer}");
    assert_eq!(index.lines().len(), 1);
}
