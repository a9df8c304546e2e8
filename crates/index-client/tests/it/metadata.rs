//! Metadata: beside the file, by ranges, from the whole wheel; and the cache.

use sha2::Digest as _;
use tilsit_archive::zip::{ZipWriter, ZipWriterOptions};
use tilsit_index_client::{IndexClient, MetadataError, RemoteFile};
use tilsit_simple_api::{CoreMetadataFile, Hashes, Sha256Digest};

use crate::server::{Reply, Server, TestClock, client, ranged};

const METADATA: &str = "Metadata-Version: 2.1\nName: a\nVersion: 1.0\nRequires-Dist: b>=2\n";

/// A wheel whose metadata stands first, behind `size` bytes of other contents.
fn wheel(size: usize, metadata_first: bool) -> Vec<u8> {
    let mut writer = ZipWriter::new(Vec::new(), ZipWriterOptions::default());
    // What cannot be compressed keeps its size.
    let mut state = 1_u64;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        state.to_le_bytes()[7]
    })
    .take(size)
    .collect();
    if metadata_first {
        writer
            .add_file("a-1.0.dist-info/METADATA", METADATA.as_bytes(), false)
            .unwrap();
    }
    for (number, part) in noise.chunks(20_000).enumerate() {
        writer
            .add_file(&format!("a/{number}.bin"), part, false)
            .unwrap();
    }
    if !metadata_first {
        writer
            .add_file("a-1.0.dist-info/METADATA", METADATA.as_bytes(), false)
            .unwrap();
    }
    writer.finish().unwrap()
}

fn remote(server: &Server) -> RemoteFile {
    RemoteFile::of_url(server.url("/f/a-1.0-py3-none-any.whl"))
        .unwrap()
        .0
}

#[test]
fn beside_the_file() {
    let server = Server::start(|request| match request.path.as_str() {
        "/f/a-1.0-py3-none-any.whl.metadata" => Reply::new(200, METADATA),
        _ => Reply::new(404, ""),
    });
    let mut file = remote(&server);
    file.core_metadata = CoreMetadataFile::Yes;
    let metadata = client().metadata(&file).unwrap();
    assert_eq!(metadata.requires_dist, ["b>=2"]);
    let right = Sha256Digest(sha2::Sha256::digest(METADATA).into());
    file.core_metadata = CoreMetadataFile::Hashed(Hashes::of_sha256(right));
    client().metadata(&file).unwrap();
    file.core_metadata = CoreMetadataFile::Hashed(Hashes::of_sha256(Sha256Digest([0; 32])));
    let error = client().metadata(&file).unwrap_err().to_string();
    assert!(
        error.contains("is not what the index names: its sha256 is"),
        "{error}"
    );
}

#[test]
fn a_promise_that_is_not_kept() {
    let bytes = wheel(100, false);
    let server = Server::start(move |request| {
        if request.path.ends_with(".metadata") {
            Reply::new(404, "")
        } else {
            ranged(request, &bytes)
        }
    });
    let mut file = remote(&server);
    file.core_metadata = CoreMetadataFile::Yes;
    assert_eq!(client().metadata(&file).unwrap().name, "a");
}

#[test]
fn by_ranges() {
    // Small enough for one request; the metadata within the tail; far in front of it; a directory
    // that is itself longer than the tail.
    for (size, first, requests) in [
        (100, true, 1),
        (500_000, false, 1),
        (500_000, true, 2),
        (16_000_000, true, 3),
    ] {
        let bytes = wheel(size, first);
        let total = bytes.len();
        let server = Server::start(move |request| ranged(request, &bytes));
        let metadata = client().metadata(&remote(&server)).unwrap();
        assert_eq!(metadata.requires_dist, ["b>=2"]);
        assert_eq!(server.requests().len(), requests, "{size} of {total} bytes");
        assert!(
            server
                .requests()
                .iter()
                .all(|request| request.header("Range").is_some())
        );
    }
}

#[test]
fn without_ranges_the_whole_wheel_is_read() {
    let bytes = wheel(200_000, true);
    let hash = Sha256Digest(sha2::Sha256::digest(&bytes).into());
    for refusal in [200, 416, 501, 405] {
        let bytes = bytes.clone();
        let server = Server::start(move |request| match request.header("Range") {
            Some(_) if refusal != 200 => Reply::new(refusal, ""),
            _ => Reply::new(200, bytes.clone()),
        });
        let folder = tempfile::tempdir().unwrap();
        for cache in [None, Some(folder.path().to_owned())] {
            let mut options = TestClock::new().options();
            options.cache = cache;
            let client = IndexClient::new(options);
            let mut file = remote(&server);
            file.hashes = Hashes::of_sha256(hash);
            assert_eq!(
                client.metadata(&file).unwrap().requires_dist,
                ["b>=2"],
                "{refusal}"
            );
            file.hashes = Hashes::of_sha256(Sha256Digest([1; 32]));
            let error = client.metadata(&file).unwrap_err().to_string();
            assert!(error.contains("its sha256 is"), "{error}");
        }
    }
}

