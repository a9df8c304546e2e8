//! Downloading files: hashed while they come, bounded, resumed after a break, and renamed into place
//! only when they are what was wanted.

use std::io::{Read as _, Seek as _, SeekFrom};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use reqwest::StatusCode;
use reqwest::header::{CONTENT_RANGE, ETAG, HeaderMap, IF_RANGE, RANGE};
use tilsit_files::{AtomicFile, Durability, FileError, Operation};
use tilsit_simple_api::Sha256Digest;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::client::{IndexClient, Parts};
use crate::digest::{HashMismatch, Hasher};
use crate::error::HttpError;
use crate::redacted::RedactedUrl;
use crate::remote_file::RemoteFile;
use crate::transport::{Answer, Ask};

/// So many bytes since the last break count as progress: the number of tries starts anew.
const PROGRESS_BYTES: u64 = 1 << 20;
/// Fewer bytes than these do not count as a sign of life.
const TRICKLE_BYTES: u64 = 16 << 10;
/// Progress is told in steps of so many bytes.
const EVENT_BYTES: u64 = 128 << 10;

/// Why a file was not downloaded.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum DownloadError {
    /// The file cannot be had.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The file is another one than the index names.
    #[error("`{file}` from `{url}` is not the file that the index names: {source}")]
    Hash {
        /// The file's name.
        file: Box<str>,
        /// Where it came from.
        url: RedactedUrl,
        /// Which hash differs.
        source: HashMismatch,
    },
    /// The file has another size than the index states.
    #[error(
        "`{file}` from `{url}` has {found_bytes} bytes or more, not {stated_bytes} as the index states"
    )]
    Size {
        /// The file's name.
        file: Box<str>,
        /// Where it came from.
        url: RedactedUrl,
        /// What the index states.
        stated_bytes: u64,
        /// What was seen.
        found_bytes: u64,
    },
    /// The file cannot be written, or a local one not read.
    #[error(transparent)]
    File(Arc<FileError>),
    /// The caller stopped it.
    #[error("the download of `{0}` was stopped")]
    Stopped(Box<str>),
}

impl From<FileError> for DownloadError {
    fn from(error: FileError) -> Self {
        Self::File(Arc::new(error))
    }
}

/// A file that is there now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Downloaded {
    /// Where it is.
    pub path: PathBuf,
    /// Its SHA-256, whether or not the index states it.
    pub sha256: Sha256Digest,
    /// Its size.
    pub size_bytes: u64,
}

/// What happens while files are downloaded; `file` counts from 0 in the order of the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DownloadEvent {
    /// The file begins to come; its size, if it is known.
    Started {
        /// Which file.
        file: usize,
        /// Its size.
        size_bytes: Option<u64>,
    },
    /// So many bytes are there now.
    Received {
        /// Which file.
        file: usize,
        /// How many of its bytes.
        bytes: u64,
    },
    /// The file is there.
    Finished {
        /// Which file.
        file: usize,
    },
}

impl IndexClient {
    /// Downloads one file to `path`, whose folder must exist.
    ///
    /// # Errors
    /// When the file cannot be had, is not the one that is named, or cannot be written. `path` is
    /// untouched then.
    pub fn download(
        &self,
        file: &RemoteFile,
        path: &Path,
        on_event: &mut dyn FnMut(DownloadEvent) -> ControlFlow<()>,
    ) -> Result<Downloaded, DownloadError> {
        let mut done = self.download_all(&[(file.clone(), path.to_path_buf())], on_event);
        done.pop().expect("one result for one file")
    }

    /// Downloads files at once, each to its path; gives the results in the order of the files.
    ///
    /// When `on_event` answers [`ControlFlow::Break`], what is not yet there is stopped.
    pub fn download_all(
        &self,
        wanted: &[(RemoteFile, PathBuf)],
        on_event: &mut dyn FnMut(DownloadEvent) -> ControlFlow<()>,
    ) -> Vec<Result<Downloaded, DownloadError>> {
        let (sender, mut events) = tokio::sync::mpsc::unbounded_channel();
        let mut tasks = Vec::with_capacity(wanted.len());
        for (number, (file, path)) in wanted.iter().enumerate() {
            let download = Download {
                parts: self.parts(),
                file: file.clone(),
                path: path.clone(),
                number,
                events: sender.clone(),
            };
            tasks.push(self.spawn(download.run()));
        }
        drop(sender);
        while let Some(event) = events.blocking_recv() {
            if on_event(event).is_break() {
                tasks.iter().flatten().for_each(JoinHandle::abort);
                break;
            }
        }
        let finish =
            |(task, (file, _)): (Result<JoinHandle<_>, HttpError>, &(RemoteFile, PathBuf))| {
                let stopped = DownloadError::Stopped(file.name.clone());
                self.wait(async move { task?.await.unwrap_or(Err(stopped)) })?
            };
        tasks.into_iter().zip(wanted).map(finish).collect()
    }
}

