//! The metadata of distribution files, by the cheapest way that there is: the cache, the file beside
//! it (PEP 658, 714), the tail of a wheel by range requests, the whole wheel.

use std::path::PathBuf;
use std::sync::Arc;

use reqwest::StatusCode;
use reqwest::header::{CONTENT_RANGE, ETAG, HeaderMap, IF_RANGE, RANGE};
use tilsit_archive::zip::{Tail, ZipArchive, ZipDirectory, ZipEntry, ZipError};
use tilsit_archive::{FileSource, Limits};
use tilsit_files::{FileError, TemporaryFolder};
use tilsit_simple_api::CoreMetadataFile;

use crate::client::{IndexClient, Parts};
use crate::digest::{self, HashMismatch};
use crate::download::{Download, DownloadError};
use crate::error::HttpError;
use crate::metadata_cache::key_of;
use crate::pages::off_the_loop;
use crate::redacted::RedactedUrl;
use crate::remote_file::RemoteFile;
use crate::slim_metadata::{SlimMetadata, SlimMetadataError};
use crate::transport::Ask;

/// How much of a wheel's end is asked for first. Most wheels have their directory and their metadata,
/// which writers put last, within it.
const TAIL_BYTES: u64 = 32 << 10;
/// A directory that starts further from the end than this is not read by ranges.
const TAIL_MAX_BYTES: u64 = 64 << 20;
/// Without a cache folder a whole wheel up to this size is read in memory.
const IN_MEMORY_MAX_BYTES: u64 = 256 << 20;

/// Why the metadata of a file cannot be had.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum MetadataError {
    /// The file cannot be had.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The file is another one than the index names, or cannot be kept.
    #[error(transparent)]
    Download(#[from] DownloadError),
    /// The file beside it is not the one that the index names.
    #[error("the metadata of `{file}` at `{url}` is not what the index names: {source}")]
    Hash {
        /// The distribution file.
        file: Box<str>,
        /// Where its metadata is.
        url: RedactedUrl,
        /// Which hash differs.
        source: HashMismatch,
    },
    /// The wheel is no readable archive.
    #[error("`{file}`: {source}")]
    Archive {
        /// The wheel.
        file: Box<str>,
        /// Why.
        source: Arc<ZipError>,
    },
    /// The wheel has none or several metadata files.
    #[error("`{file}` has {found} `.dist-info/METADATA`, not one")]
    Entries {
        /// The wheel.
        file: Box<str>,
        /// How many it has.
        found: usize,
    },
    /// The metadata lacks what every one must have.
    #[error("`{file}`: {source}")]
    Malformed {
        /// The distribution file.
        file: Box<str>,
        /// What is missing.
        source: SlimMetadataError,
    },
    /// An sdist without metadata beside it: it has to be downloaded, and perhaps built.
    #[error("`{0}` is no wheel, and the index has no metadata beside it")]
    OnlyInFile(Box<str>),
    /// A local file cannot be read.
    #[error(transparent)]
    File(Arc<FileError>),
}

impl From<FileError> for MetadataError {
    fn from(error: FileError) -> Self {
        Self::File(Arc::new(error))
    }
}

impl IndexClient {
    /// The metadata of a distribution file.
    ///
    /// # Errors
    /// When it cannot be had or read. For an sdist without metadata beside it this is
    /// [`MetadataError::OnlyInFile`]: the caller decides whether to download it.
    pub fn metadata(&self, file: &RemoteFile) -> Result<Arc<SlimMetadata>, MetadataError> {
        if let Some(metadata) = self.known_metadata(file) {
            return Ok(metadata);
        }
        let (parts, file) = (self.parts(), file.clone());
        self.wait(async move { parts.fetch_metadata(&file).await })?
    }

    /// The whole metadata of a distribution file as it stands, of which the cache keeps a part only.
    ///
    /// # Errors
    /// As [`IndexClient::metadata`], but for what stands in it.
    pub fn whole_metadata(&self, file: &RemoteFile) -> Result<Vec<u8>, MetadataError> {
        let (parts, file) = (self.parts(), file.clone());
        self.wait(async move { parts.fetch_whole(&file).await })?
    }

