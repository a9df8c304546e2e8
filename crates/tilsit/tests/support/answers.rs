//! A server that answers as it is told: what an index says when it does not want a file, and what it
//! does when it breaks down.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What is asked.
pub(crate) struct Asked {
    /// `POST /legacy/`
    pub(crate) line: String,
    /// The header `Authorization`.
    pub(crate) authorization: String,
    pub(crate) body: Vec<u8>,
}

/// What is answered.
pub(crate) enum Answer {
    Status(u16, String),
    /// The connection is closed without a word.
    Nothing,
}

/// The server; it ends with the test's process.
pub(crate) struct Answers {
    pub(crate) address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Answers {
    /// Starts a server whose answers depend on the request and on how many came before.
    pub(crate) fn start(answer: impl Fn(&Asked, usize) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let all = Arc::clone(&asked);
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                // A client that goes away is none of ours.
                let Some((mut connection, request)) = read(connection) else {
                    continue;
                };
                let mut all = all.lock().expect("no test panics here");
                let posts = all.iter().filter(|asked| asked.line.starts_with("POST"));
                let before = posts.count();
                if let Answer::Status(status, body) = answer(&request, before) {
                    let length = body.len();
                    let _ = write!(
                        connection,
                        "HTTP/1.1 {status} Words\r\nContent-Type: {}\r\n\
                         Content-Length: {length}\r\nConnection: close\r\n\r\n{body}",
                        if body.starts_with('{') {
                            "application/vnd.pypi.simple.v1+json"
                        } else {
                            "text/plain"
                        }
                    );
                }
                all.push(request);
            }
        });
        Self { address, asked }
    }

    /// The requests so far, as a method and a path.
    pub(crate) fn lines(&self) -> Vec<String> {
        let asked = self.asked.lock().expect("no test panics here");
        asked.iter().map(|asked| asked.line.clone()).collect()
    }

    /// How often a file was sent.
    pub(crate) fn posts(&self) -> usize {
        let lines = self.lines();
        lines.iter().filter(|line| line.starts_with("POST")).count()
    }

    /// The credentials of the last request, as sent.
    pub(crate) fn authorization(&self) -> String {
        let asked = self.asked.lock().expect("no test panics here");
        asked
            .last()
            .map_or_else(String::new, |asked| asked.authorization.clone())
    }
}

fn read(mut connection: TcpStream) -> Option<(TcpStream, Asked)> {
    let mut bytes = Vec::new();
    let mut piece = vec![0; 1 << 16];
    let end = loop {
        let count = connection
            .read(&mut piece)
            .ok()
            .filter(|count| *count > 0)?;
        bytes.extend_from_slice(&piece[..count]);
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let header = |name: &str| {
        let lines = head.lines().filter_map(|line| line.split_once(": "));
        let mut found = lines.filter(|(key, _)| key.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value.to_owned())
    };
    let length: usize = header("content-length").map_or(0, |text| text.parse().expect("a number"));
    let mut body = bytes.split_off(end + 4);
    while body.len() < length {
        let count = connection
            .read(&mut piece)
            .ok()
            .filter(|count| *count > 0)?;
        body.extend_from_slice(&piece[..count]);
    }
    let line = head
        .lines()
        .next()?
        .trim_end_matches(" HTTP/1.1")
        .to_owned();
    let authorization = header("authorization").unwrap_or_default();
    Some((
        connection,
        Asked {
            line,
            authorization,
            body,
        },
    ))
}
