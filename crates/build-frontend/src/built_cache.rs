//! What was built already: wheels and metadata by what they were built of and for.
//!
//! A folder `built-v1/<key>` of the cache holds `METADATA` (behind its hash), the wheel, and `built.json`, which names
//! the wheel with its hash and is written last. The key is a hash over the source (an archive's hash,
//! a commit), the Python and its platform, config settings and build constraints. A wheel whose
//! bytes are not those of its hash counts as not there.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tilsit_files::{Durability, FileError};
use tilsit_index_client::SlimMetadata;
use tilsit_installer::store::sha256_of;

use crate::git::hex;

/// The builds that are kept.
#[derive(Clone, Debug)]
pub(crate) struct BuiltCache {
    folder: PathBuf,
}

/// What decides what comes out of a build.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct BuildKey<'a> {
    /// The form of the cache's entries.
    pub(crate) form: u32,
    pub(crate) source: &'a str,
    pub(crate) subdirectory: Option<&'a str>,
    pub(crate) python: &'a str,
    pub(crate) settings: String,
    pub(crate) constraints: &'a [String],
}

/// The entry of one key.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    folder: PathBuf,
}

/// A file with its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileOnDisk {
    pub(crate) path: PathBuf,
    pub(crate) sha256: String,
}

#[derive(Serialize, Deserialize)]
struct Built {
    wheel: String,
    sha256: String,
}

/// The length of [`check_sum`]: a SHA-256 and a line's end.
const SUM_BYTES: usize = 65;

/// What stands before metadata, so that damage is seen.
fn check_sum(bytes: &[u8]) -> String {
    let mut sum = hex(&Sha256::digest(bytes));
    sum.push('\n');
    sum
}

impl BuiltCache {
    pub(crate) fn in_cache(cache: &Path) -> Self {
        Self {
            folder: cache.join("built-v1"),
        }
    }

    pub(crate) fn entry(&self, key: &BuildKey<'_>) -> Entry {
        let text = serde_json::to_vec(key).expect("texts are JSON");
        Entry {
            folder: self.folder.join(hex(&Sha256::digest(text))),
        }
    }
}

impl Entry {
    /// The metadata, if it is known.
    pub(crate) fn metadata(&self) -> Option<Arc<SlimMetadata>> {
        let bytes = tilsit_files::read(self.folder.join("METADATA")).ok()?;
        let (sum, rest) = bytes.split_at_checked(SUM_BYTES)?;
        let is_whole = sum == check_sum(rest).as_bytes();
        let metadata = is_whole.then(|| SlimMetadata::parse(rest));
        metadata?.ok().map(Arc::new)
    }

    /// Keeps metadata.
    pub(crate) fn keep_metadata(&self, bytes: &[u8]) -> Result<(), FileError> {
        tilsit_files::create_dir_all(&self.folder)?;
        let mut whole = check_sum(bytes).into_bytes();
        whole.extend(bytes);
        tilsit_files::write_atomic(self.folder.join("METADATA"), whole, Durability::Fast)
    }

    /// The wheel, if it is there and whole.
    pub(crate) fn wheel(&self) -> Option<FileOnDisk> {
        let bytes = tilsit_files::read(self.folder.join("built.json")).ok()?;
        let built: Built = serde_json::from_slice(&bytes).ok()?;
        tilsit_files::check_relative(&built.wheel).ok()?;
        let path = self.folder.join(&built.wheel);
        let sha256 = sha256_of(&path).ok()?;
        (sha256 == built.sha256).then_some(FileOnDisk { path, sha256 })
    }

    /// Keeps a wheel, which is moved here.
    pub(crate) fn keep_wheel(&self, wheel: &Path) -> Result<FileOnDisk, FileError> {
        tilsit_files::create_dir_all(&self.folder)?;
        let sha256 = sha256_of(wheel)?;
        let name = wheel.file_name().unwrap_or_default();
        let path = self.folder.join(name);
        tilsit_files::rename(wheel, &path)?;
        let built = Built {
            wheel: name.to_string_lossy().into_owned(),
            sha256: sha256.clone(),
        };
        let text = serde_json::to_vec(&built).expect("texts are JSON");
        tilsit_files::write_atomic(self.folder.join("built.json"), text, Durability::Fast)?;
        Ok(FileOnDisk { path, sha256 })
    }
}
