//! Where an import finds files: a devpi export, a tree of our own [`super::export`], or any folder,
//! such as pypiserver's.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use tilsit_files::{ConfinedError, FileError, FileKind, join_confined};
use tilsit_simple_api::{JsonPageError, Sha256Digest, Yanked, parse_json};

use super::devpi::{DevpiExport, DevpiExportError};
use super::export::{MARKER, PAGE_JSON, SIMPLE};

/// What devpi calls the list of an export's files.
const DEVPI_INDEX: &str = "dataindex.json";
/// What distribution files end in, of today and of old; those of old are refused with a reason.
const ENDINGS: [&str; 7] = [
    ".whl", ".tar.gz", ".zip", ".egg", ".tar.bz2", ".tgz", ".tar.xz",
];

/// A file to import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundFile {
    /// Where it is.
    pub path: PathBuf,
    /// When it was uploaded to where it comes from.
    pub uploaded: Option<Timestamp>,
    /// What its bytes are said to be.
    pub sha256: Option<Sha256Digest>,
    /// Why it is yanked, perhaps without a reason; `None` when it is not.
    pub yanked: Option<String>,
}

/// Why a source cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A file or folder cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// A devpi export's list cannot be.
    #[error("`{}` cannot be read: {source}", path.display())]
    Devpi {
        /// The list.
        path: PathBuf,
        /// Why not.
        source: DevpiExportError,
    },
    /// A page of an exported tree cannot be.
    #[error("`{}` cannot be read: {source}", path.display())]
    Page {
        /// The page.
        path: PathBuf,
        /// Why not.
        source: JsonPageError,
    },
    /// A list names a file that is not in its folder.
    #[error("`{}` names a file outside of its folder: {source}", path.display())]
    Outside {
        /// The list.
        path: PathBuf,
        /// What it names.
        source: ConfinedError,
    },
}

/// The files of a source, in a settled order.
///
/// # Errors
/// When the source, or a list in it, cannot be read.
pub fn find_files(source: &Path) -> Result<Vec<FoundFile>, SourceError> {
    if tilsit_files::exists(source.join(DEVPI_INDEX))? {
        return of_devpi(source);
    }
    if tilsit_files::exists(source.join(MARKER))? {
        return of_export(source);
    }
    of_folder(source)
}

fn of_devpi(source: &Path) -> Result<Vec<FoundFile>, SourceError> {
    let path = source.join(DEVPI_INDEX);
    let bytes = tilsit_files::read(&path)?;
    let export = match DevpiExport::parse(&bytes) {
        Ok(export) => export,
        Err(source) => return Err(SourceError::Devpi { path, source }),
    };
    let found = export.files.into_iter().map(|file| {
        let file_path = confined(source, &file.relative_path, &path)?;
        Ok(FoundFile {
            path: file_path,
            uploaded: file.uploaded,
            sha256: file.sha256,
            yanked: None,
        })
    });
    found.collect()
}

fn of_export(source: &Path) -> Result<Vec<FoundFile>, SourceError> {
    let mut found = Vec::new();
    for folder in tilsit_files::read_dir(source.join(SIMPLE))? {
        if folder.kind != FileKind::Folder {
            continue;
        }
        let path = folder.path.join(PAGE_JSON);
        let page = match parse_json(&tilsit_files::read(&path)?, None) {
            Ok(page) => page,
            Err(source) => return Err(SourceError::Page { path, source }),
        };
        for file in page.files {
            // As the page stands two folders below the root.
            let relative = file.url.strip_prefix("../../").unwrap_or(&file.url);
            found.push(FoundFile {
                path: confined(source, relative, &path)?,
                uploaded: file.upload_time,
                sha256: file.hashes.sha256,
                yanked: match file.yanked {
                    Yanked::No => None,
                    Yanked::Yes(reason) => Some(reason.unwrap_or_default().into()),
                },
            });
        }
    }
    Ok(found)
}

fn of_folder(source: &Path) -> Result<Vec<FoundFile>, SourceError> {
    let mut found = Vec::new();
    for entry in tilsit_files::walk(source)? {
        let is_distribution = entry.name.to_str().is_some_and(|name| {
            let name = name.to_ascii_lowercase();
            !name.starts_with('.') && ENDINGS.iter().any(|ending| name.ends_with(ending))
        });
        // Folders of packages often hold links to files; links to folders could go in circles.
        let is_file = match entry.kind {
            FileKind::Folder => false,
            FileKind::Symlink => tilsit_files::metadata(&entry.path).is_ok_and(|at| at.is_file()),
            _ => true,
        };
        if is_distribution && is_file {
            found.push(FoundFile {
                path: entry.path,
                uploaded: None,
                sha256: None,
                yanked: None,
            });
        }
    }
    Ok(found)
}

fn confined(root: &Path, relative: &str, named_in: &Path) -> Result<PathBuf, SourceError> {
    join_confined(root, relative).map_err(|source| SourceError::Outside {
        path: named_in.to_path_buf(),
        source,
    })
}
