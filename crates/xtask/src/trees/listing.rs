//! What lies in an environment.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// A thing in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Entry {
    Folder,
    File { executable: bool },
    Link(PathBuf),
}

/// Everything below a folder by its path, but byte code and the lock of the environment.
#[derive(Debug)]
pub(super) struct Listing(pub(super) BTreeMap<String, Entry>);

impl Listing {
    /// Lists what is below a folder.
    ///
    /// # Errors
    /// When something cannot be read.
    pub(super) fn of(root: &Path) -> Result<Self> {
        let mut entries = BTreeMap::new();
        list(root, root, &mut entries)?;
        Ok(Self(entries))
    }

    pub(super) fn holds(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }

    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// How many things are no folders.
    pub(super) fn files(&self) -> usize {
        let entries = self.0.values();
        entries.filter(|entry| **entry != Entry::Folder).count()
    }
}

fn list(root: &Path, folder: &Path, entries: &mut BTreeMap<String, Entry>) -> Result<()> {
    let children = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    for child in children {
        let path = child?.path();
        let name = path.strip_prefix(root)?.display().to_string();
        if name == ".lock" || path.file_name().is_some_and(|name| name == "__pycache__") {
            continue;
        }
        let metadata = path.symlink_metadata()?;
        let entry = if metadata.is_symlink() {
            Entry::Link(fs::read_link(&path)?)
        } else if metadata.is_dir() {
            list(root, &path, entries)?;
            Entry::Folder
        } else {
            let executable = metadata.permissions().mode() & 0o111 != 0;
            Entry::File { executable }
        };
        entries.insert(name, entry);
    }
    Ok(())
}
