//! Pages: both forms, the cache, and what is no page.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tilsit_index_client::{Fetched, IndexClient, IndexUrl, PageError, Refresh};
use tilsit_packaging::name::ProjectName;
use tilsit_simple_api::ProjectPage;

use crate::server::{Reply, Server, TestClock, client};

const JSON: &str = r#"{"meta":{"api-version":"1.1"},"name":"flask","versions":["1.0"],"files":[
    {"filename":"flask-1.0.tar.gz","url":"flask-1.0.tar.gz","hashes":{},"size":3}]}"#;

fn flask() -> ProjectName {
    "flask".parse().unwrap()
}

/// The page of flask with all its files.
fn ask(client: &IndexClient, index: &IndexUrl) -> Result<ProjectPage, PageError> {
    client.whole_page(&*client.project_page(index, &flask())?)
}

#[test]
fn both_forms_are_read() {
    let html = "<a href='/f/flask-1.0.tar.gz'>x</a>";
    for reply in [Reply::json(JSON), Reply::html(html)] {
        let server = Server::start(move |_| reply.clone());
        let page = ask(&client(), &server.index()).unwrap();
        assert_eq!(&*page.files[0].name, "flask-1.0.tar.gz");
        let requests = server.requests();
        assert_eq!(requests[0].path, "/simple/flask/");
        assert!(
            requests[0]
                .header("Accept")
                .unwrap()
                .starts_with("application/vnd.pypi.simple.v1+json")
        );
        assert_eq!(requests[0].header("User-Agent"), Some("tilsit-test/1.0"));
    }
}

#[test]
fn a_redirect_moves_the_base() {
    let server = Server::start(|request| match request.path.as_str() {
        "/simple/flask/" => Reply::redirect("/other/flask/"),
        _ => Reply::json(JSON),
    });
    let page = ask(&client(), &server.index()).unwrap();
    assert_eq!(
        page.file_url(&page.files[0]).unwrap(),
        server.url("/other/flask/flask-1.0.tar.gz")
    );
}

#[test]
fn gzip_is_unpacked_up_to_the_limit() {
    use std::io::Write as _;
    let packed = |body: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(body).unwrap();
        encoder.finish().unwrap()
    };
    let good = packed(JSON.as_bytes());
    let mut damaged = good.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 0xff;
    let bomb = packed(&vec![b' '; 4 << 20]);
    for (body, encoding, expected) in [
        (good, "gzip", None),
        (damaged, "gzip", Some("its gzip encoding is damaged")),
        (
            bomb,
            "gzip",
            Some("is larger than the limit of 1048576 bytes"),
        ),
        (Vec::new(), "br", Some("unknown encoding `br`")),
    ] {
        let reply = Reply::json("").header("Content-Encoding", encoding);
        let server = Server::start(move |_| Reply {
            body: body.clone(),
            ..reply.clone()
        });
        let mut options = TestClock::new().options();
        options.limits.page_max_bytes = 1 << 20;
        options.retries = 0;
        let result = ask(&IndexClient::new(options), &server.index());
        match expected {
            None => assert_eq!(result.unwrap().name, "flask"),
            Some(expected) => {
                let error = result.unwrap_err().to_string();
                assert!(error.contains(expected), "{error}");
            }
        }
    }
}

