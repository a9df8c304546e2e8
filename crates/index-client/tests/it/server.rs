//! A tiny HTTP server that answers as a test tells it to, faults included.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use tilsit_index_client::{ClientOptions, DownloadEvent, IndexClient, IndexUrl};
use url::Url;

/// A request as the server saw it.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// What the server does with a connection after a request.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Sends only so many bytes of the body, then closes the connection.
    pub(crate) cut_after: Option<usize>,
    /// Waits so long before the body.
    pub(crate) wait: Duration,
    /// Repeats the body without end.
    pub(crate) endless: bool,
    /// Waits so long before each repetition.
    pub(crate) pause: Duration,
}

impl Reply {
    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.into(),
            cut_after: None,
            wait: Duration::ZERO,
            endless: false,
            pause: Duration::ZERO,
        }
    }

    pub(crate) fn html(body: &str) -> Self {
        Self::new(200, body).header("Content-Type", "text/html")
    }

    pub(crate) fn json(body: &str) -> Self {
        Self::new(200, body).header("Content-Type", "application/vnd.pypi.simple.v1+json")
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn redirect(to: &str) -> Self {
        Self::new(302, "").header("Location", to)
    }
}

/// Answers a range request on `file` as a good server does.
pub(crate) fn ranged(request: &Request, file: &[u8]) -> Reply {
    let Some(range) = request.header("Range") else {
        return Reply::new(200, file);
    };
    let range = range.strip_prefix("bytes=").unwrap();
    let (start, end) = match range.split_once('-').unwrap() {
        ("", last) => (file.len().saturating_sub(last.parse().unwrap()), file.len()),
        (start, "") => (start.parse().unwrap(), file.len()),
        (start, end) => (start.parse().unwrap(), end.parse::<usize>().unwrap() + 1),
    };
    if start >= file.len() {
        return Reply::new(416, "");
    }
    let described = format!("bytes {start}-{}/{}", end - 1, file.len());
    Reply::new(206, &file[start..end]).header("Content-Range", &described)
}

type Script = dyn Fn(&Request) -> Reply + Send + Sync;

pub(crate) struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    pub(crate) fn start(script: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests: Arc<Mutex<Vec<Request>>> = Arc::default();
        let seen = Arc::clone(&requests);
        let script: Arc<Script> = Arc::new(script);
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let (seen, script) = (Arc::clone(&seen), Arc::clone(&script));
                // A client that goes away in the middle is part of what is tested.
                std::thread::spawn(move || serve(&connection, &seen, &*script).unwrap_or(()));
            }
        });
        Self { address, requests }
    }

    pub(crate) fn url(&self, path: &str) -> Url {
        format!("http://{}{path}", self.address).parse().unwrap()
    }

    pub(crate) fn index(&self) -> IndexUrl {
        IndexUrl::new(self.url("/simple/")).unwrap()
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

fn serve(
    connection: &TcpStream,
    seen: &Mutex<Vec<Request>>,
    script: &Script,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(connection);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut parts = line.split(' ');
    let method = parts.next().unwrap_or_default().to_owned();
    let path = parts.next().unwrap_or_default().to_owned();
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        match line.trim_end().split_once(": ") {
            Some((name, value)) => headers.push((name.to_owned(), value.to_owned())),
            None => break,
        }
    }
    let mut request = Request {
        method,
        path,
        headers,
        body: Vec::new(),
    };
    if let Some(length) = request.header("Content-Length") {
        request.body = vec![0; length.parse().unwrap()];
        reader.read_exact(&mut request.body)?;
    }
    seen.lock().unwrap().push(request.clone());
    reply(connection, &script(&request))
}

fn reply(mut connection: &TcpStream, reply: &Reply) -> std::io::Result<()> {
    let mut head = format!("HTTP/1.1 {} Reason\r\nConnection: close\r\n", reply.status);
    for (name, value) in &reply.headers {
        write!(head, "{name}: {value}\r\n").unwrap();
    }
    if !reply.endless
        && !reply
            .headers
            .iter()
            .any(|(name, _)| name == "Content-Length")
    {
        write!(head, "Content-Length: {}\r\n", reply.body.len()).unwrap();
    }
    head.push_str("\r\n");
    connection.write_all(head.as_bytes())?;
    std::thread::sleep(reply.wait);
    connection.write_all(&reply.body[..reply.cut_after.unwrap_or(reply.body.len())])?;
    if !reply.endless {
        return Ok(());
    }
    loop {
        std::thread::sleep(reply.pause);
        connection.write_all(&reply.body)?;
    }
}

/// A clock that a test moves.
#[derive(Clone)]
pub(crate) struct TestClock(Arc<AtomicI64>);

impl TestClock {
    pub(crate) fn new() -> Self {
        Self(Arc::new(AtomicI64::new(1_800_000_000)))
    }

    pub(crate) fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }

    pub(crate) fn options(&self) -> ClientOptions {
        let seconds = Arc::clone(&self.0);
        let clock = move || Timestamp::from_second(seconds.load(Ordering::SeqCst)).unwrap();
        let mut options = ClientOptions::new(Arc::new(clock), "tilsit-test/1.0");
        options.timeouts.first_retry = Duration::from_millis(2);
        options.timeouts.longest_retry = Duration::from_millis(50);
        options.timeouts.read = Duration::from_millis(500);
        options
    }
}

/// A client without a cache.
pub(crate) fn client() -> IndexClient {
    IndexClient::new(TestClock::new().options())
}

pub(crate) fn go_on(_: DownloadEvent) -> ControlFlow<()> {
    ControlFlow::Continue(())
}
