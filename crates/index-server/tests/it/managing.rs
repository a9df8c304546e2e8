//! People at the index: signing in, tokens, managing projects, invitations; and what forged,
//! foreign and hostile forms come to.

use tilsit_index_store::{Actor, BlockingStore};
use tilsit_testing::TestDistribution;

use crate::http::{Answer, Form, request};
use crate::support::{TestIndex, clock, with_every_file_store};

with_every_file_store!(
    signing_in_and_out,
    who_is_not_signed_in_is_sent_to_sign_in,
    too_many_attempts_are_refused,
    forged_forms_change_nothing,
    tokens_are_made_used_and_revoked,
    owners_manage_their_project,
    others_manage_nothing,
    a_status_is_shown_and_closes_uploads,
    invitations_make_accounts,
    texts_of_people_are_escaped,
);

/// A browser, as far as the server can tell: it keeps the session's cookie and sends forms.
pub(crate) struct Browser<'a> {
    index: &'a TestIndex,
    cookie: String,
}

impl<'a> Browser<'a> {
    fn new(index: &'a TestIndex) -> Self {
        Self {
            index,
            cookie: String::new(),
        }
    }

    pub(crate) fn signed_in(index: &'a TestIndex, user: &str, password: &str) -> Self {
        let mut browser = Self::new(index);
        let answer = browser.send("/account/login/", &[("user", user), ("password", password)]);
        assert_eq!(answer.status, 303, "{}", answer.text());
        browser
    }

    pub(crate) fn alice(index: &'a TestIndex) -> Self {
        Self::signed_in(index, "alice", "alice's password")
    }

    /// Alice, who administers the index from here on.
    pub(crate) fn administrator(index: &'a TestIndex) -> Self {
        let store = BlockingStore::open(&index.options, clock()).unwrap();
        let alice = "alice".parse().unwrap();
        let promotion =
            store
                .store()
                .change_administrator(Actor::COMMAND_LINE, &alice, true, clock());
        store.wait(promotion).unwrap();
        Self::alice(index)
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.index.get(path, &[("Cookie", &self.cookie)])
    }

    /// Sends a form as it is.
    fn send(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let headers = [("Sec-Fetch-Site", "same-origin")];
        let answer = self.send_with(path, fields, &headers);
        if let Some(cookie) = answer.header("set-cookie") {
            cookie
                .split(';')
                .next()
                .unwrap()
                .clone_into(&mut self.cookie);
        }
        answer
    }

    fn send_with(&self, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(fields);
        let mut headers = headers.to_vec();
        headers.push(("Cookie", &self.cookie));
        headers.push(("Content-Type", "application/x-www-form-urlencoded"));
        request(
            self.index.address,
            "POST",
            path,
            &headers,
            body.finish().as_bytes(),
        )
    }

    /// Sends a form with the proof that a page of this browser holds.
    pub(crate) fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let proof = self.proof();
        let mut fields = fields.to_vec();
        fields.push(("proof", &proof));
        self.send(path, &fields)
    }

    /// What the browser sends to be known.
    pub(crate) fn cookie(&self) -> &str {
        &self.cookie
    }

    pub(crate) fn proof(&self) -> String {
        let page = self.get("/account/").text();
        let (_, rest) = page.split_once("name=\"proof\" value=\"").expect("a form");
        rest.split('"').next().unwrap().to_owned()
    }
}

fn publish(index: &TestIndex, version: &str) {
    let distribution = TestDistribution::new("demo", version);
    let answer = index.upload(&Form::wheel(&distribution));
    assert_eq!(answer.status, 200, "{}", answer.text());
}

