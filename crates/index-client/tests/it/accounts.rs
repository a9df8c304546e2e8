//! Logins that were kept, and questions about accounts: who is shown what, and what is tried again.

use std::sync::Arc;

use tilsit_index_client::{
    AccountError, Credential, Credentials, HttpError, IndexClient, Logins, Verdict, place_of,
};
use tilsit_simple_api::tokens::TokenWish;
use url::Url;

use crate::server::{Reply, Server, TestClock, client};

const PROBLEM: &str =
    r#"{"type":"about:blank","title":"Unauthorized","status":401,"detail":"no \u001b[31mentry"}"#;

fn place(server: &Server) -> Url {
    place_of(&server.url("/team/simple/")).unwrap()
}

fn anna() -> Credential {
    Credential::new("anna", "secret")
}

fn problem(status: u16) -> Reply {
    Reply::new(status, PROBLEM).header("Content-Type", "application/problem+json")
}

/// The page of the project that a path ends with.
fn page(path: &str) -> Reply {
    let name = path.trim_end_matches('/').rsplit('/').next().unwrap();
    Reply::json(&format!(
        r#"{{"meta":{{"api-version":"1.0"}},"name":"{name}","files":[]}}"#
    ))
}

/// Who was shown to a server, request by request.
fn shown(server: &Server) -> Vec<Option<String>> {
    let requests = server.requests();
    let shown = requests
        .iter()
        .map(|request| request.header("Authorization"));
    shown.map(|header| header.map(str::to_owned)).collect()
}

/// A client with one login kept, for a place.
fn logged_in(place: &Url) -> IndexClient {
    let text =
        format!("[[login]]\nurl = \"{place}\"\nusername = \"anna\"\npassword = \"secret\"\n");
    let logins = Logins::parse(&text).unwrap();
    let mut options = TestClock::new().options();
    options.credentials = Arc::new(Credentials::from_files(logins, "".parse().unwrap()));
    IndexClient::new(options)
}

#[test]
fn a_login_is_shown_below_its_place_and_not_where_a_redirect_leads() {
    let other = Server::start(|request| page(&request.path));
    let elsewhere = other.url("/team/simple/b/").to_string();
    let server = Server::start(move |request| match request.path.as_str() {
        "/team/simple/a/" => Reply::redirect("/outside/a/"),
        "/team/simple/b/" => Reply::redirect(&elsewhere),
        path => page(path),
    });
    let client = logged_in(&place(&server));
    for (path, project) in [
        ("/team/simple/", "c"),
        ("/team/simple/", "a"),
        ("/team/simple/", "b"),
        ("/team-b/simple/", "c"),
    ] {
        let index = server.url(path).to_string().parse().unwrap();
        client
            .project_page(&index, &project.parse().unwrap())
            .unwrap();
    }
    let header = Some("Basic YW5uYTpzZWNyZXQ=".to_owned());
    // The page, the redirect, what it leads to outside, the redirect to elsewhere, the neighbour.
    let expected = [header.clone(), header.clone(), None, header, None];
    assert_eq!(shown(&server), expected);
    assert_eq!(shown(&other), [None]);
}

#[test]
fn an_index_is_asked_whether_it_keeps_tokens_without_a_word_of_who_asks() {
    for (reply, expected) in [
        (problem(401), Ok(true)),
        (Reply::new(401, "who are you?"), Ok(false)),
        (Reply::new(404, ""), Ok(false)),
        (Reply::html("<h1>Sign in</h1>"), Ok(false)),
        (Reply::redirect("https://login.example/"), Ok(false)),
        (Reply::new(503, ""), Err(())),
    ] {
        let server = Server::start(move |_| reply.clone());
        let client = logged_in(&place(&server));
        let keeps = client.keeps_tokens(&place(&server)).map_err(drop);
        assert_eq!(keeps, expected);
        assert_eq!(shown(&server), [None]);
        assert_eq!(server.requests()[0].path, "/team/api/v1/token");
    }
}

