//! A plain HTTP/1.1 client: one request a connection, so that each byte of head and body is seen;
//! and the form of an upload. It follows no redirects and knows no TLS.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::TestDistribution;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use sha2::Sha256;

/// An answer as it came.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The reason phrase of the status line.
    pub reason: String,
    /// The header fields, their names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, whole.
    pub body: Vec<u8>,
}

impl Answer {
    /// The first header field of this name, in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let (_, value) = self.headers.iter().find(|(known, _)| known == name)?;
        Some(value)
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("the body is JSON")
    }
}

/// Sends one request and reads the answer to its end.
///
/// # Panics
/// When the server does not answer.
pub fn request(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Answer {
    let answer = try_request(address, method, path, headers, body);
    answer.unwrap_or_else(|| panic!("no answer to {method} {path}"))
}

/// As [`request`], of a server that may be dead or die.
pub fn try_request(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Option<Answer> {
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    for (name, value) in headers {
        head.push_str(name);
        head.push_str(": ");
        head.push_str(value);
        head.push_str("\r\n");
    }
    if !body.is_empty() {
        head.push_str("Content-Length: ");
        head.push_str(&body.len().to_string());
        head.push_str("\r\n");
    }
    head.push_str("\r\n");
    let mut stream = TcpStream::connect(address).ok()?;
    let timeout = Some(Duration::from_mins(1));
    stream.set_read_timeout(timeout).ok()?;
    stream.write_all(head.as_bytes()).ok()?;
    // A server may refuse and close before it has read everything.
    let _ = stream.write_all(body);
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    parse(&bytes)
}

fn parse(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let mut status_line = lines.next()?.splitn(3, ' ');
    status_line.next()?;
    let status = status_line.next()?.parse().ok()?;
    let reason = status_line.next().unwrap_or_default().to_owned();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let mut body = bytes[end + 4..].to_vec();
    let chunked = headers.iter().any(|(name, _)| name == "transfer-encoding");
    if chunked {
        body = unchunk(&body)?;
    }
    Some(Answer {
        status,
        reason,
        headers,
        body,
    })
}

fn unchunk(mut bytes: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = bytes.windows(2).position(|window| window == b"\r\n")?;
        let size = usize::from_str_radix(str::from_utf8(&bytes[..end]).ok()?, 16).ok()?;
        bytes = &bytes[end + 2..];
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(bytes.get(..size)?);
        bytes = bytes.get(size + 2..)?;
    }
}

/// An upload form as twine sends it; the fields can be changed before it is sent.
#[derive(Debug, Clone)]
pub struct Form {
    /// The text fields, in the order in which they are sent.
    pub fields: Vec<(String, String)>,
    /// The name of the file.
    pub file_name: String,
    /// The bytes of the file.
    pub content: Vec<u8>,
}

impl Form {
    /// The form for the wheel of a distribution.
    pub fn wheel(distribution: &TestDistribution) -> Self {
        let mut form = Self::of(
            distribution,
            distribution.wheel_name(),
            distribution.wheel(),
        );
        form.set("filetype", "bdist_wheel").set("pyversion", "py3");
        form
    }

    /// The form for its source distribution.
    pub fn sdist(distribution: &TestDistribution) -> Self {
        let mut form = Self::of(
            distribution,
            distribution.sdist_name(),
            distribution.sdist(),
        );
        form.set("filetype", "sdist").set("pyversion", "source");
        form
    }

    fn of(distribution: &TestDistribution, file_name: String, content: Vec<u8>) -> Self {
        let mut form = Self {
            fields: Vec::new(),
            file_name,
            content,
        };
        form.set(":action", "file_upload")
            .set("protocol_version", "1")
            .set("metadata_version", "2.4")
            .set("name", &distribution.name)
            .set("version", &distribution.version);
        form.digest();
        form
    }

    /// Sets a field to one value.
    pub fn set(&mut self, name: &str, value: &str) -> &mut Self {
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Removes a field.
    pub fn remove(&mut self, name: &str) -> &mut Self {
        self.fields.retain(|(known, _)| known != name);
        self
    }

    /// Replaces the file, with the right digests.
    pub fn replace(&mut self, content: Vec<u8>) -> &mut Self {
        self.content = content;
        self.digest()
    }

    fn digest(&mut self) -> &mut Self {
        let hexadecimal = |digest: &[u8]| {
            digest
                .iter()
                .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
        };
        let sha256 = hexadecimal(&Sha256::digest(&self.content));
        let md5 = hexadecimal(&Md5::digest(&self.content));
        self.set("sha256_digest", &sha256).set("md5_digest", &md5)
    }

    /// The multipart body.
    pub fn body(&self) -> Vec<u8> {
        let mut body = Vec::new();
        for (name, value) in &self.fields {
            body.extend_from_slice(
                format!(
                    "--limit\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
                )
                .as_bytes(),
            );
        }
        body.extend_from_slice(
            format!(
                "--limit\r\nContent-Disposition: form-data; name=\"content\"; filename=\"{}\"\r\n\
                 Content-Type: application/octet-stream\r\n\r\n",
                self.file_name
            )
            .as_bytes(),
        );
        body.extend_from_slice(&self.content);
        body.extend_from_slice(b"\r\n--limit--\r\n");
        body
    }

    /// Sends the form with these credentials.
    ///
    /// # Panics
    /// When the server does not answer.
    pub fn send(&self, address: SocketAddr, user: &str, password: &str) -> Answer {
        let answer = self.try_send(address, user, password);
        answer.expect("the server answers an upload")
    }

    /// As [`Form::send`], to a server that may be dead or die.
    pub fn try_send(&self, address: SocketAddr, user: &str, password: &str) -> Option<Answer> {
        let authorization = basic(user, password);
        let headers = [
            ("Content-Type", FORM),
            ("Authorization", authorization.as_str()),
        ];
        try_request(address, "POST", "/legacy/", &headers, &self.body())
    }
}

/// The content type of [`Form::body`].
pub const FORM: &str = "multipart/form-data; boundary=limit";

/// An `Authorization` header.
pub fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}