    /// The metadata of a file, if it is in the cache.
    pub fn known_metadata(&self, file: &RemoteFile) -> Option<Arc<SlimMetadata>> {
        self.parts().known_metadata(file)
    }

    /// Keeps metadata that was found in another way, such as in an sdist.
    pub fn keep_metadata(&self, file: &RemoteFile, metadata: Arc<SlimMetadata>) {
        self.parts().keep_metadata(file, metadata);
    }
}

impl Parts {
    pub(crate) fn known_metadata(&self, file: &RemoteFile) -> Option<Arc<SlimMetadata>> {
        // A local file may change under its name.
        if file.url.scheme() == "file" {
            return None;
        }
        self.metadata.as_ref()?.load(&key_of(file))
    }

    fn keep_metadata(&self, file: &RemoteFile, metadata: Arc<SlimMetadata>) {
        if let Some(cache) = self
            .metadata
            .as_ref()
            .filter(|_| file.url.scheme() != "file")
        {
            cache.store(key_of(file), metadata);
        }
    }

    pub(crate) async fn fetch_metadata(
        self: &Arc<Self>,
        file: &RemoteFile,
    ) -> Result<Arc<SlimMetadata>, MetadataError> {
        let bytes = self.fetch_whole(file).await?;
        let malformed = |source| MetadataError::Malformed {
            file: file.name.clone(),
            source,
        };
        let metadata = Arc::new(SlimMetadata::parse(&bytes).map_err(malformed)?);
        self.keep_metadata(file, Arc::clone(&metadata));
        Ok(metadata)
    }

    async fn fetch_whole(self: &Arc<Self>, file: &RemoteFile) -> Result<Vec<u8>, MetadataError> {
        match self.beside(file).await? {
            Some(bytes) => Ok(bytes),
            None if !file.name.ends_with(".whl") => {
                Err(MetadataError::OnlyInFile(file.name.clone()))
            }
            None => self.from_wheel(file).await,
        }
    }

    /// The metadata file beside the distribution file.
    async fn beside(&self, file: &RemoteFile) -> Result<Option<Vec<u8>>, MetadataError> {
        if !file.core_metadata.is_available() || file.url.scheme() == "file" {
            return Ok(None);
        }
        let url = file.metadata_url();
        let ask = Ask::new(url.clone());
        let fetched = match self
            .transport
            .fetch(&ask, self.options().limits.metadata_max_bytes)
            .await
        {
            // The index promised too much; the file itself still has it.
            Err(HttpError::NotFound { .. }) => return Ok(None),
            other => other?,
        };
        if let CoreMetadataFile::Hashed(hashes) = &file.core_metadata {
            digest::check(&fetched.body, hashes).map_err(|source| MetadataError::Hash {
                file: file.name.clone(),
                url: RedactedUrl::from(&url),
                source,
            })?;
        }
        Ok(Some(fetched.body))
    }

    async fn from_wheel(self: &Arc<Self>, file: &RemoteFile) -> Result<Vec<u8>, MetadataError> {
        if file.url.scheme() == "file" {
            let path = file.url.to_file_path();
            let url = || RedactedUrl::from(&file.url);
            let path = path.map_err(|()| HttpError::NotFound {
                url: url(),
                status: 404,
            })?;
            let wheel = file.clone();
            return off_the_loop(move || from_file(&wheel, &path)).await?;
        }
        let mut wheel = WheelTail {
            parts: self,
            file,
            total: 0,
            start: 0,
            bytes: Vec::new(),
            etag: None,
        };
        if wheel.ask().await? {
            return wheel.metadata().await;
        }
        self.from_whole_wheel(file).await
    }

