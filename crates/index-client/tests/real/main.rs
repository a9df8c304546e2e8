//! The client against pip's own default index (profile `real`).

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::ops::ControlFlow;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use tilsit_index_client::{ClientOptions, IndexClient, IndexUrl, RemoteFile};

/// The index that pip asks when nobody names another.
fn default_index() -> IndexUrl {
    let python = tilsit_testing::python().expect("the real ring has a Python");
    let script = "from pip._internal.models.index import PyPI; print(PyPI.simple_url)";
    let output = Command::new(python)
        .args(["-I", "-c", script])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout)
        .unwrap()
        .trim()
        .parse()
        .unwrap()
}

fn options(cache: &std::path::Path) -> ClientOptions {
    #[expect(
        clippy::disallowed_methods,
        reason = "a test stands in for the program"
    )]
    let clock = Timestamp::now;
    let mut options = ClientOptions::new(Arc::new(clock), "tilsit-test/1.0");
    options.cache = Some(cache.to_owned());
    options
}

#[test]
fn a_page_metadata_and_a_file() {
    let cache = tempfile::tempdir().unwrap();
    let index = default_index();
    let name = "flask".parse().unwrap();
    for offline in [false, true] {
        let start = Instant::now();
        let mut options = options(cache.path());
        options.offline = offline;
        let client = IndexClient::new(options);
        let page = client.project_page(&index, &name);
        let page = page.and_then(|page| client.whole_page(&page)).unwrap();
        println!("page ({} files): {:?}", page.files.len(), start.elapsed());
        let file = page
            .files
            .iter()
            .find(|file| &*file.name == "flask-3.0.0-py3-none-any.whl")
            .unwrap();
        let file = RemoteFile::of_page(&page, file).unwrap();
        let metadata = client.metadata(&file).unwrap();
        println!("metadata: {:?}", start.elapsed());
        assert_eq!(metadata.version, "3.0.0");
        assert!(
            metadata
                .requires_dist
                .iter()
                .any(|line| line.to_ascii_lowercase().starts_with("werkzeug"))
        );
        if !offline {
            let path = cache.path().join(&*file.name);
            let done = client
                .download(&file, &path, &mut |_| ControlFlow::Continue(()))
                .unwrap();
            assert_eq!(Some(done.sha256), file.hashes.sha256);
            println!("file ({} bytes): {:?}", done.size_bytes, start.elapsed());
        }
    }
}

#[test]
fn the_largest_pages_are_read() {
    let cache = tempfile::tempdir().unwrap();
    let client = IndexClient::new(options(cache.path()));
    for name in ["numpy", "boto3", "grpcio"] {
        let start = Instant::now();
        let page = client
            .project_page(&default_index(), &name.parse().unwrap())
            .and_then(|page| client.whole_page(&page))
            .unwrap();
        let elapsed = start.elapsed();
        println!("{name}: {} files, {elapsed:?}", page.files.len());
        assert!(page.files.len() > 1000);
    }
}
