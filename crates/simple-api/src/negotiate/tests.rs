//! Tests of this module's parent, `negotiate`.

use super::*;

#[test]
fn the_form_for_an_accept_header() {
    let json = Some(MediaType::JsonV1);
    let html = Some(MediaType::Html);
    let html_v1 = Some(MediaType::HtmlV1);
    let table = [
        ("", html),
        ("*/*", html),
        ("text/html", html),
        ("text/*", html),
        ("TEXT/HTML; charset=utf-8", html),
        ("application/*", html_v1),
        ("application/vnd.pypi.simple.v1+json", json),
        ("application/vnd.pypi.simple.latest+json", json),
        ("application/vnd.pypi.simple.latest+html", html_v1),
        ("application/vnd.pypi.simple.v2+json", None),
        ("application/vnd.pypi.simple.v2+json, text/html;q=0.1", html),
        ("application/json", None),
        ("image/png", None),
        ("text/html;q=0", None),
        (
            "*/*;q=0.5, text/html;q=0, application/vnd.pypi.simple.v1+html;q=0",
            json,
        ),
        (
            "text/html;q=0.5, application/vnd.pypi.simple.v1+json;q=0.51",
            json,
        ),
        (
            "text/html;q=0.5, application/vnd.pypi.simple.v1+json;q=0.5",
            html,
        ),
        (
            "text/html;q=1.5, application/vnd.pypi.simple.v1+json;q=0.1",
            json,
        ),
        ("text/html;q=abc", None),
        ("*/*;q=0.1, application/vnd.pypi.simple.v1+json", json),
        ("garbage", None),
        (ACCEPT, json),
        // What pip and uv send.
        (
            "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html; q=0.1, text/html; q=0.01",
            json,
        ),
        (
            "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01",
            json,
        ),
    ];
    for (accept, expected) in table {
        assert_eq!(negotiate(Some(accept)).ok(), expected, "{accept}");
    }
    assert_eq!(negotiate(None), Ok(MediaType::Html));
}

#[test]
fn the_form_of_an_answer() {
    let table = [
        ("text/html; charset=utf-8", Some(MediaType::Html)),
        (
            "Application/Vnd.PyPI.Simple.v1+JSON",
            Some(MediaType::JsonV1),
        ),
        ("application/vnd.pypi.simple.v2+json", None),
        ("text/plain", None),
        ("", None),
    ];
    for (header, expected) in table {
        assert_eq!(MediaType::from_content_type(header), expected, "{header}");
    }
}
