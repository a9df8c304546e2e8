//! Tokens kept by programs: what credentials are good for, made with a password, listed, revoked, and
//! what a token of another kind, scope or user cannot do.

use serde_json::{Value, json};
use tilsit_index_store::{BlockingStore, Event};
use tilsit_testing::TestDistribution;

use crate::http::{Answer, Form, basic, request};
use crate::support::{TestIndex, clock, on_both_databases};

on_both_databases!(
    a_password_becomes_a_token_that_uploads,
    credentials_tell_what_they_are_good_for,
    a_token_is_about_itself_alone,
    tokens_of_others_are_not_there,
    a_token_is_revoked_once_and_stays_so,
    a_wish_that_cannot_be_is_refused,
    guesses_are_limited_as_at_the_page_for_signing_in,
    a_session_of_the_browser_counts_for_nothing,
);

const PASSWORD: &str = "alice's password";

fn ask(index: &TestIndex, method: &str, path: &str, authorization: &str, body: &str) -> Answer {
    let headers = [
        ("Authorization", authorization),
        ("Content-Type", "application/json"),
    ];
    request(index.address, method, path, &headers, body.as_bytes())
}

fn about(index: &TestIndex, authorization: &str, query: &str) -> Answer {
    ask(
        index,
        "GET",
        &format!("/api/v1/token{query}"),
        authorization,
        "",
    )
}

fn alice() -> String {
    basic("alice", PASSWORD)
}

fn by_token(token: &str) -> String {
    basic("__token__", token)
}

/// Makes a token of Alice; gives its text and its id.
fn make(index: &TestIndex, wish: &Value) -> (String, String) {
    let answer = ask(index, "POST", "/api/v1/tokens", &alice(), &wish.to_string());
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let made = answer.json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&made["secret"]), text(&made["token"]["id"]))
}

/// The problem that an answer is, and its status.
fn problem(answer: &Answer) -> (u16, String) {
    let kind = answer.header("content-type");
    assert_eq!(kind, Some("application/problem+json"), "{}", answer.text());
    let problem = answer.json();
    assert_eq!(problem["status"], answer.status);
    assert_eq!(problem["type"], "about:blank");
    assert!(!problem["title"].as_str().unwrap().is_empty());
    let detail = problem["detail"].as_str().unwrap();
    (answer.status, detail.to_owned())
}

fn events(index: &TestIndex) -> Vec<Event> {
    let store = BlockingStore::open(&index.options, clock()).unwrap();
    store.wait(store.store().events_since(0, 1000)).unwrap()
}

fn a_password_becomes_a_token_that_uploads(index: &TestIndex) {
    let wish = json!({ "description": "laptop", "projects": ["Demo"], "days": 30 });
    let (token, id) = make(index, &wish);
    assert_eq!(token[5..17], id);
    for (project, status) in [("demo", 200), ("other", 403)] {
        let form = Form::wheel(&TestDistribution::new(project, "1.0"));
        let answer = form.send(index.address, "__token__", &token);
        assert_eq!(answer.status, status, "{project}: {}", answer.text());
    }
    let list = ask(index, "GET", "/api/v1/tokens", &alice(), "");
    assert_eq!(list.status, 200, "{}", list.text());
    assert!(!list.text().contains(&token), "a list tells no secret");
    let tokens = list.json()["tokens"].clone();
    assert_eq!(tokens.as_array().unwrap().len(), 2, "{tokens}");
    assert_eq!(
        tokens[0],
        json!({
            "id": id,
            "description": "laptop",
            "projects": ["demo"],
            "permission": "publish",
            "created": "2027-01-15T08:00:00Z",
            "expires": "2027-02-14T08:00:00Z",
        })
    );
    // As when it is made on a page for people.
    let event = events(index)
        .into_iter()
        .rfind(|event| event.action == "token:create")
        .unwrap();
    assert_eq!(event.user_name.as_deref(), Some("alice"));
    assert!(event.subject.contains(&id) && !event.subject.contains(&token));
}

fn credentials_tell_what_they_are_good_for(index: &TestIndex) {
    let form = Form::wheel(&TestDistribution::new("of-eve", "1.0"));
    let eve = index.another_token("eve", &[]);
    assert_eq!(form.send(index.address, "__token__", &eve).status, 200);
    let (reader, _) = make(index, &json!({ "permission": "read" }));
    let (bound, _) = make(index, &json!({ "projects": ["demo"] }));
    for (who, query, can_upload, reason) in [
        (alice(), "", true, None),
        (alice(), "?project=new-name", true, None),
        (
            alice(),
            "?project=of_eve",
            false,
            Some(
                "the project `of-eve` is there, and this user is neither its owner nor a maintainer",
            ),
        ),
        (
            by_token(&reader),
            "",
            false,
            Some("the token is for reading, not for uploads"),
        ),
        (by_token(&bound), "", true, None),
        (by_token(&bound), "?project=Demo", true, None),
        (
            by_token(&bound),
            "?project=other",
            false,
            Some("the token is not for the project `other`"),
        ),
    ] {
        let answer = about(index, &who, query);
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let said = answer.json();
        assert_eq!(said["user"], "alice");
        assert_eq!(said["can-upload"], can_upload, "{query}: {said}");
        assert_eq!(said["reason"].as_str(), reason, "{query}");
        assert_eq!(said["token"].is_null(), who == alice(), "{said}");
    }
    let wrong = about(index, &alice(), "?project=-x-");
    assert_eq!(
        problem(&wrong),
        (
            400,
            "the parameter `project`: `-x-` is not a valid project name: it must start and end with \
             an ASCII letter or digit"
                .to_owned()
        )
    );
    let before = events(index).len();
    assert_eq!(about(index, &alice(), "").status, 200);
    assert_eq!(events(index).len(), before, "asking changes nothing");
}

