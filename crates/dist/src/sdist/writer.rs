//! Writing source distributions whose bytes depend on their contents alone.

use std::collections::BTreeMap;

use tilsit_archive::compression::gzip;
use tilsit_archive::tar::{TarWriteError, TarWriter};

/// The level at which source distributions are compressed.
const LEVEL: u8 = 9;

/// Why a source distribution could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the source distribution of `{stem}`")]
pub struct SdistWriteError {
    /// The release, as in the top folder's name.
    pub stem: String,
    /// What failed.
    pub source: TarWriteError,
}

/// A source distribution being written: a gzipped tar archive with its entries sorted.
#[derive(Debug)]
pub struct SdistWriter {
    stem: String,
    modified: u64,
    files: BTreeMap<String, (Vec<u8>, bool)>,
}

impl SdistWriter {
    /// Starts a source distribution. `stem` is `{name}-{version}`, the name of the top folder;
    /// `modified` is the time of every entry in seconds since 1970.
    pub fn new(stem: &str, modified: u64) -> Self {
        Self {
            stem: stem.to_owned(),
            modified,
            files: BTreeMap::new(),
        }
    }

    /// Adds a file, or replaces the one of the same path below the top folder.
    pub fn add_file(&mut self, path: &str, contents: Vec<u8>, executable: bool) {
        self.files.insert(path.to_owned(), (contents, executable));
    }

    /// The bytes of the `.tar.gz` file.
    ///
    /// # Errors
    /// When a path is not a plain relative one, or a file is also a folder.
    pub fn finish(self) -> Result<Vec<u8>, SdistWriteError> {
        let Self {
            stem,
            modified,
            files,
        } = self;
        let write = || -> Result<Vec<u8>, TarWriteError> {
            let mut tar = TarWriter::new(Vec::new(), modified);
            for (path, (contents, executable)) in &files {
                tar.add_file(&format!("{stem}/{path}"), contents, *executable)?;
            }
            tar.finish()
        };
        match write() {
            Ok(bytes) => Ok(gzip(&bytes, LEVEL)),
            Err(source) => Err(SdistWriteError { stem, source }),
        }
    }
}