/// One download under way.
pub(crate) struct Download {
    parts: Arc<Parts>,
    file: RemoteFile,
    path: PathBuf,
    number: usize,
    events: UnboundedSender<DownloadEvent>,
}

impl Download {
    /// A download that tells nobody of its progress.
    pub(crate) fn quiet(parts: Arc<Parts>, file: RemoteFile, path: PathBuf) -> Self {
        let (events, _) = tokio::sync::mpsc::unbounded_channel();
        Self {
            parts,
            file,
            path,
            number: 0,
            events,
        }
    }

    pub(crate) async fn run(self) -> Result<Downloaded, DownloadError> {
        let mut sink = Sink::create(&self)?;
        if self.file.url.scheme() == "file" {
            self.copy(&mut sink)?;
            return self.finish(sink);
        }
        let mut attempt = 0;
        let mut validator = None;
        loop {
            let before = sink.received;
            let error = match self.receive(&mut sink, &mut validator).await {
                Ok(()) if sink.is_right() || !sink.is_resumed => break,
                // Two pieces of different files, perhaps: once more in one piece.
                Ok(()) => {
                    sink.restart()?;
                    continue;
                }
                Err(DownloadError::Http(error)) => error,
                Err(other) => return Err(other),
            };
            if sink.received >= before + PROGRESS_BYTES {
                attempt = 0;
            }
            self.parts
                .transport
                .before_retry(&mut attempt, error, &self.file.url)
                .await?;
        }
        self.finish(sink)
    }

    /// Puts the file into its place, and tells so: not before, for whoever hears it opens it.
    fn finish(&self, sink: Sink<'_>) -> Result<Downloaded, DownloadError> {
        let done = sink.finish()?;
        self.tell(DownloadEvent::Finished { file: self.number });
        Ok(done)
    }

    /// Receives the file, or what is still missing of it.
    async fn receive(
        &self,
        sink: &mut Sink<'_>,
        validator: &mut Option<String>,
    ) -> Result<(), DownloadError> {
        let mut ask = Ask::new(self.file.url.clone());
        // Without a validator and without a hash nobody could tell two files' pieces apart.
        let can_resume = validator.is_some() || !self.file.hashes.is_empty();
        if sink.received > 0 && can_resume {
            ask = ask.header(RANGE, &format!("bytes={}-", sink.received));
            if let Some(validator) = validator.as_deref() {
                ask = ask.header(IF_RANGE, validator);
            }
        }
        let answer = match self.parts.transport.get(&ask).await {
            // The range cannot be had: the next try asks for the whole.
            Err(HttpError::Status {
                status: 416, url, ..
            }) => {
                sink.restart()?;
                let reason = "the rest cannot be had".to_owned();
                return Err(HttpError::Broken { url, reason }.into());
            }
            other => other?,
        };
        self.place(sink, &answer)?;
        *validator = strong_etag(answer.response.headers());
        self.read_body(sink, answer).await
    }

    /// Puts the sink where the answer starts, and looks at the size that the answer states.
    fn place(&self, sink: &mut Sink<'_>, answer: &Answer) -> Result<(), DownloadError> {
        let headers = answer.response.headers();
        if answer.response.status() == StatusCode::PARTIAL_CONTENT {
            if sink.received == 0 || range_start(headers) != Some(sink.received) {
                let reason = "another range than was asked for".to_owned();
                return Err(HttpError::Broken {
                    url: RedactedUrl::from(&answer.url),
                    reason,
                }
                .into());
            }
            sink.is_resumed = true;
        } else {
            sink.restart()?;
        }
        let length = answer
            .response
            .content_length()
            .map(|length| length + sink.received);
        if let (Some(stated_bytes), Some(found_bytes)) = (self.file.size_bytes, length)
            && stated_bytes != found_bytes
        {
            return Err(sink.wrong_size(stated_bytes, found_bytes));
        }
        self.tell(DownloadEvent::Started {
            file: self.number,
            size_bytes: length.or(self.file.size_bytes),
        });
        Ok(())
    }

    async fn read_body(
        &self,
        sink: &mut Sink<'_>,
        mut answer: Answer,
    ) -> Result<(), DownloadError> {
        let mut told = sink.received;
        let stall = self.parts.options().timeouts.stall;
        let (mut since, mut before) = (Instant::now(), sink.received);
        while let Some(chunk) = answer.chunk().await? {
            sink.write(&chunk)?;
            if sink.received - before >= TRICKLE_BYTES {
                (since, before) = (Instant::now(), sink.received);
            } else if since.elapsed() > stall {
                let url = RedactedUrl::from(&answer.url);
                return Err(HttpError::Timeout { url }.into());
            }
            if sink.received >= told + EVENT_BYTES {
                told = sink.received;
                self.tell(DownloadEvent::Received {
                    file: self.number,
                    bytes: told,
                });
            }
        }
        self.tell(DownloadEvent::Received {
            file: self.number,
            bytes: sink.received,
        });
        match self.file.size_bytes {
            Some(stated) if sink.received < stated => {
                let reason = format!("it ended after {} of {stated} bytes", sink.received);
                Err(HttpError::Broken {
                    url: RedactedUrl::from(&answer.url),
                    reason,
                }
                .into())
            }
            _ => Ok(()),
        }
    }

