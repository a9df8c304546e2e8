//! A bundle that is read: every file of it is on the list, and nothing else is in it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use tilsit_archive::zip::{ZipArchive, ZipEntry, ZipError};
use tilsit_archive::{FileSource, Limits};
use tilsit_files::{FileError, Operation};
use tilsit_index_client::RemoteFile;
use tilsit_packaging::marker::Marker;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::pylock::{Package, PackageSource, Selected};
use tilsit_packaging::tag::CompatibleTags;
use tilsit_provider::{Pin, PinnedFile};
use tilsit_simple_api::{CoreMetadataFile, Hashes};
use url::Url;

use super::{BundledWheel, MANIFEST, Manifest, ManifestError, WHEELS};
use crate::inputs::hex;

/// How large the list may be.
const MANIFEST_MAX_BYTES: u64 = 16 << 20;
/// How large the lock may be.
const LOCK_MAX_BYTES: u64 = 64 << 20;
/// How large all of it may be: a few sets of the largest wheels that there are.
const TOTAL_MAX_BYTES: u64 = 64 << 30;

/// A bundle whose list was read.
#[derive(Debug)]
pub struct Bundle {
    /// What is in it.
    pub manifest: Manifest,
    /// The text of the lock.
    pub lock: String,
    archive: ZipArchive<FileSource>,
    path: PathBuf,
}

/// Why a bundle is not used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// The file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// It is no archive as it should be.
    #[error("`{}` is no bundle that can be used", .path.display())]
    Archive {
        /// The bundle.
        path: PathBuf,
        /// Why.
        source: ZipError,
    },
    /// Its list is not valid.
    #[error("the list in `{}` is not valid", .path.display())]
    Manifest {
        /// The bundle.
        path: PathBuf,
        /// Why.
        source: ManifestError,
    },
    /// It is not what its list says.
    #[error("`{}` is not what its list says: {reason}", .path.display())]
    Contents {
        /// The bundle.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A wheel is not that of the lock.
    #[error("`{file}` of the bundle is not the file that the lock names for `{name}`")]
    Foreign {
        /// The project.
        name: ProjectName,
        /// The wheel.
        file: String,
    },
    /// There is nothing for an environment.
    #[error("the bundle has no wheel of `{name}` for this environment; it was made for {targets}")]
    Missing {
        /// The project.
        name: ProjectName,
        /// The environments that it was made for.
        targets: String,
    },
}

impl Bundle {
    /// Opens a bundle, and holds what is in it against its list; the wheels themselves are looked at when
    /// they are taken out.
    ///
    /// # Errors
    /// When it is damaged, or has something that is not on the list.
    pub fn open(path: &Path) -> Result<Self, BundleError> {
        let limits = Limits {
            total_max_bytes: TOTAL_MAX_BYTES,
            // Wheels are not compressed again.
            ratio_max: 2,
            ..Limits::default()
        };
        let unfit = |source| BundleError::Archive {
            path: path.to_path_buf(),
            source,
        };
        let wrong = |reason: String| BundleError::Contents {
            path: path.to_path_buf(),
            reason,
        };
        let archive = ZipArchive::open(FileSource::open(path)?, &limits).map_err(unfit)?;
        let read = |name: &str, max_bytes: u64| {
            let entry = archive.entry(name).filter(|entry| entry.is_file());
            let entry = entry.ok_or_else(|| wrong(format!("`{name}` is not in it")))?;
            if entry.size() > max_bytes {
                return Err(wrong(format!("`{name}` is too large")));
            }
            archive.read(entry).map_err(unfit)
        };
        let manifest = Manifest::parse(&read(MANIFEST, MANIFEST_MAX_BYTES)?);
        let manifest = manifest.map_err(|source| BundleError::Manifest {
            path: path.to_path_buf(),
            source,
        })?;
        let lock = read(&manifest.lock, LOCK_MAX_BYTES)?;
        if hex(&Sha256::digest(&lock)) != manifest.lock_sha256 {
            return Err(wrong(format!("`{}` has another hash", manifest.lock)));
        }
        let lock = String::from_utf8(lock);
        let lock = lock.map_err(|_| wrong(format!("`{}` is no text", manifest.lock)))?;
        check_entries(&archive, &manifest).map_err(wrong)?;
        Ok(Self {
            manifest,
            lock,
            archive,
            path: path.to_path_buf(),
        })
    }

