//! Files in a store that speaks the S3 protocol, as `PREFIX/aa/bb/<sha256>/<file name>`.
//!
//! An object appears whole or not at all, so that a cut upload leaves at most objects that nobody
//! names. A small file goes as one request that only makes what is not there; a large one in parts,
//! of which none is seen before the last request.

use std::collections::HashSet;
use std::ops::Range;
use std::path::Path as FilePath;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::list::{PaginatedListOptions, PaginatedListStore};
use object_store::path::Path;
use object_store::{
    Error, GetOptions, GetResult, MultipartUpload, ObjectStore, ObjectStoreExt, PutMode,
    PutOptions, PutPayload, RetryConfig,
};
use sha2::{Digest, Sha256};
use tilsit_files::{FileError, Operation};
use tilsit_simple_api::Sha256Digest;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::folder::{begin_beside, has_size};
use super::incoming::IncomingFile;
use super::{BlobStream, Placed, metadata_name, relative_name};
use crate::error::StoreError;

mod connection;
mod options;

pub use options::{S3Location, S3LocationError, S3Options};

/// What is sent at once, and the size of the parts of what is larger. The protocol takes parts of
/// 5 MiB and more, and 10,000 of them.
const PART_BYTES: usize = 8 * 1024 * 1024;
/// How often a request is sent again that the store failed to answer.
const RETRIES_MAX: usize = 3;

/// The objects of an index. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct ObjectBlobs {
    store: Arc<AmazonS3>,
    location: Arc<S3Location>,
}

impl ObjectBlobs {
    /// Takes the options; asks the store nothing.
    ///
    /// # Errors
    /// When they make no sense, or there are no certificates.
    pub(super) fn open(options: &S3Options) -> Result<Self, StoreError> {
        let refused = |reason: String| StoreError::ObjectOptions {
            store: options.location.to_string(),
            reason,
        };
        let endpoint = options.endpoint.as_deref();
        let is_encrypted = endpoint.is_none_or(|endpoint| !endpoint.starts_with("http://"));
        let certificates = options.certificates.as_deref();
        let client = connection::client(is_encrypted, certificates, options.pause_max);
        let client = client.map_err(refused)?;
        let mut builder = AmazonS3Builder::new()
            .with_http_connector(connection::Connector(client))
            .with_bucket_name(&options.location.bucket)
            .with_region(&options.region)
            .with_access_key_id(&options.access_key_id)
            .with_secret_access_key(&options.secret_access_key)
            // Two objects are not worth a request that not every store knows.
            .with_disable_bulk_delete(true)
            .with_retry(RetryConfig {
                max_retries: RETRIES_MAX,
                retry_timeout: options.pause_max,
                ..RetryConfig::default()
            });
        if let Some(endpoint) = endpoint {
            builder = builder.with_endpoint(endpoint);
        }
        if let Some(token) = &options.session_token {
            builder = builder.with_token(token);
        }
        let store = builder
            .build()
            .map_err(|error| refused(error.to_string()))?;
        Ok(Self {
            store: Arc::new(store),
            location: Arc::new(options.location.clone()),
        })
    }

    /// Whether the store answers, knows the bucket and takes the key.
    ///
    /// # Errors
    /// When it does not.
    pub(super) async fn check(&self) -> Result<(), StoreError> {
        let one = PaginatedListOptions {
            max_keys: Some(1),
            ..PaginatedListOptions::default()
        };
        let listed = self.store.list_paginated(None, one).await;
        listed
            .map(|_| ())
            .map_err(|error| self.failed("list", &Path::default(), error))
    }

    /// Sends an arrived file, and its core metadata, which goes first: a file whose metadata is
    /// missing cannot come about.
    ///
    /// # Errors
    /// When the store refuses or is away, or the disk cannot be read.
    pub(super) async fn keep(
        &self,
        incoming: IncomingFile,
        (sha256, file_name): (&Sha256Digest, &str),
        metadata: Option<Vec<u8>>,
    ) -> Result<(), StoreError> {
        if let Some(metadata) = metadata {
            // A program of another version may have read it otherwise for an upload that was cut,
            // so that what is there is replaced.
            let key = self.key(sha256, &metadata_name(file_name));
            let put = self.store.put(&key, metadata.into()).await;
            put.map_err(|error| self.failed("write", &key, error))?;
        }
        let key = self.key(sha256, file_name);
        let (_folder, path) = incoming.into_parts();
        let mut file = OpenFile::open(&path).await?;
        if file.size <= PART_BYTES as u64 {
            self.put_whole(&key, &mut file).await
        } else if self.size(&key).await? == Some(file.size) {
            // These bytes came before: the name has their digest.
            Ok(())
        } else {
            self.put_in_parts(&key, &mut file).await
        }
    }

