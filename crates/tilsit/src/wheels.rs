//! Wheels from an index into the store: downloaded side by side, and unpacked by other threads
//! while the rest is still coming. What the store holds already is not downloaded.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};

use tilsit_files::TemporaryFolder;
use tilsit_index_client::{DownloadEvent, IndexClient, RemoteFile};
use tilsit_installer::store::StoreError;
use tilsit_installer::{StoredWheel, WheelStore};

use crate::context::Context;
use crate::error::CommandError;
use crate::terminal::progress::Progress;

/// How many wheels are unpacked at once, at the most.
const UNPACKING_MAX: usize = 8;

/// The wheels, unpacked, in the order of the files.
///
/// # Errors
/// When a file cannot be downloaded, is not what the index says, or is no wheel; or the user asked
/// to stop.
pub(crate) fn fetch(
    files: &[RemoteFile],
    client: &IndexClient,
    store: &WheelStore,
    context: &Context,
) -> Result<Vec<StoredWheel>, CommandError> {
    let mut wheels: Vec<Option<StoredWheel>> = Vec::with_capacity(files.len());
    for file in files {
        let sha256 = file.hashes.sha256.as_ref().map(ToString::to_string);
        let stored = sha256.map(|sha256| store.find(&sha256)).transpose()?;
        wheels.push(stored.flatten());
    }
    let missing: Vec<usize> = (0..files.len())
        .filter(|number| wheels[*number].is_none())
        .collect();
    if !missing.is_empty() {
        let folder = TemporaryFolder::create_in(context.cache()?.temporary()?)?;
        let wanted: Vec<(RemoteFile, PathBuf)> = missing
            .iter()
            .map(|number| &files[*number])
            .map(|file| (file.clone(), folder.path().join(&*file.name)))
            .collect();
        for (number, wheel) in missing
            .into_iter()
            .zip(download(&wanted, client, store, context)?)
        {
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
    context: &Context,
) -> Result<Vec<StoredWheel>, CommandError> {
    let unpacked = Mutex::new(Vec::new());
    let (sender, receiver) = channel();
    let receiver = Mutex::new(receiver);
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let downloaded = std::thread::scope(|scope| {
        for _ in 0..threads.min(UNPACKING_MAX).min(wanted.len()) {
            scope.spawn(|| unpack(&receiver, store, &unpacked));
        }
        let received = receive(wanted, client, &sender, context);
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
    context: &Context,
) -> Result<(), CommandError> {
    let total = wanted.iter().filter_map(|(file, _)| file.size_bytes).sum();
    let progress = context.terminal.bytes("Downloading", total);
    let mut bytes = vec![0; wanted.len()];
    let results = client.download_all(wanted, &mut |event| {
        show(event, &mut bytes, &progress);
        if let DownloadEvent::Finished { file: number } = event {
            let (file, path) = &wanted[number];
            if let Some(sha256) = &file.hashes.sha256 {
                hand_over(number, path, sha256.to_string(), sender);
            }
        }
        context.interrupt.flow()
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

fn unpack(
    receiver: &Mutex<Receiver<Waiting>>,
    store: &WheelStore,
    unpacked: &Mutex<Vec<(usize, Result<StoredWheel, StoreError>)>>,
) {
    loop {
        let next = receiver
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv();
        let Ok(waiting) = next else {
            return;
        };
        let wheel = store.add(&waiting.path, &waiting.sha256);
        // The unpacked tree is all that is needed from here on.
        let _ = tilsit_files::remove_file_if_exists(&waiting.path);
        unpacked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push((waiting.number, wheel));
    }
}

fn show(event: DownloadEvent, bytes: &mut [u64], progress: &Progress) {
    if let DownloadEvent::Received {
        file,
        bytes: received,
    } = event
    {
        bytes[file] = received;
        progress.set(bytes.iter().sum());
    }
}
