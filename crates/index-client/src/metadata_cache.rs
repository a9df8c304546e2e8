//! Slim metadata of distribution files on disk: one append-only segment.
//!
//! A resolution looks at thousands of metadata files; as thousands of small files they would cost
//! more to open than to parse. The segment is a magic line and then records:
//!
//! | bytes | what |
//! |---|---|
//! | 4 | length of what follows the checksum, little endian |
//! | 4 | CRC-32 of what follows, little endian |
//! | 32 | key: SHA-256 of the file's URL and stated hash |
//! | rest | the metadata as JSON |
//!
//! It is read as a whole when first needed, and the index is built in memory. A record that is cut
//! short or damaged ends the reading: what was before it counts. New records are added in one write
//! under a lock. When the tail is damaged, or the segment holds more superseded records than live
//! ones, it is written anew and renamed into place.

use std::collections::HashMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use sha2::{Digest, Sha256};
use tilsit_files::{Durability, FileError, LockFile, LockKind, Operation};
use tilsit_packaging::name::ProjectName;

use crate::remote_file::RemoteFile;
use crate::slim_metadata::SlimMetadata;

/// The first line of a segment; another version of the format has another line.
const MAGIC: &[u8] = b"tilsit metadata 1\n";
/// Length and checksum.
const HEAD_BYTES: usize = 8;
/// A longer record is not written, and taken as damage when read.
const RECORD_MAX_BYTES: usize = 16 << 20;
/// New records are written out when there are so many bytes of them, and when the client ends.
const PENDING_MAX_BYTES: usize = 256 << 10;

/// The folder of metadata in a cache.
pub const METADATA: &str = "metadata-v1";

/// Takes the metadata of some projects out of a cache, and gives how many records there were.
///
/// # Errors
/// When the segment cannot be read or written anew.
pub fn forget_metadata(cache: &Path, names: &[ProjectName]) -> Result<usize, FileError> {
    let folder = cache.join(METADATA);
    let path = folder.join("segment");
    if !tilsit_files::exists(&path)? {
        return Ok(0);
    }
    let _lock = LockFile::acquire(folder.join("lock"), LockKind::Exclusive)?;
    let mut segment = Segment::read(tilsit_files::read(&path)?);
    let before = segment.len();
    let bytes = &segment.bytes;
    segment.records.retain(|_, range| {
        let name = decode(&bytes[range.clone()]).and_then(|metadata| metadata.name.parse().ok());
        !name.is_some_and(|name| names.contains(&name))
    });
    let removed = before - segment.len();
    if removed > 0 {
        tilsit_files::write_atomic(&path, segment.live(), Durability::Fast)?;
    }
    Ok(removed)
}

/// What a record is found by.
pub type Key = [u8; 32];

/// The key of a file. The URL is part of it, so that no index can speak for another's files.
pub(crate) fn key_of(file: &RemoteFile) -> Key {
    let mut hasher = Sha256::new();
    let mut url = file.url.clone();
    // The query of a signed URL changes from hour to hour.
    url.set_query(None);
    hasher.update(url.as_str());
    for (algorithm, digest) in file.hashes.iter() {
        hasher.update([0]);
        hasher.update(algorithm);
        hasher.update(digest);
    }
    hasher.finalize().into()
}

/// The metadata cache below one folder.
pub(crate) struct MetadataCache {
    path: PathBuf,
    state: Mutex<Option<State>>,
}

/// What is in memory of the segment.
#[derive(Default)]
struct State {
    known: HashMap<Key, Arc<SlimMetadata>>,
    segment: Segment,
    pending: Vec<u8>,
}

impl MetadataCache {
    pub(crate) fn new(cache: &Path) -> Self {
        Self {
            path: cache.join(METADATA).join("segment"),
            state: Mutex::default(),
        }
    }

    pub(crate) fn load(&self, key: &Key) -> Option<Arc<SlimMetadata>> {
        self.with_state(|state| {
            if let Some(known) = state.known.get(key) {
                return Some(Arc::clone(known));
            }
            let metadata = Arc::new(decode(state.segment.record(key)?)?);
            state.known.insert(*key, Arc::clone(&metadata));
            Some(metadata)
        })
    }

    pub(crate) fn store(&self, key: Key, metadata: Arc<SlimMetadata>) {
        let full = self.with_state(|state| {
            push_record(&mut state.pending, &key, &encode(&metadata));
            state.known.insert(key, metadata);
            state.pending.len() >= PENDING_MAX_BYTES
        });
        if full {
            // A cache that cannot be written makes a slower client, not a failing one.
            let _ = self.flush();
        }
    }

