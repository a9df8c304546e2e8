//! Downloads: hashes, sizes, breaks and resumption.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use sha2::Digest as _;
use tilsit_index_client::{DownloadError, DownloadEvent, Downloaded, IndexClient, RemoteFile};
use tilsit_simple_api::Sha256Digest;
use url::Url;

use crate::server::{Reply, Request, Server, TestClock, client, go_on, ranged};

fn body() -> Vec<u8> {
    (0..300_000_u32).flat_map(u32::to_le_bytes).collect()
}

fn sha256(bytes: &[u8]) -> Sha256Digest {
    Sha256Digest(sha2::Sha256::digest(bytes).into())
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

fn file(url: Url) -> RemoteFile {
    let mut file = RemoteFile::of_url(url).unwrap().0;
    file.hashes.sha256 = Some(sha256(&body()));
    file
}

/// Downloads into a new folder, which must be left empty on failure.
fn download(client: &IndexClient, file: &RemoteFile) -> Result<Downloaded, DownloadError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(&*file.name);
    let result = client.download(file, &path, &mut go_on);
    let entries = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(entries, usize::from(result.is_ok()));
    if let Ok(done) = &result {
        assert_eq!(done.path, path);
        assert_eq!(sha256(&std::fs::read(path).unwrap()), done.sha256);
    }
    result
}

#[test]
fn a_file_and_its_hashes() {
    let server = Server::start(|_| Reply::new(200, body()).header("Content-Encoding", "gzip"));
    let mut wanted = file(server.url("/f/a-1.0.tar.gz"));
    let done = download(&client(), &wanted).unwrap();
    assert_eq!((done.size_bytes, done.sha256), (1_200_000, sha256(&body())));
    assert_eq!(
        server.requests()[0].header("Accept-Encoding"),
        Some("identity")
    );
    wanted.hashes.sha256 = Some(Sha256Digest([7; 32]));
    let error = download(&client(), &wanted).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("is not the file that the index names: its sha256 is "),
        "{error}"
    );
    // Without SHA-256 the strongest of the others is checked.
    let md5 = |text: &str| {
        let mut wanted = wanted.clone();
        wanted.hashes = tilsit_simple_api::Hashes::default();
        wanted.hashes.add("md5", text).unwrap();
        download(&client(), &wanted)
    };
    let right = hexadecimal(&<md5::Md5 as md5::Digest>::digest(body()));
    md5(&right).unwrap();
    assert!(
        md5("00000000000000000000000000000000")
            .unwrap_err()
            .to_string()
            .contains("its md5 is")
    );
}

/// Cuts the connection after a part of the body, for the first `times` answers.
fn breaking(times: usize, with_ranges: bool) -> Server {
    let count = AtomicUsize::new(0);
    Server::start(move |request| {
        let reply = if with_ranges {
            ranged(request, &body())
        } else {
            Reply::new(200, body())
        };
        let cut = (count.fetch_add(1, Ordering::SeqCst) < times).then_some(reply.body.len() / 3);
        Reply {
            cut_after: cut,
            ..reply.header("ETag", "\"one\"")
        }
    })
}

#[test]
fn a_break_is_resumed() {
    let server = breaking(3, true);
    download(&client(), &file(server.url("/a-1.0.tar.gz"))).unwrap();
    let requests = server.requests();
    let ranges: Vec<_> = requests
        .iter()
        .map(|request| request.header("Range"))
        .collect();
    assert_eq!(ranges[0], None);
    assert!(
        ranges[1..]
            .iter()
            .all(|range| range.is_some_and(|range| range != "bytes=0-")),
        "{ranges:?}"
    );
    assert_eq!(requests[1].header("If-Range"), Some("\"one\""));
}

#[test]
fn a_break_without_ranges_starts_anew() {
    let server = breaking(2, false);
    download(&client(), &file(server.url("/a-1.0.tar.gz"))).unwrap();
    let server = breaking(9, false);
    let error = download(&client(), &file(server.url("/a-1.0.tar.gz"))).unwrap_err();
    assert!(error.to_string().contains("broke off"), "{error}");
    assert_eq!(server.requests().len(), 4);
}

#[test]
fn a_wrong_rest_is_noticed() {
    // The second piece is another file's, without an ETag to tell.
    let count = AtomicUsize::new(0);
    let server = Server::start(move |request| match count.fetch_add(1, Ordering::SeqCst) {
        0 => Reply {
            cut_after: Some(1000),
            ..Reply::new(200, body())
        },
        1 => ranged(request, &vec![9; body().len()]),
        _ => ranged(request, &body()),
    });
    download(&client(), &file(server.url("/a-1.0.tar.gz"))).unwrap();
    assert_eq!(server.requests()[2].header("Range"), None);
    // A server that answers with another range than was asked for.
    let count = AtomicUsize::new(0);
    let server = Server::start(move |request| match count.fetch_add(1, Ordering::SeqCst) {
        0 => Reply {
            cut_after: Some(1000),
            ..Reply::new(200, body())
        },
        1 => Reply::new(206, &body()[500..]).header("Content-Range", "bytes 500-1199999/1200000"),
        _ => ranged(request, &body()),
    });
    download(&client(), &file(server.url("/a-1.0.tar.gz"))).unwrap();
}

