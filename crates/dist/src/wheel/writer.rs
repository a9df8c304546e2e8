//! Writing wheels whose bytes depend on their contents alone.

use std::io::Write;

use sha2::{Digest as _, Sha256};
use tilsit_archive::zip::{ZipWriteError, ZipWriter, ZipWriterOptions};
use tilsit_packaging::record::{Record, RecordEntry, RecordHash};

/// How a wheel is written: time stamp and compression level.
pub type WheelWriterOptions = ZipWriterOptions;

/// Why a wheel could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the wheel of `{stem}`")]
pub struct WheelWriteError {
    /// The release, as in the `.dist-info` folder's name.
    pub stem: String,
    /// What failed.
    pub source: ZipWriteError,
}

/// A wheel being written. RECORD is made from what is added, and comes last.
pub struct WheelWriter<W> {
    zip: ZipWriter<W>,
    stem: String,
    record: Record,
}

impl<W: Write> WheelWriter<W> {
    /// Starts a wheel. `stem` is `{name}-{version}`, as in the `.dist-info` folder's name.
    pub fn new(output: W, stem: &str, options: WheelWriterOptions) -> Self {
        Self {
            zip: ZipWriter::new(output, options),
            stem: stem.to_owned(),
            record: Record::default(),
        }
    }

    /// Adds a file.
    ///
    /// # Errors
    /// When the path is not a plain relative one or comes twice, or writing fails.
    pub fn add_file(
        &mut self,
        path: &str,
        contents: &[u8],
        executable: bool,
    ) -> Result<(), WheelWriteError> {
        self.zip
            .add_file(path, contents, executable)
            .map_err(|source| WheelWriteError {
                stem: self.stem.clone(),
                source,
            })?;
        self.record.entries.push(RecordEntry {
            path: path.to_owned(),
            hash: Some(RecordHash::sha256(&Sha256::digest(contents).into())),
            size: Some(contents.len() as u64),
        });
        Ok(())
    }

    /// Adds a file to the `.dist-info` folder: METADATA, WHEEL, `licenses/…`.
    ///
    /// # Errors
    /// As [`add_file`](Self::add_file).
    pub fn add_dist_info(&mut self, path: &str, contents: &[u8]) -> Result<(), WheelWriteError> {
        let path = format!("{}.dist-info/{path}", self.stem);
        self.add_file(&path, contents, false)
    }

    /// Adds a file to a scheme of the `.data` folder.
    ///
    /// # Errors
    /// As [`add_file`](Self::add_file).
    pub fn add_data(
        &mut self,
        scheme: super::Scheme,
        path: &str,
        contents: &[u8],
        executable: bool,
    ) -> Result<(), WheelWriteError> {
        let path = format!("{}.data/{scheme}/{path}", self.stem);
        self.add_file(&path, contents, executable)
    }

    /// Writes RECORD and the end, and gives back what was written to.
    ///
    /// # Errors
    /// When writing fails.
    pub fn finish(mut self) -> Result<W, WheelWriteError> {
        let path = format!("{}.dist-info/RECORD", self.stem);
        self.record.entries.push(RecordEntry {
            path: path.clone(),
            hash: None,
            size: None,
        });
        self.record.sort();
        let Self {
            mut zip,
            stem,
            record,
        } = self;
        zip.add_file(&path, &record.to_bytes(), false)
            .and_then(|()| zip.finish())
            .map_err(|source| WheelWriteError { stem, source })
    }
}
