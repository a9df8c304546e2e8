//! An index server on a free port of the loopback, with a user and a token.

use std::path::Path;

use jiff::Timestamp;
use tilsit_index_server::{RunningServer, ServeOptions};
use tilsit_index_store::{BlockingStore, StoreOptions};

/// A server, its address and a token for uploads.
pub(crate) struct Index {
    pub(crate) address: String,
    #[allow(
        dead_code,
        reason = "not every harness that includes this file uploads"
    )]
    pub(crate) token: String,
    _server: RunningServer,
}

#[expect(
    clippy::disallowed_methods,
    reason = "the server under test tells the real time"
)]
fn now() -> Timestamp {
    Timestamp::now()
}

impl Index {
    /// Starts a server over an empty index in `data`.
    pub(crate) fn start(data: &Path) -> Self {
        let store = BlockingStore::open(&StoreOptions::in_folder(data), now()).expect("an index");
        let user = "anna".parse().expect("a name");
        store.create_user(&user, "secret", now()).expect("a user");
        let token = store.create_token(&user, Vec::new(), "tests", now());
        let token = token.expect("a token").to_string();
        drop(store);
        let listen = "127.0.0.1:0".parse().expect("an address");
        let options = ServeOptions::new(data, listen, now);
        let server = RunningServer::start(options, |_| {}).expect("a server");
        Self {
            address: format!("http://{}", server.address()),
            token,
            _server: server,
        }
    }
}
