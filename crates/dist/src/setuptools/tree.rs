//! What may be asked of a source tree: the texts of its own files, and never of anything outside.

use std::io::Read;
use std::path::Path;

use tilsit_files::ConfinedFolder;

use super::stated::NotStated;

/// The largest file that is read.
const SIZE_MAX_BYTES: u64 = 1 << 20;

/// A source tree. Paths are relative to it, with `/`.
pub trait Tree {
    /// The text of a file; none where nothing is there.
    ///
    /// # Errors
    /// When it is a link, no file, outside, too large, or no UTF-8.
    fn text(&self, path: &str) -> Result<Option<String>, NotStated>;

    /// Whether there is a folder.
    ///
    /// # Errors
    /// When a link stands there.
    fn has_folder(&self, path: &str) -> Result<bool, NotStated>;
}

/// A source tree on disk. No link in it is followed.
#[derive(Debug)]
pub struct Folder(ConfinedFolder);

impl Folder {
    /// Opens the tree in a folder.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(path: &Path) -> Result<Self, tilsit_files::FileError> {
        Ok(Self(ConfinedFolder::open(path)?))
    }
}

impl Tree for Folder {
    fn text(&self, path: &str) -> Result<Option<String>, NotStated> {
        let wrong = |reason: &str| NotStated(format!("`{path}` {reason}"));
        tilsit_files::check_relative(path).map_err(|_| wrong("is not a path in the project"))?;
        // Opening a pipe would wait for whoever writes to it.
        match tilsit_files::symlink_metadata(self.0.root().join(path)) {
            Ok(found) if !found.is_file() => return Err(wrong("is no plain file")),
            Ok(found) if found.len() > SIZE_MAX_BYTES => return Err(wrong("is too large")),
            Ok(_) => {}
            Err(error) if error.is_not_found() => return Ok(None),
            Err(_) => return Err(wrong("cannot be read")),
        }
        let file = self
            .0
            .open_file(path)
            .map_err(|_| wrong("is behind a link"))?;
        let mut text = String::new();
        let read = file.take(SIZE_MAX_BYTES).read_to_string(&mut text);
        read.map_err(|_| wrong("is no UTF-8 text"))?;
        Ok(Some(text))
    }

    fn has_folder(&self, path: &str) -> Result<bool, NotStated> {
        if tilsit_files::check_relative(path).is_err() {
            return Err(NotStated(format!("`{path}` is not a path in the project")));
        }
        match tilsit_files::symlink_metadata(self.0.root().join(path)) {
            Ok(found) if found.is_symlink() => Err(NotStated(format!("`{path}` is a link"))),
            Ok(found) => Ok(found.is_dir()),
            Err(_) => Ok(false),
        }
    }
}