#[test]
fn sizes_that_lie() {
    type Script = fn(&Request) -> Reply;
    let scripts: [(Script, u64, &str); 4] = [
        (
            |_| Reply::new(200, body()),
            1_199_999,
            "has 1200000 bytes or more, not 1199999 as the index states",
        ),
        (
            |_| Reply::new(200, body()),
            1_200_001,
            "has 1200000 bytes or more, not 1200001 as the index states",
        ),
        (
            |_| Reply {
                endless: true,
                ..Reply::new(200, body())
            },
            1_200_000,
            "not 1200000 as the index states",
        ),
        (
            |_| Reply {
                endless: true,
                ..Reply::new(200, [0; 512])
            },
            u64::MAX,
            "is larger than the limit of 5000000 bytes",
        ),
    ];
    for (script, stated, expected) in scripts {
        let server = Server::start(script);
        let mut wanted = file(server.url("/a-1.0.tar.gz"));
        wanted.size_bytes = Some(stated).filter(|stated| *stated != u64::MAX);
        let mut options = TestClock::new().options();
        options.limits.file_max_bytes = 5_000_000;
        let error = download(&IndexClient::new(options), &wanted).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        assert_eq!(server.requests().len(), 1);
    }
}

#[test]
fn several_at_once_with_progress() {
    let server = Server::start(|request| match request.path.as_str() {
        "/missing-1.0.tar.gz" => Reply::new(404, ""),
        _ => Reply::new(200, body()),
    });
    let folder = tempfile::tempdir().unwrap();
    let wanted: Vec<_> = ["a-1.0.tar.gz", "missing-1.0.tar.gz", "b-1.0.tar.gz"]
        .iter()
        .map(|name| {
            (
                file(server.url(&format!("/{name}"))),
                folder.path().join(name),
            )
        })
        .collect();
    let mut events = Vec::new();
    let results = client().download_all(&wanted, &mut |event| {
        events.push(event);
        ControlFlow::Continue(())
    });
    assert!(results[0].is_ok() && results[2].is_ok());
    assert!(
        results[1]
            .as_ref()
            .unwrap_err()
            .to_string()
            .contains("missing-1.0.tar.gz` does not exist")
    );
    for file in [0, 2] {
        assert!(events.contains(&DownloadEvent::Started {
            file,
            size_bytes: Some(1_200_000)
        }));
        assert!(events.contains(&DownloadEvent::Received {
            file,
            bytes: 1_200_000
        }));
        assert!(events.contains(&DownloadEvent::Finished { file }));
    }
}

#[test]
fn a_caller_can_stop() {
    let server = Server::start(|_| Reply {
        wait: Duration::from_secs(5),
        ..Reply::new(200, body())
    });
    let folder = tempfile::tempdir().unwrap();
    let wanted = file(server.url("/a-1.0.tar.gz"));
    let start = std::time::Instant::now();
    let mut options = TestClock::new().options();
    options.timeouts.read = Duration::from_secs(20);
    let stop = &mut |_| ControlFlow::Break(());
    let error = IndexClient::new(options)
        .download(&wanted, &folder.path().join("a"), stop)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the download of `a-1.0.tar.gz` was stopped"
    );
    assert!(start.elapsed() < Duration::from_secs(4));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_local_file_is_copied_and_checked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a-1.0.tar.gz");
    std::fs::write(&path, body()).unwrap();
    let mut wanted = file(Url::from_file_path(&path).unwrap());
    download(&client(), &wanted).unwrap();
    wanted.size_bytes = Some(7);
    assert!(
        download(&client(), &wanted)
            .unwrap_err()
            .to_string()
            .contains("not 7 as the index states")
    );
}

/// Bytes that come now and then keep a connection open for ever; they are no progress.
#[test]
fn a_file_is_told_as_finished_when_it_is_in_its_place_and_right() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("a-1.0.tar.gz");
    std::fs::write(&source, body()).unwrap();
    let mut wanted = file(Url::from_file_path(&source).unwrap());
    let path = folder.path().join("copy");
    let finished = |wanted: &RemoteFile| {
        let mut told = 0;
        let result = client().download(wanted, &path, &mut |event| {
            if let DownloadEvent::Finished { .. } = event {
                assert_eq!(std::fs::read(&path).unwrap(), body());
                told += 1;
            }
            ControlFlow::Continue(())
        });
        (result.is_ok(), told)
    };
    assert_eq!(finished(&wanted), (true, 1));
    std::fs::remove_file(&path).unwrap();
    wanted.hashes = tilsit_simple_api::Hashes::of_sha256(sha256(b"something else"));
    assert_eq!(finished(&wanted), (false, 0));
}

#[test]
fn a_trickle_is_given_up() {
    let drip = Reply {
        endless: true,
        pause: Duration::from_millis(20),
        ..Reply::new(200, "x")
    };
    let server = Server::start(move |_| drip.clone());
    let mut options = TestClock::new().options();
    options.retries = 1;
    options.timeouts.stall = Duration::from_millis(200);
    let file = RemoteFile::of_url(server.url("/a-1.0.tar.gz")).unwrap().0;
    let error = download(&IndexClient::new(options), &file).unwrap_err();
    assert!(
        error.to_string().ends_with("did not answer in time"),
        "{error}"
    );
    assert_eq!(server.requests().len(), 2);
}
