//! A running index of its own for each test, on either database, its files in a folder or in an S3
//! store, with a user and a token.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use tilsit_index_server::{Limits, RunningServer, ServeOptions, ServerEvent};
use tilsit_index_store::{BlockingStore, Finding, S3Options, StoreOptions};
use tilsit_testing::{LossyProxy, PostgresServer, S3Server};

use crate::http::{Answer, Form, request};

/// Makes two tests of each named `fn(&mut TestIndex)`: one on SQLite, one on PostgreSQL.
macro_rules! on_both_databases {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test] fn $name() { super::$name(&mut crate::support::TestIndex::on_sqlite()); })+
        }
        mod postgres {
            $(#[test] fn $name() {
                if let Some(mut index) = crate::support::TestIndex::on_postgres() {
                    super::$name(&mut index);
                }
            })+
        }
    };
}
pub(crate) use on_both_databases;

/// Makes the tests of [`on_both_databases`], and a third with the files in a store of objects.
macro_rules! with_every_file_store {
    ($($name:ident),+ $(,)?) => {
        $crate::support::on_both_databases!($($name),+);
        mod objects {
            $(#[test] fn $name() { super::$name(&mut crate::support::TestIndex::on_objects()); })+
        }
    };
}
pub(crate) use with_every_file_store;

/// Where in the bucket files are kept.
const PREFIX: &str = "an/index";

/// What asks a store of objects at an address.
pub(crate) fn s3_options(address: SocketAddr) -> S3Options {
    let location = format!("s3://{}/{PREFIX}", S3Server::BUCKET);
    S3Options {
        location: location.parse().unwrap(),
        endpoint: Some(format!("http://{address}")),
        region: "us-east-1".to_owned(),
        access_key_id: S3Server::ACCESS_KEY_ID.to_owned(),
        secret_access_key: S3Server::SECRET_ACCESS_KEY.to_owned(),
        session_token: None,
        certificates: None,
        pause_max: S3Options::PAUSE_MAX,
    }
}

/// A running index.
pub(crate) struct TestIndex {
    pub(crate) server: Option<RunningServer>,
    pub(crate) address: SocketAddr,
    pub(crate) options: StoreOptions,
    /// A token of the user `alice`, whose password is `alice's password`.
    pub(crate) token: String,
    pub(crate) events: Arc<Mutex<Vec<ServerEvent>>>,
    pub(crate) folder: tempfile::TempDir,
    /// The store of objects, where files are there, and the proxy before it.
    pub(crate) objects: Option<(S3Server, LossyProxy)>,
}

/// The time in the tests' index.
pub(crate) fn clock() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

impl TestIndex {
    pub(crate) fn on_sqlite() -> Self {
        Self::start(None, None)
    }

    /// On SQLite, with the files in a store of objects behind a proxy.
    pub(crate) fn on_objects() -> Self {
        let server = S3Server::start();
        let proxy = LossyProxy::before(server.address());
        Self::start(None, Some((server, proxy)))
    }

    pub(crate) fn on_postgres() -> Option<Self> {
        let server = tilsit_testing::require("PostgreSQL", PostgresServer::shared())?;
        Some(Self::start(Some(server.fresh_database()), None))
    }

    /// On PostgreSQL, with the files in a store of objects.
    pub(crate) fn on_postgres_and_objects() -> Option<Self> {
        let postgres = tilsit_testing::require("PostgreSQL", PostgresServer::shared())?;
        let server = S3Server::start();
        let proxy = LossyProxy::before(server.address());
        let database_url = postgres.fresh_database();
        Some(Self::start(Some(database_url), Some((server, proxy))))
    }

    fn start(database_url: Option<String>, objects: Option<(S3Server, LossyProxy)>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = StoreOptions {
            data: folder.path().join("data"),
            database_url,
            blobs: objects
                .as_ref()
                .map(|(_, proxy)| s3_options(proxy.address())),
        };
        let store = BlockingStore::open(&options, clock()).unwrap();
        let alice = "alice".parse().unwrap();
        store
            .create_user(&alice, "alice's password", clock())
            .unwrap();
        let token = store
            .create_token(&alice, Vec::new(), "tests", clock())
            .unwrap();
        drop(store);
        let mut index = Self {
            server: None,
            address: "127.0.0.1:0".parse().unwrap(),
            options,
            token: token.to_string(),
            events: Arc::default(),
            folder,
            objects,
        };
        index.serve();
        index
    }

    /// Starts the server, on a free port.
    pub(crate) fn serve(&mut self) {
        self.serve_with(|_| {});
    }

    /// Starts the server, or starts it again, with options that are changed.
    pub(crate) fn serve_with(&mut self, change: impl FnOnce(&mut ServeOptions)) {
        drop(self.server.take());
        let mut options =
            ServeOptions::new(&self.options.data, "127.0.0.1:0".parse().unwrap(), clock);
        options.database_url.clone_from(&self.options.database_url);
        options.blobs.clone_from(&self.options.blobs);
        options.limits = Limits {
            file_size_max_bytes: 4 * 1024 * 1024,
            ..Limits::default()
        };
        change(&mut options);
        let events = self.events.clone();
        let server = RunningServer::start(options, move |event: &ServerEvent| {
            events.lock().unwrap().push(event.clone());
        })
        .unwrap();
        self.address = server.address();
        self.server = Some(server);
    }

    /// Another user, with a token: for these projects, or for all.
    pub(crate) fn another_token(&self, user: &str, projects: &[&str]) -> String {
        let store = BlockingStore::open(&self.options, clock()).unwrap();
        let name = user.parse().unwrap();
        // The user may be there already.
        let _ = store.create_user(&name, "password", clock());
        let projects = projects.iter().map(|name| name.parse().unwrap()).collect();
        store
            .create_token(&name, projects, "tests", clock())
            .unwrap()
            .to_string()
    }

    /// The file on disk that holds what a path of a URL below `/files/` is about, wherever files are
    /// kept.
    pub(crate) fn kept(&self, path: &str) -> PathBuf {
        let relative = path.trim_start_matches('/');
        match &self.objects {
            None => self.options.data.join(relative),
            Some((server, _)) => server.object(&relative.replacen("files", PREFIX, 1)),
        }
    }

    /// What a full audit finds.
    pub(crate) fn audit(&self) -> Vec<Finding> {
        let store = BlockingStore::open(&self.options, clock()).unwrap();
        let audit = store.wait(store.store().audit(&mut |_| ControlFlow::Continue(())));
        audit.unwrap().findings
    }

    pub(crate) fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        request(self.address, "GET", path, headers, b"")
    }

    pub(crate) fn json(&self, path: &str) -> Answer {
        self.get(path, &[("Accept", "application/vnd.pypi.simple.v1+json")])
    }

    /// Uploads a form with Alice's token.
    pub(crate) fn upload(&self, form: &Form) -> Answer {
        form.send(self.address, "__token__", &self.token)
    }

    /// The names of the files on a project's page.
    pub(crate) fn files(&self, project: &str) -> Vec<String> {
        let page = self.json(&format!("/simple/{project}/"));
        if page.status == 404 {
            return Vec::new();
        }
        let page = page.json();
        let files = page["files"].as_array().unwrap();
        files
            .iter()
            .map(|file| file["filename"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The SHA-256 digests of the files on a project's page, by their names.
    pub(crate) fn digests(&self, project: &str) -> BTreeMap<String, String> {
        let page = self.json(&format!("/simple/{project}/")).json();
        let files = page["files"].as_array().unwrap();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        files
            .iter()
            .map(|file| (text(&file["filename"]), text(&file["hashes"]["sha256"])))
            .collect()
    }

    /// The path of a file's URL on the page of its project.
    pub(crate) fn file_path(&self, project: &str, file_name: &str) -> String {
        let page = self.json(&format!("/simple/{project}/")).json();
        let files = page["files"].as_array().unwrap();
        let file = files
            .iter()
            .find(|file| file["filename"] == file_name)
            .unwrap();
        file["url"].as_str().unwrap().replacen("../..", "", 1)
    }
}

impl Drop for TestIndex {
    #[expect(
        clippy::print_stdout,
        reason = "the log helps to see why a test failed"
    )]
    fn drop(&mut self) {
        if std::thread::panicking() {
            for event in self.events.lock().unwrap().iter() {
                println!("{event}");
            }
        }
    }
}