    async fn put_whole(&self, key: &Path, file: &mut OpenFile<'_>) -> Result<(), StoreError> {
        let payload = PutPayload::from(file.next_part().await?);
        let failed = |error| self.failed("write", key, error);
        let new_only = PutOptions::from(PutMode::Create);
        let put = self.store.put_opts(key, payload.clone(), new_only).await;
        match put {
            Ok(_) => return Ok(()),
            // These bytes came before. What has another size is damaged.
            Err(Error::AlreadyExists { .. }) if self.size(key).await? == Some(file.size) => {
                return Ok(());
            }
            // Not every store can make what is not there only.
            Err(Error::AlreadyExists { .. } | Error::NotImplemented { .. }) => {}
            Err(error) => return Err(failed(error)),
        }
        self.store
            .put(key, payload)
            .await
            .map_err(failed)
            .map(|_| ())
    }

    async fn put_in_parts(&self, key: &Path, file: &mut OpenFile<'_>) -> Result<(), StoreError> {
        let begun = self.store.put_multipart(key).await;
        let mut upload = begun.map_err(|error| self.failed("write", key, error))?;
        let sent = self.send_parts(key, file, &mut *upload).await;
        if sent.is_err() {
            // The first error tells what went wrong. Parts that stay behind are no object.
            let _ = upload.abort().await;
        }
        sent
    }

    async fn send_parts(
        &self,
        key: &Path,
        file: &mut OpenFile<'_>,
        upload: &mut dyn MultipartUpload,
    ) -> Result<(), StoreError> {
        loop {
            let part = file.next_part().await?;
            if part.is_empty() {
                break;
            }
            let sent = upload.put_part(part.into()).await;
            sent.map_err(|error| self.failed("write", key, error))?;
        }
        let completed = upload.complete().await;
        completed
            .map(|_| ())
            .map_err(|error| self.failed("write", key, error))
    }

    /// The bytes of a part of a file. When this returns, the object was found, and is large enough.
    ///
    /// # Errors
    /// When it is not there or cannot be read.
    pub(super) async fn read(
        &self,
        (sha256, name): (&Sha256Digest, &str),
        part: Range<u64>,
    ) -> Result<BlobStream, StoreError> {
        if part.is_empty() {
            // The protocol has no way to ask for nothing.
            return Ok(stream::empty().boxed());
        }
        let key = self.key(sha256, name);
        let wanted = GetOptions::new().with_range(Some(part.clone()));
        let found = self.store.get_opts(&key, wanted).await;
        let found = found.map_err(|error| self.failed("read", &key, error))?;
        if found.range != part {
            return Err(StoreError::ObjectSize {
                store: self.location.to_string(),
                key: key.to_string(),
                found: found.meta.size,
            });
        }
        Ok(self.bytes(key, found))
    }

    /// The whole of a small file.
    ///
    /// # Errors
    /// When it is not there or cannot be read.
    pub(super) async fn read_all(
        &self,
        sha256: &Sha256Digest,
        name: &str,
    ) -> Result<Bytes, StoreError> {
        let key = self.key(sha256, name);
        let failed = |error| self.failed("read", &key, error);
        let found = self.store.get(&key).await.map_err(failed)?;
        found.bytes().await.map_err(failed)
    }

    /// Writes the file to `to`, whole or not at all, with its folders. What has the right size
    /// counts as the same; where the size is not known, what has the same bytes.
    ///
    /// # Errors
    /// When the store is away or `to` cannot be written.
    pub(super) async fn place(
        &self,
        blob: (&Sha256Digest, &str),
        size_bytes: Option<u64>,
        to: &FilePath,
    ) -> Result<Placed, StoreError> {
        match self.copy_to(blob, size_bytes, to).await {
            Err(StoreError::ObjectMissing { .. }) => Ok(Placed::Missing),
            placed => placed,
        }
    }

    async fn copy_to(
        &self,
        (sha256, name): (&Sha256Digest, &str),
        size_bytes: Option<u64>,
        to: &FilePath,
    ) -> Result<Placed, StoreError> {
        let mut bytes = match size_bytes {
            Some(size) if has_size(to, size)? => return Ok(Placed::AlreadyThere),
            Some(size) => self.read((sha256, name), 0..size).await?,
            None => {
                let bytes = self.read_all(sha256, name).await?;
                if tokio::fs::read(to).await.is_ok_and(|found| found == bytes) {
                    return Ok(Placed::AlreadyThere);
                }
                stream::once(async { Ok(bytes) }).boxed()
            }
        };
        let beside = begin_beside(to)?;
        let failed = |operation| {
            let path = &beside;
            move |source| FileError::new(operation, path, source)
        };
        let file = File::create(&beside).await;
        let mut file = file.map_err(failed(Operation::Create))?;
        while let Some(chunk) = bytes.try_next().await? {
            let written = file.write_all(&chunk).await;
            written.map_err(failed(Operation::Write))?;
        }
        file.sync_all().await.map_err(failed(Operation::Sync))?;
        tilsit_files::rename(&beside, to)?;
        Ok(Placed::New)
    }

