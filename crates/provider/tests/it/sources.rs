//! Several indexes, links, URLs.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use tilsit_index_client::IndexUrl;
use tilsit_provider::{IndexStrategy, ResolveEvent};
use url::Url;

use crate::index::{Index, files, options, refusal, resolve_with, try_resolve};

#[test]
fn the_first_index_that_has_the_project_speaks_for_it() {
    let (mut first, mut second) = (Index::new(), Index::new());
    first.wheel("a-1.0-py3-none-any.whl", &["b"], "");
    second.wheel("a-9.0-py3-none-any.whl", &[], "");
    second.wheel("b-1.0-py3-none-any.whl", &[], "");
    let options = options(&[&first, &second]);
    assert_eq!(
        files(&options, &["a"]),
        ["a-1.0-py3-none-any.whl", "b-1.0-py3-none-any.whl"]
    );
    let words = refusal(&options, &["a>1"]);
    assert!(!words.contains("9.0"), "{words}");
    let words = refusal(&options, &["nowhere"]);
    assert!(words.contains("nowhere"), "{words}");
}

#[test]
fn links_add_files() {
    let (mut index, mut links) = (Index::new(), Index::new());
    index.wheel("a-1.0-py3-none-any.whl", &["b"], "");
    links.wheel("a-2.0-py3-none-any.whl", &["b"], "");
    links.wheel("b-1.0-py3-none-any.whl", &[], "");
    let folder = tempfile::tempdir().unwrap();
    for (project, file) in [
        ("a", "a-2.0-py3-none-any.whl"),
        ("b", "b-1.0-py3-none-any.whl"),
    ] {
        let from = links.path().join("simple").join(project).join(file);
        std::fs::copy(from, folder.path().join(file)).unwrap();
    }
    std::fs::write(folder.path().join("notes.txt"), "x").unwrap();
    let mut options = options(&[&index]);
    options
        .sources
        .find_links
        .push(Url::from_directory_path(folder.path()).unwrap());
    assert_eq!(
        files(&options, &["a"]),
        ["a-2.0-py3-none-any.whl", "b-1.0-py3-none-any.whl"]
    );
    options.sources.indexes.clear();
    assert_eq!(
        files(&options, &["a"]),
        ["a-2.0-py3-none-any.whl", "b-1.0-py3-none-any.whl"]
    );
}

#[test]
fn a_requirement_that_names_a_url() {
    let mut index = Index::new();
    index.wheel("a-1.0-py3-none-any.whl", &["b"], "");
    index.wheel("b-1.0-py3-none-any.whl", &[], "");
    index.wheel("w-1.0-cp312-cp312-win_amd64.whl", &[], "");
    let url = |path: &str| {
        let path = index.path().join("simple").join(path);
        Url::from_file_path(path).unwrap().to_string()
    };
    let line = format!("a @ {}", url("a/a-1.0-py3-none-any.whl"));
    let resolution = try_resolve(&options(&[&index]), &[&line]).unwrap();
    assert_eq!(resolution.pins.len(), 2);
    assert!(resolution.pins[0].url.is_some() && resolution.pins[0].index.is_none());
    for (line, expected) in [
        (
            format!("b @ {}", url("a/a-1.0-py3-none-any.whl")),
            "whose file is that of `a`",
        ),
        (
            format!("w @ {}", url("w/w-1.0-cp312-cp312-win_amd64.whl")),
            "win_amd64",
        ),
        (
            "a @ git+https://index.example/a.git".to_owned(),
            "has to be built, and nothing is built here",
        ),
        (
            "a @ https://index.example/a.whl".to_owned(),
            "is no distribution",
        ),
    ] {
        let words = refusal(&options(&[&index]), &[&line]);
        assert!(words.contains(expected), "{line}: {words}");
    }
}

/// A server that answers every request with this status.
fn refusing(status: &'static str) -> IndexUrl {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let head =
                format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            let _ = stream.write_all(head.as_bytes());
        }
    });
    format!("http://{address}/simple/").parse().unwrap()
}

#[test]
fn an_index_that_refuses_access_ends_the_search() {
    let mut index = Index::new();
    index.wheel("a-1.0-py3-none-any.whl", &[], "");
    for status in ["401 Unauthorized", "403 Forbidden"] {
        for strategy in [IndexStrategy::FirstIndex, IndexStrategy::UnsafeBestMatch] {
            let mut options = options(&[&index]);
            options.sources.strategy = strategy;
            options.sources.indexes.insert(0, refusing(status));
            let words = refusal(&options, &["a"]);
            assert!(words.contains("access to `a` was refused"), "{words}");
            assert!(words.contains(&status[..3]), "{words}");
        }
    }
}

/// What a page says of itself: its version of the API, and the project's status.
#[test]
fn newer_pages_and_statuses_are_told() {
    let mut index = Index::new();
    for name in ["old", "plain", "unused"] {
        index.wheel(&format!("{name}-1.0-py3-none-any.whl"), &[], "");
    }
    let status = |name: &str, version: &str, state: &str| {
        let page = index.path().join("simple").join(name).join("index.html");
        let files = std::fs::read_to_string(&page).unwrap();
        let files = &files[files.find("<a").unwrap()..];
        let meta = format!(
            "<meta name='pypi:repository-version' content='{version}'>\
             <meta name='pypi:project-status' content='{state}'>\
             <meta name='pypi:project-status-reason' content='use plain'>{files}"
        );
        std::fs::write(page, meta).unwrap();
    };
    status("old", "1.99", "archived");
    status("plain", "1.98", "active");
    status("unused", "1.0", "deprecated");
    let mut told = Vec::new();
    let options = options(&[&index]);
    let resolution = resolve_with(&options, &["old", "plain"], &mut |event| {
        if let ResolveEvent::NewerPages(index, version) = event {
            told.push(format!("{version} {}", index.url().scheme()));
        }
    })
    .unwrap();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].ends_with(" file"), "{told:?}");
    let statuses: Vec<String> = resolution
        .statuses
        .iter()
        .map(|(name, status)| format!("{name} {:?}", status.state))
        .collect();
    assert_eq!(statuses, ["old Archived"]);

    status("old", "1.0", "quarantined");
    let error = try_resolve(&options, &["old"]).unwrap_err().to_string();
    assert!(error.contains("quarantine: use plain"), "{error}");
    status("old", "2.0", "active");
    let error = try_resolve(&options, &["old"]).unwrap_err().to_string();
    assert!(error.contains("speaks version 2.0"), "{error}");
}
