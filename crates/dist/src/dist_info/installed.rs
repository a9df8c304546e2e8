//! One installed distribution.

use std::fmt;
use std::path::{Path, PathBuf};

use tilsit_files::FileError;
use tilsit_packaging::direct_url::{DirectUrl, DirectUrlError};
use tilsit_packaging::entry_points::{EntryPoints, EntryPointsError};
use tilsit_packaging::metadata::{CoreMetadata, MetadataError};
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::record::{Record, RecordError};
use tilsit_packaging::version::Version;

use crate::finding::Finding;

/// How a distribution was installed, as far as its traces tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstalledForm {
    /// A `.dist-info` folder: by an installer of today.
    DistInfo,
    /// An `.egg-info` folder: by setuptools, without RECORD.
    EggInfoFolder,
    /// An `.egg-info` file: by distutils, without a list of files. It cannot be uninstalled safely.
    EggInfoFile,
    /// A `.egg-link` file: a development install by setuptools.
    EggLink,
}

/// A distribution that is installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstalledDistribution {
    /// The project.
    pub name: ProjectName,
    /// The version.
    pub version: Version,
    /// The folder or file that says so.
    pub path: PathBuf,
    /// What that is.
    pub form: InstalledForm,
}

/// What is wrong with a file of an installed distribution.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InstalledError {
    /// A file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// METADATA does not say which release it is.
    #[error("cannot use `{}`: {source}", path.display())]
    Metadata {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: MetadataError,
    },
    /// RECORD is malformed.
    #[error("cannot use `{}`: {source}", path.display())]
    Record {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: RecordError,
    },
    /// `direct_url.json` is malformed.
    #[error("cannot use `{}`: {source}", path.display())]
    DirectUrl {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: DirectUrlError,
    },
    /// `entry_points.txt` is malformed.
    #[error("cannot use `{}`: {source}", path.display())]
    EntryPoints {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: EntryPointsError,
    },
}

impl InstalledDistribution {
    /// What METADATA (or PKG-INFO) says.
    ///
    /// # Errors
    /// When it is missing, cannot be read, or does not say which release it is.
    pub fn metadata(&self) -> Result<(CoreMetadata, Vec<Finding>), InstalledError> {
        let (path, file) = self.metadata_path();
        let bytes = tilsit_files::read(&path)?;
        match CoreMetadata::parse(&bytes) {
            Ok((metadata, problems)) => {
                let findings = Finding::all_in(file, problems).collect();
                Ok((metadata, findings))
            }
            Err(source) => Err(InstalledError::Metadata { path, source }),
        }
    }

    /// The file that holds the metadata, and its name for messages.
    pub fn metadata_path(&self) -> (PathBuf, &'static str) {
        match self.form {
            InstalledForm::DistInfo => (self.path.join("METADATA"), "METADATA"),
            InstalledForm::EggInfoFolder => (self.path.join("PKG-INFO"), "PKG-INFO"),
            InstalledForm::EggInfoFile | InstalledForm::EggLink => (self.path.clone(), "PKG-INFO"),
        }
    }

    /// The list of installed files; `None` where there is none, so that nothing can be uninstalled.
    ///
    /// # Errors
    /// When RECORD cannot be read.
    pub fn record(&self) -> Result<Option<Record>, InstalledError> {
        let Some((path, bytes)) = self.read("RECORD")? else {
            return Ok(None);
        };
        match Record::parse(&bytes) {
            Ok(record) => Ok(Some(record)),
            Err(source) => Err(InstalledError::Record { path, source }),
        }
    }

    /// Where it came from when not from an index (PEP 610).
    ///
    /// # Errors
    /// When `direct_url.json` is malformed or cannot be read.
    pub fn direct_url(&self) -> Result<Option<DirectUrl>, InstalledError> {
        let Some((path, bytes)) = self.read("direct_url.json")? else {
            return Ok(None);
        };
        match DirectUrl::parse(&bytes) {
            Ok(url) => Ok(Some(url)),
            Err(source) => Err(InstalledError::DirectUrl { path, source }),
        }
    }

    /// What it offers to others; nothing where there is no such file.
    ///
    /// # Errors
    /// When `entry_points.txt` cannot be used or read.
    pub fn entry_points(&self) -> Result<EntryPoints, InstalledError> {
        let Some((path, bytes)) = self.read("entry_points.txt")? else {
            return Ok(EntryPoints::default());
        };
        match EntryPoints::parse(&bytes) {
            Ok((entry_points, _)) => Ok(entry_points),
            Err(source) => Err(InstalledError::EntryPoints { path, source }),
        }
    }

    /// Who installed it, as INSTALLER says: one word.
    ///
    /// # Errors
    /// When INSTALLER is there and cannot be read.
    pub fn installer(&self) -> Result<Option<String>, InstalledError> {
        let found = self.read("INSTALLER")?;
        Ok(found.and_then(|(_, bytes)| {
            let text = String::from_utf8_lossy(&bytes);
            let word = text.lines().map(str::trim).find(|line| !line.is_empty());
            word.map(str::to_owned)
        }))
    }

    /// Whether the user asked for it by name (REQUESTED), rather than another distribution.
    ///
    /// # Errors
    /// When that cannot be told.
    pub fn is_requested(&self) -> Result<bool, InstalledError> {
        Ok(self.form == InstalledForm::DistInfo
            && tilsit_files::exists(self.path.join("REQUESTED"))?)
    }

    fn read(&self, file: &str) -> Result<Option<(PathBuf, Vec<u8>)>, FileError> {
        let folder: &Path = match self.form {
            InstalledForm::DistInfo | InstalledForm::EggInfoFolder => &self.path,
            InstalledForm::EggInfoFile | InstalledForm::EggLink => return Ok(None),
        };
        let path = folder.join(file);
        match tilsit_files::read(&path) {
            Ok(bytes) => Ok(Some((path, bytes))),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl fmt::Display for InstalledDistribution {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.name, self.version)
    }
}
