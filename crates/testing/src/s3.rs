//! A server for the S3 protocol of a test's own, over a temporary folder; and a proxy before it, or
//! before anything, that loses connections when it is told to.

use std::fmt;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU8, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use tokio::sync::oneshot;

#[cfg(test)]
mod tests;

/// A running server with one bucket; it ends when dropped.
pub struct S3Server {
    address: SocketAddr,
    folder: tempfile::TempDir,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl fmt::Debug for S3Server {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("S3Server")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl S3Server {
    /// The bucket that is there from the beginning.
    pub const BUCKET: &'static str = "test-files";
    /// The name of the key that it takes.
    pub const ACCESS_KEY_ID: &'static str = "tests";
    /// The key.
    pub const SECRET_ACCESS_KEY: &'static str = "the key of the tests";

    /// Starts a server on a free port of the loopback interface.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder for objects");
        std::fs::create_dir(folder.path().join(Self::BUCKET)).expect("a bucket");
        let files = FileSystem::new(folder.path()).expect("a folder for objects");
        let mut builder = S3ServiceBuilder::new(files);
        let auth = SimpleAuth::from_single(Self::ACCESS_KEY_ID, Self::SECRET_ACCESS_KEY);
        builder.set_auth(auth);
        let service = builder.build();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        listener.set_nonblocking(true).expect("set");
        let (stop, mut stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
                loop {
                    let accepted = tokio::select! {
                        accepted = listener.accept() => accepted,
                        _ = &mut stopped => return,
                    };
                    let Ok((connection, _)) = accepted else {
                        continue;
                    };
                    let served = http1::Builder::new()
                        .serve_connection(TokioIo::new(connection), service.clone());
                    tokio::spawn(async move {
                        // A client that goes away is no failure of the server.
                        let _ = served.await;
                    });
                }
            });
        });
        Self {
            address,
            folder,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The file that holds an object's bytes.
    pub fn object(&self, key: &str) -> PathBuf {
        self.folder.path().join(Self::BUCKET).join(key)
    }
}

impl Drop for S3Server {
    fn drop(&mut self) {
        // It listens until it ends, so that both can only fail when it has ended.
        let _ = self.stop.take().map(|stop| stop.send(()));
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// How a [`LossyProxy`] treats bytes once its budget is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// Every connection is closed, and each new one at once: the server is gone.
    Cut,
    /// Connections stay open and nothing comes through: the server hangs.
    Stall,
}

/// A proxy for TCP that lets so many bytes to the server, and so many back, and loses the rest in both
/// directions as soon as one of the two is used up.
#[derive(Debug, Clone)]
pub struct LossyProxy {
    address: SocketAddr,
    state: Arc<ProxyState>,
}

#[derive(Debug)]
struct ProxyState {
    /// How many bytes may still go: to the server, and back.
    left: [AtomicI64; 2],
    /// How many bytes went to the server, and back.
    carried: [AtomicU64; 2],
    loss: AtomicU8,
}

/// How long a look at a silent connection takes.
const GLANCE: Duration = Duration::from_millis(20);
const TO_SERVER: usize = 0;
const BACK: usize = 1;

impl LossyProxy {
    /// Starts a proxy on a free port of the loopback interface that loses nothing. Its threads end
    /// with the process.
    ///
    /// # Panics
    /// When no port is free.
    pub fn before(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let proxy = Self {
            address: listener.local_addr().expect("an address"),
            state: Arc::new(ProxyState {
                left: [AtomicI64::new(i64::MAX), AtomicI64::new(i64::MAX)],
                carried: [AtomicU64::new(0), AtomicU64::new(0)],
                loss: AtomicU8::new(0),
            }),
        };
        let state = Arc::clone(&proxy.state);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if state.is_cut() {
                    continue;
                }
                let Ok(server) = TcpStream::connect(server) else {
                    continue;
                };
                for (direction, from, to) in
                    [(TO_SERVER, &client, &server), (BACK, &server, &client)]
                {
                    let pair = from
                        .try_clone()
                        .and_then(|from| Ok((from, to.try_clone()?)));
                    let (from, to) = pair.expect("a second handle");
                    let state = Arc::clone(&state);
                    std::thread::spawn(move || state.carry(direction, &from, &to));
                }
            }
        });
        proxy
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on, so many bytes go to the server and so many come back, until one of the two is used
    /// up.
    pub fn lose_after(&self, (to_server, back): (u64, u64), loss: Loss) {
        let number = |bytes| i64::try_from(bytes).unwrap_or(i64::MAX);
        self.state
            .loss
            .store(u8::from(loss == Loss::Stall), Ordering::SeqCst);
        self.state.left[TO_SERVER].store(number(to_server), Ordering::SeqCst);
        self.state.left[BACK].store(number(back), Ordering::SeqCst);
    }

    /// Loses nothing any more.
    pub fn heal(&self) {
        self.lose_after((u64::MAX, u64::MAX), Loss::Cut);
    }

    /// How many bytes came back since [`LossyProxy::carried`] was asked.
    pub fn carried_back(&self) -> u64 {
        self.state.carried[BACK].load(Ordering::SeqCst)
    }

    /// How many bytes went to the server and came back since the last time this was asked.
    pub fn carried(&self) -> (u64, u64) {
        let [to_server, back] = &self.state.carried;
        (
            to_server.swap(0, Ordering::SeqCst),
            back.swap(0, Ordering::SeqCst),
        )
    }
}

impl ProxyState {
    fn is_lost(&self) -> bool {
        self.left
            .iter()
            .any(|left| left.load(Ordering::SeqCst) <= 0)
    }

    fn is_cut(&self) -> bool {
        self.is_lost() && self.loss.load(Ordering::SeqCst) == 0
    }

    /// Carries one direction of a connection until one of the two ends it, or bytes get lost.
    fn carry(&self, direction: usize, mut from: &TcpStream, mut to: &TcpStream) {
        let _ = from.set_read_timeout(Some(GLANCE));
        let mut chunk = [0; 4096];
        while !self.is_cut() {
            let read = match from.read(&mut chunk) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if is_pause(&error) => continue,
                Err(_) => break,
            };
            let wanted = i64::try_from(read).unwrap_or(i64::MAX);
            let before = if self.is_lost() {
                0
            } else {
                self.left[direction].fetch_sub(wanted, Ordering::SeqCst)
            };
            let passed = usize::try_from(before.clamp(0, wanted)).unwrap_or(0);
            self.carried[direction].fetch_add(passed as u64, Ordering::SeqCst);
            if to.write_all(&chunk[..passed]).is_err() {
                break;
            }
            if passed < read {
                // A connection that lost bytes is of no use, also when the proxy heals.
                while self.is_lost() && !self.is_cut() {
                    std::thread::sleep(GLANCE);
                }
                break;
            }
        }
        for connection in [from, to] {
            // It may be closed already.
            let _ = connection.shutdown(Shutdown::Both);
        }
    }
}

fn is_pause(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{TimedOut, WouldBlock};
    matches!(error.kind(), TimedOut | WouldBlock)
}
