//! One installed distribution.

use std::fmt;
use std::path::{Path, PathBuf};

use tilsit_archive::zip::{ZipArchive, ZipEntry, ZipError};
use tilsit_archive::{FileSource, Limits};
use tilsit_files::{FileError, FileKind};
use tilsit_packaging::direct_url::{DirectUrl, DirectUrlError};
use tilsit_packaging::entry_points::{EntryPoints, EntryPointsError};
use tilsit_packaging::metadata::{CoreMetadata, MetadataError};
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::record::{Record, RecordError};
use tilsit_packaging::version::Version;

use super::requires_txt::RequiresTxt;
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
    /// A folder `.egg`, everything in it: by `easy_install`.
    EggFolder,
    /// A zip file `.egg`: by `easy_install`.
    EggFile,
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
    /// The source tree of a development install by setuptools.
    pub source_tree: Option<PathBuf>,
}

/// What is wrong with a file of an installed distribution.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InstalledError {
    /// A file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// A zipped egg is damaged.
    #[error("cannot use `{}`: {source}", path.display())]
    Egg {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: ZipError,
    },
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
    /// What METADATA says, or PKG-INFO with the `requires.txt` of an egg, whose metadata does not name
    /// requirements.
    ///
    /// # Errors
    /// When it is missing, cannot be read, or does not say which release it is.
    pub fn metadata(&self) -> Result<(CoreMetadata, Vec<Finding>), InstalledError> {
        let (path, file) = self.metadata_path();
        let bytes = match self.form {
            InstalledForm::EggFile => read_in_egg(&self.path, file)?.unwrap_or_default(),
            _ => tilsit_files::read(&path)?,
        };
        match CoreMetadata::parse(&bytes) {
            Ok((mut metadata, problems)) => {
                let format = metadata.metadata_version;
                let mut findings: Vec<Finding> =
                    Finding::all_in_metadata(file, format, problems).collect();
                if self.form != InstalledForm::DistInfo && metadata.requires_dist.is_empty() {
                    findings.extend(self.add_requires_txt(&mut metadata)?);
                }
                Ok((metadata, findings))
            }
            Err(source) => Err(InstalledError::Metadata { path, source }),
        }
    }

    fn add_requires_txt(
        &self,
        metadata: &mut CoreMetadata,
    ) -> Result<impl Iterator<Item = Finding>, InstalledError> {
        let found = self.read("requires.txt")?;
        let text = found.map(|(_, bytes)| String::from_utf8_lossy(&bytes).into_owned());
        let read = RequiresTxt::parse(&text.unwrap_or_default());
        metadata.requires_dist = read.requires;
        for extra in read.extras {
            if !metadata.provides_extra.contains(&extra) {
                metadata.provides_extra.push(extra);
            }
        }
        Ok(Finding::all_in("requires.txt", read.problems))
    }

    /// The file that holds the metadata, and its name for messages.
    pub fn metadata_path(&self) -> (PathBuf, &'static str) {
        let file = match self.form {
            InstalledForm::DistInfo => "METADATA",
            _ => "PKG-INFO",
        };
        let path = match self.folder() {
            Some(folder) => folder.join(file),
            None => self.path.clone(),
        };
        (path, file)
    }

    /// The folder of the metadata; none where it is one file, or lies in a zipped egg.
    pub fn folder(&self) -> Option<PathBuf> {
        match self.form {
            InstalledForm::DistInfo | InstalledForm::EggInfoFolder => Some(self.path.clone()),
            InstalledForm::EggFolder => Some(self.path.join(EGG_INFO)),
            InstalledForm::EggLink => {
                let name = self.path.file_stem()?.to_str()?;
                let tree = self.source_tree.as_ref()?;
                Some(tree.join(format!("{}.egg-info", name.replace('-', "_"))))
            }
            InstalledForm::EggInfoFile | InstalledForm::EggFile => None,
        }
    }

    /// The lines of a file of the metadata, such as `top_level.txt`; none where there is no such
    /// file.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub fn lines_of(&self, file: &str) -> Result<Option<Vec<String>>, InstalledError> {
        let Some((_, bytes)) = self.read(file)? else {
            return Ok(None);
        };
        let text = String::from_utf8_lossy(&bytes);
        let lines = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .map(str::to_owned);
        Ok(Some(lines.collect()))
    }

    /// The names of the programs that an egg brings as `EGG-INFO/scripts/…`.
    ///
    /// # Errors
    /// When they cannot be listed.
    pub fn egg_scripts(&self) -> Result<Vec<String>, InstalledError> {
        if self.form == InstalledForm::EggFile {
            let archive = open_egg(&self.path)?;
            let entries = archive.entries().iter().map(ZipEntry::name);
            let scripts = entries.filter_map(|name| name.strip_prefix("EGG-INFO/scripts/"));
            let scripts = scripts.filter(|name| !name.is_empty() && !name.contains('/'));
            return Ok(scripts.map(str::to_owned).collect());
        }
        let Some(folder) = self.folder() else {
            return Ok(Vec::new());
        };
        match tilsit_files::read_dir(folder.join("scripts")) {
            Ok(entries) => Ok(entries
                .into_iter()
                .filter(|entry| entry.kind == FileKind::File)
                .filter_map(|entry| entry.name.into_string().ok())
                .collect()),
            Err(error) if error.is_not_found() => Ok(Vec::new()),
            Err(error) => Err(error.into()),
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

    fn read(&self, file: &str) -> Result<Option<(PathBuf, Vec<u8>)>, InstalledError> {
        if self.form == InstalledForm::EggFile {
            let bytes = read_in_egg(&self.path, file)?;
            return Ok(bytes.map(|bytes| (self.path.clone(), bytes)));
        }
        let Some(folder) = self.folder() else {
            return Ok(None);
        };
        let path = folder.join(file);
        match tilsit_files::read(&path) {
            Ok(bytes) => Ok(Some((path, bytes))),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// The folder of the metadata in an egg.
const EGG_INFO: &str = "EGG-INFO";

fn open_egg(path: &Path) -> Result<ZipArchive<FileSource>, InstalledError> {
    let source = FileSource::open(path)?;
    ZipArchive::open(source, &Limits::default()).map_err(|source| InstalledError::Egg {
        path: path.to_path_buf(),
        source,
    })
}

/// A file of a zipped egg's metadata.
pub(super) fn read_in_egg(path: &Path, file: &str) -> Result<Option<Vec<u8>>, InstalledError> {
    let archive = open_egg(path)?;
    let Some(entry) = archive.entry(&format!("{EGG_INFO}/{file}")) else {
        return Ok(None);
    };
    let bytes = archive.read(entry).map_err(|source| InstalledError::Egg {
        path: path.to_path_buf(),
        source,
    })?;
    Ok(Some(bytes))
}

impl fmt::Display for InstalledDistribution {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.name, self.version)
    }
}
