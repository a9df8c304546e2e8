//! A store of its own for each test, on either database, its files in a folder or in an S3 store.

use std::future::Future;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use tilsit_index_store::{IndexStore, NewFile, S3Options, StoreOptions, UserId};
use tilsit_simple_api::Sha256Digest;
use tilsit_simple_api::upload::FileType;
use tilsit_testing::{PostgresServer, S3Server};

/// Makes two tests of each named `async fn(TestStore)`: one on SQLite, one on PostgreSQL.
macro_rules! on_both_databases {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test] fn $name() { crate::support::on_sqlite(super::$name); })+
        }
        mod postgres {
            $(#[test] fn $name() { crate::support::on_postgres(super::$name); })+
        }
    };
}
pub(crate) use on_both_databases;

/// Makes the tests of [`on_both_databases`], and a third with the files in a store of objects.
macro_rules! with_every_file_store {
    ($($name:ident),+ $(,)?) => {
        $crate::support::on_both_databases!($($name),+);
        mod objects {
            $(#[test] fn $name() { crate::support::on_objects(super::$name); })+
        }
    };
}
pub(crate) use with_every_file_store;

/// An open store, its options to open it again, and its folder.
pub(crate) struct TestStore {
    pub(crate) store: IndexStore,
    pub(crate) options: StoreOptions,
    /// The store of objects, where files are there.
    pub(crate) objects: Option<S3Server>,
    _folder: tempfile::TempDir,
}

pub(crate) fn on_sqlite<F: Future<Output = ()>>(test: impl FnOnce(TestStore) -> F) {
    run(None, None, test);
}

pub(crate) fn on_objects<F: Future<Output = ()>>(test: impl FnOnce(TestStore) -> F) {
    run(None, Some(S3Server::start()), test);
}

pub(crate) fn on_postgres<F: Future<Output = ()>>(test: impl FnOnce(TestStore) -> F) {
    let Some(server) = tilsit_testing::require("PostgreSQL", PostgresServer::shared()) else {
        return;
    };
    run(Some(server.fresh_database()), None, test);
}

/// What asks a store of objects, in the folder `an/index` of its bucket.
pub(crate) fn s3_options(server: &S3Server) -> S3Options {
    let location = format!("s3://{}/an/index", S3Server::BUCKET);
    S3Options {
        location: location.parse().expect("a place"),
        endpoint: Some(format!("http://{}", server.address())),
        region: "us-east-1".to_owned(),
        access_key_id: S3Server::ACCESS_KEY_ID.to_owned(),
        secret_access_key: S3Server::SECRET_ACCESS_KEY.to_owned(),
        session_token: None,
        certificates: None,
        pause_max: S3Options::PAUSE_MAX,
    }
}

fn run<F: Future<Output = ()>>(
    database_url: Option<String>,
    objects: Option<S3Server>,
    test: impl FnOnce(TestStore) -> F,
) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let folder = tempfile::tempdir().expect("a folder");
        let options = StoreOptions {
            data: folder.path().join("data with a space & ü%20"),
            database_url,
            blobs: objects.as_ref().map(s3_options),
        };
        let store = IndexStore::open(&options, at(0)).await.expect("opened");
        test(TestStore {
            store,
            options,
            objects,
            _folder: folder,
        })
        .await;
    });
}

impl TestStore {
    /// The file on disk that holds a kept file's bytes, wherever it is kept.
    pub(crate) fn kept(&self, sha256: &Sha256Digest, name: &str) -> PathBuf {
        match (&self.objects, self.store.blobs().path(sha256, name)) {
            (Some(server), None) => {
                let digits = sha256.to_string();
                let (first, second) = (&digits[..2], &digits[2..4]);
                server.object(&format!("an/index/{first}/{second}/{digits}/{name}"))
            }
            (None, Some(path)) => path,
            both => panic!("in one of two places: {both:?}"),
        }
    }
}

impl TestStore {
    /// How the place of a file is shown that lies where files are kept.
    pub(crate) fn shown(&self, file: &Path) -> String {
        let Some(server) = &self.objects else {
            return file.display().to_string();
        };
        let below = file.strip_prefix(server.object("an")).unwrap();
        format!("s3://{}/an/{}", S3Server::BUCKET, below.display())
    }
}

/// A moment, some seconds after an arbitrary beginning.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).expect("a time")
}

pub(crate) async fn user(store: &IndexStore, name: &str) -> UserId {
    let name = name.parse().expect("a name");
    store
        .create_user(&name, "password", at(0))
        .await
        .expect("made")
}

/// A file of project `a`, told apart by its content.
pub(crate) fn file(uploader: UserId, version: &str, file_name: &str, content: &str) -> NewFile {
    let wheel = file_name.contains(".whl");
    let digest = |text: &str| Sha256Digest(Sha256::digest(text.as_bytes()).into());
    NewFile {
        project: "a".parse().expect("a name"),
        display_name: "A".to_owned(),
        version: version.parse().expect("a version"),
        file_name: file_name.to_owned(),
        kind: if wheel {
            FileType::Wheel
        } else {
            FileType::Sdist
        },
        size_bytes: content.len() as u64,
        sha256: digest(content),
        blake2b_256: "0".repeat(64),
        core_metadata: format!("Metadata-Version: 2.4\nName: A\nVersion: {version}\n"),
        metadata_sha256: wheel.then(|| digest("metadata")),
        requires_python: wheel.then(|| ">=3.9".to_owned()),
        summary: Some(format!("About {version}")),
        uploader,
        uploaded: None,
    }
}
