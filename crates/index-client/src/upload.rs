//! Uploading a file by the legacy API: the form and the file as one multipart body (RFC 7578), sent
//! as it is read.

use std::io;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt as _};
use reqwest::header::{
    ACCEPT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION,
};
use reqwest::{Body, Method};
use sha2::{Digest, Sha256};
use tilsit_files::FileError;
use tilsit_simple_api::upload::UploadForm;
use tokio::io::AsyncReadExt as _;
use tokio::sync::mpsc::UnboundedSender;
use url::Url;

use crate::client::{IndexClient, Parts};
use crate::credentials::Credential;
use crate::digest::hexadecimal;
use crate::error::HttpError;
use crate::index_url::take_credential;
use crate::redacted::RedactedUrl;

/// The piece in which a file is read and sent.
const CHUNK_BYTES: usize = 128 << 10;

/// Why a file was not uploaded.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum UploadError {
    /// The index refused the file, or cannot be reached.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The file cannot be read.
    #[error(transparent)]
    File(Arc<FileError>),
    /// The file's name cannot be sent.
    #[error("`{0}` has no name that can be uploaded")]
    FileName(String),
    /// The caller stopped it.
    #[error("the upload of `{0}` was stopped")]
    Stopped(String),
}

impl UploadError {
    /// Whether the index says that it has a file of this name already: a conflict (409), or the words
    /// that PyPI and its kin answer with (400).
    pub fn is_already_there(&self) -> bool {
        match self {
            Self::Http(HttpError::Status { status: 409, .. }) => true,
            Self::Http(
                HttpError::Status {
                    status: 400 | 403,
                    text: Some(text),
                    ..
                }
                | HttpError::Credentials {
                    text: Some(text), ..
                },
            ) => {
                let text = text.to_ascii_lowercase();
                ["already exist", "already been taken", "already uploaded"]
                    .iter()
                    .any(|words| text.contains(words))
            }
            _ => false,
        }
    }

    /// Whether credentials are missing or wrong.
    pub fn is_credentials(&self) -> bool {
        !self.is_already_there() && matches!(self, Self::Http(error) if error.is_credentials())
    }
}

impl From<FileError> for UploadError {
    fn from(error: FileError) -> Self {
        Self::File(Arc::new(error))
    }
}

/// What an index answers to an accepted file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uploaded {
    /// The HTTP status.
    pub status: u16,
    /// The start of the answer's text: warnings, where there are any.
    pub text: Option<String>,
}

/// What is uploaded, and to where.
#[derive(Debug, Clone, Copy)]
pub struct Upload<'a> {
    /// The URL of the upload API, such as `https://index.example/legacy/`.
    pub url: &'a Url,
    /// The form.
    pub form: &'a UploadForm,
    /// The file; its last part is the name that it gets on the index.
    pub path: &'a Path,
    /// Who uploads; else the client's credentials for the URL count.
    pub credential: Option<&'a Credential>,
}

impl IndexClient {
    /// Uploads a file. `on_event` is told how many bytes of the whole have been sent, and can stop it.
    ///
    /// # Errors
    /// When the index cannot be reached or refuses the file, or the file cannot be read.
    pub fn upload(
        &self,
        upload: Upload<'_>,
        on_event: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
    ) -> Result<Uploaded, UploadError> {
        let file_name = upload.path.file_name().and_then(|name| name.to_str());
        let file_name = file_name
            .filter(|name| tilsit_simple_api::file_url::is_file_name(name) && !name.contains('"'))
            .ok_or_else(|| UploadError::FileName(upload.path.display().to_string()))?;
        let mut url = upload.url.clone();
        let in_url = take_credential(&mut url);
        if let Some(credential) = upload.credential.cloned().or(in_url) {
            self.options().credentials.add(&url, credential);
        }
        let size = tilsit_files::metadata(upload.path)?.len();
        let (sender, mut events) = tokio::sync::mpsc::unbounded_channel();
        let request = Request {
            parts: self.parts(),
            url,
            frame: Frame::new(upload.form, file_name, size),
            path: upload.path.to_path_buf(),
            events: sender,
        };
        let task = self.spawn(request.run())?;
        while let Some((sent, all)) = events.blocking_recv() {
            if on_event(sent, all).is_break() {
                task.abort();
                break;
            }
        }
        let stopped = Err(UploadError::Stopped(file_name.to_owned()));
        self.wait(async { task.await.unwrap_or(stopped) })?
    }
}