fn signing_in_and_out(index: &TestIndex) {
    let mut browser = Browser::new(index);
    for (user, password) in [("alice", "wrong"), ("nobody", "wrong"), ("", "")] {
        let answer = browser.send("/account/login/", &[("user", user), ("password", password)]);
        assert_eq!(answer.status, 401);
        assert!(
            answer
                .text()
                .contains("The user name or the password is wrong.")
        );
        assert_eq!(answer.header("set-cookie"), None);
    }
    let fields = [
        ("user", "Alice"),
        ("password", "alice's password"),
        ("next", "manage/project/demo/"),
    ];
    let answer = browser.send("/account/login/", &fields);
    assert_eq!(answer.status, 303);
    assert_eq!(
        answer.header("location"),
        Some("../../manage/project/demo/")
    );
    let cookie = answer.header("set-cookie").unwrap();
    assert!(
        cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax"),
        "{cookie}"
    );
    let page = browser.get("/account/");
    assert_eq!(page.status, 200);
    assert!(page.text().contains("<h1>alice</h1>"));
    assert_eq!(page.header("cache-control"), Some("no-store"));
    let old = browser.cookie.clone();
    let answer = browser.submit("/account/logout/", &[]);
    assert_eq!(answer.status, 303);
    // The cookie that somebody may have kept is worth nothing.
    assert_eq!(index.get("/account/", &[("Cookie", &old)]).status, 303);
}

fn who_is_not_signed_in_is_sent_to_sign_in(index: &TestIndex) {
    for (path, location) in [
        ("/account/", "../account/login/?next=account/"),
        ("/manage/", "../account/login/?next=manage/"),
        (
            "/manage/project/demo/",
            "../../../account/login/?next=manage/project/demo/",
        ),
    ] {
        let answer = index.get(path, &[]);
        assert_eq!(
            (answer.status, answer.header("location")),
            (303, Some(location))
        );
    }
    let page = index
        .get("/account/login/?next=manage/project/demo/", &[])
        .text();
    assert!(page.contains("value=\"manage/project/demo/\""));
    for elsewhere in [
        "//evil.example/",
        "https://evil.example/",
        "/%5Cevil.example",
    ] {
        let page = index
            .get(&format!("/account/login/?next={elsewhere}"), &[])
            .text();
        assert!(page.contains("name=\"next\" value=\"\""), "{elsewhere}");
        let fields = [
            ("user", "alice"),
            ("password", "alice's password"),
            ("next", elsewhere),
        ];
        let answer = Browser::new(index).send("/account/login/", &fields);
        assert_eq!(answer.header("location"), Some("../../"), "{elsewhere}");
    }
}

fn too_many_attempts_are_refused(index: &TestIndex) {
    let mut browser = Browser::new(index);
    let attempt = |browser: &mut Browser, password: &str| {
        let fields = [("user", "alice"), ("password", password)];
        browser.send("/account/login/", &fields).status
    };
    for _ in 0..10 {
        assert_eq!(attempt(&mut browser, "wrong"), 401);
    }
    // Not even the right one, until the window is over.
    assert_eq!(attempt(&mut browser, "alice's password"), 429);
}

fn forged_forms_change_nothing(index: &TestIndex) {
    publish(index, "1.0");
    let browser = Browser::alice(index);
    let proof = browser.proof();
    let path = "/manage/project/demo/yank/";
    let fields = [("version", "1.0"), ("reason", "forged")];
    let proven = [fields[0], fields[1], ("proof", &*proof)];
    let wrong = [fields[0], fields[1], ("proof", "AAAA")];
    let here = ("Sec-Fetch-Site", "same-origin");
    let address = format!("http://{}", index.address);
    for (fields, headers) in [
        (&fields[..], vec![here]),
        (&wrong[..], vec![here]),
        (&proven[..], vec![("Sec-Fetch-Site", "cross-site")]),
        (&proven[..], vec![("Sec-Fetch-Site", "same-site")]),
        (&proven[..], vec![("Origin", "https://evil.example")]),
        (&proven[..], vec![("Origin", "null")]),
    ] {
        let answer = browser.send_with(path, fields, &headers);
        assert_eq!(answer.status, 403, "{fields:?} {headers:?}");
        assert!(answer.text().contains("This form does not come from"));
    }
    // Another user's proof is none of this one's.
    let bob = index_user(index, "bob");
    let fields = [fields[0], fields[1], ("proof", &*bob.proof())];
    assert_eq!(browser.send_with(path, &fields, &[here]).status, 403);
    let page = index.json("/simple/demo/").json();
    assert_eq!(page["files"][0]["yanked"], serde_json::Value::Null);
    // An older browser says where the form is from.
    let answer = browser.send_with(path, &proven, &[("Origin", &address)]);
    assert_eq!(answer.status, 303, "{}", answer.text());
}

