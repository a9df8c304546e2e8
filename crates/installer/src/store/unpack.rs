//! Unpacks a wheel into a folder: each file checked against RECORD and written read-only.
//!
//! What a wheel must be like is `tilsit-dist`'s matter; an archive that it refuses is not
//! unpacked. Entries are inflated, hashed and written by several threads.

use std::collections::{BTreeSet, HashMap};
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use sha2::{Digest, Sha256};
use tilsit_archive::{FileSource, Limits};
use tilsit_dist::wheel::{Scheme, Wheel, WheelEntry, WheelError, WheelReader};
use tilsit_files::{FileError, Operation};
use tilsit_packaging::entry_points::EntryPoints;
use tilsit_packaging::record::RecordHash;

use super::elf;
use crate::manifest::{Command, FileKind, Manifest, ManifestFile};
use crate::{scripts, system};

/// Up to this size a file is a script whose first line may be replaced at each installation.
const SCRIPT_SIZE_MAX_BYTES: u64 = 16 << 20;

/// Below this many bytes one thread is faster than starting more.
const THREADS_FROM_BYTES: u64 = 1 << 20;

/// Unpacks the wheel into the folder `tree`, which is made, with so many threads at the most, and
/// describes it.
pub(super) fn unpack(path: &Path, tree: &Path, threads: usize) -> Result<Manifest, UnpackError> {
    let wheel = Wheel::open(path, &Limits::default())?;
    let record = format!("{}/RECORD", wheel.dist_info());
    let files: Vec<&WheelEntry> = wheel
        .files()
        .iter()
        .filter(|file| file.name != record)
        .collect();
    make_folders(tree, files.iter().map(|file| file.name.as_str()))?;
    let mut unpacked = write_all(&wheel, &files, tree, threads)?;
    unpacked.sort_by(|left, right| left.file.path.cmp(&right.file.path));
    let has_pth = |file: &Unpacked| {
        let path = Path::new(&file.file.path);
        path.parent() == Some(Path::new("")) && path.extension().is_some_and(|kind| kind == "pth")
    };
    let is_in_wheel = |folder: &String| {
        let is_below = |file: &Unpacked| {
            let rest = file.file.path.strip_prefix(folder.as_str());
            rest.is_some_and(|rest| rest.starts_with('/'))
        };
        unpacked.iter().any(is_below)
    };
    let lead_to: BTreeSet<&String> = unpacked.iter().flat_map(|file| &file.lead_to).collect();
    let tree_safe = lead_to.into_iter().all(is_in_wheel) && !unpacked.iter().any(has_pth);
    let name = wheel.file_name();
    Ok(Manifest {
        name: name.name.clone(),
        version: name.version.clone(),
        dist_info: wheel.dist_info().to_owned(),
        root_is_purelib: wheel.wheel_file().root_is_purelib,
        tree_safe,
        files: unpacked.into_iter().map(|file| file.file).collect(),
        commands: commands_of(wheel.entry_points()),
    })
}

/// Makes every folder that holds one of the files, each once.
fn make_folders<'a>(tree: &Path, files: impl Iterator<Item = &'a str>) -> Result<(), FileError> {
    tilsit_files::create_dir_all(tree)?;
    let mut folders = BTreeSet::new();
    for file in files {
        let mut rest = file;
        while let Some((folder, _)) = rest.rsplit_once('/') {
            if !folders.insert(folder) {
                break;
            }
            rest = folder;
        }
    }
    // A folder sorts before what it holds.
    for folder in folders {
        tilsit_files::create_dir(tree.join(folder))?;
    }
    Ok(())
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
    /// The folders of the wheel that it looks into, if it is a library.
    lead_to: BTreeSet<String>,
}

/// Unpacks the files with as many threads as the wheel is worth.
fn write_all(
    wheel: &Wheel<FileSource>,
    files: &[&WheelEntry],
    tree: &Path,
    threads: usize,
) -> Result<Vec<Unpacked>, UnpackError> {
    let size: u64 = files.iter().map(|file| file.size).sum();
    let hashes: HashMap<&str, &RecordHash> = wheel
        .record()
        .entries
        .iter()
        .filter_map(|line| Some((line.path.as_str(), line.hash.as_ref()?)))
        .collect();
    let threads = if size < THREADS_FROM_BYTES {
        1
    } else {
        threads.min(8)
    };
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        let mut reader = wheel.reader();
        while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            match write_one(&mut reader, file, hashes.get(&*file.name).copied(), tree) {
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

/// Writes one file. The reader holds its contents against RECORD.
fn write_one(
    reader: &mut WheelReader<'_, FileSource>,
    entry: &WheelEntry,
    hash: Option<&RecordHash>,
    tree: &Path,
) -> Result<Unpacked, UnpackError> {
    let is_script = entry.scheme == Scheme::Scripts;
    let is_program = entry.executable || is_script;
    let place = tree.join(&entry.name);
    let named = |source| FileError::new(Operation::Write, &place, source);
    let mut file = system::create_read_only(&place, is_program).map_err(named)?;
    // Signatures of RECORD have no hash in it.
    let mut hasher = hash.is_none().then(Sha256::new);
    let (mut size_bytes, mut written) = (0_u64, Ok(()));
    let mut names_python = false;
    let mut run_paths = elf::RunPaths::of(&entry.name);
    reader.stream(entry, &mut |piece| {
        if let Some(hasher) = &mut hasher {
            hasher.update(piece);
        }
        if size_bytes == 0 {
            names_python = is_script && scripts::names_python(piece);
        }
        run_paths.look_at(piece);
        size_bytes += piece.len() as u64;
        if written.is_ok() {
            written = file.write_all(piece);
        }
    })?;
    written.map_err(named)?;
    let computed = hasher.map(|hasher| RecordHash::sha256(&hasher.finalize().into()));
    let hash = hash.cloned().or(computed);
    Ok(Unpacked {
        lead_to: run_paths.lead_to,
        file: ManifestFile {
            path: entry.name.clone(),
            scheme: entry.scheme,
            inside_start: entry.name.len() - entry.path().len(),
            size_bytes,
            hash: hash.expect("it was computed when RECORD has none"),
            kind: match (
                names_python && size_bytes <= SCRIPT_SIZE_MAX_BYTES,
                is_program,
            ) {
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
    /// The wheel is refused.
    #[error(transparent)]
    Wheel(#[from] WheelError),
    /// A file could not be written.
    #[error(transparent)]
    File(#[from] FileError),
}