fn a_token_is_about_itself_alone(index: &TestIndex) {
    let (token, id) = make(index, &json!({}));
    let (_, other) = make(index, &json!({}));
    let who = by_token(&token);
    for (method, path, words) in [
        ("GET", "/api/v1/tokens".to_owned(), "listing tokens"),
        ("POST", "/api/v1/tokens".to_owned(), "making tokens"),
        (
            "DELETE",
            format!("/api/v1/tokens/{other}"),
            "revoking another token than the one shown",
        ),
    ] {
        let answer = ask(index, method, &path, &who, "{}");
        let text = format!("{words} needs the user's name and password, not a token");
        assert_eq!(problem(&answer), (403, text), "{method} {path}");
    }
    let own = format!("/api/v1/tokens/{id}");
    assert_eq!(ask(index, "DELETE", &own, &who, "").status, 204);
    let (status, text) = problem(&about(index, &who, ""));
    assert_eq!(status, 401);
    assert_eq!(text, "the token is unknown, revoked or expired");
}

fn tokens_of_others_are_not_there(index: &TestIndex) {
    let eve = index.another_token("eve", &[]);
    let id = &eve[5..17];
    let missing = "AAAAAAAAAAAA";
    let answers = [id, missing].map(|id| {
        let path = format!("/api/v1/tokens/{id}");
        problem(&ask(index, "DELETE", &path, &alice(), ""))
    });
    assert_eq!(answers[0], answers[1]);
    assert_eq!(
        answers[0],
        (404, "this account has no such token".to_owned())
    );
    assert_eq!(about(index, &by_token(&eve), "").status, 200);
    let list = ask(index, "GET", "/api/v1/tokens", &alice(), "").text();
    assert!(!list.contains(id), "{list}");
}

fn a_token_is_revoked_once_and_stays_so(index: &TestIndex) {
    let (_, id) = make(index, &json!({}));
    let path = format!("/api/v1/tokens/{id}");
    for _ in 0..2 {
        let answer = ask(index, "DELETE", &path, &alice(), "");
        assert_eq!((answer.status, answer.body.len()), (204, 0));
    }
    let events = events(index);
    let revoked = events.iter().filter(|event| event.action == "token:revoke");
    assert_eq!(revoked.count(), 1, "what was done is recorded once");
}

fn a_wish_that_cannot_be_is_refused(index: &TestIndex) {
    let before = events(index).len();
    for (body, words) in [
        ("", "the body: it is not a JSON object"),
        ("[]", "the body: it is not a JSON object"),
        (r#"{"projects": []}"#, "`projects` is empty"),
        (r#"{"projects": ["-x-"]}"#, "the body: `-x-` is not a valid"),
        (
            r#"{"project": ["demo"]}"#,
            "the body: unknown field `project`",
        ),
        (
            r#"{"permission": "all"}"#,
            "the body: unknown variant `all`",
        ),
        (r#"{"days": 0}"#, "`days` is 0, not a number from 1 to 3650"),
        (r#"{"days": 3651}"#, "`days` is 3651"),
        (r#"{"description": "a\u0000b"}"#, "`description` is to have"),
        (
            &format!(r#"{{"description": "{}"}}"#, "x".repeat(101)),
            "`description` is to have 100 characters at most",
        ),
    ] {
        let answer = ask(index, "POST", "/api/v1/tokens", &alice(), body);
        let (status, text) = problem(&answer);
        assert_eq!(status, 400, "{body}");
        assert!(text.starts_with(words), "{body}: {text}");
    }
    let headers = [("Authorization", &*alice()), ("Content-Type", "text/json")];
    let answer = request(index.address, "POST", "/api/v1/tokens", &headers, b"{}");
    assert_eq!(problem(&answer).0, 415);
    let large = format!(r#"{{"description": "{}"}}"#, "x".repeat(100_000));
    let answer = ask(index, "POST", "/api/v1/tokens", &alice(), &large);
    assert_eq!(problem(&answer).0, 413);
    assert_eq!(events(index).len(), before);
}

fn guesses_are_limited_as_at_the_page_for_signing_in(index: &mut TestIndex) {
    index.serve_with(|options| options.limits.wrong_credentials_max = 0);
    let nobody = request(index.address, "GET", "/api/v1/token", &[], b"");
    let (status, text) = problem(&nobody);
    assert_eq!(status, 401);
    assert!(text.starts_with("questions about tokens need credentials"));
    assert!(nobody.header("www-authenticate").is_some());
    for _ in 0..10 {
        let answer = about(index, &basic("alice", "wrong"), "");
        let (status, text) = problem(&answer);
        assert_eq!(status, 401);
        assert_eq!(text, "the user name or the password is wrong");
    }
    // Not even the right one, here or there, until the window is over.
    let answer = ask(index, "POST", "/api/v1/tokens", &alice(), "{}");
    assert_eq!(problem(&answer).0, 429);
    assert!(answer.header("retry-after").is_some());
    let fields = b"user=alice&password=alice%27s+password";
    let headers = [
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Sec-Fetch-Site", "same-origin"),
    ];
    let page = request(index.address, "POST", "/account/login/", &headers, fields);
    assert_eq!(page.status, 429);
}

fn a_session_of_the_browser_counts_for_nothing(index: &TestIndex) {
    let browser = crate::managing::Browser::alice(index);
    for (method, path) in [("GET", "/api/v1/token"), ("POST", "/api/v1/tokens")] {
        let headers = [
            ("Cookie", browser.cookie()),
            ("Content-Type", "application/json"),
        ];
        let answer = request(index.address, method, path, &headers, b"{}");
        assert_eq!(problem(&answer).0, 401, "{method}");
    }
}