    /// Downloads the wheel and reads its metadata: for servers that do not know ranges.
    async fn from_whole_wheel(
        self: &Arc<Self>,
        file: &RemoteFile,
    ) -> Result<Vec<u8>, MetadataError> {
        let Some(cache) = &self.options().cache else {
            let limit = file.size_bytes.unwrap_or(u64::MAX).min(IN_MEMORY_MAX_BYTES);
            let fetched = self
                .transport
                .fetch(&Ask::new(file.url.clone()), limit)
                .await?;
            let checked = digest::check(&fetched.body, &file.hashes);
            checked.map_err(|source| MetadataError::Hash {
                file: file.name.clone(),
                url: RedactedUrl::from(&file.url),
                source,
            })?;
            let wheel = file.clone();
            let read = off_the_loop(move || {
                let archive = ZipArchive::open(fetched.body.as_slice(), &Limits::default());
                let archive = archive.map_err(|error| unreadable(&wheel, error))?;
                let entry = metadata_entry(&wheel, archive.entries())?;
                archive
                    .read(entry)
                    .map_err(|error| unreadable(&wheel, error))
            });
            return read.await?;
        };
        tilsit_files::create_dir_all(cache)?;
        let folder = TemporaryFolder::create_in(cache)?;
        let path = folder.path().join(&*file.name);
        Download::quiet(Arc::clone(self), file.clone(), path.clone())
            .run()
            .await?;
        let wheel = file.clone();
        let read = off_the_loop(move || from_file(&wheel, &path)).await?;
        folder.remove()?;
        read
    }
}

fn from_file(file: &RemoteFile, path: &PathBuf) -> Result<Vec<u8>, MetadataError> {
    let archive = ZipArchive::open(FileSource::open(path)?, &Limits::default());
    let archive = archive.map_err(|error| unreadable(file, error))?;
    let entry = metadata_entry(file, archive.entries())?;
    archive.read(entry).map_err(|error| unreadable(file, error))
}

fn unreadable(file: &RemoteFile, source: ZipError) -> MetadataError {
    MetadataError::Archive {
        file: file.name.clone(),
        source: Arc::new(source),
    }
}

/// The one METADATA of a wheel: in the `.dist-info` folder at its top.
fn metadata_entry<'a>(
    file: &RemoteFile,
    entries: &'a [ZipEntry],
) -> Result<&'a ZipEntry, MetadataError> {
    let is_metadata = |entry: &&ZipEntry| {
        let folder = entry.name().strip_suffix("/METADATA");
        folder.is_some_and(|folder| folder.ends_with(".dist-info") && !folder.contains('/'))
    };
    let mut found = entries.iter().filter(is_metadata);
    match (found.next(), found.count()) {
        (Some(entry), 0) => Ok(entry),
        (first, more) => {
            let found = usize::from(first.is_some()) + more;
            Err(MetadataError::Entries {
                file: file.name.clone(),
                found,
            })
        }
    }
}

/// The end of a wheel, as far as it is here.
struct WheelTail<'a> {
    parts: &'a Arc<Parts>,
    file: &'a RemoteFile,
    /// The wheel's size.
    total: u64,
    /// Where the bytes start that are here; they reach to the end.
    start: u64,
    bytes: Vec<u8>,
    etag: Option<String>,
}