#[test]
fn a_redirect_takes_nobody_along() {
    let other = Server::start(|_| Reply::json("{}"));
    let elsewhere = other.url("/").to_string();
    let server = Server::start(move |_| Reply::redirect(&elsewhere));
    let (client, place) = (client(), place(&server));
    let wish = TokenWish::default();
    for error in [
        client.about_credential(&place, &anna(), None).err(),
        client.make_token(&place, &anna(), &wish).err(),
        client.list_tokens(&place, &anna()).err(),
        client.revoke_token(&place, &anna(), "AAAAAAAAAAAA").err(),
    ] {
        let error = error.unwrap();
        assert!(matches!(
            error,
            AccountError::Http(HttpError::Redirect { .. })
        ));
    }
    assert_eq!(other.requests().len(), 0);
}

#[test]
fn what_makes_a_token_is_not_sent_twice() {
    let cut = Reply {
        cut_after: Some(3),
        ..Reply::json("{\"tokens\":[]}")
    };
    for (reply, making, asking) in [
        (cut, 1, 4),
        (Reply::new(503, ""), 1, 1),
        (problem(429), 1, 1),
    ] {
        let server = Server::start(move |_| reply.clone());
        let place = place(&server);
        let wish = TokenWish::default();
        client().make_token(&place, &anna(), &wish).unwrap_err();
        assert_eq!(server.requests().len(), making);
        client().list_tokens(&place, &anna()).unwrap_err();
        assert_eq!(server.requests().len() - making, asking);
    }
}

#[test]
fn the_words_of_a_problem_are_shown_and_no_answer_is_repeated() {
    let server = Server::start(|_| problem(401));
    let error = client().list_tokens(&place(&server), &anna()).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("refused the credentials (status 401): no [31mentry"),
        "{error}"
    );
    let server = Server::start(|_| Reply::json(r#"{"secret":"geheim"}"#));
    let made = client().make_token(&place(&server), &anna(), &TokenWish::default());
    let error = made.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("geheim"), "{error}");
}

#[test]
fn an_index_of_any_kind_is_asked_as_nobody_before_it_is_shown_who() {
    let with = |allowed: u16| {
        move |request: &crate::server::Request| match request.header("Authorization") {
            None => Reply::new(401, ""),
            Some(_) => Reply::new(allowed, ""),
        }
    };
    for (allowed, expected) in [
        (200, Ok(Verdict::Accepted)),
        (404, Ok(Verdict::Unknown)),
        (405, Ok(Verdict::Unknown)),
        (403, Err(true)),
    ] {
        let server = Server::start(with(allowed));
        let verdict = client().try_credential(&server.url("/simple/"), &anna());
        assert_eq!(verdict.map_err(|error| error.is_credentials()), expected);
        assert_eq!(shown(&server).len(), 2);
        assert_eq!(shown(&server)[0], None);
    }
    for (reply, verdict) in [
        (Reply::html(""), Verdict::Public),
        (Reply::new(405, ""), Verdict::Unknown),
        (Reply::redirect("https://login.example/"), Verdict::Unknown),
    ] {
        let server = Server::start(move |_| reply.clone());
        let found = client().try_credential(&server.url("/legacy/"), &anna());
        assert_eq!(found, Ok(verdict));
        assert_eq!(shown(&server), [None], "nobody is shown without need");
    }
}

#[test]
fn nothing_is_sent_where_strangers_could_read_it() {
    let place: Url = "http://index.example/".parse().unwrap();
    let insecure = |error: &HttpError| matches!(error, HttpError::Insecure { .. });
    assert!(insecure(&client().keeps_tokens(&place).unwrap_err()));
    assert!(insecure(
        &client().try_credential(&place, &anna()).unwrap_err()
    ));
    let made = client().make_token(&place, &anna(), &TokenWish::default());
    assert!(matches!(made, Err(AccountError::Http(error)) if insecure(&error)));
}