    /// Copies a local file, with the same checks.
    fn copy(&self, sink: &mut Sink<'_>) -> Result<(), DownloadError> {
        let url = || RedactedUrl::from(&self.file.url);
        let path = self
            .file
            .url
            .to_file_path()
            .map_err(|()| HttpError::NotFound {
                url: url(),
                status: 404,
            })?;
        let mut source = tilsit_files::open(&path)?;
        self.tell(DownloadEvent::Started {
            file: self.number,
            size_bytes: self.file.size_bytes,
        });
        let mut buffer = vec![0; 256 << 10];
        loop {
            let read = source.read(&mut buffer);
            let length = read.map_err(|error| FileError::new(Operation::Read, &path, error))?;
            if length == 0 {
                return Ok(());
            }
            sink.write(&buffer[..length])?;
        }
    }

    fn tell(&self, event: DownloadEvent) {
        // Nobody listens any more once the caller has stopped; the task is aborted then.
        let _ = self.events.send(event);
    }
}

/// Where the bytes go: a temporary file beside the destination, and the hashes.
struct Sink<'a> {
    file: &'a RemoteFile,
    max_bytes: u64,
    hasher: Hasher,
    output: AtomicFile,
    received: u64,
    is_resumed: bool,
}

impl<'a> Sink<'a> {
    fn create(download: &'a Download) -> Result<Self, FileError> {
        let file = &download.file;
        let limit = download.parts.options().limits.file_max_bytes;
        Ok(Self {
            file,
            max_bytes: file.size_bytes.unwrap_or(limit),
            hasher: Hasher::new(&file.hashes),
            output: AtomicFile::create(&download.path)?,
            received: 0,
            is_resumed: false,
        })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), DownloadError> {
        let received = self.received + bytes.len() as u64;
        if received > self.max_bytes {
            let too_large = HttpError::TooLarge {
                url: RedactedUrl::from(&self.file.url),
                max_bytes: self.max_bytes,
            };
            return Err(self
                .file
                .size_bytes
                .map_or(too_large.into(), |stated| self.wrong_size(stated, received)));
        }
        self.output.write(bytes)?;
        self.hasher.update(bytes);
        self.received = received;
        Ok(())
    }

    fn restart(&mut self) -> Result<(), FileError> {
        if self.received > 0 {
            let mut file = self.output.file();
            let emptied = file.set_len(0).and_then(|()| file.seek(SeekFrom::Start(0)));
            emptied.map_err(|error| FileError::new(Operation::Write, self.output.path(), error))?;
            self.hasher = Hasher::new(&self.file.hashes);
            self.received = 0;
        }
        self.is_resumed = false;
        Ok(())
    }

    /// Whether the bytes so far are the wanted ones.
    fn is_right(&self) -> bool {
        self.hasher.clone().finish(&self.file.hashes).is_ok()
    }

    fn wrong_size(&self, stated_bytes: u64, found_bytes: u64) -> DownloadError {
        DownloadError::Size {
            file: self.file.name.clone(),
            url: RedactedUrl::from(&self.file.url),
            stated_bytes,
            found_bytes,
        }
    }

    fn finish(self) -> Result<Downloaded, DownloadError> {
        if let Some(stated) = self
            .file
            .size_bytes
            .filter(|stated| *stated != self.received)
        {
            return Err(self.wrong_size(stated, self.received));
        }
        let sha256 =
            self.hasher
                .finish(&self.file.hashes)
                .map_err(|source| DownloadError::Hash {
                    file: self.file.name.clone(),
                    url: RedactedUrl::from(&self.file.url),
                    source,
                })?;
        let path = self.output.path().to_path_buf();
        self.output.commit(Durability::Fast)?;
        Ok(Downloaded {
            path,
            sha256,
            size_bytes: self.received,
        })
    }
}

/// An `ETag` that stands for exact bytes; a weak one does not.
fn strong_etag(headers: &HeaderMap) -> Option<String> {
    let etag = headers.get(ETAG)?.to_str().ok()?;
    (!etag.starts_with("W/")).then(|| etag.to_owned())
}

/// Where the range of a partial answer starts.
fn range_start(headers: &HeaderMap) -> Option<u64> {
    let range = headers.get(CONTENT_RANGE)?.to_str().ok()?;
    let (start, _) = range.trim().strip_prefix("bytes ")?.split_once('-')?;
    start.trim().parse().ok()
}