    /// Takes the wheels out into a folder that somebody else looks after, those that are needed for what
    /// is selected in an environment; gives the pins of them.
    ///
    /// # Errors
    /// When a wheel is missing, damaged, or another one than the lock names.
    pub fn unpack(
        &self,
        selected: &[Selected<'_>],
        tags: &CompatibleTags,
        folder: &Path,
    ) -> Result<Vec<Pin>, BundleError> {
        let mut pins = Vec::with_capacity(selected.len());
        for one in selected {
            let wheel = self.best(one.package, tags)?;
            check_locked(one.package, wheel)?;
            let path = self.take_out(wheel, folder)?;
            pins.push(pin(one.package, wheel, &path));
        }
        Ok(pins)
    }

    /// The wheel of a package that suits an environment best.
    fn best(&self, package: &Package, tags: &CompatibleTags) -> Result<&BundledWheel, BundleError> {
        let files = self.manifest.files.iter();
        let of_package = files.filter(|wheel| {
            let version = package.version.as_ref();
            wheel.name.name == package.name
                && version.is_none_or(|version| *version == wheel.name.version)
        });
        let fitting =
            of_package.filter_map(|wheel| Some((tags.priority(&wheel.name.tags)?, wheel)));
        let best = fitting.min_by_key(|(priority, _)| *priority);
        best.map(|(_, wheel)| wheel).ok_or_else(|| {
            let targets = self.manifest.targets.iter();
            let targets =
                targets.map(|target| format!("Python {} on {}", target.python, target.platform));
            BundleError::Missing {
                name: package.name.clone(),
                targets: targets.collect::<Vec<_>>().join(", "),
            }
        })
    }

    /// Writes one wheel into a folder, and holds it against the list.
    fn take_out(&self, wheel: &BundledWheel, folder: &Path) -> Result<PathBuf, BundleError> {
        let unfit = |source| BundleError::Archive {
            path: self.path.clone(),
            source,
        };
        let wrong = |reason: String| BundleError::Contents {
            path: self.path.clone(),
            reason,
        };
        let name = entry_name(&wheel.file);
        let entry = self.archive.entry(&name);
        let entry = entry.ok_or_else(|| wrong(format!("`{name}` is not in it")))?;
        let path = folder.join(&wheel.file);
        let file = tilsit_files::AtomicFile::create(&path)?;
        let mut hasher = Sha256::new();
        let mut written = Ok(());
        self.archive
            .reader()
            .stream(entry, &mut |bytes| {
                hasher.update(bytes);
                if written.is_ok() {
                    written = file.file().write_all(bytes);
                }
            })
            .map_err(unfit)?;
        written.map_err(|error| FileError::new(Operation::Write, &path, error))?;
        if hex(&hasher.finalize()) != wheel.sha256 {
            return Err(wrong(format!("`{name}` has another hash")));
        }
        file.commit(tilsit_files::Durability::Fast)?;
        Ok(path)
    }
}

/// The name of a wheel in the archive.
pub(super) fn entry_name(file: &str) -> String {
    format!("{WHEELS}/{file}")
}

/// Whether what is in the archive is what is on the list, in the sizes that it says.
fn check_entries(archive: &ZipArchive<FileSource>, manifest: &Manifest) -> Result<(), String> {
    let listed: BTreeMap<String, u64> = manifest
        .files
        .iter()
        .map(|wheel| (entry_name(&wheel.file), wheel.size_bytes))
        .collect();
    let mut found = BTreeSet::new();
    for entry in archive.entries() {
        let name = entry.name();
        if name == MANIFEST || name == manifest.lock {
            continue;
        }
        match listed.get(name).filter(|_| entry.is_file()) {
            None => return Err(format!("`{}` is not on it", name.escape_debug())),
            Some(size) if *size != entry.size() => {
                return Err(format!("`{name}` has {} bytes, not {size}", entry.size()));
            }
            Some(_) => drop(found.insert(ZipEntry::name(entry))),
        }
    }
    match listed.keys().find(|name| !found.contains(name.as_str())) {
        Some(name) => Err(format!("`{name}` is not in it")),
        None => Ok(()),
    }
}

/// Whether a wheel is the one that the lock names, as far as it names any.
fn check_locked(package: &Package, wheel: &BundledWheel) -> Result<(), BundleError> {
    let is_it = |hashes: &BTreeMap<String, String>| hashes.get("sha256") == Some(&wheel.sha256);
    let is_locked = match &package.source {
        PackageSource::Distributions { sdist, wheels } => {
            let mut named = wheels.iter();
            match named.find(|file| file.file_name().as_deref() == Some(&wheel.file)) {
                Some(file) => is_it(&file.hashes),
                None => wheel.is_built && sdist.is_some(),
            }
        }
        PackageSource::Archive(archive) => is_it(&archive.hashes) || wheel.is_built,
        PackageSource::Directory(_) | PackageSource::Vcs(_) => wheel.is_built,
    };
    if is_locked {
        return Ok(());
    }
    Err(BundleError::Foreign {
        name: package.name.clone(),
        file: wheel.file.clone(),
    })
}

fn pin(package: &Package, wheel: &BundledWheel, path: &Path) -> Pin {
    let mut hashes = Hashes::default();
    // It was read as one.
    let _ = hashes.add("sha256", &wheel.sha256);
    let url = Url::from_file_path(path);
    Pin {
        name: package.name.clone(),
        version: wheel.name.version.clone(),
        url: None,
        marker: Marker::TRUE,
        extras: BTreeSet::new(),
        required_by: Vec::new(),
        requires: Vec::new(),
        dependencies: Vec::new(),
        hashes: vec![format!("sha256:{}", wheel.sha256)],
        file: PinnedFile {
            remote: RemoteFile {
                name: wheel.file.as_str().into(),
                url: url.expect("a folder that files are written to has a whole path"),
                hashes,
                size_bytes: Some(wheel.size_bytes),
                core_metadata: CoreMetadataFile::No,
                upload_time: None,
            },
            is_wheel: true,
            requires_python: None,
        },
        files: Vec::new(),
        index: None,
    }
}