/// Another user, signed in.
fn index_user<'a>(index: &'a TestIndex, name: &str) -> Browser<'a> {
    index.another_token(name, &[]);
    Browser::signed_in(index, name, "password")
}

fn tokens_are_made_used_and_revoked(index: &TestIndex) {
    let mut browser = Browser::alice(index);
    let make = |browser: &mut Browser, permission: &str, projects: &str| {
        let fields = [
            ("description", "for the tests"),
            ("permission", permission),
            ("projects", projects),
            ("days", "7"),
        ];
        let answer = browser.submit("/account/token/", &fields);
        assert_eq!(answer.status, 200, "{}", answer.text());
        let page = answer.text();
        let start = page.find("tlst-").expect("a token");
        page[start..start + 60].to_owned()
    };
    let upload = |token: &str, name: &str| {
        let distribution = TestDistribution::new(name, "1.0");
        Form::wheel(&distribution).send(index.address, "__token__", token)
    };
    let publishing = make(&mut browser, "publish", "demo, other");
    assert_eq!(upload(&publishing, "demo").status, 200);
    assert_eq!(upload(&publishing, "third").status, 403);
    // A NUL goes into no database.
    let nul = browser.submit("/account/token/", &[("description", "a\0b")]);
    assert_eq!(nul.status, 400, "{}", nul.text());
    // A word that is misspelled must not permit more than was meant.
    let misspelled = browser.submit("/account/token/", &[("permission", "raed")]);
    assert_eq!(misspelled.status, 400, "{}", misspelled.text());
    let reading = make(&mut browser, "read", "");
    let refused = upload(&reading, "other");
    assert_eq!(refused.status, 403);
    assert!(refused.text().contains("for reading, not for uploads"));
    let page = browser.get("/account/").text();
    assert!(page.contains("publish, demo, other") && page.contains("read, all projects"));
    // Its secret part is nowhere.
    assert!(!page.contains(&publishing[17..]));
    let prefix = publishing[5..17].to_owned();
    let mut eve = index_user(index, "eve");
    let answer = eve.submit("/account/token/revoke/", &[("prefix", &prefix)]);
    assert_eq!(answer.status, 404);
    assert_eq!(upload(&publishing, "other").status, 200);
    let answer = browser.submit("/account/token/revoke/", &[("prefix", &prefix)]);
    assert_eq!(answer.status, 303);
    assert_eq!(upload(&publishing, "demo").status, 401);
    for fields in [
        [("days", "0")],
        [("days", "many")],
        [("projects", "not/a/name")],
    ] {
        assert_eq!(
            browser.submit("/account/token/", &fields).status,
            400,
            "{fields:?}"
        );
    }
}

