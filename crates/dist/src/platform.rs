//! Compiled files for macOS, iOS, Windows and Android: what they are for, and what platform tags promise
//! of them.
//!
//! Files for Linux are looked into by `tilsit-repair`: what their tags promise is a matter of libraries.

pub mod android;
pub mod apple;
pub mod windows;

use tilsit_archive::ReadAt;

use crate::wheel::{Wheel, WheelEntry, WheelError};

/// What a wheel has of a kind of files, in the order of their names, and what is wrong with those that
/// cannot be read: the name, and the fault.
type Read<T, E> = (Vec<T>, Vec<(String, E)>);

/// Reads those of some files of a wheel that start as those of a kind do.
fn read_each<'w, S: ReadAt, T: Send, E: Send>(
    wheel: &Wheel<S>,
    files: impl Iterator<Item = &'w WheelEntry>,
    is_it: fn(&[u8]) -> bool,
    read: fn(&str, &[u8]) -> Result<T, E>,
) -> Result<Read<T, E>, WheelError> {
    let mut entries: Vec<&WheelEntry> = files.collect();
    entries.sort_by(|one, other| one.name.cmp(&other.name));
    let one = |entry: &&WheelEntry| {
        let mut contents = Vec::new();
        let mut is_wanted = None;
        wheel.reader().stream(entry, &mut |piece| {
            if *is_wanted.get_or_insert_with(|| is_it(piece)) {
                contents.extend_from_slice(piece);
            }
        })?;
        Ok((is_wanted == Some(true)).then(|| read(&entry.name, &contents)))
    };
    let (mut files, mut faults) = (Vec::new(), Vec::new());
    for (entry, found) in entries
        .iter()
        .zip(tilsit_files::threads::map(&entries, one))
    {
        match found? {
            None => {}
            Some(Ok(file)) => files.push(file),
            Some(Err(fault)) => faults.push((entry.name.clone(), fault)),
        }
    }
    Ok((files, faults))
}

/// The last part of a path.
fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// Whether a function of this name makes the file at a path a module of Python.
fn starts_module(path: &str, function: &[u8]) -> bool {
    // A file may hold several modules, each found by a link with its name.
    if function.starts_with(b"PyInit_") {
        return true;
    }
    let module = file_name(path).split('.').next().unwrap_or_default();
    let old = ["init", "_cffi_pypyinit_"];
    old.iter()
        .any(|start| function.strip_prefix(start.as_bytes()) == Some(module.as_bytes()))
}