    /// The size and the digest of what is there, if anything is.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) async fn measure(
        &self,
        sha256: &Sha256Digest,
        name: &str,
    ) -> Result<Option<(u64, Sha256Digest)>, StoreError> {
        let key = self.key(sha256, name);
        let found = match self.store.get(&key).await {
            Ok(found) => found,
            Err(Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(self.failed("read", &key, error)),
        };
        let mut chunks = self.bytes(key, found);
        let (mut hasher, mut size) = (Sha256::new(), 0);
        while let Some(chunk) = chunks.try_next().await? {
            size += chunk.len() as u64;
            hasher.update(&chunk);
        }
        Ok(Some((size, Sha256Digest(hasher.finalize().into()))))
    }

    /// Removes a file and its metadata; does nothing when they are gone already.
    ///
    /// # Errors
    /// When the store refuses or is away.
    pub(super) async fn remove(
        &self,
        sha256: &Sha256Digest,
        file_name: &str,
    ) -> Result<(), StoreError> {
        for name in [file_name, &metadata_name(file_name)] {
            let key = self.key(sha256, name);
            match self.store.delete(&key).await {
                Ok(()) | Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(self.failed("remove", &key, error)),
            }
        }
        Ok(())
    }

    /// The objects below the prefix whose relative names are not among `named`.
    ///
    /// # Errors
    /// When they cannot be listed.
    pub(super) async fn others(&self, named: &HashSet<String>) -> Result<Vec<String>, StoreError> {
        let named: HashSet<Path> = named.iter().map(|name| self.below_prefix(name)).collect();
        let prefix = Path::from(self.location.prefix.as_str());
        let mut objects = self.store.list(Some(&prefix));
        let mut found = Vec::new();
        let failed = |error| self.failed("list", &prefix, error);
        while let Some(object) = objects.try_next().await.map_err(failed)? {
            if !named.contains(&object.location) {
                found.push(format!("s3://{}/{}", self.location.bucket, object.location));
            }
        }
        found.sort();
        Ok(found)
    }

    fn bytes(&self, key: Path, found: GetResult) -> BlobStream {
        let this = self.clone();
        let chunks = found.into_stream();
        chunks
            .map_err(move |error| this.failed("read", &key, error))
            .boxed()
    }

    async fn size(&self, key: &Path) -> Result<Option<u64>, StoreError> {
        match self.store.head(key).await {
            Ok(found) => Ok(Some(found.size)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(self.failed("look for", key, error)),
        }
    }

    fn key(&self, sha256: &Sha256Digest, name: &str) -> Path {
        self.below_prefix(&relative_name(sha256, name))
    }

    fn below_prefix(&self, relative: &str) -> Path {
        // Encodes what would not survive in a name, the same way each time.
        Path::from(format!("{}/{relative}", self.location.prefix))
    }

    fn failed(&self, operation: &'static str, key: &Path, source: Error) -> StoreError {
        let store = self.location.to_string();
        let key = key.to_string();
        match source {
            Error::NotFound { .. } if operation == "read" => {
                StoreError::ObjectMissing { store, key }
            }
            source => StoreError::Objects {
                store,
                operation,
                key,
                source: source.into(),
            },
        }
    }
}

/// An arrived file that is read part by part.
struct OpenFile<'p> {
    file: File,
    path: &'p FilePath,
    size: u64,
}

impl<'p> OpenFile<'p> {
    async fn open(path: &'p FilePath) -> Result<Self, FileError> {
        let failed = |source| FileError::new(Operation::Open, path, source);
        let file = File::open(path).await.map_err(failed)?;
        let size = file.metadata().await.map_err(failed)?.len();
        Ok(Self { file, path, size })
    }

    /// The next part, which is empty at the end.
    async fn next_part(&mut self) -> Result<Bytes, FileError> {
        let mut part = Vec::new();
        let read = (&mut self.file)
            .take(PART_BYTES as u64)
            .read_to_end(&mut part)
            .await;
        read.map_err(|source| FileError::new(Operation::Read, self.path, source))?;
        Ok(part.into())
    }
}
