//! Who reads: public, signed-in and private projects, by every way in.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tilsit_index_store::{Actor, BlockingStore, NewToken, TokenPermission, TokenScope};
use tilsit_simple_api::ProjectState;
use tilsit_testing::TestDistribution;

use crate::http::{Answer, Form};
use crate::managing::Browser;
use crate::support::{TestIndex, clock, with_every_file_store};

with_every_file_store!(
    an_index_for_its_users,
    a_project_for_its_people,
    tokens_open_what_they_are_for,
    what_is_quarantined_is_held_back,
);

const WHEEL: &str = "demo-1.0-py3-none-any.whl";

/// Two projects of alice; gives the path of the first one's wheel.
fn published(index: &TestIndex) -> String {
    for name in ["demo", "open"] {
        let distribution = TestDistribution::new(name, "1.0");
        let answer = index.upload(&Form::wheel(&distribution));
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    index.file_path("demo", WHEEL)
}

fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

fn get(index: &TestIndex, path: &str, credentials: Option<&str>) -> Answer {
    let headers: Vec<(&str, &str)> = credentials
        .map(|text| ("Authorization", text))
        .into_iter()
        .collect();
    index.get(path, &headers)
}

fn make_private(index: &TestIndex, reading: &str) {
    let mut alice = Browser::alice(index);
    let answer = alice.submit("/manage/project/demo/reading/", &[("reading", reading)]);
    assert_eq!(answer.status, 303, "{}", answer.text());
}

fn an_index_for_its_users(index: &TestIndex) {
    let file = published(index);
    let store = BlockingStore::open(&index.options, clock()).unwrap();
    let alice = "alice".parse().unwrap();
    let promoted = store
        .store()
        .change_administrator(Actor::COMMAND_LINE, &alice, true, clock());
    store.wait(promoted).unwrap();
    let mut browser = Browser::alice(index);
    let settings = [
        ("reading", "signed-in"),
        ("registration", "invited"),
        ("new-projects", "users"),
    ];
    let answer = browser.submit("/manage/settings/", &settings);
    assert_eq!(answer.status, 303, "{}", answer.text());
    let metadata = format!("{file}.metadata");
    let for_programs = ["/simple/", "/simple/demo/", &file, &metadata];
    let eve = index.another_token("eve", &[]);
    let (token, password) = (basic("__token__", &eve), basic("eve", "password"));
    for path in for_programs {
        let unknown = get(index, path, None);
        assert_eq!(unknown.status, 401, "{path}");
        assert!(unknown.header("www-authenticate").is_some());
        for wrong in [
            basic("eve", "wrong"),
            basic("__token__", "tlst-x"),
            "Bearer x".to_owned(),
        ] {
            assert_eq!(get(index, path, Some(&wrong)).status, 401, "{path} {wrong}");
        }
        for right in [&token, &password] {
            let answer = get(index, path, Some(right));
            assert_eq!(answer.status, 200, "{path}");
            let caching = answer.header("cache-control").unwrap();
            assert!(caching.starts_with("private"), "{path}: {caching}");
            assert_eq!(answer.header("access-control-allow-origin"), None, "{path}");
        }
        assert_eq!(browser.get(path).status, 200, "{path}");
    }
    for path in ["/", "/project/demo/", "/project/demo/1.0/", "/user/alice/"] {
        let answer = get(index, path, None);
        assert_eq!(answer.status, 303, "{path}");
        let location = answer.header("location").unwrap();
        assert!(location.contains("account/login/?next="), "{location}");
        assert_eq!(browser.get(path).status, 200, "{path}");
    }
    // A program is not sent to a page where people sign in.
    let json = ("Accept", "application/json");
    let unknown = index.get("/search/?q=demo", &[json]);
    assert_eq!(unknown.status, 401);
    assert!(unknown.header("www-authenticate").is_some());
    let known = index.get("/search/?q=demo", &[json, ("Authorization", &token)]);
    assert_eq!(known.status, 200, "{}", known.text());
    assert_eq!(index.get("/search/?q=demo", &[]).status, 303);
    // What is there is not told from what is not.
    assert_eq!(get(index, "/simple/nothing/", None).status, 401);
    // Uploads and signing in go on.
    assert_eq!(get(index, "/account/login/", None).status, 200);
    let form = Form::wheel(&TestDistribution::new("demo", "2.0"));
    assert_eq!(index.upload(&form).status, 200);
}

fn a_project_for_its_people(index: &TestIndex) {
    let file = published(index);
    make_private(index, "people");
    let alice = basic("__token__", &index.token);
    let eve = basic("__token__", &index.another_token("eve", &[]));
    for path in ["/simple/demo/", &file] {
        assert_eq!(get(index, path, None).status, 401, "{path}");
        assert_eq!(get(index, path, Some(&eve)).status, 404, "{path}");
        assert_eq!(get(index, path, Some(&alice)).status, 200, "{path}");
    }
    let eve_browser = Browser::signed_in(index, "eve", "password");
    assert_eq!(eve_browser.get("/project/demo/").status, 404);
    assert_eq!(Browser::alice(index).get("/project/demo/").status, 200);
    // Lists have what their reader may see.
    for (credentials, has_demo) in [(None, false), (Some(&eve), false), (Some(&alice), true)] {
        let list = get(index, "/simple/", credentials.map(String::as_str)).text();
        assert!(list.contains("open/"), "{list}");
        assert_eq!(list.contains("demo/"), has_demo, "{credentials:?}: {list}");
    }
    let home = index.get("/", &[]).text();
    assert!(!home.contains("project/demo/"));
    assert!(home.contains("<strong>1</strong> project"), "{home}");
    let home = Browser::alice(index).get("/").text();
    assert!(home.contains("<strong>2</strong> projects"), "{home}");
    assert!(
        !index
            .get("/user/alice/", &[])
            .text()
            .contains("project/demo/")
    );
    assert_eq!(index.get("/simple/open/", &[]).status, 200);
    // And back.
    make_private(index, "");
    assert_eq!(index.get("/simple/demo/", &[]).status, 200);
    assert!(index.get("/simple/", &[]).text().contains("demo/"));
}

fn tokens_open_what_they_are_for(index: &TestIndex) {
    let file = published(index);
    make_private(index, "people");
    let store = BlockingStore::open(&index.options, clock()).unwrap();
    let alice = store
        .wait(store.store().user(&"alice".parse().unwrap()))
        .unwrap();
    let token = |project: &str| {
        let new = NewToken {
            permission: TokenPermission::Read,
            ..NewToken::new(TokenScope::Projects(vec![project.parse().unwrap()]), "ci")
        };
        let made = store.wait(store.store().create_token(alice, &new, clock()));
        basic("__token__", &made.unwrap().to_string())
    };
    let (own, other) = (token("demo"), token("open"));
    for path in ["/simple/demo/", &file] {
        assert_eq!(get(index, path, Some(&own)).status, 200, "{path}");
        assert_eq!(get(index, path, Some(&other)).status, 404, "{path}");
    }
}

fn what_is_quarantined_is_held_back(index: &TestIndex) {
    let file = published(index);
    let store = BlockingStore::open(&index.options, clock()).unwrap();
    let project = "demo".parse().unwrap();
    let change = |state: ProjectState| {
        let what = (&state, Some("it steals keys"));
        let changed = store
            .store()
            .change_status(Actor::COMMAND_LINE, &project, what, clock());
        store.wait(changed).unwrap();
    };
    change(ProjectState::Quarantined);
    assert_eq!(index.files("demo"), [] as [&str; 0]);
    let refused = index.get(&file, &[]);
    assert_eq!(refused.status, 403);
    assert!(refused.text().contains("quarantined"));
    let page = index.get("/project/demo/", &[]);
    assert_eq!(page.status, 200, "{}", page.text());
    assert!(page.text().contains("This project is quarantined."));
    assert!(!page.text().contains(&file[1..]));
    change(ProjectState::Active);
    assert_eq!(index.get(&file, &[]).status, 200);
}