fn owners_manage_their_project(index: &TestIndex) {
    publish(index, "1.0");
    publish(index, "2.0");
    let mut browser = Browser::alice(index);
    let manage = "/manage/project/demo/";
    let yank = format!("{manage}yank/");
    let answer = browser.submit(&yank, &[("version", "2.0"), ("reason", "broken")]);
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, Some("../"))
    );
    let yanked = || {
        let page = index.json("/simple/demo/").json();
        page["files"][1]["yanked"].clone()
    };
    assert_eq!(yanked(), "broken");
    assert!(browser.get(manage).text().contains("Take the yank back"));
    browser.submit(&yank, &[("version", "2.0"), ("action", "unyank")]);
    assert_eq!(yanked(), serde_json::Value::Null);
    // Deletions ask for the name.
    let delete = format!("{manage}delete/");
    let fields = [
        ("what", "release"),
        ("target", "2.0"),
        ("confirmation", "1.0"),
    ];
    let answer = browser.submit(&delete, &fields);
    assert_eq!(answer.status, 400);
    assert!(answer.text().contains("type exactly this name"));
    assert_eq!(index.files("demo").len(), 2);
    let file = index.file_path("demo", "demo-2.0-py3-none-any.whl");
    let fields = [
        ("what", "release"),
        ("target", "2.0"),
        ("confirmation", "2.0"),
    ];
    assert_eq!(browser.submit(&delete, &fields).status, 303);
    assert_eq!(index.files("demo"), ["demo-1.0-py3-none-any.whl"]);
    assert_eq!(index.get(&file, &[]).status, 404);
    let again = index.upload(&Form::wheel(&TestDistribution::new("demo", "2.0")));
    assert_eq!(again.status, 400);
    assert!(again.text().contains("was deleted"), "{}", again.text());
    // People.
    index.another_token("bob", &[]);
    let role = format!("{manage}role/");
    let answer = browser.submit(&role, &[("user", "Bob"), ("role", "maintainer")]);
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert!(index.get("/user/bob/", &[]).text().contains("maintainer"));
    let last = browser.submit(&role, &[("user", "alice"), ("action", "revoke")]);
    assert_eq!(last.status, 409);
    assert!(last.text().contains("last owner"));
    assert_eq!(
        browser
            .submit(&role, &[("user", "nobody"), ("role", "owner")])
            .status,
        404
    );
    let fields = [("what", "project"), ("confirmation", "demo")];
    assert_eq!(browser.submit(&delete, &fields).status, 303);
    assert_eq!(index.get("/project/demo/", &[]).status, 404);
}

fn others_manage_nothing(index: &TestIndex) {
    publish(index, "1.0");
    let mut eve = index_user(index, "eve");
    let manage = "/manage/project/demo/";
    assert_eq!(eve.get(manage).status, 403);
    for (form, fields) in [
        ("yank/", vec![("version", "1.0")]),
        (
            "delete/",
            vec![("what", "project"), ("confirmation", "demo")],
        ),
        (
            "delete/",
            vec![
                ("what", "release"),
                ("target", "1.0"),
                ("confirmation", "1.0"),
            ],
        ),
        ("status/", vec![("status", "archived")]),
        ("reading/", vec![("reading", "people")]),
        ("role/", vec![("user", "eve"), ("role", "owner")]),
        ("role/", vec![("user", "alice"), ("action", "revoke")]),
    ] {
        let answer = eve.submit(&format!("{manage}{form}"), &fields);
        assert_eq!(answer.status, 403, "{form} {fields:?}");
        assert!(answer.text().contains("Only an owner"), "{}", answer.text());
    }
    assert_eq!(eve.get("/manage/").status, 403);
    for (form, fields) in [
        ("invite/", vec![("administrator", "yes")]),
        (
            "settings/",
            vec![
                ("reading", "people"),
                ("registration", "open"),
                ("new-projects", "users"),
            ],
        ),
        ("user/", vec![("user", "eve"), ("action", "promote")]),
    ] {
        let answer = eve.submit(&format!("/manage/{form}"), &fields);
        assert_eq!(answer.status, 403, "{form} {fields:?}");
    }
    assert_eq!(index.files("demo").len(), 1);
}

fn a_status_is_shown_and_closes_uploads(index: &TestIndex) {
    publish(index, "1.0");
    let mut browser = Browser::alice(index);
    let path = "/manage/project/demo/status/";
    let answer = browser.submit(path, &[("status", "archived"), ("reason", "it is done")]);
    assert_eq!(answer.status, 303, "{}", answer.text());
    let page = index.get("/project/demo/", &[]).text();
    assert!(page.contains("This project is archived.") && page.contains("it is done"));
    let answer = index.upload(&Form::wheel(&TestDistribution::new("demo", "2.0")));
    assert_eq!(answer.status, 403);
    for (status, expected) in [("quarantined", 403), ("made up", 400), ("active", 303)] {
        let answer = browser.submit(path, &[("status", status)]);
        assert_eq!(answer.status, expected, "{status}");
    }
    publish(index, "2.0");
}