#[test]
fn what_is_no_page() {
    for (reply, expected) in [
        (
            Reply::new(200, "hello").header("Content-Type", "text/plain"),
            "answered with `text/plain`, which is no page",
        ),
        (Reply::json("<html>"), "is not a JSON page"),
        (Reply::html("{}"), "the page has no HTML in it"),
        (
            Reply::json(r#"{"meta":{"api-version":"2.0"},"name":"flask","files":[]}"#),
            "speaks version 2.0",
        ),
        (
            Reply::json(r#"{"meta":{"api-version":"1.0"},"name":"django","files":[]}"#),
            "is the page of `django`, not of `flask`",
        ),
        (Reply::new(404, ""), "does not exist (status 404)"),
        (
            Reply::new(401, ""),
            "refused an answer without credentials (status 401)",
        ),
        (
            Reply::new(418, "short and stout").header("Content-Type", "text/plain"),
            "answered with status 418: short and stout",
        ),
        (
            Reply::redirect("file:///etc/passwd"),
            "redirects to a `file` URL",
        ),
    ] {
        let server = Server::start(move |_| reply.clone());
        let error = ask(&client(), &server.index()).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        assert!(error.to_string().contains("/simple/flask/"), "{error}");
        assert_eq!(error.is_not_found(), expected.contains("404"));
        assert_eq!(error.is_credentials(), expected.contains("401"));
    }
}

/// The headers of the answer, the seconds until the second question, and the requests in all.
type Row = (&'static [(&'static str, &'static str)], i64, usize);

#[test]
fn a_page_is_asked_for_again_as_its_headers_say() {
    let table: &[Row] = &[
        (&[("Cache-Control", "max-age=100")], 99, 1),
        (&[("Cache-Control", "max-age=100")], 101, 2),
        (
            &[("Cache-Control", "max-age=100"), ("ETag", "\"1\"")],
            101,
            2,
        ),
        (&[("ETag", "\"1\"")], 1, 2),
        (&[("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT")], 1, 2),
        (&[], 599, 1),
        (&[], 601, 2),
        (&[("Cache-Control", "no-store")], 0, 2),
        (&[("Cache-Control", "no-cache")], 0, 2),
    ];
    for (headers, seconds, expected) in table {
        let headers: Vec<(String, String)> = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let sent = headers.clone();
        let server = Server::start(move |request| {
            let validated = request
                .header("If-None-Match")
                .or(request.header("If-Modified-Since"));
            let mut reply = if validated.is_some() {
                Reply::new(304, "")
            } else {
                Reply::json(JSON)
            };
            reply.headers.extend(sent.clone());
            reply
        });
        let folder = tempfile::tempdir().unwrap();
        let clock = TestClock::new();
        for round in 0..2 {
            let mut options = clock.options();
            options.cache = Some(folder.path().to_owned());
            let page = ask(&IndexClient::new(options), &server.index()).unwrap();
            assert_eq!(page.name, "flask", "{headers:?} {round}");
            clock.advance(*seconds);
        }
        assert_eq!(server.requests().len(), *expected, "{headers:?}");
    }
}

#[test]
fn refresh_and_offline() {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let server = Server::start(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        Reply::json(JSON).header("Cache-Control", "max-age=1000")
    });
    let folder = tempfile::tempdir().unwrap();
    let clock = TestClock::new();
    let page_of = |offline: bool, refresh: Refresh, name: &str| {
        let mut options = clock.options();
        (options.cache, options.offline, options.refresh) =
            (Some(folder.path().to_owned()), offline, refresh);
        IndexClient::new(options).project_page(&server.index(), &name.parse().unwrap())
    };
    page_of(false, Refresh::No, "flask").unwrap();
    page_of(false, Refresh::All, "flask").unwrap();
    page_of(false, Refresh::Projects([flask()].into()), "flask").unwrap();
    page_of(
        false,
        Refresh::Projects(["other".parse().unwrap()].into()),
        "flask",
    )
    .unwrap();
    assert_eq!(count.load(Ordering::SeqCst), 3);
    clock.advance(100_000);
    page_of(true, Refresh::No, "flask").unwrap();
    assert_eq!(count.load(Ordering::SeqCst), 3);
    let error = page_of(true, Refresh::No, "django").unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("is not in the cache, and the client is offline"),
        "{error}"
    );
}

/// Every damage to what is cached is seen when it is read, and the index is asked again.
#[test]
fn a_damaged_cache_is_fetched_again() {
    let server = Server::start(|_| Reply::json(JSON).header("Cache-Control", "max-age=1000"));
    let folder = tempfile::tempdir().unwrap();
    let read = || {
        let mut options = TestClock::new().options();
        options.cache = Some(folder.path().to_owned());
        ask(&IndexClient::new(options), &server.index()).unwrap()
    };
    let right = read();
    let walk = tilsit_files::walk(folder.path().join("pages-v2")).unwrap();
    let mut files = walk.into_iter().filter(|entry| entry.path.is_file());
    let path = files.next().unwrap().path;
    let whole = std::fs::read(&path).unwrap();
    let mut damaged = 0;
    for place in (0..whole.len()).step_by(7) {
        let mut flipped = whole.clone();
        flipped[place] ^= 0x10;
        let torn = whole[..place].to_vec();
        let longer = [&*whole, &whole[..=place]].concat();
        for bytes in [flipped, torn, longer] {
            std::fs::write(&path, bytes).unwrap();
            assert_eq!(read(), right, "{place}");
            damaged += 1;
            assert_eq!(server.requests().len(), damaged + 1, "{place}");
            assert_eq!(std::fs::read(&path).unwrap(), whole, "{place}");
        }
    }
    assert!(damaged > 100, "{damaged}");
}

/// Details are read late: by then another process may have replaced or removed the page.
#[test]
fn details_that_are_gone_are_fetched_again() {
    let other = JSON.replace("1.0", "2.0");
    let newer = Arc::new(AtomicUsize::new(0));
    let now = Arc::clone(&newer);
    let server = Server::start(move |_| {
        let body = [JSON, &other][now.load(Ordering::SeqCst)];
        Reply::json(body).header("Cache-Control", "max-age=1000")
    });
    let folder = tempfile::tempdir().unwrap();
    let mut options = TestClock::new().options();
    options.cache = Some(folder.path().to_owned());
    let client = IndexClient::new(options);
    let page = client.project_page(&server.index(), &flask()).unwrap();
    std::fs::remove_dir_all(folder.path()).unwrap();
    let release = page.compact().release(0);
    let files = client.release_files(&page, &release).unwrap();
    assert_eq!(files[0].size_bytes, Some(3));
    client.release_files(&page, &release).unwrap();
    assert_eq!(server.requests().len(), 2);

    let page = client.project_page(&server.index(), &flask()).unwrap();
    std::fs::remove_dir_all(folder.path()).unwrap();
    newer.store(1, Ordering::SeqCst);
    let error = client.release_files(&page, &release).unwrap_err();
    assert!(
        error.to_string().contains("the next try takes that"),
        "{error}"
    );
}

#[test]
fn many_questions_at_once() {
    let server = Server::start(|request| {
        let name = request
            .path
            .trim_matches('/')
            .rsplit('/')
            .next()
            .unwrap()
            .to_owned();
        match name.as_str() {
            "p7" => Reply::new(404, ""),
            _ => Reply::json(&format!(
                r#"{{"meta":{{"api-version":"1.0"}},"name":"{name}","files":[]}}"#
            )),
        }
    });
    let client = client();
    let mut batch = client.batch();
    for number in 0..60 {
        let name = format!("p{number}").parse().unwrap();
        batch.project_page(number, &server.index(), &name).unwrap();
    }
    let mut seen = Vec::new();
    while let Some((number, answer)) = batch.next_answer() {
        let Fetched::Page(page) = answer else {
            panic!("{answer:?}")
        };
        assert_eq!(page.is_err(), number == 7, "{number}");
        seen.push(number);
    }
    seen.sort_unstable();
    assert_eq!(seen, (0..60).collect::<Vec<_>>());
}

#[test]
fn a_local_index_and_a_local_folder() {
    let folder = tempfile::tempdir().unwrap();
    let project = folder.path().join("simple/flask");
    std::fs::create_dir_all(&project).unwrap();
    std::fs::write(
        project.join("index.html"),
        "<a href='../../flask-1.0.tar.gz'>x</a>",
    )
    .unwrap();
    std::fs::write(folder.path().join("flask-1.0.tar.gz"), "abc").unwrap();
    let root = url::Url::from_directory_path(folder.path()).unwrap();
    let index = IndexUrl::new(root.join("simple").unwrap()).unwrap();
    let client = client();
    let page = ask(&client, &index).unwrap();
    assert_eq!(
        page.file_url(&page.files[0]).unwrap(),
        root.join("flask-1.0.tar.gz").unwrap()
    );
    assert!(
        client
            .project_page(&index, &"django".parse().unwrap())
            .unwrap_err()
            .is_not_found()
    );
    let links = client.find_links(&root).unwrap();
    assert_eq!(links.files.len(), 1);
    assert_eq!(links.files[0].size_bytes, Some(3));
}
