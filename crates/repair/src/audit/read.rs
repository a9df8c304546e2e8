//! Reading the compiled files of a wheel.

use std::collections::{BTreeMap, BTreeSet};

use tilsit_archive::ReadAt;
use tilsit_dist::wheel::{Wheel, WheelEntry, WheelError};
use tilsit_elf::{Elf, ElfError};

use super::file_name;
use crate::error::RepairError;
use crate::facts::Facts;
use crate::policy;

/// What of each compiled file counts, by path, and notes on files that cannot be read. With `whole`
/// those files are read too that can hold no code, so that the wheel is known to be sound.
pub(super) fn compiled_files<S: ReadAt>(
    wheel: &Wheel<S>,
    whole: bool,
) -> Result<(BTreeMap<String, Facts>, Vec<String>), RepairError> {
    let forbidden = policy::forbidden_symbols();
    let mut entries: Vec<&WheelEntry> = wheel
        .files()
        .iter()
        .filter(|entry| whole || !is_source(&entry.name))
        .collect();
    // Large ones first, so that no thread is left alone with one in the end.
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.size));
    let read = |entry: &&WheelEntry| read(wheel, entry, &forbidden);
    let (mut files, mut notes) = (BTreeMap::new(), Vec::new());
    for (entry, facts) in entries
        .iter()
        .zip(tilsit_files::threads::map(&entries, read))
    {
        match facts? {
            None => {}
            Some(Ok(facts)) => {
                files.insert(entry.name.clone(), facts);
            }
            Some(Err(fault)) => notes.push(format!("`{}` {fault}", entry.name)),
        }
    }
    notes.sort();
    let is_pure = |path: &&String| path.split('/').any(|part| part == "purelib");
    let pure: Vec<String> = files.keys().filter(is_pure).cloned().collect();
    if !pure.is_empty() {
        return Err(RepairError::Purelib(pure));
    }
    Ok((files, notes))
}

/// Reads a file to its end, so that it is known to be that of RECORD, and keeps it if it is an ELF
/// file.
fn read<S: ReadAt>(
    wheel: &Wheel<S>,
    entry: &WheelEntry,
    forbidden: &BTreeSet<String>,
) -> Result<Option<Result<Facts, ElfError>>, WheelError> {
    let name = file_name(&entry.name);
    let (mut whole, mut facts) = (None::<Vec<u8>>, None);
    let mut is_first = true;
    wheel.reader().stream(entry, &mut |piece| {
        if is_first && Elf::is_elf(piece) && !is_source(name) {
            // Most come in one piece, which need not be copied.
            if piece.len() as u64 == entry.size {
                facts = Some(Facts::read(name, piece, forbidden));
            } else {
                whole = Some(piece.to_vec());
            }
        } else if let Some(whole) = &mut whole {
            whole.extend_from_slice(piece);
        }
        is_first = false;
    })?;
    Ok(facts.or_else(|| whole.map(|file| Facts::read(name, &file, forbidden))))
}

/// Whether it is Python's source, which is never looked at: auditwheel does not either.
fn is_source(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, end)| end == "py")
}

/// All folders of a wheel; the root is the empty one.
pub(super) fn folders<S: ReadAt>(wheel: &Wheel<S>) -> BTreeSet<String> {
    let mut folders = BTreeSet::from([String::new()]);
    for file in wheel.files() {
        let mut path = file.name.as_str();
        while let Some((folder, _)) = path.rsplit_once('/') {
            if !folders.insert(folder.to_owned()) {
                break;
            }
            path = folder;
        }
    }
    folders
}
