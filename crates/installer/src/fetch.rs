//! Wheels from an index into the store: downloaded side by side, and unpacked by other threads
//! while the rest is still coming. What the store holds already is not downloaded.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};

use tilsit_files::{FileError, TemporaryFolder};
use tilsit_index_client::{DownloadError, DownloadEvent, IndexClient, RemoteFile};

use crate::store::{StoreError, StoredWheel, WheelStore};
use tilsit_files::threads;

/// How many wheels are unpacked at once, at the most.
const UNPACKING_MAX: usize = 8;

/// What happens while wheels are fetched. Nothing happens when the store holds all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FetchEvent {
    /// The downloads begin.
    Started {
        /// How many wheels the store lacks.
        files: usize,
        /// Their bytes together, as far as the index states them.
        total_bytes: u64,
    },
    /// So many bytes of all downloads together are there.
    Received {
        /// How many.
        bytes: u64,
    },
}

/// Why wheels could not be fetched. Those that were unpacked before stay in the store.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// A temporary folder could not be made.
    #[error(transparent)]
    File(#[from] FileError),
    /// A file cannot be had, or the callback asked to stop.
    #[error(transparent)]
    Download(#[from] DownloadError),
    /// A file is no wheel as it should be, or the store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The wheels, unpacked, in the order of the files. Downloads go through a folder that is made in
/// `temporary` and removed at the end.
///
/// # Errors
/// When a file cannot be downloaded, is not what the index says, or is no wheel; or the callback
/// asked to stop.
pub fn fetch(
    files: &[RemoteFile],
    client: &IndexClient,
    store: &WheelStore,
    temporary: &Path,
    on_event: &mut dyn FnMut(FetchEvent) -> ControlFlow<()>,
) -> Result<Vec<StoredWheel>, FetchError> {
    let found = threads::map(files, |file| {
        let sha256 = file.hashes.sha256.as_ref()?;
        store.find(&sha256.to_string()).transpose()
    });
    let found = found.into_iter().map(Option::transpose);
    let mut wheels = found.collect::<Result<Vec<Option<StoredWheel>>, StoreError>>()?;
    let missing: Vec<usize> = (0..files.len())
        .filter(|number| wheels[*number].is_none())
        .collect();
    if !missing.is_empty() {
        let folder = TemporaryFolder::create_in(temporary)?;
        let wanted: Vec<(RemoteFile, PathBuf)> = missing
            .iter()
            .map(|number| &files[*number])
            .map(|file| (file.clone(), folder.path().join(&*file.name)))
            .collect();
        let fetched = download(&wanted, client, store, on_event)?;
        for (number, wheel) in missing.into_iter().zip(fetched) {
            wheels[number] = Some(wheel);
        }
    }
    Ok(wheels.into_iter().flatten().collect())
}

/// A downloaded file that waits to be unpacked.
struct Waiting {
    number: usize,
    path: PathBuf,
    sha256: String,
}

fn download(
    wanted: &[(RemoteFile, PathBuf)],
    client: &IndexClient,
    store: &WheelStore,
    on_event: &mut dyn FnMut(FetchEvent) -> ControlFlow<()>,
) -> Result<Vec<StoredWheel>, FetchError> {
    let unpacked = Mutex::new(Vec::new());
    let (sender, receiver) = channel();
    let receiver = Mutex::new(receiver);
    let idle = AtomicUsize::new(0);
    let threads = threads::count();
    let downloaded = std::thread::scope(|scope| {
        for _ in 0..threads.min(UNPACKING_MAX).min(wanted.len()) {
            scope.spawn(|| unpack(&receiver, store, &idle, &unpacked));
        }
        let received = receive(wanted, client, &sender, on_event);
        // The threads end when the sender is gone.
        drop(sender);
        received
    });
    downloaded?;
    let mut unpacked = unpacked
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    unpacked.sort_by_key(|(number, _)| *number);
    let wheels = unpacked.into_iter().map(|(_, wheel)| wheel);
    Ok(wheels.collect::<Result<_, _>>()?)
}

/// Downloads, and hands each file over when it is there and its hash is known.
fn receive(
    wanted: &[(RemoteFile, PathBuf)],
    client: &IndexClient,
    sender: &Sender<Waiting>,
    on_event: &mut dyn FnMut(FetchEvent) -> ControlFlow<()>,
) -> Result<(), DownloadError> {
    let began = FetchEvent::Started {
        files: wanted.len(),
        total_bytes: wanted.iter().filter_map(|(file, _)| file.size_bytes).sum(),
    };
    if on_event(began).is_break() {
        return Err(DownloadError::Stopped(wanted[0].0.name.clone()));
    }
    let mut received = Received::of(wanted.len());
    let results = client.download_all(wanted, &mut |event| {
        if let DownloadEvent::Finished { file: number } = event {
            let (file, path) = &wanted[number];
            if let Some(sha256) = &file.hashes.sha256 {
                hand_over(number, path, sha256.to_string(), sender);
            }
        }
        // Asked at every event, so that a stop is seen also while nothing arrives.
        let bytes = received.after(event);
        on_event(FetchEvent::Received { bytes })
    });
    for (number, result) in results.into_iter().enumerate() {
        let downloaded = result?;
        let (file, path) = &wanted[number];
        if file.hashes.sha256.is_none() {
            hand_over(number, path, downloaded.sha256.to_string(), sender);
        }
    }
    Ok(())
}

/// The bytes that are there, of each file and of all.
struct Received {
    of_each: Vec<u64>,
    of_all: u64,
}

impl Received {
    fn of(files: usize) -> Self {
        Self {
            of_each: vec![0; files],
            of_all: 0,
        }
    }

    fn after(&mut self, event: DownloadEvent) -> u64 {
        if let DownloadEvent::Received { file, bytes } = event {
            self.of_all = self.of_all - self.of_each[file] + bytes;
            self.of_each[file] = bytes;
        }
        self.of_all
    }
}

fn hand_over(number: usize, path: &Path, sha256: String, sender: &Sender<Waiting>) {
    let path = path.to_path_buf();
    sender
        .send(Waiting {
            number,
            path,
            sha256,
        })
        .expect("the receiver lives until all threads ended");
}

/// Unpacks wheels as they come. A thread that waits lends its processor to those that have work: a
/// large wheel at the end is unpacked by all of them, and never more than that at once.
fn unpack(
    receiver: &Mutex<Receiver<Waiting>>,
    store: &WheelStore,
    idle: &AtomicUsize,
    unpacked: &Mutex<Vec<(usize, Result<StoredWheel, StoreError>)>>,
) {
    loop {
        idle.fetch_add(1, Ordering::Relaxed);
        let next = receiver
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv();
        let Ok(waiting) = next else {
            // It stays idle for the others.
            return;
        };
        let others = idle.fetch_sub(1, Ordering::Relaxed) - 1;
        let wheel = store.add_with(&waiting.path, &waiting.sha256, 1 + others);
        // The unpacked tree is all that is needed from here on.
        let _ = tilsit_files::remove_file_if_exists(&waiting.path);
        unpacked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push((waiting.number, wheel));
    }
}
