//! Writing wheels whose bytes depend on their contents alone.

use std::io::Write;

use sha2::{Digest as _, Sha256};
use tilsit_archive::ReadAt;
use tilsit_archive::zip::{self, Method, ZipWriteError, ZipWriter, ZipWriterOptions};
use tilsit_packaging::record::{Record, RecordEntry, RecordHash};

use super::contents::Wheel;
use super::error::WheelError;
use super::layout::WheelEntry;

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

/// Why a file could not be taken over from another wheel.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// It could not be read there.
    #[error(transparent)]
    Read(#[from] WheelError),
    /// It could not be written here.
    #[error(transparent)]
    Write(#[from] WheelWriteError),
}

/// A file packed as a wheel being written will hold it, with what RECORD says of it.
#[derive(Clone, Debug)]
pub struct PackedFile {
    zip: zip::PackedFile<'static>,
    sha256: [u8; 32],
}

impl PackedFile {
    /// Packs a file at a level of [`WheelWriterOptions`].
    pub fn new(contents: &[u8], level: u8) -> Self {
        Self {
            zip: zip::PackedFile::new(contents, level).into_owned(),
            sha256: Sha256::digest(contents).into(),
        }
    }

    /// The hash of its contents.
    pub fn sha256(&self) -> &[u8; 32] {
        &self.sha256
    }
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
        let added = self.zip.add_file(path, contents, executable);
        added.map_err(|source| self.error(source))?;
        let sha256 = Sha256::digest(contents).into();
        self.list(path, &sha256, contents.len() as u64);
        Ok(())
    }

    /// Adds a file that was packed before, such as on another thread.
    ///
    /// # Errors
    /// As [`add_file`](Self::add_file).
    pub fn add_packed(
        &mut self,
        path: &str,
        file: &PackedFile,
        executable: bool,
    ) -> Result<(), WheelWriteError> {
        let added = self.zip.add_packed_file(path, &file.zip, executable);
        added.map_err(|source| self.error(source))?;
        self.list(path, &file.sha256, file.zip.size());
        Ok(())
    }

    fn list(&mut self, path: &str, sha256: &[u8; 32], size: u64) {
        self.record.entries.push(RecordEntry {
            path: path.to_owned(),
            hash: Some(RecordHash::sha256(sha256)),
            size: Some(size),
        });
    }

    fn error(&self, source: ZipWriteError) -> WheelWriteError {
        WheelWriteError {
            stem: self.stem.clone(),
            source,
        }
    }

    /// Takes a file over from another wheel as it is packed there, with its line of RECORD. The other
    /// wheel must have been read to its end, so that the line is known to be true.
    ///
    /// # Errors
    /// When the file cannot be read, its path comes twice, or writing fails.
    pub fn copy_file<S: ReadAt>(
        &mut self,
        wheel: &Wheel<S>,
        file: &WheelEntry,
    ) -> Result<(), CopyError> {
        let entry = wheel.archive_entry(file);
        let record = wheel.record_entry(file).filter(|line| line.hash.is_some());
        let Some(record) = record.filter(|_| entry.method() != Method::Zstandard) else {
            let mut contents = Vec::new();
            let mut reader = wheel.reader();
            reader.stream(file, &mut |piece| contents.extend_from_slice(piece))?;
            return Ok(self.add_file(&file.name, &contents, file.executable)?);
        };
        let packed = wheel.archive().packed(entry).map_err(|error| WheelError {
            wheel: wheel.text_name().to_owned(),
            fault: Box::new(error.into()),
        })?;
        let added = self.zip.add_packed(entry, &packed);
        added.map_err(|source| self.error(source))?;
        self.record.entries.push(RecordEntry {
            size: Some(file.size),
            ..record.clone()
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
