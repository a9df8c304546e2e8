//! How much a cache holds.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;
use tilsit_files::{FileError, FileKind};

/// What a cache holds.
#[derive(Debug, Default, Serialize)]
pub(super) struct Content {
    /// How many files.
    pub(super) files: usize,
    /// Their bytes.
    pub(super) bytes: u64,
    /// The folders and files at its root.
    pub(super) parts: Vec<Part>,
}

/// What the folders of a cache hold, by their names without the version of their form.
const CONTENTS: [(&str, &str); 8] = [
    ("pages", "pages of indexes"),
    ("metadata", "metadata"),
    ("wheels", "unpacked wheels"),
    ("built", "built wheels"),
    ("objects", "compiled objects"),
    ("git", "clones of repositories"),
    ("scripts", "environments of `run`"),
    ("interpreters", "what is known of Pythons"),
];

impl Part {
    /// What it is, for people; none of what they need not know.
    pub(super) fn words(&self) -> Option<&'static str> {
        let stem = self
            .name
            .rsplit_once('-')
            .map_or(&*self.name, |(stem, _)| stem);
        let known = CONTENTS.iter().find(|(name, _)| *name == stem);
        known.map(|(_, words)| *words)
    }
}

/// A folder or file at the root of a cache.
#[derive(Debug, Default, Serialize)]
pub(super) struct Part {
    /// Its name.
    pub(super) name: String,
    /// How many files it holds.
    pub(super) files: usize,
    /// Their bytes.
    pub(super) bytes: u64,
}

/// Measures a cache; one that is not there holds nothing.
pub(super) fn measure(root: &Path) -> Result<Content, FileError> {
    if !tilsit_files::exists(root)? {
        return Ok(Content::default());
    }
    let mut parts: BTreeMap<String, Part> = BTreeMap::new();
    for entry in tilsit_files::walk(root)? {
        if entry.kind != FileKind::File {
            continue;
        }
        let inside = entry.path.strip_prefix(root).unwrap_or(&entry.path);
        let first = inside.components().next();
        let name = first.map_or_else(String::new, |first| {
            first.as_os_str().to_string_lossy().into_owned()
        });
        let part = parts.entry(name).or_default();
        part.files += 1;
        part.bytes += tilsit_files::symlink_metadata(&entry.path)?.len();
    }
    let named = parts.into_iter().map(|(name, part)| Part { name, ..part });
    let parts: Vec<Part> = named.collect();
    Ok(Content {
        files: parts.iter().map(|part| part.files).sum(),
        bytes: parts.iter().map(|part| part.bytes).sum(),
        parts,
    })
}
