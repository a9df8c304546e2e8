//! Unpacks a wheel into a folder: each file checked against RECORD and written read-only.
//!
//! What a wheel must be like is `tilsit-dist`'s matter; an archive that it refuses is not
//! unpacked. Entries are inflated, hashed and written by several threads.

use std::collections::{BTreeSet, HashMap};
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use sha2::{Digest, Sha256};
use tilsit_archive::zip::{EntryReader, ZipArchive, ZipEntry, ZipError};
use tilsit_archive::{FileSource, Limits};
use tilsit_files::{FileError, Operation};
use tilsit_packaging::entry_points::EntryPoints;
use tilsit_packaging::record::{RecordEntry, RecordHash};

use super::elf;
use crate::manifest::{Command, FileKind, Manifest, ManifestFile};
use crate::{scripts, system};

/// Up to this size a file is a script whose first line may be replaced at each installation.
const SCRIPT_SIZE_MAX_BYTES: usize = 16 << 20;

/// Below this many bytes one thread is faster than starting more.
const THREADS_FROM_BYTES: u64 = 1 << 20;

/// Unpacks the wheel into the folder `tree`, which is made, and describes it.
pub(super) fn unpack(wheel: &Path, tree: &Path) -> Result<Manifest, UnpackError> {
    let opened = Opened::open(wheel)?;
    let files: Vec<&ZipEntry> = opened
        .archive
        .entries()
        .iter()
        .filter(|entry| entry.is_file() && entry.name() != opened.record_path)
        .collect();
    let folders = folders_of(files.iter().map(|entry| entry.name()));
    tilsit_files::create_dir_all(tree)?;
    for folder in &folders {
        tilsit_files::create_dir(tree.join(folder))?;
    }
    let mut unpacked = write_all(&opened, &files, tree)?;
    unpacked.sort_by(|left, right| left.file.path.cmp(&right.file.path));
    let has_pth = |file: &Unpacked| {
        let path = Path::new(&file.file.path);
        path.parent() == Some(Path::new("")) && path.extension().is_some_and(|kind| kind == "pth")
    };
    let tree_safe = !unpacked.iter().any(|file| file.climbs || has_pth(file));
    Ok(Manifest {
        tree_safe,
        folders: folders.into_iter().collect(),
        files: unpacked.into_iter().map(|file| file.file).collect(),
        commands: commands_of(&opened.entry_points),
        name: opened.name,
        version: opened.version,
        dist_info: opened.dist_info,
        root_is_purelib: opened.root_is_purelib,
    })
}

/// Every folder that holds one of the files, parents first.
fn folders_of<'a>(files: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
    let mut folders = BTreeSet::new();
    for file in files {
        let mut rest = file;
        while let Some((folder, _)) = rest.rsplit_once('/') {
            if !folders.insert(folder.to_owned()) {
                break;
            }
            rest = folder;
        }
    }
    folders
}

fn commands_of(entry_points: &EntryPoints) -> Vec<Command> {
    let console = entry_points.console_scripts().map(|entry| (false, entry));
    let gui = entry_points.gui_scripts().map(|entry| (true, entry));
    console
        .chain(gui)
        .filter_map(|(is_gui, (name, reference))| {
            Some(Command {
                is_gui,
                name: name.to_owned(),
                module: reference.module().to_owned(),
                // Without an object there is nothing to call.
                object: reference.object()?.to_owned(),
            })
        })
        .collect()
}

/// A file that is in place.
struct Unpacked {
    file: ManifestFile,
    /// Whether it is a library that looks outside of its top folder.
    climbs: bool,
}

/// Unpacks the entries with as many threads as the wheel is worth.
fn write_all(
    opened: &Opened,
    files: &[&ZipEntry],
    tree: &Path,
) -> Result<Vec<Unpacked>, UnpackError> {
    let size: u64 = files.iter().map(|entry| entry.size()).sum();
    let threads = if size < THREADS_FROM_BYTES {
        1
    } else {
        let available = std::thread::available_parallelism();
        available.map_or(1, std::num::NonZero::get).min(8)
    };
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        let mut reader = opened.archive.reader();
        while let Some(entry) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            match write_one(opened, &mut reader, entry, tree) {
                Ok(file) => done.push(file),
                Err(error) => {
                    // The other threads need not go on.
                    next.store(files.len(), Ordering::Relaxed);
                    return Err(error);
                }
            }
        }
        Ok(done)
    };
    if threads == 1 {
        return work();
    }
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let mut all = Vec::with_capacity(files.len());
        for worker in workers {
            all.extend(worker.join().expect("a worker does not panic")?);
        }
        Ok(all)
    })
}