/// What stands around the file in the body.
#[derive(Clone)]
struct Frame {
    boundary: String,
    before: Bytes,
    after: Bytes,
    file_bytes: u64,
}

impl Frame {
    fn new(form: &UploadForm, file_name: &str, file_bytes: u64) -> Self {
        let fields = form.fields();
        // A boundary that depends on all that is sent cannot have been put into it beforehand.
        let mut hasher = Sha256::new();
        for (name, value) in &fields {
            hasher.update(name);
            hasher.update([0]);
            hasher.update(value);
            hasher.update([0]);
        }
        let digest = hasher.finalize();
        let boundary = hexadecimal(&digest[..20]);
        let part = |name: &str, more: &str| {
            format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n")
        };
        let mut before = String::new();
        for (name, value) in fields {
            before += &part(name, "");
            before += "\r\n";
            before += value;
            before += "\r\n";
        }
        before += &part("content", &format!("; filename=\"{file_name}\""));
        before += "Content-Type: application/octet-stream\r\n\r\n";
        let after = format!("\r\n--{boundary}--\r\n");
        Self {
            boundary,
            before: before.into(),
            after: after.into(),
            file_bytes,
        }
    }

    fn length(&self) -> u64 {
        (self.before.len() + self.after.len()) as u64 + self.file_bytes
    }
}

struct Request {
    parts: Arc<Parts>,
    url: Url,
    frame: Frame,
    path: std::path::PathBuf,
    events: UnboundedSender<(u64, u64)>,
}

impl Request {
    /// Sends the file, again after a fault that may pass: an index takes the same file twice as one.
    async fn run(self) -> Result<Uploaded, UploadError> {
        let mut attempt = 0;
        loop {
            let file = tilsit_files::open(&self.path)?;
            match self.send(file).await {
                Ok(uploaded) => return Ok(uploaded),
                Err(error) => {
                    self.parts
                        .transport
                        .before_retry(&mut attempt, error, &self.url)
                        .await?;
                }
            }
        }
    }

    async fn send(&self, file: std::fs::File) -> Result<Uploaded, HttpError> {
        let kind = format!("multipart/form-data; boundary={}", self.frame.boundary);
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        headers.insert(CONTENT_LENGTH, HeaderValue::from(self.frame.length()));
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_str(&kind).expect("a boundary is hexadecimal"),
        );
        let body = Body::wrap_stream(body(self.frame.clone(), file, self.events.clone()));
        let answer = self
            .parts
            .transport
            .send(Method::POST, &self.url, headers, Some(body))
            .await?;
        let status = answer.response.status().as_u16();
        if (200..300).contains(&status) {
            return Ok(Uploaded {
                status,
                text: answer.short_text().await,
            });
        }
        // A redirected POST would turn into a GET, and the credentials are meant for this URL.
        let to = answer
            .response
            .headers()
            .get(LOCATION)
            .and_then(|value| value.to_str().ok());
        let to = to.and_then(|location| self.url.join(location).ok());
        let reason = to.map_or_else(String::new, |url| {
            format!("to `{}`", RedactedUrl::from(&url))
        });
        Err(HttpError::Redirect {
            url: RedactedUrl::from(&self.url),
            reason: format!("an upload {reason}"),
        })
    }
}

/// The body as it is sent: the form, the file in pieces, the end.
fn body(
    frame: Frame,
    file: std::fs::File,
    events: UnboundedSender<(u64, u64)>,
) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    let all = frame.length();
    let read = FileRead {
        file: tokio::fs::File::from_std(file),
        left: frame.file_bytes,
    };
    let pieces = stream::try_unfold(read, FileRead::next);
    let mut sent = 0;
    stream::iter([Ok(frame.before)])
        .chain(pieces)
        .chain(stream::iter([Ok(frame.after)]))
        .inspect(move |piece| {
            sent += piece.as_ref().map_or(0, Bytes::len) as u64;
            // Nobody listens any more once the caller has stopped.
            let _ = events.send((sent, all));
        })
}

/// A file that is read in pieces.
struct FileRead {
    file: tokio::fs::File,
    left: u64,
}

impl FileRead {
    async fn next(mut self) -> io::Result<Option<(Bytes, Self)>> {
        if self.left == 0 {
            return Ok(None);
        }
        let length = usize::try_from(self.left)
            .unwrap_or(usize::MAX)
            .min(CHUNK_BYTES);
        let mut piece = vec![0; length];
        self.file.read_exact(&mut piece).await?;
        self.left -= length as u64;
        Ok(Some((piece.into(), self)))
    }
}
