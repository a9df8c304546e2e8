//! Where a library looks for others by paths that climb out of its own folder.
//!
//! When a folder above the library is a link, the system follows such a path (`$ORIGIN/../../x.libs`)
//! from the real place, in the store: what lies there in the same wheel is found, what another wheel
//! brings (`$ORIGIN/../../nvidia/lib`) is not. Run paths are strings in the file, so they are searched
//! for as such; a string that is none is harmless: the wheel is then linked file by file.

use std::collections::BTreeSet;

/// What a run path that is relative to the library has at its start, as `$ORIGIN` or `${ORIGIN}`.
const ORIGIN: &[u8] = b"ORIGIN";

/// No run path is longer; so many bytes of a piece are looked at again with the next one.
const RUN_PATH_MAX_BYTES: usize = 4096;

/// Looks for such run paths in a file whose contents come in pieces.
pub(super) struct RunPaths<'a> {
    /// The file's folder inside the wheel; none for a file in the root, which is linked by itself.
    folder: Option<&'a str>,
    /// Whether it is a library; not known before the first piece.
    is_elf: Option<bool>,
    /// The end of the piece before.
    tail: Vec<u8>,
    /// The folders outside of its own that the library looks into, as paths inside the wheel; the
    /// empty path stands for the root and all that lies outside of the wheel.
    pub(super) lead_to: BTreeSet<String>,
}

impl<'a> RunPaths<'a> {
    /// The file at `path` inside a wheel.
    pub(super) fn of(path: &'a str) -> Self {
        Self {
            folder: path.rsplit_once('/').map(|(folder, _)| folder),
            is_elf: None,
            tail: Vec::new(),
            lead_to: BTreeSet::new(),
        }
    }

    /// Looks at the next piece.
    pub(super) fn look_at(&mut self, piece: &[u8]) {
        let is_elf = *self.is_elf.get_or_insert(piece.starts_with(b"\x7fELF"));
        let Some(folder) = self.folder.filter(|_| is_elf) else {
            return;
        };
        let start = piece.len().min(RUN_PATH_MAX_BYTES);
        self.tail.extend_from_slice(&piece[..start]);
        for contents in [&self.tail, piece] {
            self.lead_to.extend(run_paths(contents, folder));
        }
        let end = piece.len() - start;
        self.tail.clear();
        self.tail.extend_from_slice(&piece[end..]);
    }
}

/// Where the run paths lead to that leave the folder.
fn run_paths(contents: &[u8], folder: &str) -> impl Iterator<Item = String> {
    memchr::memmem::find_iter(contents, ORIGIN).filter_map(move |at| {
        let (before, after) = (&contents[..at], &contents[at + ORIGIN.len()..]);
        let path = match before.strip_suffix(b"$") {
            Some(_) => after,
            None if before.ends_with(b"${") => after.strip_prefix(b"}")?,
            None => return None,
        };
        lead_to(path, folder)
    })
}

/// The folder that a run path leads to, if it climbs; one whose end is not here is seen with the next
/// piece.
fn lead_to(after_origin: &[u8], folder: &str) -> Option<String> {
    let is_end = |byte: &u8| matches!(byte, b'\0' | b':');
    let end = after_origin.iter().position(is_end)?;
    let path = std::str::from_utf8(&after_origin[..end]).unwrap_or("/..");
    let mut folders: Vec<&str> = folder.split('/').collect();
    let own = folders.len();
    let mut climbs = false;
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if folders.pop().is_none() => return Some(String::new()),
            ".." => climbs |= folders.len() < own,
            _ => folders.push(part),
        }
    }
    climbs.then(|| folders.join("/"))
}

#[cfg(test)]
mod tests;
