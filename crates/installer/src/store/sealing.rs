//! Folders of the store that nobody adds to: those that environments link as a whole.
//!
//! Where an environment has a link to a folder, whatever is done below the link is done in the
//! store. So these folders lose the right to write before they are linked; only who may do
//! everything (root) still can, and `cache verify` finds what was done. A mark beside the tree says
//! that it is sealed, so that the folders are walked once.

use std::path::Path;

use tilsit_files::{FileError, FileKind};

/// The mark of a sealed entry.
const MARK: &str = "sealed";

/// Takes the right to write from every folder of the entry's tree.
pub(crate) fn seal(entry: &Path) -> Result<(), FileError> {
    if tilsit_files::exists(entry.join(MARK))? {
        return Ok(());
    }
    each_folder(entry, |folder| tilsit_files::set_read_only(folder))?;
    tilsit_files::write(entry.join(MARK), "")
}

/// Gives it back, for a change by the store itself.
pub(crate) fn unseal(entry: &Path) -> Result<(), FileError> {
    // The mark goes first: half unsealed counts as not sealed.
    if tilsit_files::remove_file_if_exists(entry.join(MARK))? {
        open_folders(entry)?;
    }
    Ok(())
}

/// Removes an entry with all it holds.
pub(crate) fn remove_entry(entry: &Path) -> Result<(), FileError> {
    open_folders(entry)?;
    tilsit_files::remove_dir_all(entry)
}

/// Gives the owner the right to write in every folder, sealed or half sealed.
fn open_folders(entry: &Path) -> Result<(), FileError> {
    each_folder(entry, |folder| tilsit_files::set_owner_writable(folder))
}

fn each_folder(
    entry: &Path,
    change: impl Fn(&Path) -> Result<(), FileError>,
) -> Result<(), FileError> {
    let tree = entry.join("tree");
    if !tilsit_files::exists(&tree)? {
        return Ok(());
    }
    for inside in tilsit_files::walk(&tree)? {
        if inside.kind == FileKind::Folder {
            change(&inside.path)?;
        }
    }
    change(&tree)
}
