//! Writing a bundle: the same bytes for the same list, lock and wheels.

use std::collections::BTreeMap;
use std::io::{BufWriter, Error};
use std::path::{Path, PathBuf};

use tilsit_archive::zip::{ZipWriteError, ZipWriter, ZipWriterOptions};
use tilsit_files::{AtomicFile, Durability, FileError, Operation};

use super::open::entry_name;
use super::{BundleError, MANIFEST, Manifest};

impl Manifest {
    /// Writes the bundle of this list, with the text of its lock and the wheels by their names; a file that
    /// is there already is replaced as a whole.
    ///
    /// # Errors
    /// When a wheel cannot be read, or the bundle not be written.
    pub fn write(
        &self,
        path: &Path,
        lock: &str,
        wheels: &BTreeMap<String, PathBuf>,
    ) -> Result<(), BundleError> {
        let failed = |error: Error| FileError::new(Operation::Write, path, error);
        let unwritten = |error: ZipWriteError| match error {
            ZipWriteError::Write(error) => failed(error),
            name @ ZipWriteError::Name { .. } => failed(Error::other(name)),
        };
        let file = AtomicFile::create(path)?;
        let options = ZipWriterOptions {
            // Wheels are compressed already, and what is stored can be looked at as it lies.
            level: 0,
            ..ZipWriterOptions::default()
        };
        let mut writer = ZipWriter::new(BufWriter::new(file.file()), options);
        let mut add = |name: &str, contents: &[u8]| {
            let added = writer.add_file(name, contents, false);
            added.map_err(unwritten)
        };
        add(MANIFEST, self.to_json().as_bytes())?;
        add(&self.lock, lock.as_bytes())?;
        for (name, wheel) in wheels {
            add(&entry_name(name), &tilsit_files::read(wheel)?)?;
        }
        let output = writer.finish().map_err(unwritten)?;
        let written = output.into_inner();
        written.map_err(|error| failed(error.into_error()))?;
        file.commit(Durability::Synced)?;
        Ok(())
    }
}