    /// Writes out what is new.
    pub(crate) fn flush(&self) -> Result<(), FileError> {
        let mut state = self
            .state
            .lock()
            .expect("no thread panics while it holds the lock");
        let Some(state) = state.as_mut().filter(|state| !state.pending.is_empty()) else {
            return Ok(());
        };
        let folder = self.path.parent().expect("the segment lies in a folder");
        tilsit_files::create_dir_all(folder)?;
        let _lock = LockFile::acquire(folder.join("lock"), LockKind::Exclusive)?;
        let pending = std::mem::take(&mut state.pending);
        if state.segment.needs_rewrite() || !tilsit_files::exists(&self.path)? {
            // Read again under the lock: another process may have added to it.
            let bytes = tilsit_files::read(&self.path).unwrap_or_default();
            let bytes = rewritten(&bytes, &pending);
            tilsit_files::write_atomic(&self.path, &bytes, Durability::Fast)?;
            state.segment = Segment::read(bytes);
            return Ok(());
        }
        let file = std::fs::File::options().append(true).open(&self.path);
        let written = file.and_then(|mut file| file.write_all(&pending));
        written.map_err(|error| FileError::new(Operation::Write, &self.path, error))
    }

    fn with_state<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self
            .state
            .lock()
            .expect("no thread panics while it holds the lock");
        let state = state.get_or_insert_with(|| {
            // A segment that cannot be read counts as empty.
            let bytes = tilsit_files::read(&self.path).unwrap_or_default();
            State {
                segment: Segment::read(bytes),
                ..State::default()
            }
        });
        work(state)
    }
}

/// The bytes of a segment with an index over its records.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Segment {
    bytes: Vec<u8>,
    records: HashMap<Key, std::ops::Range<usize>>,
    superseded: usize,
    is_damaged: bool,
}

impl Segment {
    /// Reads a segment. Whatever the bytes are, there is a result: the records up to the first that
    /// is damaged.
    pub fn read(bytes: Vec<u8>) -> Self {
        let mut segment = Self::default();
        if !bytes.starts_with(MAGIC) {
            segment.is_damaged = !bytes.is_empty();
            return segment;
        }
        let mut at = MAGIC.len();
        while at < bytes.len() {
            let Some((key, record)) = record_at(&bytes, at) else {
                segment.is_damaged = true;
                break;
            };
            at = record.end;
            if segment.records.insert(key, record).is_some() {
                segment.superseded += 1;
            }
        }
        segment.bytes = bytes;
        segment
    }

    /// The last record with this key.
    pub fn record(&self, key: &Key) -> Option<&[u8]> {
        self.bytes.get(self.records.get(key)?.clone())
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there is no record.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Whether the reading ended before the last byte.
    pub fn is_damaged(&self) -> bool {
        self.is_damaged
    }

    /// The bytes of a segment of the live records alone, in the order in which they were added.
    fn live(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        let mut records: Vec<_> = self.records.iter().collect();
        records.sort_by_key(|(_, range)| range.start);
        for (key, range) in records {
            push_record(&mut bytes, key, &self.bytes[range.clone()]);
        }
        bytes
    }

    fn needs_rewrite(&self) -> bool {
        self.bytes.is_empty() || self.is_damaged || self.superseded > self.records.len()
    }
}

/// The record at a place: its key, and where its contents lie.
fn record_at(bytes: &[u8], at: usize) -> Option<(Key, std::ops::Range<usize>)> {
    let head = bytes.get(at..at + HEAD_BYTES)?;
    let number = |part: &[u8]| Some(u32::from_le_bytes(part.try_into().ok()?));
    let length = usize::try_from(number(&head[..4])?).ok()?;
    let start = at + HEAD_BYTES;
    if !(32..=RECORD_MAX_BYTES).contains(&length) {
        return None;
    }
    let body = bytes.get(start..start + length)?;
    if crc32(body) != number(&head[4..])? {
        return None;
    }
    Some((body[..32].try_into().ok()?, start + 32..start + length))
}

/// A segment of the live records of another and of new records.
fn rewritten(old: &[u8], new: &[u8]) -> Vec<u8> {
    let mut bytes = Segment::read(old.to_vec()).live();
    bytes.extend_from_slice(new);
    bytes
}

fn push_record(bytes: &mut Vec<u8>, key: &Key, contents: &[u8]) {
    let length = key.len() + contents.len();
    if length > RECORD_MAX_BYTES {
        return;
    }
    let mut crc = flate2::Crc::new();
    crc.update(key);
    crc.update(contents);
    let length = u32::try_from(length).expect("a record is shorter than its limit");
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(&crc.sum().to_le_bytes());
    bytes.extend_from_slice(key);
    bytes.extend_from_slice(contents);
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

fn encode(metadata: &SlimMetadata) -> Vec<u8> {
    serde_json::to_vec(metadata).expect("the keys are texts")
}

fn decode(contents: &[u8]) -> Option<SlimMetadata> {
    serde_json::from_slice(contents).ok()
}

#[cfg(test)]
mod tests;
