//! Uploads: what is sent, and what an index may answer.

use std::ops::ControlFlow;
use std::path::Path;

use tilsit_index_client::{Credential, Upload, UploadError, Uploaded};
use tilsit_simple_api::upload::{FileType, UploadForm};
use url::Url;

use crate::server::{Reply, Server, client};

fn form() -> UploadForm {
    let mut form = UploadForm::new(FileType::Wheel, "py3");
    form.sha256_digest = Some("ab".repeat(32));
    for (name, value) in [
        ("metadata_version", "2.1"),
        ("name", "a"),
        ("version", "1.0"),
        ("description", "é\r\nx"),
    ] {
        form.push(name, value);
    }
    form
}

fn upload(
    url: &Url,
    path: &Path,
    credential: Option<&Credential>,
) -> Result<Uploaded, UploadError> {
    let form = form();
    let upload = Upload {
        url,
        form: &form,
        path,
        credential,
    };
    let mut last = 0;
    let result = client().upload(upload, &mut |sent, all| {
        assert!(sent > last && sent <= all);
        last = if sent == all { 0 } else { sent };
        ControlFlow::Continue(())
    });
    assert!(result.is_err() || last == 0);
    result
}

fn with_file(test: impl FnOnce(&Path, &[u8])) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a-1.0-py3-none-any.whl");
    let contents: Vec<u8> = (0..100_000_u32).flat_map(u32::to_be_bytes).collect();
    std::fs::write(&path, &contents).unwrap();
    test(&path, &contents);
}

#[test]
fn the_form_and_the_file_are_sent() {
    with_file(|path, contents| {
        let server =
            Server::start(|_| Reply::new(200, "a warning").header("Content-Type", "text/plain"));
        let credential = Credential::new("__token__", "geheim");
        let done = upload(&server.url("/legacy/"), path, Some(&credential)).unwrap();
        assert_eq!(
            done,
            Uploaded {
                status: 200,
                text: Some("a warning".to_owned())
            }
        );
        let request = &server.requests()[0];
        assert_eq!(request.method, "POST");
        assert_eq!(
            request.header("Authorization"),
            Some("Basic X190b2tlbl9fOmdlaGVpbQ==")
        );
        let kind = request.header("Content-Type").unwrap();
        let boundary = kind.strip_prefix("multipart/form-data; boundary=").unwrap();
        let marks = |text: &str| text.matches(&format!("--{boundary}\r\n")).count();
        let file = request
            .body
            .windows(contents.len())
            .position(|window| window == contents)
            .unwrap();
        let before = std::str::from_utf8(&request.body[..file]).unwrap();
        let after = std::str::from_utf8(&request.body[file + contents.len()..]).unwrap();
        assert_eq!(marks(before), form().fields().len() + 1);
        assert!(before.contains("name=\"description\"\r\n\r\né\r\nx\r\n--"));
        assert!(before.ends_with(
            "form-data; name=\"content\"; filename=\"a-1.0-py3-none-any.whl\"\r\nContent-Type: application/octet-stream\r\n\r\n"
        ));
        assert_eq!(after, format!("\r\n--{boundary}--\r\n"));
    });
}

#[test]
fn what_an_index_may_answer() {
    let html = "<html><head><title>400 Bad Request</title></head><body><h1>400</h1> File already exists ('a').</body></html>";
    for (reply, expected, already, credentials) in [
        (
            Reply::new(400, html).header("Content-Type", "text/html"),
            "status 400: 400 File already exists ('a').",
            true,
            false,
        ),
        (Reply::new(409, ""), "status 409", true, false),
        (
            Reply::new(403, "bad token").header("Content-Type", "text/plain"),
            "(status 403): bad token",
            false,
            true,
        ),
        (
            Reply::new(400, "no").header("Content-Type", "text/plain"),
            "status 400: no",
            false,
            false,
        ),
        (Reply::redirect("/legacy/"), "/legacy/`", false, false),
    ] {
        with_file(|path, _| {
            let server = Server::start(move |_| reply.clone());
            let error = upload(&server.url("/legacy"), path, None).unwrap_err();
            assert!(error.to_string().ends_with(expected), "{error}");
            assert_eq!(error.is_already_there(), already, "{error}");
            assert_eq!(error.is_credentials(), credentials, "{error}");
            assert_eq!(server.requests().len(), 1);
        });
    }
}

#[test]
fn a_busy_index_is_asked_again() {
    with_file(|path, contents| {
        let count = std::sync::atomic::AtomicUsize::new(0);
        let server =
            Server::start(
                move |_| match count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
                    0 => Reply::new(503, ""),
                    _ => Reply::new(200, ""),
                },
            );
        upload(&server.url("/legacy/"), path, None).unwrap();
        let requests = server.requests();
        assert_eq!(requests.len(), 2);
        assert_eq!(requests[0].body, requests[1].body);
        assert!(requests[1].body.len() > contents.len());
    });
}

#[test]
fn a_file_that_is_not_there() {
    let url = "http://127.0.0.1:9/legacy/".parse().unwrap();
    let error = upload(&url, Path::new("/nowhere/a-1.0-py3-none-any.whl"), None).unwrap_err();
    assert!(matches!(error, UploadError::File(_)), "{error}");
}