fn invitations_make_accounts(index: &TestIndex) {
    assert_eq!(index.get("/account/register/", &[]).status, 403);
    let store = BlockingStore::open(&index.options, clock()).unwrap();
    let secret = store
        .wait(store.store().invite(Actor::COMMAND_LINE, true, clock()))
        .unwrap()
        .to_string();
    let path = format!("/account/register/?invitation={secret}");
    assert_eq!(index.get(&path, &[]).status, 200);
    let mut browser = Browser::new(index);
    let register = |browser: &mut Browser, user: &str, password: &str, again: &str| {
        let fields = [
            ("invitation", &*secret),
            ("user", user),
            ("password", password),
            ("password_again", again),
        ];
        browser.send("/account/register/", &fields)
    };
    let long = "a long password";
    assert_eq!(register(&mut browser, "root", "short", "short").status, 400);
    assert_eq!(
        register(&mut browser, "root", long, "another one").status,
        400
    );
    assert_eq!(register(&mut browser, "no name", long, long).status, 400);
    assert_eq!(register(&mut browser, "alice", long, long).status, 409);
    let answer = register(&mut browser, "root", long, long);
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert_eq!(
        register(&mut Browser::new(index), "other", long, long).status,
        403
    );
    // An administrator invites, promotes and locks out.
    let page = browser.get("/manage/");
    assert_eq!(page.status, 200);
    let link = browser.submit("/manage/invite/", &[]).text();
    let expected = format!("http://{}/account/register/?invitation=", index.address);
    assert!(link.contains(&expected), "{link}");
    let alice = Browser::alice(index);
    let change = |browser: &mut Browser, user: &str, action: &str| {
        let fields = [("user", user), ("action", action)];
        browser.submit("/manage/user/", &fields).status
    };
    assert_eq!(change(&mut browser, "alice", "disable"), 303);
    assert_eq!(alice.get("/account/").status, 303);
    assert_eq!(change(&mut browser, "alice", "enable"), 303);
    assert_eq!(alice.get("/account/").status, 200);
    assert_eq!(change(&mut browser, "root", "demote"), 409);
    assert_eq!(change(&mut browser, "alice", "promote"), 303);
    assert_eq!(alice.get("/manage/").status, 200);
    // Registration may be opened.
    let fields = [
        ("reading", "public"),
        ("registration", "open"),
        ("new-projects", "users"),
    ];
    assert_eq!(browser.submit("/manage/settings/", &fields).status, 303);
    assert_eq!(index.get("/account/register/", &[]).status, 200);
}

fn texts_of_people_are_escaped(index: &TestIndex) {
    publish(index, "1.0");
    let mut browser = Browser::alice(index);
    let evil = "\"><script>alert(1)</script>";
    browser.submit(
        "/manage/project/demo/yank/",
        &[("version", "1.0"), ("reason", evil)],
    );
    browser.submit(
        "/manage/project/demo/status/",
        &[("status", "deprecated"), ("reason", evil)],
    );
    browser.submit("/account/token/", &[("description", evil)]);
    let failed = browser.send("/account/login/", &[("user", evil), ("next", evil)]);
    let pages = [
        failed.text(),
        browser
            .submit("/manage/project/demo/role/", &[("user", evil)])
            .text(),
        Browser::alice(index).get("/manage/project/demo/").text(),
        Browser::alice(index).get("/account/").text(),
        index.get("/project/demo/", &[]).text(),
        index.get("/user/%3Cscript%3E/", &[]).text(),
        index.get("/manage/project/%3Cscript%3E/", &[]).text(),
    ];
    for page in pages {
        let page = crate::reading::without_own_script(&page);
        assert!(!page.contains("<script"), "{page}");
    }
}