impl WheelTail<'_> {
    /// Asks for the first piece; `false` when the server does not answer with it.
    async fn ask(&mut self) -> Result<bool, MetadataError> {
        let ask = Ask::new(self.file.url.clone()).header(RANGE, &format!("bytes=-{TAIL_BYTES}"));
        let answer = match self.parts.transport.get_range(&ask, TAIL_BYTES).await {
            Ok(answer) => answer,
            // Servers that know no ranges from the end answer in many ways.
            Err(HttpError::Status {
                status: 400 | 405 | 416 | 501,
                ..
            }) => return Ok(false),
            Err(other) => return Err(other.into()),
        };
        let Some((headers, body)) = answer else {
            return Ok(false);
        };
        let Some((start, total)) = content_range(&headers) else {
            return Ok(false);
        };
        if start.checked_add(body.len() as u64) != Some(total) {
            return Ok(false);
        }
        if let Some(stated) = self.file.size_bytes.filter(|stated| *stated != total) {
            return Err(DownloadError::Size {
                file: self.file.name.clone(),
                url: RedactedUrl::from(&self.file.url),
                stated_bytes: stated,
                found_bytes: total,
            }
            .into());
        }
        self.etag = headers
            .get(ETAG)
            .and_then(|etag| etag.to_str().ok())
            .map(str::to_owned);
        (self.start, self.total, self.bytes) = (start, total, body);
        Ok(true)
    }

    /// Reads the directory, and then the metadata, asking for more where that is needed.
    async fn metadata(mut self) -> Result<Vec<u8>, MetadataError> {
        let limits = Limits::default();
        let directory = loop {
            let tail = ZipDirectory::from_tail(self.total, &self.bytes, &limits);
            match tail.map_err(|error| unreadable(self.file, error))? {
                Tail::Directory(directory) => break directory,
                Tail::More { from } if from < self.start && self.total - from <= TAIL_MAX_BYTES => {
                    let Some(more) = self.range(from, self.start).await? else {
                        return self.parts.from_whole_wheel(self.file).await;
                    };
                    self.bytes.splice(..0, more);
                    self.start = from;
                }
                Tail::More { .. } => return self.parts.from_whole_wheel(self.file).await,
            }
        };
        let entry = metadata_entry(self.file, directory.entries())?;
        let range = directory.range_of(entry);
        let limit = self.parts.options().limits.metadata_max_bytes;
        if range.end - range.start > limit || entry.size() > limit {
            return Err(HttpError::TooLarge {
                url: RedactedUrl::from(&self.file.url),
                max_bytes: limit,
            }
            .into());
        }
        let bytes = if range.start >= self.start {
            let inside =
                |at: u64| usize::try_from(at - self.start).expect("it lies within the bytes here");
            self.bytes[inside(range.start)..inside(range.end)].to_vec()
        } else {
            match self.range(range.start, range.end).await? {
                Some(bytes) => bytes,
                None => return self.parts.from_whole_wheel(self.file).await,
            }
        };
        directory
            .decode(entry, &bytes, &limits)
            .map_err(|error| unreadable(self.file, error))
    }

    /// The bytes of a range of the same wheel; `None` when the server answers with something else.
    async fn range(&self, start: u64, end: u64) -> Result<Option<Vec<u8>>, MetadataError> {
        let range = format!("bytes={start}-{}", end - 1);
        let mut ask = Ask::new(self.file.url.clone()).header(RANGE, &range);
        if let Some(etag) = self.etag.as_deref().filter(|etag| !etag.starts_with("W/")) {
            ask = ask.header(IF_RANGE, etag);
        }
        let answer = self.parts.transport.get_range(&ask, end - start).await?;
        Ok(answer.and_then(|(headers, body)| {
            let fits = content_range(&headers) == Some((start, self.total))
                && body.len() as u64 == end - start;
            fits.then_some(body)
        }))
    }
}

/// The first byte and the whole size of a partial answer.
fn content_range(headers: &HeaderMap) -> Option<(u64, u64)> {
    let range = headers.get(CONTENT_RANGE)?.to_str().ok()?;
    let (range, total) = range.trim().strip_prefix("bytes ")?.split_once('/')?;
    let (start, _) = range.split_once('-')?;
    Some((start.trim().parse().ok()?, total.trim().parse().ok()?))
}

impl crate::transport::Transport {
    /// Asks for a range; `None` when the server answers with the whole file, whose body is then not
    /// read.
    async fn get_range(
        &self,
        ask: &Ask,
        max_bytes: u64,
    ) -> Result<Option<(HeaderMap, Vec<u8>)>, HttpError> {
        let mut attempt = 0;
        loop {
            let error = match self.get(ask).await {
                Ok(answer) if answer.response.status() != StatusCode::PARTIAL_CONTENT => {
                    return Ok(None);
                }
                Ok(answer) => {
                    let headers = answer.response.headers().clone();
                    match answer.bounded_body(max_bytes).await {
                        Ok(body) => return Ok(Some((headers, body))),
                        Err(error) => error,
                    }
                }
                Err(error) => error,
            };
            self.before_retry(&mut attempt, error, &ask.url).await?;
        }
    }
}
