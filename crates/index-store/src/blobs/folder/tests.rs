//! How files get to their place on disk.

use std::path::Path;

use super::super::incoming::Incoming;
use super::FolderBlobs;
use sha2::{Digest, Sha256};
use tilsit_simple_api::Sha256Digest;

async fn arrive(data: &Path, bytes: &[u8], name: &str, metadata: Option<&[u8]>) -> Sha256Digest {
    let blobs = FolderBlobs::open(data).expect("opened");
    let incoming = Incoming::open(data).expect("opened");
    let incoming = incoming.receive().expect("room");
    std::fs::write(incoming.path(), bytes).expect("written");
    let sha256 = Sha256Digest(Sha256::digest(bytes).into());
    let metadata = metadata.map(<[u8]>::to_vec);
    let kept = blobs.keep(incoming, (&sha256, name), metadata).await;
    kept.expect("kept");
    sha256
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("text")
        })
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn file_and_metadata_appear_under_their_digest() {
    let data = tempfile::tempdir().expect("a folder");
    let blobs = FolderBlobs::open(data.path()).expect("opened");
    let sha256 = arrive(
        data.path(),
        b"bytes",
        "a-1-py3-none-any.whl",
        Some(b"Name: a"),
    )
    .await;
    let path = blobs.path(&sha256, "a-1-py3-none-any.whl");
    let digits = sha256.to_string();
    assert!(path.ends_with(format!(
        "files/{}/{}/{digits}/a-1-py3-none-any.whl",
        &digits[..2],
        &digits[2..4]
    )));
    assert_eq!(std::fs::read(&path).expect("there"), b"bytes");
    assert_eq!(
        std::fs::read(blobs.path(&sha256, "a-1-py3-none-any.whl.metadata")).expect("there"),
        b"Name: a"
    );
    assert!(names(&data.path().join("incoming")).is_empty());
}

#[tokio::test]
async fn the_same_bytes_may_arrive_again_and_under_another_name() {
    let data = tempfile::tempdir().expect("a folder");
    let blobs = FolderBlobs::open(data.path()).expect("opened");
    let first = arrive(data.path(), b"bytes", "a.whl", None).await;
    assert_eq!(
        arrive(data.path(), b"bytes", "a.whl", Some(b"m")).await,
        first
    );
    assert_eq!(arrive(data.path(), b"bytes", "b.whl", None).await, first);
    let folder = blobs.path(&first, "a.whl");
    assert_eq!(
        names(folder.parent().expect("a parent")),
        ["a.whl", "a.whl.metadata", "b.whl"]
    );
    assert!(names(&data.path().join("incoming")).is_empty());
}