#[test]
fn ranges_that_lie() {
    let bytes = wheel(500_000, true);
    let total = bytes.len();
    let good = bytes.clone();
    // Another range than was asked for: then the whole wheel counts.
    let server = Server::start(move |request| match request.header("Range") {
        Some(range) if !range.starts_with("bytes=-") => {
            let lie = format!("bytes 7-100/{total}");
            Reply::new(206, [0; 94]).header("Content-Range", &lie)
        }
        _ => ranged(request, &good),
    });
    assert_eq!(client().metadata(&remote(&server)).unwrap().name, "a");
    // Another size than the index states.
    let good = bytes.clone();
    let server = Server::start(move |request| ranged(request, &good));
    let mut file = remote(&server);
    file.size_bytes = Some(7);
    let error = client().metadata(&file).unwrap_err().to_string();
    assert!(error.contains("not 7 as the index states"), "{error}");
    // More bytes than were asked for.
    let server = Server::start(move |_| {
        let described = format!("bytes 0-{}/{total}", total - 1);
        Reply::new(206, bytes.clone()).header("Content-Range", &described)
    });
    let error = client().metadata(&remote(&server)).unwrap_err().to_string();
    assert!(
        error.contains("is larger than the limit of 32768 bytes"),
        "{error}"
    );
}

#[test]
fn what_cannot_be_read() {
    let table: [(Vec<u8>, &str); 3] = [
        (b"no zip at all".to_vec(), "`a-1.0-py3-none-any.whl`: "),
        (
            {
                let mut writer = ZipWriter::new(Vec::new(), ZipWriterOptions::default());
                writer
                    .add_file("a/x.dist-info/METADATA", b"", false)
                    .unwrap();
                writer.finish().unwrap()
            },
            "`a-1.0-py3-none-any.whl` has 0 `.dist-info/METADATA`, not one",
        ),
        (
            {
                let mut writer = ZipWriter::new(Vec::new(), ZipWriterOptions::default());
                writer
                    .add_file("a-1.0.dist-info/METADATA", METADATA.as_bytes(), false)
                    .unwrap();
                writer
                    .add_file("b-1.0.dist-info/METADATA", METADATA.as_bytes(), false)
                    .unwrap();
                writer.finish().unwrap()
            },
            "`a-1.0-py3-none-any.whl` has 2 `.dist-info/METADATA`, not one",
        ),
    ];
    for (bytes, expected) in table {
        let server = Server::start(move |request| ranged(request, &bytes));
        let error = client().metadata(&remote(&server)).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
    let server = Server::start(|_| Reply::new(200, ""));
    let sdist = RemoteFile::of_url(server.url("/a-1.0.tar.gz")).unwrap().0;
    assert!(matches!(
        client().metadata(&sdist),
        Err(MetadataError::OnlyInFile(_))
    ));
    assert!(server.requests().is_empty());
}

#[test]
fn metadata_is_kept() {
    let bytes = wheel(100, true);
    let server = Server::start(move |request| ranged(request, &bytes));
    let folder = tempfile::tempdir().unwrap();
    for round in 0..2 {
        let mut options = TestClock::new().options();
        options.cache = Some(folder.path().to_owned());
        options.offline = round == 1;
        let client = IndexClient::new(options);
        assert_eq!(client.metadata(&remote(&server)).unwrap().name, "a");
    }
    assert_eq!(server.requests().len(), 1);
}

/// Every damage to the segment is seen, and what is lost is fetched again.
#[test]
fn a_damaged_segment_is_fetched_again() {
    let bytes = wheel(100, true);
    let server = Server::start(move |request| ranged(request, &bytes));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metadata-v1/segment");
    let read = || {
        let mut options = TestClock::new().options();
        options.cache = Some(folder.path().to_owned());
        IndexClient::new(options)
            .metadata(&remote(&server))
            .unwrap()
    };
    let right = read();
    let whole = std::fs::read(&path).unwrap();
    let mut damaged = 0;
    for place in (0..whole.len()).step_by(3) {
        let mut flipped = whole.clone();
        flipped[place] ^= 0x10;
        for bytes in [flipped, whole[..place].to_vec()] {
            std::fs::write(&path, bytes).unwrap();
            assert_eq!(read(), right, "{place}");
            damaged += 1;
            assert_eq!(server.requests().len(), damaged + 1, "{place}");
            // The next one finds it again.
            assert_eq!(read(), right, "{place}");
            assert_eq!(server.requests().len(), damaged + 1, "{place}");
        }
    }
    assert!(damaged > 50, "{damaged}");
}
