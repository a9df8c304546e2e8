//! Opening a source distribution: one pass over the whole archive.

use std::io::{BufRead, BufReader};
use std::path::Path;

use tilsit_archive::tar::{Links, TarEntryKind, TarError, TarReader};
use tilsit_archive::zip::{ZipArchive, ZipError};
use tilsit_archive::{FileSource, Limits, ReadAt};
use tilsit_files::FileError;
use tilsit_packaging::file_name::{FileNameError, SdistFileName};
use tilsit_packaging::metadata::{CoreMetadata, Field, MetadataError, MetadataVersion};
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::version::Version;

use crate::finding::Finding;
use crate::rule::Rule;

/// The files that describe a release are text for people: larger ones are not meant to be read.
const DESCRIPTION_MAX_BYTES: u64 = 64 << 20;

/// A source distribution that is refused.
#[derive(Debug, thiserror::Error)]
#[error("the source distribution `{sdist}` {fault}")]
pub struct SdistError {
    /// The file's name.
    pub sdist: String,
    /// What is wrong with it.
    #[source]
    pub fault: Box<SdistFault>,
}

/// What is wrong with a source distribution; displays as the rest of a sentence that starts with
/// its name.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SdistFault {
    /// Its file name does not follow the standard.
    #[error("has a name that no source distribution may have: {0}")]
    FileName(#[from] FileNameError),
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    File(#[from] FileError),
    /// It is not a sound tar archive.
    #[error("is not a sound archive: {0}")]
    Tar(#[from] TarError),
    /// It is not a sound zip archive.
    #[error("is not a sound archive: {0}")]
    Zip(#[from] ZipError),
    /// There is not exactly one top folder.
    #[error("has `{}` beside its top folder `{}`", other.escape_debug(), top.escape_debug())]
    TopFolder {
        /// The first entry's folder.
        top: String,
        /// An entry outside of it.
        other: String,
    },
    /// There is nothing in it.
    #[error("is empty")]
    Empty,
    /// Name or version in the file name differ from those inside.
    #[error("holds another release: {place} says `{found}`")]
    OtherRelease {
        /// Where the other release is named.
        place: &'static str,
        /// What stands there.
        found: String,
    },
    /// PKG-INFO does not say which release it is.
    #[error("has metadata that cannot be used: {0}")]
    Metadata(#[from] MetadataError),
    /// A file that must be read is too large.
    #[error("has a `{0}` that is too large to be read")]
    TooLarge(&'static str),
}

/// One file, folder or link of a source distribution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SdistEntry {
    /// The path below the top folder.
    pub path: String,
    /// What it is.
    pub kind: TarEntryKind,
    /// The bytes of a file's contents.
    pub size: u64,
    /// Whether anybody may execute it.
    pub executable: bool,
}

/// A source distribution that was read to its end.
#[derive(Debug)]
pub struct Sdist {
    file_name: SdistFileName,
    top: String,
    entries: Vec<SdistEntry>,
    metadata: Option<CoreMetadata>,
    pyproject: Option<Vec<u8>>,
    findings: Vec<Finding>,
}

impl Sdist {
    /// Opens a source distribution on disk, by the name it has there.
    ///
    /// # Errors
    /// When the file cannot be read or the source distribution is refused.
    pub fn open(path: impl AsRef<Path>, limits: &Limits) -> Result<Self, SdistError> {
        let path = path.as_ref();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let read = || -> Result<Self, SdistFault> {
            if is_zip(&name) {
                return read_zip(&name, FileSource::open(path)?, limits);
            }
            let input = BufReader::with_capacity(1 << 16, tilsit_files::open(path)?);
            read_tar(&name, input, limits)
        };
        read().map_err(|fault| error(&name, fault))
    }

    /// Opens a source distribution in memory.
    ///
    /// # Errors
    /// When the source distribution is refused.
    pub fn from_bytes(file_name: &str, bytes: &[u8], limits: &Limits) -> Result<Self, SdistError> {
        let read = if is_zip(file_name) {
            read_zip(file_name, bytes, limits)
        } else {
            read_tar(file_name, bytes, limits)
        };
        read.map_err(|fault| error(file_name, fault))
    }

    /// The file name: project and version.
    pub fn file_name(&self) -> &SdistFileName {
        &self.file_name
    }

    /// The name of the top folder.
    pub fn top_folder(&self) -> &str {
        &self.top
    }

    /// All entries below the top folder, in the archive's order.
    pub fn entries(&self) -> &[SdistEntry] {
        &self.entries
    }

    /// What PKG-INFO says; a build may say otherwise, see [`static_metadata`](Self::static_metadata).
    pub fn metadata(&self) -> Option<&CoreMetadata> {
        self.metadata.as_ref()
    }

    /// What PKG-INFO says where every wheel built from here must say the same in the fields that
    /// resolving needs: from version 2.2 on, and none of them `Dynamic` (PEP 643).
    pub fn static_metadata(&self) -> Option<&CoreMetadata> {
        let needed = [
            Field::RequiresDist,
            Field::RequiresPython,
            Field::ProvidesExtra,
        ];
        self.metadata.as_ref().filter(|metadata| {
            metadata.metadata_version >= MetadataVersion::new(2, 2)
                && !needed.iter().any(|field| metadata.is_dynamic(*field))
        })
    }

    /// The bytes of pyproject.toml.
    pub fn pyproject(&self) -> Option<&[u8]> {
        self.pyproject.as_deref()
    }

    /// Whether there is a file of this path below the top folder.
    pub fn has_file(&self, path: &str) -> bool {
        self.entries
            .iter()
            .any(|entry| entry.path == path && entry.kind == TarEntryKind::File)
    }

    /// What is wrong and harms nobody.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
}

fn error(name: &str, fault: SdistFault) -> SdistError {
    SdistError {
        sdist: name.to_owned(),
        fault: Box::new(fault),
    }
}

pub(super) fn is_zip(file_name: &str) -> bool {
    let extension = Path::new(file_name).extension();
    extension.is_some_and(|extension| extension.eq_ignore_ascii_case("zip"))
}

fn read_tar(text_name: &str, input: impl BufRead, limits: &Limits) -> Result<Sdist, SdistFault> {
    let mut collected = Collected::new(text_name)?;
    let mut reader = TarReader::new(input, limits, Links::Inside)?;
    while let Some(entry) = reader.next_entry()? {
        let wanted = collected.add(SdistEntry {
            path: entry.name,
            executable: entry.mode & 0o111 != 0,
            kind: entry.kind,
            size: entry.size,
        })?;
        if let Some(file) = wanted {
            collected.keep(file, reader.read_contents()?);
        }
    }
    collected.finish()
}

fn read_zip(text_name: &str, source: impl ReadAt, limits: &Limits) -> Result<Sdist, SdistFault> {
    let mut collected = Collected::new(text_name)?;
    let archive = ZipArchive::open(source, limits)?;
    let mut reader = archive.reader();
    for entry in archive.entries() {
        let wanted = collected.add(SdistEntry {
            path: entry.name().to_owned(),
            kind: if entry.is_file() {
                TarEntryKind::File
            } else {
                TarEntryKind::Folder
            },
            size: entry.size(),
            executable: entry.is_executable(),
        })?;
        match wanted {
            Some(file) => collected.keep(file, reader.read(entry)?.to_vec()),
            None => reader.stream(entry, &mut |_| ())?,
        }
    }
    collected.finish()
}

/// The files whose contents say what is in the archive.
#[derive(Clone, Copy)]
enum Wanted {
    PkgInfo,
    Pyproject,
}

/// What the pass over the archive has found so far.
struct Collected {
    text_name: String,
    file_name: SdistFileName,
    top: Option<String>,
    entries: Vec<SdistEntry>,
    pkg_info: Option<Vec<u8>>,
    pyproject: Option<Vec<u8>>,
}

impl Collected {
    fn new(text_name: &str) -> Result<Self, SdistFault> {
        let file_name: SdistFileName = text_name.parse()?;
        Ok(Self {
            text_name: text_name.to_owned(),
            file_name,
            top: None,
            entries: Vec::new(),
            pkg_info: None,
            pyproject: None,
        })
    }

    /// Takes an entry, its path cut to what is below the top folder; tells whether its contents
    /// are wanted.
    fn add(&mut self, mut entry: SdistEntry) -> Result<Option<Wanted>, SdistFault> {
        let is_folder = entry.kind == TarEntryKind::Folder;
        let (top, below) = match entry.path.split_once('/') {
            Some((top, below)) => (top, below),
            None => (entry.path.as_str(), ""),
        };
        if below.is_empty() && !is_folder {
            return Err(SdistFault::TopFolder {
                top: self.top.clone().unwrap_or_default(),
                other: entry.path,
            });
        }
        match &self.top {
            None => self.top = Some(top.to_owned()),
            Some(first) if first != top => {
                return Err(SdistFault::TopFolder {
                    top: first.clone(),
                    other: entry.path,
                });
            }
            Some(_) => {}
        }
        if below.is_empty() {
            return Ok(None);
        }
        let below = below.to_owned();
        entry.path.clone_from(&below);
        let wanted = match below.as_str() {
            _ if entry.kind != TarEntryKind::File => None,
            "PKG-INFO" => Some((Wanted::PkgInfo, "PKG-INFO")),
            "pyproject.toml" => Some((Wanted::Pyproject, "pyproject.toml")),
            _ => None,
        };
        if let Some((_, name)) = wanted
            && entry.size > DESCRIPTION_MAX_BYTES
        {
            return Err(SdistFault::TooLarge(name));
        }
        self.entries.push(entry);
        Ok(wanted.map(|(wanted, _)| wanted))
    }

    fn keep(&mut self, file: Wanted, contents: Vec<u8>) {
        match file {
            Wanted::PkgInfo => self.pkg_info = Some(contents),
            Wanted::Pyproject => self.pyproject = Some(contents),
        }
    }

    fn finish(self) -> Result<Sdist, SdistFault> {
        let top = self.top.ok_or(SdistFault::Empty)?;
        let (name, version) = (&self.file_name.name, &self.file_name.version);
        let mut findings = check_top(&top, name, version)?;
        let metadata = match &self.pkg_info {
            None => {
                findings.push(Finding::new(
                    Rule::PkgInfoMissing,
                    "",
                    "PKG-INFO",
                    "is missing",
                ));
                None
            }
            Some(bytes) => {
                let (metadata, problems) = CoreMetadata::parse(bytes)?;
                let format = metadata.metadata_version;
                findings.extend(Finding::all_in_metadata("PKG-INFO", format, problems));
                if metadata.project_name() != name || metadata.version != *version {
                    return Err(SdistFault::OtherRelease {
                        place: "PKG-INFO",
                        found: format!("{} {}", metadata.name(), metadata.version),
                    });
                }
                Some(metadata)
            }
        };
        let has_setup = self.entries.iter().any(|entry| entry.path == "setup.py");
        if self.pyproject.is_none() {
            let reason = if has_setup {
                "is missing: only `setup.py` says how to build"
            } else {
                "is missing, and so is `setup.py`: nothing says how to build"
            };
            findings.push(Finding::new(
                Rule::BuildSystemMissing,
                "",
                "pyproject.toml",
                reason,
            ));
        }
        if !self.text_name.ends_with(".tar.gz") {
            let reason = "is not a .tar.gz file, the one form of today";
            findings.push(Finding::new(
                Rule::FileNameSpelling,
                "",
                &self.text_name,
                reason,
            ));
        }
        Ok(Sdist {
            file_name: self.file_name,
            top,
            entries: self.entries,
            metadata,
            pyproject: self.pyproject,
            findings,
        })
    }
}

/// The top folder must be that of the release; its spelling was free before PEP 625.
fn check_top(top: &str, name: &ProjectName, version: &Version) -> Result<Vec<Finding>, SdistFault> {
    // Neither names nor versions were bound to be free of dashes: every place may part the two.
    let is_release = top.match_indices('-').any(|(at, _)| {
        let (found_name, found_version) = (&top[..at], &top[at + 1..]);
        ProjectName::new(found_name).is_ok_and(|found| found == *name)
            && found_version
                .parse::<Version>()
                .is_ok_and(|found| found == *version)
    });
    if !is_release {
        return Err(SdistFault::OtherRelease {
            place: "the top folder",
            found: top.to_owned(),
        });
    }
    let standard = format!("{}-{version}", name.as_str().replace('-', "_"));
    if top == standard {
        return Ok(Vec::new());
    }
    let reason = format!("is not spelled `{standard}`, as the standard has it");
    Ok(vec![Finding::new(Rule::FileNameSpelling, "", top, reason)])
}
