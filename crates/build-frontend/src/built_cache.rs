//! What was built already: wheels and metadata by what they were built of and for.
//!
//! A folder `built-v1/<key>` of the cache holds `METADATA` (behind its hash), the wheel, and `built.json`, which names
//! the wheel with its hash and is written last. The key is a hash over the source (an archive's hash,
//! a commit, a folder and its state), the Python and its platform, config settings and build
//! constraints. A wheel whose bytes are not those of its hash counts as not there.
//!
//! When an entry was last used is the time of its file `used`. Looking after the entries is
//! [`crate::upkeep`]'s.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tilsit_files::{Durability, FileError};
use tilsit_index_client::SlimMetadata;
use tilsit_installer::store::sha256_of;

use crate::git::hex;
use crate::upkeep::DamagedBuild;

/// The folder of builds in a cache.
pub const BUILT: &str = "built-v1";

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
    path: PathBuf,
    /// The folder that is built, if it is one.
    pub(crate) folder: Option<PathBuf>,
}

/// A file with its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileOnDisk {
    pub(crate) path: PathBuf,
    pub(crate) sha256: String,
}

/// What `built.json` says.
#[derive(Serialize, Deserialize)]
pub(crate) struct Built {
    pub(crate) wheel: String,
    pub(crate) sha256: String,
    /// The folder that was built, if it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) folder: Option<PathBuf>,
}

/// The file whose time says when an entry, or a clone, was last used.
pub(crate) const USED: &str = "used";

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
            folder: cache.join(BUILT),
        }
    }

    pub(crate) fn entry(&self, key: &BuildKey<'_>) -> Entry {
        let text = serde_json::to_vec(key).expect("texts are JSON");
        Entry {
            path: self.folder.join(hex(&Sha256::digest(text))),
            folder: None,
        }
    }
}

impl Entry {
    /// The entry that lies at a path.
    pub(crate) fn at(path: PathBuf) -> Self {
        Self { path, folder: None }
    }

    /// The metadata, if it is known.
    pub(crate) fn metadata(&self) -> Option<Arc<SlimMetadata>> {
        let bytes = tilsit_files::read(self.path.join("METADATA")).ok()?;
        let (sum, rest) = bytes.split_at_checked(SUM_BYTES)?;
        let is_whole = sum == check_sum(rest).as_bytes();
        let metadata = is_whole.then(|| SlimMetadata::parse(rest));
        metadata?.ok().map(Arc::new)
    }

    /// Keeps metadata.
    pub(crate) fn keep_metadata(&self, bytes: &[u8]) -> Result<(), FileError> {
        tilsit_files::create_dir_all(&self.path)?;
        let mut whole = check_sum(bytes).into_bytes();
        whole.extend(bytes);
        tilsit_files::write_atomic(self.path.join("METADATA"), whole, Durability::Fast)
    }

    /// The wheel, if it is there and whole.
    pub(crate) fn wheel(&self) -> Option<FileOnDisk> {
        let built = self.built()?;
        let path = self.path.join(&built.wheel);
        let sha256 = sha256_of(&path).ok()?;
        // An entry that seems unused is only built again one day.
        let _ = tilsit_files::write(self.path.join(USED), "1");
        (sha256 == built.sha256).then_some(FileOnDisk { path, sha256 })
    }

    /// What is wrong with the entry. One that has no wheel yet, and no metadata, is not wrong.
    pub(crate) fn damage(&self) -> Option<DamagedBuild> {
        let damaged = |wheel: Option<String>, sha256: String, reason: &str| {
            Some(DamagedBuild {
                wheel,
                sha256,
                reason: reason.to_owned(),
            })
        };
        let has = |name: &str| self.path.join(name).is_file();
        if has("METADATA") && self.metadata().is_none() {
            return damaged(None, String::new(), "its `METADATA` has other contents");
        }
        if !has("built.json") {
            return None;
        }
        let Some(Built { wheel, sha256, .. }) = self.built() else {
            return damaged(None, String::new(), "its `built.json` is damaged");
        };
        match sha256_of(&self.path.join(&wheel)) {
            Ok(found) if found == sha256 => None,
            Ok(_) => damaged(Some(wheel), sha256, "the wheel has other contents"),
            Err(_) => damaged(Some(wheel), sha256, "the wheel cannot be read"),
        }
    }

    /// What is said of the wheel, if it is there.
    pub(crate) fn built(&self) -> Option<Built> {
        let bytes = tilsit_files::read(self.path.join("built.json")).ok()?;
        let built: Built = serde_json::from_slice(&bytes).ok()?;
        tilsit_files::check_relative(&built.wheel).ok()?;
        Some(built)
    }

    /// Keeps a wheel, which is moved here.
    pub(crate) fn keep_wheel(&self, wheel: &Path) -> Result<FileOnDisk, FileError> {
        tilsit_files::create_dir_all(&self.path)?;
        let sha256 = sha256_of(wheel)?;
        let name = wheel.file_name().unwrap_or_default();
        let path = self.path.join(name);
        tilsit_files::rename(wheel, &path)?;
        let built = Built {
            wheel: name.to_string_lossy().into_owned(),
            sha256: sha256.clone(),
            folder: self.folder.clone(),
        };
        let text = serde_json::to_vec(&built).expect("texts are JSON");
        tilsit_files::write_atomic(self.path.join("built.json"), text, Durability::Fast)?;
        Ok(FileOnDisk { path, sha256 })
    }
}