fn write_one(
    opened: &Opened,
    reader: &mut EntryReader<'_, FileSource>,
    entry: &ZipEntry,
    tree: &Path,
) -> Result<Unpacked, UnpackError> {
    let path = entry.name();
    let is_script = opened.is_script(path);
    let is_program = entry.is_executable() || is_script;
    let place = tree.join(path);
    let named = |source| FileError::new(Operation::Write, &place, source);
    let mut file = system::create_read_only(&place, is_program).map_err(named)?;
    let mut hasher = Sha256::new();
    let (mut size_bytes, mut written) = (0_u64, Ok(()));
    let (mut names_python, mut climbs) = (false, false);
    reader.stream(entry, &mut |piece| {
        hasher.update(piece);
        if size_bytes == 0 {
            names_python = is_script && scripts::names_python(piece);
            climbs = elf::climbs_out(path, piece);
        }
        size_bytes += piece.len() as u64;
        if written.is_ok() {
            written = file.write_all(piece);
        }
    })?;
    written.map_err(named)?;
    let hash = RecordHash::sha256(&hasher.finalize().into());
    opened.check(path, &hash, size_bytes)?;
    let fits = usize::try_from(size_bytes).is_ok_and(|size| size <= SCRIPT_SIZE_MAX_BYTES);
    Ok(Unpacked {
        climbs,
        file: ManifestFile {
            path: path.to_owned(),
            size_bytes,
            hash,
            kind: match (names_python && fits, is_program) {
                (true, _) => FileKind::PythonScript,
                (false, true) => FileKind::Program,
                (false, false) => FileKind::Plain,
            },
        },
    })
}

/// Why a wheel was not unpacked.
#[derive(Debug, thiserror::Error)]
pub enum UnpackError {
    /// The archive is refused.
    #[error(transparent)]
    Archive(#[from] ZipError),
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The metadata is refused.
    #[error("{0}")]
    Metadata(String),
    /// A file is not listed in RECORD.
    #[error("RECORD does not list `{0}`")]
    NotListed(String),
    /// A file is another than RECORD says.
    #[error("RECORD lists `{path}` with another {what}: {expected} instead of {found}")]
    Mismatch {
        /// The path inside the wheel.
        path: String,
        /// `hash` or `size`.
        what: &'static str,
        /// What RECORD says.
        expected: String,
        /// What the file has.
        found: String,
    },
}

/// A wheel whose metadata is read.
struct Opened {
    archive: ZipArchive<FileSource>,
    name: tilsit_packaging::name::ProjectName,
    version: tilsit_packaging::version::Version,
    dist_info: String,
    record_path: String,
    root_is_purelib: bool,
    entry_points: EntryPoints,
    record: HashMap<String, RecordEntry>,
}

impl Opened {
    fn open(wheel: &Path) -> Result<Self, UnpackError> {
        let archive = ZipArchive::open(FileSource::open(wheel)?, &Limits::default())?;
        let metadata = |reason: &str| UnpackError::Metadata(reason.to_owned());
        let dist_info = archive
            .entries()
            .iter()
            .find_map(|entry| entry.name().strip_suffix(".dist-info/WHEEL"))
            .ok_or_else(|| metadata("no WHEEL"))?
            .to_owned();
        let (name, version) = dist_info.split_once('-').ok_or_else(|| metadata("name"))?;
        let name = name.parse().map_err(|_| metadata("its name is no name"))?;
        let version = version
            .parse()
            .map_err(|_| metadata("its version is no version"))?;
        let dist_info = format!("{dist_info}.dist-info");
        let read = |file: &str| {
            let entry = archive.entry(&format!("{dist_info}/{file}"));
            entry.map(|entry| archive.read(entry)).transpose()
        };
        let wheel_text = read("WHEEL")?.unwrap_or_default();
        let wheel_text = String::from_utf8_lossy(&wheel_text);
        let root_is_purelib = wheel_text.contains("Root-Is-Purelib: true");
        let entry_points = match read("entry_points.txt")? {
            Some(bytes) => {
                EntryPoints::parse(&bytes)
                    .map_err(|e| metadata(&e.to_string()))?
                    .0
            }
            None => EntryPoints::default(),
        };
        let record = read("RECORD")?.ok_or_else(|| metadata("no RECORD"))?;
        let record = tilsit_packaging::record::Record::parse(&record)
            .map_err(|e| metadata(&e.to_string()))?;
        Ok(Self {
            record_path: format!("{dist_info}/RECORD"),
            name,
            version,
            dist_info,
            root_is_purelib,
            entry_points,
            record: record
                .entries
                .into_iter()
                .map(|e| (e.path.clone(), e))
                .collect(),
            archive,
        })
    }

    fn is_script(&self, path: &str) -> bool {
        let data = self.dist_info.strip_suffix(".dist-info");
        data.and_then(|stem| path.strip_prefix(stem))
            .is_some_and(|rest| rest.starts_with(".data/scripts/"))
    }

    fn check(&self, path: &str, hash: &RecordHash, size: u64) -> Result<(), UnpackError> {
        let listed = self.record.get(path);
        let listed = listed.ok_or_else(|| UnpackError::NotListed(path.to_owned()))?;
        let mismatch = |what, expected: String, found: String| UnpackError::Mismatch {
            path: path.to_owned(),
            what,
            expected,
            found,
        };
        if let Some(expected) = listed.hash.as_ref().filter(|expected| *expected != hash) {
            return Err(mismatch("hash", expected.to_string(), hash.to_string()));
        }
        if let Some(expected) = listed.size.filter(|expected| *expected != size) {
            return Err(mismatch("size", expected.to_string(), size.to_string()));
        }
        Ok(())
    }
}
